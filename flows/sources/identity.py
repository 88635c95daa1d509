"""Which stored item an entry is, if any, and what became of it between two readings.

Pure: decides, and stores nothing. An entry may come with another guid, with none, or at another address; an
address may be given to another item; what vanishes may return. So the content decides wherever guid or
address alone would lie, and like is compared with like: page with page, feed with feed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from db.models import Edit
from db.news_items import NewsData, StoredItem
from flows.bulletin.choosing.changes import Change, NoticeText, compare, same_item
from flows.bulletin.facts.find import Fact
from scrapers.feeds.feeds import Entry
from scrapers.fetching.identity import address_key


@dataclass(frozen=True)
class Match:
    """An entry, and the stored item that it is; `item` is None for a new one."""

    entry: Entry
    key: str
    fingerprint: str
    item: StoredItem | None

    @property
    def unchanged(self) -> bool:
        return self.item is not None and self.item.entry_sha256 == self.fingerprint


def item_key(entry: Entry) -> str:
    """What an item is looked up by besides its guid: its address, or for want of one its guid."""
    return address_key(entry.url) or f"guid:{entry.guid}"


def fingerprint(entry: Entry, key: str) -> str:
    """Of what the feed says of an item, but its dates: in 50 of 53 real feeds those are of the poll."""
    content = "\x00".join((key, entry.title, entry.summary, entry.content_html))
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def match(
    entries: Sequence[Entry], stored: Sequence[StoredItem], moved: Callable[[list[str]], Sequence[StoredItem]]
) -> list[Match]:
    """Each entry with its stored item; two entries never share one.

    Args:
        entries: of one poll.
        stored: items of the source with a guid or an address of these, the newest first.
        moved: finds items of the source by their titles; asked once, for entries that nothing else knows.
    """
    items: dict[int, StoredItem] = {}  # place of the entry -> its item
    taken: set[int] = set()
    index = _Index(stored)
    keys = [item_key(entry) for entry in entries]

    def take(place: int, candidates: Iterator[StoredItem]) -> None:
        item = next((candidate for candidate in candidates if candidate.id not in taken), None)
        if item is not None:
            items[place] = item
            taken.add(item.id)

    prints = [fingerprint(entry, key) for entry, key in zip(entries, keys, strict=True)]
    for place, (entry, key) in enumerate(zip(entries, keys, strict=True)):  # what stands as it stood
        take(place, (item for item in index.of(entry, key) if item.entry_sha256 == prints[place]))
    for place, (entry, key) in enumerate(zip(entries, keys, strict=True)):  # what was edited
        if place not in items:
            take(place, (item for item in index.of(entry, key) if _is(entry, item)))
    lost = [place for place in range(len(entries)) if place not in items]
    if lost:  # another guid and another address, but the same words
        by_title = moved([entries[place].title for place in lost])
        for place in lost:
            take(place, (item for item in by_title if _reads_the_same(entries[place], item)))
        again = [place for place in lost if place not in items]
        titled = [place for place in again if any(_same_title(entries[place], item) for item in by_title)]
        if len(titled) > 2 and len(titled) * 2 >= len(entries):  # the site was made anew
            for place in titled:
                take(place, (item for item in by_title if _same_title(entries[place], item)))
    return [
        Match(_apart(entry, prints[place], index, place in items), key, prints[place], items.get(place))
        for place, (entry, key) in enumerate(zip(entries, keys, strict=True))
    ]


class _Index:
    def __init__(self, stored: Sequence[StoredItem]) -> None:
        self.guids: dict[str, list[StoredItem]] = defaultdict(list)
        self.keys: dict[str, list[StoredItem]] = defaultdict(list)
        for item in stored:
            self.guids[item.guid].append(item)
            self.keys[item.address_key].append(item)

    def of(self, entry: Entry, key: str) -> Iterator[StoredItem]:
        """By guid first, then by address."""
        yield from self.guids.get(entry.guid, ())
        yield from self.keys.get(key, ())


def _is(entry: Entry, item: StoredItem) -> bool:
    """Whether an entry with the guid or the address of a stored item is an edit of it.

    A feed may shorten what the page tells, so words that are missing do not count against it.
    """
    vouched = entry.guid == item.guid and address_key(entry.guid) != item.address_key
    if vouched and item_key(entry) == item.address_key and _folded(entry.title) == _folded(item.title):
        return True  # a guid that is no address, the same address, the same title
    before = NoticeText(item.title, f"{item.abstract}\n{item.body}")
    return same_item(before, NoticeText(entry.title, entry.summary))


def _reads_the_same(entry: Entry, item: StoredItem) -> bool:
    """Word for word: nothing else tells that a new guid at a new address is an old item."""
    if _folded(entry.title) != _folded(item.title):
        return False
    summary, text = _folded(entry.summary), _folded(f"{item.abstract} {item.body}")
    return bool(summary) and (summary in text or summary.rstrip(".… ") in text)


def _same_title(entry: Entry, item: StoredItem) -> bool:
    """A title that tells its matter, and no other day: all there is to go by where a feed carries no text."""
    title = _folded(entry.title)
    dates = (entry.published, item.published_at)
    same_day = None in dates or entry.published.date() == item.published_at.date()  # type: ignore[union-attr]
    return len(title.split()) > 2 and title == _folded(item.title) and same_day


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _apart(entry: Entry, fingerprint: str, index: _Index, is_stored: bool) -> Entry:
    """A new item whose guid another one has already: it gets a guid of its own."""
    if is_stored or entry.guid not in index.guids:
        return entry
    return replace(entry, guid=f"{entry.guid}#{fingerprint[:16]}")


def difference(item: StoredItem, data: NewsData) -> tuple[Change, NewsData]:
    """What an edit changed, and the item as it is to be stored.

    Either of feed and page may tell the edit first: a page comes from a cache, or not at all, while the feed
    says RINVIATO. Then the item is updated at once, `page_lags` says that its page tells otherwise, and the
    page that comes after brings no second event. The first reading of a page is no edit, though it tells
    more than the feed did; nor is the first by another version of this program.
    """
    if not item.entry_sha256:
        return Change(None), data
    had_page = item.page_read_at is not None
    has_page = data.page_failure is None
    by_feed = Change(None)
    if item.feed_text or not had_page:
        by_feed = compare(
            NoticeText(item.title, item.feed_text or item.body), NoticeText(data.title, data.feed_text)
        )
    elif item.title != data.title:
        by_feed = compare(NoticeText(item.title, ""), NoticeText(data.title, ""))
    by_page = Change(None)
    if had_page and has_page:
        by_page = compare(
            NoticeText(item.title, f"{item.abstract}\n{item.body}"),
            NoticeText(data.title, f"{data.abstract}\n{data.body}"),
        )
    stands = (data.abstract, data.body) == (item.abstract, item.body)
    lags = by_feed.edit == Edit.updated and had_page and (not has_page or stands)
    if item.page_lags and not lags:  # told when the feed said it
        lags = not has_page or (stands and by_feed.edit is None)
        if by_page.edit == Edit.updated and by_feed.edit is None:
            by_page = replace(by_page, edit=Edit.reworded)
    return _both(by_page, by_feed), replace(data, page_lags=lags)


def _both(change: Change, other: Change) -> Change:
    """The greater edit of two, with the facts of both."""
    order = [None, *Edit]
    edit = max(change.edit, other.edit, key=order.index)

    def each_once(*facts: Fact) -> tuple[Fact, ...]:
        return tuple({(fact.kind, fact.value): fact for fact in facts}.values())

    return Change(edit, each_once(*change.lost, *other.lost), each_once(*change.gained, *other.gained))
