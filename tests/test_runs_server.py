"""What the Prefect server writes after it has read is not refused because somebody wrote in between."""

import asyncio
import sqlite3
import time
from functools import wraps
from inspect import signature
from pathlib import Path
from uuid import UUID

import pytest
from prefect.server.api import workers as polls
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.runs import server

PATIENCE = 0.2  # seconds of the other writer


def read_and_write(path: Path) -> bool:
    """As Prefect's server resumes a run; tells whether another process could write between the two."""

    async def resume() -> bool:
        config = AioSqliteConfiguration(f"sqlite+aiosqlite:///{path}")
        engine = await config.engine()
        session = await config.session(engine)
        try:
            async with session, config.begin_transaction(session):
                await session.execute(text("SELECT count(*) FROM told"))
                between = await asyncio.to_thread(write, path)
                await session.execute(text("INSERT INTO told VALUES ('resumed')"))
        finally:
            await engine.dispose()
        return between

    return asyncio.run(resume())


def write(path: Path) -> bool:
    with sqlite3.connect(path, timeout=PATIENCE) as other:
        try:
            other.execute("INSERT INTO told VALUES ('polled')")
        except sqlite3.OperationalError:
            return False
    return True


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Written to in Prefect's own way, whoever of this process has changed it before; put back in the end."""
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", server._as_asked)
    path = tmp_path / "prefect.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE told (word TEXT)")
    return path


def test_a_resume_waits_for_its_turn_and_is_taken(database: Path) -> None:
    server.wait_for_turns()
    assert not read_and_write(database)
    assert write(database), "and the other one after it"
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT word FROM told").fetchall() == [("resumed",), ("polled",)]


def test_without_that_prefect_refuses_it(database: Path) -> None:
    """Once this fails Prefect does it by itself, and ours can go."""
    with pytest.raises(OperationalError, match="database is locked"):
        read_and_write(database)


def test_that_a_worker_asked_is_marked_three_times_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's own task, under its name and with its parameters, by which its docket finds and calls it."""
    told: list[object] = []
    now, original = [0.0], polls.mark_deployments_ready  # type: ignore[attr-defined]

    @wraps(original)
    async def marked(**given: object) -> None:
        told.append(given)

    monkeypatch.setattr(polls, "mark_deployments_ready", marked)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    server.mark_seldom()
    seldom = polls.mark_deployments_ready  # type: ignore[attr-defined]
    assert seldom.__name__ == original.__name__
    assert signature(seldom) == signature(original)
    one, other = [UUID(int=1)], [UUID(int=2)]
    for at, queues in ((0, one), (2, one), (4, other), (19, one), (20, one)):
        now[0] = float(at)
        asyncio.run(seldom(work_queue_ids=queues))
    asyncio.run(seldom(deployment_ids=one))
    asyncio.run(seldom(deployment_ids=one))
    assert told == [
        *({"work_queue_ids": queues} for queues in (one, other, one)),
        *({"deployment_ids": one},) * 2,
    ]
