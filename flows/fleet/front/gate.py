"""The gate of a fleet: under whose name a browser asks decides before whose door it stands.

A process of its own, since several servers may stand behind it; several of it may stand behind a proxy that
leads all who ask for one name to the same of them: in a door's memory is how often its people asked, and
whose answer is under way.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.accounts.reception import Reception
from flows.deploy import startable
from flows.door import event_stream
from flows.door.gate import Door
from flows.door.interfaces import DoorSettings
from flows.door.proxy import Proxy
from flows.door.tenant_wall import Wall
from flows.fleet import rounds
from flows.fleet.front.directory import Directory
from flows.fleet.shared import Shared
from flows.runs.assets import Assets
from flows.runs.holdings import OwnHoldings
from flows.runs.newsroom import OwnNewsroom
from flows.runs.server_access import RemoteServerAccess, remote
from flows.settings import Settings
from flows.web.app import listen, log_plainly, until_told, utc_now
from flows.web.metrics import is_from_outside

ABSENT = "A questo indirizzo non c'è nessuna redazione. Controlla di averlo scritto giusto.\n"
UNKNOWN = 4404  # the code of a WebSocket's end, of those that are an application's own (RFC 6455, 7.4.2)
TIDY_EVERY = 60.0  # seconds
LEFT_FOR = 3600.0  # after the last request, or what listened, that a door is kept; its counts last a minute

log = logging.getLogger(__name__)


class Entrance:
    """The door of one Comune, and what of its database it keeps open."""

    def __init__(
        self,
        settings: Settings,
        internal: str,
        server: ASGIApp,
        access: RemoteServerAccess,
        clock: Callable[[], datetime],
        is_known: Callable[[str], bool],
        before: "Entrance | None" = None,
    ) -> None:
        """`is_known`: whether a Comune, by its slug, is in the fleet still; who listens to it may listen for
        hours. `before`: in whose place this one is, since the profile has changed.
        """
        self.settings = settings
        self._reception, self._newsroom = Reception(settings, clock), OwnNewsroom(settings, access)
        door_settings = DoorSettings(
            internal,
            people=secrets.token_urlsafe(32),  # nobody's: each signs in
            stamp_key=settings.stamp_key(),
            startable=startable(settings),
            addresses=settings.prefect_origins,
            name=f"{settings.work_pool}-{settings.profile.slug}",  # and so none may pause the pool of all
            technical=startable(settings, "operators"),
        )
        wall = Wall(OwnHoldings(settings, access), settings.work_pool)
        self.door = Door(
            server, door_settings, access, clock, newsroom=self._newsroom, accounts=self._reception, wall=wall
        )
        if before is not None:
            self.door.follow(before.door)
        self.guests, self.left_at = 0, time.monotonic()
        self._is_empty = asyncio.Event()
        self._is_empty.set()
        self._is_known = is_known

    @property
    def is_left(self) -> bool:
        return not self.guests and time.monotonic() - self.left_at > LEFT_FOR

    async def let(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one who listens."""
        self.guests += 1
        self._is_empty.clear()
        try:
            if scope["type"] == "websocket":
                await event_stream.while_allowed(self.door(scope, receive, send), self._may_stay, send)
            else:
                await self.door(scope, receive, send)
        finally:
            self.guests -= 1
            self.left_at = time.monotonic()
            if not self.guests:
                self._is_empty.set()

    async def _may_stay(self) -> bool:
        return self._is_known(self.settings.profile.slug)

    async def close(self) -> None:
        """Once who is here has gone."""
        await self._is_empty.wait()
        await run_in_threadpool(self._reception.close)
        await run_in_threadpool(self._newsroom.close)


