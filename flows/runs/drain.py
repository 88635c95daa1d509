"""Ends the worker's work before the worker: nothing new begins, and what runs comes to its end.

A worker of Prefect's (3.9.1) that gets SIGTERM ends within two seconds and leaves its runs Running for ever
(measured; PrefectHQ/prefect issue 22528). So the pool is paused first, and what runs is waited for. What a
worker that was killed has left is ended here, too: as Crashed, so that `watch` sees that it is over. What was
sent stands in our own database, whatever state a run has.

Of a fleet's hosts one rests while the others work on: its workers take nothing new
(`flows.runs.pausable_worker`), and what runs elsewhere is nobody's to end here.
"""

import fcntl
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from db import disk
from flows.runs import hosts, server_health
from flows.runs.client import AT_ONCE, Pool
from flows.runs.pausable_worker import REST, TAKES
from flows.settings import BollettinoError

PATIENCE = 900.0  # seconds; the unit gives its stop a minute more
EVERY = 2.0  # seconds between two looks
WORKING = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
LOCK = "worker.lock"  # in the state folder
LIVES = timedelta(minutes=1)  # after a heartbeat; Prefect's workers give one every 30 seconds
LEFT = "il processo che lo eseguiva è finito prima"


@dataclass(frozen=True)
class Work:
    """A run that says that it works, or is about to."""

    id: UUID
    name: str
    state: str
    since: datetime


def say_that_it_works(state: Path) -> int:
    """From now on, to whoever drains: as long as this process lives, what takes its place (`exec`), or a copy
    of it with a run. Several may; the file that stays open (its descriptor) tells when they are gone.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(state / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)
    os.set_inheritable(lock, True)
    return lock


def place(state: Path) -> int:
    """The first that no worker of this machine has, from 1; kept as what `say_that_it_works` says is."""
    for number in count(1):
        lock = os.open(state / f"worker-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (
            BlockingIOError
        ):  # any other is no worker's: where nothing can be locked, all numbers are alike
            os.close(lock)
            continue
        os.set_inheritable(lock, True)
        return number
    raise AssertionError("counted to the end")


def is_anyone_working(state: Path) -> bool:
    """Whether a worker of this installation lives, or a run of one that has ended."""
    return disk.is_locked(state / LOCK)


def at_work(pool: Pool) -> list[Work]:
    """What of the installation's pool says that it works, the oldest first."""
    return sorted(map(_work, _working(pool)), key=lambda work: work.since)


def _working(pool: Pool) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*WORKING]))
            ),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool.work_pool])),
            limit=AT_ONCE,
        )


def _work(run: FlowRun) -> Work:
    since = run.state.timestamp if run.state else datetime.now(UTC)
    return Work(run.id, run.name, run.state_name or "", since)


def pause(pool: Pool, *, is_paused: bool) -> None:
    """Whether the worker is given new runs; what is due meanwhile waits, and is late."""
    try:
        with get_client(sync_client=True) as client:
            client.update_work_pool(pool.work_pool, WorkPoolUpdate(is_paused=is_paused))
    except ObjectNotFound as exc:
        raise BollettinoError(
            f"the Prefect server knows no work pool {pool.work_pool}: `python -m flows deploy` makes it"
        ) from exc


def _heard(pool: Pool) -> datetime | None:
    """The last heartbeat of a worker of our pool that is online; None where none is."""
    beats = [worker.last_heartbeat_time for worker in hosts.online(pool)]
    last = max((beat for beat in beats if beat is not None), default=None)
    return last if last is not None and datetime.now(UTC) - last < LIVES else None


def doubt(pool: Pool) -> str:
    """Why nobody can say here whether anyone works, for an operator; empty where it is known.

    A worker of a version that held no lock, or of another state folder, is known to Prefect alone.
    """
    if (pool.server_state / LOCK).exists() or _heard(pool) is None:
        return ""
    return (
        f"there is no {LOCK} in {pool.server_state}, yet a worker of {pool.work_pool} is online: it is of "
        "an earlier version or of another state folder (BOLLETTINO_STATE); no run is ended"
    )


def settle(pool: Pool) -> list[Work]:
    """Where nobody works, end what says that it does; what was ended.

    What began after the last heartbeat of a worker that is online may be its own, whatever the lock says.
    """
    works = _of_here(pool)  # before the lock: a worker that comes in between holds it
    if is_anyone_working(pool.server_state) or not works or doubt(pool):
        return []
    heard = _heard(pool)
    left = [work for work in works if heard is None or work.since <= heard]
    _end(left)
    return left


def _of_here(pool: Pool) -> list[Work]:
    """Of what says that it works all but what another host has, or may have taken a moment ago."""
    here, elsewhere, now = socket.gethostname(), hosts.others(pool), datetime.now(UTC)

    def is_here(run: FlowRun) -> bool:
        host = (run.infrastructure_pid or "").rpartition(":")[0]
        return server_health.is_lost(run, now=now) or (host == here if host else not elsewhere)

    return sorted((_work(run) for run in _working(pool) if is_here(run)), key=lambda work: work.since)


def end_lost(pool: Pool, *, now: datetime) -> list[Work]:
    """While others work, end what has lost its process, or was taken and never begun; what was ended.

    Of another machine that is known only hours later: there it is for a round of that machine.
    """
    lost = [_work(run) for run in _working(pool) if server_health.is_lost(run, now=now)]
    _end(lost)
    return lost


def _end(works: list[Work]) -> None:
    with get_client(sync_client=True) as client:
        for work in works:
            client.set_flow_run_state(work.id, Crashed(message=LEFT), force=True)


def drain(pool: Pool, look: Callable[[list[Work], float], None], patience: float = PATIENCE) -> list[Work]:
    """Pause the pool and wait until nothing runs; what still does after `patience` seconds.

    `look` is told what runs, and how much of the time is over, 0 to 1.
    """
    pause(pool, is_paused=True)
    began = time.monotonic()
    while True:
        settle(pool)
        works = at_work(pool)
        spent = time.monotonic() - began
        look(works, min(spent / patience, 1.0) if patience else 1.0)
        if not works or spent >= patience:
            return works
        time.sleep(min(EVERY, patience - spent))


def rest(pool: Pool, look: Callable[[list[Work], float], None], patience: float = PATIENCE) -> bool:
    """Let the workers of this machine take nothing new, and wait for what they have; whether it has ended.

    They say so themselves, and the others of the pool go on. `look` is told as by `drain`.
    """
    pool.server_state.mkdir(mode=0o700, parents=True, exist_ok=True)
    (pool.server_state / REST).touch(mode=0o600)
    began = time.monotonic()
    while disk.is_locked(pool.server_state / TAKES):
        spent = time.monotonic() - began
        if spent >= patience:
            return False
        look([], min(spent / patience, 1.0))
        time.sleep(min(EVERY, patience - spent))
    return True


def undo(pool: Pool) -> list[Work]:
    """Give the worker runs again; what a killed one had left, and was ended before."""
    (pool.server_state / REST).unlink(missing_ok=True)
    left = settle(pool)
    pause(pool, is_paused=False)
    return left


def line(work: Work) -> str:
    """For an operator."""
    seconds = max((datetime.now(UTC) - work.since).total_seconds(), 0)
    return f"  {work.name}: {work.state}, for {seconds:.0f} s"
