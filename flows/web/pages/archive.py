"""The bulletins that were sent, by month and the newest first; nothing of a draft, nothing that is hidden."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from db import bulletins, privacy, told_news
from db.models import PUBLIC, Bulletin, BulletinStatus
from db.privacy import NOTHING, Hidden
from flows.bulletin.language.dates import ROME, in_rome, mese
from flows.settings import Settings
from flows.web.pages.bulletin import REMOVED, UPDATE, removed_whole, title

CORRECTED, UPDATED = "corretto dopo l'invio", "aggiornato dopo l'invio"
# a send has its status a moment before its first message has its hour
_BEGAN: ColumnElement[datetime] = func.coalesce(Bulletin.sent_at, Bulletin.status_at)


@dataclass(frozen=True)
class ListedBulletin:
    """One bulletin in a list."""

    address: str
    title: str
    topics: tuple[str, ...]  # what it tells, a line each
    since: str = ""  # what became of it


@dataclass(frozen=True, order=True)
class ArchiveMonth:
    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> Self | None:
        """From `2026-11`; None for anything else."""
        match = re.fullmatch(r"(2[0-9]{3})-(0[1-9]|1[0-2])", text)
        return cls(int(match[1]), int(match[2])) if match else None

    @property
    def path(self) -> str:
        return f"/archivio/{self.year:04}-{self.month:02}"

    @property
    def name(self) -> str:
        """`novembre 2026`."""
        return f"{mese(self.month)} {self.year}"

    @property
    def begin(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=ROME)

    @property
    def end(self) -> datetime:
        """Excluded."""
        year, month = divmod(self.year * 12 + self.month, 12)
        return datetime(year, month + 1, 1, tzinfo=ROME)


def months(session: Session) -> dict[ArchiveMonth, int]:
    """How many bulletins began to leave in each month that has one, the newest first."""
    rows = session.exec(select(Bulletin.sent_at, Bulletin.status_at).where(col(Bulletin.status).in_(PUBLIC)))
    days = (in_rome(sent or status) for sent, status in rows)
    counts = Counter(ArchiveMonth(day.year, day.month) for day in days)
    return dict(sorted(counts.items(), reverse=True))


def of_month(settings: Settings, session: Session, month: ArchiveMonth) -> list[ListedBulletin]:
    query = _public().where(month.begin <= _BEGAN, month.end > _BEGAN)
    return _listed(settings, session, session.exec(query))


def recent(settings: Settings, session: Session, *, limit: int = 10) -> list[ListedBulletin]:
    return _listed(settings, session, recent_rows(session, limit))


def recent_rows(session: Session, limit: int) -> list[Bulletin]:
    """The newest first."""
    return list(session.exec(_public().limit(limit)))


def codes(session: Session) -> list[str]:
    """Of all of them, the newest first."""
    return [bulletin.code for bulletin in session.exec(_public())]


def _public() -> SelectOfScalar[Bulletin]:
    chosen = select(Bulletin).where(col(Bulletin.status).in_(PUBLIC))
    return chosen.order_by(_BEGAN.desc(), col(Bulletin.id).desc())


def _listed(settings: Settings, session: Session, rows: Iterable[Bulletin]) -> list[ListedBulletin]:
    listed = list(rows)
    ids = [bulletin.id for bulletin in listed]
    hidden = privacy.among(session, ids)
    righted = told_news.put_right(session, ids, BulletinStatus.approved, *PUBLIC)
    return [
        ListedBulletin(
            f"/b/{bulletin.code}",
            title(bulletin),
            _topics(settings, session, bulletin, hidden.get(bulletin.id, NOTHING)),
            (UPDATED if righted[bulletin.id] == UPDATE else CORRECTED) if bulletin.id in righted else "",
        )
        for bulletin in listed
    ]


def _topics(settings: Settings, session: Session, bulletin: Bulletin, hidden: Hidden) -> tuple[str, ...]:
    if hidden.whole:
        return (removed_whole(settings, hidden.whole),)
    approved = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, approved[1]) if approved else []
    if bulletin.template:  # its items are the lines of one text
        items = items[:1]
    return tuple(REMOVED if hidden.since(item.position) else item.title for item in items)
