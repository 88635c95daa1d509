"""Where an installation is found and what it is called, by its profile."""

from flows.door import entry
from flows.door.environment import origin, origins
from flows.profiles.comune import Profile
from flows.profiles.fleet import FleetFile


class Addresses:
    """Names in Prefect, and links for editors and citizens."""

    profile: Profile
    fleet: FleetFile | None  # that the Comune belongs to, if any

    @property
    def work_pool(self) -> str:
        return self.fleet.prefect.pool if self.fleet else f"bollettino-{self.profile.slug}"

    @property
    def most_runs(self) -> int | None:
        """Of the worker, side by side; of a Comune alone there are never many."""
        return self.fleet.prefect.runs if self.fleet else None

    def deployment(self, name: str) -> str:
        """A deployment's name, which carries the slug: several Comuni may share one server."""
        return f"{name}-{self.profile.slug}"

    def own(self, key: str) -> str:
        """The key by which a Prefect server keeps a run or a page of ours; of a fleet's with the slug.

        Each Comune counts its bulletins from 1, and the server hands back what it keeps by a key, whoever it
        is of. None of our keys has two hyphens side by side.
        """
        return f"{key}--{self.profile.slug}" if self.fleet else key

    @property
    def prefect_address(self) -> str:
        """Of the server, as our own processes reach it."""
        if self.fleet:
            return self.fleet.prefect.address
        return f"http://127.0.0.1:{self.profile.servers.prefect_port}"

    @property
    def prefect_place(self) -> tuple[str, int]:
        """Its host and port."""
        return self.fleet.prefect.place if self.fleet else ("127.0.0.1", self.profile.servers.prefect_port)

    @property
    def web_address(self) -> str:
        """Of the web app, as this machine reaches it; in a fleet each Comune stands below its slug there."""
        if self.fleet:
            return f"http://127.0.0.1:{self.fleet.web.port}/{self.profile.slug}"
        return f"http://127.0.0.1:{self.profile.servers.web_port}"

    @property
    def prefect_ui(self) -> str:
        """Base of every link for an editor: the V2 UI, since un-prefixed run links open the old one."""
        return f"{self.profile.servers.prefect_ui or self._ui_here}/v2"

    @property
    def _ui_here(self) -> str:
        """On this machine: a fleet's gate tells the Comuni by their names, and browsers look for what ends
        on `.localhost` here (RFC 6761, 6.3).
        """
        if self.fleet:
            return f"http://{self.profile.slug}.localhost:{self.fleet.gate.port}"
        return self.prefect_address

    def run_link(self, run_id: str) -> str:
        return f"{self.prefect_ui}/runs/flow-run/{run_id}"

    def review_link(self, code: str) -> str:
        """Leads to the form of a bulletin that waits, whichever run holds it: short enough for an SMS."""
        return f"{self.profile.servers.public}/r/{code}"

    def button_base(self, template: str) -> str:
        """What the button's suffix of a template follows: a bulletin's page, unless it leads elsewhere."""
        folder = {"redazione_urgente": "r/", "iscrizione_attiva": ""}.get(template, "b/")
        return f"{self.profile.servers.public}/{folder}"

    @property
    def newsroom(self) -> str:
        """The editors' page, behind the password of the Prefect UI."""
        return f"{self.prefect_origins[0]}{entry.NEWSROOM}"

    def order_link(self, verb: str) -> str:
        """To the start form of one of the editors' orders; lasting."""
        return f"{self.prefect_origins[0]}{entry.ORDER}{verb}"

    @property
    def prefect_origins(self) -> tuple[str, ...]:
        """Under which the server may be asked; the editors' first. In a fleet that is the gate."""
        if self.fleet:
            return tuple(dict.fromkeys(map(origin, (self.prefect_ui, self._ui_here))))
        return origins(self.prefect_ui, self.prefect_place[1])
