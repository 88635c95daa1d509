"""A weekday with its number and no month, where the day before it on the page tells the month.

A programme says `venerdì 4 settembre` and below `sabato 5`: the weekday proves that it is the same week.
"""

import re
from calendar import monthrange

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, WEEKDAYS
from flows.bulletin.language.signals import MONTH, WEEKDAY

_DAY = Cued(
    rf"(?<![\w’'])(?P<week>{WEEKDAY})[’']?,?\s(?P<number>\d{{1,2}})(?![\d/:]|[.,]\d|[°º])(?:\s(?P<month>{MONTH})\b)?",
    re.I,
)
_SHARED = re.compile(  # `sabato 5 e domenica 6 settembre`: its month comes
    rf"(?:\s?(?:,|\be\b|\bal?\b|[-–])\s?(?:{WEEKDAY}\s)?\d{{1,2}}){{1,5}}[°º]?\s{MONTH}\b", re.I
)
_AND = re.compile(rf"\s?(?:,|\be\b)\s?{WEEKDAY}\s\d{{1,2}}(?!\d)", re.I)
_FURTHEST = 10  # days between the two


def with_months(text: str) -> str:
    """`text` with the month of such a day written out."""
    parts, at = [], 0
    known: tuple[int, int, int] | None = None  # weekday, number, month
    for day in _DAY.finditer(text):
        weekday, number = _which(day["week"]), int(day["number"])
        if day["month"]:
            known = weekday, number, MONTHS_BY_START[day["month"][:3].lower()]
            continue
        if known is None or _SHARED.match(text, day.end()):
            continue
        month = _month(known, weekday, number)
        if month and _AND.match(text, day.end()):
            known = weekday, number, month  # the last of them tells it for all
        elif month:
            parts += [text[at : day.end()], f" {MONTHS[month - 1]}"]
            at, known = day.end(), (weekday, number, month)
    return "".join([*parts, text[at:]])


def _month(known: tuple[int, int, int], weekday: int, number: int) -> int:
    """The month of a later day, where its weekday is as many days on as its number; else 0."""
    before, last, month = known
    for days in (number - last, number - last + monthrange(2023, month)[1]):
        if 0 < days <= _FURTHEST and (before + days) % 7 == weekday:
            return month if number > last else month % 12 + 1
    return 0


def _which(weekday: str) -> int:
    return next(place for place, name in enumerate(WEEKDAYS) if name.startswith(weekday[:3].lower()))
