"""The door's table beside the server's own OpenAPI, and ways to ask for something else under an open name."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from flows.door import permissions, stamps
from tests.world import prefect_files
from tests.world.door_front import HERE, ID, INTERNAL, NOW, PEOPLE, Front, basic

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
OPENAPI = prefect_files.openapi()
ALL = [(method.upper(), path) for path, operations in OPENAPI["paths"].items() for method in operations]


@pytest.fixture
def front() -> Iterator[Front]:
    found = Front()
    yield found
    found.http.close()


# The server takes the last part for the name of a pool or a queue, and finds none.
AS_A_NAME = {("GET", "/work_pools/" + one) for one in ("count", "filter")} | {
    ("GET", "/work_pools/{work_pool_name}/queues/filter")
}
EDITORS_MAY = {
    operation for operation, use in permissions.OPEN.items() if use in permissions.ROLES[permissions.SHARED]
}


def asked(path: str) -> str:
    """A path of the OpenAPI with something in its places."""
    parts = (ID if part == "{id}" else "x" if part.startswith("{") else part for part in path.split("/"))
    return "/api" + "/".join(parts)


def test_every_row_of_the_table_is_an_operation_of_the_server() -> None:
    assert set(permissions.OPEN) | set(permissions.REPLIES) <= set(ALL)
    assert set(ALL) >= permissions.WITHOUT_CREDENTIAL
    assert len(ALL) > 180


def test_every_operation_of_the_server_is_open_by_the_table_or_closed(front: Front) -> None:
    """Whatever a later version of Prefect adds is closed until the table names it."""
    for path in sorted({path for _, path in ALL}):
        for method in METHODS:
            address, is_open = asked(path), (method, path) in EDITORS_MAY | AS_A_NAME
            if path.endswith("/input/{key}") and is_open:
                address = address.removesuffix("/x") + "/suspended-review-3-schema"
            answer = front.ask(method, address, body={} if method == "POST" else None)
            if (method, path) in permissions.REPLIES:
                assert (answer.status_code, answer.json()) == (200, permissions.REPLIES[method, path])
                assert front.reached == []
                continue
            assert answer.status_code == (201 if is_open else 403), (method, path, answer.text)
            assert len(front.reached) == is_open, (method, path)
            if is_open:
                credential = front.reached.pop()[2]
                known = (method, path) in permissions.WITHOUT_CREDENTIAL or credential == basic(INTERNAL)
                assert known, "the server knows no other credential"


def test_nobody_gets_nothing_and_the_installation_everything(front: Front) -> None:
    for method, path in ALL:
        free = (method, path) in permissions.WITHOUT_CREDENTIAL
        for credential in (None, "redazione:sbagliata", "", PEOPLE[:-1], PEOPLE + " "):
            answer = front.ask(method, asked(path), credential)
            assert answer.status_code == (201 if free else 401), (method, path, credential)
        assert len(front.reached) == (5 if free else 0)
        front.reached.clear()
        assert front.ask(method, asked(path), INTERNAL, body={}).status_code == 201
        front.reached.clear()


@pytest.mark.parametrize(
    "path",
    [
        "/api//flow_runs/filter",
        "/api/flow_runs/filter/",
        "//api/variables/filter",
        "/api/FLOW_RUNS/filter",
        "/api/flow_runs/filter/../../variables/filter",
        "/api/flow_runs/filter%2F..%2F..%2Fvariables%2Ffilter",
        "/api/flow_runs%2Ffilter%2F",
        "/api/flow_runs/filter;x=1",
        f"/api/flow_runs/{ID}/resume/",
        f"/api/flow_runs/{ID}%2Finput",
        f"/api/flow_runs/{ID}/input/filter",
        f"/api/flow_runs/{ID}/set_state",
        "/api/flow_runs/not-an-id/resume",
        f"/api/deployments/{ID}/create_flow_run/bulk",
        "/api",
        "/api/",
        "/api/docs",
        "/api/openapi.json",
        "/api/static/prefect-logo-mark-gradient.png",
    ],
)
def test_a_path_that_only_looks_like_an_open_one_is_closed(front: Front, path: str) -> None:
    request = front.http.build_request("POST", HERE + "/", headers={"Authorization": basic(PEOPLE)}, json={})
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = front.http.send(request)
    assert answer.status_code in (403, 405), answer.status_code
    assert front.reached == []


@pytest.mark.parametrize(
    "key",
    ["suspended-review-3-response", "suspended-review-3-stamp-0a", "x-suspended-review-3-schema", "filter"],
)
def test_of_a_form_only_its_fields_are_shown(front: Front, key: str) -> None:
    """An answer that no worker has come to holds a code that is still good."""
    assert front.ask("GET", f"/api/flow_runs/{ID}/input/{key}").status_code == 403


def test_a_method_of_another_name_stays_what_it_is(front: Front) -> None:
    for method in ("get", "Post", "DELETE"):
        assert front.ask(method, f"/api/flow_runs/{ID}", X_HTTP_Method_Override="GET").status_code in (
            201,
            403,
        )
        assert {one[0] for one in front.reached} <= {"GET"}


# ------------------------------------------------------------ from where


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4200", "127.0.0.1", "127.0.0.1:4201", "127.0.0.1:4200.evil"]
)
@pytest.mark.parametrize(
    "path", ["/", "/v2/runs", "/ui-settings", "/entra", "/api/health", "/api/csrf-token"]
)
def test_another_name_of_this_machine_is_refused(front: Front, host: str, path: str) -> None:
    for credential in (None, PEOPLE, INTERNAL):
        assert front.ask("GET", path, credential, Host=host).status_code == 421
    assert front.reached == []


@pytest.mark.parametrize(
    "origin", ["http://evil.example:39999", "null", "http://127.0.0.1:8080", "https://127.0.0.1:4200", ""]
)
def test_a_page_of_another_site_is_refused(front: Front, origin: str) -> None:
    for method, path in (
        ("GET", "/api/csrf-token"),
        ("OPTIONS", "/api/flow_runs/filter"),
        ("POST", "/api/flow_runs/filter"),
    ):
        assert front.ask(method, path, Origin=origin, body={}).status_code == 421
    assert front.reached == []
    answer = front.ask("POST", "/api/flow_runs/filter", Origin=HERE, body={})
    assert answer.status_code == 201
    told = front.ask("GET", "/", Host="evil.example").json()["detail"]
    assert told == f"Questo indirizzo non è quello del server. Apri {HERE}"
    assert "access-control-allow-origin" not in answer.headers


def test_two_hosts_or_two_credentials_are_none(front: Front) -> None:
    twice = [("Host", "127.0.0.1:4200"), ("Authorization", basic(PEOPLE)), ("Authorization", basic(INTERNAL))]
    assert front.http.get("/api/flow_runs/filter", headers=twice).status_code == 401
    twice = [("Host", "127.0.0.1:4200"), ("Host", "evil.example"), ("Authorization", basic(PEOPLE))]
    assert front.http.get("/api/flow_runs/filter", headers=twice).status_code == 421


def test_every_answer_keeps_the_browser_at_home(front: Front) -> None:
    for path in ("/", "/v2/runs", "/entra", "/entra.js", "/api/health", "/api/nothing", "/docs"):
        policy = front.ask("GET", path).headers["content-security-policy"]
        for words in (
            "default-src 'none'",
            "connect-src 'self'",
            "img-src 'self' data: blob:",
            "frame-ancestors 'none'",
        ):
            assert words in policy.split("; ")
        assert "unsafe-eval" not in policy
        assert "http" not in policy


# ------------------------------------------------------------ starting, and answering

QUIET = {
    "name": "allegro-pinguino",
    "tags": ["redazione"],
    "work_queue_name": "default",
    "empirical_policy": {
        "resuming": False,
        "max_retries": 0,
        "retry_delay_seconds": 0,
        "retries": 0,
        "retry_delay": 0,
    },
    "state": {
        "type": "SCHEDULED",
        "message": "",
        "state_details": {
            "pause_reschedule": False,
            "deferred": False,
            "untrackable_result": False,
            "scheduled_time": None,
        },
    },
    "job_variables": {},
    "enforce_parameter_schema": True,
}
START = f"/api/deployments/{ID}/create_flow_run"


def test_an_editor_starts_what_is_theirs_with_parameters_and_nothing_else(front: Front) -> None:
    parameters = {"bollettino": 3, "chi": "Anna Redazione"}
    assert front.ask("POST", START, body={"parameters": parameters, **QUIET}).status_code == 201
    (_, _, credential, body) = front.reached.pop()
    assert (credential, json.loads(body)) == (basic(INTERNAL), {"parameters": parameters})
    of_fleet = {"parameters": parameters, **QUIET, "work_queue_name": "a-orario"}
    assert front.ask("POST", START, body=of_fleet).status_code == 201
    assert json.loads(front.reached.pop()[3]) == {"parameters": parameters}
    front.access.names[ID] = "invia-esempio"
    assert front.ask("POST", START, body={"parameters": parameters}).status_code == 403
    front.access.names.clear()
    assert front.ask("POST", START, body={"parameters": parameters}).status_code == 403
    assert front.reached == []


@pytest.mark.parametrize(
    "more",
    [
        {"job_variables": {"command": "id"}},
        {"job_variables": {"env": {"LD_PRELOAD": "/srv/x.so"}}},
        {"infrastructure_document_id": ID},
        {"idempotency_key": "bulletin-1-20261124T093000-0"},
        {"parent_task_run_id": ID},
        {"context": {"a": 1}},
        {"labels": {"a": "b"}},
        {"work_queue_name": "altra"},
        {"enforce_parameter_schema": False},
        {"empirical_policy": {"retries": 3}},
        {"empirical_policy": {"pause_keys": ["x"]}},
        {"state": {"type": "COMPLETED"}},
        {"state": {"type": "PAUSED", "state_details": {"pause_key": "x"}}},
        {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2030-01-01T00:00:00Z"}}},
        {"state": {"type": "SCHEDULED", "state_details": {"run_input_keyset": {"response": "x"}}}},
        {"state": {"type": "SCHEDULED", "data": {"x": 1}}},
        {"created_by": {"type": "x"}},
        {"parameters": {"a": {"__prefect_kind": "jinja", "template": "{{ 1 }}"}}},
        {"parameters": {"a": [{"__prefect_kind": "workspace_variable", "variable_name": "partenze"}]}},
        {"parameters": "x"},
        {"parameters": {"a": [2**63]}},
        {"parameters": {"a": -(2**63) - 1}},
        {"parameters": {"a": "zero: \0"}},
        {"parameters": {"\ud800": 1}},
        {"parameters": {"a": {"b": "\ud800"}}},
        {"\udfff": 1},
        b'{"parameters": {"a": 1e999}}',
        b"[]",
        b"{",
        b'{"parameters": {"a": NaN}}',
        b'{"parameters": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"parameters": {"a": "' + b"x" * 1_000_001 + b'"}}',
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_anything_else_in_a_start_is_refused(front: Front, more: Any) -> None:
    body = more if isinstance(more, bytes) else {"parameters": {}, **more}
    assert front.ask("POST", START, body=body).status_code == 403
    assert front.reached == []


ANSWER = f"/api/flow_runs/{ID}/resume"


def test_an_answer_is_stamped_with_its_values_its_moment_and_who(front: Front) -> None:
    values = {
        "decisione_3": "Approva: parte subito",
        "notizia_1": "È già così. 👍",
        "ordine": ["1. A", "2. B"],
    }
    assert front.ask("POST", ANSWER, body={"run_input": values}).status_code == 201
    assert json.loads(front.reached.pop()[3]) == {"run_input": values}
    ((key, raw),) = front.access.kept.items()
    assert key.startswith("suspended-review-3-stamp-")
    found = stamps.stamped(b"key", ID, "suspended-review-3-response", values, {"stamp": raw})
    assert found is not None
    assert (found.at, found.by) == (NOW, "redazione")


def test_an_answer_that_the_server_does_not_take_leaves_no_stamp(front: Front) -> None:
    for front.status in ("REJECT", "ABORT", "WAIT"):
        assert front.ask("POST", ANSWER, body={"run_input": {"a": 1}}).json()["status"] == front.status
    front.status, front.access.waits = (
        "ACCEPT",
        None,
    )  # it waits for nothing: what it takes all the same is void
    assert front.ask("POST", ANSWER, body={"run_input": {"a": 1}}).status_code == 201
    assert front.access.kept == {}
    assert len(front.reached) == 4


@pytest.mark.parametrize(
    "body",
    [
        {"run_input": {"a": {"__prefect_kind": "jinja", "template": "x"}}},
        {"run_input": {"a": 1}, "force": True},
        {"run_input": [1]},
        {"run_input": {"a": 2**64}},
        {"run_input": {"a": "\ud800"}},
        b'{"run_input": {"a": Infinity}}',
        b"null",
    ],
    ids=ascii,
)
def test_an_answer_is_the_fields_of_its_form(front: Front, body: Any) -> None:
    assert front.ask("POST", ANSWER, body=body).status_code == 403
    assert (front.reached, front.access.kept) == ([], {})


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 1e308, 0.1, True])
def test_a_number_that_the_server_can_tell_again_passes(front: Front, number: float) -> None:
    assert front.ask("POST", START, body={"parameters": {"a": number}}).status_code == 201
    assert json.loads(front.reached.pop()[3]) == {"parameters": {"a": number}}


@pytest.mark.parametrize("path", ["/api/flow_runs/filter", START, ANSWER])
def test_of_a_body_without_an_end_a_part_is_read(front: Front, path: str) -> None:
    """Whatever it is for: the server would keep all of it in memory."""
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b" " * 100_000, "more_body": asked < 50}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:4200"), (b"authorization", basic(PEOPLE).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    asyncio.run(front.door(scope, receive, send))
    assert (sent[0]["status"], asked, front.reached) == (403, 11, [])
    assert "La richiesta è troppo lunga." in sent[1]["body"].decode()


def test_what_the_installation_itself_answers_has_no_stamp(front: Front) -> None:
    assert front.ask("POST", ANSWER, INTERNAL, body={"run_input": {"a": 1}}).status_code == 201
    assert front.access.kept == {}
