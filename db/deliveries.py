"""The outbox: a row for each message, and what they add up to. Beside it: `db.claims` and `db.receipts`.

Also what a person decides of deliveries that a dispatch left behind: not sent, tried again, got, not got.
All of these hold the bulletin's row, so that no sender begins meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, literal, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from db.engine import blocks
from db.models import DELIVERY_TRANSITIONS, Delivery, DeliveryStatus, Outcome, Recipient
from db.models.columns import UtcDateTime

AFTER = {
    Outcome.accepted: DeliveryStatus.accepted,
    Outcome.refused: DeliveryStatus.failed,
    Outcome.not_sent: DeliveryStatus.queued,
    Outcome.uncertain: DeliveryStatus.uncertain,
}


SETTLED = (
    DeliveryStatus.accepted,
    DeliveryStatus.failed,
    DeliveryStatus.skipped,
    DeliveryStatus.uncertain,
    DeliveryStatus.declared,
)


def move(delivery: Delivery, to: DeliveryStatus, *, now: datetime, reason: str | None = None) -> None:
    if to not in DELIVERY_TRANSITIONS[delivery.status]:
        raise ValueError(f"delivery {delivery.id} is {delivery.status}: it cannot become {to}")
    delivery.status, delivery.status_at, delivery.reason = to, now, reason
    delivery.due_at = None


def move_all(
    session: Session,
    delivery_ids: Sequence[int],
    status: DeliveryStatus,
    to: DeliveryStatus,
    *,
    now: datetime,
    reason: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """As `move`, for the rows among `delivery_ids` that have this status now."""
    if to not in DELIVERY_TRANSITIONS[status]:
        raise ValueError(f"a delivery that is {status} cannot become {to}")
    if delivery_ids:
        session.connection().execute(
            update(Delivery)
            .where(col(Delivery.id).in_(delivery_ids), col(Delivery.status) == status)
            .values(status=to, status_at=now, reason=reason, due_at=due_at)
        )


def plan(session: Session, bulletin_id: int, audience: SelectOfScalar[Recipient], *, now: datetime) -> int:
    """Queue the bulletin for those who have no delivery of it yet; return how many were added.

    The rows are made where they are kept: a town is not read into memory.
    """
    have = select(Delivery.recipient_id).where(Delivery.bulletin_id == bulletin_id)
    who = audience.with_only_columns(col(Recipient.id)).order_by(None).subquery()
    new = select(who.c.id).where(who.c.id.not_in(have))
    count = session.exec(select(func.count()).select_from(new.subquery())).one()
    rows = new.add_columns(
        literal(bulletin_id), literal(DeliveryStatus.queued.value), literal(now, UtcDateTime())
    ).order_by(who.c.id)
    names = ["recipient_id", "bulletin_id", "status", "status_at"]
    session.connection().execute(insert(Delivery).from_select(names, rows, include_defaults=False))
    return count


def queue_reply(session: Session, recipient_id: int, reply: str, body: str, *, now: datetime) -> Delivery:
    delivery = Delivery(recipient_id=recipient_id, reply=reply, body=body, status_at=now)
    session.add(delivery)
    session.flush()
    return delivery


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
    counts = Counter({DeliveryStatus(status): count for status, count in rows})
    settled = {status.value: counts[status] for status in SETTLED}
    planned = counts.total()
    return Certificate(planned, **settled, open=planned - sum(settled.values()))


def older(session: Session, *, before: datetime) -> dict[int, int]:
    """How many deliveries of each bulletin are uncertain since before that moment."""
    rows = session.exec(
        select(col(Delivery.bulletin_id), func.count())
        .where(
            Delivery.status == DeliveryStatus.uncertain,
            col(Delivery.status_at) < before,
            col(Delivery.bulletin_id).is_not(None),
        )
        .group_by(col(Delivery.bulletin_id))
        .order_by(col(Delivery.bulletin_id))
    )
    return {bulletin_id: count for bulletin_id, count in rows if bulletin_id is not None}


BLOCK = 1_000  # rows in one statement


def _ids(
    session: Session, bulletin_id: int, status: DeliveryStatus, *, before: datetime | None = None
) -> list[int]:
    query = select(Delivery.id).where(Delivery.bulletin_id == bulletin_id, Delivery.status == status)
    if before is not None:
        query = query.where(col(Delivery.status_at) < before)
    return list(session.exec(query.order_by(col(Delivery.id)).with_for_update()))


def _move(
    session: Session,
    delivery_ids: Sequence[int],
    status: DeliveryStatus,
    to: DeliveryStatus,
    now: datetime,
    reason: str | None = None,
) -> int:
    for block in blocks(delivery_ids, BLOCK):
        move_all(session, block, status, to, now=now, reason=reason)
    session.expire_all()
    return len(delivery_ids)


def on_their_way(session: Session, bulletin_id: int) -> int:
    """Deliveries that a sender holds at this moment, or held when it died."""
    query = select(func.count()).where(
        Delivery.bulletin_id == bulletin_id, Delivery.status == DeliveryStatus.claimed
    )
    return session.exec(query).one()


def skip_rest(session: Session, bulletin_id: int, reason: str, *, now: datetime) -> int:
    """Who is still queued gets nothing of it; return how many."""
    queued = _ids(session, bulletin_id, DeliveryStatus.queued)
    return _move(session, queued, DeliveryStatus.queued, DeliveryStatus.skipped, now, reason)


def forget(session: Session, bulletin_id: int, reason: str, *, now: datetime) -> int:
    """Of a restored database: who is still queued in it may have got it since the copy; return how many."""
    queued = _ids(session, bulletin_id, DeliveryStatus.queued)
    return _move(session, queued, DeliveryStatus.queued, DeliveryStatus.uncertain, now, reason)


def skip_answers(session: Session, reason: str, *, before: datetime, now: datetime) -> int:
    """Answers that wait since before that moment are not given any more; return how many."""
    query = select(Delivery.id).where(
        col(Delivery.bulletin_id).is_(None),
        Delivery.status == DeliveryStatus.queued,
        col(Delivery.status_at) <= before,
    )
    waiting = list(session.exec(query.order_by(col(Delivery.id)).with_for_update()))
    return _move(session, waiting, DeliveryStatus.queued, DeliveryStatus.skipped, now, reason)


def retry(session: Session, failed: Sequence[int], *, now: datetime) -> int:
    """Failed ones are queued again, by a person's word."""
    return _move(session, failed, DeliveryStatus.failed, DeliveryStatus.queued, now)


def uncertain_since(session: Session, bulletin_id: int, *, before: datetime) -> list[int]:
    """Ids of what is uncertain from before that moment on: no webhook settles it any more."""
    return _ids(session, bulletin_id, DeliveryStatus.uncertain, before=before)


def send_again(session: Session, uncertain: Sequence[int], *, now: datetime) -> int:
    """Uncertain ones are queued again, by a person's word: somebody may get it twice."""
    return _move(session, uncertain, DeliveryStatus.uncertain, DeliveryStatus.queued, now)


def declare(session: Session, uncertain: Sequence[int], *, arrived: bool, now: datetime) -> int:
    """A person's word on uncertain ones."""
    to, reason = (
        (DeliveryStatus.declared, "said_arrived") if arrived else (DeliveryStatus.failed, "said_lost")
    )
    return _move(session, uncertain, DeliveryStatus.uncertain, to, now, reason)
