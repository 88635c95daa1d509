"""The rules of a Comune's wall: what each operation that is permitted is narrowed to.

A rule says how an operation goes on: as it is, with a filter that only this Comune's things pass, or not at
all. What is another's is answered as what is not there. Runs for all Comuni are nobody's.
"""

from typing import Any
from urllib.parse import quote

from flows.door import tenant_filters
from flows.door.request_bodies import RejectedRequest
from flows.door.tenant_filters import canonical, only
from flows.door.tenant_request import ABSENT, Asked, Passed, Rule, TenantScope, Told

CLOSED = "Questa operazione qui è chiusa."
SLOTS = "active_slots"  # of a pool or a queue: how many runs of all Comuni are under way
AT_ONCE = 10  # task runs whose logs are asked for together: Prefect's pages ask for one


async def _as_it_is(_tenant: TenantScope, _asked: Asked) -> Passed:
    """It tells of no Comune."""
    return Passed()


async def _nothing(_tenant: TenantScope, _asked: Asked) -> Passed:
    """It tells of all Comuni together, and of none alone."""
    raise RejectedRequest(ABSENT, 404)


async def _refused(_tenant: TenantScope, _asked: Asked) -> Passed:
    """It would change something for all."""
    raise RejectedRequest(CLOSED)


def _always(value: Any) -> Rule:
    """What is of the whole server: there is none of it."""

    async def rule(_tenant: TenantScope, _asked: Asked) -> Told:
        return Told(value)

    return rule


async def _by_deployments(tenant: TenantScope, asked: Asked) -> Passed:
    """Whatever else is asked for: Prefect joins a run and its deployment before it looks at either."""
    body = await asked.body()
    return Passed({**body, "deployments": await _ours(tenant, body)})


async def _ours(tenant: TenantScope, body: dict[str, Any]) -> dict[str, Any]:
    return only(body.get("deployments"), "id", (await tenant.holdings.deployments()).keys())


async def _flows(tenant: TenantScope, asked: Asked) -> Passed:
    """A flow is that of all Comuni, and so are its runs: whoever asks for flows by these must ask by ours."""
    body = await asked.body()
    body |= {"deployments": await _ours(tenant, body)}
    if body.get("flow_runs") is not None or body.get("task_runs") is not None:
        mine = (await tenant.holdings.deployments()).keys()
        body |= {"flow_runs": only(body.get("flow_runs"), "deployment_id", mine)}
    return Passed(body)


async def _artifacts(tenant: TenantScope, asked: Asked) -> Passed:
    """By key, since a run for all makes some of a Comune's; by run where it is asked for by anything of one,
    which would tell something of such a run.
    """
    body = await asked.body()
    wanted = tenant_filters.conditions(body.get("artifacts"))
    others = ("flow_runs", "task_runs", "flows", "deployments")
    if {"flow_run_id", "task_run_id"} & wanted.keys() or any(body.get(name) is not None for name in others):
        return Passed({**body, "deployments": await _ours(tenant, body)})
    named = tenant_filters.conditions(wanted.get("key")).get("any_")
    keys = await tenant.holdings.keys() if named is None else _strings(named)
    mine = [key for key in keys if tenant.holdings.has_key(key)]
    return Passed({**body, "artifacts": only(wanted, "key", mine)})


