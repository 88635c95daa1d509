"""The web app of a fleet: each Comune at its address, one door for the provider, one look a minute."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from db import schema, writes
from flows.fleet import rounds, shared
from flows.fleet.front import console
from flows.fleet.front.directory import Directory
from flows.fleet.front.shared_webhook import NAMED, Door
from flows.fleet.front.tenant import ClosedError, Tenant
from flows.fleet.registry import Fleet, Roll
from flows.fleet.rounds import Limits
from flows.sending.provider import open_client
from flows.settings import Settings, load_fleet
from flows.web.app import furnished, listen, log_plainly, until_told, utc_now
from flows.web.ground.context import WEB
from flows.web.headers import Manners
from flows.web.metrics import is_from_outside
from flows.web.pages import routes
from flows.whatsapp.client import WhatsAppClient

LOOK_EVERY = 60.0  # seconds, at whom nobody has called
TIDY_EVERY = 10.0
# Databases of which nobody asks anything now: each keeps connections, and PostgreSQL has 100 for everybody.
MOST_IDLE = 30
LIMITS = Limits(each=20, whole=50)
WEBHOOK = "/webhook"
ABSENT = "A questo indirizzo non c'è nessuna pagina. Controlla di avere aperto il collegamento intero.\n"
CLOSED = "Il servizio non è raggiungibile in questo momento. Riprova fra qualche minuto.\n"

log = logging.getLogger(__name__)


class Front:
    """All Comuni of a fleet, for as long as the process lives."""

    def __init__(
        self, fleet: Fleet, client: Callable[[Settings], WhatsAppClient], clock: Callable[[], datetime]
    ) -> None:
        self.directory = Directory(fleet)
        self.tenants: dict[str, Tenant] = {}
        self.door = Door(self.directory, self.tenants, clock)
        self._client, self._clock = client, clock
        self._looking, self._sweeping = asyncio.Lock(), asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()
        self._told: dict[str, str] = {}  # of the last look: why somebody was not looked at

    async def look(self) -> None:
        """Know who is there by now."""
        if not self.directory.is_stale():
            return
        async with self._looking:
            await run_in_threadpool(self.directory.look)
            for slug, settings in self.directory.comuni.items():
                old = self.tenants.get(slug)
                if old is None or old.settings is not settings:
                    after = self._let_go(old) if old else None
                    self.tenants[slug] = Tenant(settings, self._clock, self._client, after=after)
            for slug in self.tenants.keys() - self.directory.comuni.keys():
                log.info("fleet: %s: is there no more", slug)
                self._let_go(self.tenants.pop(slug))

    async def make_room(self) -> None:
        """Close those whom nobody has asked for the longest time, where many are open."""
        idle = sorted((one for one in self.tenants.values() if one.is_idle), key=lambda one: one.left_at)
        for one in idle[: max(0, len(idle) - MOST_IDLE)]:
            await one.close()

    def _let_go(self, tenant: Tenant) -> asyncio.Task[None]:
        task = asyncio.create_task(tenant.stop())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        return task

    async def run(self) -> None:
        """Until it is cancelled: call those to work for whom something became due by itself."""
        look_at = 0.0
        while True:
            for tenant in list(self.tenants.values()):
                await tenant.tidy()
            await self.make_room()
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_EVERY
                await self.look()
                await self.sweep()
            await asyncio.sleep(TIDY_EVERY)

    async def sweep(self) -> None:
        """Look at each that is not at work, and whose database was written to since, or has something due."""
        quiet = {slug: one for slug, one in self.tenants.items() if not one.is_working}
        marks = await asyncio.to_thread(writes.marks, [one.settings.database for one in quiet.values()])
        mark_of = {slug: marks.get(one.settings.database) for slug, one in quiet.items()}
        resting = {slug: one for slug, one in quiet.items() if one.is_to_be_asked(mark_of[slug])}

        def is_due(settings: Settings, engine: Engine) -> bool:
            schema.check(engine)  # makes no file where there is none
            return resting[settings.profile.slug].is_due(engine)

        roll = Roll([tenant.settings for tenant in resting.values()], {})
        async with self._sweeping:
            outcome = await asyncio.to_thread(partial(rounds.every, roll, "web", is_due, LIMITS))
        # another web app of this machine looks at it at this moment, and does what there is to do
        ill = {slug: why for slug, why in outcome.ill.items() if why != rounds.BUSY}
        for slug, why in ill.items():
            if self._told.get(slug) != why:
                log.error("fleet: %s: could not be looked at: %s", slug, why)
        self._told = ill
        for slug, due in outcome.done.items():
            if due and slug in self.tenants:
                self.tenants[slug].call()
            elif slug in self.tenants:
                self.tenants[slug].found_at_rest(mark_of[slug])

    async def stop(self) -> None:
        leaving = [*self._leaving, *(asyncio.create_task(one.stop()) for one in self.tenants.values())]
        await asyncio.gather(*leaving, return_exceptions=True)


class Switch:
    """ASGI middleware: what is a Comune's goes to it, the rest to the app of all."""

    def __init__(self, app: ASGIApp, front: Front) -> None:
        self._app, self._front = app, front
        # one for all: each would be 0.6 MB, and FastAPI never forgets the routes of an app altogether
        self._pages = furnished(None, lambda: True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._front.look()
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        found = self._front.directory.find(host, scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        slug, path = found
        scope = {**scope, "path": path, "raw_path": path.encode(), NAMED: slug}
        if path == WEBHOOK or slug not in self._front.tenants:
            await self._app(scope, receive, send)
            return
        with rounds.working_for(slug):
            try:
                async with self._front.tenants[slug].shown() as web:
                    await self._pages({**scope, WEB: web}, receive, send)
            except ClosedError as exc:
                log.error("fleet: its pages are closed: %s", exc)
                await PlainTextResponse(CLOSED, status_code=503)(scope, receive, send)
        await self._front.make_room()


def create_front(
    fleet: Fleet,
    *,
    client: Callable[[Settings], WhatsAppClient] = open_client,
    clock: Callable[[], datetime] = utc_now,
    on_fault: Callable[[], None] = lambda: None,
) -> FastAPI:
    """The app of all; `on_fault` is called when it looks at nobody any more."""
    front = Front(fleet, client, clock)
    looking: list[asyncio.Task[None]] = []

    def report(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()):
            log.error("fleet: the look at all died: %s", type(fault).__name__)
            on_fault()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with rounds.logged_by_slug():
            await front.look()
            looking.append(asyncio.create_task(front.run()))
            looking[-1].add_done_callback(report)
            try:
                yield
            finally:
                looking[-1].cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await looking[-1]
                await front.stop()

    app = FastAPI(title="Bollettino", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.redirect_slashes = False
    app.state.front = front
    app.add_middleware(Manners)
    app.add_middleware(Switch, front=front)
    app.include_router(front.door.router())
    app.include_router(console.router(front.directory, shared.of(fleet).server_state, clock, _nothing))
    app.add_exception_handler(404, _absent)
    app.add_exception_handler(405, routes.not_allowed)

    @app.get("/salute", response_model=None)
    async def health(request: Request) -> Response:
        """For this machine alone: it names Comuni."""
        if is_from_outside(request.headers):
            return _nothing()
        lives = bool(looking) and not looking[-1].done()
        told = {
            "ok": lives,
            "comuni": len(front.tenants),
            "open": sum(one.is_open for one in front.tenants.values()),
            "ill": sorted(front.directory.ill),
            "strange": front.door.strange.total(),
        }
        return JSONResponse(told, status_code=200 if lives else 503)

    return app


async def _absent(_request: Request, _exc: Exception) -> Response:
    return _nothing()


def _nothing() -> Response:
    return PlainTextResponse(ABSENT, status_code=404)


def serve(fleet: Fleet, *, port: int | None = None) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 1 when it could not start or looks at nobody any
    more (the unit starts it again).
    """
    log_plainly()
    at = port or load_fleet(fleet.folder).web.port
    return until_told(lambda: listen(lambda end: create_front(fleet, on_fault=end), port=at))