class Gate:
    """All doors of a fleet, for as long as the process lives."""

    def __init__(self, shared: Shared, clock: Callable[[], datetime]) -> None:
        self.directory = Directory(shared.fleet)
        self._internal, self._clock = shared.keys.internal, clock
        self._proxy = Proxy(shared.file.prefect.address)
        self._server = Assets(self._proxy)
        self._access: RemoteServerAccess | None = None
        self._looking = asyncio.Lock()
        self._entrances: dict[str, Entrance] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._known: Mapping[str, Settings] = {}
        self._hosts: Mapping[str, str] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """As long as it lets anybody in."""
        await self._look()
        async with remote() as self._access:
            tidying = asyncio.create_task(self._tidy())
            try:
                yield
            finally:
                tidying.cancel()
                with suppress(asyncio.CancelledError):
                    await tidying
                for slug in list(self._entrances):
                    self._let_go(slug)
                await asyncio.gather(*self._closing)
                await self._proxy.close()

    async def entrance(self, host: str) -> Entrance | None:
        """Of whom this name is; None where it is nobody's."""
        if self.directory.is_stale():
            await self._look()
        if self._known is not self.directory.comuni:
            self._known = self.directory.comuni
            self._hosts = hosts(self._known.values())
        slug = self._hosts.get(host)
        if slug is None or self._access is None:
            return None
        settings, found = self._known[slug], self._entrances.get(slug)
        if found is None or found.settings is not settings:
            before, found = found, self._entrance(settings, self._access, found)
            if before is not None:
                self._let_go(slug)
            self._entrances[slug] = found
        return found

    async def _look(self) -> None:
        async with self._looking:  # two at once would read each profile twice, and differ
            if self.directory.is_stale():
                await run_in_threadpool(self.directory.look)

    def _entrance(self, settings: Settings, access: RemoteServerAccess, before: Entrance | None) -> Entrance:
        return Entrance(settings, self._internal, self._server, access, self._clock, self._is_known, before)

    def _is_known(self, slug: str) -> bool:
        return slug in self.directory.comuni

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY)
            for slug, entrance in list(self._entrances.items()):
                if entrance.is_left or not self._is_known(slug):
                    self._let_go(slug)

    def _let_go(self, slug: str) -> None:
        task = asyncio.create_task(self._entrances.pop(slug).close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


class Switch:
    """ASGI middleware: who asks under a Comune's name stands before its door, the rest before the app."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        entrance = await self._gate.entrance(_host(scope))
        if entrance is not None:
            with rounds.working_for(entrance.settings.profile.slug):
                await entrance.let(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": UNKNOWN})


def _host(scope: Scope) -> str:
    """The name in it, without its port."""
    given = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    try:
        return (urlsplit(f"//{given}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def hosts(comuni: Iterable[Settings]) -> dict[str, str]:
    """Name -> slug; a name that two have is nobody's."""
    found: dict[str, str] = {}
    unclear: set[str] = set()
    for settings in comuni:
        slug = settings.profile.slug
        for name in {urlsplit(address).hostname or "" for address in settings.prefect_origins}:
            if found.setdefault(name, slug) != slug:
                unclear.add(name)
                log.error("fleet: %s, %s: have one name in servers.prefect_ui", found[name], slug)
    return {name: slug for name, slug in found.items() if name not in unclear}


def create_gate(shared: Shared, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The app of all."""
    gate = Gate(shared, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with rounds.logged_by_slug():
            async with gate.open():
                yield

    app = FastAPI(title="Bollettino", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.redirect_slashes = False  # it would answer with an address of whatever Host was asked for
    app.state.gate = gate
    app.add_middleware(Switch, gate=gate)
    app.add_exception_handler(404, _absent)
    app.add_exception_handler(405, _absent)

    @app.get("/salute", response_model=None)
    async def health(request: Request) -> Response:
        """For this machine alone: it names Comuni."""
        if is_from_outside(request.headers):
            return _nothing()
        await gate.entrance("")
        told = {"ok": True, "comuni": len(gate.directory.comuni), "ill": sorted(gate.directory.ill)}
        return JSONResponse(told)

    return app


async def _absent(_request: Request, _exc: Exception) -> Response:
    return _nothing()


def _nothing() -> Response:
    return PlainTextResponse(ABSENT, status_code=404)


def serve(shared: Shared, *, port: int | None = None) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 1 when it could not start."""
    log_plainly()
    at = port or shared.file.gate.port
    return until_told(lambda: listen(lambda _end: create_gate(shared), port=at))
