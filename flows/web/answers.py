"""Sends the answers to what citizens wrote. At most once: an attempt is committed before its POST."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from db import deliveries, recipients
from db.engine import transaction
from db.models import Attempt, Delivery, DeliveryStatus, Outcome, Recipient
from db.vault import VaultError
from flows.web.context import Web, woken
from flows.whatsapp import client as whatsapp
from flows.whatsapp.errors import RESENDS, Action
from flows.whatsapp.messages import InvalidAddress, OutgoingText

LOOK_EVERY = 5.0  # seconds, besides being woken
BATCH = 10  # POSTs at a time
WINDOW = timedelta(hours=24)  # a free text is allowed this long after the citizen's last message (131047)
# A token that expired refuses every message alike: the answer waits, as for trouble at Meta.
AGAIN = RESENDS | {Action.STOP}
DELAYS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
MOST_TRIES = len(DELAYS) + 1
PAUSES = {Action.BACK_OFF: 2.0, Action.PAUSE_ALL: 60.0}  # seconds, for everybody

log = logging.getLogger(__name__)


async def run(web: Web, client: whatsapp.WhatsAppClient) -> None:
    """Until the app stops: send what is queued, then wait. What a dead sender had begun is uncertain."""
    await run_in_threadpool(abandon, web)
    while not web.stopping.is_set():
        try:
            while not web.stopping.is_set() and (outcomes := await send_batch(web, client)):
                await woken(web.stopping, pause_after(web, outcomes), clear=False)
        except OperationalError as exc:
            log.error("answers: the database does not answer (%s)", type(exc).__name__)
        await woken(web.queued, LOOK_EVERY)


def pause_after(web: Web, outcomes: list[whatsapp.Outcome | None]) -> float:
    """Seconds until the next batch: the profile's rate, or what the provider asked for."""
    asked = [PAUSES.get(outcome.action, 0.0) for outcome in outcomes if outcome and outcome.action]
    return max([len(outcomes) / web.settings.profile.whatsapp.messages_per_second, *asked])


def abandon(web: Web) -> None:
    now = web.clock()
    with transaction(web.engine) as session:
        if lost := deliveries.abandon(session, None, before=now, now=now):
            log.warning("answers: %d may have left before the last stop; they stay uncertain", lost)


async def send_batch(web: Web, client: whatsapp.WhatsAppClient) -> list[whatsapp.Outcome | None]:
    """Send up to BATCH answers; one outcome for each that was taken, None for one that was not sent at all.

    A batch once begun is finished also when the app stops meanwhile, so that nothing stays unknown.
    """
    taken = await run_in_threadpool(take, web)

    async def send(attempt_id: UUID, message: OutgoingText) -> whatsapp.Outcome:
        outcome = await client.send(message)
        await run_in_threadpool(finish, web, attempt_id, outcome)
        return outcome

    messages = [(attempt, message) for attempt, message in taken if message is not None]
    sent = await asyncio.gather(*(send(attempt, message) for attempt, message in messages))
    return [*sent, *[None] * (len(taken) - len(messages))]


def take(web: Web) -> list[tuple[UUID, OutgoingText | None]]:
    """Claim and begin, in one transaction that is committed before anything leaves."""
    now = web.clock()
    with transaction(web.engine) as session:
        taken = deliveries.claim(session, None, limit=BATCH, now=now, delays=DELAYS)
        return [prepare(web, session, delivery, now) for delivery in taken]


def prepare(
    web: Web, session: Session, delivery: Delivery, now: datetime
) -> tuple[UUID, OutgoingText | None]:
    """The attempt and its message; no message when this answer must not or cannot leave any more."""
    recipient = session.get_one(Recipient, delivery.recipient_id)
    if reason := obstacle(session, delivery, recipient, now):
        status = DeliveryStatus.failed if reason == "too_many_tries" else DeliveryStatus.skipped
        deliveries.move(delivery, status, now=now, reason=reason)
        session.add(delivery)
        return UUID(int=0), None
    attempt: Attempt = deliveries.begin(session, delivery, now=now)
    try:
        address = recipients.open_address(web.vault, recipient)
        return attempt.id, OutgoingText(
            to=address.phone, bsuid=address.bsuid, body=delivery.body or "", opaque=str(attempt.id)
        )
    except (ValueError, VaultError) as exc:  # this one cannot be sent; the others wait behind it
        code = unsendable(exc)
        log.error("answers: delivery %d cannot be sent: %s", delivery.id, code)
        deliveries.finish(session, web.vault, attempt.id, Outcome.refused, code=code, now=now)
        return attempt.id, None


def unsendable(exc: ValueError | VaultError) -> str:
    """The code of an answer that can be no message at all."""
    if isinstance(exc, VaultError):
        return "unreadable_address"
    return "invalid_address" if isinstance(exc, InvalidAddress) else "invalid_text"


def obstacle(session: Session, delivery: Delivery, recipient: Recipient, now: datetime) -> str | None:
    if recipient.phone_sealed is None and recipient.bsuid_sealed is None:
        return "no_address"  # erased since
    if recipient.last_inbound_at is None or now - recipient.last_inbound_at >= WINDOW:
        return "window_closed"
    return "too_many_tries" if deliveries.tries(session, delivery) >= MOST_TRIES else None


def finish(web: Web, attempt_id: UUID, outcome: whatsapp.Outcome) -> None:
    """Store what came of a POST. A refusal that may pass puts the answer back, as if it had not been sent."""
    kind = Outcome(outcome.kind)
    if kind == Outcome.refused and outcome.action in AGAIN:
        kind = Outcome.not_sent
    if kind != Outcome.accepted:
        log.warning("answers: %s (%s)", kind, outcome.code or outcome.reason)
    with transaction(web.engine) as session:
        deliveries.finish(
            session,
            web.vault,
            attempt_id,
            kind,
            wamid=outcome.wamid,
            code=outcome.code or outcome.reason,
            now=web.clock(),
        )
