"""The door of the Prefect server: who asks, from where, and what of the table it is; before its ASGI app.

Two credentials open it. The installation's own, new at each start, is that of worker, flows and commands: the
server itself asks for it, and takes everything from it. The people's is known to the door alone, which lets
through what `flows/door/table.py` names and hands it on with the other one. So what passes by the door by
some mistake is refused by the server behind it.
"""

import asyncio
import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from flows.door import bodies, entry, environment, manners, sealed, stamps, table
from flows.door.bodies import RejectedRequest
from flows.door.table import Use

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

API = "/api"
DOCUMENTS = ("/docs", "/redoc", "/openapi.json")  # FastAPI's own pages; their scripts are somebody else's
CLOSED = "Questa operazione qui è chiusa: le azioni dei redattori sono fra i Deployments."
PATIENCE = 60.0  # seconds for one answer; SQLite itself waits for half of that
A_MINUTE = 30  # starts, and answers, of all editors together
FRESH = (b"cache-control", b"no-store")
NOT_STARTED = "Questo lo avvia il programma da solo: le azioni dei redattori sono fra i Deployments."


class Rooms(Protocol):
    """What the door must know of the server behind it."""

    async def deployment(self, id: str) -> str | None:
        """The name of a deployment, if there is one."""

    async def answer_key(self, run_id: str) -> str | None:
        """Where the answer of the form will lie that this run waits with; None where it waits with none."""

    async def keep(self, run_id: str, key: str, value: str) -> None:
        """Store an input of a run."""

    async def drop(self, run_id: str, key: str) -> None:
        """Take it away again."""


class Newsroom(Protocol):
    """The editors' page *Redazione*, which stands behind the same credential."""

    content: str  # the path of what it shows

    def frame(self, path: str) -> tuple[bytes, bytes] | None:
        """Media type and body of its frame, which holds nothing; None for a path that is not of this page."""

    async def show(self, query: str) -> tuple[int, str]:
        """Status and HTML for a query string; in words where it cannot be shown."""


@dataclass(frozen=True)
class House:
    """What an installation tells its door."""

    internal: str  # user:password, as Prefect has it
    people: str
    stamp_key: bytes
    startable: frozenset[str]  # the names of the deployments that editors start
    addresses: tuple[str, ...]  # scheme://host[:port] under which it is reached; the first is the UI's


