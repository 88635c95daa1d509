"""What the messages of a period cost: counted by what the provider said of their price."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from db.models import Attempt, Bulletin, BulletinKind, Delivery, Outcome


@dataclass(frozen=True)
class Charged:
    """So many accepted messages of one sort. `kind` None: a welcome or an answer."""

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
            col(Attempt.started_at) >= first,
            col(Attempt.started_at) < last,
        )
        .group_by(col(Bulletin.kind), col(Attempt.pricing_category), col(Attempt.billable))
    )
    for count, kind, category, billable in rows:
        yield Charged(count, BulletinKind(kind) if kind else None, category, billable)
