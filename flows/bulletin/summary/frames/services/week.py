"""The hours of a whole week in one sentence, days of equal hours together, and what closes in between.

`Da lunedì 11 gennaio l'ufficio è aperto il lunedì dalle 9 alle 12:30; il martedì dalle 15 alle 18.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import OF
from flows.bulletin.language.dates import WEEKDAYS
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.week import Opening, week
from flows.bulletin.summary.frames.places.offices import Office, office_at
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.times.clock import every_at, hours_at
from flows.bulletin.summary.frames.times.days import period_at

_TO = re.compile(r"\bdalle ([\d:]+) alle ([\d:]+)")
_WEEKDAY = re.compile(rf"\b{WEEKDAY}", re.I)
_A_RUN = 3  # days that are told as a range
_CLOSURE = re.compile(
    r"(?:^|(?<=[.;:]\s)|(?<=\n))(?:chiusura|chius[oa])(?:\s(?:totale|completa|al pubblico|estiva"
    r"|natalizia))?\s(?=da|il\s\d|l['’]\d)",
    re.I,
)
_LED = re.compile(  # `I nuovi orari della biblioteca sono: da lunedì a venerdì, dalle ore 9 alle ore 13.`
    r"\b(?:i\s|gli\s|l['’])(?P<new>nuov[oi]\s)?orari[o]?\s(?:di\s(?:apertura|ricevimento)\s)?"
    r"(?=de(?:l|llo|lla|i|gli|lle)\s|dell['’])\w+['’\s]\s?(?P<office>[^:.;\n]{4,70}?)\s(?:è|sono|sarà|saranno)"
    r"(?:\s(?:il|i)\sseguent[ei])?\s?:\s*",
    re.I,
)
_ARTICLE = re.compile(r"(?:il|lo|la|i|gli|le)\s|l'")
_FOR_A_TIME = re.compile(rf"\b(?:{MONTH}|estiv\w+|invernal\w+|festiv\w+|temporane\w+|fino)\b", re.I)
_GAP = re.compile(r"[\s,:–-]{0,3}")


def led_hours(notice: Notice) -> Iterator[str]:
    """`Il nuovo orario della biblioteca è dal lunedì al venerdì dalle 9 alle 13.` of one line of hours behind
    its lead; none where it goes on, or the page names a time for which they hold.
    """
    found = _LED.search(notice.body)
    office = office_at(found["office"], 0) if found else None
    days = every_at(notice.body, found.end()) if found else None
    gap = _GAP.match(notice.body, days.end) if days else None
    hours = hours_at(notice.body, gap.end()) if gap else None
    if found is None or office is None or days is None or hours is None:
        return
    line, _, below = notice.body[hours.end :].partition("\n")
    if line.strip(" .;") or _WEEKDAY.search(below) or _FOR_A_TIME.search(notice.source):
        return
    article = _ARTICLE.match(office[0].words)
    if article is None:
        return
    of = f"{OF[article[0].strip()]}{office[0].words[article.end() :]}"
    lead = "Il nuovo " if found["new"] else "L'"
    rest = f" {OTHERS}" if below.strip() else ""
    yield f"{lead}orario {of} è {days.words} {hours.words}.{rest}"


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
