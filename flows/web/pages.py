"""The pages that a citizen reads: no JavaScript, no cookie, no request to a third party."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from db.engine import reading
from flows.bulletin.message.exact import Message
from flows.bulletin.message.notice_board import STYLE
from flows.settings import ROOT, fill_words
from flows.web import bulletin_page, sealed, texts
from flows.web.bulletin_page import Page
from flows.web.context import Web
from flows.web.markdown import html

TERMS = ROOT / "deployments" / "condizioni.md"
PLAIN = {"testo": sealed.text, "sms": sealed.short}  # to paste into a list or channel; to send as an SMS
CACHED = "public, max-age=300"  # seconds; a correction shows after five minutes at most

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def router(web: Web) -> APIRouter:
    routes = APIRouter()

    @routes.api_route("/", methods=["GET", "HEAD"])
    async def home(request: Request) -> Response:
        bulletins = await run_in_threadpool(recent, web)
        return cached(request, render(web, "home.html", bulletins=bulletins))

    @routes.api_route("/b/{code}", methods=["GET", "HEAD"])
    async def bulletin(request: Request, code: str) -> Response:
        page = await run_in_threadpool(find, web, code)
        if page is None:
            return HTMLResponse(render(web, "not_found.html"), status_code=404)
        return cached(request, render(web, "bulletin.html", page=page))

    @routes.api_route("/b/{code}/foglio", methods=["GET", "HEAD"])
    async def sheet(request: Request, code: str) -> Response:
        message = await run_in_threadpool(find_sealed, web, code)
        if message is None:
            return HTMLResponse(render(web, "not_found.html"), status_code=404)
        return cached(request, sealed.sheet(web.settings, message))

    @routes.api_route("/b/{code}/{form}.txt", methods=["GET", "HEAD"])
    async def plain(request: Request, code: str, form: str) -> Response:
        message = await run_in_threadpool(find_sealed, web, code)
        if message is None or form not in PLAIN:
            return HTMLResponse(render(web, "not_found.html"), status_code=404)
        return cached(request, PLAIN[form](web.settings, message), "text/plain")

    @routes.api_route(sealed.STYLESHEET, methods=["GET", "HEAD"])
    async def stylesheet(request: Request) -> Response:
        return cached(request, STYLE, "text/css")

    @routes.api_route("/informativa", methods=["GET", "HEAD"])
    async def notice(request: Request) -> Response:
        title = "Informativa sui dati personali"
        return cached(request, render(web, "notice.html", title=title, body=notice_body(web)))

    @routes.api_route("/condizioni", methods=["GET", "HEAD"])
    async def terms(request: Request) -> Response:
        title = "Condizioni del servizio"
        return cached(request, render(web, "notice.html", title=title, body=terms_body(web)))

    return routes


def recent(web: Web) -> list[tuple[str, str]]:
    with reading(web.engine) as session:
        return bulletin_page.recent(session)


def find(web: Web, code: str) -> Page | None:
    with reading(web.engine) as session:
        return bulletin_page.page(session, web.settings, code, now=web.clock())


def find_sealed(web: Web, code: str) -> Message | None:
    with reading(web.engine) as session:
        return sealed.sealed(session, web.settings, code)


def notice_body(web: Web) -> Markup:
    return html(web.settings.notice_text, top=1)


def terms_body(web: Web) -> Markup:
    words = {**web.settings.words, "versione_condizioni": web.settings.profile.notice.terms}
    return html(fill_words(TERMS.read_text(encoding="utf-8"), words), top=1)


def render(web: Web, name: str, **values: object) -> str:
    settings = web.settings
    return _templates.get_template(name).render(
        words=settings.words,
        prova=texts.page_text(settings, "avviso_prova") if settings.profile.prova else None,
        recognise=texts.page_text(settings, "riconosci"),
        without_whatsapp=texts.page_text(settings, "senza_whatsapp"),
        poster=texts.page_lines(settings, "manifesto"),
        **values,
    )


def cached(request: Request, page: str, kind: str = "text/html") -> Response:
    """The page, or 304 when the reader has it."""
    etag = f'"{hashlib.sha256(page.encode()).hexdigest()[:32]}"'
    headers = {"Cache-Control": CACHED, "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(page, headers=headers, media_type=kind)


def not_found(web: Web) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(_request: Request, _exc: Exception) -> Response:
        return HTMLResponse(render(web, "not_found.html"), status_code=404)

    return handler
