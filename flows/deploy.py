"""Registers the deployments: `deployments/prefect.yaml`, plus the profile's slug, slots and pool."""

import contextlib
import importlib
import shlex
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, get_type_hints

import yaml
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.utilities.callables import parameter_schema
from pydantic.fields import FieldInfo

from flows.door.request_bodies import AT_ONCE_QUEUE, BY_CLOCK, FORMS
from flows.door.sealed_code import OF_THE_PERSON
from flows.profiles.comune import Profile
from flows.profiles.fleet import OWN, FleetFile
from flows.settings import ROOT, Settings, load

AT_ONCE = 200  # deployments in one answer of Prefect's; an installation has 25
LIST = "elenco"  # the key of a field of a start form that says which list it is chosen from
EDITORS = "redattori"
ELSE = "Non è nell'elenco"  # the last of each list of bulletins, so that none is ever empty
LAUNCHER = [sys.executable, "-I", "-S", str(ROOT / "flows" / "runs" / "launcher.py")]
# How the worker starts a run: without a place for what a run or a deployment asks, a command for one. Not
# even an empty `env`: the worker fills that from the run.
JOB: dict[str, Any] = {
    "job_configuration": {
        "stream_output": True,
        "command": shlex.join(LAUNCHER),
    },
    "variables": {"type": "object", "properties": {}},
}
YAML = ROOT / "deployments" / "prefect.yaml"
SLOTS = "slot_schedules"  # the key of a block that names the slot times at which it starts
# A block may name its `queue`: how many of such runs there are at a time, over all workers. An alert opens
# the forms of hundreds of Comuni at once, each for seconds a process of 80 MB; people wait for none of them.
QUEUES = {FORMS: 8}
FOR_ALL = "of_fleet"  # the key of a block that names the flow which does the same for all Comuni of a fleet
PACE = "interval_of_fleet"  # and of one whose run for all comes after other seconds than that of each
MISSING, OUTDATED, STRANGE = "missing", "outdated", "of another version"  # what is with a deployment
# A deployment as it is to be, where the server has it already as this.
Wanted = Callable[[DeploymentResponse | None], dict[str, Any]]


def entry(entrypoint: str) -> Flow[Any, Any]:
    """The flow behind `module:function`. A module, never a file: a file would put flows/ on sys.path."""
    module, _, name = entrypoint.partition(":")
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, Flow):
        raise TypeError(f"{entrypoint} is not a flow")
    return found


def schedules(
    block: dict[str, Any], profile: Profile, *, in_fleet: bool = False
) -> list[CronSchedule | IntervalSchedule]:
    """The block's own intervals, and a weekly cron for each of the profile's slot times it names.

    None where the fleet does it for all its Comuni in one run.
    """
    if in_fleet and FOR_ALL in block:
        return []
    crons = dict.fromkeys(
        getattr(slot, name).cron for name in block.get(SLOTS, []) for slot in profile.weekly_slots
    )
    return [*intervals(block), *(CronSchedule(cron=cron, timezone="Europe/Rome") for cron in crons)]


def intervals(block: dict[str, Any], pace: int | None = None) -> list[IntervalSchedule]:
    """The block's own, or of another pace in seconds."""
    return [
        IntervalSchedule(interval=timedelta(seconds=pace or item["interval"]), timezone="Europe/Rome")
        for item in block.get("schedules", [])
    ]


_fields = lru_cache(maxsize=64)(parameter_schema)  # 13 ms each; every Comune of a fleet has the same flows


def form(flow: Flow[Any, Any], editors: Sequence[str], *, who_is_asked: bool = True) -> dict[str, Any]:
    """The schema of the run's form, with the Italian titles that Prefect replaces by parameter names.

    Where a field names a list there is one: of the editors, or of bulletins (`flows/runs/choices.py`).
    `who_is_asked`: nobody signs in, and so the form asks for a name and a code.
    """
    schema = _fields(flow).model_dump()
    for name, hint in get_type_hints(flow.fn, include_extras=True).items():
        field = schema["properties"].get(name)
        for note in getattr(hint, "__metadata__", ()):
            if isinstance(note, FieldInfo) and field is not None:
                field |= {"title": note.title} if note.title else {}
                field |= note.json_schema_extra if isinstance(note.json_schema_extra, dict) else {}
        if field is not None and LIST in field:
            if field.get("default") == "":  # none of the list: it has to be chosen
                del field["default"]
                schema["required"] = [*schema.get("required", []), name]
            first = [field["default"]] if "default" in field else []
            field["enum"] = [*first, *editors] if field[LIST] == EDITORS else [ELSE]
    return schema if who_is_asked else without_who(schema)


