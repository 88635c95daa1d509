"""The hours of a whole week in one sentence, days of equal hours together, and what closes in between.

`Da lunedì 11 gennaio l'ufficio è aperto il lunedì dalle 9 alle 12:30; il martedì dalle 15 alle 18.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.dates import WEEKDAYS
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.week import Opening, week
from flows.bulletin.summary.frames.places.offices import Office
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at

_TO = re.compile(r"\bdalle ([\d:]+) alle ([\d:]+)")
_A_RUN = 3  # days that are told as a range
_CLOSURE = re.compile(
    r"(?:^|(?<=[.;:]\s)|(?<=\n))(?:chiusura|chius[oa])(?:\s(?:totale|completa|al pubblico|estiva"
    r"|natalizia))?\s(?=da|il\s\d|l['’]\d)",
    re.I,
)


def week_hours(notice: Notice, office: Office) -> list[str]:
    """`il lunedì dalle 9 alle 12; il martedì e il giovedì dalle 15 alle 18; la domenica è chiuso` of a page
    with one timetable, and the same with `9-12`; [] where a line of it is not understood whole.
    """
    groups: dict[str, list[int]] = {}
    for opening in sorted(week(notice.body), key=lambda one: not one.hours):
        words = _hours(opening) if opening.hours else office.state("chius")
        if not words:
            return []
        groups.setdefault(words, []).extend(opening.days)
    parts = [f"{_days(sorted(days))} {hours}" for hours, days in groups.items()]
    said = ("; " if any(" e dalle " in part for part in parts) else ", ").join(parts)
    return [said, _TO.sub(r"\1-\2", said)] if said else []


def closures(notice: Notice, office: Office) -> Iterator[str]:
    """`È chiusa da lunedì 10 a sabato 22 agosto.` of each line that tells a closure within the period."""
    for found in _CLOSURE.finditer(notice.body):
        if period := period_at(notice.body, found.end()):
            state = office.state("chius")
            yield f"{state[0].upper()}{state[1:]} {period.words}."


def _hours(opening: Opening) -> str:
    found = hours_at(opening.hours, 0)
    return found.words if found and not opening.hours[found.end :].strip(" .,;") else ""


def _days(days: list[int]) -> str:
    """`da lunedì a venerdì`, `il martedì e la domenica`."""
    if len(days) >= _A_RUN and days[-1] - days[0] == len(days) - 1:
        return f"da {WEEKDAYS[days[0]]} a {WEEKDAYS[days[-1]]}"
    return joined([f"{'la' if day == len(WEEKDAYS) - 1 else 'il'} {WEEKDAYS[day]}" for day in days])
