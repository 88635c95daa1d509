"""A backfill as a process of its own: killed in the middle, started again, and watched on a terminal."""

import asyncio
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.models import Origin
from deployments.sandbox.articles import ArticleOrder, publish
from flows.backfill import backfill_all
from flows.sources.past_ways import Window
from tests.world.comune import SECRETS, Comune

ROOT = Path(__file__).resolve().parent.parent
DAYS = range(15, 23)


class Held:
    """The sandbox, holding back the answer to the n-th page of an article until told to go on."""

    def __init__(self, sandbox: Any, number: int) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self._sandbox, self._left = sandbox, number

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "/novita/notizia-di-" in scope["path"]:
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                while not self.go_on.is_set():
                    await asyncio.sleep(0.01)
        await self._sandbox(scope, receive, send)


@pytest.fixture
def window(comune: Comune) -> Window:
    for days in range(10, 30):
        order = ArticleOrder(title=f"Notizia di {days} giorni fa", abstract="Una notizia del Comune.")
        publish(comune.world.store, order, comune.now - timedelta(days=days))
    today = comune.now.date()
    return Window(today - timedelta(days=DAYS[-1]), today - timedelta(days=DAYS[0]))


@pytest.fixture
def stop_at_the_end() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def start(comune: Comune, window: Window, **streams: Any) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        **SECRETS,
        "BOLLETTINO_STATE": str(comune.settings.state),
        "BOLLETTINO_DATABASE": comune.settings.database,
        "TERM": "xterm",
    }
    command = [sys.executable, "-m", "flows", "backfill", "--profile", str(comune.settings.path)]
    days = [str(window.first), str(window.last)]
    return subprocess.Popen([*command, *days], cwd=ROOT, env=environment, text=True, **streams)


def test_a_killed_run_leaves_whole_items_and_the_next_one_brings_the_rest(
    comune: Comune, window: Window, stop_at_the_end: list[subprocess.Popen[str]]
) -> None:
    held = Held(comune.loopback.app, number=4)
    comune.loopback.app = held
    process = start(comune, window, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stop_at_the_end.append(process)
    assert held.reached.wait(60), "the run never asked for the fourth page"
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    held.go_on.set()
    before = comune.news()
    assert len(before) == 3
    assert all(item.abstract == "Una notizia del Comune." for item in before.values())
    readings = backfill_all(comune.settings, window, dry_run=False, now=comune.now)
    assert [reading.failure for reading in readings] == [None] * 4
    assert sum(reading.new for reading in readings) == len(DAYS) - 3
    after = comune.news()
    assert set(after) == {f"Notizia di {days} giorni fa" for days in DAYS}
    assert {title: after[title].id for title in before} == {title: item.id for title, item in before.items()}
    assert {item.origin for item in after.values()} == {Origin.backfilled}


def test_a_terminal_shows_a_bar_and_a_pipe_only_the_outcome(
    comune: Comune, window: Window, stop_at_the_end: list[subprocess.Popen[str]]
) -> None:
    ours, theirs = pty.openpty()
    process = start(comune, window, stdout=subprocess.PIPE, stderr=theirs)
    stop_at_the_end.append(process)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    out, _ = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert "━" in shown.decode("utf-8", "replace")
    assert out.splitlines()[0].endswith(f"{len(DAYS)} new, 0 updated, 0 unchanged")
    assert "━" not in out


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""
