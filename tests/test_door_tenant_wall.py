"""What the wall of a Comune makes of a request, before a server that is a function."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.server.events.filters import EventFilter
from prefect.server.events.schemas.events import ReceivedEvent
from prefect.server.events.storage import from_page_token

from flows.door import permissions, tenant_filters, tenant_rules
from flows.door.request_bodies import RejectedRequest
from flows.door.tenant_events import Hearing
from flows.door.tenant_filters import NOBODY
from flows.door.tenant_request import ABSENT, Deployment, TenantScope
from flows.door.tenant_wall import Wall

# the same in each process of the tests: names of cases hold them
OURS, THEIRS, RUN, THEIR_RUN = (str(UUID(int=number)) for number in range(1, 5))


class Holdings:
    """One deployment and one run; the server has another of each."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.found: Any = None
        self.is_away = False

    async def deployments(self) -> Mapping[str, Deployment]:
        if self.is_away:
            raise RejectedRequest("", 503)
        return {OURS: Deployment("ferma-alfa", "flow", "queue")}

    async def runs(self, ids: Collection[str]) -> frozenset[str]:
        return frozenset({RUN} & set(ids))

    def has_key(self, key: str | None) -> bool:
        return bool(key) and str(key).partition("--")[2] == "alfa"

    async def keys(self) -> Sequence[str]:
        return ["numeri--alfa", "numeri--alfa-mare", "numeri"]

    async def coming(self) -> Sequence[Mapping[str, Any]]:
        return []

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        self.asked.append((method, path, body))
        return self.found


@pytest.fixture
def holdings() -> Holdings:
    return Holdings()


class Sent:
    """What became of a request."""

    def __init__(self) -> None:
        self.path = self.query = ""
        self.body: Any = None
        self.status, self.told = 0, b""


def sent(holdings: Holdings, method: str, path: str, body: Any = None, query: str = "") -> Sent:
    """RejectedRequest where it was refused."""
    found = Sent()

    async def send(message: Any) -> None:
        found.status = message.get("status", found.status)
        found.told += message.get("body", b"")

    async def receive() -> Any:
        return {"type": "http.request", "body": b"" if body is None else json.dumps(body).encode()}

    async def go() -> None:
        operation = permissions.operation(method, path)
        assert operation is not None
        scope: Any = {"headers": [], "query_string": query.encode(), "path": path}
        through = await Wall(holdings, "pool").through(operation, scope, receive, send)
        if through is not None:
            scope, again, _ = through
            found.query = scope["query_string"].decode()
            raw = (await again())["body"]
            found.body = json.loads(raw) if raw else None

    asyncio.run(go())
    return found


def refused(holdings: Holdings, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, str]:
    with pytest.raises(RejectedRequest) as told:
        sent(holdings, method, path, body, query)
    return told.value.status, str(told.value)


# ------------------------------------------------------------ the table


def test_each_operation_of_the_table_has_its_rule_and_no_other_has() -> None:
    assert tenant_rules.RULES.keys() == permissions.OPEN.keys()
    assert sum(len(lines.strip().splitlines()) for lines in tenant_rules.BY_RULE.values()) == len(
        permissions.OPEN
    )


@pytest.mark.parametrize("name", permissions.OPEN, ids=" ".join)
def test_an_operation_without_a_rule_is_refused(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch, name: tuple[str, str]
) -> None:
    monkeypatch.delitem(tenant_rules.RULES, name)
    path = name[1].replace("{id}", RUN).replace("{key}", "suspended-review-3-schema")
    assert refused(holdings, name[0], path, {}) == (403, tenant_rules.CLOSED)
    assert holdings.asked == []


# ------------------------------------------------------------ filters


IDS = [str(UUID(int=number)) for number in range(1, 7)]
NAMES = ["a", "b"]
Item = tuple[str, str]
ITEMS = [(id, name) for id in IDS for name in NAMES]
conditions = st.fixed_dictionaries(
    {},
    optional={
        "operator": st.sampled_from(["and_", "or_", None]),
        "id": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "any_": st.none() | st.lists(st.sampled_from([*IDS, IDS[0].upper(), UUID(IDS[1]).hex])),
                "not_any_": st.none() | st.lists(st.sampled_from(IDS)),
            },
        ),
        "name": st.none()
        | st.fixed_dictionaries({}, optional={"any_": st.none() | st.lists(st.sampled_from(NAMES))}),
    },
)


