"""What living bulletins tell of the site, to compare with what the site says now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sql
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from db import bulletins
from db.models import Bulletin, BulletinItem, BulletinVersion, Edit, NewsItem, NewsRevision


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


def recent(session: Session, *, since: datetime, composer: str, besides: int | None = None) -> list[ToldNews]:
    """News of living bulletins made after `since`, the newest bulletin first.

    Args:
        composer: author of the versions whose text was made from the site; an editor's later version may
            still say what the site said before.
        besides: a bulletin not to count.
    """
    version = aliased(BulletinVersion)
    made = sql.select(func.min(version.created_at)).where(col(version.bulletin_id) == Bulletin.id)
    composed = (
        sql.select(func.max(version.created_at))
        .where(col(version.bulletin_id) == Bulletin.id, col(version.author) == composer)
        .scalar_subquery()
    )
    rows = session.exec(
        select(NewsItem, Bulletin, func.coalesce(composed, made.scalar_subquery()))
        .join(BulletinItem, col(BulletinItem.news_item_id) == NewsItem.id)
        .join(BulletinVersion, col(BulletinVersion.id) == BulletinItem.version_id)
        .join(Bulletin, col(Bulletin.id) == BulletinVersion.bulletin_id)
        .where(
            col(BulletinItem.version_id).in_(bulletins.telling(besides=besides)), Bulletin.created_at >= since
        )
        .order_by(col(Bulletin.id).desc(), col(BulletinItem.position))
    )
    return [ToldNews(*row) for row in rows]


def updates_since(session: Session, told: Sequence[ToldNews]) -> list[tuple[ToldNews, list[NewsRevision]]]:
    """Those whose facts changed after their text was written, with the edits that did it, oldest first."""
    changed = [
        one for one in told if one.item.facts_changed_at and one.item.facts_changed_at > one.written_at
    ]
    rows = session.exec(
        select(NewsRevision)
        .where(
            col(NewsRevision.news_item_id).in_({one.item.id for one in changed}),
            NewsRevision.edit == Edit.updated,
        )
        .order_by(col(NewsRevision.id))
    )
    revisions = list(rows)
    return [
        (
            one,
            [r for r in revisions if r.news_item_id == one.item.id and r.replaced_at > one.written_at],
        )
        for one in changed
    ]
