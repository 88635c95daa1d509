"""The municipal site under `/sito`, with the markup of the design-comuni WordPress theme."""

from datetime import datetime
from html import escape
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError

from deployments.sandbox.articles import Article, ArticleOrder, edit, online, publish, withdraw
from deployments.sandbox.conditional import conditional
from deployments.sandbox.dates import MONTHS
from deployments.sandbox.feed import PER_PAGE, write_feed
from deployments.sandbox.pdf import one_page_pdf
from deployments.sandbox.wordpress import wordpress_routes
from deployments.sandbox.world import World

_FEED_TYPE = "application/rss+xml; charset=UTF-8"
_HTML_TYPE = "text/html; charset=UTF-8"


def site_routes(world: World) -> APIRouter:
    """Pages, feed, attachments and the controls under `/sito/_prova`."""
    router = APIRouter(prefix="/sito")
    router.include_router(_control_routes(world))
    router.include_router(_page_routes(world))
    router.include_router(wordpress_routes(world))
    router.include_router(_unknown())  # last
    return router


def _unknown() -> APIRouter:
    """Every other address of the site: with its slash if it had none, then the site's own page."""
    router = APIRouter()
    pages = _pages()

    @router.get("/{rest:path}", response_class=HTMLResponse)
    async def unknown(rest: str, request: Request) -> Response:
        if "." in rest.rpartition("/")[2] or rest.endswith("/"):
            return _not_found(pages, request)
        return RedirectResponse(request.url.replace(path=f"{request.url.path}/"), status_code=301)

    return router


def _pages() -> Jinja2Templates:
    pages = Jinja2Templates(Path(__file__).parent / "templates")
    pages.env.filters["data"] = lambda day: f"{day.day:02d} {MONTHS[day.month - 1]} {day.year}"
    return pages


def _page_routes(world: World) -> APIRouter:
    router = APIRouter()
    pages = _pages()

    @router.get("/", response_class=HTMLResponse)
    async def home(request: Request) -> Response:
        return pages.TemplateResponse(request, "home.html", {"articles": online(world.store)})

    @router.get("/feed/")
    async def feed(request: Request, post_type: str = "post", paged: int = 1) -> Response:
        # the plain feed carries posts only: valid and empty on such a site, though the site has news
        articles = online(world.store) if post_type == "notizia" else []
        page = articles[(paged - 1) * PER_PAGE : paged * PER_PAGE] if paged > 0 else []
        if paged != 1 and not page:
            return _not_found(pages, request)
        changed = _last_change(world)
        content = write_feed(page, f"{request.base_url}sito/", changed)
        return conditional(request, content, _FEED_TYPE, changed)

    @router.get("/novita/{slug}/", response_class=HTMLResponse)
    async def article_page(slug: str, request: Request) -> Response:
        article = world.store.get(Article, slug)
        if article is None or article.withdrawn:
            return _not_found(pages, request)
        others = [other for other in online(world.store) if other.slug != slug][:3]
        body = pages.get_template("notizia.html").render(request=request, article=article, others=others)
        return conditional(request, body.encode(), _HTML_TYPE, article.modified)

    @router.get("/wp-content/uploads/{file}")
    async def attachment(file: str) -> Response:
        titles = [a.title for article in online(world.store) for a in article.attachments if a.file == file]
        if not titles:
            raise HTTPException(404)
        return Response(one_page_pdf(f"PROVA - {titles[0]}"), media_type="application/pdf")

    router.include_router(_list_routes(world, pages))
    return router


def _list_routes(world: World, pages: Jinja2Templates) -> APIRouter:
    """The list of the news, page by page, as design-comuni shows it."""
    router = APIRouter()

    @router.get("/novita")
    async def with_slash(request: Request) -> Response:
        """WordPress' canonical address; here other routes would match without it."""
        return RedirectResponse(request.url.replace(path="/sito/novita/"), status_code=301)

    @router.get("/novita/", response_class=HTMLResponse)
    async def listing(request: Request, page: int = 1) -> Response:
        articles = online(world.store)
        last = max(-(-len(articles) // PER_PAGE), 1)
        if not 1 <= page <= last:
            return _not_found(pages, request)
        context = {"articles": articles[(page - 1) * PER_PAGE : page * PER_PAGE], "page": page, "last": last}
        return pages.TemplateResponse(request, "novita.html", context)

    return router


def _control_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/_prova/articoli")

    def article_of(slug: str) -> Article:
        article = world.store.get(Article, slug)
        if article is None:
            raise HTTPException(404, "Nessun articolo con questo slug")
        return article

    @router.get("")
    async def listing() -> list[dict[str, Any]]:
        return [article.model_dump(mode="json") for article in world.store.all(Article)]

    @router.post("", status_code=201)
    async def publish_one(order: Annotated[ArticleOrder, Body()], request: Request) -> dict[str, Any]:
        return _answer(publish(world.store, order, world.now()), request)

    @router.put("/{slug}")
    async def edit_one(
        slug: str, changes: Annotated[dict[str, Any], Body()], request: Request
    ) -> dict[str, Any]:
        try:
            return _answer(edit(world.store, article_of(slug), changes, world.now()), request)
        except ValidationError as exc:
            raise HTTPException(422, str(exc)) from exc

    @router.delete("/{slug}")
    async def withdraw_one(slug: str) -> dict[str, bool]:
        withdraw(world.store, article_of(slug), world.now())
        return {"ok": True}

    return router


def _answer(article: Article, request: Request) -> dict[str, Any]:
    url = f"{request.base_url}sito/novita/{escape(article.slug)}/"
    return {**article.model_dump(mode="json"), "url": url}


def _last_change(world: World) -> datetime:
    """The moment of the last publication, edit or withdrawal."""
    return max((article.modified for article in world.store.all(Article)), default=world.now())


def _not_found(pages: Jinja2Templates, request: Request) -> Response:
    return pages.TemplateResponse(request, "404.html", {}, status_code=404)
