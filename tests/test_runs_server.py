"""What the Prefect server writes after it has read is not refused because somebody wrote in between."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.server.api import background_workers
from prefect.server.api.server import RequestLimitMiddleware
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.runs import clock, server

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


def test_who_listens_takes_no_place_of_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a hundred who listen hold up everybody, and runs do as long as they last."""
    monkeypatch.setattr(RequestLimitMiddleware, "__call__", RequestLimitMiddleware.__call__)
    server.count_requests_alone()
    go_on, answered = asyncio.Event(), list[str]()

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        if scope["type"] == "websocket" or scope["path"] == "/slow":
            await go_on.wait()
        answered.append(scope["path"])

    async def go() -> None:
        limited = RequestLimitMiddleware(app, limit=1)

        def come(kind: str, path: str) -> asyncio.Task[None]:
            return asyncio.create_task(limited({"type": kind, "path": path}, None, None))

        listening = [come("websocket", "/events") for _ in range(3)]
        await asyncio.wait_for(come("http", "/quick"), 5)
        asking = [come("http", "/slow"), come("http", "/behind")]
        await asyncio.sleep(0.05)
        assert answered == ["/quick"], "requests are counted as ever"
        go_on.set()
        await asyncio.gather(*listening, *asking)

    asyncio.run(go())
    assert len(answered) == 6


def test_what_servers_put_off_is_looked_for_once_a_second_and_done_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background_workers, "Worker", clock._Worker)
    clock.look_seldom()
    theirs: Any = background_workers
    done = asyncio.Event()

    async def put_off() -> None:
        done.set()

    async def story() -> set[timedelta]:
        async with theirs.Docket("tried", url="memory://") as docket, theirs.Worker(docket) as worker:
            docket.register(put_off)
            working = asyncio.create_task(worker.run_forever())
            await docket.add(put_off)()
            await asyncio.wait_for(done.wait(), 30)
            working.cancel()
        return {worker.minimum_check_interval, worker.scheduling_resolution}

    assert asyncio.run(story()) == {timedelta(seconds=1)}
