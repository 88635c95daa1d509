"""Weekdays of every week, as lists and spans: `martedì e giovedì`, `da lunedì a venerdì`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.bulletin.facts.dates import weekday
from flows.bulletin.facts.fact import Fact
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import WEEKDAYS

_DAY = r"(?:luned|marted|mercoled|gioved|venerd)[iì]['’]?(?!\w)|\b(?:sabat[oi]|domenic(?:a|he))\b"
# `domenica 24`: a day of the calendar
_EVERY = Cued(rf"\b(?P<day>{_DAY})(?!,?\s+\d{{1,2}}[°º]?(?![\d.:,]|\s*[-–/]\s*\d|\s+alle))", re.I)
_SPAN = re.compile(r"\s*(?:[-–/]|,?\s(?:fino\s+)?al?(?:la)?)\s+", re.I)
_LIST = re.compile(
    r"\s*(?:,|/|\be\b|\bed\b|\bo\b|,\s*e\b)\s*(?:(?:il|la|di|anche|del|della|al|nei)\b\s*)*", re.I
)


_COUNT = re.compile(r"\b(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|dodici)\s$", re.I)
_DATED = re.compile(rf"(?:{_DAY}),?\s+(?P<number>\d{{1,2}})[°º]?\s[a-z]{{4,9}}\b", re.I)
_MONTH, _WEEK = 30, 6  # days


@dataclass(frozen=True)
class Days:
    """Weekdays that stand together, by their number from Monday."""

    days: frozenset[int]
    start: int
    end: int


def expressions(text: str) -> list[Days]:
    """Every list and span of weekdays of a text, and each weekday alone."""
    found: list[Days] = []
    for match in _EVERY.finditer(text):
        day = WEEKDAYS.index(weekday(match["day"]))
        last = found[-1] if found else None
        if last and _SPAN.fullmatch(text, last.end, match.start()) and len(last.days) == 1:
            first = next(iter(last.days))
            span = range(first, day + 1) if first <= day else [*range(first, 7), *range(day + 1)]
            found[-1] = Days(frozenset(span), last.start, match.end())
        elif last and _LIST.fullmatch(text, last.end, match.start()):
            found[-1] = Days(last.days | {day}, last.start, match.end())
        else:
            found.append(Days(frozenset({day}), match.start(), match.end()))
    return found


def is_every_week(text: str, fact: Fact, source: str) -> bool:
    """Whether a weekday stands in a list of them that the source has too: it is no single day."""
    if _dated(text, fact.value) or _is_counted(text, fact, source) or _follows(text, fact, source):
        return True
    ours = next((one for one in expressions(text) if one.start <= fact.start < one.end), None)
    there = frozenset[int]().union(*(one.days for one in expressions(source)))
    return ours is not None and len(ours.days) > 1 and ours.days <= there


def _dated(text: str, day: str) -> bool:
    """Whether a text dates a bare weekday of it itself: `sabato 23 e domenica 24; sabato si balla`."""
    return re.search(rf"\b{re.escape(day.split()[0])},?\s+\d{{1,2}}(?![\d.:])", text, re.I) is not None


def _is_counted(text: str, fact: Fact, source: str) -> bool:
    """Whether it is one of several, `sei martedì dalle 17`, of a page that says `ogni martedì`."""
    day = re.escape(fact.value.split()[0])
    is_counted = _COUNT.search(text, 0, fact.start) is not None
    return is_counted and re.search(rf"\b(?:ogni|tutti i|tutte le)\s{day}", source, re.I) is not None


def _follows(text: str, fact: Fact, source: str) -> bool:
    """Whether it is one of the six days behind a dated one of the text, and so dated by the page: `Martedì 15
    settembre … Mercoledì` with `mercoledì 16` there.
    """
    before = list(_DATED.finditer(text, 0, fact.start))
    if not before:
        return False
    first = int(before[-1]["number"])
    day = re.compile(
        rf"\b{re.escape(fact.value.split()[0])},?\s+(?P<number>\d{{1,2}})[°º]?(?=\s[a-z]{{4,9}}\b)", re.I
    )
    days = {int(found["number"]) for found in day.finditer(source)}
    return bool(days) and all(0 < (later - first) % _MONTH <= _WEEK for later in days)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Lists and spans of weekdays that the page has otherwise."""
    theirs = expressions(source.text)
    sets = {one.days for one in theirs}
    for ours in expressions(text.text):
        if len(ours.days) < 2 or ours.days in sets:
            continue
        parts = [one for one in sets if one <= ours.days]
        if frozenset().union(*parts) == ours.days:
            continue
        together = [one for one in theirs if len(one.days) > 1 and one.days & ours.days]
        other = max(together, key=lambda one: (len(one.days & ours.days), -len(one.days)), default=None)
        if other:
            shown = text.text[ours.start : ours.end]
            yield Finding(
                f"«{shown}»: la pagina del sito dice altri giorni: {source.quote(other.start, other.end)}."
            )
