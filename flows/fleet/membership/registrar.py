"""The one Prefect server of a fleet, asked for many Comuni by one client.

Nothing of Prefect is imported before the process has the environment of the fleet. Where no server was ever
started none is asked: Prefect would make the folder of one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from flows.door.keys import KeysError
from flows.fleet.registry import Fleet
from flows.profiles.fleet import FleetFile
from flows.settings import BollettinoError, Settings

if TYPE_CHECKING:
    from flows.runs.server_health import Client


class Registrar:
    """`why` it cannot be asked; "" where it can."""

    def __init__(self, client: "Client | None", why: str = "", *, fleet: FleetFile | None = None) -> None:
        self._client, self.why, self._fleet = client, why, fleet

    @property
    def client(self) -> "Client":
        """BollettinoError where it cannot be asked."""
        if self._client is None:
            raise BollettinoError(self.why)
        return self._client

    @contextmanager
    def _asking(self) -> Iterator["Client"]:
        """One that went away is asked no more: Prefect's client tries for a minute each time."""
        from flows.runs import server_health

        client = self.client
        try:
            with server_health.answering():
                yield client
        except server_health.NoServerError as exc:
            self._client, self.why = None, str(exc)
            raise

    def changes(self, settings: Settings) -> Mapping[str, str] | None:
        """As `flows.deploy.changes`; None where nobody can say, and `why` tells why not."""
        from flows import deploy

        return self._told(lambda client: deploy.changes(client, settings))

    def register(self, settings: Settings) -> None:
        from flows import deploy
        from flows.runs import last_shown

        with self._asking():
            deploy.deploy(settings)
        last_shown.forget(settings)

    def changes_for_all(self) -> Mapping[str, str] | None:
        """The same, of what is done for all in one run."""
        from flows import deploy

        fleet = self._fleet
        return self._told(lambda client: deploy.changes_for_all(client, fleet)) if fleet else None

    def register_for_all(self) -> None:
        from flows import deploy

        if self._fleet is not None:
            with self._asking():
                deploy.deploy_fleet(self._fleet)

    def _told(self, ask: "Callable[[Client], Mapping[str, str]]") -> Mapping[str, str] | None:
        if self.why:
            return None
        try:
            with self._asking() as client:
                return ask(client)
        except BollettinoError:
            if self.why:
                return None
            raise


@contextmanager
def registrar(fleet: Fleet) -> Iterator[Registrar]:
    """Of the server that all its Comuni share, as long as it is asked."""
    comuni = fleet.roll().comuni
    with ExitStack() as stack:
        yield _of(comuni[0], stack) if comuni else Registrar(None, "no Comune can be read")


def _of(anyone: Settings, stack: ExitStack) -> Registrar:
    if not anyone.server_state.is_dir():
        return Registrar(None, f"the Prefect server was never started: there is no {anyone.server_state}")
    try:
        anyone.enter("deploy")
        from flows.runs import server_health

        client = stack.enter_context(server_health.connected(anyone))
    except (BollettinoError, KeysError) as exc:
        return Registrar(None, str(exc))
    try:
        client.api_version()
    except Exception as exc:  # noqa: BLE001  one that lets us in no more, or is none
        return Registrar(None, f"the Prefect server did not answer as it should ({type(exc).__name__})")
    stack.enter_context(server_health.answering())
    return Registrar(client, fleet=anyone.fleet)
