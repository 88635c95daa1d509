"""What the runs of an installation cost: seconds of the processor, looked at while they live. On Linux only.

A run is two processes, and neither is a child of who measures: the launcher, which the worker starts, and the
copy of the warm process, which does the work. Until they are reaped the kernel tells of both what they have
used, user and system, in hundredths of a second; the last look comes at most `EVERY` before their end. What
the worker and the Prefect server do for a run is not in it.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flows.deploy import LAUNCHER
from tests.world.trouble import copy_of

EVERY = 0.01  # seconds between two looks
RUN = b"PREFECT__FLOW_RUN_ID="
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Run:
    """Its looks: when, and seconds by then."""

    launcher: int
    copy: int | None = None
    looks: list[tuple[float, float]] = field(default_factory=list)
    used: dict[int, float] = field(default_factory=dict)  # by process
    lives: bool = True

    def look(self) -> None:
        with suppress(OSError):
            self.copy = self.copy or copy_of(self.launcher)
        now = time.time()
        seen = {pid: used for pid in (self.launcher, self.copy) if pid and (used := seconds(pid)) is not None}
        self.used |= seen
        self.lives = self.launcher in seen
        self.looks.append((now, sum(self.used.values())))

    def by(self, moment: datetime) -> float:
        """Seconds that it had used at the last look before."""
        return max((used for at, used in self.looks if at <= moment.timestamp()), default=0.0)

    @property
    def whole(self) -> float:
        return self.looks[-1][1]


class Watch:
    """Of one worker's runs that begin meanwhile, by the flow run's id."""

    def __init__(self, worker: int) -> None:
        self._worker, self._over = worker, threading.Event()
        self._known = pids()  # what began before, and what is no run
        self.runs: dict[str, Run] = {}

    def follow(self) -> None:
        while not self._over.wait(EVERY):
            self._find()
            for run in [run for run in self.runs.values() if run.lives]:
                run.look()

    def _find(self) -> None:
        there = pids()
        self._known &= there  # a number may be another's later
        for pid in there - self._known:
            if parent(pid) != self._worker:
                self._known.add(pid)
            elif run_id := run_of(pid):
                self._known.add(pid)
                self.runs[run_id] = Run(pid)

    def end(self) -> None:
        self._over.set()


@contextmanager
def watching(worker: int) -> Iterator[Watch]:
    watch = Watch(worker)
    thread = threading.Thread(target=watch.follow)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def pids() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208  a hundred times a second


def parent(pid: int) -> int | None:
    return int(told[1]) if (told := stat(pid)) else None


def stat(pid: int) -> list[str] | None:
    """What the kernel tells of it behind its name; None once it is reaped."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return None


def run_of(launcher: int) -> str | None:
    """None where it is no launcher, or not yet."""
    with suppress(OSError):
        if os.fsencode(LAUNCHER[-1]) in Path(f"/proc/{launcher}/cmdline").read_bytes().split(b"\0"):
            given = Path(f"/proc/{launcher}/environ").read_bytes().split(b"\0")
            return next((one.removeprefix(RUN).decode() for one in given if one.startswith(RUN)), None)
    return None


def seconds(pid: int) -> float | None:
    """With those of its children that it has waited for; None once it is reaped."""
    return sum(map(int, told[11:15])) / TICKS if (told := stat(pid)) else None
