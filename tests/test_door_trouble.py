"""What a door does with what should not come: a code to hide, too much, too late, and what breaks."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from flows.door import sealed_code, stamps
from flows.door.asgi import refuse
from flows.door.environment import origins
from flows.door.gate import A_MINUTE, Door
from flows.door.interfaces import DoorSettings
from flows.door.request_bodies import RejectedRequest
from tests.test_door import ANSWER, START
from tests.world.door_front import HERE, ID, INTERNAL, NOW, PEOPLE, Front, ServerAccess

KEY = "suspended-review-3-response"
VALUES = {"decisione_3": "Approva"}


@pytest.fixture
def front() -> Iterator[Front]:
    found = Front()
    yield found
    found.http.close()


# ------------------------------------------------------------ codes


def test_the_code_of_a_start_goes_on_sealed(front: Front) -> None:
    sent = {"bollettino": 3, "chi": "Anna Redazione", "codice": "123 456"}
    assert front.ask("POST", START, body={"parameters": sent}).status_code == 201
    raw = front.reached.pop()[3]
    parameters = json.loads(raw)["parameters"]
    assert b"456" not in raw
    assert {**parameters, "codice": "123 456"} == sent
    assert sealed_code.opened(b"key", parameters["codice"], ID, parameters) == sealed_code.EnteredCode(
        "123 456", NOW
    )
    assert "123" not in repr(sealed_code.EnteredCode("123 456", NOW))
    again = front.ask("POST", START, body={"parameters": parameters})
    assert (again.status_code, again.json()["detail"]) == (403, "Il codice ha 6 cifre: copialo dall'app.")


@pytest.mark.parametrize("code", [123456, ["123456"], {"a": "123456"}, "1" * 41])
def test_what_is_no_code_starts_nothing(front: Front, code: Any) -> None:
    assert front.ask("POST", START, body={"parameters": {"codice": code}}).status_code == 403
    assert front.reached == []


def test_no_code_stays_none_and_what_the_installation_starts_stays_as_it_is(front: Front) -> None:
    assert front.ask("POST", START, body={"parameters": {"codice": ""}}).status_code == 201
    assert front.ask("POST", START, INTERNAL, body={"parameters": {"codice": "1"}}).status_code == 201
    told = [json.loads(raw)["parameters"]["codice"] for _, _, _, raw in front.reached]
    assert told == ["", "1"]


# ------------------------------------------------------------ too much


def test_a_schema_that_people_send_is_judged_by_nobody(front: Front) -> None:
    """A pattern without an end would hold up the whole server, and a variable is none of their business."""
    for body in (
        {"schema": {"properties": {"a": {"pattern": "^(a+)+$"}}}, "values": {"a": "a" * 40 + "!"}},
        {"schema": {}, "values": {"a": {"__prefect_kind": "workspace_variable", "variable_name": "x"}}},
    ):
        answer = front.ask("POST", "/api/ui/schemas/validate", body=body)
        assert (answer.status_code, answer.json()) == (200, {"errors": [], "valid": True})
    assert front.reached == []


class Clock:
    """As the door asks it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(front: Front) -> Clock:
    found = Clock()
    front.door._clock = found
    return found


@pytest.mark.parametrize(("path", "other"), [(START, ANSWER), (ANSWER, START)])
def test_no_more_than_some_of_a_kind_pass_in_a_minute(
    front: Front, clock: Clock, path: str, other: str
) -> None:
    """Of a start that is refused anyway none counts."""
    for _ in range(A_MINUTE):
        front.ask("POST", path, body={"altro": 1})
        assert front.ask("POST", path, body={}).status_code == 201
    answer = front.ask("POST", path, body={})
    assert answer.status_code == 429
    assert answer.json()["detail"] == "Troppe richieste in un minuto: aspetta un minuto e riprova."
    assert front.ask("POST", path, INTERNAL, body={}).status_code == 201
    assert front.ask("POST", other, body={}).status_code == 201, "who starts too much locks no form"
    clock.now -= timedelta(hours=1)
    assert front.ask("POST", path, body={}).status_code == 201, "a clock that was put right locks nobody out"
    clock.now += timedelta(hours=1, minutes=1)
    assert front.ask("POST", path, body={}).status_code == 201


