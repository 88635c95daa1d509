"""Days in a clause: `sabato 4 maggio`, `il 3, 10 e 17 marzo`, `dal 5 ottobre al 14 dicembre 2026`."""

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Literal

from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, WEEKDAYS
from flows.bulletin.language.signals import MONTH, WEEKDAY

Role = Literal["on", "from", "until", "by"]


@dataclass(frozen=True)
class Day:
    """One day of the calendar; `year` and `weekday` only where they are sure."""

    day: int
    month: int
    year: int | None = None
    weekday: str = ""


@dataclass(frozen=True)
class Span:
    """From one day to another, both within; one day where they are the same."""

    first: Day
    last: Day


@dataclass(frozen=True)
class Days:
    """The days that some words name, in their order, and what they are to what happens."""

    spans: tuple[Span, ...]
    role: Role = "on"

    def told_with(self, other: "Days") -> "Days | None":
        """Both as one where they are the same days, told once with weekday or year and once without."""
        pairs = list(zip(self.spans, other.spans, strict=False))
        if len(self.spans) != len(other.spans) or self.role != other.role:
            return None
        ends = [(_one(a.first, b.first), _one(a.last, b.last)) for a, b in pairs]
        spans = tuple(Span(first, last) for first, last in ends if first and last)
        return Days(spans, self.role) if len(spans) == len(ends) else None


def _one(first: Day, second: Day) -> Day | None:
    """One day of two of the same date; None of two that differ."""
    years = {day.year for day in (first, second)} - {None}
    weekdays = {day.weekday for day in (first, second)} - {""}
    if (first.day, first.month) != (second.day, second.month) or len(years) > 1 or len(weekdays) > 1:
        return None
    return Day(first.day, first.month, next(iter(years), None), next(iter(weekdays), ""))


_DAY = re.compile(
    rf"(?:(?P<weekday>{WEEKDAY})\.?,?\s{{1,3}}(?:il\s|giorno\s)?)?(?<![\d/.,:])(?P<day>3[01]|[12]\d|0?[1-9])"
    rf"(?:[./-](?P<m>1[0-2]|0?[1-9])(?:(?<!-\d)(?<!-\d\d)|(?=-))(?:[./-](?P<y>20\d\d|\d\d))?(?![\d/:]|[.,]\d)"
    rf"|[°º]?(?![\d:/]|[.,]\d)(?:\s{{0,3}}(?:di\s)?(?P<month>{MONTH})(?:,?\s{{1,3}}(?:del\s)?(?P<year>20\d\d))?)?)",
    re.I,
)
_LEADS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "by",
        re.compile(
            r"(?:entro(?: e non oltre)?|scadenza:?|(?:iscrizioni|domande) entro)(?: il| l['’]|:)?", re.I
        ),
    ),
    ("until", re.compile(r"fino (?:al|all['’]|a)|sino al", re.I)),
    (
        "from",
        re.compile(
            r"(?:a (?:partire|decorrere) )?(?:dal|dall['’]|da)(?: giorno)?|tra (?:il|l['’])|inizio:?", re.I
        ),
    ),
    (
        "on",
        re.compile(
            r"(?:(?:il|nel|nei|i|in|la|di|del) )?(?:giorn[oi]|data|date|appuntamento|evento)?:?"
            r"|il|l['’]|nei giorni(?: di)?|tutti i giorni",
            re.I,
        ),
    ),
)
_LIST = re.compile(r"(?:,|;|e|ed|,?\s*e|/|&)(?:\s*(?:il|l['’]|nei giorni|in data))?", re.I)
_TO = re.compile(r"(?:al|all['’]|a|fino al|fino a|[-–—]|,? (?:e|ed) (?:il|l['’])(?=$))", re.I)
_AGAIN = re.compile(r"(?:,|;|,?\s*e|ed)\s*(?:dal|dall['’]|da)", re.I)
_EVERY = re.compile(
    rf"(?:ogni|tutti i|tutte le|il|la|di)\s(?:(?:prim|second|terz|quart|ultim)[oaie]\s)?{WEEKDAY}"
    rf"(?:(?:,\s?|\se\s)(?:(?:il|la|ogni)\s)?{WEEKDAY}){{0,6}}(?:\s(?:del|di ogni|di ciascun) mese)?",
    re.I,
)


_HYPHENS = re.compile(rf"(?<![\d/.-])\d{{1,2}}(?:\s?[-–]\s?\d{{1,2}}){{2,}}(?=\s{MONTH})", re.I)


