"""What WordPress tells of its past besides feeds: the REST interface and the sitemaps.

`notizia` of design-comuni has no `show_in_rest`, so REST does not know it; a Comune whose theme was changed
may show it, and `PUT /sito/_prova/rest` does that here.
"""

from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from deployments.sandbox.articles import Article, online
from deployments.sandbox.config import ROME
from deployments.sandbox.feed import GUID, excerpt, post_content
from deployments.sandbox.world import World

_XML = "application/xml; charset=UTF-8"
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ALWAYS = {  # name of the kind -> its rest_base, of design-comuni's own kinds
    "post": "posts",
    "page": "pages",
    "attachment": "media",
    "servizio": "servizi",
    "unita_organizzativa": "unita_organizzative",
}


class RestOrder(BaseModel):
    """`PUT /sito/_prova/rest`: whether the news are shown in REST, as `notizie`."""

    model_config = ConfigDict(extra="forbid")

    notizia: bool


def wordpress_routes(world: World) -> APIRouter:
    """Routes below `/sito`."""
    router = APIRouter()

    def kinds() -> dict[str, str]:
        order = world.store.get(RestOrder, "rest")
        return {**_ALWAYS, "notizia": "notizie"} if order and order.notizia else dict(_ALWAYS)

    @router.put("/_prova/rest")
    async def show(order: Annotated[RestOrder, Body()]) -> dict[str, bool]:
        world.store.put("rest", order)
        return {"ok": True}

    @router.get("/wp-json/wp/v2/types")
    async def types() -> dict[str, Any]:
        return {
            name: {"slug": name, "name": name, "rest_base": base, "rest_namespace": "wp/v2"}
            for name, base in kinds().items()
        }

    @router.get("/wp-json/wp/v2/{base}")
    async def collection(
        base: str,
        request: Request,
        page: int = 1,
        per_page: int = 10,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> Response:
        if base not in kinds().values():
            return _refusal(
                404, "rest_no_route", "Nessuna rotta corrisponde all'URL e al metodo di richiesta."
            )
        if not 1 <= per_page <= 100 or page < 1:
            return _refusal(400, "rest_invalid_param", "Parametri non validi: per_page, page")
        articles = [
            article
            for article in (online(world.store) if base == "notizie" else [])
            if (after is None or _local(article.published) > _local(after))
            and (before is None or _local(article.published) < _local(before))
        ]
        total_pages = -(-len(articles) // per_page)
        if articles and page > total_pages:
            return _refusal(
                400, "rest_post_invalid_page_number", "Il numero di pagina richiesto è superiore al totale."
            )
        part = articles[(page - 1) * per_page : page * per_page]
        names = [name for name in request.query_params.get("_fields", "").split(",") if name]
        items = [_item(article, f"{request.base_url}sito/") for article in part]
        return JSONResponse(
            [{name: item[name] for name in names or item if name in item} for item in items],
            headers={"X-WP-Total": str(len(articles)), "X-WP-TotalPages": str(total_pages)},
        )

    @router.get("/wp-sitemap.xml")
    async def index(request: Request) -> Response:
        site = escape(f"{request.base_url}sito/")
        names = ("posts-page", "posts-notizia", "taxonomies-tipi_notizia", "users")
        rows = "".join(f"<sitemap><loc>{site}wp-sitemap-{name}-1.xml</loc></sitemap>" for name in names)
        return _xml(f'<sitemapindex xmlns="{_SCHEMA}">{rows}</sitemapindex>')

    @router.get("/wp-sitemap-{kind}-1.xml")
    async def sitemap(kind: str, request: Request) -> Response:
        site = escape(f"{request.base_url}sito/")
        if kind == "posts-notizia":  # by number, as WordPress does
            news = sorted(online(world.store), key=lambda article: article.id)
            rows = [
                f"<url><loc>{site}novita/{article.slug}/</loc>"
                f"<lastmod>{article.modified.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}</lastmod></url>"
                for article in news
            ]
        elif kind in ("posts-page", "taxonomies-tipi_notizia", "users"):
            rows = [f"<url><loc>{site}</loc></url>"]
        else:
            raise HTTPException(404)
        return _xml(f'<urlset xmlns="{_SCHEMA}">{"".join(rows)}</urlset>')

    return router


def _item(article: Article, site: str) -> dict[str, Any]:
    content = post_content(article)
    return {
        "id": article.id,
        "date": _local(article.published).isoformat(),
        "date_gmt": _gmt(article.published),
        "guid": {"rendered": GUID.format(id=article.id).replace("&", "&#038;")},
        "modified": _local(article.modified).isoformat(),
        "modified_gmt": _gmt(article.modified),
        "slug": article.slug,
        "status": "publish",
        "type": "notizia",
        "link": f"{site}novita/{article.slug}/",
        "title": {"rendered": escape(article.title, quote=False)},
        "content": {"rendered": content, "protected": False},
        "excerpt": {"rendered": f"<p>{excerpt(content)}</p>\n", "protected": False},
    }


def _local(moment: datetime) -> datetime:
    """In the site's time, without saying so."""
    moment = moment.astimezone(ROME) if moment.tzinfo else moment
    return moment.replace(tzinfo=None, microsecond=0)


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def _refusal(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "data": {"status": status}}, status_code=status)


def _xml(body: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', headers={"Content-Type": _XML})
