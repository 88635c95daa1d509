"""Entries of a site's past with the stored items that they are, of whichever source of the site."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from db import news_items, sources
from db.news_items import Known
from flows.sources.identity import item_key, match
from scrapers.feeds import Entry


@dataclass(frozen=True)
class Found:
    """An entry that may be wanted, with the stored item that it is."""

    entry: Entry
    known: Known | None


def look_up(
    session: Session, addresses: Sequence[str], entries: Sequence[Entry], *, by_words: bool
) -> list[Found]:
    """Each entry with its stored item, by guid and address; `by_words` also where both are others now.

    `addresses` are those of the site's sources, the first the one whose items are looked at first.
    """
    homes = [source.id for address in dict.fromkeys(addresses) if (source := sources.find(session, address))]

    def known(**by: Sequence[str]) -> list[Known]:
        return [one for home in homes for one in news_items.known(session, home, **by)]

    keys = [item_key(entry) for entry in entries]
    stored = known(guids=[entry.guid for entry in entries], keys=keys)
    named = [entry for entry in entries if entry.title]
    matches = match(named, stored, lambda titles: known(titles=titles) if by_words else [])
    # a sitemap gives nothing but the address to go by
    by_guid = {one.guid: one for one in reversed(stored)}
    by_key = {one.address_key: one for one in reversed(stored)}
    bare = [
        Found(entry, by_key.get(item_key(entry)) or by_guid.get(entry.guid))
        for entry in entries
        if not entry.title
    ]
    return [*(Found(one.entry, one.known) for one in matches), *bare]
