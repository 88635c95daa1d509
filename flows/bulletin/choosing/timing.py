"""When an item happens or expires, and whether that is over: from its own days, else from its text."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from flows.bulletin.candidates import Candidate
from flows.bulletin.choosing.notice import NoticeText, bare
from flows.bulletin.facts.find import Kind, facts
from flows.bulletin.language.dates import giorno, in_rome

_READ = 3000  # characters: what happens stands at the start of a page
_LEAD = 300  # characters in which a page tells what it is about
_HALF_YEAR = timedelta(days=183)
# Without one of these a text holds no date, and need not be read.
_MAY_HOLD_DATE = re.compile(
    r"gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic|\d[/.-]\d|oggi|domani|stasera|stamattina|stamani|stanotte"
    r"|quest[ao]\s",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:da|dall?['’]?|dalla|dal\s+giorno|a\s+partire\s+dal?(?:l['’]|la)?|(?:con\s+)?decorrenza\s+(?:dal)?"
    r"|in\s+vigore\s+(?:dal|il))"
    r"(?:\s+(?:giorno|prossimo|(?:luned|marted|mercoled|gioved|venerd)[ìi]|sabato|domenica))?\s*$",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\s*(?:[-–]|,?\s*(?:e\s+)?(?:fino\s+)?al?\b)", re.IGNORECASE)
_ENDLESS = re.compile(
    r"\bogni\s+(?:luned|marted|mercoled|gioved|venerd|sabat|domenic|giorn|settiman|mes)"
    r"|\btutt[ie]\s+[ie]\s+(?:luned|marted|mercoled|gioved|venerd|sabat|domenic|giorn)",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:rinvi\w+|posticip\w+|spostat\w+|slitta\w*|differi\w+|rimandat\w+|nuova data)", re.IGNORECASE
)


@dataclass(frozen=True)
class Timing:
    """`due`: the next day on which it happens or expires; `over`: why it is past, in Italian; `last`: of what
    is past its last day.
    """

    due: date | None = None
    over: str | None = None
    last: date | None = None


def timing(candidate: Candidate, today: date) -> Timing:
    """When `candidate` must be told, or that it is too late, for who reads it on `today`.

    The day of an act is never one of these. A text is past only when it announced days and all of them are:
    `si è svolta il 3 ottobre` reports, `dal 3 ottobre` and `ogni giovedì` go on.
    """
    own = [day for day in (candidate.starts_on, candidate.ends_on, candidate.expires_on) if day]
    expires = candidate.expires_on
    if expires and expires < today:
        return Timing(over=f"scaduta {giorno(expires)}", last=expires)
    is_moved = _MOVED.search(f"{candidate.title}\n{candidate.abstract}") is not None
    last = candidate.ends_on or candidate.starts_on
    if last and last < today and not is_moved:
        return Timing(over=f"evento passato: {giorno(last)}", last=last)
    if own and not is_moved:
        return Timing(due=min((day for day in own if day >= today), default=None))
    return _of_text(candidate, today, is_moved)


@dataclass(frozen=True)
class _Day:
    day: date
    start: int
    is_open: bool  # `dal 3 ottobre`, without an end


def _of_text(candidate: Candidate, today: date, is_moved: bool) -> Timing:
    """From the days of its lead.

    What stands further down (`il calendario arriva entro ...`) is not its matter, but keeps it from being
    past.
    """
    published = in_rome(candidate.dated).date()
    text = bare(NoticeText(candidate.title, candidate.text[:_READ])).whole
    lead = text[: len(candidate.title) + len(candidate.abstract) + _LEAD]
    days = _days(lead, published)
    due = min((day.day for day in days if day.day >= today), default=None)
    announced = [day for day in days if day.day > published]
    if due or not announced or is_moved:
        return Timing(due=due)
    goes_on = any(day.is_open for day in announced) or _ENDLESS.search(text)
    if goes_on or any(day.day >= today for day in _days(text, published)):
        return Timing()
    past = max(day.day for day in announced)
    return Timing(over=f"la data è passata: {giorno(past)}", last=past)


def _days(text: str, published: date) -> list[_Day]:
    if not _MAY_HOLD_DATE.search(text):
        return []
    dates = [fact for fact in facts(text, published=published) if fact.kind is Kind.date]
    days = []
    for place, fact in enumerate(dates):
        after = dates[place + 1] if place + 1 < len(dates) else None
        has_end = after is not None and _UNTIL.fullmatch(text[fact.end : after.start].rstrip())
        is_open = _FROM.search(text[max(0, fact.start - 40) : fact.start]) is not None and not has_end
        if day := nearest(fact.value, published):
            days.append(_Day(day, fact.start, is_open))
    return days


def nearest(value: str, published: date) -> date | None:
    """The day of a date's value; without a year the one nearest to the day of publication. None: no day."""
    if not value.startswith("--"):
        return date.fromisoformat(value) if len(value) == 10 else None
    if len(value) != 7:
        return None
    days = []
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            days.append(date.fromisoformat(f"{year}{value[1:]}"))
        except ValueError:  # 29 February of another year
            continue
    near = [day for day in days if abs(day - published) <= _HALF_YEAR]
    return near[0] if near else None
