"""The outbox: a row for each message, and what they add up to. Beside it: `db.claims` and `db.receipts`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, literal, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from db.models import DELIVERY_TRANSITIONS, Delivery, DeliveryStatus, Outcome, Recipient
from db.types import UtcDateTime

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
