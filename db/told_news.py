"""What bulletins tell of the site: the living ones, the sent ones whose facts changed since, and who puts
which right: a correction, an all-clear, a right text.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sql
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from db import bulletins
from db.models import (
    PUBLIC,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinOriginal,
    BulletinStatus,
    BulletinVersion,
    Edit,
    NewsItem,
    NewsRevision,
)


@dataclass(frozen=True)
class ToldNews:
    """A news item, and the bulletin that tells it."""

    item: NewsItem
    bulletin: Bulletin
    written_at: datetime  # when its text was made from the site

    @property
    def bulletin_at(self) -> datetime:
        """When it went, goes, or was made where no time is known yet."""
        return self.bulletin.sent_at or self.bulletin.slot_at or self.bulletin.created_at


def recent(
    session: Session, *, since: datetime, composer: str, excluding: int | None = None
) -> list[ToldNews]:
    """News of living bulletins made after `since`, the newest bulletin first.

    Args:
        composer: author of the versions whose text was made from the site; an editor's later version may
            still say what the site said before.
        excluding: a bulletin not to count.
    """
    version = aliased(BulletinVersion)
    first_version = sql.select(func.min(version.created_at)).where(col(version.bulletin_id) == Bulletin.id)
    composed = (
        sql.select(func.max(version.created_at))
        .where(col(version.bulletin_id) == Bulletin.id, col(version.author) == composer)
        .scalar_subquery()
    )
    rows = session.exec(
        select(NewsItem, Bulletin, func.coalesce(composed, first_version.scalar_subquery()))
        .join(BulletinItem, col(BulletinItem.news_item_id) == NewsItem.id)
        .join(BulletinVersion, col(BulletinVersion.id) == BulletinItem.version_id)
        .join(Bulletin, col(Bulletin.id) == BulletinVersion.bulletin_id)
        .where(
            col(BulletinItem.version_id).in_(bulletins.telling(excluding=excluding)),
            Bulletin.created_at >= since,
        )
        .order_by(col(Bulletin.id).desc(), col(BulletinItem.position))
    )
    return [ToldNews(*row) for row in rows]


def updates_since(session: Session, news: Sequence[ToldNews]) -> list[tuple[ToldNews, list[NewsRevision]]]:
    """Those whose facts changed after their text was written, with the edits that did it, oldest first."""
    changed = [
        row for row in news if row.item.facts_changed_at and row.item.facts_changed_at > row.written_at
    ]
    query = select(NewsRevision).where(
        col(NewsRevision.news_item_id).in_({row.item.id for row in changed}),
        NewsRevision.edit == Edit.updated,
    )
    edits = session.exec(query.order_by(col(NewsRevision.id))).all()
    return [
        (
            row,
            [
                edit
                for edit in edits
                if edit.news_item_id == row.item.id and edit.replaced_at > row.written_at
            ],
        )
        for row in changed
    ]


def link(session: Session, bulletin_id: int, original_ids: Collection[int]) -> None:
    """Note that this bulletin goes to those who got one of these."""
    for original_id in sorted(set(original_ids)):
        session.merge(BulletinOriginal(bulletin_id=bulletin_id, original_id=original_id))
    session.flush()


def of(session: Session, bulletin_id: int) -> tuple[int, ...]:
    """Ids of what it puts right, rising; empty for a bulletin of another kind."""
    query = select(BulletinOriginal.original_id).where(BulletinOriginal.bulletin_id == bulletin_id)
    return tuple(sorted(session.exec(query)))


PUTS_RIGHT = (BulletinKind.correction, BulletinKind.all_clear)


def follow_ups(
    session: Session,
    original_id: int,
    *statuses: BulletinStatus,
    kinds: Collection[BulletinKind] = PUTS_RIGHT,
) -> list[Bulletin]:
    """Corrections and all-clears of a bulletin with one of these statuses, the newest first."""
    rows = session.exec(
        select(Bulletin)
        .join(BulletinOriginal, col(BulletinOriginal.bulletin_id) == Bulletin.id)
        .where(
            BulletinOriginal.original_id == original_id,
            col(Bulletin.status).in_(statuses),
            # not the right text for those who were spared the wrong one
            col(Bulletin.kind).in_(kinds),
        )
        .order_by(col(Bulletin.id).desc())
    )
    return list(rows)


def put_right(
    session: Session, original_ids: Collection[int], *statuses: BulletinStatus
) -> dict[int, str | None]:
    """Of these, those that a correction with one of these statuses puts right: by id, the newest one's
    template.
    """
    rows = session.exec(
        select(BulletinOriginal.original_id, Bulletin.template)
        .join(Bulletin, col(Bulletin.id) == BulletinOriginal.bulletin_id)
        .where(
            col(BulletinOriginal.original_id).in_(original_ids),
            col(Bulletin.status).in_(statuses),
            Bulletin.kind == BulletinKind.correction,
        )
        .order_by(col(Bulletin.id))
    )
    return dict(rows.all())


def tellers(
    session: Session, news_ids: Collection[int], *, excluding: Collection[int]
) -> dict[int, Bulletin]:
    """Of these news items, by id, those that a living bulletin tells, and the newest one that does.

    `excluding`: ids of bulletins not to count.
    """
    rows = session.exec(
        select(BulletinItem.news_item_id, Bulletin)
        .join(BulletinVersion, col(BulletinVersion.id) == BulletinItem.version_id)
        .join(Bulletin, col(Bulletin.id) == BulletinVersion.bulletin_id)
        .where(
            col(BulletinItem.version_id).in_(bulletins.telling()),
            col(BulletinItem.news_item_id).in_(news_ids),
            col(Bulletin.id).not_in(excluding),
        )
        .order_by(col(Bulletin.id))
    )
    return {news_id: bulletin for news_id, bulletin in rows if news_id is not None}


GONE_AFTER = 2  # readings in a row that failed: one may be the network's


@dataclass(frozen=True)
class SentItem:
    """One line of a bulletin whose messages have begun to leave; `news` None for what is no news."""

    bulletin: Bulletin
    item: BulletinItem
    news: NewsItem | None

    @property
    def changed_at(self) -> datetime | None:
        """When the site last changed its facts, where that was after the first message left."""
        sent, changed = self.bulletin.sent_at, self.news.facts_changed_at if self.news else None
        return changed if sent and changed and changed > sent else None

    @property
    def changed(self) -> bool:
        return self.changed_at is not None

    @property
    def is_gone(self) -> bool:
        """Whether its page cannot be read any more."""
        return self.news is not None and self.news.page_failures >= GONE_AFTER


NEWS = (BulletinKind.ordinary, BulletinKind.urgent)


def sent(session: Session, *, since: datetime, kinds: Collection[BulletinKind] = NEWS) -> list[SentItem]:
    """What bulletins of these kinds told that were sent after `since`, the newest first."""
    rows = session.exec(
        select(Bulletin, BulletinItem, NewsItem)
        .join(BulletinVersion, col(BulletinVersion.bulletin_id) == Bulletin.id)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .join(NewsItem, col(NewsItem.id) == BulletinItem.news_item_id, isouter=True)
        .where(
            col(Bulletin.status).in_(PUBLIC),
            col(Bulletin.kind).in_(kinds),
            col(Bulletin.sent_at) >= since,
            col(BulletinVersion.id).in_(bulletins.telling(among=PUBLIC)),
        )
        .order_by(col(Bulletin.id).desc(), col(BulletinItem.position))
    )
    return [SentItem(*row) for row in rows]


def to_put_right(session: Session, *, since: datetime) -> list[SentItem]:
    """Of these, news whose facts changed after the send, or whose page is gone: an editor decides."""
    query = or_(col(NewsItem.facts_changed_at).is_not(None), col(NewsItem.page_failures) >= GONE_AFTER)
    suspects = set(session.exec(select(NewsItem.id).where(query)))
    lines = [line for line in sent(session, since=since) if line.item.news_item_id in suspects]
    return [line for line in lines if line.changed or line.is_gone]
