"""Numbers that no bulletin reaches any more are suspended until a new ATTIVA."""

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from sqlmodel import Session, col, select

from db import recipients
from db.models import Delivery, DeliveryStatus, Recipient, RecipientStatus

MOST = 3  # bulletins in a row: the code also stands for a telephone that was off or not updated for long
_TOLD = (DeliveryStatus.accepted, DeliveryStatus.failed)


def count(session: Session, recipient_id: int, codes: Collection[str], *, now: datetime) -> bool:
    """The latest bulletins in a row that failed with one of `codes`; tells whether that suspends the number.

    Counted from the rows, so that neither order nor repetition of webhooks changes it.
    """
    recipient = session.get_one(Recipient, recipient_id, with_for_update=True, populate_existing=True)
    latest = session.exec(
        select(Delivery.status, Delivery.reason)
        .where(
            Delivery.recipient_id == recipient_id,
            col(Delivery.bulletin_id).is_not(None),
            col(Delivery.status).in_(_TOLD),
            # a new ATTIVA clears the past
            col(Delivery.status_at) >= (recipient.opted_in_at or datetime.min.replace(tzinfo=now.tzinfo)),
        )
        .order_by(col(Delivery.id).desc())
        .limit(MOST)
    )
    failed = takewhile(lambda row: row[0] == DeliveryStatus.failed and row[1] in codes, latest)
    recipient.strikes = len(list(failed))
    session.add(recipient)
    if recipient.strikes < MOST or recipient.status != RecipientStatus.active:
        session.flush()
        return False
    recipients.move(session, recipient, RecipientStatus.suspended, now)
    session.flush()
    return True
