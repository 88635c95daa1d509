"""The same news as a site on Plone (io-Comune) shows them: plone.restapi's search, and pages."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from deployments.sandbox.articles import Article, online
from deployments.sandbox.dates import MONTHS
from deployments.sandbox.world import World

_PAGE = """<!doctype html>
<html lang="it"><head><meta charset="utf-8"><title>{title} - Comune di Esempio (PROVA)</title>
<meta name="generator" content="Plone - https://plone.org/"></head>
<body><header>Comune di Esempio (PROVA)</header>
<div id="page-content"><main>
<h1>{title}</h1><p class="documentDescription">{abstract}</p>
<p>Data: {day}</p>
<div id="main-content-section"><article id="text-body" class="it-page-section">
<h4>Descrizione</h4>{body}</article></div>
</main></div><footer>PROVA</footer></body></html>
"""


def plone_routes(world: World) -> APIRouter:
    """Routes under `/plone`; as on a real site `@search` itself answers only to those who ask for JSON."""
    router = APIRouter(prefix="/plone")

    @router.get("/@search")
    async def bare(request: Request, portal_type: str = "", b_size: int = 25, b_start: int = 0) -> Any:
        if "application/json" not in request.headers.get("accept", ""):
            raise HTTPException(404)
        return _result(world, request, portal_type, b_size, b_start)

    @router.get("/++api++/@search")
    async def search(
        request: Request,
        portal_type: str = "",
        b_size: int = Query(default=25, ge=1),
        b_start: int = Query(default=0, ge=0),
    ) -> Any:
        return _result(world, request, portal_type, b_size, b_start)

    @router.get("/novita/notizie/{slug}", response_class=HTMLResponse)
    async def page(slug: str) -> str:
        article = world.store.get(Article, slug)
        if article is None or article.withdrawn:
            raise HTTPException(404)
        day = article.shown_on or article.published.date()
        return _PAGE.format(
            title=escape(article.title),
            abstract=escape(article.abstract),
            day=f"{day.day} {MONTHS[day.month - 1]} {day.year}",
            body=article.body,
        )

    return router


def _result(world: World, request: Request, kind: str, size: int, start: int) -> dict[str, Any]:
    site = f"{request.base_url}plone"
    articles = online(world.store) if kind in ("", "News Item") else []
    if request.query_params.get("sort_order") not in ("descending", "reverse"):
        articles = articles[::-1]
    address = f"{site}/@search"
    result: dict[str, Any] = {
        "@id": address,
        "items": [_item(article, site) for article in articles[start : start + size]],
        "items_total": len(articles),
    }
    if start + size < len(articles):
        after = [(name, value) for name, value in request.query_params.multi_items() if name != "b_start"]
        query = urlencode([*after, ("b_start", start + size)])
        result["batching"] = {"@id": address, "next": f"{address}?{query}"}
    return result


def _item(article: Article, site: str) -> dict[str, Any]:
    return {
        "@id": f"{site}/novita/notizie/{article.slug}",
        "@type": "News Item",
        "UID": f"{article.id:032x}",
        "title": article.title,
        "description": article.abstract,
        "review_state": "published",
        "effective": article.published.replace(microsecond=0).isoformat(),
        "modified": article.modified.replace(microsecond=0).isoformat(),
    }
