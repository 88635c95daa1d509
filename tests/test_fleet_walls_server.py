"""Every operation that people may do, really sent through the gate of a fleet by the editor of one Comune to
the Prefect server of all: nothing of the neighbour is seen or moved.
"""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import websockets

from flows import deploy
from flows.door import permissions, response_headers
from flows.door.permissions import Use
from flows.door.tenant_request import ABSENT
from tests.test_door import OPENAPI
from tests.test_door_operations import BODIES
from tests.test_door_requests import OPEN
from tests.world.editor import browser_page
from tests.world.installation import wait_for
from tests.world.neighbours import OTHER, SLUGS, WORD, Neighbours
from tests.world.thought_up import thought_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("neighbours")]

Name = tuple[str, str]
READS = [name for name, use in permissions.OPEN.items() if use in (Use.READ, Use.FORM)]
# of all Comuni together: nothing of it is shown
UNSHOWN = {
    ("POST", "/work_pools/{name}/concurrency_status"),
    ("GET", "/work_queues/name/{name}"),
    ("POST", "/work_queues/{id}/concurrency_status"),
    ("GET", "/work_queues/{id}/status"),
}
# where what is asked for is told by its id or name, and another has another
BY_ID = [
    name
    for name in permissions.OPEN
    if any(place in name[1] for place in ("{id}", "{key}", "{deployment_name}")) and name not in UNSHOWN
]
SAME_FOR_ALL = {"/flows/{id}", "/work_queues/{id}"}  # one flow, one queue
# what an editor's pages would be empty without
TELLING = {
    "/artifacts/filter",
    "/artifacts/latest/filter",
    "/artifacts/{id}",
    "/artifacts/{key}/latest",
    "/deployments/filter",
    "/deployments/paginate",
    "/deployments/{id}",
    "/events/filter",
    "/flow_runs/filter",
    "/flow_runs/paginate",
    "/flow_runs/{id}",
    "/logs/filter",
    "/flow_runs/{id}/logs/download",
    "/task_runs/filter",
    "/task_runs/paginate",
    "/task_runs/{id}",
    "/ui/task_runs/{id}",
    "/ui/flows/next-runs",
}
OCCURRED = {"since": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z"}


def address(walled: Neighbours, name: Name, whose: str) -> str:
    path = walled.place(whose, name[1])
    if "/input/" in path:
        path = path.replace(
            walled.ids[whose]["flow_runs/{id}"], walled.ids[whose]["flow_runs/{id} that waits"]
        )
    if name[1].endswith("_run_states/"):
        kind = name[1].strip("/").removesuffix("_states")
        return f"{path}?{kind}_id={walled.ids[whose][f'{kind}s/{{id}}']}"
    if name[1] == "/csrf-token":
        return f"{path}?client=other"
    return path


def body(walled: Neighbours, name: Name, whose: str) -> Any:
    """Such that something comes of it."""
    ids = walled.ids[whose]
    if name[0] != "POST":
        return None
    if name[1].startswith("/ui/flows/"):
        return {"flow_ids": [ids["flows/{id}"]]}
    if name[1] == "/ui/flow_runs/count-task-runs":
        return {"flow_run_ids": [ids["flow_runs/{id}"]]}
    if name[1] == "/logs/filter":
        return {"logs": {"flow_run_id": {"any_": [ids["flow_runs/{id}"]]}}}
    if name[1].startswith("/events/"):
        return {"filter": {"occurred": OCCURRED}, "time_interval": 100}  # days
    if "/history" in name[1]:
        return {
            **BODIES["POST", "/task_runs/history"],
            "history_end": "2026-12-31T00:00:00Z",
            "history_interval_seconds": 86_400,
        }
    return BODIES.get(name, {})


def seen(walled: Neighbours, slug: str, answer: httpx.Response) -> set[str]:
    """Of what its editor may not see, and has not said: the server repeats what it could not read."""
    whole, said = f"{answer.headers}\n{answer.text}".lower(), f"{answer.url}\n".lower()
    said += answer.request.content.decode(errors="replace").lower()
    return {one for one in walled.foreign(slug) if one.lower() in whole and one.lower() not in said}


def is_answered(answer: httpx.Response) -> bool:
    """At the gate; some requests are an error to Prefect itself, which says it in its own way."""
    own = {"exception_message": "Internal Server Error"}
    return answer.status_code < 500 or (answer.status_code == 500 and answer.json() == own)


# ------------------------------------------------------------ the table


@pytest.mark.parametrize("slug", SLUGS)
def test_of_each_operation_an_editor_sees_what_is_their_own_and_no_more(
    walled: Neighbours, slug: str
) -> None:
    wrong, told = list[Any](), set[str]()
    for name in READS:
        answer = walled.ask(slug, name[0], address(walled, name, slug), body(walled, name, slug))
        if answer.status_code != (404 if name in UNSHOWN else 200) and name[1] != "/events/filter/next":
            wrong.append((name, answer.status_code, answer.text[:300]))
        if found := seen(walled, slug, answer):
            wrong.append((name, found))
        if WORD.format(slug) in answer.text or f"-{slug}" in answer.text:
            told.add(name[1])
    assert wrong == []
    assert told >= TELLING, TELLING - told


def test_what_is_the_neighbour_s_is_answered_as_what_is_not_there(walled: Neighbours) -> None:
    wrong = []
    absent = {"{id}": str(uuid4()), "{key}": "bozza-9--beta", "{deployment_name}": "nessuna-beta"}
    for name in BY_ID:
        if name[1] in SAME_FOR_ALL:
            continue
        answer = walled.ask("alfa", name[0], address(walled, name, "beta"), body(walled, name, "alfa"))
        path = name[1]
        for place, value in absent.items():
            path = path.replace(
                place, value if "/input/" not in name[1] or place == "{id}" else "suspended-x-1-schema"
            )
        other = walled.ask(
            "alfa", name[0], "/api" + path.replace("{flow_name}", "componi"), body(walled, name, "alfa")
        )
        if (answer.status_code, answer.text) != (other.status_code, other.text) or answer.status_code != 404:
            wrong.append((name, answer.status_code, answer.text[:200], other.status_code, other.text[:200]))
    assert len(BY_ID) > 15
    assert wrong == []
    for kind in ("flow_run", "task_run"):
        path = f"/api/{kind}_states/?{kind}_id={walled.ids['beta'][f'{kind}s/{{id}}']}"
        assert walled.ask("alfa", "GET", path).status_code == 404
    mine = [walled.ids["alfa"][f"artifacts/{{id}}{which}"] for which in ("", " without key", " of all")]
    theirs = [walled.ids["beta"][f"artifacts/{{id}}{which}"] for which in ("", " without key", " of all")]
    assert [walled.ask("alfa", "GET", f"/api/artifacts/{id}").status_code for id in mine] == [200] * 3
    assert [walled.ask("alfa", "GET", f"/api/artifacts/{id}").status_code for id in theirs] == [404] * 3


def test_what_is_done_for_all_is_nobody_s(walled: Neighbours) -> None:
    run = walled.of_all
    for path in (
        f"flow_runs/{run['id']}",
        f"flow_runs/{run['id']}/logs/download",
        f"flow_run_states/{run['state_id']}",
    ):
        assert walled.ask("alfa", "GET", f"/api/{path}").status_code == 404
    deployment = walled.deployments["notizie_tutti"]
    assert walled.ask("alfa", "GET", f"/api/deployments/{deployment['id']}").status_code == 404
    started = walled.ask(
        "alfa", "POST", f"/api/deployments/{deployment['id']}/create_flow_run", {"parameters": {}}
    )
    assert started.status_code == 404
    flow = walled.inside("POST", "/flows/", {"name": "di nessuno"})["id"]
    assert walled.ask("alfa", "GET", f"/api/flows/{flow}").status_code == 404
    assert walled.ask("alfa", "GET", "/api/flows/name/di%20nessuno").status_code == 404


# ------------------------------------------------------------ counts


def test_what_is_counted_is_their_own(walled: Neighbours) -> None:
    mine = {"deployments": {"id": {"any_": walled.own("alfa")}}}
    for path in ("flow_runs", "task_runs", "deployments", "flows"):
        own = walled.inside("POST", f"/{path}/count", mine)
        of_all = walled.inside("POST", f"/{path}/count", {})
        assert walled.ask("alfa", "POST", f"/api/{path}/count", {}).json() == own > 0
        assert own < of_all or path == "flows"
    for path, count in (("artifacts/latest", 2), ("artifacts", 2), ("automations", 0), ("work_pools", 1)):
        assert walled.ask("alfa", "POST", f"/api/{path}/count", {}).json() == count, path
    ids = walled.ids["alfa"]
    flows = {"flow_ids": [ids["flows/{id}"]]}
    assert walled.ask("alfa", "POST", "/api/ui/flows/count-deployments", flows).json() == {
        ids["flows/{id}"]: 1
    }
    runs = [walled.ids[slug]["flow_runs/{id}"] for slug in SLUGS]
    counted = walled.ask("alfa", "POST", "/api/ui/flow_runs/count-task-runs", {"flow_run_ids": runs})
    assert counted.json() == dict(zip(runs, (1, 0), strict=True))
    pool = walled.ask("alfa", "GET", f"/api/work_pools/{walled.shared.work_pool}").json()
    assert pool["active_slots"] is None, "how many runs are under way is that of all"


# ------------------------------------------------------------ who listens


async def _listen(walled: Neighbours, slug: str, path: str, wanted: Any, make: Any) -> list[Any]:
    """What is told within the time in which the second of two is."""
    headers = walled.headers(slug)
    heard = list[str]()
    async with websockets.connect(
        f"ws://{headers['Host']}/api{path}",
        host="127.0.0.1",
        subprotocols=[websockets.Subprotocol("prefect")],
        origin=websockets.Origin(headers["Origin"]),
        additional_headers={"Cookie": headers["Cookie"]},
        proxy=None,
    ) as connection:
        await connection.send(json.dumps({"type": "auth", "token": None}))
        assert json.loads(await connection.recv()) == {"type": "auth_success"}
        await connection.send(json.dumps({"type": "filter", "filter": wanted, "backfill": False}))
        await asyncio.sleep(1)
        await asyncio.to_thread(make)
        while not heard or f"ultima {WORD.format(slug)}" not in heard[-1]:
            heard.append(str(await asyncio.wait_for(connection.recv(), 20)))
    return heard


@pytest.mark.parametrize("slug", SLUGS)
def test_who_listens_hears_what_is_their_own(walled: Neighbours, slug: str) -> None:
    runs = {one: walled.ids[one]["flow_runs/{id}"] for one in SLUGS}
    order = (OTHER[slug], slug)  # of their own the last, which ends the listening

    def log() -> None:
        for one in order:
            walled.log(runs[one], f"ultima {WORD.format(one)}")

    def happen() -> None:
        for one in order:
            event = {
                "occurred": datetime.now(UTC).isoformat(),
                "event": f"ultima {WORD.format(one)}",
                "id": str(uuid4()),
            }
            about = {"prefect.resource.id": f"prefect.deployment.{walled.ids[one]['deployments/{id}']}"}
            walled.inside("POST", "/events", [{**event, "resource": about}])

    for path, wanted, make in (
        ("/logs/out", {"flow_run_id": {"any_": [*runs.values(), walled.of_all["id"]]}}, log),
        ("/events/out", {"occurred": OCCURRED}, happen),
    ):
        heard = asyncio.run(_listen(walled, slug, path, wanted, make))
        assert not [one for one in walled.foreign(slug) for line in heard if one in line]


# ------------------------------------------------------------ starts, answers, keys


def standing(walled: Neighbours, slug: str) -> Any:
    """What is there of one, but for what the server plans by itself."""
    of = {"id": {"any_": walled.own(slug)}}
    runs = walled.inside("POST", "/flow_runs/filter", {"deployments": of, "sort": "ID_DESC"})
    made = [(one["id"], one["state_id"], one["name"]) for one in runs if not one["auto_scheduled"]]
    deployments = walled.inside("POST", "/deployments/filter", {"deployments": of})
    inputs = walled.inside(
        "POST", f"/flow_runs/{walled.ids[slug]['flow_runs/{id} that waits']}/input/filter", {"prefix": ""}
    )
    told = [(one["id"], one["updated"], one["paused"]) for one in deployments]
    return sorted(made), sorted(told), sorted(one["key"] for one in inputs)


def test_nobody_starts_or_answers_anything_of_the_neighbour_s(walled: Neighbours) -> None:
    before = standing(walled, "beta")
    answer = {"run_input": {"decisione": "Approva"}}
    for slug, status, said in (("beta", 404, "detail"), ("alfa", 201, "status")):
        ids = walled.ids[slug]
        for id in (ids["deployments/{id}"], ids["deployments/{id}"].upper()):
            made = walled.ask("alfa", "POST", f"/api/deployments/{id}/create_flow_run", {"parameters": {}})
            assert made.status_code == status, made.text
        told = walled.ask("alfa", "POST", f"/api/flow_runs/{ids['flow_runs/{id} that waits']}/resume", answer)
        assert (told.status_code, told.json()[said]) == (status, ABSENT if status == 404 else "ACCEPT")
    pool = {"is_paused": True}
    assert walled.ask("alfa", "PATCH", f"/api/work_pools/{walled.shared.work_pool}", pool).status_code == 403
    assert standing(walled, "beta") == before


@pytest.mark.parametrize("slug", SLUGS)
def test_the_key_of_one_opens_nothing_at_the_door_of_the_other(walled: Neighbours, slug: str) -> None:
    mine, theirs = walled.headers(slug), walled.headers(slug, at=OTHER[slug])
    assert walled.http.get("/api/version", headers=mine).status_code == 200
    assert walled.http.get("/api/version", headers=theirs).status_code == 401
    shown = walled.http.get("/redazione/contenuto", headers=mine)
    assert shown.status_code == 200
    assert seen(walled, slug, shown) == set()
    assert walled.http.get("/redazione/contenuto", headers=theirs).status_code == 401


def test_what_is_registered_anew_is_seen_within_seconds(walled: Neighbours) -> None:
    """And its runs with it."""
    old = walled.ids["beta"]["deployments/{id}"]
    assert walled.ask("beta", "GET", f"/api/deployments/{old}").status_code == 200
    walled.inside("DELETE", f"/deployments/{walled.deployments['numeri-beta']['id']}")
    with walled.entered():
        deploy.deploy(walled.settings["beta"])
    (new,) = walled.inside(
        "POST", "/deployments/filter", {"deployments": {"name": {"any_": ["numeri-beta"]}}}
    )
    walled.deployments["numeri-beta"] = new
    wait_for("it", lambda: walled.ask("beta", "GET", f"/api/deployments/{new['id']}").status_code == 200, 6)
    assert walled.ask("alfa", "GET", f"/api/deployments/{new['id']}").status_code == 404


# ------------------------------------------------------------ requests that nobody thought of


def test_no_request_at_all_sees_or_moves_anything_of_the_neighbour_s(walled: Neighbours) -> None:
    """Half of them ask by the neighbour's ids."""
    before, asked = standing(walled, "beta"), 0
    counts = dict.fromkeys(permissions.OPEN, (OPEN, OPEN))
    for made in thought_up(
        OPENAPI, lambda path: walled.place("beta", path), lambda name: counts.get(name, (0, 0))
    ):
        headers = [
            *made.headers,
            *((name.encode(), value.encode()) for name, value in walled.headers("alfa").items()),
        ]
        answer = walled.request(made.operation[0], made.address, headers=headers, content=made.body)
        assert seen(walled, "alfa", answer) == set(), (made, answer.text[:500])
        assert is_answered(answer), (made, answer.text[:500])
        for header, value in response_headers.HEADERS.items():
            assert answer.headers.get_list(header) == [value], made
        asked += 1
    assert asked > 200
    assert standing(walled, "beta") == before


# ------------------------------------------------------------ Prefect's pages


def test_the_pages_of_an_editor_show_their_own_and_no_more(walled: Neighbours) -> None:
    ids, word = walled.ids["alfa"], WORD.format("alfa")
    pages = {
        "dashboard": "Flow Runs",
        "runs": word,
        f"runs/flow-run/{ids['flow_runs/{id}']}": word,
        "deployments": "componi-alfa",
        f"deployments/deployment/{ids['deployments/{id}']}": "componi-alfa",
        "artifacts": "bozza-1--alfa",
        f"artifacts/artifact/{ids['artifacts/{id} without key']}": word,
        "flows": "ferma",
        "events": "evento.",
    }
    home = f"http://alfa.localhost:{walled.port}"
    with browser_page() as page:
        page.context.add_cookies([{"name": "bollettino-alfa", "value": walled.tokens["alfa"], "url": home}])
        bad: list[tuple[str, int]] = []
        page.on(
            "response",
            lambda one: (
                bad.append((one.url, one.status)) if one.status >= 400 and "/api/" in one.url else None
            ),
        )
        for path, wanted in pages.items():
            page.goto(f"{home}/v2/{path}")
            page.get_by_text(wanted).first.wait_for()
            shown = page.content().lower()
            assert not [one for one in walled.foreign("alfa") if one.lower() in shown], path
        assert bad == []
