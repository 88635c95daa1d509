"""How the Prefect server does, by its own word: its worker, runs that stand still, what is scheduled.

That it answers proves little: what proves that the clock goes is a round of `sorveglia`
(`flows/doctor/heartbeat.py`). A run stays Submitting for ever when the server goes away in the midst of
taking it, Running when its worker was ended (measured, Prefect 3.9.1), and Cancelling when there is no worker
that would end it: a watch of old Running runs alone would miss the others.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import httpx
import prefect
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import PrefectException

from flows.deploy import (
    AT_ONCE,
    MISSING,
    blocks,
    changes_for_all,
    name_for_all,
    registered_for_all,
    schedules,
    when,
)
from flows.door.request_bodies import BY_CLOCK
from flows.draft.slots import TURN
from flows.profiles.fleet import OWN
from flows.runs.leftover_runs import is_there
from flows.settings import BollettinoError, Settings, fleet_folder

SECONDS = 3.0  # for the server to take a connection; Prefect's client tries for a minute
TAKEN_WITHIN = timedelta(minutes=5)  # from its hour, or from Pending, to Running
SAME_CLOCK = timedelta(minutes=1)  # by which the server's and this machine's may differ
GONE = "?"  # in place of a deployment's name
LONGEST_RUN = timedelta(hours=6)  # of one whose process cannot be looked at: no send takes as long

Client: TypeAlias = SyncPrefectClient  # for who hands it on, and knows nothing of Prefect


class NoServerError(BollettinoError):
    """The Prefect server cannot be asked, or it is none of ours."""


@contextmanager
def connected(settings: Settings) -> Iterator[SyncPrefectClient]:
    """NoServerError where nobody takes a connection; what comes up within is not touched."""
    try:
        socket.create_connection(settings.prefect_place, SECONDS).close()
    except OSError as exc:
        raise NoServerError(f"the Prefect server does not answer at {settings.prefect_address}") from exc
    with get_client(sync_client=True) as client:
        yield client


@contextmanager
def answering() -> Iterator[None]:
    """NoServerError where it goes away in the midst of what it is asked; a defect of ours stays one."""
    try:
        yield
    except (httpx.HTTPError, PrefectException) as exc:
        raise NoServerError(
            f"the Prefect server did not answer as it should ({type(exc).__name__}): what is done stays "
            "done; type the same again once it answers"
        ) from exc


@contextmanager
def _asked(settings: Settings) -> Iterator[SyncPrefectClient]:
    try:
        with connected(settings) as client:
            yield client
    except NoServerError:
        raise
    except Exception as exc:
        raise NoServerError(f"the Prefect server did not answer as it should ({type(exc).__name__})") from exc


def versions(settings: Settings) -> tuple[str, str]:
    """Of the server, and of what is installed here."""
    with _asked(settings) as client:
        return client.api_version(), prefect.__version__


def heard(settings: Settings) -> datetime | None:
    """When a worker last gave a sign of life; None where there never was one."""
    with _asked(settings) as client:
        workers = client.read_workers_for_work_pool(settings.work_pool)
    return max((worker.last_heartbeat_time for worker in workers if worker.last_heartbeat_time), default=None)


@dataclass(frozen=True)
class Stranded:
    """Names of flows whose runs do not move, by what they say of themselves."""

    late: tuple[str, ...] = ()  # scheduled, and their hour has passed
    taken: tuple[str, ...] = ()  # Pending: somebody took them, and never began
    running: tuple[str, ...] = ()  # say that they run, and have no process
    cancelling: tuple[str, ...] = ()  # somebody called them off, and nobody ends them


def stranded(settings: Settings, *, now: datetime, for_all: bool = False) -> Stranded:
    """Runs of this installation that nobody will end; `for_all`: its fleet's, each for all Comuni at once.

    Not what the server planned of a deployment while that was deleted: it reads first, and writes some later.
    """
    tag, end = (OWN, name_for_all("")) if for_all else (settings.profile.slug, settings.deployment(""))
    states = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        tags=FlowRunFilterTags(all_=[tag]),
    )
    runs: list[FlowRun] = []
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[tag]))
    with _asked(settings) as client:
        names = {
            one.id: one.name.removesuffix(end)
            for one in client.read_deployments(deployment_filter=ours, limit=AT_ONCE)
        }
        while page := client.read_flow_runs(flow_run_filter=wanted, limit=AT_ONCE, offset=len(runs)):
            runs += page
        made_of = {run.deployment_id for run in runs if run.deployment_id} - names.keys()
        others = {one for one in made_of if is_there(client, one)}  # another's, with a tag that is called so
    late: list[str] = []
    taken: list[str] = []
    running: list[str] = []
    cancelling: list[str] = []
    for run in runs:
        state = run.state
        if state is None or run.deployment_id in others:
            continue
        verb = names.get(run.deployment_id, GONE) if run.deployment_id else GONE
        if state.is_scheduled():
            due = run.next_scheduled_start_time or run.expected_start_time
            patience = TURN if run.work_queue_name == BY_CLOCK else TAKEN_WITHIN
            if verb != GONE and due is not None and now - due > patience:
                late.append(verb)
        elif state.is_cancelling():
            if now - state.timestamp > TAKEN_WITHIN:
                cancelling.append(verb)
        elif is_lost(run, now=now):
            (taken if state.is_pending() else running).append(verb)
    return Stranded(tuple(late), tuple(taken), tuple(running), tuple(cancelling))


def is_lost(run: FlowRun, *, now: datetime) -> bool:
    """Whether one that says that it works, or that somebody took it, has no process that does."""
    if run.state is None or now - run.state.timestamp <= TAKEN_WITHIN:
        return False
    if run.state.is_pending():
        return True
    return run.state.is_running() and _is_gone(run.infrastructure_pid, run.state.timestamp, now)


def _is_gone(where: str | None, at: datetime, now: datetime) -> bool:
    """`where`: host and number of the process, as the worker writes it down. It said `at` that it runs."""
    host, _, pid = (where or "").rpartition(":")
    if not host and not fleet_folder():  # of Prefect's own worker, which is this machine's
        host = socket.gethostname()
    if host != socket.gethostname() or not pid.isdecimal():
        return now - at > LONGEST_RUN
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    began = _began(int(pid))
    return began is not None and began > at + SAME_CLOCK


def _began(pid: int) -> datetime | None:
    """When what has this number began; None where nobody says so.

    Numbers come again, where there are 32768 of them (Linux without systemd) within minutes; threads have
    one, too. The 22nd field of `stat`, behind a name in which anything may stand: proc(5).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:  # another system, or it has just ended
        return None
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields.split()[19]) / os.sysconf("SC_CLK_TCK")
    return datetime.now(UTC) - timedelta(seconds=age)


