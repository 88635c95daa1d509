"""Who was written to of late, what came back since, how the audience grows: what a limit is held against."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from db.models import (
    Attempt,
    Bulletin,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Recipient,
    RecipientStatus,
)

LEFT = (Outcome.accepted, Outcome.uncertain, Outcome.in_flight)


def written_to(session: Session, *, since: datetime) -> set[int]:
    """Recipients of bulletins that left since; answers are in a window that the citizen opened."""
    rows = session.exec(
        select(Delivery.recipient_id)
        .join(Attempt, col(Attempt.delivery_id) == Delivery.id)
        .where(
            col(Delivery.bulletin_id).is_not(None),
            col(Attempt.started_at) > since,
            col(Attempt.outcome).in_(LEFT),
        )
        .distinct()
    )
    return set(rows)


def still_queued(session: Session, bulletin_id: int) -> list[int]:
    """Recipients of a bulletin whom nobody tried, or whose message surely did not leave."""
    rows = session.exec(
        select(Delivery.recipient_id).where(
            Delivery.bulletin_id == bulletin_id,
            col(Delivery.status).in_((DeliveryStatus.queued, DeliveryStatus.claimed)),
        )
    )
    return list(rows)


def joined(session: Session, *, since: datetime) -> int:
    """Subscribers who are there and came since."""
    query = select(func.count()).where(
        Recipient.status == RecipientStatus.active, col(Recipient.opted_in_at) > since
    )
    return session.exec(query).one()


def last_sent(session: Session, *, besides: Collection[int] = ()) -> Bulletin | None:
    """The newest bulletin of which the provider accepted something."""
    accepted = select(Delivery.bulletin_id).where(Delivery.status == DeliveryStatus.accepted)
    query = select(Bulletin).where(
        col(Bulletin.id).in_(accepted), col(Bulletin.sent_at).is_not(None), col(Bulletin.id).not_in(besides)
    )
    return session.exec(query.order_by(col(Bulletin.sent_at).desc(), col(Bulletin.id).desc())).first()


def heard_of(session: Session, bulletin: Bulletin) -> datetime | None:
    """When a webhook last said anything since this bulletin began to leave.

    Raw events go after some days, receipts stay.
    """
    since = bulletin.sent_at or bulletin.status_at
    event = session.exec(
        select(func.max(InboundEvent.received_at)).where(col(InboundEvent.received_at) >= since)
    ).one()
    receipt = session.exec(
        select(func.max(Delivery.receipt_at)).where(
            or_(Delivery.bulletin_id == bulletin.id, col(Delivery.receipt_at) >= since)
        )
    ).one()
    return max(filter(None, (event, receipt)), default=None)
