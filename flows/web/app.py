"""The web app of one Comune: webhook, answers and public pages in one process, on loopback behind a proxy."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from db import canary, schema
from db.engine import StoreError, make_engine
from flows.sending.provider import open_client
from flows.settings import Settings
from flows.web import health, metrics, review_link, webhook
from flows.web.ground.context import WEB, Web
from flows.web.headers import Manners
from flows.web.inbound import answers, forgetting, inbox
from flows.web.pages import routes
from flows.whatsapp.client import WhatsAppClient

STOPPING = 35  # seconds: a POST to the provider takes 30 at most, and its outcome must be stored

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    engine: Engine,
    *,
    client: WhatsAppClient | None = None,
    clock: Callable[[], datetime] = utc_now,
    on_fault: Callable[[], None] = lambda: None,
) -> FastAPI:
    """The app; its loops run between start and stop. `client` None means the profile's provider.

    `on_fault` is called when a loop died, so that the process ends and is started again.
    """
    web = Web(settings, engine, settings.vault(), settings.ledger(), clock)
    loops: list[asyncio.Task[None]] = []

    def lives() -> bool:
        return bool(loops) and not any(loop.done() for loop in loops)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client or open_client(settings) as sender, at_work(web, sender, on_fault) as started:
            loops[:] = started
            yield

    metrics.token(settings.state / metrics.FILE)  # for Prometheus, before it asks
    app = furnished(lifespan, lives)
    app.include_router(webhook.router(web))
    app.add_middleware(Belonging, web=web)
    app.state.web = web
    return app


def furnished(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None, lives: Callable[[], bool]
) -> FastAPI:
    """All that a Comune shows: which one, the scope of each request tells. `lives`: whether what works behind
    it does.
    """
    app = FastAPI(title="Bollettino", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.redirect_slashes = False  # it would answer with an address of whatever Host was asked for
    app.add_middleware(Manners)
    app.include_router(health.router(lives))
    app.include_router(metrics.router())
    app.include_router(routes.router())
    app.include_router(review_link.router())
    app.add_exception_handler(404, routes.not_found)
    app.add_exception_handler(405, routes.not_allowed)
    return app


class Belonging:
    """ASGI middleware: whatever is asked for is one Comune's."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app, self._web = app, web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, WEB: self._web}, receive, send)


@asynccontextmanager
async def at_work(
    web: Web, sender: WhatsAppClient, on_fault: Callable[[], None] = lambda: None
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """The loops of a Comune run within, and what is on its way at the end ends well."""
    loops = [
        _start(inbox.run(web), "inbox", on_fault),
        _start(answers.run(web, sender), "answers", on_fault),
        _start(forgetting.run(web), "forgetting", on_fault),
    ]
    try:
        yield loops
    finally:
        await _stop(web, loops)


def _start(work: Coroutine[Any, Any, None], name: str, on_fault: Callable[[], None]) -> asyncio.Task[None]:
    def report(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()):
            # the type only: the text of an error could quote a citizen
            log.error("the loop %s died: %s", task.get_name(), type(fault).__name__)
            on_fault()

    task = asyncio.create_task(work, name=name)
    task.add_done_callback(report)
    return task


async def _stop(web: Web, loops: list[asyncio.Task[None]]) -> None:
    """Let a batch that is on its way end, then end the loops."""
    web.stopping.set()
    web.stored.set()
    web.queued.set()
    _, late = await asyncio.wait(loops, timeout=STOPPING)
    for loop in late:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


def serve(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 1 when it could not start or a loop died (the unit
    starts it again), 2 when the database is of another revision, or under other keys.
    """
    log_plainly()
    engine = make_engine(settings.database)
    try:
        with schema.explained(engine):
            schema.check(engine)
            canary.check(engine, settings.vault())
    except StoreError as exc:
        print(exc, file=sys.stderr)
        return 2
    try:
        return until_told(lambda: host(settings, engine))
    finally:
        engine.dispose()


def log_plainly() -> None:
    """What other libraries say in passing is not logged: an address may hold a token."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def until_told(work: Callable[[], int]) -> int:
    """0 where SIGINT or SIGTERM ended it: uvicorn raises the signal again after it has stopped cleanly."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return work()
    except KeyboardInterrupt:
        return 0


def host(settings: Settings, engine: Engine) -> int:
    """Serve until something stops the server; 1 when that was not asked for."""
    return listen(
        lambda end: create_app(settings, engine, on_fault=end), port=settings.profile.servers.web_port
    )


def listen(make: Callable[[Callable[[], None]], FastAPI], *, port: int) -> int:
    """Serve what is made until something stops the server; it is given what to call when it cannot go on."""
    died: list[bool] = []

    def end() -> None:
        died.append(True)
        server.should_exit = True

    config = uvicorn.Config(
        make(end),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,  # uvicorn's would log query strings, and the verify token is in one
        server_header=False,
        forwarded_allow_ips="127.0.0.1",  # our proxy says from where; no variable of the environment adds one
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    # a batch of a thousand updates makes no cycles and a hundred thousand objects: looking through them all
    # the time, and through what was loaded for good, took a third of its CPU
    gc.freeze()
    gc.set_threshold(50_000)
    server.run()
    return 0 if server.started and not died else 1