def without_who(schema: dict[str, Any]) -> dict[str, Any]:
    """A start form that asks nobody who they are: they have signed in."""
    fields = {name: field for name, field in schema["properties"].items() if name not in OF_THE_PERSON}
    required = [name for name in schema.get("required", []) if name in fields]
    return {**schema, "properties": fields, "required": required}


def blocks() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The deployments and the pull steps of prefect.yaml; `$PWD` is where the application runs from."""
    text = YAML.read_text(encoding="utf-8").replace("{{ $PWD }}", str(ROOT))
    read = yaml.safe_load(text)
    return read["deployments"], read["pull"]


def startable(settings: Settings, by: str = "editors") -> frozenset[str]:
    """The names of the deployments that editors (or operators) may start; each is one, by the slug in it."""
    return frozenset(settings.deployment(block["name"]) for block in blocks()[0] if block.get(f"for_{by}"))


def refuse() -> None:
    """A step of prefect.yaml, for who calls `prefect deploy` with a pool: SystemExit before it registers."""
    raise SystemExit("Nothing was registered: use `python -m flows deploy`, which adds the profile's slots.")


def take_on(comune: str) -> None:
    """A step of each deployment of a fleet's, in the process of its run: from now on it is for this Comune.

    A step, since whoever starts a run may set its parameters and tags, and its variables if the pool let
    them; what a deployment does first is said by us alone.
    """
    load(comune).enter("worker")


def steps(settings: Settings, pull: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a run does before its flow."""
    named = {f"{__name__}.{take_on.__name__}": {"comune": settings.profile.slug}}
    return [*pull, named] if settings.fleet else [*pull]


def whose(pull_steps: Sequence[Mapping[str, Any]] | None) -> str | None:
    """The Comune that the runs of a deployment with such steps take on; None: none."""
    last = pull_steps[-1] if pull_steps else {}
    comune = last.get(f"{__name__}.{take_on.__name__}", {}).get("comune")
    return comune if isinstance(comune, str) else None


def name_for_all(name: str) -> str:
    """A fleet's own deployment. No Comune has one that is called so: no slug and no block has such a mark."""
    return f"{name}_tutti"


def deploy_fleet(fleet: FleetFile) -> list[str]:
    """Register what is done for all Comuni of a fleet together; return the full names of the deployments."""
    with get_client(sync_client=True) as client:
        _make_pool(client, fleet.prefect.pool)
        _make_queue(client, fleet)
        names = [_register(client, name, wanted) for name, wanted in _planned_for_all(fleet).items()]
        _delete(client, registered_for_all(client), {name.partition("/")[2] for name in names})
        return names


def changes_for_all(client: SyncPrefectClient, fleet: FleetFile) -> dict[str, str]:
    """As `changes`, of what `deploy_fleet` registers."""
    told = _otherwise(client, fleet.prefect.pool, registered_for_all(client), _planned_for_all(fleet))
    try:
        queue = client.read_work_queue_by_name(BY_CLOCK, work_pool_name=fleet.prefect.pool)
        is_other = queue.concurrency_limit != fleet.prefect.most_by_clock
        return told | ({BY_CLOCK: OUTDATED} if is_other else {})
    except ObjectNotFound:
        return told | {BY_CLOCK: MISSING}


def registered_for_all(client: SyncPrefectClient) -> dict[str, DeploymentResponse]:
    """What the server has of a fleet's own, by its name."""
    return _tagged(client, OWN, name_for_all(""))


