"""One Comune of a fleet that runs as a provider runs it: its people come through the gate of all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.context import SettingsContext, get_settings_context
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows.accounts import enrolment
from flows.cli import tour
from tests.world.installation import Installation
from tests.world.people import signed_in
from tests.world.sharing import told_prefect
from tests.world.topology import Topology


class Resident(Installation):
    """In a process that counts as one of the fleet's."""

    def __init__(self, topology: Topology, slug: str) -> None:
        self.slug, self._topology = slug, topology
        self.settings = topology.settings(slug)
        self.state, self.profile_path = self.settings.state, self.settings.path
        self.web = self.settings.web_address
        self.sandbox = f"http://127.0.0.1:{self.settings.profile.servers.sandbox_port}"
        self.last_code = {}
        self._token = ""

    def begin(self) -> None:
        """Templates, the phones' ATTIVA, and an editor who has signed in."""
        now = datetime.now(UTC)
        tour.register_templates(self.settings)
        tour.subscribe_phones(self.settings)
        first = enrolment.invent(self.settings, self.engine, now=now)[0]
        self._token = signed_in(self.settings, self.engine, first.name, now)

    def verb(self, *arguments: str) -> str:
        return self._topology.flows(*arguments, "--profile", self.slug)

    @contextmanager
    def at_server(self, credential: str | None = None) -> Iterator[None]:
        """At the balancer's address, as a worker asks."""
        given = credential or self._topology.internal
        told = told_prefect(f"{self.settings.prefect_address}/api", given)
        with SettingsContext(profile=get_settings_context().profile, settings=told):
            yield

    def people(self) -> SyncPrefectClient:
        """Its editor's browser, at the gate under the name of this Comune; nothing is asked twice."""
        gate = urlsplit(self.settings.prefect_origins[-1])
        told = told_prefect(f"http://127.0.0.1:{gate.port}/api", "")
        cookie = f"{self.settings.work_pool}-{self.slug}={self._token}"
        headers = {"Host": gate.netloc, "Cookie": cookie}
        with (
            SettingsContext(profile=get_settings_context().profile, settings=told),
            temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        ):
            return get_client(httpx_settings={"headers": headers}, sync_client=True)
