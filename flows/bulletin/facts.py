"""The typed facts of an Italian municipal text: what a citizen acts on, wherever it stands."""

from datetime import date

from flows.bulletin import (
    fact_contacts,
    fact_dates,
    fact_numbers,
    fact_places,
    fact_times,
    fact_words,
)
from flows.bulletin.fact import Fact, Kind, Sheet

__all__ = ["Fact", "Kind", "facts"]


def facts(text: str, *, published: date | None = None) -> tuple[Fact, ...]:
    """Every fact of `text`, in the order of their place, each occurrence for itself.

    `published` gives `oggi`, `domani`, `stasera` their date; without it they are `Kind.relative`.
    The readers go from the surest to the widest, and each hides what it took: `via 2 Giugno` is a street
    before it can be a date, and a date before it can be a number.
    """
    sheet = Sheet(text)
    fact_contacts.read(sheet)
    fact_places.read(sheet)
    fact_numbers.read_amounts(sheet)
    fact_dates.read(sheet, published)
    fact_contacts.read_phones(sheet)
    fact_numbers.read_references(sheet)
    fact_times.read(sheet)
    fact_dates.read_weekdays(sheet)
    fact_words.read(sheet)
    fact_places.read_venues(sheet)
    fact_numbers.read_numbers(sheet)
    fact_places.read_names(sheet)
    return tuple(sorted(sheet.found, key=lambda fact: (fact.start, fact.end)))
