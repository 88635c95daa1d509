"""The pages that a citizen reads: no JavaScript, no cookie, no request to a third party."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match

from db.engine import reading
from flows.web.ground.context import Web, web_of
from flows.web.pages import views
from flows.web.pages.views import Snapshot, View

CACHED = "public, max-age=300"  # seconds; a correction shows after five minutes at most
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
Handler = Callable[..., Awaitable[Response]]
ABSENT: dict[int | str, dict[str, Any]] = {404: {"description": "no such page"}}


def _response(kind: str) -> type[Response]:
    """The class by which the app's description tells what an address answers with."""
    return type("PageResponse", (Response,), {"media_type": kind})


def router() -> APIRouter:
    routes = APIRouter()

    def add(path: str, kind: str, handler: Handler) -> None:
        routes.get(path, response_class=_response(kind), responses=ABSENT)(handler)
        routes.head(path, include_in_schema=False)(handler)

    async def page_of(request: Request, look_up: Callable[..., View | None], *values: str) -> Response:
        web = web_of(request)
        return answer(request, web, await run_in_threadpool(view_of, web, look_up, *values))

    def fixed(view: Callable[[Snapshot], View]) -> Handler:
        async def handler(request: Request) -> Response:
            return await page_of(request, view)

        return handler

    async def bulletin(request: Request, code: str) -> Response:
        return await page_of(request, views.bulletin, code)

    async def sheet(request: Request, code: str) -> Response:
        return await page_of(request, views.sheet, code)

    async def plain(request: Request, code: str, form: str) -> Response:
        return await page_of(request, views.plain, code, form)

    async def month(request: Request, month: str) -> Response:
        return await page_of(request, views.month, month)

    for path, (kind, view) in views.FIXED.items():
        add(path, kind, fixed(view))
    add("/b/{code}", views.HTML, bulletin)
    add("/b/{code}/foglio", views.HTML, sheet)
    add("/b/{code}/{form}.txt", views.TEXT, plain)
    add("/archivio/{month}", views.HTML, month)
    return routes


def view_of(web: Web, look_up: Callable[..., View | None], *values: str) -> View | None:
    with reading(web.engine) as session:
        return look_up(Snapshot(web.settings, session, web.clock()), *values)


def answer(request: Request, web: Web, view: View | None) -> Response:
    """The page, 304 when the reader has it, 404 when there is none."""
    if view is None:
        return absent(web)
    etag = f'"{hashlib.sha256(view.content).hexdigest()[:32]}"'
    headers = {"Cache-Control": CACHED, "ETag": etag}
    cached = request.headers.get("if-none-match", "")
    if cached.strip() == "*" or etag in cached:  # RFC 9110, 13.1.2
        return Response(status_code=304, headers=headers)
    return Response(view.content, headers=headers, media_type=view.kind)


def absent(web: Web) -> Response:
    return HTMLResponse(views.not_found(web.settings).body, status_code=404)


async def not_found(request: Request, _exc: Exception) -> Response:
    return absent(web_of(request))


async def not_allowed(request: Request, _exc: Exception) -> Response:
    """405 with every method that the address knows: each stands in a route of its own."""
    allowed = [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] == Match.FULL
            for route in request.app.routes
        )
    ]
    reason = "A questo indirizzo non si può fare così.\n"
    return PlainTextResponse(reason, status_code=405, headers={"Allow": ", ".join(allowed)})
