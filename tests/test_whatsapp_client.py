"""One POST and what is certain about it: what each answer means. The sockets: `test_whatsapp_wire`."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sending.provider import open_client
from flows.settings import Settings
from flows.whatsapp import client as whatsapp
from flows.whatsapp.client import PostOutcome, WhatsAppClient
from flows.whatsapp.errors import NOWHERE, Action
from flows.whatsapp.messages import OutgoingTemplate, OutgoingText
from flows.whatsapp.wire import Method, Reply
from tests.world.wires import Handled, Handler

PHONE = "+393330001122"
WAMID = "wamid.HBgMMzkzMzMwMDAxMTIy"
ACCEPTED = {"messaging_product": "whatsapp", "messages": [{"id": WAMID, "message_status": "accepted"}]}
Leaves = Callable[[], None] | None
SERVED = b'HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{"messages":[{"id":"wamid.a"}]}'


def template(**changes: Any) -> OutgoingTemplate:
    fields: dict[str, Any] = {
        "to": PHONE,
        "bsuid": None,
        "name": "bollettino_2",
        "language": "it",
        "category": "MARKETING",
        "parameters": ("Il mercato si sposta in piazza Roma.", "Biblioteca aperta.", "martedì 1 dicembre"),
        "button_suffix": "2026-12-01",
        "opaque": "attempt-1",
    }
    return OutgoingTemplate(**{**fields, **changes})


def text(**changes: Any) -> OutgoingText:
    return OutgoingText(**{"to": PHONE, "bsuid": None, "body": "Fatto.", "opaque": "attempt-2", **changes})


def client(handler: Handler) -> WhatsAppClient:
    return WhatsAppClient("https://graph.example/v25.0", "1055", "made-up-token", wire=Handled(handler))


def send(message: OutgoingTemplate | OutgoingText, handler: Handler) -> PostOutcome:
    async def once() -> PostOutcome:
        async with client(handler) as api:
            return await api.send(message)

    return asyncio.run(once())


def answering(status: int, body: object) -> Handler:
    return lambda _: httpx.Response(status, json=body)


def test_marketing_goes_to_its_own_path_and_the_rest_to_messages() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ACCEPTED)

    for message in (template(), template(category="UTILITY"), text()):
        assert send(message, handler).kind == "accepted"
    assert [request.url.path for request in seen] == [
        "/v25.0/1055/marketing_messages",
        "/v25.0/1055/messages",
        "/v25.0/1055/messages",
    ]


def test_who_read_what_is_not_shared_with_metas_ads_and_the_other_path_knows_no_such_word() -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, json=ACCEPTED)

    for message in (template(), template(category="UTILITY"), text()):
        assert send(message, handler).kind == "accepted"
    plain = [
        orjson.dumps(message.payload()) for message in (template(), template(category="UTILITY"), text())
    ]
    assert seen == [plain[0][:-1] + b',"message_activity_sharing":false}', plain[1], plain[2]]


@pytest.mark.parametrize("held", ["accepted", "held_for_quality_assessment", "paused"])
def test_an_accepted_message_carries_its_wamid_and_metas_word(held: str) -> None:
    outcome = send(template(), answering(200, {"messages": [{"id": WAMID, "message_status": held}]}))
    assert outcome == PostOutcome("accepted", wamid=WAMID, http_status=200, message_status=held)


@pytest.mark.parametrize(
    ("status", "error", "code", "action"),
    [
        (400, {"code": 131047, "message": f"{PHONE} is out of the window"}, "131047", Action.SKIP),
        (429, {"code": 130429}, "130429", Action.BACK_OFF),
        (500, {"code": 131000}, "131000", Action.RETRY),
        (401, {"code": 190}, "190", Action.STOP),
        (400, {"code": 424242}, "424242", Action.FAIL),
        (403, {"message": "no"}, None, Action.STOP),
        (200, {"code": 131026}, "131026", Action.STRIKE),
    ],
)
def test_an_error_in_metas_words_is_a_refusal(
    status: int, error: dict[str, Any], code: str | None, action: Action
) -> None:
    outcome = send(template(), answering(status, {"error": error}))
    assert outcome == PostOutcome("refused", code=code, action=action, http_status=status)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b""),
        (200, b"{"),
        (200, b"[]"),
        (200, b'{"messages": []}'),
        (200, b'{"messages": [{}]}'),
        (200, b'{"messages": [{"id": ""}]}'),
        (200, b'{"messages": [{"id": 7}]}'),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
        (302, b""),
        (400, b"<html>Bad Request</html>"),
        (500, b""),
        (502, b"<html>Bad Gateway</html>"),
        (503, b'{"error": "upstream"}'),
        (504, b'{"error": {"message": "upstream timed out"}}'),
        (500, b'{"messages": [{"id": "wamid.x"}]}'),
    ],
)
def test_an_answer_without_an_id_or_an_error_is_uncertain(status: int, content: bytes) -> None:
    outcome = send(template(), lambda _: httpx.Response(status, content=content))
    assert (outcome.kind, outcome.http_status, outcome.wamid) == ("uncertain", status, None)


@given(st.integers(200, 599), st.binary(max_size=60))
def test_no_answer_makes_send_raise(status: int, content: bytes) -> None:
    found = send(text(), lambda _: httpx.Response(status, content=content))
    assert found.kind in ("uncertain", "refused", "not_sent")
    assert found.kind != "not_sent" or status in NOWHERE


@pytest.mark.parametrize("status", sorted(NOWHERE))
@pytest.mark.parametrize(
    "content", [b"", b"<html>Not Found</html>", b'{"detail": "Not Found"}', b'{"error": {"message": "no"}}']
)
def test_an_address_that_does_not_exist_reached_nobody_and_stops(status: int, content: bytes) -> None:
    outcome = send(template(), lambda _: httpx.Response(status, content=content))
    assert outcome == PostOutcome("not_sent", action=Action.STOP, http_status=status, reason=f"HTTP {status}")
    known = send(template(), answering(status, {"error": {"code": 131026}}))
    assert known == PostOutcome("refused", code="131026", action=Action.STRIKE, http_status=status)


def test_131009_asks_for_the_other_path_on_the_marketing_path_alone() -> None:
    dormant = answering(400, {"error": {"code": 131009}})
    assert send(template(), dormant).action == Action.OTHER_ENDPOINT
    assert send(template(category="UTILITY"), dormant).action == Action.STOP
    assert send(text(), dormant).action == Action.STOP


@pytest.mark.parametrize(
    ("error", "kind"), [(httpx.ConnectError, "not_sent"), (httpx.ReadError, "uncertain")]
)
def test_a_broken_connection_is_not_sent_only_when_that_is_certain(
    error: type[httpx.RequestError], kind: str
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error("made up", request=request)

    assert send(template(), handler) == PostOutcome(kind, reason=error.__name__)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Tue, 24 Nov 2026 09:31:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 09:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("99999999", None),
        (None, None),
    ],
)
def test_the_wait_that_the_provider_asks_for_is_read_by_its_own_clock(
    told: str | None, wait: float | None
) -> None:
    headers = {"Date": "Tue, 24 Nov 2026 09:30:00 GMT"} | ({"Retry-After": told} if told else {})
    refused = send(template(), lambda _: httpx.Response(429, json={"error": {"code": 4}}, headers=headers))
    page = send(template(), lambda _: httpx.Response(503, text="<html>", headers=headers))
    assert (refused.retry_after, page.retry_after) == (wait, wait)
    assert (refused.kind, page.kind) == ("refused", "uncertain")


def test_no_more_requests_at_once_than_allowed() -> None:
    now, most = 0, 0

    class Counting(Handled):
        async def exchange(
            self, method: Method, url: str, body: bytes | None = None, leaves: Leaves = None
        ) -> Reply:
            nonlocal now, most
            now, most = now + 1, max(most, now + 1)
            await asyncio.sleep(0)
            now -= 1
            return await super().exchange(method, url, body, leaves)

    async def many() -> list[PostOutcome]:
        wire = Counting(lambda _: httpx.Response(200, json=ACCEPTED))
        async with WhatsAppClient("https://g.example", "1", "t", concurrency=3, wire=wire) as api:
            return list(await asyncio.gather(*(api.send(text()) for _ in range(20))))

    assert {outcome.kind for outcome in asyncio.run(many())} == {"accepted"}
    assert most == 3


def test_neither_repr_nor_logs_hold_a_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = send(template(), answering(200, ACCEPTED))
    everything = repr((template(), text(bsuid="IT.999888777"), outcome)) + caplog.text
    assert not [
        secret for secret in ("3330001122", "999888777", "HBgM", "made-up-token") if secret in everything
    ]


@pytest.mark.parametrize("token", ["", "two words", "new\nline", "accentò"])
def test_a_token_that_cannot_be_a_header_is_refused_at_once(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        WhatsAppClient("https://graph.example", "1", token)
    with pytest.raises(ValueError, match="web address"):
        WhatsAppClient("graph.example", "1", "token")


@pytest.mark.parametrize(
    ("profile", "url", "headers"),
    [
        ({}, "https://graph.example/v25.0/1055/messages", {"Authorization": "Bearer token"}),
        (
            {"auth_header": "D360-API-KEY", "auth_scheme": "", "number_in_path": False},
            "https://graph.example/v25.0/messages",
            {"D360-API-KEY": "token"},
        ),
    ],
)
def test_the_profile_says_where_a_message_goes_and_with_which_key(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, profile: dict[str, Any], url: str, headers: object
) -> None:
    opened: list[object] = []
    posted: list[str] = []

    def wire(_base: str, headers: object, *, connections: int, timeout: float) -> Handled:
        opened.extend([headers, connections, timeout > 1])
        return Handled(handler)

    def handler(request: httpx.Request) -> httpx.Response:
        posted.append(str(request.url))
        return httpx.Response(200, json=ACCEPTED)

    async def once() -> PostOutcome:
        async with open_client(settings, concurrency=7) as api:
            return await api.send(text())

    monkeypatch.setattr(whatsapp, "Aiohttp", wire)
    number = {"api": "https://graph.example", "api_version": "v25.0", "phone_number_id": "1055"}
    of_profile = settings.profile.whatsapp.model_copy(update=number | profile)
    settings.profile = settings.profile.model_copy(update={"whatsapp": of_profile})
    assert asyncio.run(once()).kind == "accepted"
    assert (opened, posted) == ([headers, 7, True], [url])


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ({}, "https://graph.example/v25.0/1055/messages"),
        ({"in_path": False}, "https://graph.example/v25.0/messages"),
    ],
)
def test_a_provider_may_want_another_path(told: dict[str, Any], url: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == url
        return httpx.Response(200, json=ACCEPTED)

    async def once() -> PostOutcome:
        wire = Handled(handler)
        async with WhatsAppClient("https://graph.example/v25.0", "1055", "token", wire=wire, **told) as api:
            return await api.send(text())

    assert asyncio.run(once()).kind == "accepted"
