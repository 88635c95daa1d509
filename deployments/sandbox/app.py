"""The whole sandbox as one ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from deployments.sandbox.alerts import alert_routes, current_bulletin
from deployments.sandbox.articles import plant_articles
from deployments.sandbox.cloud_api import send_routes
from deployments.sandbox.config import ROME, Clock, Config
from deployments.sandbox.faults import fault_routes
from deployments.sandbox.files import file_routes
from deployments.sandbox.geojson import geojson_routes
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.messages import plant_phones
from deployments.sandbox.notices import notice_routes
from deployments.sandbox.number_api import number_control, number_routes
from deployments.sandbox.phones import phone_routes
from deployments.sandbox.plone import plone_routes
from deployments.sandbox.post_office import Mailbox, mailbox_routes
from deployments.sandbox.regional import regional_routes
from deployments.sandbox.subscription_api import subscription_routes
from deployments.sandbox.template_api import template_routes
from deployments.sandbox.template_state import template_control
from deployments.sandbox.token_api import token_control, token_routes
from deployments.sandbox.web_site import site_routes
from deployments.sandbox.webhooks import Http, over_http
from deployments.sandbox.world import World
from deployments.sandbox.zones import AlertError


def real_clock() -> datetime:
    """The machine's present, aware."""
    return datetime.now(ROME)


def create_app(
    config: Config,
    state_dir: Path,
    files_dir: Path | None = None,
    *,
    clock: Clock = real_clock,
    http: Http = over_http,
) -> FastAPI:
    """The application over `state_dir/sandbox.db`; its lifespan runs webhooks and mail server.

    `app.state.world` gives tests the store and `world.webhooks.deliver_due(now)`.
    """
    world = World.opened(config, state_dir, clock, http)
    plant_articles(world.store, world.now())
    plant_phones(world.store, config.staff)
    current_bulletin(world)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        app.state.worker = worker = asyncio.create_task(world.webhooks.run())
        mailbox = Mailbox(world)
        await mailbox.start(state_dir)
        yield
        await mailbox.stop()
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        world.store.close()

    app = FastAPI(title="Bollettino, PROVA", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.world = world
    app.state.worker = None
    app.add_exception_handler(GraphError, _refuse)
    app.add_exception_handler(AlertError, _senseless)

    @app.get("/salute")
    async def health() -> Response:
        worker: asyncio.Task[None] | None = app.state.worker
        alive = worker is None or not worker.done()  # None: an in-process test without the lifespan
        return JSONResponse({"ok": alive}, status_code=200 if alive else 503)

    @app.get("/")
    async def front() -> Response:
        return RedirectResponse("/telefoni")

    for routes in (
        *(site_routes, plone_routes, alert_routes, geojson_routes, regional_routes, notice_routes),
        *(phone_routes, mailbox_routes, fault_routes, number_control, template_control, token_control),
    ):
        app.include_router(routes(world))
    if files_dir is not None:
        app.include_router(file_routes(files_dir))
    # last, since `/{version}/...` matches many paths
    for routes in (send_routes, template_routes, token_routes, subscription_routes, number_routes):
        app.include_router(routes(world))
    return app


async def _refuse(_: Request, exc: Exception) -> Response:
    if not isinstance(exc, GraphError):  # the signature is starlette's, the registration is for GraphError
        raise exc
    return JSONResponse(exc.body(), status_code=exc.http_status)


async def _senseless(_: Request, exc: Exception) -> Response:
    return JSONResponse({"detail": str(exc)}, status_code=422)