def _planned_for_all(fleet: FleetFile) -> dict[str, Wanted]:
    deployments, pull = blocks()
    return {
        name_for_all(block["name"]): partial(_wanted_for_all, fleet, block, pull)
        for block in deployments
        if FOR_ALL in block
    }


def _wanted_for_all(
    fleet: FleetFile,
    block: dict[str, Any],
    pull: Sequence[dict[str, Any]],
    before: DeploymentResponse | None,
) -> dict[str, Any]:
    return {
        "name": name_for_all(block["name"]),
        "entrypoint": block[FOR_ALL],
        "pull_steps": [*pull],
        "work_pool_name": fleet.prefect.pool,
        "description": f"Per tutti i Comuni insieme. {block['description']}",
        "tags": [*block["tags"], OWN],
        "parameters": block.get("parameters", {}),
        "parameter_openapi_schema": form(entry(block[FOR_ALL]), []),
        "enforce_parameter_schema": True,
        "schedules": _as_before(intervals(block, block.get(PACE)), before),
    }


def _before(client: SyncPrefectClient, full: str) -> DeploymentResponse | None:
    """What is registered by now; None: nothing."""
    try:
        return client.read_deployment_by_name(full)
    except ObjectNotFound:
        return None


def _as_before(
    planned: Sequence[CronSchedule | IntervalSchedule], before: DeploymentResponse | None
) -> list[DeploymentScheduleCreate]:
    """A schedule that a person paused in the UI stays paused."""
    paused = {when(item.schedule) for item in before.schedules if not item.active} if before else set()
    return [
        DeploymentScheduleCreate(schedule=schedule, active=when(schedule) not in paused)
        for schedule in planned
    ]


def when(schedule: object) -> str:
    """What makes two schedules the same; the server gives intervals an anchor of its own."""
    for name in ("cron", "interval"):
        if (value := getattr(schedule, name, None)) is not None:
            return f"{name} {value} {getattr(schedule, 'timezone', None)}"
    return repr(schedule)


def _make_pool(client: SyncPrefectClient, pool: str) -> None:
    with contextlib.suppress(ObjectAlreadyExists):  # a second start
        client.create_work_pool(WorkPoolCreate(name=pool, type="process", base_job_template=JOB))
    client.update_work_pool(pool, WorkPoolUpdate(base_job_template=JOB))  # an older one's
    for name, most in QUEUES.items():
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_queue(name, work_pool_name=pool, concurrency_limit=most, priority=2)


def _make_queue(client: SyncPrefectClient, fleet: FleetFile) -> None:
    """The one with a limit; made last, it goes last."""
    pool, limit = fleet.prefect.pool, fleet.prefect.most_by_clock
    with contextlib.suppress(ObjectAlreadyExists):
        client.create_work_queue(BY_CLOCK, concurrency_limit=limit, work_pool_name=pool)
    found = client.read_work_queue_by_name(BY_CLOCK, work_pool_name=pool)
    client.update_work_queue(found.id, concurrency_limit=limit)


def _keep_lists(schema: dict[str, Any], before: dict[str, Any]) -> None:
    for name, field in schema["properties"].items():
        known = before.get("properties", {}).get(name, {})
        if LIST in field and field[LIST] == known.get(LIST) != EDITORS:
            field["enum"] = known["enum"]


def _wanted(
    settings: Settings,
    block: dict[str, Any],
    pull: Sequence[dict[str, Any]],
    before: DeploymentResponse | None,
) -> dict[str, Any]:
    """A deployment as it is to be, where the server has it already as `before`: a schedule that a person
    paused in the UI stays paused, and a list of bulletins what it is.
    """
    names = [editor.name for editor in settings.profile.editors]
    schema = form(entry(block["entrypoint"]), names, who_is_asked=not settings.signs_in)
    if before is not None:
        _keep_lists(schema, before.parameter_openapi_schema or {})
    return {
        "name": settings.deployment(block["name"]),
        "entrypoint": block["entrypoint"],
        "pull_steps": steps(settings, pull),
        "work_pool_name": settings.work_pool,
        "work_queue_name": BY_CLOCK
        if settings.fleet and SLOTS in block
        else block.get("queue", AT_ONCE_QUEUE),
        "description": settings.profile.prova + block["description"],
        "tags": [*block["tags"], settings.profile.slug],
        "parameters": block.get("parameters", {}),
        "parameter_openapi_schema": schema,
        "enforce_parameter_schema": True,
        "schedules": _as_before(
            schedules(block, settings.profile, in_fleet=settings.fleet is not None), before
        ),
    }


