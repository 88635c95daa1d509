"""The typed facts of an Italian municipal text: what a citizen acts on, wherever it stands."""

from datetime import date
from functools import lru_cache

from flows.bulletin.facts import contacts, dates, figures, places, times, words
from flows.bulletin.facts.fact import Fact, Kind, Sheet

__all__ = ["Fact", "Kind", "facts"]


@lru_cache(maxsize=256)  # a page is read once, and compared with every text that may be its
def facts(text: str, *, published: date | None = None) -> tuple[Fact, ...]:
    """Every fact of `text`, in the order of their place, each occurrence for itself.

    `published` gives `oggi`, `entro venerdì` their date; without it they are `Kind.relative`.
    The readers go from the surest to the widest, and each hides what it took: `via 2 Giugno` is a street
    before it can be a date, and a date before it can be a number.
    """
    sheet = Sheet(text)
    contacts.read(sheet)
    places.read(sheet)
    figures.read_amounts(sheet)
    dates.read(sheet)
    contacts.read_phones(sheet)
    figures.read_references(sheet)
    times.read(sheet)
    dates.read_weekdays(sheet, published)
    words.read(sheet)
    places.read_venues(sheet)
    figures.read_numbers(sheet)
    places.read_names(sheet)
    return tuple(sorted(sheet.facts, key=lambda fact: (fact.start, fact.end)))
