"""The web app of a fleet: each Comune at its address, and what is nobody's is nobody's."""

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from db.models import BulletinStatus
from flows.__main__ import main
from flows.fleet import rounds
from flows.fleet.front import app as front_app
from flows.fleet.front import tenant
from flows.settings import ROOT, load
from flows.web import app as web_app
from tests.world.builders import item_of, make_bulletin, make_news_item, news_data
from tests.world.fleet import Land
from tests.world.fleet_web import (
    PUBLIC,
    SLUGS,
    TOGETHER,
    Fronted,
    comes_true,
    lived,
    look,
    settled,
)
from tests.world.installation import wait_for
from tests.world.ports import free_ports

MARKS = {slug: f"La piazza di {slug} chiude" for slug in (*SLUGS, "gamma")}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Land:
    return settled(tmp_path, monkeypatch, sqlite_template)


def sent(slug: str) -> str:
    """A bulletin of this Comune's; its code."""
    with look(slug) as session:
        item = item_of(make_news_item(session, news_data(title=MARKS[slug])), text=f"{MARKS[slug]} lunedì.")
        return make_bulletin(session, [item], status=BulletinStatus.sent).code


def test_each_is_shown_at_its_own_address(here: Land) -> None:
    codes = {slug: sent(slug) for slug in SLUGS}

    async def story(site: Fronted) -> None:
        for slug, code in codes.items():
            machine = f"http://127.0.0.1:8080/{slug}"
            for base in (PUBLIC[slug], PUBLIC[slug].upper().replace("BETA", "beta"), machine):
                for path in ("/", f"/b/{code}", "/archivio", "/bollettini.xml"):
                    page = await site.get(f"{base}{path}")
                    if path != "/bollettini.xml":
                        assert page.status_code == 200, f"{base}{path}"
                    others = [mark for other, mark in MARKS.items() if other != slug]
                    assert not [mark for mark in others if mark in page.text]
                assert MARKS[slug] in (await site.get(f"{base}/b/{code}")).text
                other = codes["beta" if slug == "alfa" else "alfa"]
                assert (await site.get(f"{base}/b/{other}")).status_code == 404, "a neighbour's"
            page = await site.get(PUBLIC[slug])
            assert page.status_code == 200
            assert page.headers["content-security-policy"]
            assert page.headers["strict-transport-security"]
        assert 'href="/beta/archivio"' in (await site.get(f"{PUBLIC['beta']}/")).text

    lived(here, story)


def test_what_is_nobody_s_address_names_nobody(here: Land) -> None:
    async def story(site: Fronted) -> None:
        for address in (
            *(
                "https://altri.example.it/",
                "https://altri.example.it/alfa/",
                f"{TOGETHER}/",
                f"{TOGETHER}/bet",
            ),
            *(f"{TOGETHER}/alfa/", f"{TOGETHER}/BETA/", f"{TOGETHER}/betagamma", f"{TOGETHER}/salute"),
            *("http://127.0.0.1/", "http://127.0.0.1/gamma/", "http://127.0.0.1/b/abc"),
        ):
            answer = await site.get(address)
            assert answer.status_code == 404, address
            assert not [word for word in ("alfa", "beta", "Esempio") if word in answer.text]
            assert answer.headers["x-content-type-options"] == "nosniff"
        strange = await site.client.get("/", headers={"Host": "[::1"})
        assert strange.status_code == 404

    lived(here, story)


