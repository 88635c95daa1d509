"""What waits in Prefect of a Comune that retires: forms, and runs that a person planned."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled

from flows.bulletin.status import WAITS
from flows.runs.client import AT_ONCE
from flows.settings import Settings

Run: TypeAlias = FlowRun  # for who hands it on, and knows nothing of Prefect
WAITING = (StateType.PAUSED, StateType.SCHEDULED)
WORKING = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


def waiting(client: SyncPrefectClient, settings: Settings) -> list[FlowRun]:
    """Not what the server planned by itself, which goes with its deployment."""
    found = _of(client, settings, WAITING)
    return [run for run in found if not (run.auto_scheduled and run.state_type == StateType.SCHEDULED)]


def working(client: SyncPrefectClient, settings: Settings) -> list[str]:
    """The names of what runs by now, or is about to."""
    return [run.name for run in _of(client, settings, WORKING)]


def cancel(client: SyncPrefectClient, run: FlowRun, why: str) -> None:
    """With the reason as its message; the editors' list of what waits shows it no longer."""
    client.set_flow_run_state(run.id, Cancelled(message=why), force=True)
    client.update_flow_run(run.id, tags=[tag for tag in run.tags if tag != WAITS])


def forget(client: SyncPrefectClient, settings: Settings) -> None:
    """What the server was about to plan when its deployment went: it reads first, and writes some later.

    Whose deployment is there is another's, with a tag that is called like this Comune: `fermo`, say.
    """
    planned = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        tags=FlowRunFilterTags(all_=[settings.profile.slug]),
    )
    others = 0
    while page := client.read_flow_runs(flow_run_filter=planned, limit=AT_ONCE, offset=others):
        for run in page:
            if run.deployment_id and is_there(client, run.deployment_id):
                others += 1
                continue
            with suppress(ObjectNotFound):
                client.delete_flow_run(run.id)


def is_there(client: SyncPrefectClient, deployment_id: UUID) -> bool:
    """Whether the server has a deployment, whosever it is."""
    try:
        client.read_deployment(deployment_id)
    except ObjectNotFound:
        return False
    return True


def _of(client: SyncPrefectClient, settings: Settings, states: Sequence[StateType]) -> list[FlowRun]:
    wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*states])))
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[settings.profile.slug]))
    runs: list[FlowRun] = []
    while page := client.read_flow_runs(
        flow_run_filter=wanted, deployment_filter=ours, limit=AT_ONCE, offset=len(runs)
    ):
        runs += page
    return runs
