"""What a person decides of deliveries that a dispatch left behind: not sent, tried again, got, not got.

All hold the bulletin's row: no sender begins meanwhile. Locks as in `db.deliveries`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from db.deliveries import move_all
from db.models import Delivery, DeliveryStatus

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
    found: Sequence[int],
    status: DeliveryStatus,
    to: DeliveryStatus,
    now: datetime,
    reason: str | None = None,
) -> int:
    for start in range(0, len(found), BLOCK):
        move_all(session, found[start : start + BLOCK], status, to, now=now, reason=reason)
    session.expire_all()
    return len(found)


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
