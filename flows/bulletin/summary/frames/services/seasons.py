"""A place whose hours change with the season: `Il museo è aperto in inverno dalle 9 alle 13, in estate …`"""

import re
from collections.abc import Iterator

from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.offices import office_at
from flows.bulletin.summary.frames.times.clock import hours_at

_SEASON = r"(?:autunno|inverno|primavera|estate)"
_CLOCK = r"\d{1,2}[:.]\d\d"
_RANGE = rf"(?:dalle\s)?(?:ore\s)?{_CLOCK}\s?(?:[-–/]|alle)\s?{_CLOCK}"
_ROW = re.compile(
    rf"\b(?P<first>{_SEASON})(?:(?:\s?[/–-]\s?|\se[d]?\s)(?P<second>{_SEASON}))?\s?[-–:(,]?\s?"
    rf"(?P<hours>{_RANGE}(?:\s?[-–,/e]\s?{_RANGE})?)",
    re.I,
)
_EACH = re.compile(rf"({_CLOCK})\D{{1,8}}({_CLOCK})")
_ENTRY = re.compile(r"\bl['’]ingresso\sè\s(?P<price>a\spagamento|gratuito|libero)\b", re.I)
_OPEN = re.compile(r"\bapert[oaie]\b", re.I)  # the guard asks whether the page says so
_A_WEEKDAY = re.compile(WEEKDAY, re.I)


def seasonal(notice: Notice) -> Iterator[str]:
    """The hours of each season, and whether one pays; days of the week are left to the page."""
    found = office_at(notice.title, 0)
    rows = list(_ROW.finditer(notice.body))
    names = [name.lower() for row in rows for name in (row["first"], row["second"]) if name]
    if found is None or len(rows) < 2 or len(names) != len(set(names)):
        return
    said = [_row(row) for row in rows]
    if not all(said):
        return
    office = re.sub(r"[“\"]([^“”\"]+)[”\"]", r"«\1»", found[0].words)
    days = " I giorni sono nella pagina." if _A_WEEKDAY.search(notice.body) else ""
    entry = _ENTRY.search(notice.body)
    price = f" L'ingresso è {' '.join(entry['price'].lower().split())}." if entry else ""
    told = ", ".join(said)
    if _OPEN.search(notice.source):
        yield f"{opened(office)} {found[0].state('apert')} {told}.{days}{price}"
    else:
        yield f"Per {office} l'orario è {told}.{days}{price}"


def _row(row: re.Match[str]) -> str:
    first, second = row["first"].lower(), (row["second"] or "").lower()
    both = f"{first} {'ed' if second.startswith('e') else 'e'} {second}" if second else first
    spans = " e ".join(f"dalle {one[1]} alle {one[2]}" for one in _EACH.finditer(row["hours"]))
    hours = hours_at(spans, 0)
    return f"in {both} {hours.words}" if hours and hours.end == len(spans) else ""
