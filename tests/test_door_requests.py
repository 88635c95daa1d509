"""Requests that nobody thought of, made by schemathesis from Prefect's own OpenAPI, as a person of each role.

Half of them ask for what stands in the database. `BOLLETTINO_REHEARSAL=1` sends many more.
"""

import json
import os
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis.openapi
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from flows.door import manners, table
from tests.test_door import OPENAPI
from tests.world.premises import ROLES, Premises, changed

pytestmark = pytest.mark.xdist_group("premises")

IS_REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
OPEN, CLOSED = (60, 10) if IS_REHEARSAL else (3, 1)  # requests of each operation
OURS = {"cookie", "origin", "host", "connection", "prefect-csrf-client", "prefect-csrf-token"}
# the version of a client; whatever is no such version ends there
OURS |= {"x-prefect-api-version"}
# what an editor's requests may change: runs, their forms, and who asked for what
EDITED = {"prefect.flow_run", "prefect.flow_run_state", "prefect.flow_run_input", "bollettino.dooract"}


@dataclass(frozen=True)
class Made:
    """One request, whoever sends it."""

    operation: tuple[str, str]
    address: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


def made_of(operation: Any, premises: Premises, examples: int, mode: GenerationMode) -> list[Made]:
    found: list[Made] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_there=st.booleans())
    def make(case: Case[Any], is_there: bool) -> None:
        asked = case.as_transport_kwargs(base_url="http://127.0.0.1/api")
        url = httpx.URL(asked["url"], params=asked["params"])
        address, _, query = url.raw_path.decode().partition("?")
        if is_there:
            address = premises.place(operation.path)
        given = {"Content-Type": "application/json", **asked["headers"]}
        headers = [
            (name.encode(), value.encode("latin-1"))
            for name, value in given.items()
            if name.lower() not in OURS
        ]
        body = json.dumps(asked["json"]).encode() if "json" in asked else asked.get("data") or b""
        found.append(Made((operation.method.upper(), operation.path), f"{address}?{query}", headers, body))

    make()
    return found


@pytest.fixture(scope="module")
def thought_up(premises: Premises) -> list[Made]:
    """The same for every role."""
    found: list[Made] = []
    for result in schemathesis.openapi.from_dict(OPENAPI).get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        is_open = (operation.method.upper(), operation.path) in table.OPEN
        found += made_of(operation, premises, OPEN if is_open else CLOSED, GenerationMode.POSITIVE)
        if is_open and operation.body:
            found += made_of(operation, premises, OPEN, GenerationMode.NEGATIVE)
    return found


@pytest.mark.parametrize("role", ROLES if IS_REHEARSAL else ("nobody", "reader", "editor"))
def test_no_request_breaks_the_door_or_changes_what_its_role_may_not(
    premises: Premises, thought_up: list[Made], role: str
) -> None:
    premises.wait_again()
    before, may = premises.digest(), table.ROLES.get(role, frozenset())
    for made in thought_up:
        premises.reached.clear()
        premises.answered.clear()
        for recent in premises.door._recent.values():
            recent.clear()  # as of another minute
        ours = [(name.encode(), value.encode()) for name, value in premises.headers(role).items()]
        headers = [*made.headers, *ours, (b"connection", b"close")]
        answer = premises.http.request(made.operation[0], made.address, headers=headers, content=made.body)
        assert answer.status_code < 500 or premises.answered == [answer.status_code], made
        if premises.reached:
            assert made.operation in table.WITHOUT_CREDENTIAL or table.OPEN[made.operation] in may, made
        elif made.operation not in table.REPLIES or role == "nobody":
            told = answer.json()
            assert answer.status_code in (401, 403, 429), made
            assert told["detail"] == told["exception_message"] != "", made
        whole = f"{answer.headers}\n{answer.text}"
        assert not [one for one in premises.secrets if one in whole], made
        assert "Traceback" not in whole, made
        for name, value in manners.HEADERS.items():
            assert answer.headers.get_list(name) == [value], made
        is_life = made.operation in table.WITHOUT_CREDENTIAL and answer.status_code == 200
        kept = [] if is_life else ["no-store"]
        assert answer.headers.get_list("cache-control") == kept, made
        assert "set-cookie" not in answer.headers, made
    assert changed(before, premises.digest()) <= (EDITED if role in ("editor", "deputy") else set())
