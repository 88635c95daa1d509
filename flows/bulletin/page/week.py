"""A week's timetable as a page sets it out, a line a day or a group of days.

`| Lunedì dalle 9 alle 12.30`, `- martedì e giovedì dalle 15 alle 19`, `| Mercoledì | chiuso |`.
"""

import re
from dataclasses import dataclass

from flows.bulletin.language.dates import WEEKDAYS
from flows.bulletin.language.signals import WEEKDAY

_TO = r"\s?[-–]\s?|\s(?:al?|alla)\s"
_LINE = re.compile(
    rf"^[ \t|*•·–-]*(?:(?:il|la|da|dal|dalla)\s)?(?P<days>{WEEKDAY}(?:(?:,\s?|\s?/\s?|\se\s(?:il\s|la\s)?"
    rf"|{_TO}){WEEKDAY})*)"
    r"(?P<hours>[ \t|:,–-].*)?$",
    re.I,
)
_RANGE = re.compile(rf"({WEEKDAY})(?:{_TO})({WEEKDAY})", re.I)
_OPENS = re.compile(r"[\s|:,–-]*(?:chius[oa][\s|]+)?(?:(?:dalle|ore|h)\b|\d{1,2}(?:[.:]\d\d)?\s?[-–])", re.I)
_SHUT = re.compile(r"[\s|:,–/-]*(?:chius[oa][\s|:,–/.;-]*)*", re.I)
_EDGE = re.compile(r"^[\s|:,–-]*(?:chius[oa][\s|]+)?|(?:[\s|.;,–-]|\bchius[oa]\b)*$", re.I)
_HEAD = re.compile(r"^\|[^\d]*$")  # of a table
_LEAST = 2  # lines with hours


@dataclass(frozen=True)
class Opening:
    """Some days of the week, Monday is 0, and the page's words for their hours, "" where they are shut."""

    days: tuple[int, ...]
    hours: str


def week(body: str) -> tuple[Opening, ...]:
    """The one timetable of a page, a line each; () where there is none, or a second one."""
    blocks: list[list[Opening]] = [[]]
    for line in body.split("\n"):
        found = _LINE.match(line)
        hours = (found["hours"] or "") if found else ""
        is_shut = _SHUT.fullmatch(hours) is not None
        if found and (is_shut or _OPENS.match(hours)) and (days := _days(found["days"])):
            blocks[-1].append(Opening(days, "" if is_shut else _EDGE.sub("", hours)))
        elif line.strip() and not _HEAD.match(line) and blocks[-1]:
            blocks.append([])
    told = [block for block in blocks if sum(bool(one.hours) for one in block) >= _LEAST]
    if len(told) != 1:
        return ()
    named = [day for one in told[0] for day in one.days]
    return tuple(told[0]) if len(named) == len(set(named)) else ()


def _days(words: str) -> tuple[int, ...]:
    """() of days that do not go forward, which are no range: `sabato a lunedì`."""
    if found := _RANGE.fullmatch(words):
        first, last = map(_which, found.groups())
        return tuple(range(first, last + 1))
    if _RANGE.search(words):
        return ()
    return tuple(map(_which, re.findall(WEEKDAY, words, re.I)))


def _which(word: str) -> int:
    return next(place for place, day in enumerate(WEEKDAYS) if day[:3] == word[:3].lower())
