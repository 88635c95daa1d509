"""A worker that is told to rest takes nothing new, and says when its last run has ended."""

import asyncio
import os
import signal
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import prefect.cli
import pytest
from prefect.workers.base import BaseJobConfiguration
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker

from db import disk
from flows.runs import drain, pausable_worker
from flows.runs.client import Pool
from flows.runs.pausable_worker import REST, TAKES, Turns


async def _due() -> list[Any]:
    return ["a run"]


def _looked(turns: Turns, running: int) -> list[Any]:
    return asyncio.run(turns.look(running, _due))


def test_a_worker_rests_once_its_runs_have_ended_and_goes_on_when_told(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    assert disk.is_locked(tmp_path / TAKES), "it may take one at any moment"
    assert _looked(turns, 0) == ["a run"]
    (tmp_path / REST).touch()
    assert _looked(turns, 1) == []
    assert disk.is_locked(tmp_path / TAKES), "one still runs"
    assert _looked(turns, 0) == []
    assert not disk.is_locked(tmp_path / TAKES)
    (tmp_path / REST).unlink()
    assert _looked(turns, 0) == ["a run"]
    assert disk.is_locked(tmp_path / TAKES)


def test_one_of_a_fleet_leaves_out_a_look_while_there_is_nothing_to_do(tmp_path: Path) -> None:
    """And none while something runs, whose place the next may take."""
    turns = Turns(tmp_path, idle=1)
    due, asked = iter([["a run"], [], [], [], ["a run"], []]), list[bool]()

    async def take() -> list[Any]:
        asked[-1] = True
        return next(due)

    for running in [0, 1, 0, 0, 0, 0, 0, 1]:
        asked.append(False)
        asyncio.run(turns.look(running, take))
    assert asked == [True, True, True, False, True, False, True, True]


async def _begin(_worker: object, _run: object, _configuration: object, status: Any) -> None:
    """As Prefect's worker, which tells the number of the process that it has begun."""
    status.started(4711)


def _settings_asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def settings() -> dict[str, str]:
        asked.append("all")
        return {"PREFECT_API_URL": "http://127.0.0.1:9/api"}

    monkeypatch.setattr(BaseJobConfiguration, "_base_environment", staticmethod(settings))
    return asked


def test_it_is_prefects_worker_with_the_limit_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["worker", "start", "--pool", "bollettino", "--limit", "40"]
    monkeypatch.setattr(sys, "argv", ["pausable_worker", str(tmp_path), *words])
    monkeypatch.setattr(ProcessWorker, "get_and_submit_flow_runs", None)
    monkeypatch.setattr(ProcessWorker, "run", _begin)
    asked = _settings_asked(monkeypatch)
    began: list[list[str]] = []
    monkeypatch.setattr(prefect.cli, "app", lambda: began.append(sys.argv))
    before = signal.getsignal(signal.SIGUSR1)
    try:
        pausable_worker.main()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert began == [["prefect", *words]]
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    worker = SimpleNamespace(limiter=SimpleNamespace(borrowed_tokens=0), _last_polled_time=long_ago)
    (tmp_path / REST).touch()
    assert asyncio.run(ProcessWorker.get_and_submit_flow_runs(cast(ProcessWorker, worker))) == []
    assert worker._last_polled_time > long_ago, "it looked, and is well: what Prefect's health server asks"
    told: list[str] = []
    status: Any = SimpleNamespace(started=told.append)
    nobody: Any = None
    asyncio.run(ProcessWorker.run(nobody, nobody, nobody, status))
    for _ in range(3):
        given = ProcessJobConfiguration()._base_environment()
        assert given == {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
        given["PREFECT_API_URL"] = "another run's"
    assert len(asked) == 1, "Prefect goes through all its settings for each run; they stay as they are"
    assert told == [f"{socket.gethostname()}:4711"], "on another machine the number alone is somebody else's"


def test_one_that_leaves_ends_after_its_last_run_and_the_other_takes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: told.append((pid, number)))
    leaving, other = Turns(tmp_path), Turns(tmp_path)
    leaving.is_leaving = True
    assert (_looked(leaving, 1), told) == ([], [])
    assert (_looked(leaving, 0), told) == ([], [(os.getpid(), signal.SIGTERM)])
    assert _looked(other, 3) == ["a run"]
    assert disk.is_locked(tmp_path / TAKES)


def test_a_host_is_at_rest_when_each_of_its_workers_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "EVERY", 0.02)
    pool = cast(Pool, SimpleNamespace(server_state=tmp_path))
    assert drain.rest(pool, lambda *_: None, 0.0), "no worker is here"
    (tmp_path / REST).unlink()
    turns, shares = Turns(tmp_path), list[float]()
    assert not drain.rest(pool, lambda _, share: shares.append(share), 0.1)
    assert shares
    polls = threading.Timer(0.1, _looked, (turns, 0))
    polls.start()
    assert drain.rest(pool, lambda *_: None, 10.0)
    polls.join()