def passes(asked: Any, item: Item) -> bool:
    """As Prefect judges it (`prefect.server.schemas.filters`)."""
    said = []
    for name, value in zip(("id", "name"), item, strict=True):
        within = (asked or {}).get(name)
        if within is not None:
            any_, none_of = within.get("any_"), within.get("not_any_")
            is_in = any_ is None or value in map(tenant_filters.canonical, any_)
            said.append(is_in and not (none_of and value in none_of))
    joined = any if (asked or {}).get("operator") == "or_" and said else all
    return joined(said)


@given(asked=st.none() | conditions, mine=st.sets(st.sampled_from(IDS)))
def test_of_any_filter_exactly_ours_is_left(asked: Any, mine: set[str]) -> None:
    said = [name for name, value in (asked or {}).items() if name != "operator" and value is not None]
    if (asked or {}).get("operator") == "or_" and len(said) > 1:
        with pytest.raises(RejectedRequest, match=tenant_filters.OR):
            tenant_filters.only(asked, "id", mine)
        return
    found = tenant_filters.only(asked, "id", mine)
    for item in ITEMS:
        assert passes(found, item) == (item[0] in mine and passes(asked, item)), item
    assert found["id"]["any_"], "of some filters an empty list is no condition"


@pytest.mark.parametrize("given_", [[], "x", 1, {"id": "x"}, {"id": {"any_": "x"}}, {"id": []}])
def test_a_filter_that_is_none_is_refused(given_: Any) -> None:
    with pytest.raises(RejectedRequest) as told:
        tenant_filters.only(given_, "id", [OURS])
    assert told.value.status == 422


@pytest.mark.parametrize(
    "path",
    [
        path
        for _, path in permissions.OPEN
        if path.startswith(("/flow_runs/", "/task_runs/", "/deployments/"))
    ],
)
def test_whatever_is_asked_the_deployment_is_ours(holdings: Holdings, path: str) -> None:
    if "{" in path:
        return
    asked = {"deployments": {"operator": "or_", "id": {"any_": [THEIRS]}}, "limit": 3}
    body = sent(holdings, "POST", path, asked).body
    assert body == {"deployments": {"id": {"any_": [NOBODY]}}, "limit": 3}
    assert sent(holdings, "POST", path, {}).body == {"deployments": {"id": {"any_": [OURS]}}}
    both = {"deployments": {"operator": "or_", "id": {"any_": [THEIRS]}, "name": {"like_": "%"}}}
    assert refused(holdings, "POST", path, both) == (403, tenant_filters.OR)


@pytest.mark.parametrize("path", ["/flows/filter", "/flows/count", "/flows/paginate"])
def test_flows_are_asked_for_by_our_runs_only(holdings: Holdings, path: str) -> None:
    """A flow is one row for all Comuni: whether a run of another's is called so could be asked of it."""
    ours = {"deployment_id": {"any_": [OURS]}}
    assert "flow_runs" not in sent(holdings, "POST", path, {}).body
    body = sent(holdings, "POST", path, {"flow_runs": {"name": {"like_": "x"}}}).body
    assert body["flow_runs"] == {"name": {"like_": "x"}, **ours}
    body = sent(holdings, "POST", path, {"task_runs": {"name": {"like_": "x"}}}).body
    assert body["flow_runs"] == ours


@pytest.mark.parametrize("path", ["/artifacts/filter", "/artifacts/latest/count"])
def test_artifacts_go_by_key_until_a_run_is_asked_for(holdings: Holdings, path: str) -> None:
    assert sent(holdings, "POST", path, {}).body == {"artifacts": {"key": {"any_": ["numeri--alfa"]}}}
    keys = ["bozza-1--beta", "bozza-1--alfa", "x--alfa--alfa", "bozza-1", "x--beta--alfa"]
    asked = {"artifacts": {"key": {"any_": keys, "like_": "b"}}}
    assert sent(holdings, "POST", path, asked).body["artifacts"] == {
        "key": {"any_": ["bozza-1--alfa"], "like_": "b"}
    }
    by_run = {"artifacts": {"flow_run_id": {"any_": [THEIR_RUN]}}}
    assert sent(holdings, "POST", path, by_run).body["deployments"] == {"id": {"any_": [OURS]}}
    for name in ("flow_runs", "task_runs", "flows", "deployments"):
        assert sent(holdings, "POST", path, {name: {}}).body["deployments"] == {"id": {"any_": [OURS]}}


