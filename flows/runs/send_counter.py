"""The variable of the Prefect server that counts sends, too; its database is another one than ours."""

import json
import socket
from datetime import datetime

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.settings import PREFECT_API_AUTH_STRING
from sqlalchemy import Engine

from db import senders
from db.engine import transaction
from flows.door import keys
from flows.sending import witness
from flows.sending.witness import SECONDS, Mark, Place, StateFolder, WitnessError
from flows.settings import Settings


class PrefectVariable:
    """A variable of the Prefect server, whose database is another one than ours."""

    name = "variabile di Prefect"

    def __init__(self, settings: Settings) -> None:
        # of the server that this process was started with: the file is that of the latest start
        self._auth = PREFECT_API_AUTH_STRING.value() or keys.read(settings.server_state).internal or None
        self._address = settings.prefect_address
        self._place = settings.prefect_place
        self._key = f"partenze_{settings.profile.slug.replace('-', '_')}"

    def _client(self) -> SyncPrefectClient:
        # Prefect's client tries for a minute to reach a server that is down
        try:
            socket.create_connection(self._place, timeout=SECONDS).close()
        except OSError as exc:
            raise WitnessError("il server di Prefect non risponde") from exc
        return SyncPrefectClient(api=f"{self._address}/api", auth_string=self._auth)

    def read(self) -> Mark | None:
        client = self._client()
        try:
            with client:
                variable = client.read_variable_by_name(self._key)
            return Mark.model_validate(variable.value) if variable else None
        except Exception as exc:
            raise WitnessError(f"la variabile {self._key} non si legge ({type(exc).__name__})") from exc

    def write(self, mark: Mark) -> None:
        client, value = self._client(), json.loads(mark.model_dump_json())
        try:
            with client:
                if client.read_variable_by_name(self._key):
                    client.update_variable(VariableUpdate(name=self._key, value=value))
                else:
                    client.create_variable(VariableCreate(name=self._key, value=value))
        except Exception as exc:
            raise WitnessError(f"la variabile {self._key} non si scrive ({type(exc).__name__})") from exc


def places(settings: Settings, *, has_server: bool) -> list[Place]:
    """Both; without a Prefect server, as in a test, the state folder alone."""
    return [StateFolder(settings), PrefectVariable(settings)] if has_server else [StateFolder(settings)]


def testify(
    settings: Settings, engine: Engine, bulletin_id: int, *, has_server: bool, now: datetime
) -> list[str]:
    """Count the start outside the database, before a message leaves; what could not be told, in Italian."""
    with transaction(engine) as session:
        start = senders.last_number(session)
    mark = witness.mark(start, bulletin_id, settings.ledger().journal, at=now)
    return list(witness.tell(places(settings, has_server=has_server), mark))
