"""Hours that hold on some weekdays of a period: `il sabato e la domenica dalle 10 alle 18`."""

import re
from collections.abc import Sequence

from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import Row, Told
from flows.bulletin.summary import clauses

_DAYS = (
    rf"(?:(?P<range>(?:d[ai]l?|dalla)\s{WEEKDAY}\s(?:al?|alla)\s{WEEKDAY})|(?:il\s|la\s|i\s|le\s|ogni\s)?{WEEKDAY}"
    rf"(?:(?:,\s|\se\s)(?:il\s|la\s|ogni\s)?{WEEKDAY}){{0,4}})"
)
_BEFORE = re.compile(rf"(?<!\w){_DAYS}[\s,:]*(?:orario\s|ore\s)?$", re.I)
_ALONE = re.compile(_DAYS, re.I)
_MOST = 3  # rows: more are a timetable, which is in the page


def weekdays_before(told: Told) -> str:
    """The weekdays that stand right before hours, without a date; "" where none does."""
    found = _BEFORE.search(told.sentence.partition(told.words)[0])
    return _said(found) if found else ""


def opening_hours(rows: Sequence[Row], most: int = _MOST) -> str:
    """`il sabato dalle 16 alle 19, la domenica dalle 10 alle 12` of rows that name weekdays alone;
    "" where one of them tells more or is not understood.
    """
    told = []
    for row in rows:
        days = _ALONE.fullmatch(row.when.strip(" .,:"))
        hours = clauses.hours_clause(row.hours)
        if days is None or not hours or row.what or row.place or row.who:
            return ""
        told.append(f"{_said(days)} {hours}")
    return ", ".join(told) if 0 < len(told) <= most else ""


def _said(found: re.Match[str]) -> str:
    days = [day.lower() for day in re.findall(WEEKDAY, found[0], re.I)]
    if found["range"]:
        return f"da {days[0]} a {days[-1]}"
    said = [f"{'la' if day.startswith('domenic') else 'il'} {day}" for day in days]
    return f"{', '.join(said[:-1])} e {said[-1]}" if len(said) > 1 else said[0]
