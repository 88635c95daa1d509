"""Stored entries of the Comune's site: each once, with what changed since."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from db import bulletins
from db.models import BulletinItem, NewsItem, Origin, Summary


@dataclass(frozen=True)
class NewsData:
    """An item as collect hands it over."""

    guid: str
    url: str
    title: str
    abstract: str
    body: str  # Markdown
    category: str | None
    published_at: datetime | None
    updated_at: datetime | None
    entry_sha256: str = ""
    page_failure: str | None = None

    @property
    def content_sha256(self) -> str:
        """Over what a citizen reads; whitespace and the feed's clock do not count."""
        read = "\x00".join(" ".join(part.split()) for part in (self.title, self.abstract, self.body))
        return hashlib.sha256(read.encode()).hexdigest()


class Change(StrEnum):
    new = "new"
    updated = "updated"
    same = "same"


def known(session: Session, source_id: int, guids: Sequence[str]) -> dict[str, NewsItem]:
    """Those of these guids that are stored already."""
    rows = session.exec(
        select(NewsItem)
        .where(NewsItem.source_id == source_id, col(NewsItem.guid).in_(guids))
        .order_by(col(NewsItem.id))  # one order for all writers: no deadlock
    )
    return {item.guid: item for item in rows}


def touch(session: Session, source_id: int, guids: Sequence[str], *, now: datetime) -> None:
    """These are still in the feed, as they were."""
    for item in known(session, source_id, guids).values():
        item.last_seen_at = now
        session.add(item)


def store(session: Session, source_id: int, data: NewsData, *, origin: Origin, now: datetime) -> Change:
    """Store or update one item by its guid. A failed page never wipes a body that was read before."""
    item = session.exec(
        select(NewsItem).where(NewsItem.source_id == source_id, NewsItem.guid == data.guid)
    ).first()
    if item is None:
        session.add(
            NewsItem(
                source_id=source_id,
                **data.__dict__,
                origin=origin,
                content_sha256=data.content_sha256,
                first_seen_at=now,
                last_seen_at=now,
            )
        )
        return Change.new
    item.last_seen_at = now
    session.add(item)
    if data.page_failure and item.body:
        item.page_failure = data.page_failure
        return Change.same
    changed = item.content_sha256 != data.content_sha256
    for name, value in data.__dict__.items():
        setattr(item, name, value)
    item.content_sha256 = data.content_sha256
    if changed:
        item.changed_at = now
    return Change.updated if changed else Change.same


def unsent(session: Session, *, besides: int | None = None) -> list[NewsItem]:
    """Collected items that no living bulletin tells, newest first; `besides` names one not to count."""
    told = select(BulletinItem.news_item_id).where(
        col(BulletinItem.version_id).in_(bulletins.telling(besides=besides)),
        col(BulletinItem.news_item_id).is_not(None),
    )
    rows = session.exec(
        select(NewsItem)
        .where(
            NewsItem.origin == Origin.collected,
            col(NewsItem.discarded_at).is_(None),
            col(NewsItem.id).not_in(told),
        )
        # PostgreSQL would put undated items first, SQLite last
        .order_by(col(NewsItem.published_at).desc().nulls_last(), col(NewsItem.id))
    )
    return list(rows)


def discard(session: Session, item_ids: Sequence[int], *, now: datetime) -> None:
    """An editor's word that these are never news."""
    for item in session.exec(
        select(NewsItem).where(col(NewsItem.id).in_(item_ids)).order_by(col(NewsItem.id))
    ):
        item.discarded_at = now
        session.add(item)


def summary(session: Session, item: NewsItem, budget: int) -> Summary | None:
    """The summary already made from this very content for this length."""
    return session.exec(
        select(Summary).where(
            Summary.news_item_id == item.id,
            Summary.content_sha256 == item.content_sha256,
            Summary.budget == budget,
        )
    ).first()
