"""The door of the Prefect server: who asks, from where, and whether it is permitted; before its ASGI app.

The installation's own credential, new at each start, is that of worker, flows and commands: the server
itself asks for it, and takes everything from it. People come as themselves once anybody has an account
(`flows/door/login.py`); until then with one password for all, which the door alone knows. It lets through
what `flows/door/permissions.py` names and hands it on with the installation's credential. So what passes by
the door by some mistake is refused by the server behind it.
"""

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flows.door import (
    entry,
    environment,
    event_stream,
    login,
    pages,
    permissions,
    request_bodies,
    response_headers,
    sealed_code,
    stamps,
)
from flows.door.asgi import (
    HTML,
    App,
    Message,
    Receive,
    Recorder,
    Scope,
    Send,
    answer,
    basic,
    body_of,
    held,
    only,
    refuse,
    rewritten,
    with_credential,
)
from flows.door.interfaces import DoorSettings, Newsroom, ServerAccess
from flows.door.login import Login, Request
from flows.door.people import Accounts, Person, UnansweredError
from flows.door.permissions import Use
from flows.door.request_bodies import RejectedRequest
from flows.door.tenant_events import Hearing
from flows.door.tenant_wall import Wall

API = "/api"
DOCUMENTS = ("/docs", "/redoc", "/openapi.json")  # FastAPI's own pages; their scripts are somebody else's
NOT_YOURS = "Chi ha il tuo ruolo questo non lo fa da qui."
CLOSED = "Questa operazione qui è chiusa: le azioni dei redattori sono fra i Deployments."
PATIENCE = 60.0  # seconds for one answer; SQLite itself waits for half of that
A_MINUTE = 30  # starts, and answers, of all editors together
NO_ANSWER = "Adesso non si può sapere chi sei: il database non risponde. Riprova fra un minuto."
NOT_STARTED = "Questo lo avvia il programma da solo: le azioni dei redattori sono fra i Deployments."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who asks, once that is known."""

    is_ours: bool = False  # a process of the installation
    person: Person | None = None  # None: one of those who share a password

    @property
    def role(self) -> str:
        return self.person.role if self.person else permissions.SHARED


class Door:
    def __init__(
        self,
        app: App,
        door_settings: DoorSettings,
        access: ServerAccess,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = PATIENCE,
        newsroom: Newsroom | None = None,
        accounts: Accounts | None = None,
        wall: Wall | None = None,
    ) -> None:
        """`wall`: around one Comune of several that the server is for."""
        self._app, self._settings, self._access = app, door_settings, access
        self._clock, self._wall = clock, wall
        self._newsroom = newsroom
        self._patience, self._recent = patience, {use: list[datetime]() for use in Use}
        self._origins = {environment.origin(address) for address in door_settings.addresses}
        self._hosts = {spelled for address in self._origins for spelled in environment.hosts(address)}
        first = door_settings.addresses[0]
        self._elsewhere = f"Questo indirizzo non è quello del server. Apri {first}"
        is_tls = first.startswith("https:")
        self._headers = response_headers.headers(is_tls=is_tls)
        self._login = (
            Login(accounts, door_settings.name, is_tls=is_tls, home=first, clock=clock) if accounts else None
        )
        self._answering = asyncio.Lock()  # of two tabs one after the other: each stamp stays with its answer

    def follow(self, before: "Door") -> None:
        """Take its place, of the same installation: its people answer one after the other still."""
        self._answering, self._recent = before._answering, before._recent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._listen(scope, receive, send)
            return
        is_form = self._login is not None and _is_below(scope["path"], login.PATH)
        headers = self._login.headers if self._login and is_form else self._headers
        is_for_all = (scope["method"], scope["path"].removeprefix(API)) in permissions.WITHOUT_CREDENTIAL
        send = response_headers.mannerly(send, headers, is_for_all=is_for_all)
        try:
            await self._ask(scope, receive, send)
        except UnansweredError:
            await refuse(send, 503, NO_ANSWER)

    # ------------------------------------------------------------ requests

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if not self._is_ours(scope):
            await refuse(send, 421, self._elsewhere)
        elif _is_below(path, API):
            await self._ask_api(scope, receive, send)
        elif self._login and _is_below(path, login.PATH):
            await self._login.ask(scope, receive, send)
        elif method not in ("GET", "HEAD"):
            await refuse(send, 405, CLOSED)
        elif path.rstrip("/").endswith(DOCUMENTS):
            await refuse(send, 404, "Qui non c'è niente.")
        elif page := entry.PAGES.get(path):
            await answer(send, 200, *page)
        elif self._newsroom and path == self._newsroom.content:
            await self._show(self._newsroom, scope, send)
        elif self._newsroom and (page := self._newsroom.frame(path)):
            await self._show_frame(page, scope, send)
        elif self._login and await self._login.accounts.are_used():
            await pages.show(self._app, await self._login.person(scope), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _show_frame(self, page: tuple[bytes, bytes], scope: Scope, send: Send) -> None:
        is_closed = self._login and page[0].startswith(b"text/html") and await self._login.accounts.are_used()
        if is_closed and await self._who(scope) is None:
            there = (b"location", login.to(scope).encode("latin-1"))
            await answer(send, 303, HTML, b"", [there])
        else:
            await answer(send, 200, *page)

    async def _show(self, newsroom: Newsroom, scope: Scope, send: Send) -> None:
        if await self._who(scope) is None:
            await self._refuse_stranger(scope, send)
            return
        status, html = await newsroom.show(scope["query_string"].decode("latin-1"))
        await answer(send, status, HTML, html.encode())

    async def _ask_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"].removeprefix(API), scope["method"]
        if (method, path) in permissions.WITHOUT_CREDENTIAL:
            await self._app(scope, receive, send)
            return
        caller = await self._who(scope)
        if caller is None:
            await self._refuse_stranger(scope, send)
            return
        if caller.is_ours:
            await self._app(scope, receive, send)
            return
        if (reply := permissions.REPLIES.get((method, path))) is not None:
            await answer(send, 200, b"application/json", json.dumps(reply).encode())
            return
        operation = permissions.operation(method, path)
        if operation is None:
            await refuse(send, 403, CLOSED)
            return
        use, places = operation.use, operation.places
        if use not in permissions.ROLES[caller.role]:
            await refuse(send, 403, NOT_YOURS)
            return
        scope = {**scope, "headers": with_credential(scope["headers"], self._settings.internal)}
        try:
            if self._wall is not None:
                narrowed = await self._wall.through(operation, scope, receive, send)
                if narrowed is None:
                    return
                scope, receive, send = narrowed
            if use == Use.START:
                await self._start(scope, receive, send, places["id"], caller)
            elif use == Use.ANSWER:
                await self._take_answer(scope, receive, send, places["id"], caller)
            elif use == Use.PAUSE:
                await self._pause(scope, receive, send, places["name"], caller)
            else:
                await self._app(scope, await held(receive), send)
        except RejectedRequest as exc:
            await refuse(send, exc.status, str(exc))

    async def _pause(self, scope: Scope, receive: Receive, send: Send, name: str, caller: Caller) -> None:
        body = request_bodies.pause(request_bodies.read(await body_of(receive)))
        if name != self._settings.name:
            raise RejectedRequest(NOT_YOURS)
        await self._note(scope, caller, Request(Use.PAUSE, name, body, self._clock()))
        await self._app(*rewritten(scope, body), send)

    async def _note(self, scope: Scope, caller: Caller, request: Request) -> str:
        """The key that it is found by; "" of those who share a password."""
        return await self._login.note(scope, caller.person, request) if self._login and caller.person else ""

    async def _start(self, scope: Scope, receive: Receive, send: Send, id: str, caller: Caller) -> None:
        parameters = request_bodies.start(request_bodies.read(await body_of(receive)))
        is_operator = caller.role == "operator"
        theirs = self._settings.technical if is_operator else self._settings.startable
        if await self._access.deployment(id) not in theirs:
            raise RejectedRequest(NOT_STARTED)
        at = self._clock()
        self._count(Use.START, at)
        if code := parameters.get(sealed_code.FIELD):
            token = sealed_code.seal(self._settings.stamp_key, code, id, parameters, at=at)
            parameters = {**parameters, sealed_code.FIELD: token}
        body: dict[str, Any] = {"parameters": parameters}
        if key := await self._note(scope, caller, Request(Use.START, id.lower(), body, at)):
            body |= {"idempotency_key": key}
        await self._app(*rewritten(scope, body), send)

    async def _take_answer(
        self, scope: Scope, receive: Receive, send: Send, run_id: str, caller: Caller
    ) -> None:
        values = request_bodies.answer(request_bodies.read(await body_of(receive)))
        at = self._clock()  # before any waiting: a code is judged at this moment
        self._count(Use.ANSWER, at)
        async with self._answering:
            answer_key = await self._access.answer_key(run_id)
            body = {"run_input": values}
            scope, receive = rewritten(scope, body)
            if answer_key is None:  # it does not wait: the server says so. What it took would have no stamp
                await self._in_time(scope, receive, Recorder(send))
                return
            run_id = run_id.lower()
            key = stamps.prefix_of(answer_key) + secrets.token_hex(8)
            by = stamps.PERSON + caller.person.id if caller.person else stamps.PEOPLE
            stamp = stamps.stamp(self._settings.stamp_key, run_id, answer_key, values, at=at, by=by)
            await self._note(scope, caller, Request(Use.ANSWER, run_id, body, at, stamps.act_of(run_id, key)))
            await self._access.keep(run_id, key, stamp.to_json())
            recorder = Recorder(send)
            try:
                await self._in_time(scope, receive, recorder)
            finally:
                if not recorder.is_accepted:
                    await self._take_back(run_id, key, answer_key)

    async def _take_back(self, run_id: str, key: str, answer_key: str) -> None:
        """Whatever became of the request: where the run waits on, its answer was not taken."""
        try:
            if await self._access.answer_key(run_id) == answer_key:
                await self._access.drop(run_id, key)
        except RejectedRequest:  # the person has their answer; the stamp is good for these values only
            log.warning("an answer was not taken, and the server does not answer: its stamp stays")

    async def _in_time(self, scope: Scope, receive: Receive, recorder: Recorder) -> None:
        """An answer that hangs must not hold back all the others."""
        try:
            async with asyncio.timeout(self._patience):
                await self._app(scope, receive, recorder)
        except TimeoutError:
            if not recorder.status:
                await refuse(recorder, 503, "Il server non ha risposto: guarda se il modulo aspetta ancora.")

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
        is_open = scope["path"] in [API + path for path in permissions.SUBSCRIPTIONS]
        is_known, is_shared = await self._may_listen(scope) if is_open else (False, False)
        is_first, is_ours = True, False
        hearing = Hearing(self._wall.tenant, scope["path"]) if self._wall and is_open else None

        async def received() -> Message:
            nonlocal is_first, is_ours
            message = await receive()
            if not is_open or message["type"] != "websocket.receive":
                return message
            if not is_first:
                return message if hearing is None or is_ours else await hearing.asked(message)
            is_first = False
            is_ours = self._credential(event_stream.token(message)) == self._settings.internal
            return self._with_token(message, is_known=is_known, is_shared=is_shared)

        async def told(message: Message) -> None:
            if hearing is None or is_ours or await hearing.may_tell(message):
                await send(message)

        async def is_allowed() -> bool:
            """Who listens may have signed out, or been closed out, since."""
            return is_ours or await self._may_listen(scope) == (is_known, is_shared)

        if is_open:
            await event_stream.while_allowed(self._app(scope, received, told), is_allowed, send)
        else:
            await self._app(scope, received, send)

    async def _may_listen(self, scope: Scope) -> tuple[bool, bool]:
        """Whether a person's browser asks, and whether the shared password is good."""
        if self._login is None:
            return False, True
        try:
            return await self._login.person(scope) is not None, not await self._login.accounts.are_used()
        except UnansweredError:  # what was shared lets nobody in meanwhile
            return False, False

    def _with_token(self, message: Message, *, is_known: bool, is_shared: bool) -> Message:
        """What is no credential goes on as none: the server compares whatever it is given."""
        credential = self._credential(event_stream.token(message))
        is_known = is_known or credential == self._settings.internal or (is_shared and credential is not None)
        auth = {"type": "auth", "token": self._settings.internal if is_known else None}
        return {"type": "websocket.receive", "text": json.dumps(auth)}

    # ------------------------------------------------------------ who, and from where

    async def _who(self, scope: Scope) -> Caller | None:
        """Whose request it is; None for a stranger's."""
        credential = self._basic(scope)
        if credential == self._settings.internal:
            return Caller(is_ours=True)
        if self._login and await self._login.accounts.are_used():
            person = await self._login.person(scope)
            return Caller(person=person) if person else None
        return Caller() if credential else None

    async def _refuse_stranger(self, scope: Scope, send: Send) -> None:
        if self._login and await self._login.accounts.are_used():
            why = login.SIGN_IN
            if self._basic(scope) is not None:
                why = f"{login.NOT_SHARED} {self._settings.addresses[0]}{login.PATH}"
            await refuse(send, 401, why, accesso=login.PATH)
        else:
            await refuse(send, 401, "Unauthorized")

    def _basic(self, scope: Scope) -> str | None:
        """Which of the two credentials a request has."""
        credential = basic(scope["headers"])
        return None if credential is None else self._credential(credential)

    def _credential(self, text: str) -> str | None:
        """Which of the two it is."""
        credentials = (self._settings.internal, self._settings.people)
        return next((credential for credential in credentials if _same(text, credential)), None)

    def _is_ours(self, scope: Scope) -> bool:
        """Asked under a name of ours, and by no page of another site (a name may be made to lead here)."""
        names = {name for name, _ in scope["headers"]}
        host, origin = only(scope["headers"], b"host"), only(scope["headers"], b"origin")
        if host is None or host.lower() not in self._hosts:
            return False
        return b"origin" not in names or (origin is not None and origin.lower() in self._origins)


def _same(text: str, credential: str) -> bool:
    return hmac.compare_digest(text.encode(errors="surrogatepass"), credential.encode())


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")
