"""Every operation of Prefect's own OpenAPI, really sent through the door by each role to the real server: who
may not change anything has changed nothing in its database, nor in ours.
"""

import json
import socket
from contextlib import suppress
from typing import Any

import pytest

from flows.door import permissions
from flows.door.permissions import Use
from tests.test_door import ALL
from tests.world.listening import listened
from tests.world.premises import ROLES, Premises, changed

pytestmark = pytest.mark.xdist_group("premises")


# what a request needs that something comes of it
NOW_AND_THEN = {"history_start": "2026-11-24T00:00:00Z", "history_end": "2026-11-25T00:00:00Z"}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/flow_runs/history"): {**NOW_AND_THEN, "history_interval_seconds": 3600},
    ("POST", "/task_runs/history"): {**NOW_AND_THEN, "history_interval_seconds": 3600},
    ("POST", "/ui/task_runs/dashboard/counts"): {
        "task_runs": {"start_time": {"after_": "2026-11-24T00:00:00Z"}}
    },
    ("PATCH", "/work_pools/{name}"): {"is_paused": True},
    ("POST", "/flow_runs/{id}/resume"): {"run_input": {"decisione_3": "Approva"}},
    ("POST", "/flows/"): {"name": "another"},
    ("POST", "/variables/"): {"name": "another", "value": "x"},
    ("PATCH", "/variables/{id}"): {"value": "other"},
    ("PATCH", "/variables/name/{name}"): {"value": "other"},
    ("POST", "/work_pools/"): {"name": "another", "type": "process"},
    ("POST", "/concurrency_limits/"): {"tag": "another", "concurrency_limit": 1},
    ("POST", "/flow_runs/{id}/set_state"): {"state": {"type": "CANCELLED"}, "force": True},
    ("POST", "/flow_runs/{id}/input"): {"key": "suspended-review-3-response", "value": "{}"},
    ("POST", "/task_runs/{id}/set_state"): {"state": {"type": "CANCELLED"}, "force": True},
    ("PATCH", "/deployments/{id}"): {"paused": True},
    ("PATCH", "/automations/{id}"): {"enabled": False},
}


def body_for(premises: Premises, method: str, path: str) -> Any:
    if path == "/deployments/get_scheduled_flow_runs":
        return {"deployment_ids": [premises.ids["deployments/{id}"]]}
    if path.startswith("/ui/") and path.rsplit("/", 1)[-1] in ("count-deployments", "next-runs"):
        return {"flow_ids": [premises.ids["flows/{id}"]]}
    if path == "/ui/flow_runs/count-task-runs":
        return {"flow_run_ids": [premises.ids["flow_runs/{id}"]]}
    return BODIES.get((method, path), None if method in ("GET", "DELETE") else {})


def query_for(premises: Premises, path: str) -> str:
    if path.endswith("_run_states/"):
        return f"?{path.strip('/').removesuffix('_states')}_id={premises.ids['flow_runs/{id}']}"
    return "?client=another" if path == "/csrf-token" else ""


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_the_table_says_and_changes_nothing_else(premises: Premises, role: str) -> None:
    premises.wait_again()
    before, may, wrong = premises.digest(), permissions.ROLES.get(role, frozenset()), list[Any]()
    for method, path in ALL:
        address, use = premises.place(path) + query_for(premises, path), permissions.OPEN.get((method, path))
        if use == Use.START and role == "operator":
            address = address.replace(
                premises.ids["deployments/{id}"], premises.ids["deployment of operators"]
            )
        premises.reached.clear()
        answer = premises.ask(role, method, address, body_for(premises, method, path))
        if (method, path) in permissions.WITHOUT_CREDENTIAL:
            wanted, is_reached = {200}, True
        elif role == "nobody":
            wanted, is_reached = {401}, False
        elif (method, path) in permissions.REPLIES:
            wanted, is_reached = {200}, False
        else:
            is_reached = use in may
            wanted = {200, 201, 204} if is_reached else {403}
        if path == "/events/filter/next" or (use == Use.READ and path.endswith("count-by/{countable}")):
            wanted |= {422}  # goes on with a page that was asked for before, and wants a filter
        if answer.status_code not in wanted or bool(premises.reached) != is_reached:
            wrong.append((method, path, answer.status_code, answer.text[:200]))
    assert wrong == []
    happened = changed(before, premises.digest())
    started = {"prefect.flow_run", "prefect.flow_run_state", "bollettino.dooract"}
    expected = {
        "operator": started | {"prefect.work_pool"},
        "deputy": started | {"prefect.flow_run_input"},
        "editor": started | {"prefect.flow_run_input"},
    }
    assert happened == expected.get(role, set())


# ------------------------------------------------------------ in bytes that no client puts right


