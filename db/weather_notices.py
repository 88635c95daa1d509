"""*Avvisi meteo* of weather services: beside the alerts and never among them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from db.models import NoticeColour, NoticeKind, WeatherNotice


@dataclass(frozen=True)
class NoticeData:
    """A notice as collect hands it over."""

    identifier: str
    issuer: str
    url: str
    area: str
    kind: NoticeKind
    colour: NoticeColour
    event: str
    onset: datetime
    expires: datetime
    sent_at: datetime


def store(
    session: Session,
    source_id: int,
    notices: Iterable[NoticeData],
    *,
    taken_back: Collection[str] = (),
    whole: bool,
    now: datetime,
) -> int:
    """Store what is new; return how many rows that were.

    `taken_back` are identifiers that a newer message replaces. With `whole`, the reading showed everything
    that is in force: what it no longer shows has been withdrawn.
    """
    added = 0
    present: set[tuple[str, NoticeKind, datetime]] = set()
    rows = session.exec(select(WeatherNotice).where(WeatherNotice.source_id == source_id)).all()
    stored = {(row.identifier, row.kind, row.onset): row for row in rows}
    for data in notices:
        key = (data.identifier, data.kind, data.onset)
        present.add(key)
        if key not in stored:
            stored[key] = WeatherNotice(source_id=source_id, **data.__dict__, seen_at=now)
            session.add(stored[key])
            added += 1
    for key, row in stored.items():
        gone = row.identifier in taken_back or (whole and key not in present)
        if gone and row.replaced_at is None and row.expires > now:
            row.replaced_at = now
            session.add(row)
        elif not gone and key in present:
            row.replaced_at = None  # back again
    session.flush()
    return added


def in_force(session: Session, *, now: datetime) -> list[WeatherNotice]:
    """What has not ended and was not withdrawn, the soonest first."""
    rows = session.exec(
        select(WeatherNotice)
        .where(WeatherNotice.expires > now, col(WeatherNotice.replaced_at).is_(None))
        .order_by(col(WeatherNotice.onset), col(WeatherNotice.id))
    )
    return list(rows)
