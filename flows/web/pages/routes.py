"""The pages that a citizen reads: no JavaScript, no cookie, no request to a third party."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match

from db.engine import reading
from flows.web.common.context import Web
from flows.web.pages import atom, forms, views
from flows.web.pages.documents import DOCUMENTS
from flows.web.pages.views import Look, View

CACHED = "public, max-age=300"  # seconds; a correction shows after five minutes at most
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
Handler = Callable[..., Awaitable[Response]]
ABSENT: dict[int | str, dict[str, Any]] = {404: {"description": "no such page"}}


class AtomResponse(Response):
    media_type = views.ATOM


class StyleResponse(Response):
    media_type = views.CSS


class XmlResponse(Response):
    media_type = views.XML


class IconResponse(Response):
    media_type = views.SVG


class PictureResponse(Response):
    media_type = views.PNG


def router(web: Web) -> APIRouter:
    routes = APIRouter()

    def page(path: str, kind: type[Response] = HTMLResponse) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            routes.get(path, response_class=kind, responses=ABSENT)(handler)
            routes.head(path, include_in_schema=False)(handler)
            return handler

        return add

    async def page_of(request: Request, look_up: Callable[..., View | None], *given: str) -> Response:
        return answer(request, web, await run_in_threadpool(seen, web, look_up, *given))

    @page("/")
    async def home(request: Request) -> Response:
        return await page_of(request, views.home)

    @page("/b/{code}")
    async def bulletin(request: Request, code: str) -> Response:
        return await page_of(request, views.bulletin, code)

    @page("/b/{code}/foglio")
    async def sheet(request: Request, code: str) -> Response:
        return await page_of(request, views.sheet, code)

    @page("/b/{code}/{form}.txt", PlainTextResponse)
    async def plain(request: Request, code: str, form: str) -> Response:
        return await page_of(request, views.plain, code, form)

    @page("/archivio")
    async def months(request: Request) -> Response:
        return await page_of(request, views.months)

    @page("/archivio/{month}")
    async def month(request: Request, month: str) -> Response:
        return await page_of(request, views.month, month)

    @page("/iscriviti")
    async def how_to_subscribe(request: Request) -> Response:
        return await page_of(request, views.how_to_subscribe)

    @page(atom.PATH, AtomResponse)
    async def feed(request: Request) -> Response:
        return await page_of(request, views.feed)

    @page(views.STYLESHEET, StyleResponse)
    async def style(request: Request) -> Response:
        return await page_of(request, views.style)

    @page(forms.STYLESHEET, StyleResponse)
    async def sheet_style(request: Request) -> Response:
        return await page_of(request, views.sheet_style)

    @page(views.ICON, IconResponse)
    async def icon(request: Request) -> Response:
        return await page_of(request, views.icon)

    @page(views.CARD, PictureResponse)
    async def card(request: Request) -> Response:
        return await page_of(request, views.card)

    @page(views.ROBOTS, PlainTextResponse)
    async def robots(request: Request) -> Response:
        return await page_of(request, views.robots)

    @page(views.SITEMAP, XmlResponse)
    async def sitemap(request: Request) -> Response:
        return await page_of(request, views.sitemap)

    def document(name: str) -> None:
        @page(f"/{name}")
        async def paper(request: Request) -> Response:
            return await page_of(request, views.paper, name)

    for name in DOCUMENTS:
        document(name)
    return routes


def seen(web: Web, look_up: Callable[..., View | None], *given: str) -> View | None:
    with reading(web.engine) as session:
        return look_up(Look(web.settings, session, web.clock()), *given)


def answer(request: Request, web: Web, view: View | None) -> Response:
    """The page, 304 when the reader has it, 404 when there is none."""
    if view is None:
        return absent(web)
    etag = f'"{hashlib.sha256(view.content).hexdigest()[:32]}"'
    headers = {"Cache-Control": CACHED, "ETag": etag}
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or etag in known:  # RFC 9110, 13.1.2
        return Response(status_code=304, headers=headers)
    return Response(view.content, headers=headers, media_type=view.kind)


def absent(web: Web) -> Response:
    return HTMLResponse(views.not_found(web.settings).body, status_code=404)


def not_found(web: Web) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(_request: Request, _exc: Exception) -> Response:
        return absent(web)

    return handler


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
    words = "A questo indirizzo non si può fare così.\n"
    return PlainTextResponse(words, status_code=405, headers={"Allow": ", ".join(allowed)})
