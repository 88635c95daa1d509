"""Levels of the alert zones as their issuers stated them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlmodel import Session, col, or_, select

from db import bulletins
from db.bulletins import ItemData
from db.models import (
    BulletinItem,
    BulletinVersion,
    Hazard,
    Level,
    Source,
    SourceKind,
    ToldTogether,
    WeatherAlert,
)

ROME = ZoneInfo("Europe/Rome")
_KEY = ("issuer", "sent_at", "zone", "day", "hazard", "onset", "level")  # of a statement


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
    issuer_zone: str = ""
    hourly: bool = False


def store(session: Session, source_id: int, alerts: Iterable[AlertData], *, now: datetime) -> int:
    """Store what is new; return how many rows that were. The same bulletin read twice adds nothing.

    Two levels for the same hours, in one document or in two of one moment, are both kept: the higher counts.
    """
    added = 0
    for data in alerts:
        same = {name: getattr(data, name) for name in _KEY}
        if session.exec(select(WeatherAlert.id).filter_by(**same)).first() is None:
            session.add(WeatherAlert(source_id=source_id, **data.__dict__, seen_at=now))
            added += 1
    return added


def news_among(
    session: Session, source_id: int, alerts: Sequence[AlertData], *, now: datetime
) -> list[AlertData]:
    """Those of a zone, day and hazard whose hours from `now` on are not as this source last stated them.

    For an issuer that gives no time of issue: read every ten minutes, the same hours are no new statement.
    """
    groups: dict[tuple[str, date, Hazard], list[AlertData]] = {}
    for data in alerts:
        groups.setdefault((data.zone, data.day, data.hazard), []).append(data)
    changed: list[AlertData] = []
    for (zone, day, hazard), stated in groups.items():
        rows = session.exec(
            select(WeatherAlert)
            .where(
                WeatherAlert.source_id == source_id,
                WeatherAlert.zone == zone,
                WeatherAlert.day == day,
                WeatherAlert.hazard == hazard,
            )
            .order_by(col(WeatherAlert.sent_at).desc())
        ).all()
        before = [row for row in rows if row.sent_at == rows[0].sent_at]
        if _ahead(before, now) != _ahead(stated, now):
            changed += stated
    return changed


def _ahead(
    stated: Iterable[WeatherAlert | AlertData], now: datetime
) -> list[tuple[datetime, datetime, Level]]:
    # in UTC: times of the hour that comes twice in October never equal those of another zone (PEP 495)
    now = now.astimezone(UTC)
    spans = [(row.onset.astimezone(UTC), row.expires.astimezone(UTC), row.level) for row in stated]
    return sorted((max(onset, now), expires, level) for onset, expires, level in spans if expires > now)


def replace(session: Session, taken_back: Iterable[tuple[str, datetime]], *, now: datetime) -> int:
    """Mark what a CAP update or cancellation names, by identifier and time of issue; return the rows."""
    marked = 0
    for identifier, sent in taken_back:
        rows = session.exec(
            select(WeatherAlert)
            .join(Source, col(Source.id) == WeatherAlert.source_id)
            .where(
                Source.kind == SourceKind.cap,
                WeatherAlert.identifier == identifier,
                WeatherAlert.sent_at == sent,
                col(WeatherAlert.replaced_at).is_(None),
            )
        ).all()
        for row in rows:
            row.replaced_at = now
            session.add(row)
        marked += len(rows)
    return marked


def newest(session: Session, source_id: int, zone: str | None = None) -> datetime | None:
    """When the newest stored statement of this source was issued: about a zone, or about any."""
    query = select(WeatherAlert.sent_at).where(WeatherAlert.source_id == source_id)
    if zone is not None:
        query = query.where(WeatherAlert.zone == zone)
    return session.exec(query.order_by(col(WeatherAlert.sent_at).desc())).first()


def not_over(session: Session, zones: Collection[str], *, now: datetime) -> list[WeatherAlert]:
    """What was said of these zones' days that are not over, and not taken back; the newest statement first.

    Hours of today that have passed are among it: they tell when, of a day that others only give a level.
    """
    return [row for row in ever_said(session, zones, now=now) if row.replaced_at is None]


def ever_said(session: Session, zones: Collection[str], *, now: datetime) -> list[WeatherAlert]:
    """What was ever said of these zones' days that are not over, taken back or not; as `not_over`."""
    is_not_over = or_(WeatherAlert.expires > now, col(WeatherAlert.day) >= now.astimezone(ROME).date())
    rows = session.exec(
        select(WeatherAlert)
        .where(col(WeatherAlert.zone).in_(zones), is_not_over)
        .order_by(col(WeatherAlert.sent_at).desc(), col(WeatherAlert.onset))
    )
    return list(rows)


def tell_together(session: Session, alert_ids: Sequence[int], *, at: datetime) -> None:
    """Note that an item which names the first of these, with a text of that moment, tells all of them."""
    for alert_id in alert_ids:
        session.merge(ToldTogether(lead_id=alert_ids[0], told_at=at, alert_id=alert_id))
    session.flush()


def told_by(session: Session, item: BulletinItem | ItemData) -> list[WeatherAlert]:
    """The statements that an item tells, the one that it names among them; empty for news."""
    members = select(ToldTogether.alert_id).where(
        ToldTogether.lead_id == item.weather_alert_id, ToldTogether.told_at == item.told_at
    )
    rows = session.exec(
        select(WeatherAlert)
        .where(or_(WeatherAlert.id == item.weather_alert_id, col(WeatherAlert.id).in_(members)))
        .order_by(col(WeatherAlert.id))
    )
    return list(rows)


def ever_told(session: Session, bulletin_id: int) -> list[int]:
    """Ids of the statements that any version of a bulletin told."""
    items = session.exec(
        select(BulletinItem)
        .join(BulletinVersion, col(BulletinVersion.id) == BulletinItem.version_id)
        .where(BulletinVersion.bulletin_id == bulletin_id, col(BulletinItem.weather_alert_id).is_not(None))
    )
    return [row.id for item in items for row in told_by(session, item)]


def with_lead() -> Select[int]:
    """Ids of what is told together with the alert that a `BulletinItem` of the outer query names."""
    return (
        select(ToldTogether.alert_id)
        .where(
            col(ToldTogether.lead_id) == BulletinItem.weather_alert_id,
            col(ToldTogether.told_at) == BulletinItem.told_at,
        )
        .correlate(BulletinItem)
    )


def statements(
    session: Session, zones: Collection[str], *, excluding: int | None = None
) -> set[tuple[str, date, Hazard, Level, tuple[datetime, datetime] | None]]:
    """What living bulletins tell of these zones: zone, day, hazard, level, hours (None: the whole day)."""
    rows = session.exec(
        select(WeatherAlert)
        .join(
            BulletinItem,
            or_(
                col(BulletinItem.weather_alert_id) == WeatherAlert.id,
                col(WeatherAlert.id).in_(with_lead()),
            ),
        )
        .where(
            col(WeatherAlert.zone).in_(zones),
            col(BulletinItem.version_id).in_(bulletins.telling(excluding=excluding)),
        )
    )
    return {
        (row.zone, row.day, row.hazard, row.level, (row.onset, row.expires) if row.hourly else None)
        for row in rows
    }
