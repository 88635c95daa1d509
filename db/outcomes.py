"""What came of a bulletin's deliveries, by code, by receipt, over time, one by one; and what they cost."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from db.models import Attempt, Bulletin, BulletinKind, Delivery, DeliveryStatus, Outcome, Receipt, Recipient

BLOCK = 2_000  # rows in memory at a time


def by_code(session: Session, bulletin_id: int) -> Counter[tuple[DeliveryStatus, str]]:
    """How many deliveries ended how and with which code ("" without one)."""
    rows = session.exec(
        select(Delivery.status, Delivery.reason, func.count())
        .where(Delivery.bulletin_id == bulletin_id)
        .group_by(col(Delivery.status), col(Delivery.reason))
    )
    return Counter({(DeliveryStatus(status), reason or ""): count for status, reason, count in rows})


def by_receipt(session: Session, bulletin_id: int) -> Counter[Receipt]:
    """The provider's last word on each accepted message."""
    rows = session.exec(
        select(Delivery.receipt, func.count())
        .where(
            Delivery.bulletin_id == bulletin_id,
            Delivery.status == DeliveryStatus.accepted,
            col(Delivery.receipt).is_not(None),
        )
        .group_by(col(Delivery.receipt))
    )
    return Counter({Receipt(receipt): count for receipt, count in rows if receipt is not None})


@dataclass(frozen=True)
class Span:
    """The POSTs of a bulletin: how many, from when to when."""

    attempts: int
    first_at: datetime | None
    last_at: datetime | None


def span(session: Session, bulletin_id: int) -> Span:
    row = session.exec(
        select(func.count(col(Attempt.id)), func.min(Attempt.started_at), func.max(Attempt.started_at))
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .where(Delivery.bulletin_id == bulletin_id)
    ).one()
    return Span(*row)


def by_part(session: Session, bulletin_id: int, starts: Sequence[datetime]) -> list[Counter[DeliveryStatus]]:
    """Of each start of a send, how its deliveries ended: those that were last tried, or left out, from that
    moment on and before the next start. What is still open belongs to none.
    """
    last = (
        select(Attempt.delivery_id, func.max(Attempt.started_at).label("at"))
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .where(Delivery.bulletin_id == bulletin_id)
        .group_by(col(Attempt.delivery_id))
        .subquery()
    )
    at = func.coalesce(last.c.at, Delivery.status_at)
    counted = []
    for place, begins in enumerate(starts):
        within = [at >= begins] if place else []
        within += [at < until for until in starts[place + 1 : place + 2]]
        query = (
            select(Delivery.status, func.count())
            .join(last, last.c.delivery_id == Delivery.id, isouter=True)
            .where(
                Delivery.bulletin_id == bulletin_id,
                col(Delivery.status).not_in((DeliveryStatus.queued, DeliveryStatus.claimed)),
                *within,
            )
            .group_by(col(Delivery.status))
        )
        counted.append(Counter({DeliveryStatus(status): n for status, n in session.exec(query)}))
    return counted


def over_time(session: Session, bulletin_id: int) -> list[tuple[datetime, Outcome]]:
    """Each POST with what came of it, in their order."""
    rows = session.exec(
        select(Attempt.started_at, Attempt.outcome)
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .where(Delivery.bulletin_id == bulletin_id)
        .order_by(col(Attempt.started_at), col(Attempt.id))
    )
    return [(at, Outcome(outcome)) for at, outcome in rows]


def fingerprint(session: Session, bulletin_id: int) -> str:
    """SHA-256 over which deliveries were planned: none can be added or taken away without changing it.

    Not over the recipients: who is erased later must leave no trace, and change no proof.
    """
    digest = hashlib.sha256()
    rows = session.exec(
        select(Delivery.id)
        .where(Delivery.bulletin_id == bulletin_id)
        .order_by(col(Delivery.id))
        .execution_options(yield_per=BLOCK)
    )
    for delivery_id in rows:
        digest.update(f"{delivery_id}\n".encode())
    return digest.hexdigest()


def listed(session: Session, bulletin_id: int) -> Iterator[tuple[Delivery, Recipient]]:
    """Every delivery with its recipient, by rising id."""
    yield from session.exec(
        select(Delivery, Recipient)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.bulletin_id == bulletin_id)
        .order_by(col(Delivery.id))
        .execution_options(yield_per=BLOCK)
    )


def may_be_retried(session: Session, bulletin_id: int, codes: Collection[str]) -> list[int]:
    """Ids of failed deliveries with one of these codes of which no attempt can have left, by rising id;
    held.
    """
    return list(session.exec(_retriable(bulletin_id, codes).order_by(col(Delivery.id)).with_for_update()))


def retriable(session: Session, bulletin_id: int, codes: Collection[str]) -> int:
    """How many these are."""
    return session.exec(select(func.count()).select_from(_retriable(bulletin_id, codes).subquery())).one()


def _retriable(bulletin_id: int, codes: Collection[str]) -> SelectOfScalar[int]:
    left = select(Attempt.delivery_id).where(
        or_(
            col(Attempt.outcome).not_in((Outcome.refused, Outcome.not_sent)),
            col(Attempt.wamid_hash).is_not(None),
            col(Attempt.failed_at).is_not(None),  # it was accepted, and failed at the provider
        )
    )
    return select(Delivery.id).where(
        Delivery.bulletin_id == bulletin_id,
        Delivery.status == DeliveryStatus.failed,
        col(Delivery.reason).in_(codes),
        col(Delivery.id).not_in(left),
    )


@dataclass(frozen=True)
class Charged:
    """So many accepted messages of one sort, without those that failed at the provider afterwards.

    `kind` None: a welcome or an answer.
    """

    count: int
    kind: BulletinKind | None
    category: str | None  # of the provider's `pricing`; None: not told (yet)
    billable: bool | None


def charged(session: Session, first: datetime, last: datetime) -> Iterator[Charged]:
    """Messages that the provider accepted from `first` on and before `last`."""
    rows = session.exec(
        select(func.count(), Bulletin.kind, Attempt.pricing_category, Attempt.billable)
        .select_from(Attempt)
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .join(Bulletin, col(Bulletin.id) == Delivery.bulletin_id, isouter=True)
        .where(
            Attempt.outcome == Outcome.accepted,
            # one that failed later is not paid, unless the provider says that it is
            or_(col(Attempt.failed_at).is_(None), col(Attempt.pricing_category).is_not(None)),
            col(Attempt.started_at) >= first,
            col(Attempt.started_at) < last,
        )
        .group_by(col(Bulletin.kind), col(Attempt.pricing_category), col(Attempt.billable))
    )
    for count, kind, category, billable in rows:
        yield Charged(count, BulletinKind(kind) if kind else None, category, billable)
