"""Stored items of the Comune's site, each once, with what edits replaced and the texts written of them."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, update
from sqlmodel import Session, col, func, select

from db import bulletins
from db.engine import blocks, padded
from db.models import BulletinItem, Edit, Holds, NewsItem, NewsRevision, Origin, Summary


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
    address_key: str = ""
    kind: str = ""
    topics: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()  # title, url
    holds: Holds = Holds.text
    starts_on: date | None = None
    ends_on: date | None = None
    expires_on: date | None = None
    page_checked_at: datetime | None = None
    feed_text: str = ""
    page_lags: bool = False

    @property
    def content_sha256(self) -> str:
        """Over what a citizen reads; whitespace and the feed's clock do not count."""
        read = "\x00".join(" ".join(part.split()) for part in (self.title, self.abstract, self.body))
        return hashlib.sha256(read.encode("utf-8", "replace")).hexdigest()

    def columns(self) -> dict[str, Any]:
        """As the table holds them."""
        return {
            **self.__dict__,
            "topics": list(self.topics),
            "attachments": [{"title": title, "url": url} for title, url in self.attachments],
            "content_sha256": self.content_sha256,
            "page_read_at": None if self.page_failure else self.page_checked_at,
        }


@dataclass(frozen=True)
class StoredItem:
    """A stored item, as far as it takes to recognise it."""

    id: int
    source_id: int
    guid: str
    url: str
    address_key: str
    title: str
    abstract: str
    body: str
    feed_text: str
    category: str | None
    content_sha256: str
    entry_sha256: str
    published_at: datetime | None
    last_seen_at: datetime
    page_failure: str | None
    page_failures: int
    page_lags: bool
    page_checked_at: datetime | None
    page_read_at: datetime | None


BLOCK = 1024  # values of one statement
_INSERT = insert(NewsItem)
_COLUMNS = [getattr(NewsItem, field.name) for field in fields(StoredItem)]


def matching(
    session: Session,
    source_id: int | None,
    *,
    guids: Iterable[str] = (),
    keys: Iterable[str] = (),
    titles: Iterable[str] = (),
) -> list[StoredItem]:
    """The stored items with one of these guids, address keys or titles, the newest first.

    Those of one source, or with None of all: the same news may stand in two feeds, and a feed may move.
    """
    conditions: list[ColumnElement[bool]] = [
        col(column).in_(set(values))
        for column, values in (
            (NewsItem.guid, guids),
            (NewsItem.address_key, [key for key in keys if key]),
            (NewsItem.title, titles),
        )
    ]
    query = select(*_COLUMNS).where(or_(*conditions))
    if source_id is not None:
        query = query.where(NewsItem.source_id == source_id)
    rows = session.exec(query.order_by(col(NewsItem.first_seen_at).desc(), col(NewsItem.id).desc()))
    return [StoredItem(*row) for row in rows]


def stored_among(
    session: Session, *, guids: Collection[str], keys: Collection[str], titles: Collection[str]
) -> tuple[set[str], set[str], set[str]]:
    """Which of these guids, address keys and titles a stored item has, of whatever source."""
    guid, key, title = (
        {
            value
            for block in blocks(sorted(values), BLOCK)
            for value in session.exec(select(column).where(col(column).in_(padded(block))))
        }
        for column, values in (
            (NewsItem.guid, guids),
            (NewsItem.address_key, keys),
            (NewsItem.title, titles),
        )
    )
    return guid, key, title


def by_id(session: Session, ids: Sequence[int]) -> list[StoredItem]:
    """These, as they are stored at this moment."""
    rows = session.exec(select(*_COLUMNS).where(col(NewsItem.id).in_(ids)).order_by(col(NewsItem.id)))
    return [StoredItem(*row) for row in rows]


