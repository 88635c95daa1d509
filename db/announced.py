"""Which alerts bulletins announced, with the bulletin that did: not only that it was, but for which hours."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from db import bulletins, weather_alerts
from db.models import (
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    BulletinVersion,
    ClearedAlert,
    WeatherAlert,
)


@dataclass(frozen=True)
class Announced:
    """A stored statement that a bulletin tells."""

    bulletin: Bulletin
    row: WeatherAlert
    at: datetime  # when its text was made


def announced(
    session: Session,
    zones: Collection[str],
    kinds: Collection[BulletinKind],
    statuses: Collection[BulletinStatus],
    *,
    since: datetime,
) -> list[Announced]:
    """Statements on these zones that were to last beyond `since`, of such bulletins; the oldest first.

    A superseded, missed or expired bulletin announced nothing; one that an editor discarded was decided on.
    """
    rows = session.exec(
        select(Bulletin, WeatherAlert, func.coalesce(BulletinItem.told_at, BulletinVersion.created_at))
        .join(BulletinVersion, col(BulletinVersion.bulletin_id) == Bulletin.id)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .join(
            WeatherAlert,
            or_(
                col(WeatherAlert.id) == BulletinItem.weather_alert_id,
                col(WeatherAlert.id).in_(weather_alerts.with_lead()),
            ),
        )
        .where(
            col(Bulletin.kind).in_(kinds),
            col(WeatherAlert.zone).in_(zones),
            WeatherAlert.expires > since,
            col(BulletinVersion.id).in_(bulletins.telling(among=statuses)),
        )
        .distinct()
        .order_by(col(Bulletin.id), col(WeatherAlert.id))
    )
    return [Announced(*row) for row in rows]


def clear(session: Session, bulletin_id: int, hours: Iterable[tuple[int, datetime, datetime]]) -> None:
    """Note which hours of which statements, by their ids, an all-clear takes back."""
    for alert_id, onset, expires in hours:
        session.add(ClearedAlert(bulletin_id=bulletin_id, alert_id=alert_id, onset=onset, expires=expires))
    session.flush()


def cleared(
    session: Session, zones: Collection[str], statuses: Collection[BulletinStatus], *, since: datetime
) -> list[tuple[Bulletin, WeatherAlert, ClearedAlert]]:
    """What all-clears of these statuses took back of these zones' hours beyond `since`; the oldest first."""
    rows = session.exec(
        select(Bulletin, WeatherAlert, ClearedAlert)
        .join(ClearedAlert, col(ClearedAlert.bulletin_id) == Bulletin.id)
        .join(WeatherAlert, col(WeatherAlert.id) == ClearedAlert.alert_id)
        .where(
            col(Bulletin.status).in_(statuses),
            col(WeatherAlert.zone).in_(zones),
            ClearedAlert.expires > since,
        )
        .order_by(col(Bulletin.id), col(WeatherAlert.id))
    )
    return list(rows)