def _in_words(match: re.Match[str]) -> str:
    """`4, 5 e 6` of `4-5-6`: three numbers are no period, and the second is no month."""
    days = re.split(r"\s?[-–]\s?", match[0])
    return f"{', '.join(days[:-1])} e {days[-1]}"


def days_of(words: str) -> Days | None:
    """The days that `words` name; None where there are none or something else stands among them."""
    text = _HYPHENS.sub(_in_words, " ".join(words.split()).strip(" .,;:"))
    matches = list(_DAY.finditer(text))
    if not matches:
        return None
    role = _role(text[: matches[0].start()].strip(" ("))
    if role is None or text[matches[-1].end() :].strip(" .,;:)"):
        return None
    found = _dated([_read(match) for match in matches])
    if found is None:
        return None
    spans, is_open = [Span(found[0], found[0])], role == "from"
    for before, match, day in zip(matches, matches[1:], found[1:], strict=False):
        joint = text[before.end() : match.start()].strip()
        lead = "from" if is_open else role
        if _TO.fullmatch(joint) and spans[-1].first == spans[-1].last and lead in ("from", "on"):
            spans[-1], is_open = Span(spans[-1].first, day), False
        elif _AGAIN.fullmatch(joint):
            spans, is_open = [*spans, Span(day, day)], True
        elif _LIST.fullmatch(joint) and not is_open and role == ("on" if role == "from" else role):
            spans.append(Span(day, day))
        elif text[: matches[0].start()].strip().lower().startswith("tra") and len(spans) == 1:
            spans[-1], is_open = Span(spans[-1].first, day), False
        else:
            return None
    if role == "from":
        role = "from" if is_open and len(spans) == 1 else "on"
        if is_open and len(spans) > 1:
            return None
    return Days(tuple(spans), role)


def days_clause(words: str | Days, *, year: bool = True) -> str:
    """`il 18 e 25 ottobre` of `18 e 25 Ott`, `ogni lunedì` of `Ogni lunedì`; "" where not all is understood.

    With `year` the years that the page gives are told.
    """
    if isinstance(words, str):
        every = _EVERY.match(words.strip())
        if every:
            rest = words.strip()[every.end() :].strip(" ,")
            after = days_of(rest) if rest else None
            if rest and (
                after is None or (after.role == "on" and after.spans[0].first == after.spans[0].last)
            ):
                return ""
            said = every[0][0].lower() + every[0][1:]
            said = " ".join(_lowered(word) for word in said.split())
            return f"{said} {days_clause(after, year=year)}" if after else said
    days = days_of(words) if isinstance(words, str) else words
    if days is None:
        return ""
    spans = days.spans if year else tuple(_yearless(span) for span in days.spans)
    singles = [span.first for span in spans if span.first == span.last]
    if days.role != "on":
        return {"from": _from, "until": _until, "by": _by}[days.role](spans[-1].first)
    if len(singles) == len(spans):
        return _listed(singles)
    if len(spans) > 1 and all(span.first == span.last or _is_pair(span) for span in spans):
        each = [day for span in spans for day in dict.fromkeys((span.first, span.last))]
        return _listed([_named(day) for day in each])  # weekends
    if singles:
        return _and([_period(span) if span.first != span.last else _on(span.first) for span in spans])
    return _and([_period(span) for span in spans])


def by_clause(words: str, *, year: bool = True) -> str:
    """`entro il 14 ottobre`, whatever stands before the day; "" where it is not one day."""
    days = days_of(words)
    if days is None or len(days.spans) != 1 or days.spans[0].first != days.spans[0].last:
        return ""
    day = days.spans[0].first
    return _by(day if year else replace(day, year=None))


def of_clause(day: Day) -> str:
    """`del 30 giugno`, `dell'8 maggio`, `di sabato 4 maggio`."""
    return _with("di", "del", "dell'", day)


def span_clause(first: Day, last: Day) -> str:
    """`dal 5 ottobre al 14 dicembre`; the year once where both share it."""
    return _period(Span(first, last))


def _role(lead: str) -> Role | None:
    return next((role for role, form in _LEADS if form.fullmatch(lead)), None)


def _read(match: re.Match[str]) -> Day:
    month, year = match["m"], match["year"] or match["y"]
    number = int(month) if month else MONTHS_BY_START[match["month"][:3].lower()] if match["month"] else 0
    full = int(year) + (2000 if int(year) < 100 else 0) if year else None
    return Day(int(match["day"]), number, full, _lowered(match["weekday"] or ""))


