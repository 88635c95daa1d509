"""A server elsewhere as an ASGI application: what the door lets through goes on to it, as it is.

Nothing is kept between two requests: no cookie, no redirect that is followed, nothing tried again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import quote, urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from flows.door.wire import Headers, Receive, Scope, Send, refuse

CONNECTING, ANSWERING = 5.0, 70.0  # seconds; the door itself waits a minute for an answer
MOST = 200  # connections
NO_SERVER = "Il server non risponde: riprova fra un minuto."
AWAY = 1013  # try again later (registered with IANA, WebSocket close codes)
# Of one connection, and so not of the next (RFC 9110, 7.6.1); the server's name and length are told anew.
OF_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
SAFE = "/:@!$&'()*+,;=~"  # in a path, beside letters, digits and -._

log = logging.getLogger(__name__)


class Onward:
    """`address`: scheme://host[:port] of the server."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._address, self._host = address.rstrip("/"), parts.netloc.encode("latin-1")
        self._sockets = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
        self._wire = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=MOST), trust_env=False)
        patience = httpx.Timeout(ANSWERING, connect=CONNECTING, pool=CONNECTING)
        self._patience = {"timeout": patience.as_dict()}

    async def close(self) -> None:
        await self._wire.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if {"..", "."} & set(path.split("/")):  # a proxy on the way might read another path in it
            await _turn_away(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._listen(_spelled(scope), scope, receive, send)
        else:
            await self._ask(_spelled(scope), scope, receive, send)

    async def _ask(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"host", self._host), *_passed(scope["headers"], b"host")]
        request = httpx.Request(
            scope["method"],
            f"{self._address}{path}",
            headers=headers,
            content=_body(receive) if _has_body(scope["headers"]) else None,
            extensions=self._patience,
        )
        has_begun = False
        try:
            answer = await self._wire.handle_async_request(request)
            try:
                begun = {"status": answer.status_code, "headers": _passed(answer.headers.raw)}
                has_begun = True
                await send({"type": "http.response.start", **begun})
                async for part in answer.aiter_raw():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            finally:
                await answer.aclose()
        except httpx.HTTPError as exc:
            log.warning("the server behind the gate: %s", type(exc).__name__)
            if has_begun:
                raise  # half an answer must not look whole
            await refuse(send, 503, NO_SERVER)

    async def _listen(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # that somebody wants to connect
        try:
            server = await connect(
                f"{self._sockets}{path}",
                subprotocols=[Subprotocol(name) for name in scope.get("subprotocols", [])] or None,
                open_timeout=CONNECTING,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake) as exc:
            log.warning("the server behind the gate: %s", type(exc).__name__)
            await send({"type": "websocket.close", "code": AWAY})
            return
        async with server:
            await send({"type": "websocket.accept", "subprotocol": server.subprotocol})
            there = asyncio.create_task(_say(server, receive))
            try:
                await _hear(server, send)
            finally:
                there.cancel()
                with suppress(asyncio.CancelledError, ConnectionClosed):
                    await there


async def _say(server: ClientConnection, receive: Receive) -> None:
    """What the browser says, until it leaves."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await server.send(message["bytes"] if text is None else text)
    await server.close()


async def _hear(server: ClientConnection, send: Send) -> None:
    """What the server says, until it has ended."""
    async for message in server:
        kind = "text" if isinstance(message, str) else "bytes"
        await send({"type": "websocket.send", kind: message})
    await send({"type": "websocket.close", "code": server.close_code or AWAY, "reason": server.close_reason})


def _spelled(scope: Scope) -> str:
    """Path and query: the path as the door has judged it, in the one spelling that means just that."""
    query = scope.get("query_string", b"").decode("latin-1")
    return quote(scope["path"], safe=SAFE) + (f"?{query}" if query else "")


def _passed(headers: Headers, *without: bytes) -> Headers:
    named = [
        name.strip().lower()
        for key, value in headers
        if key.lower() == b"connection"
        for name in value.split(b",")
    ]
    left_out = OF_CONNECTION | {*named, *without}
    return [(name, value) for name, value in headers if name.lower() not in left_out]


def _has_body(headers: Headers) -> bool:
    return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in headers)


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx.ReadError("the browser has left")
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    else:
        await refuse(send, 404, "Qui non c'è niente.")
