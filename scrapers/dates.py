"""The days that Italian pages print: "12 novembre 2026", "1° maggio 2026", "12/11/2026", "2026-11-12"."""

import re
from datetime import date
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")

_NAMES = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
MONTHS = _NAMES.split()
_SPELLED = re.compile(r"\b(\d{1,2})(?:°|º)?\s+([a-z]{3,9})\.?\s+(\d{4})\b", re.IGNORECASE)
_DIGITS = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_SHARED = re.compile(  # "dal 21 al 22 novembre 2026", "dal 30 dicembre al 6 gennaio 2027"
    r"\bdal(?:l['’])?\s*(\d{1,2})(?:°|º)?(?:\s+([a-z]{3,9})\.?)?\s+al(?:l['’])?\s*(\d{1,2})(?:°|º)?\s+([a-z]{3,9})\.?"
    r"\s+(\d{4})\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:a partire )?dal(?:l['’])?\s*(?=\d)", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")


def italian_date(text: str) -> date | None:
    """The first day with a year that stands in `text`, or None; impossible days are passed over."""
    days = _days(text)
    return days[0] if days else None


def italian_range(text: str) -> tuple[date, date | None] | None:
    """The first and last day of "dal 21 al 22 novembre 2026", twice the same of a single day.

    The end is None when only a beginning is said ("dal 5 maggio 2027 fino a conclusione"); None without a day
    with a year.
    """
    if shared := _SHARED.search(text):
        end = _day(int(shared[5]), _month(shared[4]), int(shared[3]))
        month = _month(shared[2] or shared[4])
        if end and (start := _day(end.year - (month > end.month), month, int(shared[1]))) and start <= end:
            return start, end
    days = _days(text)
    if not days:
        return None
    if len(days) > 1 and days[1] >= days[0]:
        return days[0], days[1]
    return days[0], None if _OPEN.search(text) else days[0]


def _days(text: str) -> list[date]:
    """In the order of the text."""
    written = [(match, match[3], _month(match[2]), match[1]) for match in _SPELLED.finditer(text)]
    written += [(match, match[3], int(match[2]), match[1]) for match in _DIGITS.finditer(text)]
    written += [(match, match[1], int(match[2]), match[3]) for match in _ISO.finditer(text)]
    days = [(match.start(), _day(int(year), month, int(day))) for match, year, month, day in written]
    return [day for _, day in sorted((start, day) for start, day in days if day)]


def _month(name: str) -> int:
    """1 to 12 for a month's name or its first three letters, 0 for any other word."""
    short = [month[:3] for month in MONTHS]
    word = name.lower()
    if word in MONTHS:
        return MONTHS.index(word) + 1
    return short.index(word) + 1 if word in short else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
