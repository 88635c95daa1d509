"""Erases who wrote CANCELLAMI, once their goodbye has left: afterwards there is no number to send it to."""

import logging

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from db import erasure
from db.engine import forget_pages, reading, transaction
from flows.web.ground.context import Web, woken

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
        waiting = [recipient.id for recipient in erasure.asked(session)]
    count = sum(_erase(web, recipient_id) for recipient_id in waiting)
    if count:
        forget_pages(web.engine)
        log.info("forgetting: %d erased, as they asked", count)
    return count


def _erase(web: Web, recipient_id: int) -> bool:
    """In a transaction of its own, and only while nothing holds it up; tells whether it was done."""
    try:
        with transaction(web.engine) as session:
            recipient = next((row for row in erasure.asked(session) if row.id == recipient_id), None)
            if recipient is not None:
                erasure.erase(session, recipient, now=web.clock())
            return recipient is not None
    except OperationalError:
        raise
    except Exception as exc:  # noqa: BLE001  (one that cannot be erased yet must not hold up the others)
        log.error("forgetting: one could not be erased: %s", type(exc).__name__)
        return False