def _dated(days: list[Day]) -> list[Day] | None:
    """The days with the month and year of the next one that has them; None where a day cannot be."""
    dated: list[Day] = []
    for day in reversed(days):
        after = dated[-1] if dated else None
        if not day.month:
            if after is None or day.day >= after.day:
                return None  # `3 e 10`: of no month; `30 e 2 maggio`: of another one
            day = replace(day, month=after.month)
        if day.year is None and after is not None and after.year:
            earlier = (day.month, day.day) <= (after.month, after.day)
            day = replace(day, year=after.year if earlier else after.year - 1)
        try:
            date(day.year or 2024, day.month, day.day)
        except ValueError:
            return None
        dated.append(day)
    return dated[::-1]


def _named(day: Day) -> Day:
    """With its weekday where the year makes it sure."""
    if day.weekday or day.year is None:
        return day
    return replace(day, weekday=WEEKDAYS[date(day.year, day.month, day.day).weekday()])


def _lowered(weekday: str) -> str:
    start = weekday[:3].lower()
    if not re.fullmatch(WEEKDAY, weekday, re.I):
        return weekday.lower()
    if weekday.lower() in ("sabati", "domeniche"):
        return weekday.lower()
    return next((name for name in WEEKDAYS if start and name.startswith(start)), weekday)


def _is_pair(span: Span) -> bool:
    """Whether a period is of a day and the next."""
    return (span.first.year, span.first.month, span.first.day + 1) == (
        span.last.year,
        span.last.month,
        span.last.day,
    )


def _yearless(span: Span) -> Span:
    first, last = _named(span.first), _named(span.last)
    if first == last:
        return Span(*(replace(day, year=None) for day in (first, last)))
    return Span(replace(span.first, year=None), replace(span.last, year=None))


def _number(day: Day) -> str:
    return "1°" if day.day == 1 else str(day.day)


def _date(day: Day, *, month: bool = True, year: bool = True) -> str:
    said = f"{day.weekday} {_number(day)}".strip()
    said += f" {MONTHS[day.month - 1]}" if month else ""
    return f"{said} {day.year}" if year and day.year else said


def _with(bare: str, joined: str, elided: str, day: Day, *, month: bool = True, year: bool = True) -> str:
    said = _date(day, month=month, year=year)
    if day.weekday:
        return f"{bare} {said}".strip()
    return f"{elided}{said}" if day.day in (8, 11) else f"{joined} {said}"


def _on(day: Day, *, month: bool = True, year: bool = True) -> str:
    return _with("", "il", "l'", day, month=month, year=year)


def _from(day: Day) -> str:
    return _with("da", "dal", "dall'", _named(day))


def _until(day: Day) -> str:
    return _with("fino a", "fino al", "fino all'", _named(day))


def _by(day: Day) -> str:
    return _with("entro", "entro il", "entro l'", _named(day))


def _period(span: Span) -> str:
    first, last = span.first, span.last
    if not (first.weekday and last.weekday):
        first, last = replace(first, weekday=""), replace(last, weekday="")
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    begin = _with("da", "dal", "dall'", first, month=not same_month, year=not same_year)
    end = _with("a", "al", "all'", last)
    return f"{begin} {end}"


def _listed(days: list[Day]) -> str:
    if len(days) == 1:
        return _on(_named(days[0]))
    if not all(day.weekday for day in days):
        days = [replace(day, weekday="") for day in days]
    groups = [list(group) for _, group in groupby(days, key=lambda day: (day.year, day.month))]
    ahead = [*(group[0].year for group in groups[1:]), None]  # a year is told once, with the last of its days
    return _and(
        [_of_month(group, year=group[0].year != year) for group, year in zip(groups, ahead, strict=True)]
    )


def _of_month(days: list[Day], *, year: bool) -> str:
    if len(days) == 1:
        return _on(days[0], year=year)
    last = days[-1]
    tail = f" {MONTHS[last.month - 1]}" + (f" {last.year}" if year and last.year else "")
    if all(day.weekday for day in days):
        names = {day.weekday for day in days}
        if len(names) == 1:
            name = names.pop()
            plural = {"sabato": "i sabati", "domenica": "le domeniche"}.get(name, f"i {name}")
            return f"{plural} {_and([_number(day) for day in days])}{tail}"
        return _and([_date(day, month=False, year=False) for day in days]) + tail
    if len(days) == 2 or any(day.day in (8, 11) for day in days):
        return _and([_on(day, month=False, year=False) for day in days]) + tail
    return f"il {_and([_number(day) for day in days])}{tail}"


def _and(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} e {parts[-1]}"
