"""A counter of the sends that began, kept outside the database: it recognises one that was restored.

A restored database has forgotten whom it wrote to, and would write to them again. So every start is counted
in our rows, in the state folder and in a variable of the Prefect server, in this order; where one outside is
ahead of our rows a person has to look. Who restores all three together restores the witness, too.
"""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from pydantic import BaseModel, ConfigDict, ValidationError

from flows.bulletin.dates import giorno_ora
from flows.settings import Settings

FILE = "partenze.json"
SECONDS = 3.0  # for the server to take a connection


class Mark(BaseModel):
    """The latest start, as it is written outside."""

    model_config = ConfigDict(frozen=True)

    number: int
    bulletin_id: int | None
    at: datetime

    def __str__(self) -> str:
        what = f"bollettino {self.bulletin_id}" if self.bulletin_id else "conferma di una persona"
        return f"{self.number} ({what}, {giorno_ora(self.at)})"


class WitnessError(Exception):
    """A place that keeps the counter could not be read or written; the text is Italian."""


class Place(Protocol):
    """Where the counter is kept; both may raise WitnessError."""

    name: str

    def read(self) -> Mark | None: ...

    def write(self, mark: Mark) -> None: ...


class StateFolder:
    """A file, replaced at once and on the disk before a message leaves."""

    name = "cartella dell'installazione"

    def __init__(self, settings: Settings) -> None:
        self._path = settings.state / FILE

    def read(self) -> Mark | None:
        try:
            return Mark.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as exc:
            raise WitnessError(f"{FILE} non si legge ({type(exc).__name__})") from exc

    def write(self, mark: Mark) -> None:
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("w", encoding="utf-8") as file:
                file.write(mark.model_dump_json())
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError as exc:
            raise WitnessError(f"{FILE} non si scrive ({type(exc).__name__})") from exc


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class PrefectVariable:
    """A variable of the Prefect server, whose database is another one than ours."""

    name = "variabile di Prefect"

    def __init__(self, settings: Settings) -> None:
        auth = settings.secrets.prefect_auth
        self._auth = auth.get_secret_value() if auth else None
        self._address = settings.prefect_address
        self._port = settings.profile.servers.prefect_port
        self._key = f"partenze_{settings.profile.slug.replace('-', '_')}"

    def _client(self) -> SyncPrefectClient:
        # Prefect's client tries for a minute to reach a server that is down
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS).close()
        except OSError as exc:
            raise WitnessError("il server di Prefect non risponde") from exc
        return SyncPrefectClient(api=f"{self._address}/api", auth_string=self._auth)

    def read(self) -> Mark | None:
        client = self._client()
        try:
            with client:
                found = client.read_variable_by_name(self._key)
            return Mark.model_validate(found.value) if found else None
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


@dataclass(frozen=True)
class Heard:
    """What the places outside say. `latest` None: they have seen no start."""

    latest: Mark | None
    unread: tuple[str, ...]  # which could not be asked, and why
    asked: int  # how many answered

    def is_ahead_of(self, number: int) -> bool:
        return self.latest is not None and self.latest.number > number


def places(settings: Settings, *, has_server: bool) -> list[Place]:
    """Both; without a Prefect server, as in a test, the state folder alone."""
    found: list[Place] = [StateFolder(settings)]
    return [*found, PrefectVariable(settings)] if has_server else found


def hear(asked: list[Place]) -> Heard:
    marks, unread = [], []
    for place in asked:
        try:
            marks.append(place.read())
        except WitnessError as exc:
            unread.append(f"{place.name}: {exc}")
    latest = max((mark for mark in marks if mark), key=lambda mark: mark.number, default=None)
    return Heard(latest, tuple(unread), len(marks))


def tell(told: list[Place], mark: Mark) -> Iterator[str]:
    """Write the start in each place; what could not be written is told, in Italian.

    A place that is ahead of us (two sends began at once) keeps what it has.
    """
    for place in told:
        try:
            before = place.read()
            if before is None or before.number < mark.number:
                place.write(mark)
        except WitnessError as exc:
            yield f"Il testimone non è aggiornato: {place.name}: {exc}."
