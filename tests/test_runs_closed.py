"""A flow leaves nothing of the database open: a process that does many would keep every connection."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from prefect.logging import disable_run_logger
from sqlalchemy import Engine, event, select
from sqlalchemy.pool import Pool

from db.engine import all_closed, make_engine, make_reader, reading
from flows import deploy
from flows.runs import client, waits
from flows.runs.flow import flow
from flows.settings import Settings
from tests.test_review_acts import proof
from tests.world.code_secrets import ANNA

DAYS = {"first_day": date(2026, 1, 5), "last_day": date(2026, 1, 6)}
ACT = {"bollettino": "7 · bollettino", "chi": "nessuno"}
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ASKED: dict[str, dict[str, Any]] = {
    "a-mano": {"bulletin_id": 7},
    "approva": {"bulletin_id": 7},
    "assenza": {"who": ANNA.name, **DAYS},
    "avviso-urgente": {
        "che_cosa": "Scuole chiuse",
        "dal": NOW,
        "al": NOW + timedelta(hours=9),
        "dove": "In città",
        "che_cosa_fare": "Restare a casa",
        "informazioni": "02 1234",
        "chi": ANNA.name,
    },
    "chiudi": ACT,
    "chiusura": {**DAYS, "chi": ANNA.name},
    "correggi": {"notizia": "7.1 · x", "giusto": "y", "motivo": "un nostro errore", "chi": "nessuno"},
    "ferma": ACT,
    "incerti": {**ACT, "che_cosa": "sono arrivati"},
    "prova-generale": {"bollettino": 7},
    "recupera": {"first_day": date(2026, 1, 6), "last_day": date(2026, 1, 5), "chi": ANNA.name},
    "riapri": ACT,
    "riprendi": ACT,
    "ritenta": ACT,
}
BLOCKS = {block["name"]: block for block in deploy.blocks()[0]}


class Connections:
    """Of all engines of this process, those before it aside."""

    def __init__(self) -> None:
        self.made, self.open = 0, 0

    def opened(self, *_: object) -> None:
        self.made, self.open = self.made + 1, self.open + 1

    def closed(self, *_: object) -> None:
        self.open -= 1


@pytest.fixture
def connections(sqlite: Engine) -> Iterator[Connections]:
    with sqlite.connect():  # the test's own, before anybody counts
        pass
    found = Connections()
    event.listen(Pool, "connect", found.opened)
    event.listen(Pool, "close", found.closed)
    try:
        yield found
    finally:
        event.remove(Pool, "connect", found.opened)
        event.remove(Pool, "close", found.closed)


@pytest.mark.parametrize("name", BLOCKS)
def test_a_flow_leaves_no_connection_open(
    name: str, settings: Settings, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it ends; here there is neither a server nor anything to do."""
    block = BLOCKS[name]
    found = deploy.entry(block["entrypoint"])
    module: ModuleType = __import__(block["entrypoint"].partition(":")[0], fromlist=["load"])
    monkeypatch.setattr(module, "load", lambda: settings)
    monkeypatch.setattr(client, "proof", proof)
    monkeypatch.setattr(waits, "wait_for_slot", lambda _: NOW)
    monkeypatch.setattr(client, "get_client", lambda **_: nullcontext(Mock()))
    for asks_elsewhere in ("collect_sources", "repair"):
        monkeypatch.setattr(module, asks_elsewhere, lambda *_, **__: [], raising=False)
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__ID", str(uuid4()))
    with disable_run_logger(), suppress(Exception):
        found.fn(**{**block.get("parameters", {}), **ASKED.get(name, {})})
    assert connections.made, "it looked into the database"
    assert connections.open == 0


def test_what_is_opened_below_a_flow_is_closed_with_it(sqlite: Engine, connections: Connections) -> None:
    address = sqlite.url.render_as_string(hide_password=False)
    kept = []

    @flow(name="prova")
    def opens(fails: bool) -> int:
        for engine in (make_engine(address), make_reader(address)):
            kept.append(engine)
            with reading(engine) as session:
                session.execute(select(1))
        assert connections.open == 2
        if fails:
            raise ZeroDivisionError
        return 1

    assert opens.fn(False) == 1
    with pytest.raises(ZeroDivisionError):
        opens.fn(True)
    assert (len(kept), connections.open) == (4, 0)


def test_what_is_opened_outside_stays_open(sqlite: Engine, connections: Connections) -> None:
    other = make_engine(sqlite.url.render_as_string(hide_password=False))
    with all_closed(), other.connect():
        pass
    assert connections.open == 1
    other.dispose()
