"""What a citizen was answered of late: two machines that answer each other would talk for ever."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, func, select

from db.models import Delivery, DeliveryStatus

NOTHING_CAME = (DeliveryStatus.failed, DeliveryStatus.skipped)


def since(
    session: Session, recipient_id: int, moment: datetime, *, names: Collection[str] | None = None
) -> int:
    """How many answers (of these names) this person got, or is about to get, since then."""
    query = select(func.count()).where(
        Delivery.recipient_id == recipient_id,
        col(Delivery.bulletin_id).is_(None),
        col(Delivery.status).not_in(NOTHING_CAME),
        col(Delivery.status_at) > moment,
    )
    if names is not None:
        query = query.where(col(Delivery.reply).in_(names))
    return session.exec(query).one()
