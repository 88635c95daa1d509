"""What was sent and may be wrong by now: its facts changed on the site since, or its page is gone."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from db import bulletins
from db.announced import STOOD
from db.models import Bulletin, BulletinItem, BulletinKind, BulletinVersion, NewsItem

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


def sent(session: Session, *, since: datetime) -> list[SentItem]:
    """What bulletins told that were sent after `since`, the newest first; corrections and all-clears not."""
    rows = session.exec(
        select(Bulletin, BulletinItem, NewsItem)
        .join(BulletinVersion, col(BulletinVersion.bulletin_id) == Bulletin.id)
        .join(BulletinItem, col(BulletinItem.version_id) == BulletinVersion.id)
        .join(NewsItem, col(NewsItem.id) == BulletinItem.news_item_id, isouter=True)
        .where(
            col(Bulletin.status).in_(STOOD),
            col(Bulletin.kind).in_((BulletinKind.ordinary, BulletinKind.urgent)),
            col(Bulletin.sent_at) >= since,
            col(BulletinVersion.id).in_(bulletins.telling(among=STOOD)),
        )
        .order_by(col(Bulletin.id).desc(), col(BulletinItem.position))
    )
    return [SentItem(*row) for row in rows]


def to_put_right(session: Session, *, since: datetime) -> list[SentItem]:
    """Of these, news whose facts changed after the send, or whose page is gone: an editor decides."""
    query = or_(col(NewsItem.facts_changed_at).is_not(None), col(NewsItem.page_failures) >= GONE_AFTER)
    suspects = set(session.exec(select(NewsItem.id).where(query)))
    found = [one for one in sent(session, since=since) if one.item.news_item_id in suspects]
    return [one for one in found if one.changed or one.is_gone]