def told(
    premises: Premises, request: str, role: str = "editor", *, leaves: bool = False
) -> tuple[int, bytes]:
    """Status and the rest of the answer; 0 where there is none. `leaves`: no more comes than this."""
    names = {**premises.headers(role), "Host": f"127.0.0.1:{premises.port}", "Connection": "close"}
    first, _, rest = request.partition("\r\n")
    lines = "".join(f"{name}: {value}\r\n" for name, value in names.items())
    answer = b""
    with socket.create_connection(("127.0.0.1", premises.port), timeout=30) as connection:
        with suppress(OSError):  # it has answered and closed before it read all of this
            connection.sendall(f"{first}\r\n{lines}{rest}".encode("latin-1"))
            if leaves:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head else 0), body


JSON = "Content-Type: application/json\r\n"
TEXT = "Content-Type: text/plain\r\n"
EMPTY = f"{JSON}Content-Length: 2\r\n\r\n{{}}"
CUT = "\ud83d"  # of "👍"
LONG = "x" * 5_000_000
CHUNKED = f"{JSON}Transfer-Encoding: chunked\r\n"


def sized(body: str, kind: str = JSON) -> str:
    return f"{kind}Content-Length: {len(body)}\r\n\r\n{body}"


def spelled(premises: Premises, template: str) -> str:
    ids = premises.ids
    places = {
        "VARIABLE": f"/api/variables/{ids['variables/{id}']}",
        "START": f"/api/deployments/{ids['deployments/{id}']}/create_flow_run",
        "RUN": f"/api/flow_runs/{ids['flow_runs/{id}']}",
        "HERE": premises.address,
    }
    for place, path in places.items():
        template = template.replace(place, path)
    return template


METHODS = ("HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "PUT", "DELETE", "PATCH")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method")


@pytest.mark.parametrize(
    "request_",
    [
        *(f"{method} {path} HTTP/1.1\r\n{EMPTY}" for method in METHODS for path in ("VARIABLE", "RUN")),
        *(f"POST VARIABLE HTTP/1.1\r\n{name}: DELETE\r\n{EMPTY}" for name in OVERRIDES),
        f"POST VARIABLE?_method=DELETE HTTP/1.1\r\n{EMPTY}",
        f"DELETE VARIABLE HTTP/1.0\r\n{EMPTY}",
        f"DELETE HEREVARIABLE HTTP/1.1\r\n{EMPTY}",
        f"DELETE http://evil.exampleVARIABLE HTTP/1.1\r\n{EMPTY}",
        f"POST HERE/api/flow_runs/filter HTTP/1.1\r\n{EMPTY}",
        f"POST /api/flow_runs/filter/ HTTP/1.1\r\n{EMPTY}",
        f"POST /api//flow_runs/filter HTTP/1.1\r\n{EMPTY}",
        f"POST //api/flow_runs/filter HTTP/1.1\r\n{EMPTY}",
        f"POST /api/variables/%66ilter HTTP/1.1\r\n{EMPTY}",
        f"POST /api/flow_runs%2F..%2Fvariables%2Ffilter HTTP/1.1\r\n{EMPTY}",
        f"POST /api/variables/filter%3F HTTP/1.1\r\n{EMPTY}",
        f"POST START/ HTTP/1.1\r\n{EMPTY}",
        f"POST START HTTP/1.1\r\n{CHUNKED}\r\n2\r\n[]\r\n0\r\n\r\n",
        # the worker and everybody's lists would break at such a run
        f"POST START HTTP/1.1\r\n{sized(json.dumps({'parameters': {'a': CUT}}))}",
        f"POST START HTTP/1.1\r\n{sized(json.dumps({'parameters': {'a': LONG}}))}",
        f"POST START HTTP/1.1\r\n{CHUNKED}\r\n4c4b40\r\n{LONG}\r\n0\r\n\r\n",
        f"POST RUN/resume HTTP/1.1\r\n{sized(json.dumps({'run_input': {'a': LONG}}))}",
        f"POST /api/flow_runs/filter HTTP/1.1\r\n{sized(json.dumps({'x': LONG}))}",
        f"POST VARIABLE HTTP/1.1\r\n{sized(LONG, TEXT)}",
        # what its length says is not what comes
        f"POST START HTTP/1.1\r\n{JSON}Content-Length: 1\r\n\r\n{{}}",
        f"POST START HTTP/1.1\r\n{JSON}Content-Length: 100\r\n\r\n{{}}",
        f"POST START HTTP/1.1\r\n{JSON}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{{}}",
        f"POST START HTTP/1.1\r\n{JSON}Content-Length: -1\r\n\r\n{{}}",
        f"POST START HTTP/1.1\r\n{JSON}Content-Length: two\r\n\r\n{{}}",
    ],
    ids=lambda request: request[:60],
)
def test_no_other_spelling_reaches_the_server(premises: Premises, request_: str) -> None:
    """Nor does one of an open operation that is spelled otherwise, or says too much, or something else."""
    before = premises.digest()
    premises.reached.clear()
    status, _ = told(premises, spelled(premises, request_), leaves=True)
    assert status in (0, 400, 403, 405)
    assert (premises.reached, changed(before, premises.digest())) == ([], set())


