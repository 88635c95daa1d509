"""The days and hours that stand under "Date e orari", and how to say them in one line."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, giorno
from flows.bulletin.language.signals import MONTH

_DAY = re.compile(
    rf"(?<![\d:./])(?:(?P<d>\d{{1,2}})[°º]?\s+(?P<month>{MONTH})(?:\s+(?P<year>20\d\d))?"
    r"|(?P<d2>\d{1,2})[./-](?P<m2>\d{1,2})[./-](?P<y2>20\d\d))(?![\d:])",
    re.I,
)
_CLOCK = r"(?:ore\s+)?([01]?\d|2[0-4])(?:[:.]([0-5]\d))?(?![\d:])"
_RANGE = re.compile(
    rf"\s*(?:[-–,]|alle|dalle)?\s*(?:dalle?|ore|h\.?)?\s*{_CLOCK}\s*(?:alle|all['’]|[-–])\s*{_CLOCK}", re.I
)
_START = re.compile(
    rf"\s*[-–,]?\s*(?:alle|dalle|ore|h\.?)?\s*{_CLOCK}\s*(?:-\s*(?P<what>Inizio|Fine)[^\d]{{0,20}})?", re.I
)
_BEFORE = re.compile(
    r"\W*(?:inizio(?: evento)?\W*|giorno\W*|il\s+)?(?:(?:(?:luned|marted|mercoled|gioved"
    r"|venerd)[ìi]['’]?|sabato|domenica)\W*)?",
    re.I,
)
_GOES_ON = re.compile(
    r"(?:\ba|\bal|all['’]|\||\d\s*(?:,|e|ed|-|–|al))\s*$", re.I
)  # `dal 10 al 12`, `3, 4 e 5`
_ENDS = re.compile(r"(?<!- )\bfine(?: evento)?\W*$", re.I)
_CHANGED = re.compile(r"annull|rinvi|sospes|posticip|spostat|esaurit", re.I)  # more than a list of days
Clock = tuple[int, int]


@dataclass(frozen=True)
class Occasion:
    """One day, with the hours it opens and closes where they are given; `note` is what stands beside them."""

    day: int
    month: int
    year: int | None
    start: Clock | None = None
    end: Clock | None = None
    note: str = ""


def occasions(text: str) -> list[Occasion]:
    """The occasions of a "Date e orari" part, in order; [] where it is not a plain list of days."""
    matches = list(_DAY.finditer(text))
    if not matches or not _BEFORE.fullmatch(text[: matches[0].start()]) or _CHANGED.search(text):
        return []
    entries: list[Occasion] = []
    ends = False  # whether the day before it said that this one is its end
    for place, day in enumerate(matches):
        until = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        rest = text[day.end() : until]
        if len(rest) > 120 or _GOES_ON.search(rest[-8:]):
            return []
        month = int(day["m2"]) if day["m2"] else MONTHS_BY_START[day["month"][:3].lower()]
        number, year = int(day["d"] or day["d2"]), day["year"] or day["y2"]
        if not (1 <= number <= 31 and 1 <= month <= 12):
            return []
        entry = Occasion(number, month, int(year) if year else None)
        if hours := _RANGE.match(rest):
            entry = _with(entry, _clock(hours, 1), _clock(hours, 3), rest[hours.end() :])
        elif hours := _START.match(rest):
            entry = _with(entry, _clock(hours, 1), None, rest[hours.end() :])
            if (ends or (hours["what"] or "").lower() == "fine") and entries and entries[-1].end is None:
                last = entries[-1]
                if (last.day, last.month) == (entry.day, entry.month):
                    entries[-1] = _with(last, last.start, entry.start, "")
                    ends = _ENDS.search(rest) is not None
                    continue
                return []
        else:
            entry = _with(entry, None, None, rest)
        if ends:
            return []
        ends = _ENDS.search(rest) is not None
        entries.append(entry)
    return list(dict.fromkeys(entries))


def dates_and_hours(entries: list[Occasion], *, hours: bool = True) -> str:
    """`18 e 25 ottobre, ore 20:30-23; 26 ottobre, ore 14:30-17`; the weekday where one day has its year."""
    parts = []
    for (start, end), group in groupby(entries, key=lambda entry: (entry.start, entry.end)):
        days = _days(list(group))
        parts.append(f"{days}, {clocks(start, end)}" if hours and start else days)
    return "; ".join(parts)


def from_first_to_last(entries: list[Occasion]) -> str:
    """`Più date dal 9 ottobre al 15 febbraio, ore 15-18`; the hours where all days have the same."""
    first, last = (_days([Occasion(entry.day, entry.month, None)]) for entry in (entries[0], entries[-1]))
    span = f"Più date {_joined('dal', first)} {_joined('al', last)}"
    hours = {(entry.start, entry.end) for entry in entries}
    start, end = hours.pop()
    return f"{span}, {clocks(start, end)}" if start and not hours else span


def _joined(preposition: str, day: str) -> str:
    return f"{preposition}l'{day}" if re.match(r"(?:8|11) ", day) else f"{preposition} {day}"


def clocks(start: Clock, end: Clock | None) -> str:
    """`ore 18:30-20`."""
    return f"ore {_spoken(start)}" + (f"-{_spoken(end)}" if end and end != start else "")


def _days(group: list[Occasion]) -> str:
    if len(group) == 1 and (year := group[0].year):
        try:
            return giorno(date(year, group[0].month, group[0].day))
        except ValueError:
            pass
    months = []
    for month, days in groupby(group, key=lambda entry: entry.month):
        numbers = [str(entry.day) for entry in days]
        listed = " e ".join(filter(None, [", ".join(numbers[:-1]), numbers[-1]]))
        months.append(f"{listed} {MONTHS[month - 1]}")
    if len(months) == 2 and all(" e " not in days_of_month for days_of_month in months):
        return " e ".join(months)
    return ", ".join(months)


def _clock(match: re.Match[str], group: int) -> Clock:
    return int(match[group]), int(match[group + 1] or 0)


def _with(entry: Occasion, start: Clock | None, end: Clock | None, note: str) -> Occasion:
    return Occasion(entry.day, entry.month, entry.year, start, end, note.strip(" -–,;:.|"))


def _spoken(clock: Clock) -> str:
    return f"{clock[0]}:{clock[1]:02}" if clock[1] else f"{clock[0]}"
