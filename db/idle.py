"""Whether in a database nothing waits for a person, an answer or an hour."""

from datetime import datetime

from sqlalchemy import exists, or_
from sqlmodel import Session, col, select

from db.models import (
    Bulletin,
    BulletinStatus,
    Call,
    CallStatus,
    Delivery,
    DeliveryStatus,
    Letter,
    LetterStatus,
    Level,
    WeatherAlert,
)

_OPEN = (
    BulletinStatus.draft,
    BulletinStatus.in_review,
    BulletinStatus.approved,
    BulletinStatus.sending,
    BulletinStatus.stopped,
)


def is_still(session: Session, *, now: datetime) -> bool:
    """True where time alone brings nothing but a source that stays silent, and another day.

    No bulletin is open, no message or e-mail is to leave, nobody is being called, and no alert above green
    is in force or still to come.
    """
    waits = or_(
        exists().where(col(Bulletin.status).in_(_OPEN)),
        exists().where(col(Delivery.status).in_((DeliveryStatus.queued, DeliveryStatus.claimed))),
        exists().where(col(Letter.status) == LetterStatus.queued),
        exists().where(col(Call.status).in_((CallStatus.queued, CallStatus.in_flight))),
        exists().where(col(WeatherAlert.level) != Level.verde, col(WeatherAlert.expires) > now),
    )
    return not session.exec(select(waits)).one()
