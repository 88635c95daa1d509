"""Acts on stored updates, one after the other, each in its own transaction."""

import json
import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from db import inbound
from db.engine import reading, transaction
from db.models import InboundEvent
from flows.web.context import Web, woken
from flows.web.inbound import handle
from flows.whatsapp.webhook import parse

LOOK_EVERY = 5.0  # seconds, besides being woken: what an earlier process left is found too
BATCH = 50
# What could not be handled is not given up: it may be somebody's DISATTIVA.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

log = logging.getLogger(__name__)


async def run(web: Web) -> None:
    """Until the app stops: handle what is stored, then wait. A fault of the database is tried again."""
    later: dict[int, datetime] = {}  # a restart tries what failed at once: it may have been repaired
    while not web.stopping.is_set():
        try:
            while not web.stopping.is_set() and await run_in_threadpool(work, web) > 0:
                web.queued.set()
            if await run_in_threadpool(retry, web, later) > 0:
                web.queued.set()
        except OperationalError as exc:  # locked or gone: the updates stay, in their order
            log.error("inbox: the database does not answer (%s)", type(exc).__name__)
        await woken(web.stored, LOOK_EVERY)


def work(web: Web) -> int:
    """Handle up to BATCH stored updates that were never tried; return how many there were."""
    with transaction(web.engine) as session:
        waiting = [event.id for event in inbound.unhandled(session, limit=BATCH)]
    for event_id in waiting:
        attempt(web, event_id)
    return len(waiting)


def retry(web: Web, later: dict[int, datetime]) -> int:
    """Try up to BATCH failed updates that are due again; return how many were handled.

    `later` says from when on each is due, and is kept here. The wait grows with the age of the update.
    """
    now = web.clock()
    with reading(web.engine) as session:
        failed = inbound.failed(session)
    handled = 0
    for event_id in [number for number in failed if later.get(number, now) <= now][:BATCH]:
        if attempt(web, event_id):
            later.pop(event_id, None)
            handled += 1
        else:
            later[event_id] = now + min(max(now - failed[event_id], FIRST_WAIT), LONGEST_WAIT)
    return handled


def attempt(web: Web, event_id: int) -> bool:
    """Act on one update, or mark it as failed; tells which. Only a fault of the database is raised."""
    try:
        act(web, event_id)
    except OperationalError:
        raise
    except Exception as exc:  # noqa: BLE001  (one bad update must not hold up the others)
        # the type only: the text of an error could quote the citizen
        log.error("inbox: event %d could not be handled: %s", event_id, type(exc).__name__)
        fail(web, event_id, type(exc).__name__)
        return False
    return True


def act(web: Web, event_id: int) -> None:
    with transaction(web.engine) as session:
        event = session.get_one(InboundEvent, event_id)
        now = web.clock()
        for update in parse(json.loads(web.vault.open(event.payload_sealed))).updates:
            handle(session, web.settings, web.vault, update, now=now)
        event.handled_at, event.failure = now, None
        session.add(event)


def fail(web: Web, event_id: int, name: str) -> None:
    with transaction(web.engine) as session:
        event = session.get_one(InboundEvent, event_id)
        event.failure = name
        session.add(event)
