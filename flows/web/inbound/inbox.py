"""Acts on stored updates: people's words one after the other, statuses many at a time.

Each is handled in the transaction that marks it as handled. What nobody wrote can wait: words come first.
"""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from db import inbound
from db.engine import reading, transaction
from db.inbound import Waiting
from flows.web.ground.context import Web, woken
from flows.web.inbound.updates import handle
from flows.whatsapp.updates import Unknown, Update
from flows.whatsapp.webhook_payload import parse

LOOK_EVERY = 5.0  # seconds, besides being woken: what an earlier process left is found too
BATCH = 50
STATUSES = 500  # in one transaction: some 30 ms, for which a citizen's word waits
# What could not be handled is not given up: it may be somebody's DISATTIVA.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
# A POST may take two minutes to be answered, and its status comes within a second. One that nobody knows
# after these minutes is of another program's message, which may send from the same number.
EARLY_FOR, EARLY_AGAIN = timedelta(minutes=5), 1.0
# A time of the provider that lies further ahead of when we got it is a clock that jumped.
AHEAD = timedelta(minutes=10)

log = logging.getLogger(__name__)


async def run(web: Web) -> None:
    """Until the app stops: handle what is stored, then wait. A fault of the database is tried again."""
    early_at, after = 0.0, 0  # monotonic; where the pass through what came early goes on
    while not web.stopping.is_set():
        try:
            while not web.stopping.is_set():
                if handled := await run_in_threadpool(messages, web):
                    web.queued.set()
                if not await run_in_threadpool(statuses, web) and not handled:
                    break
            if await run_in_threadpool(retry, web, web.later) > 0:
                web.queued.set()
            if after or time.monotonic() >= early_at:
                # a part at a turn: another program on the number may leave tens of thousands, and words wait
                after = await run_in_threadpool(early, web, after)
                early_at = time.monotonic() + EARLY_AGAIN
        except OperationalError as exc:  # locked or gone: the updates stay, in their order
            after = 0
            log.error("inbox: the database does not answer (%s)", type(exc).__name__)
        if not after:
            await woken(web.stored, LOOK_EVERY)


def messages(web: Web) -> int:
    """Handle up to BATCH updates other than statuses that were never tried; return how many there were.

    In the order in which they were said, as far as they are here.
    """
    with reading(web.engine) as session:
        events = inbound.waiting(session, statuses=False, limit=BATCH)
    opened = _open(web, events)
    received_at = {event.id: event.received_at for event in events}

    def written_at(event_id: int) -> tuple[datetime, int]:
        update = opened[event_id]
        return (received_at[event_id] if isinstance(update, Unknown) else update.at, event_id)

    for event_id in sorted(opened, key=written_at):
        attempt(web, event_id, opened[event_id])
    return len(events)


def statuses(web: Web) -> int:
    """Handle up to STATUSES statuses that were never tried, in one transaction; return how many."""
    with reading(web.engine) as session:
        events = inbound.waiting(session, statuses=True, limit=STATUSES)
    _at_once(web, events)
    return len(events)


def early(web: Web, after: int = 0) -> int:
    """Try again up to STATUSES statuses that came before our answer did, by rising id from `after` on; from
    where to go on, 0 after the last.
    """
    with reading(web.engine) as session:
        events = inbound.early(session, after=after, limit=STATUSES)
    _at_once(web, events)
    return events[-1].id if len(events) == STATUSES else 0


def _at_once(web: Web, events: Sequence[Waiting]) -> None:
    opened = _open(web, events)
    try:
        act(web, opened)
    except OperationalError:
        raise
    except Exception as exc:  # noqa: BLE001  (the one that did it is found, and holds up no other)
        log.error("inbox: %d statuses at once: %s; one by one", len(opened), type(exc).__name__)
        for event_id, update in opened.items():
            attempt(web, event_id, update)


def retry(web: Web, later: dict[int, datetime]) -> int:
    """Try up to BATCH failed updates that are due again; return how many were handled.

    `later` says from when on each is due, and is kept here. The wait grows with the age of the update.
    """
    now = web.clock()
    with reading(web.engine) as session:
        failed = inbound.failed(session)
    due = [event for event in failed if later.get(event.id, now) <= now][:BATCH]
    opened = _open(web, due)
    handled = 0
    for event in due:
        if event.id in opened and attempt(web, event.id, opened[event.id]):
            later.pop(event.id, None)
            handled += 1
        else:
            later[event.id] = now + min(max(now - event.received_at, FIRST_WAIT), LONGEST_WAIT)
    return handled


def attempt(web: Web, event_id: int, update: Update) -> bool:
    """Act on one update, or mark it as failed; tells which. Only a fault of the database is raised."""
    try:
        act(web, {event_id: update})
    except OperationalError:
        raise
    except Exception as exc:  # noqa: BLE001  (one bad update must not hold up the others)
        _fail(web, event_id, exc)
        return False
    return True


def act(web: Web, updates: dict[int, Update]) -> None:
    """Handle and mark those of `updates` that are still to be handled, all or none; but for young statuses of
    messages that are not known yet.
    """
    if not updates:
        return
    now = web.clock()
    with transaction(web.engine) as session:
        taken = inbound.take(session, list(updates))
        unknown = handle(session, web, [updates[event_id] for event_id in taken], now=now)
        unknown_ids = {id(update) for update in unknown}
        strange = [event_id for event_id in taken if id(updates[event_id]) in unknown_ids]
        young = inbound.put_off(session, strange, since=now - EARLY_FOR)
        inbound.handled(session, [event_id for event_id in taken if event_id not in young], now=now)
    if given_up := len(strange) - len(young):
        log.info("inbound: %d statuses of messages that are not ours", given_up)


def _open(web: Web, events: Sequence[Waiting]) -> dict[int, Update]:
    """The updates as they came, by id; those are left out, and marked as failed, that no key opens."""
    updates = {event.id: web.fresh.pop(event.event_hash, None) for event in events}
    with reading(web.engine) as session:
        sealed = inbound.payloads(session, [id for id, update in updates.items() if update is None])
    opened = {}
    for event in events:
        if updates[event.id] is None and not sealed.get(event.id):
            continue  # handled meanwhile, by a process that is about to end
        try:
            update = updates[event.id] or _unseal(web, sealed[event.id], event.received_at)
        except Exception as exc:  # noqa: BLE001  (one bad update must not hold up the others)
            _fail(web, event.id, exc)
            continue
        if not isinstance(update, Unknown) and update.at > event.received_at + AHEAD:
            update = replace(update, at=event.received_at)
        opened[event.id] = update
    return opened


def _unseal(web: Web, sealed: bytes, heard_at: datetime) -> Update:
    (update,) = parse(json.loads(web.vault.open(sealed)), heard_at=heard_at)
    return update


def _fail(web: Web, event_id: int, exc: Exception) -> None:
    # the type only: the text of an error could quote the citizen
    log.error("inbox: event %d could not be handled: %s", event_id, type(exc).__name__)
    with transaction(web.engine) as session:
        inbound.fail(session, event_id, type(exc).__name__)
