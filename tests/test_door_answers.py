"""What every kind of answer tells a browser, errors and redirects included: keep nothing, ask nobody else, be
in nobody's frame.
"""

import asyncio
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any

import pytest

from flows.door import entry, response_headers
from flows.door.environment import origins
from flows.door.gate import Door
from flows.door.interfaces import DoorSettings
from tests.world.door_front import HERE, INTERNAL, PEOPLE, Front, basic
from tests.world.people import signed_in
from tests.world.premises import NAMES, Premises

pytestmark = pytest.mark.xdist_group("premises")

BOTH, FORM = response_headers.HEADERS, response_headers.HEADERS | response_headers.FORM
START = "/api/deployments/{deployments/{id}}/create_flow_run"


def holds(answer: Any, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        assert answer.headers.get_list(name) == [value], name
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("reader", "GET", "/api/version", 200),
        ("reader", "POST", "/api/flow_runs/filter", 200),
        ("reader", "POST", "/api/flow_runs/history", 422),
        ("reader", "GET", "/api/flow_runs/00000000-0000-0000-0000-000000000000", 404),
        ("reader", "GET", "/api/admin/settings", 200),
        ("reader", "GET", "/api/flow_runs/{flow_runs/{id}}/logs/download", 200),
        ("editor", "POST", START, 201),
        ("reader", "POST", START, 403),
        ("reader", "DELETE", "/api/flow_runs/{flow_runs/{id}}", 403),
        ("nobody", "POST", "/api/flow_runs/filter", 401),
        ("nobody", "HEAD", "/api/flow_runs/filter", 401),
        ("reader", "POST", "/v2/runs", 405),
        ("reader", "OPTIONS", "/", 405),
        ("reader", "GET", "/docs", 404),
        ("reader", "GET", "/nothing", 404),
        ("nobody", "GET", "/", 303),
        ("nobody", "GET", "/redazione", 303),
        ("nobody", "GET", "/redazione/contenuto", 401),
        ("reader", "GET", "/", 200),
        ("reader", "HEAD", "/", 200),
        ("reader", "GET", "/redazione", 200),
        ("reader", "GET", "/redazione/contenuto", 200),
        ("reader", "GET", "/ui-settings", 200),
        ("nobody", "GET", "/ui-settings", 200),
        ("nobody", "GET", "/entra", 200),
        ("nobody", "GET", "/accesso", 200),
        ("reader", "GET", "/accesso", 200),
        ("nobody", "GET", "/accesso/io", 401),
        ("reader", "GET", "/accesso/io", 200),
        ("nobody", "GET", "/accesso/nulla", 404),
        ("nobody", "GET", "/accesso/invito/nulla", 404),
        ("nobody", "POST", "/accesso", 401),
        ("nobody", "POST", "/accesso/gettone", 401),
        ("nobody", "POST", "/accesso/nulla", 404),
        ("nobody", "PUT", "/accesso", 403),
    ],
)
def test_no_answer_is_kept_or_framed(
    premises: Premises, role: str, method: str, path: str, status: int
) -> None:
    for place, found in premises.ids.items():
        path = path.replace("{" + place + "}", found)
    answer = premises.ask(role, method, path, b"{}" if method == "POST" else None)
    assert answer.status_code == status
    holds(answer, FORM if path.startswith("/accesso") else BOTH)
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert "set-cookie" not in answer.headers


def test_what_a_page_is_made_of_may_be_kept_and_is_framed_by_nobody(premises: Premises) -> None:
    page = premises.ask("reader", "GET", "/").text
    assets = [part.split('"')[0] for part in page.split('="') if part.startswith("/assets/")]
    kept = 0
    for path in {*assets, "/accesso/accesso.css", "/accesso/fuori.js", "/entra.js"}:
        answer = premises.ask("nobody", "GET", path)
        assert answer.status_code == 200, path
        holds(answer, FORM if path.startswith("/accesso") else BOTH)
        assert "no-store" not in answer.headers.get("cache-control", "")
        if etag := answer.headers.get("etag"):
            headers = {"If-None-Match": etag}
            again = premises.http.get(path, headers=headers)
            assert (again.status_code, again.content) == (304, b"")
            holds(again, BOTH)
            kept += 1
    assert kept > 1, "Prefect's own"


