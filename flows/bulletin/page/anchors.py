"""The heads of rows in running text: a day, a period, hours, or a day with its hours, and where they stand.

A grammar of our own, for pages that lost their markup: `26/09/2024 Il circo 03/10/2024 Il faro`,
`lunedì 9.00 - 12.00`, `Sabato 4 maggio alle ore 21:`, `ore 9.30 Apertura`. Every repeat is bounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.bulletin.language.dates import MONTHS

_SHORT = "gen|feb|mar|apr|mag|giu|lug|ago|set|sett|ott|nov|dic"
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{_SHORT})\.?)(?![\wà-ù])"
_WEEKDAY = r"(?:(?:luned|marted|mercoled|gioved|venerd)(?:ì|i['’`]?)|sabat[oi]|domenic(?:a|he))(?![\wà-ù])"
_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])[°º]?"
_YEAR = r"(?:\s+20\d\d)?"
_NAMED = rf"(?:{_WEEKDAY},?\s+)?{_NUMBER}\s+(?:di\s+)?{_MONTH}(?!\s+1\d{{3}}(?!\d)){_YEAR}"
_NUMERIC = rf"(?:{_WEEKDAY},?\s+)?{_NUMBER}[./-](?:1[0-2]|0?[1-9])[./-](?:20)?\d\d(?!\d)"
_DAY = rf"(?:{_NAMED}|{_NUMERIC})"
_SHARED = rf"(?:(?:{_WEEKDAY},?\s+)?{_NUMBER}(?:\s*,\s*|\s+e\s+|\s*[-–]\s*)){{1,12}}"
_AND_DAY = rf"(?:(?:\s*[,|]\s*|\s+e\s+(?:di\s+)?){_DAY}){{0,20}}"
_PERIOD = rf"(?:dal?\s+|dall['’]\s?)(?:{_DAY}|{_NUMBER}|{_WEEKDAY})\s+(?:fino\s+)?(?:al?\s+|all['’]\s?)"
_WEEKDAYS = rf"{_WEEKDAY}(?:(?:\s*[,/–-]\s*|\s+e\s+(?:il\s+)?|\s+al?\s+){_WEEKDAY}){{0,6}}"
_SEASON = r"(?:autunno|inverno|primavera|estate)"
_DAYS = rf"""(?:{_SEASON}(?:(?:\s*[/–-]\s*|\s+e\s+){_SEASON})?(?=\s*[:,(–-]?\s*(?:dalle\s|ore\s|\d))
    |(?:tutti\s+i|tutte\s+le|ogni)\s+{_WEEKDAYS},?\s+{_PERIOD}{_DAY}
    |{_PERIOD}(?:{_DAY}|{_WEEKDAY})(?:\s+compres[oi])?
    |(?:{_SHARED}{_DAY}|{_DAY}){_AND_DAY}
    |(?:(?:tutti\s+i|tutte\s+le|ogni|il|la|di|da|dal)\s+)?{_WEEKDAYS}(?!\s*\d{{1,2}}[°º]?\s+(?:{_MONTH})))"""
_CLOCK = r"(?:2[0-4]|1\d|0?\d)(?:[:.,][0-5]\d)?(?!\d|:\d)(?!\s?(?:€|%|euro|anni|giorni|posti)|[.,/]\d|°)"
_LONG_CLOCK = r"(?:2[0-4]|1\d|0?\d)[:.][0-5]\d(?!\d|:\d|\s?(?:€|%|euro))"
_TO = r"(?:\s*[-–—/]\s*|,?\s+(?:fino\s+)?(?:alle|a)\s+(?:ore\s+)?)"
_RANGE = rf"(?:dalle\s+(?:ore\s+)?{_CLOCK}{_TO}{_CLOCK}|(?:ore\s+|h\.?\s*)?{_LONG_CLOCK}{_TO}{_LONG_CLOCK})"
_HOURS = rf"""(?:{_RANGE}(?:(?:\s*[,/–-]\s*|\s+e\s+){_RANGE}){{0,3}}
    |(?:dalle\s+ore|dalle|alle\s+ore|alle|ore|h\.?)\s*{_CLOCK}(?:{_TO}{_CLOCK})?)"""
_DAY_FIRST = re.compile(
    rf"(?<![\w/.,-])(?P<days>{_DAYS})(?P<joint>[\s,;:(–-]{{0,4}}(?:orario:?\s)?)(?P<hours>{_HOURS})?",
    re.I | re.X,
)
_HOURS_ALONE = re.compile(
    rf"(?<![\w/.,-])(?P<hours>{_HOURS})(?:,?\s+(?:di\s+)?(?P<days>{_DAYS}))?", re.I | re.X
)
_START = re.compile(
    r"(?<![\w/.,-])(?=\d|(?:luned|marted|mercoled|gioved|venerd|sabat|domenic|dal|alle|ore|tutt|ogni|il|la|di"
    r"|da|h|autunn|invern|primaver|estat)(?![bcfgjkmnpqrstvwxyz]))",
    re.I,
)


_SAME_ENTRY = 80  # characters between a day and its hour


@dataclass(frozen=True)
class Head:
    """What a row begins with, in the words of the text: its days, its hours, or both."""

    when: str
    hours: str
    start: int
    end: int


def heads(text: str, start: int = 0, end: int | None = None) -> list[Head]:
    """Every day, period, and hour of a stretch of text, in order; a day and the hours beside it are one."""
    end = len(text) if end is None else end
    found, at = list[Head](), start
    for place in _START.finditer(text, start, end):
        if place.start() < at:
            continue
        match = _DAY_FIRST.match(text, place.start(), end) or _HOURS_ALONE.match(text, place.start(), end)
        if match is None:
            continue
        when, hours = (match["days"] or "").strip(), (match["hours"] or "").strip()
        at = match.end() if hours else match.end("days")
        if when and match.start("hours") == match.start() and _is_of_a_day_before(text, match, found):
            when, at = "", match.end("hours")
        found.append(Head(when, hours, match.start(), at))
    return found


def _is_of_a_day_before(text: str, match: re.Match[str], found: Sequence[Head]) -> bool:
    """Whether the day behind an hour opens the next entry: `7 maggio, gita, ore 10 / 14 maggio, cena`."""
    joint = text[match.end("hours") : match.start("days")]
    if "\n" in joint:
        return True
    last = found[-1] if found else None
    if joint.strip() or last is None or not last.when or last.hours:
        return False
    gap = text[last.end : match.start()]
    return len(gap) < _SAME_ENTRY and "\n" not in gap
