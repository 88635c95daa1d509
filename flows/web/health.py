"""`/salute`, for whoever watches over the service: whether it answers, remembers, and still can."""

import asyncio
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from db import canary, inbound
from db.engine import StoreError, reading
from flows.web.ground.context import Web, web_of

TRIAL_EVERY = 5.0  # seconds: whoever asks all the time costs no write each time


def router(lives: Callable[[], bool]) -> APIRouter:
    """`lives`: whether the loops of the app do."""
    routes = APIRouter(tags=["health"])
    trials: WeakKeyDictionary[Web, Trial] = WeakKeyDictionary()

    @routes.get("/salute")
    async def health(request: Request) -> Response:
        """Whether the database answers and takes a write, the disk has room beside it and the loops live; how
        many updates could not be handled yet, and of which unknown shapes some came within a week.
        """
        web = web_of(request)
        trial = trials.setdefault(web, Trial())
        try:
            unhandled = await run_in_threadpool(_unhandled, web)
        except SQLAlchemyError:
            return JSONResponse({"ok": False}, status_code=503)
        writes = await trial(web)
        ok = lives() and writes
        return JSONResponse({"ok": ok, "writes": writes, **unhandled}, status_code=200 if ok else 503)

    return routes


class Trial:
    """Of one Comune: a write to the database and one beside the journal; the last answer holds for
    TRIAL_EVERY seconds.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._at: float | None = None
        self._passed = False

    async def __call__(self, web: Web) -> bool:
        async with self._turn:
            if self._at is None or time.monotonic() - self._at >= TRIAL_EVERY:
                self._passed = await run_in_threadpool(writes, web)
                self._at = time.monotonic()
            return self._passed


def writes(web: Web) -> bool:
    """A full disk answers every question, and loses what it is told."""
    if not web.ledger.journal.has_room():
        return False
    try:
        canary.try_write(web.engine, now=web.clock())
    except (SQLAlchemyError, StoreError):
        return False
    return True


def _unhandled(web: Web) -> dict[str, object]:
    with reading(web.engine) as session:
        unread = inbound.unread(session, since=web.clock() - inbound.WEEK)
        return {"parked": inbound.parked(session), "unread": dict(sorted(unread.items()))}
