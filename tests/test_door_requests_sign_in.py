"""Requests that nobody thought of for the door's own pages, `/accesso` and below, as nobody and as each role.

Prefect's OpenAPI knows nothing of these: they are described here, and schemathesis makes requests of it. The
database of who may sign in is as before afterwards: they sign out, and type wrong passwords.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import schemathesis.openapi
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from db import accounts
from db.engine import transaction
from flows.accounts import persons, sign_in
from flows.door import entry, response_headers
from flows.door.login import FILES, INVITATION, PATH
from tests.test_door_requests import IS_REHEARSAL
from tests.world.premises import NAMES, Premises, changed
from tests.world.thought_up import OURS, Made

pytestmark = pytest.mark.xdist_group("premises")

EXAMPLES = 40 if IS_REHEARSAL else 3  # of each operation, well made and badly made
COOKIE = ("path=/", "httponly")
SAME_SITE = ("samesite=strict", "samesite=lax")  # the second, of the way to the Comune's provider and back
TEXT = {"type": "string", "maxLength": 40}
ANSWERS = {"200": {"description": "a page"}}


def _query(*names: str) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "query", "schema": TEXT} for name in names]}


def _form(*names: str) -> dict[str, Any]:
    fields = {"type": "object", "properties": dict.fromkeys(names, TEXT), "required": [*names]}
    return {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": fields}}}}


def _operation(told: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"responses": ANSWERS, **(told or {})}


TOKEN = {
    "parameters": [{"name": "token", "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}]
}
PATHS: dict[str, dict[str, Any]] = {
    PATH: {"get": _operation(_query("poi")), "post": _operation(_form("nome", "password", "codice", "poi"))},
    f"{PATH}/io": {"get": _operation()},
    f"{PATH}/gettone": {"post": _operation(_form("gettone"))},
    entry.AWAY: {"get": _operation(_query("poi", "qui", "di_nuovo"))},
    entry.BACK: {"get": _operation(_query("code", "state", "error", "iss"))},
    entry.PROVE: {"get": _operation(_query("poi")), "post": _operation(_form("codice", "poi"))},
    f"{INVITATION}{{token}}": {
        "get": _operation(TOKEN),
        "post": _operation({**TOKEN, **_form("password", "ancora", "codice")}),
    },
    **{path: {"get": _operation()} for path in FILES},
    f"{PATH}/esci": {"post": _operation(_form("ovunque"))},  # the last: who asks is nobody afterwards
}
DESCRIBED = {"openapi": "3.1.0", "info": {"title": "the door", "version": "1"}, "paths": PATHS}


def made_of(operation: Any, mode: GenerationMode) -> list[Made]:
    found: list[Made] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def make(case: Case[Any]) -> None:
        asked = case.as_transport_kwargs(base_url="http://127.0.0.1")
        address = httpx.URL(asked["url"], params=asked["params"]).raw_path.decode()
        body = asked.get("data") or b""
        if not isinstance(body, bytes):
            body = body.encode() if isinstance(body, str) else urlencode(body, doseq=True).encode()
        headers = [
            (name.encode(), value.encode("latin-1"))
            for name, value in asked["headers"].items()
            if name.lower() not in OURS
        ]
        found.append(Made((operation.method.upper(), operation.path), address, headers, body))

    make()
    return found


@pytest.fixture(scope="module")
def thought_up() -> list[Made]:
    found: list[Made] = []
    for result in schemathesis.openapi.from_dict(DESCRIBED).get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        found += made_of(operation, GenerationMode.POSITIVE)
        if operation.body or operation.query:
            found += made_of(operation, GenerationMode.NEGATIVE)
    return found


@pytest.fixture
def people(premises: Premises) -> Iterator[Premises]:
    """Who has an account, and where they are signed in, is as before afterwards."""
    path = Path(str(premises.engine.url.database))
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(":memory:")) as kept:
        live.backup(kept)
        yield premises
        kept.backup(live)


def asked(premises: Premises, role: str, made: Made) -> httpx.Response:
    """As of another minute each time, so that the door does not only count."""
    for recent in premises.door._recent.values():
        recent.clear()
    ours = [(name.encode(), value.encode()) for name, value in premises.headers(role).items()]
    headers = [*made.headers, *ours, (b"connection", b"close")]
    return premises.http.request(made.operation[0], made.address, headers=headers, content=made.body)


def kept_badly(answer: httpx.Response) -> list[str]:
    """Cookies that a script could read, or that come along with what another site begins."""
    found = []
    for line in answer.headers.get_list("set-cookie"):
        told = [part.strip().lower() for part in line.split(";")[1:]]
        if not set(COOKIE) <= set(told) or not set(SAME_SITE) & set(told):
            found.append(line)
    return found


@pytest.mark.parametrize("role", ("nobody", *NAMES) if IS_REHEARSAL else ("nobody", "reader", "editor"))
def test_no_request_breaks_the_pages_of_who_signs_in_or_tells_a_secret(
    people: Premises, thought_up: list[Made], role: str
) -> None:
    before, cookies, answered = people.digest(), 0, set()
    people.reached.clear()
    for made in thought_up:
        answer = asked(people, role, made)
        answered.add((*made.operation, answer.status_code))
        assert answer.status_code < 500, (made, answer.text)
        whole = f"{answer.headers}\n{answer.text}"
        assert not [one for one in people.secrets if one in whole], made
        assert "Traceback" not in whole, made
        assert kept_badly(answer) == [], made
        cookies += "set-cookie" in answer.headers
        for name in response_headers.HEADERS:
            assert len(answer.headers.get_list(name)) == 1, (name, made)
        kept = [] if made.operation[1] in FILES and answer.status_code == 200 else ["no-store"]
        assert answer.headers.get_list("cache-control") == kept, made
    assert cookies, "who signs out is told to forget"
    assert people.reached == [], "none of these is the server's behind the door"
    assert {(method.upper(), path) for path, told in PATHS.items() for method in told} == {
        operation[:2] for operation in answered
    }
    assert not [name for name in changed(before, people.digest()) if name.startswith("prefect.")]


def test_a_link_that_is_good_gives_a_cookie_that_no_script_reads(people: Premises) -> None:
    """Made-up requests let nobody in: this one does, by the same way."""
    person = persons.named(people.settings, NAMES["editor"])
    vault, until = sign_in.vault(people.settings), datetime.now(UTC) + timedelta(minutes=5)
    with transaction(people.engine) as session:
        account = accounts.of(session, person.id)
        assert account is not None
        token = sign_in.make_link(session, vault, account, is_invitation=False, until=until)
    body = urlencode({"gettone": token}).encode()
    form = [(b"content-type", b"application/x-www-form-urlencoded")]
    made = Made(("POST", f"{PATH}/gettone"), f"{PATH}/gettone", form, body)
    answer = asked(people, "nobody", made)
    assert answer.status_code == 204
    (line,) = answer.headers.get_list("set-cookie")
    assert kept_badly(answer) == []
    assert token not in line
    open_to_all = httpx.Response(200, headers={"set-cookie": line.replace("; HttpOnly", "")})
    assert kept_badly(open_to_all), "a cookie without it is seen"
    assert asked(people, "nobody", made).status_code == 401, "good once"
