"""The gate of a fleet: each Comune's door under its own name, and nobody's under any other."""

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from db.engine import opened
from flows.door import keys
from flows.door.proxy import NO_SERVER
from flows.fleet import shared
from flows.fleet.front import gate
from flows.fleet.front.gate import ABSENT, hosts
from flows.settings import load
from tests.world.behind import Behind, typed
from tests.world.builders import NOW
from tests.world.fleet import Land
from tests.world.fleet_gate import (
    ANNA,
    COOKIES,
    INTERNAL,
    SHARED,
    SLUGS,
    Site,
    basic,
    cookie_of,
    gated,
    lived,
    name_of,
    token_of,
)
from tests.world.people import PASSWORD, Member

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Land:
    return gated(tmp_path, monkeypatch, sqlite_template)


# ------------------------------------------------------------ whose a name is


def test_a_name_leads_to_one_door(here: Land) -> None:
    async def story(site: Site) -> None:
        for host in ("alfa.localhost:4300", "ALFA.LocalHost:4300", "alfa.example", "alfa.example:443"):
            assert (await site.ask(host)).status_code == 200, host
            assert set(site.gate._entrances) == {"alfa"}
        assert (await site.ask(name_of("beta"))).status_code == 200
        for host in (
            *(
                "alfa.localhost",
                "alfa.localhost:4301",
                "alfa.localhost.:4300",
                "alfa.example.",
                "x@alfa.example",
            ),
            "alfa.example:80",
        ):
            said = await site.ask(host)
            assert (said.status_code, "Apri https://alfa.example" in said.text) == (421, True), host
        assert set(site.gate._entrances) == set(SLUGS)

    lived(here, story)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "gamma.localhost:4300",
            "localhost:4300",
            "127.0.0.1:4300",
            "[::1]:4300",
            "alfa.localhost.evil.example",
        ),
        *("evil.example", "", "[", "[::1", "alfa", ":4300", "alfa.localhost:4300:4300x", "a" * 3000),
        *(
            "alfa.example/beta.localhost",
            "alfa.example,beta.localhost",
            "alfa\u2024example".encode().decode("latin-1"),
        ),
    ],
)
def test_any_other_name_is_nobody_s(here: Land, host: str) -> None:
    """A name that is none of theirs makes no entrance."""

    async def story(site: Site) -> None:
        for method in ("GET", "POST", "DELETE"):
            for path in (b"/", b"/accesso", b"/api/flow_runs/filter", b"/salute/"):
                head = method.encode() + b" " + path + b" HTTP/1.1\r\nhost: " + host.encode("latin-1")
                said = await typed(site.port, head + b"\r\nconnection: close\r\n\r\n")
                if not said.startswith(b"HTTP/1.1 400"):  # h11 itself refuses rubbish
                    assert said.startswith((b"HTTP/1.1 404", b"HTTP/1.1 421")), said
                    assert ABSENT.encode() in said or b"421" in said
                    assert b"location:" not in said.lower()
        assert (site.behind.asked, len(site.gate._entrances) <= 1) == ([], True)

    lived(here, story)


def test_two_names_in_one_request_are_refused(here: Land) -> None:
    async def story(site: Site) -> None:
        for first, second in ((name_of("alfa"), name_of("beta")), (name_of("beta"), "evil.example")):
            head = f"GET /accesso HTTP/1.1\r\nhost: {first}\r\nhost: {second}\r\nconnection: close\r\n\r\n"
            assert (await typed(site.port, head.encode()))[9:12] in (b"400", b"421")
        said = await typed(site.port, b"GET /accesso HTTP/1.0\r\n\r\n")
        assert said[9:12] == b"404"

    lived(here, story)


def test_what_a_proxy_says_leads_to_no_other_door(here: Land) -> None:
    async def story(site: Site) -> None:
        cookie = cookie_of("alfa")
        named = {"X-Forwarded-Host": name_of("alfa"), "Forwarded": f"host={name_of('alfa')}"}
        assert await site.runs(name_of("beta"), cookie, **named) == 401
        assert await site.runs(name_of("alfa"), cookie, **named, X_Forwarded_Proto="https") == 200

    lived(here, story)


