"""The console of a fleet at its web app: a page for a person and `/metrics`, for this machine alone.

Here, and not at the gate: this process looks at all of them anyway, is one where gates may be several, and
has a port that no person's sign-in hangs on. Who asks shows the token of a file: a proxy that adds no header
looks like this machine.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from db import disk
from flows.backup.taking import version
from flows.fleet.console import metrics, page
from flows.fleet.console.line import Line
from flows.fleet.console.sweep import Console
from flows.fleet.front.directory import Directory
from flows.fleet.registry import Roll
from flows.web.metrics import FILE, is_from_outside, stranger, token

OF_PERSON, OF_PROGRAM = 20.0, 2.0  # seconds that are waited for: Prometheus gives up after 10
BASIC = 'Basic realm="Console", charset="UTF-8"'  # what a browser asks a person for


def router(
    directory: Directory, state: Path, clock: Callable[[], datetime], absent: Callable[[], Response]
) -> APIRouter:
    """`state`: the folder of the token's file. `absent`: the answer to who comes from outside."""
    routes = APIRouter(tags=["console"])
    console, program = Console(clock), version()
    state.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    token(state / FILE)  # for Prometheus, before it asks

    async def lines(patience: float) -> list[Line]:
        roll = Roll(tuple(directory.comuni.values()), directory.ill)
        return await run_in_threadpool(console.lines, roll, patience=patience)

    @routes.get("/console")
    async def shown(request: Request) -> Response:
        if is_from_outside(request.headers):
            return absent()
        if refusal := stranger(request.headers, state / FILE, BASIC):
            return refusal
        found = await lines(OF_PERSON)
        return HTMLResponse(page.html(found, now=clock(), version=program))

    @routes.get("/console.css")
    async def style(request: Request) -> Response:
        return absent() if is_from_outside(request.headers) else Response(page.STYLE, media_type="text/css")

    @routes.get("/metrics")
    async def told(request: Request) -> Response:
        if is_from_outside(request.headers):
            return absent()
        if refusal := stranger(request.headers, state / FILE):
            return refusal
        found = await lines(OF_PROGRAM)
        text = metrics.exposition(found, now=clock(), version=program)
        return Response(text, media_type=metrics.MEDIA_TYPE)

    return routes
