"""A past window of a site's news: found by every way there is, each item stored once and at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import news_items, sources
from db.engine import alone, transaction
from db.engine import reading as looking
from db.models import Origin
from db.news_items import NewsData, StoredItem
from flows.settings import Settings
from flows.sources.identity import difference, fingerprint, item_key, match
from flows.sources.news import PURPOSE
from flows.sources.pages import visit
from flows.sources.past_ways import Way, Window, day_of
from flows.sources.readings import Reading
from scrapers.archives.walk import Batch, NoArchive, key_of
from scrapers.errors import ParseError, PermanentError, ScraperError
from scrapers.feeds.feeds import Entry
from scrapers.fetching.patience import Patient


@dataclass(frozen=True)
class StoredEntry:
    """An entry that may be wanted, with the stored item that it is."""

    entry: Entry
    item: StoredItem | None


def look_up(
    session: Session, addresses: Sequence[str], entries: Sequence[Entry], *, by_words: bool
) -> list[StoredEntry]:
    """Each entry with its stored item, by guid and address; `by_words` also where both are others now.

    `addresses` are those of the site's sources, the first the one whose items are looked at first.
    """
    homes = [source.id for address in dict.fromkeys(addresses) if (source := sources.find(session, address))]

    def matching(**by: Sequence[str]) -> list[StoredItem]:
        return [item for home in homes for item in news_items.matching(session, home, **by)]

    keys = [item_key(entry) for entry in entries]
    stored = matching(guids=[entry.guid for entry in entries], keys=keys)
    titled = [entry for entry in entries if entry.title]
    matches = match(titled, stored, lambda titles: matching(titles=titles) if by_words else [])
    # a sitemap gives nothing but the address to go by
    by_guid = {item.guid: item for item in reversed(stored)}
    by_key = {item.address_key: item for item in reversed(stored)}
    bare = [
        StoredEntry(entry, by_key.get(item_key(entry)) or by_guid.get(entry.guid))
        for entry in entries
        if not entry.title
    ]
    return [*(StoredEntry(matched.entry, matched.item) for matched in matches), *bare]


OLD = 2  # batches wholly before the window, in a row, end a walk: one may be of items that are kept on top


@dataclass(frozen=True)
class Order:
    """What is asked of a backfill. `offer`: an editor wants these in the next bulletin."""

    window: Window
    now: datetime
    dry_run: bool = True
    offer: bool = False


class Past:
    """One run over a site. What an earlier way told the day of is not read again by a later one."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        client: Patient,
        order: Order,
        progress: Callable[[Reading, float], None],
    ) -> None:
        self._engine, self._client, self._order, self._progress = engine, client, order, progress
        self._addresses = [
            *(str(source) for source in settings.profile.sources.feeds),
            *(str(source.address) for source in settings.profile.sources.listings),
        ]
        self._reading = Reading("")
        self._days: dict[str, datetime | None] = {}  # of what was judged, by key

    def read(self, way: Way) -> Reading:
        """Go one way to its end or the window's; its failure is a value, and keeps what was stored before."""
        self._reading = Reading(way.name)
        old = seen = 0
        oldest = self._order.now
        try:
            for batch in way.pages(self._client.whole):
                self._count(problems=batch.problems)
                self._batch(way, batch)
                days = [day for entry in batch.entries if (day := self._day(entry))]
                seen += len(batch.entries)
                oldest = min([oldest, *days])
                self._progress(self._reading, self._share(batch, seen, days))
                if batch.entries:
                    old = old + 1 if self._order.window.is_before(days) else 0
                if way.in_order and old == OLD:
                    break
        except (NoArchive, PermanentError, ParseError) as exc:
            if not way.declared and not seen:
                return replace(self._reading, absent=exc.message)
            return self._failed(exc)
        except ScraperError as exc:
            return self._failed(exc)
        if way.shallow and day_of(oldest) > self._order.window.first:
            self._count(
                problems=[f"{way.name}: goes back to {day_of(oldest)} only; older news were not seen"]
            )
        return self._reading

    def _count(self, **more: int | Sequence[str]) -> None:
        """Add to the counts of the reading, or to its lines."""
        before = self._reading
        sums = {
            name: getattr(before, name) + (value if isinstance(value, int) else tuple(value))
            for name, value in more.items()
        }
        self._reading = replace(before, **sums)

    def _failed(self, exc: ScraperError) -> Reading:
        reading = self._reading
        stored = f" (until then: {reading.new} new, {reading.unchanged} already stored)"
        return replace(reading, failure=f"{exc}{stored if reading.new or reading.unchanged else ''}")

    def _day(self, entry: Entry) -> datetime | None:
        return entry.published or self._days.get(key_of(entry))

    def _share(self, batch: Batch, seen: int, days: Sequence[datetime]) -> float:
        if batch.total:
            return min(seen / batch.total, 1.0)
        return self._order.window.share(min(days), self._order.now) if days else 0.0

    def _batch(self, way: Way, batch: Batch) -> None:
        wanted = []
        for entry in batch.entries:
            key = key_of(entry)
            if key in self._days and (self._days[key] or entry.published is None):
                continue
            self._days[key] = entry.published
            if entry.published is None or self._order.window.holds(entry.published):
                wanted.append(entry)
        for stored in self._recognised(way, wanted):
            if stored.item:
                self._stored(way, stored.entry, stored.item)
            else:
                self._new(way, stored.entry)
            self._progress(self._reading, 0.0)

    def _recognised(self, way: Way, entries: Sequence[Entry]) -> list[StoredEntry]:
        if not entries:
            return []
        with looking(self._engine) as session:
            return look_up(session, self._homes(way), entries, by_words=True)

    def _homes(self, way: Way) -> list[str]:
        return [way.source[1], *self._addresses]

    def _stored(self, way: Way, entry: Entry, item: StoredItem) -> None:
        """An item that is stored already: a page that failed is tried again, nothing else is done."""
        day = entry.published or item.published_at
        self._days[key_of(entry)] = day
        if day and not self._order.window.holds(day):
            return
        if self._order.dry_run:
            offered = [_line(day, entry.title or item.title, entry)] if self._order.offer and day else []
            self._count(unchanged=1, offered=offered)
            return
        read = None
        if item.page_failure:
            read = self._visit(replace(entry, title=entry.title or item.title, published=day))
        mended = False
        with transaction(self._engine) as session:
            alone(session, PURPOSE)
            (stored,) = look_up(session, self._homes(way), [entry], by_words=False)
            item = stored.item or item  # as it is by now
            if item.page_failure and read is not None and not read.page_failure:
                self._revise(session, item, read)
                mended = True
            if self._order.offer and day:
                news_items.offer(session, [item.id], now=self._order.now)
        self._count(updated=int(mended), unchanged=int(not mended))

    def _revise(self, session: Session, item: StoredItem, read: NewsData) -> None:
        """Store what the page tells; what that changes of what was told until now is an edit."""
        # an archive that tells no words or category says nothing against those that the feed had
        text = read.feed_text or item.feed_text or ("" if item.page_read_at else item.body)
        read = replace(read, feed_text=text, category=read.category or item.category)
        change, read = difference(item, read)
        lost, gained = ([(fact.kind, fact.value) for fact in facts] for facts in (change.lost, change.gained))
        now = self._order.now
        news_items.revise(session, item.id, read, edit=change.edit, lost=lost, gained=gained, now=now)

    def _new(self, way: Way, entry: Entry) -> None:
        """Judge an item by its day, the page's where the archive tells none, and store it."""
        read = None
        if entry.published is None or not self._order.dry_run:
            read = self._visit(entry)
        day = entry.published or (read.published_at if read else None)
        self._days[key_of(entry)] = day
        failure = read.page_failure if read else None
        if day is None:
            why = failure or "no day on its page either"
            problem = f"{entry.title or entry.url}: not stored, its day is not known ({why})"
            self._count(undated=1, problems=[problem])
        elif self._order.window.holds(day):
            problems = [failure] if failure else []
            if read is None or self._order.dry_run:
                line = _line(day, entry.title or (read.title if read else ""), entry)
                offered = [line] if self._order.offer else []
                self._count(new=1, problems=problems, found=[line], offered=offered)
            else:
                is_new = self._store(way, entry, read)
                self._count(new=int(is_new), unchanged=int(not is_new), problems=problems)

    def _visit(self, entry: Entry) -> NewsData:
        """Raises OutOfPatience where the server has said for too long that it is busy."""
        self._client.require_patience(entry.url)
        key = item_key(entry)
        return visit(self._client, entry, key=key, fingerprint=fingerprint(entry, key), now=self._order.now)

    def _store(self, way: Way, entry: Entry, data: NewsData) -> bool:
        """Store a new item; whether it was one: somebody else may have stored it meanwhile."""
        with transaction(self._engine) as session:
            alone(session, PURPOSE)
            (stored,) = look_up(session, self._homes(way), [entry], by_words=False)
            item = stored.item
            if item is None:
                source = sources.ensure(session, *way.source)
                data = replace(data, guid=stored.entry.guid)
                news_items.add(session, source.id, [data], origin=Origin.backfilled, now=self._order.now)
                (item,) = news_items.matching(session, source.id, guids=[data.guid])
            if self._order.offer:
                news_items.offer(session, [item.id], now=self._order.now)
        return stored.item is None


def _line(day: datetime, title: str, entry: Entry) -> str:
    return f"{day_of(day)} {title} ({entry.url or 'no address'})"