@dataclass(frozen=True)
class Planned:
    """What the server has otherwise than the profile says; names of deployments without the slug."""

    missing: tuple[str, ...] = ()
    other: tuple[str, ...] = ()  # at other times
    paused: tuple[str, ...] = ()


def planned(settings: Settings) -> Planned:
    """The deployments and their schedules, against `deployments/prefect.yaml` and the slots."""
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[settings.profile.slug]))
    with _asked(settings) as client:
        found = {one.name: one for one in client.read_deployments(deployment_filter=ours, limit=AT_ONCE)}
    missing, other, paused = [], [], []
    for block in blocks()[0]:
        if block.get("stage") not in (None, settings.profile.stage):
            continue
        deployment = found.get(settings.deployment(block["name"]))
        if deployment is None:
            missing.append(block["name"])
            continue
        wanted = {
            when(one) for one in schedules(block, settings.profile, in_fleet=settings.fleet is not None)
        }
        if wanted != {when(item.schedule) for item in deployment.schedules}:
            other.append(block["name"])
        elif deployment.paused or any(not item.active for item in deployment.schedules):
            paused.append(block["name"])
    return Planned(tuple(missing), tuple(other), tuple(paused))


def planned_for_all(settings: Settings) -> Planned:
    """The same of what its fleet does for all Comuni in one run; of one alone there is nothing."""
    if settings.fleet is None:
        return Planned()
    with _asked(settings) as client:
        otherwise = changes_for_all(client, settings.fleet)
        found = registered_for_all(client)
    end = name_for_all("")
    missing = tuple(name.removesuffix(end) for name, how in otherwise.items() if how == MISSING)
    other = tuple(name.removesuffix(end) for name, how in otherwise.items() if how != MISSING)
    paused = tuple(
        name.removesuffix(end)
        for name, one in found.items()
        if name not in otherwise and (one.paused or not all(item.active for item in one.schedules))
    )
    return Planned(missing, other, paused)
