"""The accounts behind the door while something goes on: another writer, a profile that is changed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import uvicorn
from sqlalchemy import Engine, text

from db.engine import make_hurried
from flows.accounts import enrolment, passwords, persons
from flows.accounts.reception import Reception
from flows.door import event_stream
from flows.door.people import Asked, UnansweredError
from flows.runs import form_errors, server
from flows.settings import Settings, load_profile
from tests.world.door_front import HERE, ID, INTERNAL, NOW, Front
from tests.world.people import signed_in

ANNA, SARA = "Anna Redazione", "Sara Lettrice"
MORE = '\n[[colleagues]]\nname = "Sara Lettrice"\nemail = "sara@comune.esempio.mi.it"\nrole = "reader"\n'


@pytest.fixture
def here(settings: Settings, sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With a profile that may be written over."""
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr("flows.accounts.reception.FRESH", -1.0)
    path = tmp_path / "profilo.toml"
    path.write_text(settings.path.read_text(encoding="utf-8"), encoding="utf-8")
    return Settings(load_profile(path), path, settings.state, str(sqlite.url))


@pytest.fixture
def front(here: Settings) -> Iterator[Front]:
    found = Front(Reception(here, lambda: NOW))
    yield found
    found.http.close()


def test_while_another_process_writes_who_has_signed_in_is_known(
    here: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.accounts.reception.WAIT_MS", 500)
    token, reception = signed_in(here, sqlite, ANNA, NOW), Reception(here, lambda: NOW)

    async def meanwhile() -> tuple[float, list[object]]:
        person = await reception.who(token)
        assert person is not None
        asked = Asked("porta-1", person, "start", ID, "0" * 64, NOW, "")
        with sqlite.connect() as connection, connection.begin():
            notes = [asyncio.create_task(reception.note(replace(asked, key=f"porta-{n}"))) for n in range(3)]
            await asyncio.sleep(0.05)
            began = monotonic()
            assert await reception.who(token) == person
            took = monotonic() - began
            return took, await asyncio.gather(*notes, return_exceptions=True)

    took, noted = asyncio.run(meanwhile())
    assert took < 0.3
    assert [type(one) for one in noted] == [UnansweredError] * 3, "within their own time"


def test_threads_that_ask_first_together_open_one_engine(
    here: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Engine] = []

    def slowly(*given: Any, **more: Any) -> Engine:
        sleep(0.2)
        made.append(make_hurried(*given, **more))
        return made[-1]

    monkeypatch.setattr("flows.accounts.reception.make_hurried", slowly)
    token, reception = signed_in(here, sqlite, ANNA, NOW), Reception(here, lambda: NOW)

    async def together() -> tuple[object, ...]:
        return await asyncio.gather(reception.are_used(), reception.who(token), reception.who(token))

    assert all(asyncio.run(together()))
    assert len(made) == 1
    reception.close()


def test_no_writer_at_the_door_waits_longer_than_it_says(postgresql: Engine) -> None:
    engine = make_hurried(postgresql.url.render_as_string(False), wait_ms=3000)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "3s"
        assert connection.connection.driver_connection is not None
        assert connection.connection.driver_connection.info.get_parameters()["connect_timeout"] == "3"
    engine.dispose()


def test_only_a_proxy_of_this_machine_says_from_where_one_asks(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[uvicorn.Config] = []
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setattr(uvicorn, "run", lambda app, **given: began.append(uvicorn.Config(app, **given)))
    for name in ("wait_for_turns", "door"):
        monkeypatch.setattr(server, name, lambda *_: None)
    monkeypatch.setattr(form_errors, "speak_italian", lambda: None)
    server.serve(here)
    assert [one.forwarded_allow_ips for one in began] == ["127.0.0.1"]


@pytest.mark.slow
@pytest.mark.parametrize("who", ["a person", "the installation", "a person who stays"])
def test_who_is_closed_out_hears_no_more(
    front: Front, here: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(event_stream, "AGAIN", 0.05)
    token = signed_in(here, sqlite, ANNA, NOW)
    first = {"type": "auth", "token": INTERNAL if who == "the installation" else None}
    came = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": json.dumps(first)}]
    sent: list[dict[str, object]] = []

    async def app(_scope: object, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        await receive()
        assert json.loads((await receive())["text"])["token"] == INTERNAL
        if who != "a person who stays":
            enrolment.close(sqlite, here, ANNA, now=NOW)
        for _ in range(20):
            await asyncio.sleep(0.05)
            await send({"type": "websocket.send", "text": "something happened"})

    async def receive() -> dict[str, str]:
        return came.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:4200"), (b"origin", HERE.encode())]
    headers += [(b"cookie", f"bollettino={token}".encode())] if who != "the installation" else []
    monkeypatch.setattr(front.door, "_app", app)
    scope = {"type": "websocket", "path": "/api/events/out", "headers": headers, "query_string": b""}
    asyncio.run(front.door(scope, receive, send))
    if who == "a person":
        assert sent[-1] == {"type": "websocket.close", "code": 1008}
        assert len(sent) < 15
    else:
        assert [one["type"] for one in sent] == ["websocket.send"] * 20


def test_whoever_is_new_in_the_profile_enrols_without_a_restart(front: Front, here: Settings) -> None:
    assert front.ask("GET", "/accesso", None).status_code == 303
    with here.path.open("a", encoding="utf-8") as profile:
        profile.write(MORE)
    later = Settings(load_profile(here.path), here.path, here.state, here.database)
    link = enrolment.add(later, later.engine(), persons.named(later, SARA), now=NOW)
    page = front.ask("GET", link.removeprefix(HERE), None)
    assert (page.status_code, SARA in page.text) == (200, True)


def test_a_profile_that_cannot_be_read_leaves_everybody_as_they_were(
    front: Front, here: Settings, sqlite: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    kept = f"bollettino={signed_in(here, sqlite, ANNA, NOW - timedelta(minutes=1))}"

    def asked() -> int:
        return front.ask("POST", "/api/flow_runs/filter", None, {}, Cookie=kept).status_code

    whole = here.path.read_text(encoding="utf-8")
    here.path.write_text("editors = [", encoding="utf-8")
    assert (asked(), asked()) == (201, 201)
    assert [one.getMessage().split(":")[0] for one in caplog.records] == ["who may sign in stays as it was"]
    here.path.unlink()
    assert asked() == 201
    here.path.write_text(whole.replace(ANNA, "Carla Redazione"), encoding="utf-8")
    assert asked() == 401
