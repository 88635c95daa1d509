"""Requests that nobody thought of, made by schemathesis from Prefect's own OpenAPI, as a person of each role.

Half of them ask for what stands in the database. `BOLLETTINO_REHEARSAL=1` sends many more.
"""

import os

import pytest

from flows.door import permissions, response_headers
from tests.test_door import OPENAPI
from tests.world.premises import ROLES, Premises, changed
from tests.world.thought_up import Made, thought_up

pytestmark = pytest.mark.xdist_group("premises")

IS_REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
OPEN, CLOSED = (60, 10) if IS_REHEARSAL else (3, 1)  # requests of each operation
# what an editor's requests may change: runs, their forms, and who asked for what
EDITED = {"prefect.flow_run", "prefect.flow_run_state", "prefect.flow_run_input", "bollettino.dooract"}


@pytest.fixture(scope="module")
def requests(premises: Premises) -> list[Made]:
    """The same for every role."""
    return thought_up(
        OPENAPI,
        premises.place,
        lambda operation: (OPEN, OPEN) if operation in permissions.OPEN else (CLOSED, 0),
    )


@pytest.mark.parametrize("role", ROLES if IS_REHEARSAL else ("nobody", "reader", "editor"))
def test_no_request_breaks_the_door_or_changes_what_its_role_may_not(
    premises: Premises, requests: list[Made], role: str
) -> None:
    premises.wait_again()
    before, may = premises.digest(), permissions.ROLES.get(role, frozenset())
    for made in requests:
        premises.reached.clear()
        premises.answered.clear()
        for recent in premises.door._recent.values():
            recent.clear()  # as of another minute
        ours = [(name.encode(), value.encode()) for name, value in premises.headers(role).items()]
        headers = [*made.headers, *ours, (b"connection", b"close")]
        answer = premises.http.request(made.operation[0], made.address, headers=headers, content=made.body)
        assert answer.status_code < 500 or premises.answered == [answer.status_code], made
        if premises.reached:
            assert (
                made.operation in permissions.WITHOUT_CREDENTIAL or permissions.OPEN[made.operation] in may
            ), made
        elif made.operation not in permissions.REPLIES or role == "nobody":
            told = answer.json()
            assert answer.status_code in (401, 403, 429), made
            assert told["detail"] == told["exception_message"] != "", made
        whole = f"{answer.headers}\n{answer.text}"
        assert not [one for one in premises.secrets if one in whole], made
        assert "Traceback" not in whole, made
        for name, value in response_headers.HEADERS.items():
            assert answer.headers.get_list(name) == [value], made
        is_life = made.operation in permissions.WITHOUT_CREDENTIAL and answer.status_code == 200
        kept = [] if is_life else ["no-store"]
        assert answer.headers.get_list("cache-control") == kept, made
        assert "set-cookie" not in answer.headers, made
    assert changed(before, premises.digest()) <= (EDITED if role in ("editor", "deputy") else set())