class Door:
    def __init__(
        self,
        app: App,
        house: House,
        rooms: Rooms,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = PATIENCE,
        newsroom: Newsroom | None = None,
    ) -> None:
        self._app, self._house, self._rooms, self._clock = app, house, rooms, clock
        self._newsroom = newsroom
        self._patience, self._recent = patience, {use: list[datetime]() for use in Use}
        self._origins = {environment.origin(address) for address in house.addresses}
        self._hosts = {spelled for address in self._origins for spelled in _spellings(address)}
        self._elsewhere = f"Questo indirizzo non è quello del server. Apri {house.addresses[0]}"
        self._headers = manners.headers(is_tls=house.addresses[0].startswith("https:"))
        self._answering = asyncio.Lock()  # of two tabs one after the other: each stamp stays with its answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._listen(scope, receive, send)
        else:
            await self._ask(scope, receive, manners.mannerly(send, self._headers))

    # ------------------------------------------------------------ requests

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if not self._is_ours(scope):
            await _refuse(send, 421, self._elsewhere)
        elif path == API or path.startswith(f"{API}/"):
            await self._ask_api(scope, receive, send)
        elif method not in ("GET", "HEAD"):
            await _refuse(send, 405, CLOSED)
        elif path.rstrip("/").endswith(DOCUMENTS):
            await _refuse(send, 404, "Qui non c'è niente.")
        elif page := entry.PAGES.get(path) or (self._newsroom and self._newsroom.frame(path)):
            await _answer(send, 200, *page)
        elif self._newsroom and path == self._newsroom.content:
            await self._show(self._newsroom, scope, send)
        else:
            await self._app(scope, receive, send)

    async def _show(self, newsroom: Newsroom, scope: Scope, send: Send) -> None:
        if self._who(scope) is None:
            await _refuse(send, 401, "Unauthorized")
            return
        status, html = await newsroom.show(scope["query_string"].decode("latin-1"))
        await _answer(send, status, b"text/html; charset=utf-8", html.encode(), [FRESH])

    async def _ask_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"].removeprefix(API), scope["method"]
        who = self._who(scope)
        if who == self._house.internal or (method, path) in table.WITHOUT_CREDENTIAL:
            await self._app(scope, receive, send)
            return
        if who != self._house.people:
            await _refuse(send, 401, "Unauthorized")
            return
        if (reply := table.REPLIES.get((method, path))) is not None:
            await _answer(send, 200, b"application/json", json.dumps(reply).encode())
            return
        operation = table.use_of(method, path)
        if operation is None:
            await _refuse(send, 403, CLOSED)
            return
        use, places = operation
        scope = {**scope, "headers": _with_credential(scope["headers"], self._house.internal)}
        try:
            if use == Use.START:
                await self._start(scope, receive, send, places["id"])
            elif use == Use.ANSWER:
                await self._take_answer(scope, receive, send, places["id"])
            else:
                await self._app(scope, receive, send)
        except RejectedRequest as exc:
            await _refuse(send, exc.status, str(exc))

    async def _start(self, scope: Scope, receive: Receive, send: Send, id: str) -> None:
        parameters = bodies.start(bodies.read(await _body(receive)))
        if await self._rooms.deployment(id) not in self._house.startable:
            raise RejectedRequest(NOT_STARTED)
        at = self._clock()
        self._count(Use.START, at)
        if code := parameters.get(sealed.FIELD):
            token = sealed.seal(self._house.stamp_key, code, id, parameters, at=at)
            parameters = {**parameters, sealed.FIELD: token}
        await self._app(*_rewritten(scope, {"parameters": parameters}), send)

    async def _take_answer(self, scope: Scope, receive: Receive, send: Send, run_id: str) -> None:
        values = bodies.answer(bodies.read(await _body(receive)))
        at = self._clock()  # before any waiting: a code is judged at this moment
        self._count(Use.ANSWER, at)
        async with self._answering:
            answer_key = await self._rooms.answer_key(run_id)
            scope, receive = _rewritten(scope, {"run_input": values})
            if answer_key is None:  # it does not wait: the server says so. What it took would have no stamp
                await self._in_time(scope, receive, _Recorder(send))
                return
            run_id = run_id.lower()
            key = stamps.prefix_of(answer_key) + secrets.token_hex(8)
            stamp = stamps.stamp(self._house.stamp_key, run_id, answer_key, values, at=at)
            await self._rooms.keep(run_id, key, stamp.to_json())
            recorder = _Recorder(send)
            try:
                await self._in_time(scope, receive, recorder)
            finally:  # whatever became of the request: where the run waits on, its answer was not taken
                if not recorder.is_accepted and await self._rooms.answer_key(run_id) == answer_key:
                    await self._rooms.drop(run_id, key)

    async def _in_time(self, scope: Scope, receive: Receive, recorder: "_Recorder") -> None:
        """An answer that hangs must not hold back all the others."""
        try:
            async with asyncio.timeout(self._patience):
                await self._app(scope, receive, recorder)
        except TimeoutError:
            if not recorder.status:
                await _refuse(recorder, 503, "Il server non ha risposto: guarda se il modulo aspetta ancora.")

    def _count(self, use: Use, at: datetime) -> None:
        """Of all people together, each use apart: they have one credential."""
        recent = [moment for moment in self._recent[use] if abs(at - moment) < timedelta(minutes=1)]
        if len(recent) >= A_MINUTE:
            raise RejectedRequest("Troppe richieste in un minuto: aspetta un minuto e riprova.", 429)
        self._recent[use] = [*recent, at]

    # ------------------------------------------------------------ WebSockets

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The first message holds the credential; people's is good for what only listens."""
        if not self._is_ours(scope):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        is_open = scope["path"] in [API + path for path in table.SUBSCRIPTIONS]
        is_first = True

        async def received() -> Message:
            nonlocal is_first
            message = await receive()
            if not is_open or not is_first or message["type"] != "websocket.receive":
                return message
            is_first = False
            return self._with_token(message)

        await self._app(scope, received, send)

    def _with_token(self, message: Message) -> Message:
        """What is no credential goes on as none: the server compares whatever it is given."""
        try:
            body = json.loads(message.get("text") or message.get("bytes") or "")
        except (ValueError, RecursionError):
            body = None
        token = body.get("token") if isinstance(body, dict) else None
        is_known = isinstance(token, str) and self._credential(token) is not None
        auth = {"type": "auth", "token": self._house.internal if is_known else None}
        return {"type": "websocket.receive", "text": json.dumps(auth)}

    # ------------------------------------------------------------ who, and from where

    def _who(self, scope: Scope) -> str | None:
        """Which of the two credentials a request has."""
        header = _only(scope["headers"], b"authorization") or ""
        scheme, _, coded = header.partition(" ")
        try:
            credential = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        if scheme.lower() != "basic":
            return None
        return self._credential(credential)

    def _credential(self, text: str) -> str | None:
        """Which of the two it is."""
        credentials = (self._house.internal, self._house.people)
        return next((credential for credential in credentials if _same(text, credential)), None)

    def _is_ours(self, scope: Scope) -> bool:
        """Asked under a name of ours, and by no page of another site (a name may be made to lead here)."""
        names = {name for name, _ in scope["headers"]}
        host, origin = _only(scope["headers"], b"host"), _only(scope["headers"], b"origin")
        if host is None or host.lower() not in self._hosts:
            return False
        return b"origin" not in names or (origin is not None and origin.lower() in self._origins)


