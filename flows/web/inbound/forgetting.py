"""Erases who wrote CANCELLAMI, once their goodbye has left: afterwards there is no number to send it to."""

import logging

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from db import erasure
from db.engine import forget_pages, reading, transaction
from flows.web.context import Web, woken

LOOK_EVERY = 5.0  # seconds

log = logging.getLogger(__name__)


async def run(web: Web) -> None:
    """Until the app stops."""
    while not web.stopping.is_set():
        try:
            await run_in_threadpool(forget, web)
        except OperationalError as exc:
            log.error("forgetting: the database does not answer (%s)", type(exc).__name__)
        await woken(web.stopping, LOOK_EVERY, clear=False)


def forget(web: Web) -> int:
    """Erase everybody who waits for it; returns how many that was."""
    with reading(web.engine) as session:
        if not erasure.asked(session):
            return 0
    with transaction(web.engine) as session:
        found = erasure.asked(session)
        for recipient in found:
            erasure.erase(session, recipient, now=web.clock())
    forget_pages(web.engine)
    log.info("forgetting: %d erased, as they asked", len(found))
    return len(found)
