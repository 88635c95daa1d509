"""What Prefect plans by itself is named by its server, in two invented words, until it starts.

The server offers no other way (3.9.1): a schedule has a slug and parameters, none of which reaches the name
of its runs, and `flow_run_name` is asked when a run begins. So those an editor waits for are renamed as they
come, and again where a closure moved their bulletin, or a new `deploy` had them planned anew.
"""

from collections.abc import Collection
from datetime import date, datetime

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from sqlalchemy import Engine

from db.engine import reading
from flows.bulletin.language.dates import giorno
from flows.draft.slots import closed_days, slot_after
from flows.profiles.comune import Profile
from flows.runs.client import AT_ONCE
from flows.settings import Settings


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
