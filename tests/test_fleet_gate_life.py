"""The gate of a fleet while Comuni join and leave, people listen, and it ends."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from flows.fleet.front import directory, gate
from tests.world.fleet import Land
from tests.world.fleet_gate import (
    ANNA,
    COOKIES,
    INTERNAL,
    SHARED,
    SLUGS,
    Site,
    comes_true,
    cookie_of,
    gated,
    lived,
    name_of,
    opened_gate,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Land:
    return gated(tmp_path, monkeypatch, sqlite_template)


# ------------------------------------------------------------ who joins, and who leaves


def test_who_joins_is_mended_or_leaves_while_it_runs(here: Land) -> None:
    async def story(site: Site) -> None:
        assert (await site.ask(name_of("gamma"))).status_code == 404
        here.add("gamma")
        assert (await site.ask(name_of("gamma"))).status_code == 200
        path = here.folder / "gamma.toml"
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.replace("grace_minutes", "grace_minuts"), encoding="utf-8")
        assert (await site.ask(name_of("gamma"))).status_code == 200, "as it was before"
        assert (await site.ask("localhost", "/salute")).json()["ill"] == ["gamma"]
        path.write_text(
            whole.replace(
                '# prefect_ui = "https://redazione.comune.esempio.mi.it"', 'prefect_ui = "https://g.example"'
            ),
            "utf-8",
        )
        assert (await site.ask("g.example")).status_code == 200
        path.unlink()
        for host in ("g.example", name_of("gamma")):
            assert (await site.ask(host)).status_code == 404
        await comes_true(lambda: "gamma" not in site.gate._entrances and not site.gate._closing)

    lived(here, story)


def open_files(here: Land, slug: str) -> list[str]:
    """Of its database, in this process; what other tests have left open is not its own."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(one.readlink()))
    return [path for path in found if path.startswith(f"{here.states}/{slug}/bollettino.db")]


def test_a_door_that_is_left_keeps_nothing_open(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        for _ in range(2):
            cookie = cookie_of("alfa")
            assert await site.runs(name_of("alfa"), cookie) == 200
            page = await site.ask(name_of("alfa"), "/redazione/contenuto", cookie=cookie)
            assert page.status_code == 200
            assert site.threads["accounts"] >= 1
            assert site.threads["newsroom"] == 1
            assert open_files(here, "alfa")
            monkeypatch.setattr(gate, "LEFT_FOR", -1.0)
            await comes_true(lambda: not site.gate._entrances and not site.gate._closing)
            assert (site.threads, open_files(here, "alfa")) == (Counter(), [])
            monkeypatch.setattr(gate, "LEFT_FOR", 3600.0)

    lived(here, story)


def test_a_request_that_is_under_way_ends_where_it_began(here: Land) -> None:
    """A profile that changes meanwhile makes another door; the first closes once nobody is in it."""
    go_on, came = asyncio.Event(), asyncio.Event()

    async def slow(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        came.set()
        await go_on.wait()
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        )
        await send({"type": "http.response.body", "body": b"here"})

    async def story(site: Site) -> None:
        cookie = cookie_of("alfa")
        asked = asyncio.create_task(site.runs(name_of("alfa"), cookie))
        await asyncio.wait_for(came.wait(), 20)
        first = site.gate._entrances["alfa"]
        with (here.folder / "alfa.toml").open("a", encoding="utf-8") as profile:
            profile.write("\n")
        assert (await site.ask(name_of("alfa"), "/accesso/io", cookie=cookie)).text == ANNA
        second = site.gate._entrances["alfa"]
        assert second is not first
        assert second.door._answering is first.door._answering, "answers still come one after the other"
        await asyncio.sleep(0.1)
        assert (first.guests, len(site.gate._closing)) == (1, 1)
        go_on.set()
        assert await asked == 200
        await comes_true(lambda: not site.gate._closing)
        assert site.threads["accounts"] >= 1, "those of the second are its own"

    lived(here, story, slow)


def test_two_who_come_at_once_stand_before_one_door(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "READ_EVERY", 0.05)
    made: list[str] = []
    real = gate.Entrance.__init__

    def counted(self: Any, settings: Any, *rest: Any) -> None:
        made.append(settings.profile.slug)
        real(self, settings, *rest)

    monkeypatch.setattr(gate.Entrance, "__init__", counted)

    async def story(site: Site) -> None:
        for _ in range(5):
            with (here.folder / "fleet.toml").open("a", encoding="utf-8") as file:
                file.write("\n")
            await asyncio.sleep(0.1)
            made.clear()
            said = await asyncio.gather(*(site.ask(name_of(slug)) for slug in SLUGS * 10))
            assert {one.status_code for one in said} == {200}
            await asyncio.sleep(0.1)
            await asyncio.gather(*(site.ask(name_of(slug)) for slug in SLUGS))
            assert Counter(made) == dict.fromkeys(SLUGS, 1)

    lived(here, story)


# ------------------------------------------------------------ who listens


async def events(scope: Any, receive: Any, send: Any) -> None:
    """A server that tells who may listen that something happens, and answers nothing else."""
    if scope["type"] != "websocket":
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        )
        await send({"type": "http.response.body", "body": b"here"})
        return
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "prefect"})
    told = json.loads((await receive())["text"])["token"]
    said = "auth_success" if told == INTERNAL else "auth_failure"  # no other word but events passes the wall
    await send({"type": "websocket.send", "text": json.dumps({"type": said})})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@asynccontextmanager
