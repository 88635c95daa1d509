"""A server elsewhere as an ASGI application: what the door lets through goes on to it, as it is.

Nothing is kept between two requests: no cookie, no redirect that is followed, nothing tried again.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import EXTERNAL_CLOSE_CODES
from websockets.typing import Subprotocol

from flows.door.asgi import Headers, Receive, Scope, Send, refuse

CONNECTING, ANSWERING = 5.0, 70.0  # seconds; the door itself waits a minute for an answer
MOST = 200  # connections
IDLE = 2.0  # seconds that one is kept: uvicorn ends it after 5, and a request may be under way
LARGEST = 2**24  # bytes of a message, as uvicorn takes them; one of Prefect's events may have 1.5 million
NO_SERVER = "Il server non risponde: riprova fra un minuto."
AWAY = 1013  # try again later (registered with IANA, WebSocket close codes)
DONE, NO_CODE = 1000, 1005  # the second is never sent: it stands for none (RFC 6455, 7.4.1)
# Of one connection, and so not of the next (RFC 9110, 7.6.1).
OF_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
# Of who asks the server behind learns nothing; a browser's cookie would be in its logs.
OF_THE_DOOR = (
    *(b"host", b"cookie", b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"),
    b"x-real-ip",
)
OF_THE_SERVER = (b"date", b"server")  # which whoever answers tells anew
BODILESS = ("GET", "HEAD")  # a body of theirs has no meaning (RFC 9110, 9.3.1), and would hold a connection
SAFE = "/:@!$&'()*+,=~"  # in a path, beside letters, digits and -._; what follows a ";" `websockets` drops

log = logging.getLogger(__name__)


class Proxy:
    """`address`: scheme://host[:port] of the server."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._host = urlsplit(address).netloc.encode("latin-1")
        self._below = urlsplit(self._address).path
        self._sockets = re.sub("^http", "ws", self._address)
        limits = httpx.Limits(max_connections=MOST, keepalive_expiry=IDLE)
        self._wire = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        patience = httpx.Timeout(ANSWERING, connect=CONNECTING, pool=CONNECTING)
        self._patience = {"timeout": patience.as_dict()}

    async def close(self) -> None:
        await self._wire.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        # behind the address "@elsewhere/" would be another server; in dots a proxy might read another path
        if not path.startswith("/") or {"..", "."} & set(path.split("/")):
            await _turn_away(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._listen(_spelled(scope), scope, receive, send)
        else:
            await self._ask(_spelled(scope), scope, receive, send)

    async def _ask(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        has_body = scope["method"] not in BODILESS and _has_body(scope["headers"])
        left_out = OF_THE_DOOR if has_body else (*OF_THE_DOOR, b"content-length")
        request = httpx.Request(
            scope["method"],
            self._address,
            headers=[(b"host", self._host), *_passed(scope["headers"], *left_out)],
            content=_body(receive) if has_body else None,
            extensions={**self._patience, "target": f"{self._below}{path}".encode("latin-1")},
        )
        has_begun = False
        try:
            answer = await self._wire.handle_async_request(request)
            try:
                begun = {"status": answer.status_code, "headers": self._told(answer.headers.raw)}
                has_begun = True
                await send({"type": "http.response.start", **begun})
                async for part in answer.aiter_raw():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
                if answer.is_server_error:  # uvicorn ends its connection when an application failed
                    await answer.extensions["network_stream"].aclose()
            finally:
                await answer.aclose()
        except httpx.HTTPError as exc:
            log.warning("the server behind the gate: %s", type(exc).__name__)
            if has_begun:
                raise  # half an answer must not look whole
            await refuse(send, 503, NO_SERVER)

    def _told(self, headers: Headers) -> Headers:
        return [
            (name, self._as_asked(value) if name == b"location" else value)
            for name, value in _passed(headers, *OF_THE_SERVER)
        ]

    def _as_asked(self, location: bytes) -> bytes:
        """Without the address by which the server knows itself, and no browser does."""
        own = self._address.encode("latin-1")
        is_own = location == own or location.startswith(own + b"/")
        return location.removeprefix(own) or b"/" if is_own else location

    async def _listen(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # that somebody wants to connect
        try:
            server = await connect(
                f"{self._sockets}{path}",
                subprotocols=[Subprotocol(name) for name in scope.get("subprotocols", [])] or None,
                open_timeout=CONNECTING,
                max_size=LARGEST,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake) as exc:
            log.warning("the server behind the gate: %s", type(exc).__name__)
            await send({"type": "websocket.close", "code": AWAY})
            return
        async with server:
            await send({"type": "websocket.accept", "subprotocol": server.subprotocol})
            there = asyncio.create_task(_say(server, receive))
            here = asyncio.create_task(_hear(server, send))
            try:
                await asyncio.wait([there, here], return_when=asyncio.FIRST_COMPLETED)
                if there.done() and there.result():
                    return  # to who has left nothing is said
                await here
                end = {"code": _code(server.close_code), "reason": server.close_reason or ""}
                await send({"type": "websocket.close", **end})
            finally:
                for task in (there, here):
                    task.cancel()
                await asyncio.gather(there, here, return_exceptions=True)


async def _say(server: ClientConnection, receive: Receive) -> bool:
    """What the browser says; whether it has left, and not the server."""
    try:
        while (message := await receive())["type"] == "websocket.receive":
            text = message.get("text")
            await server.send(message["bytes"] if text is None else text)
        await server.close(_code(message.get("code")), message.get("reason") or "")
    except ConnectionClosed:
        return False
    return True


async def _hear(server: ClientConnection, send: Send) -> None:
    """What the server says, until it has ended, however."""
    try:
        async for message in server:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    except ConnectionClosed:
        log.warning("the server behind the gate: a listener was cut off")


def _code(given: int | None) -> int:
    """As it may be said to the next: some only tell that none was."""
    if given is None or given == NO_CODE:
        return AWAY if given is None else DONE
    return given if given in EXTERNAL_CLOSE_CODES or 3000 <= given < 5000 else AWAY


def _spelled(scope: Scope) -> str:
    """Path and query: the path as the door has judged it, in the one spelling that means just that."""
    query = scope.get("query_string", b"").decode("latin-1").replace("#", "%23")
    return quote(scope["path"], safe=SAFE) + (f"?{query}" if query else "")


def _passed(headers: Headers, *without: bytes) -> Headers:
    """With names as ASGI has them: nginx, between us and the server, writes `Content-Type`."""
    named = [
        name.strip().lower()
        for key, value in headers
        if key.lower() == b"connection"
        for name in value.split(b",")
    ]
    left_out = OF_CONNECTION | {*named, *without}
    return [(name.lower(), value) for name, value in headers if name.lower() not in left_out]


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
