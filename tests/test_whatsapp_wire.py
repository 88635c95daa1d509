"""Real sockets that misbehave: what may have left is never called unsent, and no POST is repeated."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flows.whatsapp.client import PostOutcome, WhatsAppClient
from flows.whatsapp.messages import OutgoingText
from flows.whatsapp.wire import Aiohttp, LostError, NotSentError, Reply
from tests.test_scrapers_tls import certify

SERVED = b'HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{"messages":[{"id":"wamid.a"}]}'
MUTE = b""


@dataclass
class Server:
    """What was read, and from how many connections."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/v25.0"


@asynccontextmanager
async def server(answer: bytes | None, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Reads a request, then writes `answer` and closes; None closes in silence, MUTE never answers."""
    done, found = asyncio.Event(), Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.requests.append(await reader.readuntil(b"\r\n\r\n"))
        if answer == MUTE:
            await done.wait()
        writer.write(answer or b"")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    found.port = listening.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        done.set()
        listening.close()


def text() -> OutgoingText:
    return OutgoingText(to="+393330001122", bsuid=None, body="Fatto.", opaque="attempt-2")


async def post(base: str, *, timeout: float = 30) -> PostOutcome:
    async with WhatsAppClient(base, "1055", "token", timeout=timeout) as api:
        return await api.send(text())


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (None, "uncertain", "ServerDisconnectedError"),
        (MUTE, "uncertain", "SocketTimeoutError"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", "uncertain", "ClientPayloadError"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "uncertain", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "uncertain", None),
        (b"not http at all\r\n\r\n", "uncertain", "ClientResponseError"),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "uncertain", None),
        (SERVED, "accepted", None),
    ],
)
def test_whatever_comes_back_a_post_is_made_once(answer: bytes | None, kind: str, reason: str | None) -> None:
    async def once() -> tuple[PostOutcome, int]:
        async with server(answer) as found:
            outcome = await post(found.base, timeout=0.5 if answer == MUTE else 30)
            return outcome, len(found.requests)

    outcome, requests = asyncio.run(once())
    assert (outcome.kind, requests) == (kind, 1)
    if reason:
        assert outcome.reason == reason


def test_a_connection_that_the_server_closed_meanwhile_repeats_no_post() -> None:
    """The server answers, keeps the connection, then closes it while reading the next request."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        await reader.readuntil(b"\r\n\r\n")
        seen += 1
        writer.write(SERVED)
        await reader.readuntil(b"\r\n\r\n")
        seen += 1
        writer.close()

    async def twice() -> list[PostOutcome]:
        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with listening, WhatsAppClient(base, "1", "token", concurrency=1) as api:
            return [await api.send(text()), await api.send(text())]

    first, second = asyncio.run(twice())
    assert (first.kind, second.kind, second.reason) == ("accepted", "uncertain", "ServerDisconnectedError")
    assert seen == 2


@pytest.mark.parametrize("proxied", [False, True])
def test_nobody_listening_is_not_sent_even_with_a_proxy_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, proxied: bool
) -> None:
    """The sandbox is on this machine: no proxy is asked for it."""
    if proxied:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    async def once() -> tuple[PostOutcome, PostOutcome]:
        async with server(SERVED) as found:
            reached = await post(found.base)
        return reached, await post("http://127.0.0.1:1/v25.0")

    reached, refused = asyncio.run(once())
    assert reached.kind == "accepted"
    assert refused == PostOutcome("not_sent", reason="ClientConnectorError")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "not_sent"),
        (b"HTTP/1.1 200 Connection established\r\n\r\nnot tls at all", "not_sent"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_let_nothing_through(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, kind: str
) -> None:
    async def once() -> tuple[PostOutcome, list[bytes]]:
        async with server(answer) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            return await post("https://graph.example.test/v25.0"), proxy.requests

    outcome, requests = asyncio.run(once())
    assert outcome.kind == kind
    assert requests[0].startswith(b"CONNECT graph.example.test:443 ")
    assert b"token" not in requests[0], "the token is for the provider, not for the office's proxy"


def test_a_name_that_does_not_exist_and_tls_that_cannot_be_trusted_are_not_sent(
    tmp_path: Path,
) -> None:
    strange = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    strange.load_cert_chain(certify("127.0.0.1", ca=False).write(tmp_path / "own.pem", key=True))

    async def wrong() -> list[str | None]:
        found = [(await post("https://nowhere.invalid/v25.0")).kind]
        async with server(SERVED) as plain:
            found.append((await post(plain.base.replace("http:", "https:"), timeout=1)).kind)
        async with server(SERVED, tls=strange) as unknown:
            found.append((await post(unknown.base.replace("http:", "https:"))).kind)
            assert unknown.requests == []
        return list(found)

    assert asyncio.run(wrong()) == ["not_sent"] * 3


def test_a_compressed_answer_is_read_and_the_waits_of_the_headers_are_kept() -> None:
    body = gzip.compress(b'{"error": {"code": 4}}')
    head = b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"

    async def once() -> PostOutcome:
        async with server(head % len(body) + body) as found:
            return await post(found.base)

    outcome = asyncio.run(once())
    assert (outcome.code, outcome.retry_after) == ("4", 7.0)


@pytest.mark.slow
def test_an_answer_that_trickles_in_ends_as_lost() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)

    async def once() -> Reply:
        listening = await asyncio.start_server(trickle, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        wire = Aiohttp(f"http://127.0.0.1:{port}", {}, connections=1, timeout=0.2)
        async with listening, wire:
            return await wire.exchange("POST", f"http://127.0.0.1:{port}/x", b"{}")

    with pytest.raises(LostError, match="TimeoutError"):
        asyncio.run(once())


def test_an_error_of_the_wire_names_no_address() -> None:
    async def once() -> Reply:
        wire = Aiohttp("http://127.0.0.1:1", {}, connections=1, timeout=1)
        async with wire:
            return await wire.exchange("GET", "http://127.0.0.1:1/393330001122")

    with pytest.raises(NotSentError) as caught:
        asyncio.run(once())
    assert str(caught.value) == "ClientConnectorError"


@pytest.mark.slow
def test_a_cancelled_send_is_left_to_its_caller() -> None:
    """Its attempt is stored as in flight; a swallowed cancellation would hide that it may have left."""

    async def once() -> None:
        async with server(MUTE) as found, WhatsAppClient(found.base, "1055", "token") as api:
            async with asyncio.timeout(0.05):
                await api.send(text())

    with pytest.raises(TimeoutError):
        asyncio.run(once())
