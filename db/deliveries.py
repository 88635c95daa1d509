"""The outbox: one row a message, one row a POST, and what the provider said of it.

Order of a send: `claim` and `begin` are committed before the bytes leave, `finish` after the answer.
Sender and webhook may write at the same moment. Whoever locks more than one row locks the attempt first,
then its delivery, then the recipient; several of a kind by rising id. What the webhook tells: `db.receipts`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, and_, col, false, func, not_, or_, select

from db.models import (
    DELIVERY_TRANSITIONS,
    Attempt,
    Delivery,
    DeliveryStatus,
    Outcome,
    Recipient,
    RecipientStatus,
)
from db.vault import Vault

AFTER = {
    Outcome.accepted: DeliveryStatus.accepted,
    Outcome.refused: DeliveryStatus.failed,
    Outcome.not_sent: DeliveryStatus.queued,
    Outcome.uncertain: DeliveryStatus.uncertain,
}


def move(delivery: Delivery, to: DeliveryStatus, *, now: datetime, reason: str | None = None) -> None:
    if to not in DELIVERY_TRANSITIONS[delivery.status]:
        raise ValueError(f"delivery {delivery.id} is {delivery.status}: it cannot become {to}")
    delivery.status, delivery.status_at, delivery.reason = to, now, reason


def plan(session: Session, bulletin_id: int, recipients: Sequence[Recipient], *, now: datetime) -> int:
    """Queue the bulletin for those who have no delivery of it yet; return how many were added."""
    have = set(session.exec(select(Delivery.recipient_id).where(Delivery.bulletin_id == bulletin_id)))
    new = [
        Delivery(bulletin_id=bulletin_id, recipient_id=recipient.id, status_at=now)
        for recipient in recipients
        if recipient.id not in have
    ]
    session.add_all(new)
    session.flush()
    return len(new)


def queue_reply(session: Session, recipient_id: int, reply: str, body: str, *, now: datetime) -> Delivery:
    delivery = Delivery(recipient_id=recipient_id, reply=reply, body=body, status_at=now)
    session.add(delivery)
    session.flush()
    return delivery


def claim(
    session: Session,
    bulletin_id: int | None,
    *,
    limit: int,
    now: datetime,
    delays: Sequence[timedelta] = (),
) -> list[Delivery]:
    """Take up to `limit` queued deliveries of a bulletin (or, with None, of replies), each for one claimer.

    `delays[n]` is the wait after attempt n + 1; a delivery tried more often waits no longer.
    Rows that another claimer holds are passed over on PostgreSQL; SQLite has one writer at a time.
    """
    tried = (
        select(func.count())
        .where(Attempt.delivery_id == col(Delivery.id))
        .correlate(Delivery)
        .scalar_subquery()
    )
    waits = [and_(tried == n, col(Delivery.status_at) > now - delay) for n, delay in enumerate(delays, 1)]
    query = (
        select(Delivery)
        .where(
            Delivery.bulletin_id == bulletin_id,
            Delivery.status == DeliveryStatus.queued,
            not_(or_(false(), *waits)),
        )
        .order_by(col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = list(session.exec(query))
    for delivery in taken:
        move(delivery, DeliveryStatus.claimed, now=now)
    session.add_all(taken)
    session.flush()
    return taken


def tries(session: Session, delivery: Delivery) -> int:
    """How many POSTs were begun for it."""
    return session.exec(select(func.count()).where(Attempt.delivery_id == delivery.id)).one()


def skip_unsubscribed(session: Session, taken: Sequence[Delivery], *, now: datetime) -> list[Delivery]:
    """Consent at the moment of the send: who left since the plan is skipped; the others are returned."""
    active = set(
        session.exec(
            select(Recipient.id).where(
                col(Recipient.id).in_([delivery.recipient_id for delivery in taken]),
                Recipient.status == RecipientStatus.active,
            )
        )
    )
    for delivery in taken:
        if delivery.recipient_id not in active:
            move(delivery, DeliveryStatus.skipped, now=now, reason="opted_out")
            session.add(delivery)
    return [delivery for delivery in taken if delivery.recipient_id in active]


def begin(session: Session, delivery: Delivery, *, now: datetime) -> Attempt:
    """The attempt row; commit it before the POST, which carries its id."""
    attempt = Attempt(delivery_id=delivery.id, started_at=now)
    session.add(attempt)
    session.flush()
    return attempt


def locked(session: Session, attempt: Attempt) -> Delivery:
    """The attempt's delivery as it stands now, held until the transaction ends; lock the attempt before."""
    query = select(Delivery).where(Delivery.id == attempt.delivery_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def _left_before(session: Session, attempt: Attempt) -> bool:
    """Whether a webhook told meanwhile that an earlier attempt had left, and failed: no other may follow."""
    query = select(Attempt.id).where(
        Attempt.delivery_id == attempt.delivery_id,
        Attempt.id != attempt.id,
        Attempt.outcome == Outcome.refused,
    )
    return session.exec(query).first() is not None


def finish(
    session: Session,
    vault: Vault,
    attempt_id: UUID,
    outcome: Outcome,
    *,
    wamid: str | None = None,
    code: str | None = None,
    now: datetime,
) -> None:
    """Store what came of a POST. A status webhook may have settled it before: it is never undone."""
    attempt = session.get_one(Attempt, attempt_id, with_for_update=True)
    if wamid:
        attempt.wamid_sealed, attempt.wamid_hash = vault.seal(wamid), vault.hash(wamid)
    if attempt.outcome == Outcome.in_flight or (
        attempt.outcome == Outcome.uncertain and outcome in (Outcome.accepted, Outcome.refused)
    ):
        attempt.outcome, attempt.finished_at, attempt.code = outcome, now, code
        delivery = locked(session, attempt)
        # any other status was proved by the receipt of another attempt: this answer changes nothing then
        if delivery.status in (DeliveryStatus.claimed, DeliveryStatus.uncertain):
            ended = outcome == Outcome.not_sent and _left_before(session, attempt)
            move(delivery, DeliveryStatus.failed if ended else AFTER[outcome], now=now, reason=code)
        session.add(delivery)
    session.add(attempt)
    session.flush()


def abandon(session: Session, bulletin_id: int | None, *, before: datetime, now: datetime) -> int:
    """Attempts in flight since before `before` belong to a sender that died: they are uncertain.

    A claim without an attempt never left and goes back to the queue. Returns the number of uncertain ones.
    """
    claimed = session.exec(
        select(Delivery)
        .where(
            Delivery.bulletin_id == bulletin_id,
            Delivery.status == DeliveryStatus.claimed,
            Delivery.status_at < before,
        )
        .order_by(col(Delivery.id))
    ).all()
    uncertain = 0
    for delivery in claimed:
        attempt = session.exec(
            select(Attempt)
            .where(Attempt.delivery_id == delivery.id, Attempt.outcome == Outcome.in_flight)
            .with_for_update()
        ).first()
        session.refresh(delivery, with_for_update=True)
        if delivery.status != DeliveryStatus.claimed:  # a webhook settled it in between
            continue
        if attempt is None:
            move(delivery, DeliveryStatus.queued, now=now)
        else:
            attempt.outcome, attempt.finished_at, attempt.code = Outcome.uncertain, now, "sender_died"
            move(delivery, DeliveryStatus.uncertain, now=now, reason="sender_died")
            session.add(attempt)
            uncertain += 1
        session.add(delivery)
    session.flush()
    return uncertain


@dataclass(frozen=True)
class Certificate:
    """planned = accepted + failed + skipped + uncertain + declared, once nothing is queued or claimed."""

    planned: int
    accepted: int
    failed: int
    skipped: int
    uncertain: int
    declared: int
    open: int  # still queued or claimed

    @property
    def adds_up(self) -> bool:
        ends = self.accepted + self.failed + self.skipped + self.uncertain + self.declared
        return self.open == 0 and self.planned == ends


def certificate(session: Session, bulletin_id: int) -> Certificate:
    """Counted from the rows themselves."""
    rows = session.exec(
        select(Delivery.status, func.count())
        .where(Delivery.bulletin_id == bulletin_id)
        .group_by(Delivery.status)
    )
    count = Counter({DeliveryStatus(status): number for status, number in rows})
    return Certificate(
        planned=count.total(),
        accepted=count[DeliveryStatus.accepted],
        failed=count[DeliveryStatus.failed],
        skipped=count[DeliveryStatus.skipped],
        uncertain=count[DeliveryStatus.uncertain],
        declared=count[DeliveryStatus.declared],
        open=count[DeliveryStatus.queued] + count[DeliveryStatus.claimed],
    )