class _Recorder:
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


def _same(text: str, credential: str) -> bool:
    return hmac.compare_digest(text.encode(errors="surrogatepass"), credential.encode())


def _spellings(origin: str) -> set[str]:
    """Of its host, in a request: with the port, and without it where the scheme tells it."""
    scheme, host = origin.split("://", 1)
    port = environment.PORTS.get(scheme)
    return {host} if re.search(r":\d+$", host) else {host, f"{host}:{port}"}


def _only(headers: Headers, name: bytes) -> str | None:
    """The value of a header that is there once; None where it is not, or where there are two."""
    values = [value for key, value in headers if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def _with_credential(headers: Headers, credential: str) -> Headers:
    authorization = (b"authorization", b"Basic " + base64.b64encode(credential.encode()))
    return [*(header for header in headers if header[0] != b"authorization"), authorization]


async def _body(receive: Receive) -> bytes:
    raw, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RejectedRequest("La richiesta si è interrotta.")
        raw, more = raw + message.get("body", b""), message.get("more_body", False)
        if len(raw) > bodies.LIMIT:
            raise RejectedRequest("La richiesta è troppo lunga.")
    return raw


BODILY = (b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"accept-encoding")


def _rewritten(scope: Scope, body: dict[str, Any]) -> tuple[Scope, Receive]:
    """The same request with this body, whatever it had."""
    raw = json.dumps(body).encode()
    headers = [header for header in scope["headers"] if header[0] not in BODILY]
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    is_read = False

    async def receive() -> Message:
        nonlocal is_read
        if is_read:
            await asyncio.Event().wait()  # the server's listener for a client that leaves
        is_read = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return {**scope, "headers": headers, "query_string": b""}, receive


async def _refuse(send: Send, status: int, why: str) -> None:
    """As Prefect's own errors look, which its page shows."""
    body = json.dumps({"detail": why, "exception_message": why}, ensure_ascii=False).encode()
    await _answer(send, status, b"application/json", body)


async def _answer(
    send: Send, status: int, kind: bytes, body: bytes, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
