"""`/r/{code}`: from an editor's call to the form in the Prefect UI, whichever run holds it by now.

The code of a draft is known to nobody but who was called (72 bits). Once the bulletin is decided on, the
address tells no more than the citizens' page of that code.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from db import bulletins
from db.engine import reading
from db.models import WAITING, BulletinStatus
from flows.web.ground.context import Web, web_of
from flows.web.ground.texts import render

FRESH = {"Cache-Control": "no-store"}  # another run may hold the form a minute later


def router() -> APIRouter:
    routes = APIRouter()

    @routes.get("/r/{code}")
    @routes.head("/r/{code}", include_in_schema=False)
    async def review(request: Request, code: str) -> Response:
        web = web_of(request)
        state = await run_in_threadpool(find, web, code)
        if state is None:
            return HTMLResponse(render(web.settings, "not_found.html"), status_code=404)
        status, run_id = state
        if status not in WAITING:
            return HTMLResponse(
                render(web.settings, "decided.html", code=code), status_code=410, headers=FRESH
            )
        address = web.settings.run_link(run_id) if run_id else f"{web.settings.prefect_ui}/runs"
        return RedirectResponse(address, status_code=302, headers=FRESH)

    return routes


def find(web: Web, code: str) -> tuple[BulletinStatus, str | None] | None:
    """The bulletin's status, and the run that holds its form."""
    with reading(web.engine) as session:
        bulletin = bulletins.by_code(session, code)
        return (bulletin.status, bulletin.review_run_id) if bulletin else None