@pytest.mark.parametrize("path", ["/api/health", "/api/ready"])
def test_that_the_server_lives_is_framed_by_nobody_and_may_be_kept(premises: Premises, path: str) -> None:
    answer = premises.ask("nobody", "GET", path)
    assert answer.status_code == 200
    holds(answer, BOTH)
    assert "cache-control" not in answer.headers


def test_another_name_is_told_where_to_go_and_keeps_nothing(premises: Premises) -> None:
    for path in ("/", "/api/health", "/accesso"):
        answer = premises.http.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 421
        holds(answer, FORM if path == "/accesso" else BOTH)
        assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_goes_to_no_script_and_along_with_no_other_site(premises: Premises) -> None:
    """As it ends; how it begins stands in `tests/test_door_login.py`."""
    now = datetime.now(UTC)
    token = signed_in(premises.settings, premises.engine, NAMES["reader"], now)
    headers = {"Cookie": f"{premises.settings.work_pool}={token}", "Origin": premises.address}
    answer = premises.http.post("/accesso/esci", headers=headers)
    assert answer.status_code == 303
    holds(answer, FORM)
    assert answer.headers["cache-control"] == "no-store"
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
    assert premises.ask("reader", "GET", "/accesso/io").status_code == 200, "another browser stays"


@pytest.mark.parametrize("path", [entry.AWAY, f"{entry.BACK}?state=x&code=y"])
def test_the_cookie_of_a_way_elsewhere_is_no_script_s_either(premises: Premises, path: str) -> None:
    """To the Comune's own provider, where the profile names none."""
    answer = premises.http.get(path)
    assert answer.status_code in (403, 503)
    holds(answer, FORM)
    assert answer.headers["cache-control"] == "no-store"
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (morsel.value, morsel["httponly"], morsel["samesite"]) == ("", True, "Lax")


# ------------------------------------------------------------ whatever the server says


@pytest.mark.parametrize("status", [200, 201, 204, 206, 302, 307, 400, 404, 409, 413, 422, 500, 503])
@pytest.mark.parametrize("ui", [HERE, "https://redazione.example.it"])
def test_of_the_server_s_own_words_on_this_none_remains(status: int, ui: str) -> None:
    said = [
        (b"Cache-Control", b"public, max-age=3600"),
        (b"content-type", b"application/json"),
        (b"Content-Security-Policy", b"default-src *"),
        (b"x-frame-options", b"ALLOWALL"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"access-control-allow-credentials", b"true"),
        (b"Strict-Transport-Security", b"max-age=0"),
    ]

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": said})
        await send({"type": "http.response.body", "body": b""})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    door_settings = DoorSettings(INTERNAL, PEOPLE, b"key", frozenset(), origins(ui, 4200))
    headers = [(b"host", ui.split("//")[1].encode()), (b"authorization", basic(PEOPLE).encode())]
    scope = {"type": "http", "method": "GET", "query_string": b"", "headers": headers}
    front = Front()
    for path in ("/api/version", "/v2/runs"):
        asyncio.run(Door(app, door_settings, front.access)({**scope, "path": path}, receive, send))
        told = [(name.decode().lower(), value.decode()) for name, value in sent.pop(0)["headers"]]
        sent.clear()
        is_tls = ui.startswith("https")
        wanted = BOTH | (response_headers.TLS if is_tls else {}) | {"cache-control": "no-store"}
        for name, value in wanted.items():
            assert [found for known, found in told if known == name] == [value], name
        assert not [name for name, _ in told if name.startswith("access-control-")]
    front.http.close()
