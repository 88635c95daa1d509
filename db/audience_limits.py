"""Who was written to of late, what came back since, how the audience grows: what a limit is held against."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from db.models import (
    Attempt,
    Bulletin,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Recipient,
    RecipientStatus,
    Tally,
)
from db.replies import LATE_WELCOME

LEFT = (Outcome.accepted, Outcome.uncertain, Outcome.in_flight)


People = SelectOfScalar[int]
"""Ids of recipients, not read yet: a town is counted where it lies."""


def _written_to(since: datetime) -> "Select[int, datetime]":
    """Recipients of bulletins and late welcomes that left since, and the latest moment; other answers are in
    a window that the citizen opened.
    """
    return (
        select(Delivery.recipient_id, func.max(Attempt.started_at).label("last"))
        .join(Attempt, col(Attempt.delivery_id) == Delivery.id)
        .where(
            or_(col(Delivery.bulletin_id).is_not(None), Delivery.reply == LATE_WELCOME),
            col(Attempt.started_at) > since,
            col(Attempt.outcome).in_(LEFT),
        )
        .group_by(col(Delivery.recipient_id))
    )


def last_to_anybody(session: Session, *, since: datetime) -> datetime | None:
    """When a message of any bulletin last left, or may have."""
    query = (
        select(func.max(Attempt.started_at))
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .where(
            col(Delivery.bulletin_id).is_not(None),
            col(Attempt.started_at) > since,
            col(Attempt.outcome).in_(LEFT),
        )
    )
    return session.exec(query).one()


def written_to(session: Session, *, since: datetime) -> int:
    """How many different people."""
    return session.exec(select(func.count()).select_from(_written_to(since).subquery())).one()


def not_written_to(session: Session, people: People, *, since: datetime) -> int:
    """How many of these."""
    all_of_them, written = people.subquery(), _written_to(since).subquery()
    query = select(func.count()).select_from(all_of_them)
    return session.exec(query.where(all_of_them.c[0].not_in(select(written.c[0])))).one()


def count(session: Session, people: People) -> int:
    return session.exec(select(func.count()).select_from(people.subquery())).one()


def one_less(session: Session, people: People, *, nth: int, since: datetime) -> datetime | None:
    """When the `nth` of those who are not among `people` was last written to, the oldest first.

    A day later there are `nth` fewer against the limit. None: there are not so many.
    """
    written = _written_to(since).subquery()
    query = select(written.c.last).where(written.c[0].not_in(people))
    return session.exec(query.order_by(written.c.last).offset(nth - 1).limit(1)).first()


def still_queued(bulletin_id: int) -> People:
    """Recipients of a bulletin whom nobody tried, or whose message surely did not leave."""
    return select(Delivery.recipient_id).where(
        Delivery.bulletin_id == bulletin_id,
        col(Delivery.status).in_((DeliveryStatus.queued, DeliveryStatus.claimed)),
    )


def joined(session: Session, *, since: datetime) -> int:
    """Subscribers who are there and came since."""
    query = select(func.count()).where(
        Recipient.status == RecipientStatus.active, col(Recipient.opted_in_at) > since
    )
    return session.exec(query).one()


def last_sent(session: Session, *, excluding: Collection[int] = ()) -> Bulletin | None:
    """The newest bulletin of which the provider accepted something."""
    accepted = select(Delivery.bulletin_id).where(Delivery.status == DeliveryStatus.accepted)
    query = select(Bulletin).where(
        col(Bulletin.id).in_(accepted), col(Bulletin.sent_at).is_not(None), col(Bulletin.id).not_in(excluding)
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


def was_heard(session: Session, bulletin: Bulletin) -> bool:
    """Whether a webhook ever spoke of this bulletin, by what retention leaves, which tells no moment.

    The counts of its receipts; and of single messages the price and the failure, which only webhooks tell.
    """
    tally = session.get(Tally, bulletin.id)
    if tally is not None and tally.delivered:
        return True
    attempts = (
        select(Attempt.id)
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .where(
            Delivery.bulletin_id == bulletin.id,
            or_(col(Attempt.pricing_category).is_not(None), col(Attempt.failed_at).is_not(None)),
        )
    )
    return session.exec(attempts.limit(1)).first() is not None
