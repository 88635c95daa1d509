"""Deliveries whose fate is not known and will not become known by itself."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from db.models import Delivery, DeliveryStatus


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
    return {number: count for number, count in rows if number is not None}
