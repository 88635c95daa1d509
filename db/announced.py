"""Which alerts bulletins announced, with the bulletin that did: not only that it was, but for which hours."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sql
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from db import bulletins
from db.models import (
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    BulletinVersion,
    ClearedAlert,
    ToldTogether,
    WeatherAlert,
)

STOOD = (BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent)


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
    author: str,
    since: datetime,
) -> list[Announced]:
    """Statements on these zones that were to last beyond `since`, of such bulletins; the oldest first.

    `author` makes the texts: a version of an editor may be later, and says what held when it was made.
    A superseded, missed or expired bulletin announced nothing; one that an editor discarded was decided on.
    """
    with_lead = select(ToldTogether.alert_id).where(
        col(ToldTogether.lead_id) == BulletinItem.weather_alert_id
    )
    made = aliased(BulletinVersion)
    made_at = (
        sql.select(func.max(made.created_at))
        .where(col(made.bulletin_id) == Bulletin.id, col(made.author) == author)
        .scalar_subquery()
    )
    rows = session.exec(
        select(Bulletin, WeatherAlert, func.coalesce(made_at, BulletinVersion.created_at))
        .join(BulletinVersion, col(BulletinVersion.bulletin_id) == Bulletin.id)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .join(
            WeatherAlert,
            or_(
                col(WeatherAlert.id) == BulletinItem.weather_alert_id,
                col(WeatherAlert.id).in_(with_lead.correlate(BulletinItem)),
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
