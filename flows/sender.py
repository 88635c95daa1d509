"""Empties the outbox of one bulletin: claim, commit the attempt, POST, store the answer; at most once."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from db import bulletins, deliveries, inbound, recipients
from db.engine import transaction
from db.models import BulletinStatus, DeliveryStatus, Outcome, Recipient
from db.recipients import Address
from db.vault import Vault, VaultError
from flows.bulletin.message.exact import Message
from flows.settings import Settings
from flows.whatsapp.client import Outcome as Answer
from flows.whatsapp.client import WhatsAppClient
from flows.whatsapp.errors import RESENDS, Action, explain
from flows.whatsapp.messages import Category, OutgoingTemplate

DEAD_AFTER = timedelta(minutes=3)
"""Without a new attempt for so long, a sender is dead: a POST ends in 30 s, a pause in 60 s."""

BY_A_PERSON = "lo ha fermato una persona."
CHUNK = 20  # messages claimed in one transaction: the most that a sender that dies leaves uncertain
TRIES = 3  # for one recipient within one dispatch
PATIENCE = 30  # looks, a second apart, at recipients whose own message is not handled yet
SEVERAL = 3  # answers that say the same of everybody
LOST_IN_A_ROW = 20  # answers that tell nothing: a wrong API address looks like this
UNREACHED = 5.0  # seconds before another try when the API was not reached: nobody is failed for that
WAIT = {Action.BACK_OFF: 2.0, Action.RETRY: 5.0, Action.RETRY_LATER: 60.0, Action.PAUSE_ALL: 60.0}  # seconds


@dataclass(frozen=True)
class Order:
    """What a dispatch was told to send, checked against its seal."""

    bulletin_id: int
    message: Message
    category: Category  # the provider's latest word decides the endpoint


@dataclass(frozen=True)
class Posted:
    message: OutgoingTemplate
    delivery_id: int
    recipient_id: int
    answer: Answer


@dataclass
class Pace:
    """Keeps to so many messages a second, counted from the first one."""

    per_second: float
    sent: int = 0
    began: float = 0.0

    async def turn(self) -> None:
        self.began = self.began or time.monotonic()
        due = self.began + self.sent / self.per_second
        self.sent += 1
        await asyncio.sleep(max(0.0, due - time.monotonic()))


def addressed(order: Order, address: Address, opaque: str) -> OutgoingTemplate:
    """The order's message to one address; ValueError when no message can go there."""
    return OutgoingTemplate(
        to=address.phone,
        bsuid=address.bsuid,
        name=order.message.template,
        language=order.message.language,
        category=order.category,
        parameters=order.message.parameters,
        button_suffix=order.message.button_suffix,
        opaque=opaque,
    )


def claim(
    engine: Engine, vault: Vault, order: Order, now: datetime, *, give_up: bool = False
) -> tuple[list[tuple[OutgoingTemplate, int, int]], bool]:
    """The next messages with delivery and recipient, their attempts committed; and whether more may wait.

    Who has left since the plan is skipped here, at the last moment before the send. Whose word we have not
    handled yet waits (it may be a DISATTIVA), and is skipped when it stays so: `give_up`.
    """
    with transaction(engine) as session:
        waiting: set[str | None] = set(inbound.pending_senders(session))
        claimed = deliveries.claim(session, order.bulletin_id, limit=CHUNK, now=now)
        found = []
        for delivery in deliveries.skip_unsubscribed(session, claimed, now=now):
            recipient = session.get_one(Recipient, delivery.recipient_id)
            if waiting & {recipient.phone_hash, recipient.bsuid_hash}:
                to = DeliveryStatus.skipped if give_up else DeliveryStatus.queued
                deliveries.move(delivery, to, now=now, reason="unread_message")
                continue
            attempt = deliveries.begin(session, delivery, now=now)
            try:
                outgoing = addressed(order, recipients.open_address(vault, recipient), str(attempt.id))
            except (ValueError, VaultError) as exc:  # no phone has this number, or no key opens it
                code = "unreadable_address" if isinstance(exc, VaultError) else "invalid_address"
                deliveries.finish(session, vault, attempt.id, Outcome.refused, code=code, now=now)
                continue
            found.append((outgoing, delivery.id, recipient.id))
        return found, bool(claimed)


