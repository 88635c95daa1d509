"""Where an installation is found and what it is called, by its profile."""

from flows.profiles.comune import Profile


class Addresses:
    """Names in Prefect, and links for editors and citizens."""

    profile: Profile

    @property
    def work_pool(self) -> str:
        return f"bollettino-{self.profile.slug}"

    def deployment(self, name: str) -> str:
        """A deployment's name, which carries the slug: several Comuni may share one server."""
        return f"{name}-{self.profile.slug}"

    @property
    def prefect_address(self) -> str:
        return f"http://127.0.0.1:{self.profile.servers.prefect_port}"

    @property
    def prefect_ui(self) -> str:
        """Base of every link for an editor: the V2 UI, since un-prefixed run links open the old one."""
        return f"{self.profile.servers.prefect_ui or self.prefect_address}/v2"

    def run_link(self, run_id: str) -> str:
        return f"{self.prefect_ui}/runs/flow-run/{run_id}"

    def review_link(self, code: str) -> str:
        """Leads to the form of a bulletin that waits, whichever run holds it: short enough for an SMS."""
        return f"{self.profile.servers.public}/r/{code}"

    def button_base(self, template: str) -> str:
        """What the button's suffix of a template follows: a bulletin's page, unless it leads elsewhere."""
        folder = {"redazione_urgente": "r/", "iscrizione_attiva": ""}.get(template, "b/")
        return f"{self.profile.servers.public}/{folder}"
