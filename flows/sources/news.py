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
        stocked: whether anything is stored; most first readings need not ask what.
        is_read: whether the profile names the source of this id: what another one brings is its own.
        whole: the daily reading, in which pages are read again.
    """
    first = source.succeeded_at is None
    entries = truly_dated(feed.entries)

    def of_another(known: StoredItem) -> bool:
        return known.source_id != source.id and is_read(known.source_id)

    found = (
        _matches(session, source.id, entries, of_another)
        if stocked
        else match(entries, [], lambda _titles: [])
    )
    foreign = [one.known for one in found if one.known and one.known.source_id != source.id]
    fresh = _fresh(found, profile, first, now)
    visits, same, without, waiting = [], [], [], 0
    for one in found:
        if one.known and of_another(one.known):
            same.append(one.known.id)
        elif one.known and one.unchanged and not _due(one.known, profile, now):
            same.append(one.known.id)
            waiting += bool((one.known.page_failure or one.known.page_lags) and one.entry.url)
        elif one.known or one in fresh:
            visits.append(one)
        else:
            without.append((from_feed(one), Origin.initial if first else Origin.collected))
    if whole and not first:
        visits += _gone_from_the_feed(session, source, found, profile, now)
    late = visits[PAGES_A_RUN:]
    unread = [
        (replace(from_feed(one), page_failure=NOT_YET, page_checked_at=now), Origin.collected)
        for one in late
        if one.known is None
    ]
    return Plan(
        same=tuple(same),
        adopted=tuple(known.id for known in foreign if not of_another(known)),
        without_page=(*without, *unread),
        visits=tuple(visits[:PAGES_A_RUN]),
        first=first,
        gap=not first and not any(one.known for one in found),
        waiting=waiting + len(late),
    )


def _matches(
    session: Session, source_id: int, entries: Sequence[Entry], of_another: Callable[[StoredItem], bool]
) -> list[Match]:
    """Each entry with its item: of this source, of another that has it too, of one that this one replaces."""
    keys = {item_key(entry) for entry in entries}
    guids = [entry.guid for entry in entries]
    stored = [
        one
        for one in news_items.matching(session, None, guids=guids, keys=keys)
        if one.source_id == source_id or one.address_key in keys or "://" in one.guid
    ]
    stored.sort(key=lambda one: one.source_id != source_id)

    def moved(titles: list[str]) -> list[StoredItem]:
        found = news_items.matching(session, None, titles=titles)
        return [one for one in found if not of_another(one)]

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
        (one, visit(client, one.entry, key=one.key, fingerprint=one.fingerprint, now=now))
        for one in planned.visits
    ]
    came: Counter[str] = Counter()
    problems = []
    for one, data in doubtful(read):
        if data.page_failure:
            problems.append(data.page_failure)
        with transaction(engine) as session:
            alone(session, PURPOSE)
            outcome, lags = _store(session, source, one, data, planned.first, profile, now)
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


def _store(
    session: Session, source: Source, one: Match, data: NewsData, first: bool, profile: Profile, now: datetime
) -> tuple[str, bool]:
    """Store one item, unless another run did so meanwhile; also whether its page tells old facts."""
    if one.known is None:
        if news_items.matching(session, source.id, guids=[data.guid]):
            return "unchanged", False
        old = first and not _within(data.published_at or now, profile.first_reading.days, now)
        origin = Origin.initial if old else Origin.collected
        news_items.add(session, source.id, [data], origin=origin, now=now)
        return "new", False
    (known,) = news_items.by_id(session, [one.known.id])
    if (known.content_sha256, known.entry_sha256) != (one.known.content_sha256, one.known.entry_sha256):
        return "unchanged", False
    change, data = difference(known, data)
    edit = change.edit
    if edit in (Edit.reworded, Edit.updated) and news_items.alternates(
        session, known.content_sha256, known.id, data.content_sha256
    ):
        edit = None  # back and forth between two texts, both kept: a cache, not an event
    facts = {
        name: [(fact.kind, fact.value) for fact in getattr(change, name)] if edit else []
        for name in ("lost", "gained")
    }
    news_items.revise(session, known.id, data, edit=edit, now=now, **facts)
    outcome = "unchanged" if edit in (None, Edit.cosmetic) else "updated"
    return outcome, data.page_lags and data.page_failure is None


def from_feed(one: Match) -> NewsData:
    """An item whose page is not read: what the feed carries of it."""
    entry = one.entry
    return NewsData(
        guid=entry.guid,
        url=entry.url,
        title=entry.title,
        abstract="",
        body=entry.summary,
        category=entry.categories[0] if entry.categories else None,
        published_at=entry.published,
        updated_at=entry.updated,
        entry_sha256=one.fingerprint,
        address_key=one.key,
        feed_text=entry.summary,
    )


def _fresh(found: Sequence[Match], profile: Profile, first: bool, now: datetime) -> list[Match]:
    """The new entries that may be news. Of a source's first reading only so many, and none older."""
    new = [one for one in found if one.known is None]
    days = profile.first_reading.days if first else profile.news_window_days
    recent = [one for one in new if _within(one.entry.published or now, days, now)]
    if not first:
        return recent
    dated = sorted(recent, key=lambda one: one.entry.published or now, reverse=True)  # undated: feed order
    return dated[: profile.first_reading.items]


def _gone_from_the_feed(
    session: Session, source: Source, found: Sequence[Match], profile: Profile, now: datetime
) -> list[Match]:
    """What the feed shows no longer and may still be told: its page is read again."""
    stored = news_items.to_reread(
        session,
        source.id,
        excluding=[one.known.id for one in found if one.known],
        since=now - timedelta(days=profile.news_window_days),
        before=now - REREAD_AFTER,
    )
    return [
        Match(
            Entry(
                guid=known.guid,
                url=known.url,
                title=known.title,
                summary=known.feed_text,
                published=known.published_at,
                updated=None,
                categories=(known.category,) if known.category else (),
            ),
            known.address_key,
            known.entry_sha256,
            known,
        )
        for known in stored
        if known.url
    ]


def _within(moment: datetime, days: int, now: datetime) -> bool:
    return moment >= now - timedelta(days=days)


def _due(known: StoredItem, profile: Profile, now: datetime) -> bool:
    """Whether the page of an item that did not change in the feed is read again."""
    if known.page_checked_at is None or known.address_key.startswith("guid:"):
        return False  # too old to be news, or without an address
    if known.page_failure or known.page_lags:
        wait = min(RETRY_PAGE * 2 ** min(max(known.page_failures - 1, 0), 10), REREAD_AFTER)
        return bool(now >= known.page_checked_at + wait)
    recent = _within(known.published_at or now, profile.news_window_days, now)
    return recent and now >= known.page_checked_at + REREAD_AFTER