def to_reread(
    session: Session, source_id: int, *, excluding: Iterable[int], since: datetime, before: datetime
) -> list[StoredItem]:
    """Items that may still be told or were told of late, whose page was not read since `before`.

    They have left the feed, or an edit of their page would be seen there: news since the day `since`, and
    events that are not over.
    """
    rows = session.exec(
        select(*_COLUMNS)
        .where(
            NewsItem.source_id == source_id,
            or_(col(NewsItem.origin) == Origin.collected, col(NewsItem.offered_at).is_not(None)),
            col(NewsItem.discarded_at).is_(None),
            col(NewsItem.page_checked_at) < before,
            col(NewsItem.id).not_in(list(excluding)),
            or_(
                col(NewsItem.published_at) >= since,
                col(NewsItem.first_seen_at) >= since,
                col(NewsItem.ends_on) >= before.date(),
                col(NewsItem.starts_on) >= before.date(),
            ),
        )
        .order_by(col(NewsItem.page_checked_at), col(NewsItem.id))
    )
    return [StoredItem(*row) for row in rows]


def any_stored(session: Session) -> bool:
    """Whether there is anything to recognise."""
    return session.exec(select(NewsItem.id).limit(1)).first() is not None


def touch(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """These are still on the site, as they were."""
    if ids:  # one order for all writers: no deadlock
        session.execute(update(NewsItem).where(col(NewsItem.id).in_(sorted(ids))).values(last_seen_at=now))


def adopt(session: Session, ids: Sequence[int], source_id: int, *, now: datetime) -> None:
    """These are now read from this source: their own one is no longer in the profile."""
    if ids:
        chosen = update(NewsItem).where(col(NewsItem.id).in_(sorted(ids)))
        session.execute(chosen.values(source_id=source_id, last_seen_at=now))


def add(
    session: Session, source_id: int, items: Sequence[NewsData], *, origin: Origin, now: datetime
) -> None:
    """Store items that are new to the source."""
    if items:
        rows = [
            {
                **item.columns(),
                "source_id": source_id,
                "origin": origin,
                "first_seen_at": now,
                "last_seen_at": now,
                "page_failures": 1 if item.page_failure else 0,
                "changed_at": None,
                "facts_changed_at": None,
                "offered_at": None,
                "discarded_at": None,
            }
            for item in items
        ]
        session.connection().execute(_INSERT, rows)


def revise(
    session: Session,
    item_id: int,
    data: NewsData,
    *,
    edit: Edit | None,
    lost: Sequence[tuple[str, str]] = (),
    gained: Sequence[tuple[str, str]] = (),
    now: datetime,
) -> None:
    """Store what an item says now. With an `edit`, what it said until now is kept as a revision.

    A page that failed leaves abstract, body and what else the page told as they were read before.
    """
    item = session.get_one(NewsItem, item_id)
    values = data.columns()
    if data.page_failure and item.page_read_at is not None:
        for name in ("abstract", "body", "kind", "topics", "attachments", "holds",
                     "starts_on", "ends_on", "expires_on", "page_read_at"):  # fmt: skip
            values[name] = getattr(item, name)
        unread = replace(data, abstract=item.abstract, body=item.body)
        values["content_sha256"] = unread.content_sha256
    if edit is not None:
        session.add(
            NewsRevision(
                news_item_id=item.id,
                replaced_at=now,
                edit=edit,
                title=item.title,
                abstract=item.abstract,
                body=item.body,
                content_sha256=item.content_sha256,
                lost=[list(fact) for fact in lost],
                gained=[list(fact) for fact in gained],
            )
        )
        item.changed_at = now
        if edit == Edit.updated:
            item.facts_changed_at = now
    values.pop("guid")  # a changed guid does not make another item; the first one stays
    for name, value in values.items():
        setattr(item, name, value)
    item.page_failures = item.page_failures + 1 if data.page_failure else 0
    item.last_seen_at = now
    session.add(item)


def revisions(session: Session, item_id: int) -> list[NewsRevision]:
    """What edits replaced, the oldest first."""
    query = select(NewsRevision).where(NewsRevision.news_item_id == item_id).order_by(col(NewsRevision.id))
    return list(session.exec(query))


def alternates(session: Session, stored_content: str, item_id: int, content: str) -> bool:
    """Whether an edit only goes back and forth between two texts that are kept already."""
    last = session.exec(
        select(NewsRevision.content_sha256)
        .where(NewsRevision.news_item_id == item_id)
        .order_by(col(NewsRevision.id).desc())
        .limit(2)
    ).all()
    return set(last) == {content, stored_content}


def unsent(session: Session, *, excluding: int | None = None) -> list[NewsItem]:
    """What may be news and no living bulletin tells, newest first; `excluding` names one not to count.

    That is what was collected, and what an editor offered of a source's first reading or of a backfill.
    """
    items_told = select(BulletinItem.news_item_id).where(
        col(BulletinItem.version_id).in_(bulletins.telling(excluding=excluding)),
        col(BulletinItem.news_item_id).is_not(None),
    )
    rows = session.exec(
        select(NewsItem)
        .where(
            or_(col(NewsItem.origin) == Origin.collected, col(NewsItem.offered_at).is_not(None)),
            col(NewsItem.discarded_at).is_(None),
            col(NewsItem.id).not_in(items_told),
        )
        # PostgreSQL would put undated items first, SQLite last
        .order_by(col(NewsItem.published_at).desc().nulls_last(), col(NewsItem.id))
    )
    return list(rows)


def offer(session: Session, item_ids: Sequence[int], *, now: datetime) -> None:
    """An editor's word that these are news, old as they may be."""
    _mark(session, item_ids, {"offered_at": now})


def discard(session: Session, item_ids: Sequence[int], *, now: datetime) -> None:
    """An editor's word that these are never news."""
    _mark(session, item_ids, {"discarded_at": now})


def take_back_discard(session: Session, item_ids: Sequence[int], *, discarded_at: datetime) -> None:
    """Those of these that were discarded at that moment, and at no other, may be news again."""
    chosen = update(NewsItem).where(
        col(NewsItem.id).in_(sorted(item_ids)), col(NewsItem.discarded_at) == discarded_at
    )
    session.execute(chosen.values(discarded_at=None))


def _mark(session: Session, item_ids: Sequence[int], values: Mapping[str, Any]) -> None:
    session.execute(update(NewsItem).where(col(NewsItem.id).in_(sorted(item_ids))).values(**values))


def newest(session: Session) -> NewsItem | None:
    """The latest that was published, or without a date seen, whatever became of it."""
    at = func.coalesce(NewsItem.published_at, NewsItem.first_seen_at)
    return session.exec(select(NewsItem).order_by(at.desc(), col(NewsItem.id).desc()).limit(1)).first()


def days_of_news(session: Session, source_id: int, *, since: datetime) -> list[date]:
    """The days on which the source brought something new, the newest first; UTC."""
    rows = session.exec(
        select(NewsItem.published_at, NewsItem.first_seen_at).where(
            NewsItem.source_id == source_id,
            or_(col(NewsItem.published_at) >= since, col(NewsItem.first_seen_at) >= since),
        )
    )
    return sorted({(published or seen).date() for published, seen in rows}, reverse=True)


def summary(session: Session, item: NewsItem, budget: int) -> Summary | None:
    """The summary already made from this very content for this length."""
    return session.exec(
        select(Summary).where(
            Summary.news_item_id == item.id,
            Summary.content_sha256 == item.content_sha256,
            Summary.budget == budget,
        )
    ).first()


def of_text(session: Session, news_item_id: int, text: str) -> Summary | None:
    """The summary of what the item says now that `text` is, or ends with behind words of our own.

    None of a text that a person changed.
    """
    stored = session.exec(
        select(Summary)
        .join(NewsItem)
        .where(
            Summary.news_item_id == news_item_id,
            Summary.content_sha256 == NewsItem.content_sha256,
        )
        .order_by(col(Summary.id).desc())
    ).all()
    fitting = [candidate for candidate in stored if candidate.text and text.endswith(candidate.text)]
    return max(fitting, key=lambda candidate: len(candidate.text), default=None)