@pytest.mark.parametrize(
    ("request_", "reached"),
    [
        (f"POST /api/flow%5Fruns/%66ilter HTTP/1.1\r\n{EMPTY}", "/api/flow_runs/filter"),
        (f"POST /api/flow_runs/filter HTTP/1.0\r\n{EMPTY}", "/api/flow_runs/filter"),
        (f"GET RUN HTTP/1.1\r\nX-HTTP-Method-Override: DELETE\r\n{EMPTY}", "RUN"),
        (f"POST START HTTP/1.1\r\n{CHUNKED}\r\n2\r\n{{}}\r\n0\r\n\r\n", "START"),
        (f"POST START HTTP/1.1\r\n{sized('{}', TEXT)}", "START"),
        (f"POST START HTTP/1.1\r\n{sized(json.dumps({'parameters': {'a': 2**63 - 1}}))}", "START"),
    ],
    ids=lambda text: text[:60],
)
def test_what_is_open_stays_what_it_is(premises: Premises, request_: str, reached: str) -> None:
    premises.reached.clear()
    status, _ = told(premises, spelled(premises, request_))
    assert status in (200, 201)
    assert premises.reached == [(request_.split()[0], spelled(premises, reached))]
    assert premises.ask("reader", "POST", "/api/flow_runs/filter", {}).status_code == 200, "it can be told"


def test_of_a_name_that_comes_twice_what_was_judged_is_what_arrives(premises: Premises) -> None:
    twice = '{"parameters": {"a": {"__prefect_kind": "jinja"}}, "parameters": {"a": 1, "a": 2}}'
    status, body = told(premises, spelled(premises, f"POST START HTTP/1.1\r\n{sized(twice)}"))
    assert (status, json.loads(body)["parameters"]) == (201, {"a": 2})
    twice = '{"parameters": {"a": 1}, "parameters": {"a": {"__prefect_kind": "jinja"}}}'
    assert told(premises, spelled(premises, f"POST START HTTP/1.1\r\n{sized(twice)}"))[0] == 403


# ------------------------------------------------------------ WebSockets


@pytest.mark.parametrize("role", ROLES)
def test_who_has_signed_in_listens_and_nobody_tells_anything(premises: Premises, role: str) -> None:
    before, cookie = premises.digest(), premises.headers(role).get("Cookie", "")
    people = premises.settings.door_keys().people  # whose password opens nothing any more

    def heard(
        path: str, token: str | None = None, below: str = "/api", origin: str = premises.address
    ) -> str:
        return listened(premises.port, path, token, origin, cookie=cookie, below=below)

    for path in permissions.SUBSCRIPTIONS:
        for token in (None, people, "x"):
            assert heard(path, token) == ("closed" if role == "nobody" else "open"), (path, token)
        assert heard(path, origin="http://evil.example") == "refused"
        for other in (f"{path}/", f"/{path}", path.upper(), f"{path};x"):
            assert heard(other) == "refused", other
    pool = premises.settings.work_pool
    for path in ("/events/in", "/task_runs/subscriptions/scheduled", f"/work_pools/{pool}/workers/connect"):
        for token in (None, people):
            assert heard(path, token) == "closed", path
    for path in ("/", "/v2/runs", "/accesso", "/redazione/contenuto", "/api", "/api/flow_runs/filter"):
        assert heard(path, below="") == "refused", path
    assert changed(before, premises.digest()) == set()


# ------------------------------------------------------------ and it can be done


def test_what_nobody_changed_can_be_changed(premises: Premises) -> None:
    """The same operations, sent by the installation itself: there was something to lose."""
    before = premises.digest()
    with premises.undone():
        for method, path in ALL:
            if method in ("DELETE", "PATCH"):
                address = premises.place(path).removeprefix("/api")
                premises.internally(method, address, body_for(premises, method, path))
        happened = {name.removeprefix("prefect.") for name in changed(before, premises.digest())}
    kept = {"flow", "flow_run", "flow_run_input", "deployment", "variable", "block_document", "work_pool"}
    kept |= {"artifact", "automation", "saved_search", "work_queue", "concurrency_limit_v2", "task_run"}
    assert kept <= happened, kept - happened
