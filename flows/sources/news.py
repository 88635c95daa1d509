"""Feed or list page -> entries -> pages -> stored items. One bad page or entry never costs the others."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import news_items, sources
from db.engine import alone, transaction
from db.models import Edit, Origin, Source
from db.news_items import NewsData, StoredItem
from flows.profiles.comune import Profile
from flows.sources.identity import Match, difference, item_key, match
from flows.sources.pages import doubtful, visit
from flows.sources.readings import Reading
from scrapers.feeds.feeds import Entry, Feed, truly_dated
from scrapers.fetching.fetcher import Fetcher

PAGES_A_RUN = 40  # of one source: a town's server is small; the rest is read next time
REREAD_AFTER = timedelta(hours=24)  # an edit may change the page and not the feed
RETRY_PAGE = timedelta(minutes=20)  # after the first failure; doubled with each, a day at most
PURPOSE = "collect"  # of the lock: two runs at once must not store one item twice
NOT_YET = "the page was not read yet: there are more new items than one run reads"


@dataclass(frozen=True)
class Plan:
    """What a poll asks for, decided before anything is stored."""

    same: tuple[int, ...] = ()  # ids
    adopted: tuple[int, ...] = ()  # ids: of a source that the profile names no longer
    without_page: tuple[tuple[NewsData, Origin], ...] = ()  # new; too old to be news, or read next time
    visits: tuple[Match, ...] = ()
    first: bool = False  # of the source
    gap: bool = False  # nothing of this poll was known: something between the polls may have been missed
    waiting: int = 0  # pages that failed and are not due yet, or beyond what one run reads

    @property
    def complete(self) -> bool:
        return not self.visits and not self.waiting


def plan(
    session: Session,
    source: Source,
    feed: Feed,
    profile: Profile,
    *,
    stocked: bool,
    is_read: Callable[[int], bool] = lambda _source_id: False,
    whole: bool = False,
    now: datetime,
) -> Plan:
    """Match a poll with what is stored, and decide which pages are read.

    Args:
        stocked: whether any of its entries may be stored; a first reading need not ask which.
        is_read: whether the profile names the source of this id: what another one brings is its own.
        whole: the daily reading, in which pages are read again.
    """
    first = source.succeeded_at is None
    entries = truly_dated(feed.entries)

    def of_another(item: StoredItem) -> bool:
        return item.source_id != source.id and is_read(item.source_id)

    matches = (
        _matches(session, source.id, entries, of_another)
        if stocked
        else match(entries, [], lambda _titles: [])
    )
    foreign = [matched.item for matched in matches if matched.item and matched.item.source_id != source.id]
    fresh = _fresh(matches, profile, first, now)
    visits, same, without, waiting = [], [], [], 0
    for matched in matches:
        if matched.item and of_another(matched.item):
            same.append(matched.item.id)
        elif matched.item and matched.unchanged and not _due(matched.item, profile, now):
            same.append(matched.item.id)
            waiting += bool((matched.item.page_failure or matched.item.page_lags) and matched.entry.url)
        elif matched.item or matched in fresh:
            visits.append(matched)
        else:
            without.append((from_feed(matched), Origin.initial if first else Origin.collected))
    if whole and not first:
        visits += _gone_from_the_feed(session, source, matches, profile, now)
    late = visits[PAGES_A_RUN:]
    unread = [
        (replace(from_feed(matched), page_failure=NOT_YET, page_checked_at=now), Origin.collected)
        for matched in late
        if matched.item is None
    ]
    return Plan(
        same=tuple(same),
        adopted=tuple(item.id for item in foreign if not of_another(item)),
        without_page=(*without, *unread),
        visits=tuple(visits[:PAGES_A_RUN]),
        first=first,
        gap=not first and not any(matched.item for matched in matches),
        waiting=waiting + len(late),
    )


def _matches(
    session: Session, source_id: int, entries: Sequence[Entry], of_another: Callable[[StoredItem], bool]
) -> list[Match]:
    """Each entry with its item: of this source, of another that has it too, of one that this one replaces."""
    keys = {item_key(entry) for entry in entries}
    guids = [entry.guid for entry in entries]
    stored = [
        item
        for item in news_items.matching(session, None, guids=guids, keys=keys)
        if item.source_id == source_id or item.address_key in keys or "://" in item.guid
    ]
    stored.sort(key=lambda item: item.source_id != source_id)

    def moved(titles: list[str]) -> list[StoredItem]:
        renamed = news_items.matching(session, None, titles=titles)
        return [item for item in renamed if not of_another(item)]

    return match(entries, stored, moved)


def store_plan(session: Session, source: Source, planned: Plan, now: datetime) -> None:
    """Store what needs no page."""
    news_items.adopt(session, planned.adopted, source.id, now=now)
    news_items.touch(session, planned.same, now=now)
    for origin in Origin:
        news = [data for data, of in planned.without_page if of == origin]
        news_items.add(session, source.id, news, origin=origin, now=now)
    if planned.gap:
        sources.mark_gap(session, source.id, now=now)


def read_pages(
    client: Fetcher, engine: Engine, source: Source, planned: Plan, profile: Profile, now: datetime
) -> Reading:
    """Read the pages that the plan asks for, look at them together, and store each item by itself."""
    read = [
        (matched, visit(client, matched.entry, key=matched.key, fingerprint=matched.fingerprint, now=now))
        for matched in planned.visits
    ]
    old_before = now - timedelta(days=profile.first_reading.days) if planned.first else None
    came: Counter[str] = Counter()
    problems = []
    for matched, data in doubtful(read):
        if data.page_failure:
            problems.append(data.page_failure)
        with transaction(engine) as session:
            alone(session, PURPOSE)
            outcome, lags = store_item(session, source, matched, data, old_before=old_before, now=now)
        came[outcome] += 1
        came["lagging"] += lags
    return Reading(
        source.address,
        new=came["new"],
        updated=came["updated"],
        unchanged=came["unchanged"],
        unread_pages=len(problems) + came["lagging"],
        problems=tuple(problems),
    )


def store_item(
    session: Session,
    source: Source,
    matched: Match,
    data: NewsData,
    *,
    old_before: datetime | None = None,
    now: datetime,
) -> tuple[str, bool]:
    """Store one item, unless another run did so meanwhile; also whether its page tells old facts.

    `old_before`: of a source's first reading, what was published earlier is no news.
    """
    if matched.item is None:
        if news_items.matching(session, source.id, guids=[data.guid]):
            return "unchanged", False
        old = old_before is not None and (data.published_at or now) < old_before
        origin = Origin.initial if old else Origin.collected
        news_items.add(session, source.id, [data], origin=origin, now=now)
        return "new", False
    (item,) = news_items.by_id(session, [matched.item.id])
    if (item.content_sha256, item.entry_sha256) != (matched.item.content_sha256, matched.item.entry_sha256):
        return "unchanged", False
    change, data = difference(item, data)
    edit = change.edit
    if edit in (Edit.reworded, Edit.updated) and news_items.alternates(
        session, item.content_sha256, item.id, data.content_sha256
    ):
        edit = None  # back and forth between two texts, both kept: a cache, not an event
    facts = {
        name: [(fact.kind, fact.value) for fact in getattr(change, name)] if edit else []
        for name in ("lost", "gained")
    }
    news_items.revise(session, item.id, data, edit=edit, now=now, **facts)
    outcome = "unchanged" if edit in (None, Edit.cosmetic) else "updated"
    return outcome, data.page_lags and data.page_failure is None


def from_feed(matched: Match) -> NewsData:
    """An item whose page is not read: what the feed carries of it."""
    entry = matched.entry
    return NewsData(
        guid=entry.guid,
        url=entry.url,
        title=entry.title,
        abstract="",
        body=entry.summary,
        category=entry.categories[0] if entry.categories else None,
        published_at=entry.published,
        updated_at=entry.updated,
        entry_sha256=matched.fingerprint,
        address_key=matched.key,
        feed_text=entry.summary,
    )


def _fresh(matches: Sequence[Match], profile: Profile, first: bool, now: datetime) -> list[Match]:
    """The new entries that may be news. Of a source's first reading only so many, and none older."""
    new = [matched for matched in matches if matched.item is None]
    days = profile.first_reading.days if first else profile.news_window_days
    recent = [matched for matched in new if _within(matched.entry.published or now, days, now)]
    if not first:
        return recent
    # undated ones in the feed's order
    dated = sorted(recent, key=lambda matched: matched.entry.published or now, reverse=True)
    return dated[: profile.first_reading.items]