def _is_as(before: DeploymentResponse, wanted: dict[str, Any]) -> bool:
    """Whether to register it would change nothing."""
    planned, tags = wanted["schedules"], wanted["tags"]
    return (
        sorted((when(item.schedule), item.active) for item in before.schedules)
        == sorted((when(item.schedule), item.active) for item in planned)
        and sorted(before.tags) == sorted(tags)
        and all(getattr(before, key) == wanted[key] for key in wanted.keys() - {"schedules", "tags"})
    )


def _ours(client: SyncPrefectClient, settings: Settings) -> dict[str, DeploymentResponse]:
    """What the server has of this Comune, by its name."""
    return _tagged(client, settings.profile.slug, settings.deployment(""))


def _tagged(client: SyncPrefectClient, tag: str, end: str) -> dict[str, DeploymentResponse]:
    tagged = DeploymentFilter(tags=DeploymentFilterTags(all_=[tag]))
    found = client.read_deployments(deployment_filter=tagged, limit=AT_ONCE)
    return {one.name: one for one in found if one.name.endswith(end)}


def changes(client: SyncPrefectClient, settings: Settings) -> dict[str, str]:
    """What `deploy` would change: the name of a deployment, or of the work pool, and what is with it. Empty:
    nothing.
    """
    return _otherwise(client, settings.work_pool, _ours(client, settings), _planned(settings))


def _otherwise(
    client: SyncPrefectClient,
    pool: str,
    found: dict[str, DeploymentResponse],
    planned: Mapping[str, Wanted],
) -> dict[str, str]:
    told = {}
    try:
        if client.read_work_pool(pool).base_job_template != JOB:
            told[pool] = OUTDATED
    except ObjectNotFound:
        told[pool] = MISSING
    for name, wanted in planned.items():
        before = found.get(name)
        if before is None:
            told[name] = MISSING
        elif not _is_as(before, wanted(before)):
            told[name] = OUTDATED
    return told | {name: STRANGE for name in found if name not in planned}


def _planned(settings: Settings) -> dict[str, Wanted]:
    deployments, pull = blocks()
    return {
        settings.deployment(block["name"]): partial(_wanted, settings, block, pull)
        for block in deployments
        if block.get("stage") in (None, settings.profile.stage)
    }


def _register(client: SyncPrefectClient, name: str, wanted: Wanted) -> str:
    flow = entry(wanted(None)["entrypoint"])
    full = f"{flow.name}/{name}"
    flow_id = client.create_flow_from_name(flow.name)
    client.create_deployment(flow_id=flow_id, **wanted(_before(client, full)))
    return full


def deploy(settings: Settings) -> list[str]:
    """Register everything with the running server; return the full names of the deployments."""
    with get_client(sync_client=True) as client:
        _make_pool(client, settings.work_pool)
        if settings.fleet:
            _make_queue(client, settings.fleet)
        names = [_register(client, name, wanted) for name, wanted in _planned(settings).items()]
        take_away(client, settings, {name.partition("/")[2] for name in names})
        return names


def registered(client: SyncPrefectClient, settings: Settings) -> list[str]:
    """The names of what the server has of this Comune."""
    return sorted(_ours(client, settings))


def take_away(client: SyncPrefectClient, settings: Settings, but: Collection[str] = ()) -> list[str]:
    """Of this Comune's what is not among the names `but`, as what an older version registered: its schedule
    would start what is not there any more. What the server planned of it goes along.
    """
    return _delete(client, _ours(client, settings), but)


def _delete(
    client: SyncPrefectClient, found: dict[str, DeploymentResponse], but: Collection[str]
) -> list[str]:
    gone = [name for name in found if name not in but]
    for name in gone:
        client.delete_deployment(found[name].id)
    return gone
