"""The typed facts of an Italian municipal text: what a citizen acts on, wherever it stands."""

from datetime import date

from flows.bulletin.facts import contacts as fact_contacts
from flows.bulletin.facts import dates as fact_dates
from flows.bulletin.facts import figures as fact_numbers
from flows.bulletin.facts import places as fact_places
from flows.bulletin.facts import times as fact_times
from flows.bulletin.facts import words as fact_words
from flows.bulletin.facts.fact import Fact, Kind, Sheet

__all__ = ["Fact", "Kind", "facts"]


def facts(text: str, *, published: date | None = None) -> tuple[Fact, ...]:
    """Every fact of `text`, in the order of their place, each occurrence for itself.

    `published` gives `oggi`, `entro venerdì` their date; without it they are `Kind.relative`.
    The readers go from the surest to the widest, and each hides what it took: `via 2 Giugno` is a street
    before it can be a date, and a date before it can be a number.
    """
    sheet = Sheet(text)
    fact_contacts.read(sheet)
    fact_places.read(sheet)
    fact_numbers.read_amounts(sheet)
    fact_dates.read(sheet)
    fact_contacts.read_phones(sheet)
    fact_numbers.read_references(sheet)
    fact_times.read(sheet)
    fact_dates.read_weekdays(sheet, published)
    fact_words.read(sheet)
    fact_places.read_venues(sheet)
    fact_numbers.read_numbers(sheet)
    fact_places.read_names(sheet)
    return tuple(sorted(sheet.found, key=lambda fact: (fact.start, fact.end)))
