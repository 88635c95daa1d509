"""Feed or list page -> entries -> pages -> stored items. One bad page or entry never costs the others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import news_items, sources
from db.engine import transaction
from db.models import Edit, Origin, Source
from db.news_items import Known, NewsData
from flows.bulletin.changes import Change, Said, compare
from flows.profile import Profile
from flows.sources.identity import Match, item_key, match
from flows.sources.pages import visit
from flows.sources.readings import Reading
from scrapers.feeds import Entry, Feed
from scrapers.http import Fetcher

PAGES_A_RUN = 40  # of one source: a town's server is small; the rest is read next time
REREAD_AFTER = timedelta(hours=24)  # an edit may change the page and not the feed
RETRY_PAGE = timedelta(minutes=20)  # after the first failure; doubled with each, a day at most


@dataclass(frozen=True)
class Plan:
    """What a poll asks for, decided before anything is stored."""

    same: tuple[int, ...] = ()  # ids
    without_page: tuple[tuple[NewsData, Origin], ...] = ()  # new, and too old to be news
    visits: tuple[Match, ...] = ()
    first: bool = False  # of the source
    gap: bool = False  # nothing of this poll was known: something between the polls may have been missed
    waiting: int = 0  # pages that failed and are not due yet, or beyond what one run reads

    @property
    def complete(self) -> bool:
        return not self.visits and not self.waiting


def plan(
    session: Session, source: Source, feed: Feed, profile: Profile, *, stocked: bool, now: datetime
) -> Plan:
    """Match a poll with what is stored, and decide which pages are read.

    `stocked`: whether anything of the source is stored; most first readings need not ask which.
    """
    first = source.succeeded_at is None
    entries = (
        [replace(entry, published=None) for entry in feed.entries] if all_dated_alike(feed) else feed.entries
    )
    keys = [item_key(entry) for entry in entries]
    guids = [entry.guid for entry in entries]
    stored = news_items.known(session, source.id, guids=guids, keys=keys) if stocked else []

    def moved(titles: list[str]) -> list[Known]:
        return news_items.known(session, source.id, titles=titles) if stocked else []

    found = match(entries, stored, moved)
    fresh = _fresh(found, profile, first, now)
    visits, same, without, waiting = [], [], [], 0
    for one in found:
        if one.known and one.unchanged and not _due(one.known, profile, now):
            same.append(one.known.id)
            waiting += bool(one.known.page_failure and one.entry.url)
        elif one.known or one in fresh:
            visits.append(one)
        else:
            without.append((from_feed(one), Origin.initial if first else Origin.collected))
    return Plan(
        same=tuple(same),
        without_page=tuple(without),
        visits=tuple(visits[:PAGES_A_RUN]),
        first=first,
        gap=not first and not any(one.known for one in found),
        waiting=waiting + len(visits[PAGES_A_RUN:]),
    )


def store_plan(session: Session, source: Source, planned: Plan, now: datetime) -> None:
    """Store what needs no page."""
    news_items.touch(session, planned.same, now=now)
    for origin in Origin:
        news = [data for data, of in planned.without_page if of == origin]
        news_items.add(session, source.id, news, origin=origin, now=now)
    if planned.gap:
        sources.mark_gap(session, source.id, now=now)


def read_pages(
    client: Fetcher, engine: Engine, source: Source, planned: Plan, profile: Profile, now: datetime
) -> Reading:
    """Read the pages that the plan asks for and store each item at once: a kill loses none."""
    came: Counter[str] = Counter()
    problems = []
    for one in planned.visits:
        data = visit(client, one.entry, key=one.key, fingerprint=one.fingerprint, now=now)
        if data.page_failure:
            problems.append(data.page_failure)
        with transaction(engine) as session:
            came[_store(session, source, one, data, planned.first, profile, now)] += 1
    return Reading(
        source.address,
        new=came["new"],
        updated=came["updated"],
        unchanged=came["unchanged"],
        unread_pages=len(problems),
        problems=tuple(problems),
    )


def _store(
    session: Session, source: Source, one: Match, data: NewsData, first: bool, profile: Profile, now: datetime
) -> str:
    if one.known is None:
        old = first and not _within(data.published_at or now, profile.first_reading.days, now)
        origin = Origin.initial if old else Origin.collected
        news_items.add(session, source.id, [data], origin=origin, now=now)
        return "new"
    change = difference(one.known, data, one.entry)
    facts = {
        name: [(fact.kind, fact.value) for fact in getattr(change, name)] if change.edit else []
        for name in ("lost", "gained")
    }
    news_items.revise(session, one.known.id, data, edit=change.edit, now=now, **facts)
    return "unchanged" if change.edit in (None, Edit.cosmetic) else "updated"


def difference(known: Known, data: NewsData, entry: Entry) -> Change:
    """What an edit changed, like compared with like: page with page, else feed with feed, else the titles.

    The first reading of a page is no edit, though it tells more than the feed did.
    """
    had_page = known.page_read_at is not None
    if had_page and data.page_failure is None:
        before, after = f"{known.abstract}\n{known.body}", f"{data.abstract}\n{data.body}"
    elif had_page:
        before = after = ""
    else:
        before, after = known.body, entry.summary
    return compare(Said(known.title, before), Said(data.title, after))


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
    )


def all_dated_alike(feed: Feed) -> bool:
    """Whether the feed's dates are those of the poll: so it is in 50 of 53 feeds made by scraping."""
    dates = [entry.published for entry in feed.entries if entry.published]
    return len(dates) > 2 and max(dates) - min(dates) < timedelta(minutes=1)


def _fresh(found: Sequence[Match], profile: Profile, first: bool, now: datetime) -> list[Match]:
    """The new entries that may be news. Of a source's first reading only so many, and none older."""
    new = [one for one in found if one.known is None]
    days = profile.first_reading.days if first else profile.news_window_days
    recent = [one for one in new if _within(one.entry.published or now, days, now)]
    if not first:
        return recent
    dated = sorted(recent, key=lambda one: one.entry.published or now, reverse=True)  # undated: feed order
    return dated[: profile.first_reading.items]


def _within(moment: datetime, days: int, now: datetime) -> bool:
    return moment >= now - timedelta(days=days)


def _due(known: Known, profile: Profile, now: datetime) -> bool:
    """Whether the page of an item that did not change in the feed is read again."""
    if known.page_checked_at is None or known.address_key.startswith("guid:"):
        return False  # too old to be news, or without an address
    if known.page_failure:
        wait = min(RETRY_PAGE * 2 ** min(known.page_failures - 1, 10), REREAD_AFTER)
        return bool(now >= known.page_checked_at + wait)
    recent = _within(known.published_at or now, profile.news_window_days, now)
    return recent and now >= known.page_checked_at + REREAD_AFTER
