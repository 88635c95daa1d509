"""The web app of one Comune: webhook, answers and public pages in one process, on loopback behind a proxy."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from db import schema
from db.engine import make_engine, reading
from flows.settings import Settings
from flows.web import answers, inbox, pages, webhook
from flows.web.context import Web
from flows.web.manners import Manners
from flows.whatsapp.client import WhatsAppClient

STOPPING = 35  # seconds: a POST to the provider takes 30 at most, and its outcome must be stored

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


def make_client(settings: Settings) -> WhatsAppClient:
    number = settings.profile.whatsapp
    token = settings.secrets.whatsapp_token.get_secret_value()
    return WhatsAppClient(f"{number.api}/{number.api_version}", number.phone_number_id, token)


def create_app(
    settings: Settings,
    engine: Engine,
    *,
    client: WhatsAppClient | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """The app; its two loops run between start and stop. `client` None means the profile's provider."""
    web = Web(settings, engine, settings.vault(), clock)
    loops: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client or make_client(settings) as sender:
            loops[:] = [_start(inbox.run(web), "inbox"), _start(answers.run(web, sender), "answers")]
            try:
                yield
            finally:
                await _stop(web, loops)

    app = FastAPI(title="Bollettino", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.web = web
    app.add_middleware(Manners)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.include_router(webhook.router(web))
    app.include_router(pages.router(web))
    app.add_exception_handler(404, pages.not_found(web))

    @app.get("/salute")
    async def health() -> Response:
        """Whether the database answers and both loops live."""
        try:
            await run_in_threadpool(_ask, engine)
        except SQLAlchemyError:
            return JSONResponse({"ok": False}, status_code=503)
        ok = bool(loops) and not any(loop.done() for loop in loops)
        return JSONResponse({"ok": ok}, status_code=200 if ok else 503)

    return app


def _ask(engine: Engine) -> None:
    with reading(engine) as session:
        session.connection().execute(text("SELECT version_num FROM alembic_version"))


def _start(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    """A loop that ended by a fault: /salute says so from now on, and the unit restarts the process."""
    if not task.cancelled() and (fault := task.exception()):
        # the type only: the text of an error could quote a citizen
        log.error("the loop %s died: %s", task.get_name(), type(fault).__name__)


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
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 2 when the database is of another revision."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    engine = make_engine(settings.database)
    try:
        schema.check(engine)
    except schema.SchemaError as exc:
        print(exc, file=sys.stderr)
        return 2
    config = uvicorn.Config(
        create_app(settings, engine),
        host="127.0.0.1",
        port=settings.profile.servers.web_port,
        log_config=None,
        access_log=False,  # uvicorn's would log query strings, and the verify token is in one
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    # uvicorn raises the signal again after it has stopped cleanly
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        uvicorn.Server(config).run()
    except KeyboardInterrupt:
        return 0
    finally:
        engine.dispose()
    return 0