def test_a_name_that_two_have_is_at_neither(here: Land, caplog: pytest.LogCaptureFixture) -> None:
    text = (here.folder / "beta.toml").read_text(encoding="utf-8")
    mine = '# prefect_ui = "https://redazione.comune.esempio.mi.it"'
    (here.folder / "beta.toml").write_text(
        text.replace(mine, 'prefect_ui = "https://ALFA.example:8443"'), "utf-8"
    )

    async def story(site: Site) -> None:
        for host in ("alfa.example", "alfa.example:8443"):
            assert (await site.ask(host)).status_code == 404
        for slug in SLUGS:
            assert (await site.ask(name_of(slug))).status_code == 200, "its other name is its own still"

    lived(here, story)
    assert "alfa, beta: have one name in servers.prefect_ui" in caplog.text


def test_one_without_a_name_of_its_own_has_one_on_this_machine(here: Land) -> None:
    assert hosts(map(load, SLUGS)) == {
        "alfa.example": "alfa",
        "alfa.localhost": "alfa",
        "beta.localhost": "beta",
    }


def test_how_it_is_only_this_machine_is_told(here: Land) -> None:
    here.add("cieco", ("grace_minutes = 60", "grace_minuts = 60"))

    async def story(site: Site) -> None:
        for host in ("127.0.0.1:4300", "localhost:4300", "[::1]:4300"):
            said = await site.ask(host, "/salute")
            assert said.json() == {"ok": True, "comuni": 2, "ill": ["cieco"]}
        for headers in ({"X-Forwarded-For": "192.0.2.1"}, {"Forwarded": "for=x"}, {"X-Real-Ip": "192.0.2.1"}):
            assert (await site.ask("127.0.0.1:4300", "/salute", headers=headers)).text == ABSENT
        assert (await site.ask("evil.example", "/salute")).text == ABSENT
        for method, path in (
            ("POST", "/salute"),
            ("GET", "/salute/"),
            ("GET", "/docs"),
            ("GET", "/openapi.json"),
        ):
            said = await site.ask("127.0.0.1:4300", path, method)
            assert (said.status_code, said.text) == (404, ABSENT)

    lived(here, story)


def test_who_listens_under_an_unknown_name_is_told_so(here: Land) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def story(site: Site) -> None:
        switch = gate.Switch(sent.append, site.gate)  # type: ignore[arg-type]
        scope = {"type": "websocket", "path": "/api/events/out", "headers": [(b"host", b"evil.example")]}
        await switch(scope, receive, send)
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{site.port}/api/events/out", proxy=None)

    lived(here, story)
    assert sent == [{"type": "websocket.close", "code": 4404}]


# ------------------------------------------------------------ who is let in


def test_a_password_that_people_share_opens_nothing(here: Land) -> None:
    """Not that of the environment, nor one that lies in the state folder; nobody has enrolled yet."""
    made = keys.make(here.states / "_fleet", people=None)
    assert made.people

    async def story(site: Site) -> None:
        for credential in (SHARED, made.people, made.internal, ":"):
            for slug in SLUGS:
                assert await site.runs(name_of(slug), Authorization=basic(credential)) == 401, credential
        assert site.behind.asked == []
        assert await site.runs(name_of("alfa"), Authorization=basic(INTERNAL)) == 200, (
            "the installation's own"
        )
        assert site.behind.header(b"authorization") == [basic(INTERNAL).encode()]

    lived(here, story)


def test_who_has_signed_in_with_one_is_a_stranger_with_another(here: Land) -> None:
    async def story(site: Site) -> None:
        token = token_of("alfa")
        assert await site.runs(name_of("alfa"), cookie_of("alfa", token)) == 200
        assert await site.runs("alfa.example", cookie_of("alfa", token)) == 200
        assert site.behind.header(b"authorization") == [basic(INTERNAL).encode()]
        for name in (*COOKIES.values(), "bollettino"):
            assert await site.runs(name_of("beta"), f"{name}={token}") == 401
            page = await site.ask(name_of("beta"), "/redazione", cookie=f"{name}={token}")
            assert (page.status_code, page.headers["location"]) == (303, "/accesso?poi=%2Fredazione")
            assert (
                await site.ask(name_of("beta"), "/redazione/contenuto", cookie=f"{name}={token}")
            ).status_code == 401
        assert await site.runs(name_of("alfa"), cookie_of("beta", token)) == 401
        assert len(site.behind.asked) == 2

    lived(here, story)