async def listener(site: Site, slug: str, cookie: str = "", token: str | None = None) -> AsyncIterator[Any]:
    """Who listens as a page of Prefect's does."""
    async with connect(
        f"ws://{name_of(slug)}/api/events/out",
        host="127.0.0.1",
        port=site.port,
        additional_headers={"Cookie": cookie} if cookie else {},
        subprotocols=["prefect"],  # type: ignore[list-item]
        proxy=None,
    ) as found:
        await found.send(json.dumps({"type": "auth", "token": token}))
        yield found


def test_who_has_signed_in_listens_to_their_own(here: Land) -> None:
    async def story(site: Site) -> None:
        cookie = cookie_of("alfa")
        for slug, given, token, is_known in (
            ("alfa", cookie, None, True),
            ("alfa", "", INTERNAL, True),
            ("alfa", "", SHARED, False),
            ("beta", cookie, None, False),
            ("beta", cookie.replace(COOKIES["alfa"], COOKIES["beta"]), SHARED, False),
        ):
            async with listener(site, slug, given, token) as found:
                said = "auth_success" if is_known else "auth_failure"
                assert json.loads(await found.recv()) == {"type": said}, (slug, token)

    lived(here, story, events)


def test_who_listens_to_one_that_leaves_hears_no_more(here: Land) -> None:
    async def story(site: Site) -> None:
        async with (
            listener(site, "alfa", cookie_of("alfa")) as first,
            listener(site, "beta", cookie_of("beta")) as other,
        ):
            await first.recv()
            await other.recv()
            (here.folder / "alfa.toml").unlink()
            assert (await site.ask(name_of("alfa"))).status_code == 404
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(first.recv(), 5)
            assert first.close_code == 1008
            await comes_true(lambda: set(site.gate._entrances) == {"beta"} and not site.gate._closing)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(other.recv(), 0.3)

    lived(here, story, events)


def test_it_ends_well_with_somebody_listening(here: Land, caplog: pytest.LogCaptureFixture) -> None:
    codes: list[Any] = []

    async def stays(site: Site, ready: asyncio.Event) -> None:
        async with listener(site, "alfa", cookie_of("alfa")) as found:
            await found.recv()
            ready.set()
            with suppress(ConnectionClosed):
                await found.recv()
            codes.append(found.close_code)

    async def go() -> None:
        ready = asyncio.Event()
        async with opened_gate(here, events) as site:
            staying = asyncio.create_task(stays(site, ready))
            await asyncio.wait_for(ready.wait(), 20)
            gates.append(site)
            began = asyncio.get_running_loop().time()
        await asyncio.wait_for(staying, 5)
        assert asyncio.get_running_loop().time() - began < 8

    gates: list[Site] = []
    asyncio.run(go())
    assert codes[0] in (1001, 1012)
    (site,) = gates
    assert (site.gate._entrances, site.gate._closing, site.threads) == ({}, set(), Counter())
    errors = [one for one in caplog.records if one.levelname == "ERROR"]
    ours = [one.getMessage() for one in errors if not one.name.startswith("prefect.")]
    assert ours == [], "Prefect's client in this process may have an event of another test to tell"
