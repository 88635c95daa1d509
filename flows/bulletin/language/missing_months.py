"""A weekday with its number and no month, where the day before it or the title tells the month.

A programme says `venerdì 4 settembre` and below `sabato 5`: the weekday proves that it is the same week.
`SAB 4 DICEMBRE` is a Saturday that was written short.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, WEEKDAYS
from flows.bulletin.language.signals import MONTH, WEEKDAY

_DAY = Cued(
    rf"(?<![\w’'])(?P<week>{WEEKDAY})[’']?,?\s(?P<number>\d{{1,2}})(?![\d/]|[.,:]\d|[°º])(?:\s(?P<month>{MONTH})\b)?",
    re.I,
)
_SHARED = re.compile(  # `sabato 5 e domenica 6 settembre`: its month comes
    rf"(?:\s?(?:,|\be\b|\bal?\b|[-–])\s?(?:{WEEKDAY}\s)?\d{{1,2}}){{1,5}}[°º]?\s{MONTH}\b", re.I
)
_AND = re.compile(rf"\s?(?:,|\be\b)\s?{WEEKDAY}\s\d{{1,2}}(?!\d)", re.I)
_BY_THEN = re.compile(r"\b(?:entro|non oltre)\s(?:le (?:ore )?\d{1,2}(?:[:.]\d\d)? di\s)?(?:il\s)?$", re.I)
_END = re.compile(r"[.!?;]\s|\n")
_FURTHEST, _FURTHEST_BACK = 10, 14  # days between the two
_A_CLOCK = re.compile(r"\s?[-–.:,/]\s?\d|\s(?:alle|e)\s\d")  # `mercoledì 16-18`
_LOOKS_BACK, _LOOKS_AHEAD = 14, 31  # days around a page's own
_PROVE, _HALF_A_YEAR = 3, 6  # days of a title's month; months


_ROWS = re.compile(  # `9/7 - Il ragazzo del faro`, one below the other
    r"(?:^[ \t]*(?:[-*•][ \t])?(?:[0-2]?\d|3[01])/(?:0?[1-9]|1[0-2])(?:/20\d\d)?"
    r"[ \t]?[-–:][ \t]\S[^\n]*\n?){2,}",
    re.M,
)
_ROW = re.compile(
    r"^[ \t]*(?:[-*•][ \t])?(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>20\d\d))?[ \t]?[-–:][ \t]", re.M
)


def _in_words(rows: re.Match[str]) -> str:
    """`- 9 luglio: Il ragazzo del faro`."""
    return _ROW.sub(
        lambda row: (
            " ".join(filter(None, ("-", str(int(row["day"])), MONTHS[int(row["month"]) - 1], row["year"])))
            + ": "
        ),
        rows[0],
    )


_SHORT = re.compile(
    rf"(?<![\w.’'])(?P<week>{'|'.join(name[:3] for name in WEEKDAYS)})\.?\s"
    rf"(?=\d{{1,2}}[°º]?\s{MONTH}(?!\s?=)|\d{{1,2}}[/.](?:0?[1-9]|1[0-2])(?![\d.]))",
    re.I,
)
_OF_A_MONTH = re.compile(rf"\b(?:di|a|per|ad|del mese di)\s(?P<month>{'|'.join(MONTHS)})\b(?!\s20\d\d)", re.I)


def with_weekdays(text: str) -> str:
    """`sabato 4 DICEMBRE` of `SAB 4 DICEMBRE`."""
    return _SHORT.sub(lambda day: f"{WEEKDAYS[_which(day['week'])]} ", text)


def _of_title(days: list[re.Match[str]], title: str, published: date | None) -> int:
    """The month of the title (`gli appuntamenti di luglio`), where every weekday proves it; else 0."""
    months = {match["month"].lower() for match in _OF_A_MONTH.finditer(title)}
    if len(months) != 1 or published is None or len(days) < _PROVE or any(day["month"] for day in days):
        return 0
    month = MONTHS.index(months.pop()) + 1
    year = published.year + (month < published.month - _HALF_A_YEAR)
    is_so = all(
        1 <= int(day["number"]) <= monthrange(year, month)[1]
        and date(year, month, int(day["number"])).weekday() == _which(day["week"])
        for day in days
    )
    return month if is_so else 0


_THAT_DAY = re.compile(
    r"\b(?:nella giornata|nel giorno|nella data|in data) (?:in oggetto|di cui (?:all['’]|in )oggetto)\b", re.I
)
_DATED = re.compile(rf"(?P<week>{WEEKDAY},? )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?", re.I)


_HEADING = re.compile(rf"^[ \t#*]*(?P<month>{'|'.join(MONTHS)})[ \t*:]*$", re.I | re.M)


def _under_months(text: str, published: date | None) -> str:
    """`Sabato 4 dicembre` of `Sabato 4` below a line `Dicembre`, where the weekday proves it."""
    heads = [(head.end(), MONTHS.index(head["month"].lower()) + 1) for head in _HEADING.finditer(text)]
    if published is None or not heads:
        return text

    def dated(day: re.Match[str]) -> str:
        month = next((month for end, month in reversed(heads) if end <= day.start()), 0)
        number, week = int(day["number"]), _which(day["week"])
        years = (published.year, published.year + 1) if month else ()
        is_so = any(
            1 <= number <= monthrange(year, month)[1] and date(year, month, number).weekday() == week
            for year in years
        )
        return f"{day[0]} {MONTHS[month - 1]}" if is_so and not day["month"] else day[0]

    return _DAY.sub(dated, text)


def _on_its_day(text: str, title: str) -> str:
    """`lunedì 7 dicembre` of `nella giornata in oggetto`, where the title tells one day."""
    days = list(_DATED.finditer(title))
    if len(days) != 1:
        return text
    day = days[0][0].lower() if days[0]["week"] else f"il {days[0][0]}"
    return _THAT_DAY.sub(lambda found: day.capitalize() if found[0][0].isupper() else day, text)


def with_months(text: str, title: str = "", published: date | None = None) -> str:
    """`text` with the month of such a day written out, and the days of a list in words.

    `published`: the page's day, by which the weekdays of a title's month are proved.
    """
    text = _under_months(_on_its_day(_ROWS.sub(_in_words, text), title), published)
    parts, at = [], 0
    known: tuple[int, int, int] | None = None  # weekday, number, month
    days = list(_DAY.finditer(text))
    if month := _of_title(days, title, published):
        return _DAY.sub(lambda day: f"{day[0]} {MONTHS[month - 1]}", text)
    for place, day in enumerate(days):
        weekday, number = _which(day["week"]), int(day["number"])
        if day["month"]:
            known = _known(day)
            continue
        if _SHARED.match(text, day.end()):
            continue
        month = _month(known, weekday, number) if known else 0
        if known and not month and _BY_THEN.search(text[max(0, day.start() - 40) : day.start()]):
            month = _month_before(known, weekday, number)
        later = next((one for one in days[place:] if one["month"]), None) if known is None else None
        if later and _END.search(text, day.end(), later.start()):  # else the later one tells it for both
            month = _month_before(_known(later), weekday, number)
        if published and len(days) == 1 and not _A_CLOCK.match(text, day.end()):
            month = _ahead(published, weekday, number)
        if month and _AND.match(text, day.end()):
            known = weekday, number, month  # the last of them tells it for all
        elif month:
            parts += [text[at : day.end()], f" {MONTHS[month - 1]}"]
            at, known = day.end(), (weekday, number, month)
    return "".join([*parts, text[at:]])


def _ahead(published: date, weekday: int, number: int) -> int:
    """The month of the day right after the page's own that is that weekday and number; 0 where one right
    before it is, too, which the page may tell of.
    """
    around = (published + timedelta(days=days) for days in range(-_LOOKS_BACK, _LOOKS_AHEAD))
    found = [day for day in around if (day.weekday(), day.day) == (weekday, number)]
    return found[0].month if len(found) == 1 and found[0] >= published else 0


def _known(day: re.Match[str]) -> tuple[int, int, int]:
    return _which(day["week"]), int(day["number"]), MONTHS_BY_START[day["month"][:3].lower()]


def _month_before(known: tuple[int, int, int], weekday: int, number: int) -> int:
    """The month of the day after, where it is that many days on in one month; else 0."""
    after, last, month = known
    days = last - number
    return month if 0 < days <= _FURTHEST_BACK and (weekday + days) % 7 == after else 0


def _month(known: tuple[int, int, int], weekday: int, number: int) -> int:
    """The month of a later day, where its weekday is as many days on as its number; else 0."""
    before, last, month = known
    for days in (number - last, number - last + monthrange(2023, month)[1]):
        if 0 < days <= _FURTHEST and (before + days) % 7 == weekday:
            return month if number > last else month % 12 + 1
    return 0


def _which(weekday: str) -> int:
    return next(place for place, name in enumerate(WEEKDAYS) if name.startswith(weekday[:3].lower()))
