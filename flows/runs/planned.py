"""What Prefect plans by itself is named by its server, in two invented words, until it starts.

The server offers no other way (3.9.1): a schedule has a slug and parameters, none of which reaches the name
of its runs, and `flow_run_name` is asked when a run begins. So those an editor waits for are renamed as they
come, and again where a closure moved their bulletin, or a new `deploy` had them planned anew.
"""

import logging
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import StateType
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from sqlalchemy import Engine

from db import bulletins, senders
from db.engine import reading, transaction
from db.models import Bulletin, BulletinStatus
from flows.bulletin.language.dates import giorno
from flows.draft.slots import closed_days, slot_after
from flows.profiles.comune import Profile
from flows.runs import server_health
from flows.runs.client import AT_ONCE, SENDS
from flows.runs.pausable_worker import REST
from flows.sending import liveness
from flows.settings import Settings

LOG = logging.getLogger(__name__)
BY_THE_CLOCK = "auto-scheduled"  # Prefect's tag of a run that it planned by a schedule


def name_coming(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Name the coming runs of `componi` by the bulletin that each will write. What a person planned keeps
    the name that they gave it.
    """
    coming = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(after_=now),
    )
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[settings.deployment("componi")]))
    with reading(engine) as session:
        closed = closed_days(session, now)
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=coming, deployment_filter=ours, limit=AT_ONCE):
            if not run.auto_scheduled or run.expected_start_time is None:
                continue
            name = title(settings.profile, run.expected_start_time, closed)
            if name and run.name != name:
                client.update_flow_run(run.id, name=name)


def waits_its_turn(settings: Settings, verb: str, *, now: datetime) -> bool:
    """Whether a run that the clock started waits for a worker: many Comuni have the same hour."""
    due = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=now),
    )
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[settings.deployment(verb)]))
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(flow_run_filter=due, deployment_filter=ours, limit=AT_ONCE)
    return any(run.auto_scheduled for run in found)


def others_wait(settings: Settings, engine: Engine, bulletin_id: int, *, hour: datetime | None) -> bool:
    """Whether sends of other Comuni of the fleet, which the clock started at this hour or before, wait for a
    worker: one that has begun gives way to them, and its rest, planned later, comes after theirs. `hour`:
    None for a send of which no slot's hour is known, and which waits for nobody.

    Half the grace long: who gave way is to end within it, too. False while this machine's workers take
    nothing, where the pool is paused, and where the server does not answer.
    """
    if settings.fleet is None or hour is None:
        return False
    grace = timedelta(minutes=settings.profile.grace_minutes)
    due = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=hour, after_=hour - grace),
        tags=FlowRunFilterTags(all_=[BY_THE_CLOCK]),
    )
    sends = DeploymentFilter(name=DeploymentFilterName(like_="invia-"))
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[settings.work_pool]))
    try:
        with reading(engine) as session:
            at = bulletins.send_at(session, session.get_one(Bulletin, bulletin_id))
        if datetime.now(UTC) - at > grace / 2 or (settings.server_state / REST).exists():
            return False
        # each request asks the settings of its own context how often it may try
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), server_health.connected(settings) as client:
            found = client.read_flow_runs(
                flow_run_filter=due, deployment_filter=sends, work_pool_filter=pool, limit=1
            )
            return bool(found) and not client.read_work_pool(settings.work_pool).is_paused
    except Exception as exc:  # noqa: BLE001  whatever it answers, no send ends by it
        LOG.warning("send: whether others wait is not known, it goes on: %s", type(exc).__name__)
        return False


def due() -> datetime | None:
    """When this run was to begin by its schedule; None where a person or another run began it."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return run.expected_start_time if run and run.auto_scheduled else None


def moot(engine: Engine, bulletin_id: int, *, now: datetime) -> str:
    """Why this run, which a program started to send a bulletin, has nothing to do any more, in Italian: while
    it waited for a worker its send was stopped, resumed or came to its end. "" where it has, or a person
    started it.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not (run.idempotency_key or "").startswith(f"{SENDS}-{bulletin_id}-"):
        return ""
    with transaction(engine) as session:
        bulletin = session.get_one(Bulletin, bulletin_id)
        liveness.reap(session, bulletin_id, now=now)  # one that died sends nothing
        is_sending = senders.is_sending(session, bulletin_id, now=now)
    if bulletin.status == BulletinStatus.sending and is_sending and engine.dialect.name == "sqlite":
        return f"Il bollettino {bulletin_id} è già in invio."
    if bulletin.status == BulletinStatus.stopped:
        return f"Il bollettino {bulletin_id} è fermo: lo fa ripartire una persona, con «riprendi»."
    return f"Il bollettino {bulletin_id} è già inviato." if bulletin.status == BulletinStatus.sent else ""


def title(profile: Profile, at: datetime, closed: Collection[date]) -> str:
    """`Componi il bollettino di martedì 1 dicembre`: what `componi` does when it starts at this moment; on
    the slot's own day it is `Aggiorna`. "" where the profile knows no next slot.
    """
    slot = slot_after(profile, at, closed)
    if slot is None:
        return ""
    again = {usual.refresh for usual in profile.weekly_slots} - {
        usual.compose for usual in profile.weekly_slots
    }
    verb = "Aggiorna" if any(when.on_or_before(at) == at for when in again) else "Componi"
    return f"{profile.prova}{verb} il bollettino di {giorno(slot.dispatch_at)}"
