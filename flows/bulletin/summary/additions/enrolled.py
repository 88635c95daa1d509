"""By when one enrols for what happens, and which of its days are for some alone.

`Iscriviti online entro il 10 ottobre.` where the page has that day: who comes unannounced comes in vain.
"""

import re

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, PHONE, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, tells
from flows.bulletin.summary import clauses
from flows.bulletin.summary.checks.gate import IN_PAGE
from flows.bulletin.summary.frames.prose.left_to_page import DAYS_AND_HOURS

_ASKED = re.compile(
    r"\b(?:Iscriviti|Prenota|(?:Devi|Puoi) (?:prenotare"
    r"|iscriverti))\b(?![^.]*\bentro\b)(?P<way>[^.@]*)(?=\.(?:\s|$))"
)
_TERM = re.compile(
    r"\b(?:iscri(?:zion|v)\w*|prenota\w*"
    r"|adesion\w*)\b[^.;\n]{0,60}?\bentro\s(?:e non oltre\s)?(?:il\s(?:giorno\s)?|l['’])?"
    rf"(?P<day>(?:{WEEKDAY}\s)?\d{{1,2}}(?:[°º]?\s{MONTH}(?:\s20\d\d)?|/\d{{1,2}}/(?:20)?\d\d))(?![\d/])",
    re.I,
)
_AGE = re.compile(r"\d{1,2}[^.;]{0,20}\banni\b|\b(?:over|under)\s\d", re.I)
_MAY_BOOK = re.compile(r"\bPuoi prenotare entro [^.:;]*\.")
_LEAST = 2  # days
_OF_COURSES = frozenset({Kind.deadline, Kind.job, Kind.service, Kind.campaign})
_COURSE = re.compile(r"\b(?:cors[oi]|laborator[io]+)\b", re.I)


def enrolled_by(text: str, notice: Notice, limit: int) -> str:
    """`text` with the one day by which the page lets one enrol."""
    asked = _ASKED.search(text) if notice.kind in OCCASIONS else None
    if asked is None:
        return text
    days = {clauses.days_clause(term["day"]) for term in _TERM.finditer(notice.body)}
    term = days.pop() if len(days) == 1 else ""
    if not term or calendar_days(term) <= calendar_days(text):
        return text
    told = f"{text[: asked.end()]} entro {term}{text[asked.end() :]}"
    return told if utf16(told) <= limit else text


def with_whose_day(text: str, notice: Notice, limit: int) -> str:
    """`text` with the age that one day of several is for: `Il 26 ottobre è per chi ha da 19 a 25 anni.`"""
    rows = [row for row in notice.rows if row.when]
    own = [row for row in rows if _AGE.search(row.who)]
    told = calendar_days(text)
    is_one_a_day = len({row.when for row in rows}) == len(rows) >= _LEAST
    if not is_one_a_day or len(own) != 1 or not all(calendar_days(row.when) <= told for row in rows):
        return text
    day, whom = clauses.days_clause(own[0].when), clauses.audience_phrase(own[0].who)
    if not day or not whom or own[0].who.lower() in text.lower():
        return text
    whom = f"per chi ha {whom}" if whom.startswith("da ") else whom
    sentences = split(text)
    at = next((place for place, one in enumerate(sentences) if IN_PAGE.search(one)), len(sentences))
    said = " ".join([*sentences[:at], f"{day[:1].upper()}{day[1:]} è {whom}.", *sentences[at:]])
    return said if utf16(said) <= limit else text


def with_number(text: str, notice: Notice) -> str:
    """`Prenota al numero 0875 712300 entro il 17 febbraio.` of `Puoi prenotare entro il 17 febbraio.`"""
    found = _MAY_BOOK.search(text)
    if found is None:
        return text
    said = clauses.booking_of(told.words for told in notice.slots.get(Slot.how, ()))
    is_same = calendar_days(said) == calendar_days(found[0]) and PHONE.search(said) is not None
    return text.replace(found[0], said) if is_same else text


def lessons(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of the days and hours of a course whose text tells how one enrols."""
    hours = notice.slots.get(Slot.hours, ())
    if notice.kind not in _OF_COURSES or not _COURSE.search(text) or IN_PAGE.search(text):
        return ()
    is_told = any(tells(text, one) for one in hours)
    return (DAYS_AND_HOURS,) if hours and Slot.when in notice.slots and not is_told else ()