def _strings(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise RejectedRequest(tenant_filters.UNREADABLE, 422)
    return values


async def _logs(tenant: TenantScope, asked: Asked) -> Passed | Told:
    body = await asked.body()
    found = await logs(tenant, body.get("logs"))
    return Told([]) if found is None else Passed({**body, "logs": found})


async def logs(tenant: TenantScope, given: Any) -> dict[str, Any] | None:
    """Of runs, or task runs, that are asked for by their ids; None where none is a run of ours.

    Prefect's filter of logs knows nothing of a run but its id.
    """
    wanted = tenant_filters.conditions(given)
    runs = tenant_filters.conditions(wanted.get("flow_run_id")).get("any_")
    tasks = tenant_filters.conditions(wanted.get("task_run_id")).get("any_")
    if runs is None and tasks is None:
        return None
    if runs is None:
        found = [
            await tenant.holdings.ask("GET", f"/task_runs/{id}") for id in tenant_filters.ids(tasks)[:AT_ONCE]
        ]
        runs = [one["flow_run_id"] for one in found if one and one["flow_run_id"]]
    mine = await tenant.holdings.runs(tenant_filters.ids(runs))
    return only(wanted, "flow_run_id", mine) if mine else None


async def _events(tenant: TenantScope, asked: Asked) -> Passed:
    body = await asked.body()
    return Passed(
        {**body, "filter": tenant_filters.events(body.get("filter"), [*await tenant.holdings.deployments()])}
    )


async def _next_events(tenant: TenantScope, asked: Asked) -> Passed:
    token = tenant_filters.page(asked.value("page-token"), [*await tenant.holdings.deployments()])
    return Passed(query={"page-token": token})


async def _deployment(tenant: TenantScope, asked: Asked) -> Passed:
    if asked.id not in await tenant.holdings.deployments():
        raise RejectedRequest(ABSENT, 404)
    return Passed()


async def _deployment_by_name(tenant: TenantScope, asked: Asked) -> Passed:
    name = asked.operation.places["deployment_name"]
    if name not in {one.name for one in (await tenant.holdings.deployments()).values()}:
        raise RejectedRequest(ABSENT, 404)
    return Passed()


async def _run(tenant: TenantScope, asked: Asked) -> Passed:
    await tenant.require_run(asked.id)
    return Passed()


def _of_run(path: str, *, within: str = "") -> Rule:
    """A thing that says of which run it is, maybe within one of its fields."""

    async def rule(tenant: TenantScope, asked: Asked) -> Passed:
        found = await tenant.thing(f"{path}{asked.id}")
        await tenant.require_run(((found.get(within) or {}) if within else found).get("flow_run_id"))
        return Passed()

    return rule


async def _states_of_run(tenant: TenantScope, asked: Asked) -> Passed:
    id = asked.value("flow_run_id")
    await tenant.require_run(id)
    return Passed(query={"flow_run_id": canonical(id)})


async def _states_of_task(tenant: TenantScope, asked: Asked) -> Passed:
    (id,) = tenant_filters.ids([asked.value("task_run_id")])
    await tenant.require_run((await tenant.thing(f"/task_runs/{id}")).get("flow_run_id"))
    return Passed(query={"task_run_id": id})


async def _artifact(tenant: TenantScope, asked: Asked) -> Passed:
    found = await tenant.thing(f"/artifacts/{asked.id}")
    if not tenant.holdings.has_key(found.get("key")):
        await tenant.require_run(found.get("flow_run_id"))
    return Passed()


async def _artifact_of_key(tenant: TenantScope, asked: Asked) -> Passed:
    if not tenant.holdings.has_key(asked.operation.places["key"]):
        raise RejectedRequest(ABSENT, 404)
    return Passed()


async def _flow(tenant: TenantScope, asked: Asked) -> Passed:
    if asked.id not in {one.flow for one in (await tenant.holdings.deployments()).values()}:
        raise RejectedRequest(ABSENT, 404)
    return Passed()


async def _flow_by_name(tenant: TenantScope, asked: Asked) -> Passed:
    found = await tenant.thing(f"/flows/name/{quote(asked.operation.places['name'], safe='')}")
    if found["id"] not in {one.flow for one in (await tenant.holdings.deployments()).values()}:
        raise RejectedRequest(ABSENT, 404)
    return Passed()


async def _count_tasks(tenant: TenantScope, asked: Asked) -> Told:
    wanted = tenant_filters.ids((await asked.body()).get("flow_run_ids"))
    mine = {"flow_run_ids": sorted(await tenant.holdings.runs(wanted))}
    counted = await tenant.holdings.ask("POST", "/ui/flow_runs/count-task-runs", mine)
    return Told({**dict.fromkeys(wanted, 0), **counted})


async def _count_deployments(tenant: TenantScope, asked: Asked) -> Told:
    """The server would count those of all Comuni."""
    wanted = tenant_filters.ids((await asked.body()).get("flow_ids"))
    flows = [one.flow for one in (await tenant.holdings.deployments()).values()]
    return Told({id: flows.count(id) for id in wanted})


async def _next_runs(tenant: TenantScope, asked: Asked) -> Told:
    """The server would tell that of any Comune."""
    wanted = tenant_filters.ids((await asked.body()).get("flow_ids"))
    names = ("id", "flow_id", "name", "state_name", "state_type", "next_scheduled_start_time")
    soonest: dict[str, Any] = {}
    for run in await tenant.holdings.coming():
        if run["next_scheduled_start_time"]:
            soonest.setdefault(run["flow_id"], {name: run[name] for name in names})
    return Told({id: soonest.get(id) for id in wanted})


async def _pools(tenant: TenantScope, asked: Asked) -> Passed:
    body = await asked.body()
    return Passed({**body, "work_pools": only(body.get("work_pools"), "name", [tenant.pool])}, hides=SLOTS)


async def _pool(tenant: TenantScope, asked: Asked) -> Passed:
    places = asked.operation.places
    if (places.get("work_pool_name") or places["name"]) != tenant.pool:
        raise RejectedRequest(ABSENT, 404)
    return Passed(hides=SLOTS)


async def _queues(tenant: TenantScope, asked: Asked) -> Passed:
    body = await asked.body()
    queues = {one.queue for one in (await tenant.holdings.deployments()).values() if one.queue}
    return Passed({**body, "work_queues": only(body.get("work_queues"), "id", queues)}, hides=SLOTS)


async def _queue(tenant: TenantScope, asked: Asked) -> Passed:
    if asked.id not in {one.queue for one in (await tenant.holdings.deployments()).values()}:
        raise RejectedRequest(ABSENT, 404)
    return Passed(hides=SLOTS)


async def _queues_of_deployment(tenant: TenantScope, asked: Asked) -> Passed:
    await _deployment(tenant, asked)
    return Passed(hides=SLOTS)


BY_RULE: dict[Rule, str] = {
    _as_it_is: """
        GET  /admin/version
        GET  /csrf-token
        GET  /health
        GET  /ready
        GET  /version
    """,
    _always([]): """
        POST /automations/filter
        GET  /automations/related-to/{resource_id}
        POST /concurrency_limits/filter
        POST /saved_searches/filter
        POST /v2/concurrency_limits/filter
    """,
    _always(0): "POST /automations/count",
    _nothing: """
        POST /work_pools/{name}/concurrency_status
        GET  /work_queues/name/{name}
        POST /work_queues/{id}/concurrency_status
        GET  /work_queues/{id}/status
    """,
    _refused: "PATCH /work_pools/{name}",
    _by_deployments: """
        POST /deployments/count
        POST /deployments/filter
        POST /deployments/paginate
        POST /flow_runs/count
        POST /flow_runs/filter
        POST /flow_runs/history
        POST /flow_runs/lateness
        POST /flow_runs/paginate
        POST /task_runs/count
        POST /task_runs/filter
        POST /task_runs/history
        POST /task_runs/paginate
        POST /ui/flow_runs/history
        POST /ui/task_runs/count
        POST /ui/task_runs/dashboard/counts
    """,
    _flows: """
        POST /flows/count
        POST /flows/filter
        POST /flows/paginate
    """,
    _artifacts: """
        POST /artifacts/count
        POST /artifacts/filter
        POST /artifacts/latest/count
        POST /artifacts/latest/filter
    """,
    _artifact: "GET /artifacts/{id}",
    _artifact_of_key: "GET /artifacts/{key}/latest",
    _deployment: """
        GET  /deployments/{id}
        GET  /deployments/{id}/schedules
        POST /deployments/{id}/create_flow_run
    """,
    _queues_of_deployment: "GET /deployments/{id}/work_queue_check",
    _deployment_by_name: "GET /deployments/name/{flow_name}/{deployment_name}",
    _events: """
        POST /events/count-by/{countable}
        POST /events/filter
    """,
    _next_events: "GET /events/filter/next",
    _run: """
        GET  /flow_runs/{id}
        GET  /flow_runs/{id}/graph
        GET  /flow_runs/{id}/graph-v2
        GET  /flow_runs/{id}/input/{key}
        GET  /flow_runs/{id}/logs/download
        POST /flow_runs/{id}/resume
    """,
    _states_of_run: "GET /flow_run_states/",
    _states_of_task: "GET /task_run_states/",
    _of_run("/flow_run_states/", within="state_details"): "GET /flow_run_states/{id}",
    _of_run("/task_run_states/", within="state_details"): "GET /task_run_states/{id}",
    _of_run("/task_runs/"): """
        GET  /task_runs/{id}
        GET  /ui/task_runs/{id}
    """,
    _flow: "GET /flows/{id}",
    _flow_by_name: "GET /flows/name/{name}",
    _logs: "POST /logs/filter",
    _count_tasks: "POST /ui/flow_runs/count-task-runs",
    _count_deployments: "POST /ui/flows/count-deployments",
    _next_runs: "POST /ui/flows/next-runs",
    _pools: """
        POST /work_pools/count
        POST /work_pools/filter
    """,
    _pool: """
        GET  /work_pools/{name}
        POST /work_pools/{work_pool_name}/queues/filter
        GET  /work_pools/{work_pool_name}/queues/{name}
        POST /work_pools/{work_pool_name}/workers/filter
    """,
    _queues: "POST /work_queues/filter",
    _queue: "GET /work_queues/{id}",
}
RULES: dict[tuple[str, str], Rule] = {
    (line.split()[0], line.split()[1]): rule
    for rule, lines in BY_RULE.items()
    for line in lines.strip().splitlines()
}