def test_each_signs_in_where_they_have_an_account(here: Land) -> None:
    async def story(site: Site) -> None:
        settings = load("alfa")
        with opened(settings.database) as engine:
            anna = await asyncio.to_thread(Member, settings, engine, ANNA, NOW - timedelta(minutes=5))
        typed_in = {"nome": ANNA, "password": PASSWORD, "codice": anna.code(NOW)}
        for slug, other in (("beta", "alfa"), ("alfa", "beta")):
            said = await site.ask(
                name_of(slug),
                "/accesso",
                "POST",
                data=typed_in,
                headers={"Origin": f"http://{name_of(other)}"},
            )
            assert said.status_code == 421, "a form of another's page"
        said = await site.ask(
            name_of("beta"),
            "/accesso",
            "POST",
            data=typed_in,
            headers={"Origin": f"http://{name_of('beta')}"},
        )
        assert (said.status_code, "set-cookie" in said.headers) == (401, False), "nobody has enrolled here"
        said = await site.ask(
            name_of("alfa"),
            "/accesso",
            "POST",
            data=typed_in,
            headers={"Origin": f"http://{name_of('alfa')}"},
        )
        kept = said.headers["set-cookie"].partition(";")[0]
        assert (said.status_code, kept.partition("=")[0]) == (303, COOKIES["alfa"])
        assert await site.runs(name_of("alfa"), kept) == 200
        assert site.behind.header(b"cookie") == []

    lived(here, story)


def test_a_page_of_the_server_is_for_who_has_signed_in_however_it_spells_that_it_is_one(here: Land) -> None:
    behind = Behind(headers=[(b"Content-Type", b"text/html")], parts=[b"<html><head></head>secret</html>"])

    async def story(site: Site) -> None:
        for path in ("/v2", "/v2/runs", "/v2/index.html"):
            said = await site.ask(name_of("alfa"), path)
            assert (said.status_code, said.text) == (303, "")
        said = await site.ask(name_of("alfa"), "/v2", cookie=cookie_of("alfa"))
        assert '<script src="/accesso/fuori.js"></script></head>secret' in said.text

    lived(here, story, behind)


def test_nobody_pauses_the_pool_of_all(here: Land) -> None:
    """Neither by its name nor by that of a Comune, which the door would take for the installation's."""

    async def story(site: Site) -> None:
        cookie = cookie_of("alfa")
        for pool in ("bollettino", "bollettino-beta"):
            said = await site.ask(
                name_of("alfa"), f"/api/work_pools/{pool}", "PATCH", cookie, json={"is_paused": True}
            )
            assert said.status_code == 403
        assert site.behind.asked == []

    lived(here, story)


ID = "08efb67e-99fa-44ca-b0f6-41348aaa7de3"
BY_NUMBER = (f"/api/deployments/{ID}/create_flow_run", f"/api/flow_runs/{ID}/resume")


def test_a_server_that_is_gone_is_told_in_words(here: Land) -> None:
    async def story(site: Site) -> None:
        cookie = cookie_of("alfa")
        for path in ("/api/flow_runs/filter", *BY_NUMBER):
            said = await site.ask(name_of("alfa"), path, "POST", cookie, json={})
            assert (said.status_code, said.json()["detail"]) == (503, NO_SERVER), path
        assert (await site.ask("127.0.0.1", "/salute")).json()["ok"]

    lived(here, story, is_there=False)


def test_who_starts_waits_for_no_second_try(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a server that hangs up, which Prefect's client would ask five times more, in 31 seconds."""
    waited: list[float] = []

    async def waits(seconds: float) -> None:
        waited.append(seconds)

    async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def story(site: Site) -> None:
        port = urlsplit(shared.of(site.here.fleet).prefect_address).port
        async with await asyncio.start_server(hangs_up, "127.0.0.1", port):
            for path in BY_NUMBER:
                said = await site.ask(name_of("alfa"), path, "POST", cookie_of("alfa"), json={})
                assert said.status_code == 503, path

    known = SimpleNamespace(sleep=waits, CancelScope=anyio.CancelScope)
    monkeypatch.setattr("prefect.client.base.anyio", known)
    lived(here, story, is_there=False)
    assert waited == []