def test_logs_are_those_of_runs_of_ours_that_are_named(holdings: Holdings) -> None:
    nothing: list[Any] = [{}, {"logs": None}, {"logs": {"level": {"ge_": 0}}}, {"logs": {"flow_run_id": {}}}]
    for asked in nothing:
        assert json.loads(sent(holdings, "POST", "/logs/filter", asked).told) == []
    both = {"logs": {"flow_run_id": {"any_": [RUN.upper(), THEIR_RUN]}, "level": {"ge_": 20}}}
    body = sent(holdings, "POST", "/logs/filter", both).body
    assert body == {"logs": {"flow_run_id": {"any_": [RUN]}, "level": {"ge_": 20}}}
    alone = {"logs": {"flow_run_id": {"any_": [THEIR_RUN]}}}
    assert json.loads(sent(holdings, "POST", "/logs/filter", alone).told) == []
    either = {"logs": {"operator": "or_", "flow_run_id": {"any_": [RUN]}, "level": {"ge_": 0}}}
    assert refused(holdings, "POST", "/logs/filter", either) == (403, tenant_filters.OR)
    holdings.found = {"flow_run_id": THEIR_RUN}
    task = {"logs": {"task_run_id": {"any_": [THEIRS]}}}
    assert json.loads(sent(holdings, "POST", "/logs/filter", task).told) == []
    holdings.found = {"flow_run_id": RUN}
    assert sent(holdings, "POST", "/logs/filter", task).body["logs"]["flow_run_id"] == {"any_": [RUN]}


@pytest.mark.parametrize("query", ["", "flow_run_id=x", f"flow_run_id={THEIR_RUN}"])
def test_of_states_one_run_is_asked_for(holdings: Holdings, query: str) -> None:
    assert refused(holdings, "GET", "/flow_run_states/", query=query)[0] in (404, 422)
    two = f"flow_run_id={RUN}&flow_run_id={THEIR_RUN}"
    assert refused(holdings, "GET", "/flow_run_states/", query=two)[0] == 422
    assert (
        sent(holdings, "GET", "/flow_run_states/", query=f"flow_run_id={RUN}&x=1").query
        == f"flow_run_id={RUN}"
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/deployments/{THEIRS}/create_flow_run"),
        ("POST", f"/flow_runs/{THEIR_RUN}/resume"),
        ("GET", f"/flow_runs/{THEIR_RUN}/input/suspended-review-3-schema"),
        ("GET", f"/flow_runs/{THEIR_RUN}/logs/download"),
        ("GET", f"/deployments/{THEIRS}"),
        ("GET", f"/flows/{THEIRS}"),
        ("GET", "/deployments/name/ferma/ferma-beta"),
        ("GET", "/artifacts/bozza-1--beta/latest"),
        ("GET", "/work_pools/bollettino-beta"),
        ("GET", "/work_pools/bollettino-beta/queues/pool"),
        ("GET", f"/artifacts/{THEIRS}"),
        ("GET", f"/task_runs/{THEIRS}"),
    ],
)
def test_what_is_another_s_is_not_there(holdings: Holdings, method: str, path: str) -> None:
    absent = refused(holdings, method, path)
    assert absent == (404, ABSENT)
    holdings.found = {"id": THEIRS, "key": "bozza-1--beta", "flow_run_id": THEIR_RUN}
    assert refused(holdings, method, path) == absent


# ------------------------------------------------------------ events


def event(*deployments: str) -> ReceivedEvent:
    """Of a run, with what it is related to."""
    resources = [
        {"prefect.resource.id": tenant_filters.of_deployment(id), "prefect.resource.role": "deployment"}
        for id in deployments
    ]
    run = {"prefect.resource.id": f"prefect.flow-run.{RUN}"}
    return ReceivedEvent(
        occurred=datetime.now(UTC), event="x", resource=run, related=resources, id=uuid4(), payload={}
    )


resources = st.fixed_dictionaries(
    {},
    optional={
        "id": st.none()
        | st.lists(st.sampled_from([*map(tenant_filters.of_deployment, (OURS, THEIRS)), "x"])),
        "id_prefix": st.none() | st.lists(st.sampled_from(["prefect", "prefect.deployment", "y"])),
        "labels": st.none() | st.just({"prefect.resource.id": ["!x"]}),
    },
)


