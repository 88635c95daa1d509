"""The list of the news, page by page, as design-comuni shows it under `/novita/`."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from deployments.sandbox.articles import online
from deployments.sandbox.feed import PER_PAGE
from deployments.sandbox.world import World


def list_routes(world: World, pages: Jinja2Templates) -> APIRouter:
    """Routes below `/sito`."""
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
            return pages.TemplateResponse(request, "404.html", {}, status_code=404)
        shown = articles[(page - 1) * PER_PAGE : page * PER_PAGE]
        told = {"articles": shown, "page": page, "last": last}
        return pages.TemplateResponse(request, "novita.html", told)

    return router
