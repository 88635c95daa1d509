"""Prefect's worker, which can be told to take nothing new: its own runs come to their end, others' go on.

Prefect (3.9.1) can pause a pool, which is that of all workers, and a worker that it ends leaves its runs
Running for ever (issue 22528). Here a worker looks, before it asks for runs, whether it is to rest: as long
as the machine's REST is there, or for good once it got SIGUSR1; then it ends when its last run has ended.
It writes down of each run on which machine its process is, too: Prefect's own writes the number alone.
Started as `python -m flows.runs.pausable_worker STATE worker start --limit ...`, with Prefect's own words
behind the folder; without a limit Prefect's worker would not count the runs that it has.
"""

import fcntl
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

REST = "worker.rest"  # in the state folder: the workers of this machine take nothing
TAKES = "worker-takes.lock"  # beside it, held by each that takes runs, or has some


class Turns:
    """Whether one worker takes, and what of it still runs.

    `idle`: how many of its looks it leaves out after one that found nothing, while nothing of it runs.
    """

    def __init__(self, state: Path, *, idle: int = 0) -> None:
        self._rest, self._path = state / REST, state / TAKES
        self._idle, self._left_out = idle, 0
        self._lock: int | None = None
        self.is_leaving = False
        self._take()

    def _take(self) -> None:
        if self._lock is None:
            self._lock = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)  # no run inherits it
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def _end(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if self.is_leaving:
            os.kill(os.getpid(), signal.SIGTERM)

    async def look(self, running: int, take: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
        """Take what is due, or rest."""
        if not (self.is_leaving or self._rest.exists()):
            self._take()
            if self._left_out:
                self._left_out -= 1
                return []
            found = await take()
            self._left_out = 0 if found or running else self._idle
            return found
        if not running:
            self._end()
        return []


class Placed:
    """Hears the number of a run's process from Prefect's worker, and tells it with the machine's name."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def started(self, number: int) -> None:
        self._status.started(f"{socket.gethostname()}:{number}")


def main() -> None:
    from prefect.cli import app
    from prefect.workers.base import BaseJobConfiguration
    from prefect.workers.process import ProcessWorker

    # two workers that look every 2 s take 0.02 core of a fleet at rest that else takes 0.11
    turns = Turns(Path(sys.argv[1]), idle=1)
    signal.signal(signal.SIGUSR1, lambda *_: setattr(turns, "is_leaving", True))
    take = ProcessWorker.get_and_submit_flow_runs

    async def look(self: Any) -> list[Any]:
        # Prefect's health server says no where this is older than 30 times the seconds between two looks. Of
        # itself the worker sets it when the server has answered: but one that rests is well, too, as is one
        # whose server is away, which no other start of the worker mends
        self._last_polled_time = datetime.now(UTC)
        return await turns.look(self.limiter.borrowed_tokens, lambda: take(self))

    ProcessWorker.get_and_submit_flow_runs = look  # type: ignore[method-assign]
    run = ProcessWorker.run

    async def placed(self: Any, flow_run: Any, configuration: Any, task_status: Any = None) -> Any:
        status: Any = Placed(task_status) if task_status else None
        return await run(self, flow_run, configuration, status)

    ProcessWorker.run = placed  # type: ignore[method-assign]
    # for each run it goes through all of Prefect's settings, half of this process's CPU; they do not change
    settings = cache(BaseJobConfiguration._base_environment)
    BaseJobConfiguration._base_environment = staticmethod(lambda: {**settings()})  # type: ignore[method-assign]
    sys.argv = ["prefect", *sys.argv[2:]]
    app()


if __name__ == "__main__":
    main()