def _gone_from_the_feed(
    session: Session, source: Source, matches: Sequence[Match], profile: Profile, now: datetime
) -> list[Match]:
    """What the feed shows no longer and may still be told: its page is read again."""
    stored = news_items.to_reread(
        session,
        source.id,
        excluding=[matched.item.id for matched in matches if matched.item],
        since=now - timedelta(days=profile.news_window_days),
        before=now - REREAD_AFTER,
    )
    return [
        Match(
            Entry(
                guid=item.guid,
                url=item.url,
                title=item.title,
                summary=item.feed_text,
                published=item.published_at,
                updated=None,
                categories=(item.category,) if item.category else (),
            ),
            item.address_key,
            item.entry_sha256,
            item,
        )
        for item in stored
        if item.url
    ]


def _within(moment: datetime, days: int, now: datetime) -> bool:
    return moment >= now - timedelta(days=days)


def _due(item: StoredItem, profile: Profile, now: datetime) -> bool:
    """Whether the page of an item that did not change in the feed is read again."""
    if item.page_checked_at is None or item.address_key.startswith("guid:"):
        return False  # too old to be news, or without an address
    if item.page_failure or item.page_lags:
        wait = min(RETRY_PAGE * 2 ** min(max(item.page_failures - 1, 0), 10), REREAD_AFTER)
        return bool(now >= item.page_checked_at + wait)
    recent = _within(item.published_at or now, profile.news_window_days, now)
    return recent and now >= item.page_checked_at + REREAD_AFTER
