"""What a unit starts as its worker: a parent that drains before it ends the worker."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from flows import worker
from flows.runs import drain, pausable_worker, warm_worker
from flows.settings import Settings

LASTS = "import time; time.sleep(60)"


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """In the worker's place a process that lasts, until it is ended."""
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def begin(*_: object) -> subprocess.Popen[bytes]:
        begun.append(popen([sys.executable, "-c", LASTS]))
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return begun[-1]

    monkeypatch.setattr(worker, "EVERY", 0.05)
    monkeypatch.setattr("subprocess.Popen", begin)
    return begun


def test_a_stop_drains_while_the_worker_lives_and_then_ends_it(
    settings: Settings, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lived: list[bool] = []

    def drained(*_: object) -> list[drain.Work]:
        lived.append(started[0].poll() is None)
        return []

    monkeypatch.setattr(drain, "drain", drained)
    assert worker.keep(settings) == 0
    assert lived == [True]
    assert started[0].returncode == -signal.SIGTERM


def test_where_the_server_is_away_the_worker_is_ended_all_the_same(
    settings: Settings, started: list[Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("http://127.0.0.1:4200 with a password")

    monkeypatch.setattr(drain, "drain", away)
    assert worker.keep(settings) == 0
    assert started[0].returncode == -signal.SIGTERM
    assert capfd.readouterr().err == "not drained: ConnectionError\n"


def test_a_worker_that_dies_is_told_to_systemd(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = subprocess.Popen
    monkeypatch.setattr("subprocess.Popen", lambda *_: begin([sys.executable, "-c", "pass"]))
    monkeypatch.setattr(worker, "EVERY", 0.05)
    assert worker.keep(settings) == 1


def test_a_parent_tells_the_worker_where_it_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, told = subprocess.Popen, list[list[str]]()

    def begun(command: list[str]) -> subprocess.Popen[bytes]:
        told.append(command[3:])
        return begin([sys.executable, "-c", "pass"])

    monkeypatch.setattr("subprocess.Popen", begun)
    monkeypatch.setattr(worker, "EVERY", 0.05)
    for port in (None, 4401):
        worker.keep(settings, port=port)
    assert told == [["worker"], ["worker", "--port", "4401"]]


def test_one_that_is_begun_where_workers_rest_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing else would: it lives, is online, and takes nothing."""
    monkeypatch.setattr(warm_worker, "start", lambda *_, **__: None)
    settings.server_state.mkdir(parents=True, exist_ok=True)
    for is_resting, told in ((False, False), (True, True)):
        if is_resting:
            (settings.server_state / pausable_worker.REST).touch()
        worker.work(settings)
        assert ("`python -m flows drain --undo`" in capfd.readouterr().err) == told


def test_a_fleet_s_worker_ends_by_itself_and_the_pool_of_all_is_not_touched(
    settings: Settings, started: list[Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "fleet_folder", lambda: settings.path.parent)
    monkeypatch.setattr(drain, "drain", lambda *_: pytest.fail("the others would rest, too"))
    assert worker.keep(settings) == 0
    assert started[0].returncode == -signal.SIGUSR1, "which ends what has no handler yet, and no run"
    assert capfd.readouterr().out == "drained\n"