@pytest.mark.parametrize("header", [b"Basic \xe9", b"Basic a", b"Basic /w==", b"Basic", b"Bearer eDp5", b""])
def test_what_is_no_credential_is_a_stranger_s(front: Front, header: bytes) -> None:
    answer = front.http.post(ANSWER, headers=[(b"authorization", header)], json={})
    assert (answer.status_code, front.reached) == (401, [])


# ------------------------------------------------------------ too late


async def _body(values: Any) -> dict[str, Any]:
    return {"type": "http.request", "body": json.dumps({"run_input": values}).encode(), "more_body": False}


def answered(
    access: ServerAccess, app: Callable[..., Any], clock: Callable[[], datetime], times: int = 1
) -> list[tuple[int, bytes]]:
    """The statuses and bodies of so many answers at once, by a door whose patience is at its end."""
    door_settings = DoorSettings(INTERNAL, PEOPLE, b"key", frozenset(), (HERE,))
    told: list[tuple[int, bytes]] = []

    async def ask(door: Door) -> None:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": ANSWER, "query_string": b"", "headers": HEADERS}
        try:
            await door(scope, lambda: _body(VALUES), send)
        finally:
            assert [one["type"] for one in sent].count("http.response.start") <= 1, "one answer each"
            told.append((sent[0]["status"], sent[1]["body"]) if sent else (0, b""))

    async def all_of_them() -> None:
        door = Door(app, door_settings, access, clock, patience=0)
        await asyncio.gather(*(ask(door) for _ in range(times)))

    asyncio.run(all_of_them())
    return told


HEADERS = [(b"host", b"127.0.0.1:4200"), (b"authorization", b"Basic cmVkYXppb25lOmRlbGxlLXBlcnNvbmU=")]


