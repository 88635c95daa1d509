"""Filters and pages that would be glad to show something of the neighbour's, at the gate of a fleet."""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.test_door import OPENAPI
from tests.test_fleet_walls_server import OCCURRED, READS, Name, body, is_answered, seen
from tests.world.neighbours import NOBODY_S, WORD, Neighbours

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("neighbours")]

IS_REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
BY_FILTER = [name for name in READS if name[0] == "POST" and "{" not in name[1]]


SCHEMAS = OPENAPI["components"]["schemas"]


def entities(name: Name) -> list[str]:
    """The filters in a body."""
    schema = OPENAPI["paths"][name[1]]["post"]["requestBody"]["content"]["application/json"]["schema"]
    properties = SCHEMAS[schema["$ref"].rpartition("/")[2]]["properties"]
    return [one for one, said in properties.items() if "Filter" in json.dumps(said) and one[-1] == "s"]


def hostile(walled: Neighbours, one: str) -> Iterator[Any]:
    """A filter that would be glad to show the neighbour's."""
    theirs = {
        "flow_runs": walled.ids["beta"]["flow_runs/{id}"],
        "task_runs": walled.ids["beta"]["task_runs/{id}"],
        "deployments": walled.ids["beta"]["deployments/{id}"],
        "artifacts": walled.ids["beta"]["artifacts/{id}"],
        "flows": walled.ids["beta"]["flows/{id}"],
    }.get(one, str(uuid4()))
    for operator in ("and_", "or_") if IS_REHEARSAL else ("or_",):  # it shows the more
        yield {"operator": operator, "id": {"any_": [theirs]}}
        yield {"operator": operator, "id": {"not_any_": [str(uuid4())]}}
        yield {"operator": operator, "name": {"like_": "beta"}}
        yield {"operator": operator, "name": {"like_": "%"}, "id": {"any_": [theirs]}}
        yield {"operator": operator, "tags": {"all_": ["beta"]}, "name": {"like_": ""}}
        yield {"operator": operator, "key": {"any_": [walled.ids["beta"]["artifacts/{key}"]]}}
        yield {"operator": operator, "key": {"like_": "beta"}, "type": {"not_any_": ["x"]}}
        yield {
            "operator": operator,
            "flow_run_id": {"any_": [walled.ids["beta"]["flow_runs/{id}"], walled.of_all["id"]]},
        }
        yield {
            "operator": operator,
            "deployment_id": {"operator": "or_", "any_": walled.own("beta"), "is_null_": True},
        }
        yield {"operator": operator, "level": {"ge_": 0}}
        yield {"operator": operator}
    yield None
    yield []
    yield "x"
    yield {"id": {"any_": []}}
    yield {"id": None, "operator": None}


@pytest.mark.parametrize("name", BY_FILTER, ids=lambda name: name[1])
def test_no_filter_shows_anything_of_the_neighbour(walled: Neighbours, name: Name) -> None:
    given, shown = body(walled, name, "beta"), 0
    assert seen(walled, "alfa", walled.ask("alfa", *_to(name), given)) == set(), (
        "asked for by the neighbour's ids"
    )
    for one in entities(name):
        for filter_ in hostile(walled, one):
            answer = walled.ask("alfa", *_to(name), {**given, one: filter_})
            assert is_answered(answer), (filter_, answer.status_code, answer.text)
            assert seen(walled, "alfa", answer) == set(), (one, filter_)
            shown += answer.status_code == 200
    assert shown or not entities(name)


def _to(name: Name) -> tuple[str, str]:
    return name[0], f"/api{name[1]}"


@pytest.mark.parametrize("name", BY_FILTER, ids=lambda name: name[1])
def test_whether_the_neighbour_has_something_makes_no_difference(walled: Neighbours, name: Name) -> None:
    """Whoever may ask by a name of another's, and is told more or less, knows that it is there."""
    given = body(walled, name, "alfa")
    for one in entities(name):
        for field in ("name", "key"):
            asked = [
                {**given, one: {field: {"like_": word}}}
                for word in (WORD.format("beta"), NOBODY_S, "di-niente")
            ]
            told = [_plain(walled.ask("alfa", *_to(name), what)) for what in asked]
            assert told[0] == told[1] == told[2], (one, field)


def _plain(answer: httpx.Response) -> Any:
    """Without what it says of the request."""
    return answer.status_code, answer.json() if answer.status_code == 200 else ""


# ------------------------------------------------------------ events


def test_the_pages_of_events_are_their_own_to_the_end(walled: Neighbours) -> None:
    page = walled.ask("alfa", "POST", "/api/events/filter", {"filter": {"occurred": OCCURRED}, "limit": 2})
    found, pages = page.json()["events"], 1
    while (following := page.json()["next_page"]) and pages < 100:
        page = walled.ask("alfa", "GET", f"/api/events/filter/next?{following.partition('?')[2]}")
        assert page.status_code == 200, page.text
        assert seen(walled, "alfa", page) == set()
        found, pages = found + page.json()["events"], pages + 1
    assert len({one["id"] for one in found}) == page.json()["total"] > 4
    forged = {
        "filter": {
            "any_resource": {"id": [f"prefect.deployment.{id}" for id in walled.own("beta")]},
            "occurred": OCCURRED,
        },
        "count": 1000,
        "page_size": 1000,
        "offset": 0,
    }
    token = b64encode(b64encode(json.dumps(forged).encode())).decode()
    page = walled.ask("alfa", "GET", f"/api/events/filter/next?page-token={token}")
    assert (page.status_code, page.json()["events"]) == (200, [])
    assert len(walled.inside("GET", f"/events/filter/next?page-token={token}")["events"]) > 4, (
        "without the wall"
    )
