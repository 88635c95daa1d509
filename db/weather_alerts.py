"""Levels of the alert zone as their issuers stated them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from db import bulletins
from db.models import BulletinItem, Hazard, Level, WeatherAlert


@dataclass(frozen=True)
class AlertData:
    """A statement as collect hands it over."""

    identifier: str
    issuer: str
    url: str
    zone: str
    hazard: Hazard
    level: Level
    day: date
    onset: datetime
    expires: datetime
    sent_at: datetime


def store(session: Session, source_id: int, alerts: Iterable[AlertData], *, now: datetime) -> int:
    """Store what is new; return how many rows that were. The same bulletin read twice adds nothing."""
    added = 0
    for data in alerts:
        exists = session.exec(
            select(WeatherAlert.id).where(
                WeatherAlert.issuer == data.issuer,
                WeatherAlert.sent_at == data.sent_at,
                WeatherAlert.zone == data.zone,
                WeatherAlert.day == data.day,
                WeatherAlert.hazard == data.hazard,
            )
        ).first()
        if exists is None:
            session.add(WeatherAlert(source_id=source_id, **data.__dict__, seen_at=now))
            added += 1
    return added


def newest(session: Session, source_id: int) -> datetime | None:
    """When the newest stored statement of this source was issued."""
    return session.exec(
        select(WeatherAlert.sent_at)
        .where(WeatherAlert.source_id == source_id)
        .order_by(col(WeatherAlert.sent_at).desc())
    ).first()


def not_over(session: Session, zone: str, *, now: datetime) -> list[WeatherAlert]:
    """Everything said of this zone whose time has not ended yet, the newest statement first."""
    rows = session.exec(
        select(WeatherAlert)
        .where(WeatherAlert.zone == zone, WeatherAlert.expires > now)
        .order_by(col(WeatherAlert.sent_at).desc(), col(WeatherAlert.onset))
    )
    return list(rows)


def told(session: Session, zone: str, *, besides: int | None = None) -> set[tuple[date, Hazard, Level]]:
    """What living bulletins tell of this zone: the same again is no news.

    An item names one row; it tells everything that the same statement said of the same day.
    """
    named = aliased(WeatherAlert)
    rows = session.exec(
        select(col(WeatherAlert.day), col(WeatherAlert.hazard), col(WeatherAlert.level))
        .join(
            named,
            (col(named.issuer) == WeatherAlert.issuer)
            & (col(named.sent_at) == WeatherAlert.sent_at)
            & (col(named.zone) == WeatherAlert.zone)
            & (col(named.day) == WeatherAlert.day),
        )
        .join(BulletinItem, col(BulletinItem.weather_alert_id) == named.id)
        .where(
            WeatherAlert.zone == zone,
            col(BulletinItem.version_id).in_(bulletins.telling(besides=besides)),
        )
    )
    return set(rows)


def over(session: Session, alert_ids: Iterable[int], *, at: datetime) -> set[int]:
    """Which of these have ended by then."""
    rows = session.exec(
        select(WeatherAlert.id).where(col(WeatherAlert.id).in_(list(alert_ids)), WeatherAlert.expires <= at)
    )
    return set(rows)