def test_a_comune_whose_database_is_gone_says_so_and_the_others_are_shown(
    here: Land, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor is an empty one made in its place."""
    file = here.states / "beta" / "bollettino.db"
    file.rename(here.states / "away.db")

    async def story(site: Fronted) -> None:
        await site.front.sweep()
        answer = await site.get(f"{PUBLIC['beta']}/")
        assert answer.status_code == 503
        assert "beta" not in answer.text
        assert (await site.get(f"{PUBLIC['alfa']}/")).status_code == 200
        assert not file.exists()
        (here.states / "away.db").rename(file)
        assert (await site.get(f"{PUBLIC['beta']}/")).status_code == 200

    lived(here, story)
    assert "bollettino.db is missing" in caplog.text


def test_one_that_another_web_app_looks_at_is_not_called_ill(
    here: Land, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(site: Fronted) -> None:
        with rounds._alone("web", load("beta")):
            await site.front.sweep()
        assert (await site.get(f"{PUBLIC['beta']}/")).status_code == 200

    lived(here, story)
    assert "could not be looked at" not in caplog.text


def test_requests_of_one_that_hangs_leave_room_for_the_others(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant, "PATIENCE", 0.3)
    go_on = asyncio.Event()
    furnished = web_app.furnished

    def hanging(lifespan: Any, lives: Any) -> Any:
        whole = furnished(lifespan, lives)

        async def hung(scope: Any, receive: Any, send: Any) -> None:
            if scope["web"].settings.profile.slug == "beta":
                await go_on.wait()
            await whole(scope, receive, send)

        return hung

    monkeypatch.setattr(front_app, "furnished", hanging)

    async def story(site: Fronted) -> None:
        asked = [asyncio.create_task(site.get(f"{PUBLIC['beta']}/")) for _ in range(tenant.AT_ONCE + 3)]
        await asyncio.sleep(0.05)
        assert (await site.get(f"{PUBLIC['alfa']}/")).status_code == 200
        await comes_true(lambda: sum(task.done() for task in asked) == 3)
        go_on.set()
        assert sorted([(await task).status_code for task in asked]) == [200] * tenant.AT_ONCE + [503] * 3

    lived(here, story)


def test_who_is_asked_while_the_profile_changes_is_answered_and_then_closed(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    furnished = web_app.furnished

    def slow(lifespan: Any, lives: Any) -> Any:
        whole = furnished(lifespan, lives)

        async def waits(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] == "/archivio":
                await go_on.wait()
            await whole(scope, receive, send)

        return waits

    monkeypatch.setattr(front_app, "furnished", slow)

    async def story(site: Fronted) -> None:
        old = site.front.tenants["alfa"]
        asked = asyncio.create_task(site.get(f"{PUBLIC['alfa']}/archivio"))
        await comes_true(lambda: old.is_open)
        here.give("alfa", "BOLLETTINO_VERIFY_TOKEN", "another")
        assert (await site.get(f"{PUBLIC['alfa']}/")).status_code == 200
        assert site.front.tenants["alfa"] is not old
        assert old.is_open
        go_on.set()
        assert (await asked).status_code == 200
        await comes_true(lambda: not old.is_open)

    lived(here, story)


def test_no_more_databases_stay_open_than_there_is_room_for(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_app, "MOST_IDLE", 1)

    async def story(site: Fronted) -> None:
        for slug in ("alfa", "beta", "alfa", "alfa", "beta"):
            assert (await site.get(f"http://localhost/{slug}/")).status_code == 200
            assert [one for one, tenant in site.front.tenants.items() if tenant.is_open] == [slug]

    lived(here, story)


def test_it_tells_how_it_does_to_this_machine_alone(here: Land) -> None:
    async def story(site: Fronted) -> None:
        told = (await site.get("http://127.0.0.1:8080/salute")).json()
        assert told == {"ok": True, "comuni": 2, "open": 0, "ill": [], "strange": 0}
        assert (await site.client.get("https://altri.example.it/salute")).status_code == 404
        forwarded = await site.client.get("http://127.0.0.1/salute", headers={"X-Forwarded-For": "10.0.0.1"})
        assert forwarded.status_code == 404
        for slug in SLUGS:
            own = (await site.get(f"{load(slug).web_address}/salute")).json()
            assert own == {"ok": True, "writes": True, "parked": 0, "unread": {}}
            token = (await site.get(f"http://127.0.0.1/{slug}/metrics")).status_code
            assert token == 401, "the token of its own state folder"
        bearer = {"Authorization": f"Bearer {(here.states / 'alfa' / 'metrics.token').read_text().strip()}"}
        assert (await site.client.get("http://127.0.0.1/alfa/metrics", headers=bearer)).status_code == 200
        assert (await site.client.get("http://127.0.0.1/beta/metrics", headers=bearer)).status_code == 401

    lived(here, story)


def test_an_address_that_knows_no_such_method_says_which_it_knows(here: Land) -> None:
    async def story(site: Fronted) -> None:
        for address in (f"{PUBLIC['beta']}/archivio", "https://altri.example.it/webhook"):
            answer = await site.client.put(address)
            assert answer.status_code == 405
            assert "GET" in answer.headers["allow"]

    lived(here, story)


@pytest.mark.parametrize("typed", [["web"], ["web", "--profile", "alfa"]])
def test_web_serves_all_of_a_fleet_unless_one_is_named(
    here: Land, monkeypatch: pytest.MonkeyPatch, typed: list[str]
) -> None:
    served: list[object] = []
    here.say("[web]\nport = 8181\n")

    def listen(make: Any, *, port: int) -> int:
        served.append((make(lambda: None).state._state.keys(), port))
        return 0

    monkeypatch.setattr(front_app, "listen", listen)
    monkeypatch.setattr(web_app, "listen", listen)
    monkeypatch.setenv("BOLLETTINO_PROFILE", "beta")
    assert main(typed) == 0
    assert served == [({"front": 1}.keys(), 8181)] if typed == ["web"] else [({"web": 1}.keys(), 8080)]
    assert load("alfa").web_address == "http://127.0.0.1:8181/alfa"


def test_a_comune_alone_is_asked_at_its_own_port(sqlite: Engine, settings: Any) -> None:
    assert settings.web_address == "http://127.0.0.1:8080"


def test_the_log_of_a_request_begins_with_whose_it_is(here: Land, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def story(site: Fronted) -> None:
        await site.get(f"{PUBLIC['beta']}/archivio?hub.verify_token=x")
        await site.get("https://altri.example.it/x")

    lived(here, story)
    lines = [record.getMessage() for record in caplog.records if record.name == "flows.web.headers"]
    assert lines[0].startswith("beta: GET /archivio 200")
    assert lines[1].startswith("GET /x 404")
    assert json.dumps(lines).count("verify_token") == 0


@pytest.mark.slow
def test_the_process_serves_all_and_ends_when_it_is_told(here: Land) -> None:
    code = sent("beta")
    (port,) = free_ports(1)
    here.say(f"[web]\nport = {port}\n")
    with subprocess.Popen(
        [sys.executable, "-m", "flows", "web"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:

        def known() -> Any:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/salute").json()
            except httpx.TransportError:
                return None

        assert wait_for("the web app", known)["comuni"] == 2
        page = httpx.get(f"http://127.0.0.1:{port}/b/{code}", headers={"Host": "unione.example.it"})
        assert page.status_code == 404
        page = httpx.get(f"http://127.0.0.1:{port}/beta/b/{code}", headers={"Host": "unione.example.it"})
        assert MARKS["beta"] in page.text
        process.terminate()
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"beta: GET /b/{code} 200" in told
    assert "beta: GET /salute" not in told
