"""Sends the answers to what citizens wrote. At most once: an attempt is committed before its POST."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from db import claims, deliveries, recipients, senders
from db.claims import Queued, Result
from db.engine import reading, transaction
from db.models import DeliveryStatus, Outcome, Recipient, RecipientStatus
from db.rate import Priority
from db.replies import LATE_WELCOME, OF_WHO_IS_IN, OF_WHO_IS_OUT, URGENT, WINDOW_CLOSED
from db.vault import VaultError
from flows.sending import liveness
from flows.sending.pace import Departure, Pace
from flows.sending.single import heed, turn
from flows.web.ground.context import Web, woken
from flows.web.inbound import late_welcome
from flows.whatsapp.client import PostOutcome, WhatsAppClient
from flows.whatsapp.errors import RESENDS, Action
from flows.whatsapp.messages import Category, InvalidAddress, OutgoingTemplate, OutgoingText

LOOK_EVERY = 5.0  # seconds, besides being woken
BATCH = 10  # POSTs at a time
PATIENCE = 2.0  # seconds that a begun answer waits for its moment
STORE_AGAIN = 0.5  # seconds, while the database does not answer
# A token that expired refuses every message alike: the answer waits, as for trouble at Meta.
AGAIN = RESENDS | {Action.STOP}
OF_THE_TEMPLATE = "132"  # how the codes begin that say that it is not there, paused, or filled in wrong
DELAYS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
MOST_TRIES = len(DELAYS) + 1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """An answer whose attempt is committed."""

    attempt_id: UUID
    recipient_id: int
    message: OutgoingText | OutgoingTemplate
    tried: int  # POSTs before this one
    is_urgent: bool

    @property
    def is_template(self) -> bool:
        return isinstance(self.message, OutgoingTemplate)


def make_pace(web: Web) -> Pace:
    """Of the one rate that answers share with the bulletins of the same number."""
    whatsapp = web.settings.profile.whatsapp
    return Pace(web.engine, whatsapp.phone_number_id, whatsapp.messages_per_second, Priority.answer)


async def run(web: Web, client: WhatsAppClient) -> None:
    """Until the app stops: send what is queued, then wait. What a dead sender had begun is uncertain."""
    pace = make_pace(web)
    while not web.stopping.is_set():
        try:
            await run_in_threadpool(abandon, web)
            while not web.stopping.is_set() and await send_batch(web, client, pace):
                pass
        except OperationalError as exc:
            log.error("answers: the database does not answer (%s)", type(exc).__name__)
        await woken(web.queued, LOOK_EVERY)


def abandon(web: Web) -> None:
    now = web.clock()
    with transaction(web.engine) as session:
        if lost := liveness.reap(session, None, now=now):
            log.warning("answers: %d may have left before the last stop; they stay uncertain", lost)


async def send_batch(web: Web, client: WhatsAppClient, pace: Pace) -> int:
    """Send up to BATCH answers, each at its moment; how many were taken from the queue, 0 after an error.

    A batch once begun is finished also when the app stops meanwhile, so that nothing stays unknown.
    """
    count = min(BATCH, await run_in_threadpool(waiting, web))
    while count and not len(pace) and not web.stopping.is_set():
        pace.learn(await run_in_threadpool(pace.question(count, lambda _session: None)))
        if not len(pace):
            await woken(web.stopping, max(0.05, min(1.0, pace.again_at - time.monotonic())), clear=False)
    if not count or not len(pace):
        return 0
    sender_id, count, begun = await run_in_threadpool(take, web, min(count, len(pace)))
    beating = asyncio.create_task(beat(web, sender_id))
    try:
        turns = (in_turn(web, client, pace, answers) for answers in by_person(begun))
        outcomes = await asyncio.gather(*turns, return_exceptions=True)
    finally:
        beating.cancel()
        await run_in_threadpool(end, web, sender_id)
    for fault in (outcome for outcome in outcomes if isinstance(outcome, BaseException)):
        raise fault
    return count if all(outcomes) else 0


def waiting(web: Web) -> int:
    with reading(web.engine) as session:
        return claims.rest(session, None, now=web.clock()).due


def by_person(begun: Sequence[Begun]) -> list[list[Begun]]:
    """Each list leaves one after the other, lest a goodbye overtake a welcome; a warning waits for none."""
    answers: dict[tuple[int, bool], list[Begun]] = defaultdict(list)
    for answer in begun:
        answers[answer.recipient_id, answer.is_urgent].append(answer)
    return list(answers.values())


async def in_turn(web: Web, client: WhatsAppClient, pace: Pace, answers: Sequence[Begun]) -> bool:
    """One that fails in a way nobody thought of after its POST stays uncertain, and holds up no other.

    What was not posted goes back, whatever held it up: left begun, it would count as sent, perhaps. False
    where that was an error.
    """

    def is_too_late(at: float) -> bool:  # the number is paused
        return web.stopping.is_set() or at - time.monotonic() > PATIENCE

    for position, answer in enumerate(answers):
        try:
            departure = await turn(pace, is_too_late)
        except Exception as exc:
            await insist(web, give_back, web, answers[position:])
            if isinstance(exc, OperationalError):
                raise
            log.error("answers: %d could not leave: %s", len(answers) - position, type(exc).__name__)
            return False
        if departure is None:
            await insist(web, give_back, web, answers[position:])
            return True
        try:
            await send(web, client, pace, answer, departure)
        except OperationalError:
            await insist(web, give_back, web, answers[position + 1 :])
            raise
        except Exception as exc:  # noqa: BLE001  (the type only: the text of an error could quote the citizen)
            log.error("answers: one was not followed to its end: %s", type(exc).__name__)
    return True


async def send(web: Web, client: WhatsAppClient, pace: Pace, begun: Begun, departure: Departure) -> None:
    outcome = await client.send(begun.message, departure.leave)
    if not departure.left_at:
        departure.leave()
    await insist(web, finish, web, begun, outcome)
    await run_in_threadpool(heed, pace, outcome)


async def insist(web: Web, work: Callable[..., None], *arguments: object) -> None:
    """What would be lost with a database that does not answer is tried until it does, or the app stops."""
    is_logged = False
    while True:
        try:
            return await run_in_threadpool(work, *arguments)
        except OperationalError as exc:
            if web.stopping.is_set():
                raise
            if not is_logged:
                log.error("answers: the database does not answer (%s)", type(exc).__name__)
            is_logged = True
        await woken(web.stopping, STORE_AGAIN, clear=False)


def give_back(web: Web, begun: Sequence[Begun]) -> None:
    if begun:
        with transaction(web.engine) as session:
            claims.release(session, [answer.attempt_id for answer in begun], now=web.clock())


async def beat(web: Web, sender_id: UUID) -> None:
    while True:
        await asyncio.sleep(senders.BEAT_EVERY.total_seconds())
        await insist(web, live, web, sender_id)


def live(web: Web, sender_id: UUID) -> None:
    with transaction(web.engine) as session:
        senders.beat(session, sender_id, now=web.clock())


def end(web: Web, sender_id: UUID) -> None:
    with transaction(web.engine) as session:
        senders.end(session, [sender_id])


def take(web: Web, limit: int) -> tuple[UUID, int, list[Begun]]:
    """Claim and begin, in one transaction that is committed before anything leaves."""
    now = web.clock()
    with transaction(web.engine) as session:
        sender_id = liveness.begin(session, None, now=now)
        taken = claims.take(session, None, limit=limit, now=now)
        welcomes, put_off = late_welcome.welcomes(web.settings, session, taken, now=now)
        due = [answer for answer in taken if answer.delivery_id not in put_off]
        leaving = [answer for answer in due if not put_away(session, answer, welcomes, now)]
        ids = claims.begin(session, [answer.delivery_id for answer in leaving], sender_id=sender_id, now=now)
        prepared = [
            prepare(web, answer, attempt_id, welcomes.get(answer.delivery_id))
            for answer, attempt_id in zip(leaving, ids, strict=True)
        ]
        failures = [result for result in prepared if isinstance(result, Result)]
        claims.settle(session, web.vault, failures, now=now)
    return sender_id, len(taken), [begun for begun in prepared if isinstance(begun, Begun)]


def put_away(session: Session, answer: Queued, welcomes: Container[int], now: datetime) -> bool:
    """Whether this answer must not leave any more; its end is stored. `welcomes` leave as a template."""
    reason = obstacle(answer, now, is_template=answer.delivery_id in welcomes)
    if reason:
        to = DeliveryStatus.failed if reason == "too_many_tries" else DeliveryStatus.skipped
        deliveries.move_all(session, [answer.delivery_id], DeliveryStatus.queued, to, reason=reason, now=now)
    return reason is not None


def prepare(web: Web, answer: Queued, attempt_id: UUID, category: Category | None) -> Begun | Result:
    """The message, a template where `category` says so; one that cannot be sent fails, and the others do not
    wait behind it.
    """
    opaque = str(attempt_id)
    try:
        address = recipients.open_address(web.vault, answer)
        message: OutgoingText | OutgoingTemplate
        if category:
            message = late_welcome.message(web.settings, answer, address, opaque, category)
        else:
            message = OutgoingText(
                to=address.phone, bsuid=address.bsuid, body=answer.body or "", opaque=opaque
            )
    except (ValueError, VaultError) as exc:
        code = unsendable(exc)
        log.error("answers: delivery %d cannot be sent: %s", answer.delivery_id, code)
        return Result(attempt_id, Outcome.refused, code=code)
    return Begun(attempt_id, answer.recipient_id, message, answer.tried, is_urgent=answer.reply == URGENT)


def unsendable(exc: ValueError | VaultError) -> str:
    """The code of an answer that can be no message at all."""
    if isinstance(exc, VaultError):
        return "unreadable_address"
    return "invalid_address" if isinstance(exc, InvalidAddress) else "invalid_text"


def obstacle(answer: Queued, now: datetime, *, is_template: bool) -> str | None:
    if answer.phone_sealed is None and answer.bsuid_sealed is None:
        return "no_address"  # erased since
    if answer.reply in OF_WHO_IS_IN and not answer.is_active:
        return "opted_out"
    if answer.reply in OF_WHO_IS_OUT and answer.is_active:
        return "came_back"
    if not is_template and (answer.reply == LATE_WELCOME or late_welcome.is_closed(answer, now)):
        return WINDOW_CLOSED
    return "too_many_tries" if answer.tried >= MOST_TRIES else None


def finish(web: Web, begun: Begun, outcome: PostOutcome) -> None:
    """Store what came of a POST. A refusal that may pass puts the answer back, as if it had not been sent."""
    kind = Outcome(outcome.kind)
    is_hopeless = begun.is_template and (outcome.code or "").startswith(OF_THE_TEMPLATE)
    if kind == Outcome.refused and outcome.action in AGAIN and not is_hopeless:
        kind = Outcome.not_sent
    code = outcome.code or outcome.reason
    if kind != Outcome.accepted:
        log.warning("answers: %s (%s)", kind, code)
    now = web.clock()
    due_at = now + DELAYS[min(begun.tried, len(DELAYS) - 1)]
    with transaction(web.engine) as session:
        result = Result(begun.attempt_id, kind, outcome.wamid, code, due_at)
        claims.settle(session, web.vault, [result], now=now)
    if outcome.action == Action.OPT_OUT:  # a template to who stopped us in WhatsApp's own menu
        with transaction(web.engine) as session:  # of its own: a journal that cannot be written undoes no end
            person = session.get_one(Recipient, begun.recipient_id)
            if person.status != RecipientStatus.erased:
                web.ledger.stopped_at_provider(session, person, at=now, now=now)
