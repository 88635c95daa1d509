"""Days and periods of a closure or a road work: read where they stand, written as Italians say them.

`dal 02/03/2026 al 14/03/2026` is `dal 2 al 14 marzo 2026`; `GIOVEDI' 20/08` is `giovedì 20 agosto`. What is
doubtful (a weekday that is not that date's, a day without a month, days that do not rise) is not read at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, WEEKDAYS
from flows.bulletin.page.notice import Told

MONTH_NAME = r"(?:gen(?:naio|n)?|feb(?:braio|br)?|mar(?:zo)?|apr(?:ile)?|mag(?:gio|g)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?|set(?:tembre|t)?|ott(?:obre)?|nov(?:embre)?|dic(?:embre)?)"  # noqa: E501
WEEKDAY_NAME = r"(?:(?:luned|marted|mercoled|gioved|venerd)(?:ì|i['’`]?|í)|sabato|domenica)"
_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])"
_DAY = re.compile(
    rf"(?:(?:oggi|domani),?\s)?(?:(?P<weekday>{WEEKDAY_NAME}),?\s{{1,3}})?(?:il\s)?(?:giorno\s)?(?:"
    rf"(?P<day2>{_NUMBER})(?P<mark>[/.-])(?P<month2>1[0-2]|0?[1-9])(?P=mark)(?P<year2>20\d\d|[23]\d)"
    rf"|(?P<day3>{_NUMBER})/(?P<month3>1[0-2]|0?[1-9])(?![/\d])"
    rf"|(?P<day>{_NUMBER})[°º]?(?:(?:\s{{1,3}}|[-/.])(?:di\s)?(?P<month>{MONTH_NAME})\b\.?"
    r"(?:(?:\s{1,3}|[-/]|,\s)(?:del\s)?(?P<year>20\d\d)(?!\d))?)?)(?![\d:+]|[.,/]\d)",
    re.I,
)
_SINCE = re.compile(
    r"(?:(?:a\s(?:partire|decorrere|far\sdata)|con\sdecorrenza)\s)?(?:(?:dal\s(?:il\s)?|dall['’]\s?"
    r"|da\s)(?:giorno\s)?"
    r"|(?P<between>(?:tra|fra)\s(?:il\s|l['’])))",
    re.I,
)
_TO = re.compile(
    r",?\s{0,3}(?:e\s(?:comunque\s)?)?(?:(?:fino|sino)\s)?(?:al\s|all['’]\s?|a\s)(?:giorno\s)?"
    r"|\s{0,3}[-–—]\s{0,3}",
    re.I,
)
_AND = re.compile(r"\s(?:e|ed)\s(?:il\s|l['’])?", re.I)
_UNTIL = re.compile(r"(?:e\scomunque\s)?(?:fino|sino)\s(?:al\s|all['’]\s?|a\s)(?:tutto\s(?:il\s)?)?", re.I)
_ON = re.compile(
    r"(?:(?:per|in|di)\s)?(?:(?:nel|nella|nelle|nei|i|il|la|le|per\sla|per\sil|del|della)\s|l['’])?"
    r"(?:(?:sol[aoei]\s)?(?:giornat[ae]|giorn[oi]|dat[ae])(?:\s(?:di|del)\b)?:?\s)?",
    re.I,
)
_LISTED = re.compile(r"\s{0,3}(?:,\s{0,3}(?:e\s)?|\be(?:d)?\s|[-–]\s{0,3})(?:(?:il|del)\s|l['’])?", re.I)
_BEGINS = re.compile(
    r"\b(?:inizi\w*|avvi\w+|comincia\w*|part(?:e|ono|irà|iranno)|entro|conclu\w+"
    r"|d(?:i|el)\s[^.;]{3,25}\salle\s(?:ore\s)?[\d.:]+\sd(?:i|el)\s"
    r"|termin\w+|complet\w+|ultima\w+|ripristin\w+|riapr\w+)|(?:…|\.\.\.)\W*$",
    re.I,
)
_MOST = 12


@dataclass(frozen=True)
class Day:
    """One day as the page gives it: `month` 0 and `year` 0 where it says none."""

    number: int
    month: int = 0
    year: int = 0
    weekday: str = ""


@dataclass(frozen=True)
class Period:
    """Days read at a place: `form` is `on`, `span`, `since` or `until`."""

    form: str
    days: tuple[Day, ...]
    end: int

    @property
    def words(self) -> str:
        """`dal 3 al 7 giugno`, `martedì 9 luglio`, `il 10, 11 e 12 novembre`."""
        if self.form == "span":
            return _range(*self.days)
        if self.form == "since":
            return f"{_with('da', self.days[0])}{_tail(self.days[0])}"
        if self.form == "until":
            return f"fino {_with('a', self.days[0])}{_tail(self.days[0])}"
        return _list(self.days)


def only_day(told: Iterable[Told]) -> str:
    """The one day or period that a page has, where nothing says that it only begins or ends then."""
    found = list(told)
    periods = [(one.words, period_at(one.words, 0)) for one in found]
    whole = [period for said, period in periods if period and not said[period.end :].strip(" .,")]
    days = {(period.form, tuple((day.number, day.month) for day in period.days)) for period in whole}
    if len(whole) < len(found) or len(days) != 1 or any(_BEGINS.search(one.sentence) for one in found):
        return ""
    return max((period.words for period in whole), key=len)  # the one with weekday and year


@lru_cache(maxsize=1024)
def period_at(text: str, start: int) -> Period | None:
    """The days that begin exactly at `start`; None where none do, or where they are not sure."""
    return _span(text, start) or _until(text, start) or _on(text, start)


def _span(text: str, start: int) -> Period | None:
    lead = _SINCE.match(text, start)
    if lead is None:
        return None
    first, end = _day(text, lead.end())
    if first is None:
        return None
    joint = _AND.match(text, end) if lead["between"] else _TO.match(text, end)
    last, last_end = _day(text, joint.end()) if joint else (None, 0)
    if last is not None:
        days = _completed((first, last))
        return Period("span", days, last_end) if days and _rises(days) else None
    days = _completed((first,))
    return Period("since", days, end) if days and not lead["between"] else None


def _until(text: str, start: int) -> Period | None:
    lead = _UNTIL.match(text, start)
    if lead is None:
        return None
    day, end = _day(text, lead.end())
    days = _completed((day,)) if day else ()
    return Period("until", days, end) if days else None


def _on(text: str, start: int) -> Period | None:
    lead = _ON.match(text, start)
    day, end = _day(text, lead.end() if lead else start)
    if day is None:
        return None
    days, dashes = [day], 0
    while len(days) < _MOST:
        joint = _LISTED.match(text, end)
        after, its_end = _day(text, joint.end()) if joint else (None, 0)
        if joint is None or after is None:
            break
        dashes += joint[0].strip() in ("-", "–")
        days.append(after)
        end = its_end
    whole = _completed(tuple(days))
    if not whole or not _rises(whole):
        return None
    if dashes == 1 and len(whole) == 2 and whole[1].number - whole[0].number != 1:
        return Period("span", whole, end)  # `3 - 7 giugno`
    return Period("on", whole, end)


def _day(text: str, start: int) -> tuple[Day | None, int]:
    match = _DAY.match(text, start)
    if match is None:
        return None, 0
    number = int(match["day"] or match["day2"] or match["day3"])
    named, figures = match["month"], match["month2"] or match["month3"]
    month = MONTHS_BY_START[named[:3].lower()] if named else int(figures or 0)
    year = int(match["year"] or match["year2"] or 0)
    year += 2000 if 0 < year < 100 else 0
    weekday = (match["weekday"] or "")[:3].lower()
    name = next((name for name in WEEKDAYS if weekday and name.startswith(weekday)), "")
    return Day(number, month, year, name), match.end()


def _completed(days: tuple[Day, ...]) -> tuple[Day, ...]:
    """Months and years taken from the days that follow; nothing where a day stays without month."""
    made: list[Day] = []
    month = year = 0
    for day in reversed(days):
        month, year = day.month or month, day.year or year
        full = replace(day, month=month, year=day.year or year)
        if made and (full.month, full.number) > (made[-1].month, made[-1].number) and not day.year and year:
            full = replace(full, year=year - 1)
        if not full.month or not _is_real(full):
            return ()
        made.append(full)
    return tuple(reversed(made))


def _is_real(day: Day) -> bool:
    try:
        real = date(day.year or 2024, day.month, day.number)
    except ValueError:
        return False
    return not (day.year and day.weekday) or WEEKDAYS[real.weekday()] == day.weekday


def _rises(days: tuple[Day, ...]) -> bool:
    keys = [(day.year, day.month, day.number) for day in days]
    return all(before < after for before, after in pairwise(keys)) or (
        len(days) == 2 and not any(day.year for day in days) and days[0].month > days[1].month
    )


def _number(day: Day) -> str:
    return f"{day.number}°" if day.number == 1 else str(day.number)


def _tail(day: Day) -> str:
    return f" {MONTHS[day.month - 1]}{f' {day.year}' if day.year else ''}"


def _with(preposition: str, day: Day) -> str:
    """`dal 3`, `dall'8`, `da lunedì 3`."""
    if day.weekday:
        return f"{preposition} {day.weekday} {day.number}"
    if day.number in (8, 11):
        return f"{preposition}ll'{day.number}"
    return f"{preposition}l {_number(day)}"


def _alone(day: Day) -> str:
    """`il 3`, `l'8`, `lunedì 3`."""
    if day.weekday:
        return f"{day.weekday} {day.number}"
    return f"l'{day.number}" if day.number in (8, 11) else f"il {_number(day)}"


def _range(first: Day, last: Day) -> str:
    opening = ""
    if first.month != last.month:
        opening = f" {MONTHS[first.month - 1]}"
    if first.year != last.year and first.year:
        opening = _tail(first)
    return f"{_with('da', first)}{opening} {_with('a', last)}{_tail(last)}"


def _list(days: tuple[Day, ...]) -> str:
    """The days in a row, the month said once for those that share it."""
    said: list[str] = []
    for place, day in enumerate(days):
        following = days[place + 1] if place + 1 < len(days) else None
        shares = following is not None and (following.month, following.year) == (day.month, day.year)
        bare = day.weekday == "" and place > 0 and len(days) > 2 and said and not days[place - 1].weekday
        same_month = place > 0 and days[place - 1].month == day.month
        bare = bare or (
            day.weekday == "" and place > 0 and days[place - 1].weekday != ""
        )  # `giovedì 24 e 31`
        name = _number(day) if bare and same_month else _alone(day)
        said.append(name if shares else f"{name}{_tail(day)}")
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} e {said[-1]}"
