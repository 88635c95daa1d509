"""The days that Italian pages print: "12 novembre 2026", "1° maggio 2026", "12/11/2026", "2026-11-12"."""

import re
from datetime import date

_NAMES = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
MONTHS = _NAMES.split()
_WORDS = re.compile(r"\b(\d{1,2})(?:°|º)?\s+([a-z]{3,9})\.?\s+(\d{4})\b", re.IGNORECASE)
_DIGITS = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")


def italian_date(text: str) -> date | None:
    """The first day with a year that stands in `text`, or None; impossible days are passed over."""
    found: list[tuple[int, date]] = []
    for match in _WORDS.finditer(text):
        _keep(found, match.start(), int(match[3]), _month(match[2]), int(match[1]))
    for match in _DIGITS.finditer(text):
        _keep(found, match.start(), int(match[3]), int(match[2]), int(match[1]))
    for match in _ISO.finditer(text):
        _keep(found, match.start(), int(match[1]), int(match[2]), int(match[3]))
    return min(found)[1] if found else None


def _month(name: str) -> int:
    """1 to 12 for a month's name or its first three letters, 0 for any other word."""
    short = [month[:3] for month in MONTHS]
    word = name.lower()
    if word in MONTHS:
        return MONTHS.index(word) + 1
    return short.index(word) + 1 if word in short else 0


def _keep(found: list[tuple[int, date]], place: int, year: int, month: int, day: int) -> None:
    try:
        found.append((place, date(year, month, day)))
    except ValueError:
        return
