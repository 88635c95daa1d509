"""Requests and answers as ASGI has them, for the door: read whole, rewritten, answered."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from flows.door import request_bodies
from flows.door.request_bodies import RejectedRequest

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HTML = b"text/html; charset=utf-8"


def only(headers: Headers, name: bytes) -> str | None:
    """The value of a header that is there once; None where it is not, or where there are two."""
    values = [value for key, value in headers if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def basic(headers: Headers) -> str | None:
    """The `user:password` that a request brings; None where it brings none that can be read."""
    scheme, _, coded = (only(headers, b"authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(coded, validate=True).decode()
    except ValueError:  # no base64, no UTF-8, or a letter that base64 has not
        return None


def with_credential(headers: Headers, credential: str) -> Headers:
    authorization = (b"authorization", b"Basic " + base64.b64encode(credential.encode()))
    return [*(header for header in headers if header[0] != b"authorization"), authorization]


async def held(receive: Receive) -> Receive:
    """The same request, whose body has been read whole."""
    raw, is_read = await body_of(receive), False

    async def again() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()  # of a client that leaves
        is_read = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


async def body_of(receive: Receive) -> bytes:
    raw, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RejectedRequest("La richiesta si è interrotta.")
        raw, more = raw + message.get("body", b""), message.get("more_body", False)
        if len(raw) > request_bodies.LIMIT:
            raise RejectedRequest("La richiesta è troppo lunga.")
    return raw


BODILY = (b"content-type", b"content-length", b"content-encoding", b"transfer-encoding")


def rewritten(scope: Scope, body: dict[str, Any], *, whole: bool = True) -> tuple[Scope, Receive]:
    """The same request with this body, whatever it had. `whole`: somebody here reads the answer."""
    raw = json.dumps(body).encode()
    left_out = (*BODILY, b"accept-encoding") if whole else BODILY
    headers = [header for header in scope["headers"] if header[0] not in left_out]
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    is_read = False

    async def receive() -> Message:
        nonlocal is_read
        if is_read:
            await asyncio.Event().wait()  # the server's listener for a client that leaves
        is_read = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return {**scope, "headers": headers, "query_string": b""}, receive


async def refuse(send: Send, status: int, why: str, **more: str) -> None:
    """As Prefect's own errors look, which its page shows; `more` is for pages of ours."""
    body = json.dumps({"detail": why, "exception_message": why, **more}, ensure_ascii=False).encode()
    await answer(send, status, b"application/json", body)


async def answer(
    send: Send, status: int, kind: bytes, body: bytes, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Recorder:
    """Hands an answer on and keeps what it says."""

    def __init__(self, send: Send) -> None:
        self._send, self._body, self.status = send, b"", 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
        await self._send(message)

    @property
    def is_accepted(self) -> bool:
        try:
            reply = json.loads(self._body)
        except ValueError:
            return False
        return self.status < 300 and isinstance(reply, dict) and reply.get("status") == "ACCEPT"