@given(st.none() | resources | st.lists(resources, max_size=3))
def test_of_events_by_prefect_s_own_judgement_exactly_ours_are_left(asked: Any) -> None:
    until = {"until": "2099-01-01T00:00:00Z"}
    before = EventFilter.model_validate({"any_resource": asked, "occurred": until})
    after = EventFilter.model_validate(
        tenant_filters.events({"any_resource": asked, "occurred": until}, [OURS])
    )
    for one, is_ours in (
        (event(OURS), True),
        (event(THEIRS), False),
        (event(OURS, THEIRS), True),
        (event(), False),
    ):
        assert after.includes(one) == (is_ours and before.includes(one))
    without = EventFilter.model_validate(
        tenant_filters.events({"any_resource": asked, "occurred": until}, [])
    )
    assert not without.includes(event(THEIRS))


def token(value: Any) -> str:
    return b64encode(b64encode(json.dumps(value).encode())).decode()


def test_the_next_page_of_events_is_of_ours_whatever_its_token_says() -> None:
    forged = {
        "filter": {"any_resource": {"id": [tenant_filters.of_deployment(THEIRS)]}},
        "count": 9,
        "offset": 0,
    }
    made = tenant_filters.page(token({**forged, "page_size": 10**9}), [OURS])
    filter_, count, size, _ = from_page_token(b64decode(made).decode())
    assert not filter_.includes(event(THEIRS))
    assert (count, size) == (9, tenant_filters.PAGE)
    assert tenant_filters.page(made, [OURS]) == made, "from page to page it does not grow"


@pytest.mark.parametrize("value", ["", "x", token([]), token({"filter": {}}), token({"count": -1}), "é"])
def test_a_token_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(RejectedRequest):
        tenant_filters.page(value, [OURS])


# ------------------------------------------------------------ who listens


def heard(holdings: Holdings, path: str, asked: Any, *told: Any) -> tuple[Any, list[bool]]:
    """What is asked of the server, and which of its messages are told."""

    async def listen() -> tuple[Any, list[bool]]:
        hearing = Hearing(TenantScope(holdings, "pool"), path)
        message = await hearing.asked({"type": "websocket.receive", "text": json.dumps(asked)})
        texts = [{"type": "websocket.send", "text": json.dumps(one)} for one in told]
        return message, [await hearing.may_tell(text) for text in texts]

    return asyncio.run(listen())


def happened(*deployments: str) -> Any:
    return {"type": "event", "event": event(*deployments).model_dump(mode="json")}


def test_who_listens_to_events_hears_ours(holdings: Holdings) -> None:
    asked = {"type": "filter", "filter": {}, "backfill": False}
    message, told = heard(holdings, "/api/events/out", asked, happened(OURS), happened(THEIRS), happened())
    assert told == [True, False, False]
    sent_on = json.loads(message["text"])
    assert sent_on == {**asked, "filter": tenant_filters.events({}, [OURS])}
    _, told = heard(holdings, "/api/events/out", asked, {"type": "auth_success"}, {"type": "other"}, [], "x")
    assert told == [True, False, False, False]
    holdings.is_away = True
    message, told = heard(holdings, "/api/events/out", asked, happened(OURS))
    assert (message["type"], told) == ("websocket.disconnect", [False])


def test_who_listens_to_logs_hears_those_of_runs_of_ours(holdings: Holdings) -> None:
    lines = [{"type": "log", "log": {"flow_run_id": id, "message": "x"}} for id in (RUN, THEIR_RUN, None)]
    for asked, told in (
        ({"flow_run_id": {"any_": [RUN, THEIR_RUN]}}, [True, False, False]),
        ({"flow_run_id": {"any_": [THEIR_RUN]}}, [False, False, False]),
        ({}, [False, False, False]),
    ):
        assert heard(holdings, "/api/logs/out", {"type": "filter", "filter": asked}, *lines)[1] == told
    message, _ = heard(holdings, "/api/logs/out", {"type": "filter", "filter": {}})
    assert json.loads(message["text"])["filter"] == {"flow_run_id": {"any_": [NOBODY]}}


@pytest.mark.parametrize(
    "asked", [{}, [], {"type": "filter", "filter": []}, {"type": "filter", "filter": "x"}]
)
@pytest.mark.parametrize("path", ["/api/events/out", "/api/logs/out"])
def test_what_is_no_filter_is_none_to_the_server_either(holdings: Holdings, path: str, asked: Any) -> None:
    message, _ = heard(holdings, path, asked)
    assert json.loads(message["text"]) == {"type": "unreadable"}
