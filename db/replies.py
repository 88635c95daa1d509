"""What citizens were answered of late, and what could not be said any more."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, func, or_, select

from db.models import Delivery, DeliveryStatus

WELCOME = "benvenuto"
LATE_WELCOME = "iscrizione_attiva"
"""The template that says what a welcome says, once a free text is refused."""

WINDOW_CLOSED = "window_closed"
NOTHING_CAME = (DeliveryStatus.failed, DeliveryStatus.skipped)


def since(
    session: Session, recipient_id: int, moment: datetime, *, names: Collection[str] | None = None
) -> int:
    """How many answers (of these names) this person got, or is about to get, since then.

    Two machines that answer each other would talk for ever.
    """
    query = select(func.count()).where(
        Delivery.recipient_id == recipient_id,
        col(Delivery.bulletin_id).is_(None),
        col(Delivery.status).not_in(NOTHING_CAME),
        col(Delivery.status_at) > moment,
    )
    if names is not None:
        query = query.where(col(Delivery.reply).in_(names))
    return session.exec(query).one()


def late(session: Session, delivery_ids: Collection[int]) -> None:
    """These welcomes leave as the template: their text is not said."""
    session.connection().execute(
        update(Delivery).where(col(Delivery.id).in_(delivery_ids)).values(reply=LATE_WELCOME, body=None)
    )


def unsaid(session: Session, *, since: datetime) -> Counter[str]:
    """Answers that were dropped because their moment had passed, and late welcomes that failed, by name."""
    is_late = (Delivery.status == DeliveryStatus.skipped) & (Delivery.reason == WINDOW_CLOSED)
    is_refused = (Delivery.status == DeliveryStatus.failed) & (Delivery.reply == LATE_WELCOME)
    rows = session.exec(
        select(Delivery.reply, func.count())
        .where(
            col(Delivery.bulletin_id).is_(None), col(Delivery.status_at) >= since, or_(is_late, is_refused)
        )
        .group_by(col(Delivery.reply))
    )
    return Counter({name or "": count for name, count in rows})
