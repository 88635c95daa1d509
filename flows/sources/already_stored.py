"""What of the entries of many feeds may be stored already: asked for once for all of them."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from db import news_items
from db.news_items import NewsData
from flows.sources.identity import item_key
from scrapers.feeds.feeds import Entry, Feed
from scrapers.text import storable


class AlreadyStored:
    """Says which feeds hold nothing but entries that are new to the database, as all of a first reading are.

    Only the others need ask, one by one, which of their entries is which stored item.
    """

    def __init__(self, session: Session, feeds: Iterable[Feed]) -> None:
        entries = [entry for feed in feeds if _can_be_asked(feed.entries) for entry in feed.entries]
        self._guids, self._keys, self._titles = (
            news_items.stored_among(
                session,
                guids={entry.guid for entry in entries},
                keys={item_key(entry) for entry in entries},
                titles={entry.title for entry in entries},
            )
            if entries and news_items.any_stored(session)
            else (set(), set(), set())
        )

    def may_hold(self, feed: Feed) -> bool:
        """Whether a stored item may be one of its entries: by its guid, its address or its title."""
        return not _can_be_asked(feed.entries) or any(
            entry.guid in self._guids or item_key(entry) in self._keys or entry.title in self._titles
            for entry in feed.entries
        )

    def add(self, items: Iterable[NewsData]) -> None:
        """These are stored now."""
        for item in items:
            self._guids.add(item.guid)
            self._keys.add(item.address_key)
            self._titles.add(item.title)


def _can_be_asked(entries: Sequence[Entry]) -> bool:
    """Whether no text of them is one that a database refuses: it would cost the others their question."""
    words = "\n".join(f"{entry.guid}\n{entry.url}\n{entry.title}" for entry in entries)
    return storable(words) == words