async def _accepts(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    await send({"type": "http.response.body", "body": b'{"status": "ACCEPT"}'})


def test_an_answer_has_the_moment_when_it_came_whatever_it_waits_for() -> None:
    """The other answers, the database, the server."""
    clock, access = Clock(), ServerAccess()
    asked = access.answer_key

    async def slow(run_id: str) -> str | None:
        await asyncio.sleep(0)
        clock.now += timedelta(minutes=2)
        return await asked(run_id)

    access.answer_key = slow  # type: ignore[method-assign]
    answered(access, _accepts, clock, times=2)
    found = [stamps.stamped(b"key", ID, KEY, VALUES, {key: raw}) for key, raw in access.kept.items()]
    assert [one.at for one in found if one] == [NOW, NOW]
    assert clock.now == NOW + timedelta(minutes=4)


def test_an_answer_that_hangs_holds_back_no_other_and_leaves_no_stamp() -> None:
    async def hangs(*_: Any) -> None:
        await asyncio.Event().wait()

    for waits in (KEY, None):
        access = ServerAccess()
        access.waits = waits
        told = answered(access, hangs, lambda: NOW, times=2)
        assert [status for status, _ in told] == [503, 503]
        assert "guarda se il modulo aspetta ancora" in told[0][1].decode()
        assert access.kept == {}


def test_a_server_that_breaks_leaves_a_stamp_only_on_what_it_took() -> None:
    """Where the run does not wait any more, its answer lies there and needs its stamp."""
    for waits, kept in ((KEY, 0), (None, 1)):
        access = ServerAccess()

        async def breaks(*_: Any, access: ServerAccess = access, waits: str | None = waits) -> None:
            access.waits = waits
            raise ConnectionError("broken")

        with pytest.raises(ConnectionError):
            answered(access, breaks, lambda: NOW)
        assert len(access.kept) == kept


def test_a_server_that_has_gone_meanwhile_is_told_once() -> None:
    """Whether the run waits on cannot be asked any more: the stamp is good for nothing else, and stays."""
    access, refused = ServerAccess(), RejectedRequest("Il server non risponde.", 503)
    asked = access.answer_key

    async def gone(_scope: Any, _receive: Any, send: Any) -> None:
        async def away(_run_id: str) -> str | None:
            raise refused

        access.answer_key = away  # type: ignore[method-assign, assignment]
        await refuse(send, 503, "gone")

    assert asyncio.run(asked(ID)) == KEY
    ((status, body),) = answered(access, gone, lambda: NOW)
    assert (status, json.loads(body)["detail"]) == (503, "gone")
    assert len(access.kept) == 1


def test_a_door_in_the_place_of_another_lets_answers_in_one_after_the_other() -> None:
    """Of the same house, whose profile has changed; else two of them could be taken for one another's."""
    access, within, most = ServerAccess(), 0, 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal within, most
        within += 1
        most = max(most, within)
        await asyncio.sleep(0.02)
        within -= 1
        await _accepts(scope, receive, send)

    async def ask(door: Door) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": ANSWER, "query_string": b"", "headers": HEADERS}
        await door(scope, lambda: _body(VALUES), send)
        return int(sent[0]["status"])

    async def both() -> list[int]:
        door_settings = DoorSettings(INTERNAL, PEOPLE, b"key", frozenset(), (HERE,))
        first, second = (Door(slow, door_settings, access, lambda: NOW) for _ in range(2))
        second.follow(first)
        return await asyncio.gather(*(ask(door) for door in (first, second) * (A_MINUTE // 2 + 1)))

    statuses = asyncio.run(both())
    assert most == 1
    assert [statuses.count(201), statuses.count(429)] == [A_MINUTE, 2], "and no door counts anew"


# ------------------------------------------------------------ under which name


@pytest.mark.parametrize(
    ("ui", "host", "origin", "status"),
    [
        ("https://redazione.example.it:443/v2", "redazione.example.it", "https://redazione.example.it", 201),
        ("https://Redazione.example.it", "redazione.example.it:443", "https://redazione.example.it", 201),
        ("http://redazione.example.it:80/v2", "redazione.example.it", "http://redazione.example.it", 201),
        ("https://redazione.example.it/v2", "redazione.example.it", "https://redazione.example.it", 201),
        ("https://redazione.example.it", "redazione.example.it:80", "https://redazione.example.it", 421),
        ("https://redazione.example.it", "redazione.example.it", "http://redazione.example.it", 421),
        ("https://redazione.example.it:8443", "redazione.example.it", "https://redazione.example.it", 421),
        (
            "https://redazione.example.it:8443",
            "redazione.example.it:8443",
            "https://redazione.example.it:8443",
            201,
        ),
    ],
)
def test_a_port_that_browsers_leave_out_may_be_left_out(
    front: Front, ui: str, host: str, origin: str, status: int
) -> None:
    door_settings = DoorSettings(INTERNAL, PEOPLE, b"key", frozenset(), origins(ui, 4200))
    Door.__init__(front.door, front._app, door_settings, front.access)
    answer = front.ask("POST", "/api/flow_runs/filter", body={}, Host=host, Origin=origin)
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["detail"].endswith(f"Apri {origins(ui, 4200)[0]}")


# ------------------------------------------------------------ WebSockets


def listened(text: str) -> Any:
    """What reaches the server of a first message."""
    reached: list[Any] = []

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        reached.append(await receive())

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.receive", "text": text}

    async def send(_: Any) -> None:
        raise AssertionError("the door says nothing itself")

    door_settings = DoorSettings(INTERNAL, PEOPLE, b"key", frozenset(), (HERE,))
    door = Door(app, door_settings, ServerAccess(), lambda: NOW)
    scope = {"type": "websocket", "path": "/api/events/out", "headers": HEADERS[:1]}
    asyncio.run(door(scope, receive, send))
    return json.loads(reached[0]["text"])


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "auth", "token": "\\ud800"}',
        '{"type": "auth", "token": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"type": "auth", "token": 7}',
        '{"type": "auth", "token": "redazione:sbagliata"}',
        '{"type": "auth", "token": "è"}',
        '{"type": "auth"}',
        "[]",
        "{",
        "",
    ],
    ids=lambda text: text[:40],
)
def test_a_first_message_without_a_credential_goes_on_as_none(text: str) -> None:
    assert listened(text) == {"type": "auth", "token": None}


def test_a_first_message_with_a_credential_goes_on_with_the_server_s_own() -> None:
    for credential in (PEOPLE, INTERNAL):
        assert listened(json.dumps({"type": "auth", "token": credential})) == {
            "type": "auth",
            "token": INTERNAL,
        }