OURS = (Action.STOP, Action.OTHER_ENDPOINT)  # the same for everybody: the fault is ours or the account's


def outcome_of(answer: Answer, tried: int) -> Outcome:
    """What an answer means for the outbox: who surely got nothing may be queued again, a few times."""
    outcome = Outcome(answer.kind)
    if outcome == Outcome.refused and answer.action in OURS:
        return Outcome.not_sent  # the recipient stays pending
    if outcome == Outcome.refused and answer.action in RESENDS:
        return Outcome.not_sent if tried < TRIES else Outcome.refused
    return outcome


def common_refusal(posted: Sequence[Posted]) -> Answer | None:
    """A refusal with an unknown code that met everybody: a fault of ours, not of each recipient."""
    answers = [one.answer for one in posted]
    same = {(answer.action, answer.code) for answer in answers}
    return answers[0] if len(answers) >= SEVERAL and len(same) == 1 and same.pop()[0] == Action.FAIL else None


def settle(
    settings: Settings,
    engine: Engine,
    vault: Vault,
    posted: Sequence[Posted],
    tries: Counter[int],
    now: datetime,
) -> None:
    """Store what came of each POST, each in a transaction of its own: locks are held for one row only."""
    everybody = common_refusal(posted) is not None
    for one in posted:
        outcome = Outcome.not_sent if everybody else outcome_of(one.answer, tries[one.delivery_id])
        with transaction(engine) as session:
            deliveries.finish(
                session,
                vault,
                UUID(one.message.opaque),
                outcome,
                wamid=one.answer.wamid,
                code=one.answer.code or one.answer.reason,
                now=now,
            )
            if one.answer.action == Action.OPT_OUT:
                recipients.stopped_at_provider(
                    session,
                    vault,
                    session.get_one(Recipient, one.recipient_id),
                    notice_version=settings.profile.notice.version,
                    at=now,
                    now=now,
                )


def told_to_stop(engine: Engine, order: Order) -> bool:
    """Somebody moved the bulletin away from `sending` while we were at it."""
    with transaction(engine) as session:
        return bulletins.locked(session, order.bulletin_id).status != BulletinStatus.sending


async def drain(
    settings: Settings, engine: Engine, order: Order, progress: Callable[[], None] = lambda: None
) -> str | None:
    """Send until nothing is queued. Returns why it ended early, in Italian, or None."""
    vault, whatsapp = settings.vault(), settings.profile.whatsapp
    pace, tries, lost = Pace(whatsapp.messages_per_second), Counter[int](), 0
    token = settings.secrets.whatsapp_token.get_secret_value()
    base = f"{whatsapp.api}/{whatsapp.api_version}"

    async def post(client: WhatsAppClient, message: OutgoingTemplate) -> Answer:
        await pace.turn()
        return await client.send(message)

    idle = 0
    async with WhatsAppClient(base, whatsapp.phone_number_id, token) as client:
        while not told_to_stop(engine, order):
            chunk, more = claim(engine, vault, order, datetime.now(UTC), give_up=idle >= PATIENCE)
            if not more:
                return None
            idle = 0 if chunk else idle + 1
            if not chunk:
                await asyncio.sleep(1.0)
                continue
            answers = await asyncio.gather(*(post(client, message) for message, _, _ in chunk))
            posted = [Posted(*one, answer) for one, answer in zip(chunk, answers, strict=True)]
            tries.update(one.delivery_id for one in posted)
            settle(settings, engine, vault, posted, tries, datetime.now(UTC))
            progress()
            stop = next((one.answer for one in posted if one.answer.action in OURS), None)
            if stop := stop or common_refusal(posted):
                return f"{explain(stop.code)} (codice {stop.code or stop.http_status})."
            for one in posted:
                lost = lost + 1 if one.answer.kind in ("uncertain", "not_sent") else 0
            if lost >= LOST_IN_A_ROW:
                return f"{lost} invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."
            waits = [WAIT[answer.action] for answer in answers if answer.action in WAIT]
            waits += [UNREACHED for answer in answers if answer.kind == "not_sent"]
            await asyncio.sleep(max(waits, default=0.0))
    return BY_A_PERSON
