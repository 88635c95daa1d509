"""The days of an event with what is told of each: hours, place, people; and the parts of one day."""

import re
from dataclasses import dataclass, replace
from datetime import date

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.dates import WEEKDAYS
from flows.bulletin.page.notice import Notice, Row, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary import clauses
from flows.bulletin.summary.clauses.days import Days, Span
from flows.bulletin.summary.clauses.hours import Hours, hours_of
from flows.bulletin.summary.frames.events.of_a_part import is_aside
from flows.bulletin.summary.frames.times.weekly import weekdays_before

WEEKLY = re.compile(
    r"\b(?:ogni|il|tutti\si|tutte\sle|di|al|ciascun)\s(?P<day>luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato"
    r"|domenica)(?!\w)(?!,?\s(?:\d|primo|scorso|prossimo))",
    re.I,
)
_EVERY = re.compile(
    r"\b(?:ogni|tutti\si|tutte\sle)\s(?:(?:prim|second|terz|quart|ultim)[oa]\s)?(?:luned|marted|mercoled|gioved|venerd|sabat|domenic)",
    re.I,
)
_SEVERAL_LINES = re.compile(r"(?<!\bS)[.;!?]\s|\bore\s\d|\d[:.]\d\d")  # more than the name of what happens
_OF_ALL = re.compile(  # `Inizio ore 20.45.` below several days
    r"\W*(?:(?:inizio|orario)\b[^.;\n]{0,30}?|sempre\s|tutt[ie]\s[^.;\n]{3,30}\s)(?:alle\s|ore\s|dalle\s)[^,;\n]{1,24}$",
    re.I,
)
_OPENS = re.compile(r"(?:apertura|inizio|dalle)\b", re.I)
_CLOSES = re.compile(r"(?:chiusura|fine|termine|conclusione)\b", re.I)
_TO_HOURS = r"(?:\s20\d\d)?\s?[,;:–-]?\s?(?:con inizio\s|a partire\s)?"  # between a day and its hours
_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")
_BEGINS = re.compile(r"\b(?:si\s)?(?:comincia|inizia|apre|parte|inizierà|partirà|aprirà)\s(?:\w+\s)?$", re.I)
_ENDS = re.compile(r"\b(?:si\s)?(?:conclude|concluderà|termina|terminerà|chiude|chiuderà)\s(?:\w+\s)?$", re.I)
_ON_THE_PHONE = re.compile(r"(?:per (?:prenota|inform|iscri)\w+|prenotazion\w+|info\w*)\b[^.]*\d{5}", re.I)
_ON_ONE_DAY = re.compile(
    r"(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s\d{1,2}\b[^.;]{0,12}$", re.I
)
_MOST_BESIDE = 4
_MEETS_AT = re.compile(
    r"\s(?:in|al|alla|allo|davanti|presso|da|sul|sulla)\s[^.,;:()\n]{3,50}|\sall['’][^.,;:()\n]{3,50}"
)


@dataclass(frozen=True)
class Sitting:
    """Days that share their hours, place and people, as clauses; "" what the page does not tell of them."""

    days: Days
    hours: str = ""
    place: str = ""
    who: str = ""
    what: str = ""

    def when(self, *, year: bool = True) -> str:
        """`sabato 4 maggio alle 21`."""
        return f"{clauses.days_clause(self.days, year=year)} {self.hours}".strip()


_WEEK = 7  # days


def sittings_of(rows: list[Row]) -> list[Sitting] | None:
    """Rows with their days, those that differ only in the day joined; None where one is not understood."""
    found: list[Sitting] = []
    names = {row.what for row in rows}
    if "" in names and len(names) == 2:  # a note of some rows (`in base all'arrivo`) is no name of theirs
        rows = [replace(row, what="") for row in rows]
    for row in rows:
        days = clauses.days_of(row.when)
        if days is None:
            return None
        hours = clauses.hours_clause(row.hours) if row.hours else ""
        if row.hours and not hours:
            return None
        place = clauses.place_clause(row.place) or row.place if row.place else ""
        is_name = any(row.who in name for name in _QUOTED.findall(row.what))  # of what happens
        who = clauses.audience_phrase(_people(row.who)) if row.who and not is_name else ""
        if row.who and not who and not is_name and not clauses.is_everyone(row.who):
            return None
        what = (
            row.what
            if not re.fullmatch(r"\d+[°ª]? (?:parte|lezione|incontro|serata)", row.what.strip())
            and plain(row.what) != plain(row.who)  # `(3-6 anni)` says for whom, and no title
            else ""
        )
        if _SEVERAL_LINES.search(what):
            return None
        sitting = Sitting(days, hours, place, who, what)
        last = found[-1] if found else None
        if (
            last
            and (last.hours, last.place, last.who, last.what) == (hours, place, who, what)
            and days.role == "on"
        ):
            joined = last.days.told_with(days) or Days((*last.days.spans, *days.spans))
            found[-1] = Sitting(joined, hours, place, who, what)
            continue
        found.append(sitting)
    return found


def with_weekday(sittings: list[Sitting], notice: Notice) -> list[Sitting]:
    """The one day of an event with the weekday and the year that the page gives it elsewhere."""
    if len(sittings) != 1 or len(sittings[0].days.spans) != 1:
        return sittings
    days = sittings[0].days
    for told in notice.slots.get(Slot.when, ()):
        other = clauses.days_of(told.words)
        days = (other and days.told_with(other)) or days
    return [replace(sittings[0], days=days)]


def _people(words: str) -> str:
    return re.sub(
        r"^(?:lezione|incontro|serata|laboratorio|turno|gruppo|corso)\s", "", words.strip(), flags=re.I
    )


def told_days(notice: Notice) -> list[Sitting]:
    hours_words = _words(notice, Slot.hours)
    hours = clauses.hours_clause(hours_words) if hours_words else ""
    meeting = re.fullmatch(r"(ritrovo|partenza|inizio)\W{1,3}(.*)", hours_words.strip(), re.I)
    if meeting and (at := clauses.hours_clause(meeting[2])):
        hours = f"con {meeting[1].lower()} {at}{_meets_at(notice)}" if meeting[1].lower() != "inizio" else at
    if whole := _from_to(notice):
        return [whole]
    if len({clauses.hours_clause(words) for words in all_words(notice, Slot.hours)} - {""}) > 1:
        beside = _each_once(_beside_their_days(notice))
        if len(beside) > 1:
            return beside
        hours = beside[0].hours if beside else ""  # else which hour is whose is not sure
    found: dict[tuple[tuple[int, int], ...], Days] = {}
    for named in notice.slots.get(Slot.when, ()):
        days = None if named.row and is_aside(named.row, notice.source) else clauses.days_of(named.words)
        if days is None:
            continue
        key = tuple((day.month, day.day) for span in days.spans for day in (span.first, span.last))
        known = found.get(key)
        if known is None or _details(days) > _details(known):
            found[key] = days
    if course := _weekly_until(list(found.values()), hours, notice):
        return [course]
    if len(found) <= 1:
        lasting = [_lasting(days, notice) for days in found.values()]
        return [Sitting(days, _each_week(days, hours, notice)) for days in lasting if days]
    spans = [span for days in found.values() for span in days.spans]
    if season := _around_all(spans):
        weekly = _each_week(Days((season,)), hours, notice)
        return [Sitting(Days((season,)), weekly if weekly.startswith("ogni ") else "")]
    if len(found) > 4 or any(days.role != "on" for days in found.values()):
        return []
    told = sorted(
        _of_one_year(spans), key=lambda span: (span.first.year or 0, span.first.month, span.first.day)
    )
    hours_told = notice.slots.get(Slot.hours, ())
    is_of_all = bool(hours_told) and _OF_ALL.match(hours_told[0].sentence) is not None
    return [Sitting(Days(tuple(told)), hours if is_of_all else "")]


def _meets_at(notice: Notice) -> str:
    """` in piazza Po`, where one meets at the hour and the page has another place for what happens."""
    told = notice.slots[Slot.hours][0]
    found = _MEETS_AT.match(told.sentence.partition(told.words)[2])
    if found is None or all(plain(place) in plain(found[0]) for place in all_words(notice, Slot.place)):
        return ""
    return found[0]


def _lasting(days: Days, notice: Notice) -> Days | None:
    """One day as the first of many where the page says so of weekdays; None where it may be another's."""
    span = days.spans[0]
    if (
        len(days.spans) > 1
        or span.first != span.last
        or days.role != "on"
        or not _EVERY.search(notice.source)
    ):
        return days
    before = [
        told.sentence.partition(told.words)[0][-60:]
        for told in notice.slots.get(Slot.when, ())
        if clauses.days_of(told.words) is not None
    ]
    return replace(days, role="from") if any(_BEGINS.search(words) for words in before) else None


def _weekly_until(days: list[Days], hours: str, notice: Notice) -> Sitting | None:
    """`dal 2 marzo al 30 aprile ogni venerdì` of a first day and `ogni venerdì fino al 30 aprile`."""
    first = [one for one in days if one.role == "on"]
    last = [one for one in days if one.role == "until"]
    if len(days) != 2 or len(first) != 1 or len(last) != 1 or not _EVERY.search(notice.source):
        return None
    start, end = first[0].spans[0], last[0].spans[-1].last
    if len(first[0].spans) > 1 or start.first != start.last:
        return None
    if (start.first.month, start.first.day) >= (end.month, end.day):
        return None
    years = (start.first.year, end.year) if start.first.year and end.year else (None, None)
    begin, end = (
        replace(day, year=year, weekday="") for day, year in zip((start.first, end), years, strict=True)
    )
    whole = Days((Span(begin, end),))
    return Sitting(whole, _each_week(whole, hours, notice))


def _of_one_year(spans: list[Span]) -> tuple[Span, ...]:
    """`spans` as they are, or none with its year where the page gives it to some: it would be read of all."""
    if all(span.first.year for span in spans) or not any(span.first.year for span in spans):
        return tuple(spans)
    return tuple(Span(replace(span.first, year=None), replace(span.last, year=None)) for span in spans)


def _from_to(notice: Notice) -> Sitting | None:
    """`da venerdì 5 a domenica 7 novembre` of a page that begins on one day and ends on another."""
    told = [(one, days) for one in notice.slots.get(Slot.when, ()) if (days := clauses.days_of(one.words))]
    first = [days for one, days in told if _BEGINS.search(one.sentence.partition(one.words)[0][-60:])]
    last = [days for one, days in told if _ENDS.search(one.sentence.partition(one.words)[0][-60:])]
    if len(first) != 1 or len(last) != 1 or first[0].role != "on" or last[0].role != "on":
        return None
    start, end = first[0].spans[0].first, last[0].spans[-1].last
    return Sitting(Days((Span(start, end),))) if (start.month, start.day) < (end.month, end.day) else None


def _around_all(spans: list[Span]) -> Span | None:
    """The one range in which all the other days lie: a season, and its first nights; or one of weeks, where
    a day before or after it is another thing: `open day sabato 9 maggio`.
    """
    ranges = [span for span in spans if span.first != span.last]
    if len(ranges) != 1 or len(spans) < 2:
        return None
    start, end = ((day.month, day.day) for day in (ranges[0].first, ranges[0].last))
    inside = all(start <= (span.first.month, span.first.day) <= end for span in spans)
    lasts_weeks = (end[0] - start[0]) * 30 + end[1] - start[1] > _WEEK
    return ranges[0] if start < end and (inside or lasts_weeks) else None


def _each_week(days: Days, hours: str, notice: Notice) -> str:
    """`ogni lunedì dalle 17 alle 18` of a period whose page names one weekday; "" where it names several."""
    span = days.spans[0]
    beside = [found for told in notice.slots.get(Slot.hours, ()) if (found := weekdays_before(told))]
    if len(days.spans) > 1 and beside and not _are_all(days, beside):
        return ""  # `sabato 5 e domenica 6. Domenica dalle 9 alle 12`: one day's
    is_one_day = span.first == span.last and days.role == "on"
    if not is_one_day and hours and _is_of_a_day(notice):
        return ""
    if len(days.spans) > 1 or is_one_day or not hours:
        return hours
    named = {match["day"].lower() for match in WEEKLY.finditer(notice.source)}
    if not named and not beside:
        return hours
    if beside and not all(" ".join(beside) == f"il {day}" for day in named or ("",)):
        tells_all = len(beside) == 1 and all(day in beside[0] for day in named)
        weekdays = re.sub(r"\b(?:il|la) ", "", beside[0])
        weekly = f"ogni {weekdays}" if days.role == "from" and weekdays != beside[0] else beside[0]
        return f"{weekly} {hours}" if tells_all and hours[0] in "ad" else ""
    return f"ogni {named.pop()} {hours}" if len(named) == 1 and hours.startswith(("alle", "dalle")) else ""


def _is_of_a_day(notice: Notice) -> bool:
    """Whether the hour stands beside one weekday with its number, or a telephone: it is not the period's."""
    hours = notice.slots.get(Slot.hours, ())
    return bool(hours) and all(
        _ON_THE_PHONE.match(told.sentence) or _ON_ONE_DAY.search(told.sentence.partition(told.words)[0][-40:])
        for told in hours
    )


def _are_all(days: Days, beside: list[str]) -> bool:
    """Whether each of the days is one of those weekdays: `il mercoledì dalle 15: 6, 13 e 20 ottobre 2027`."""
    firsts = [span.first for span in days.spans]
    if any(day.year is None for day in firsts) or any(span.first != span.last for span in days.spans):
        return False
    names = {WEEKDAYS[date(day.year or 0, day.month, day.day).weekday()] for day in firsts}
    return len(beside) == 1 and names == set(re.findall("|".join(WEEKDAYS), beside[0]))


def _beside_their_days(notice: Notice) -> list[Sitting]:
    """Each day with the hours that follow it at once: `Lunedì 3 maggio, alle ore 9`.

    () where one day has none or several, so that whose the others are could be asked.
    """
    found: dict[Days, set[str]] = {}
    places: dict[Days, str] = {}
    hours_told = notice.slots.get(Slot.hours, ())
    for told in notice.slots.get(Slot.when, ()):
        days = clauses.days_of(told.words)
        if days is None or told.row is not None:
            return []
        kept = found.setdefault(days, set())
        near = {one.words for one in notice.slots.get(Slot.place, ()) if one.sentence == told.sentence}
        places[days] = clauses.place_clause(near.pop()) if len(near) == 1 else ""
        for hours in hours_told:
            said = clauses.hours_clause(hours.words)
            if said and re.search(
                rf"{re.escape(told.words)}{_TO_HOURS}{re.escape(hours.words)}", notice.source, re.I
            ):
                kept.add(said)
    if not all(len(kept) == 1 for kept in found.values()):
        return []
    made = [Sitting(days, next(iter(kept)), places[days]) for days, kept in found.items()]
    return made if len(made) <= _MOST_BESIDE and all(one.days.role == "on" for one in made) else []


def _each_once(sittings: list[Sitting]) -> list[Sitting]:
    """Without the day that another tells with its year: `25 aprile` of a title, `sabato 25 aprile 2026`."""
    spans = [{(span.first.month, span.first.day) for span in one.days.spans} for one in sittings]
    return [
        one
        for place, one in enumerate(sittings)
        if not any(
            spans[place] == other and _details(sittings[at].days) > _details(one.days)
            for at, other in enumerate(spans)
        )
    ]


def _details(days: Days) -> int:
    return sum(bool(span.first.weekday) + bool(span.first.year) for span in days.spans)


def is_scattered(notice: Notice) -> bool:
    """Whether the days stand in places of their own, each perhaps with its hours and its place."""
    told = {frozenset(figures(words)) for words in all_words(notice, Slot.when) if clauses.days_of(words)}
    return sum(not any(days < others for others in told) for days in told) > 1


def around(parts: tuple[Row, ...], hours: str) -> str:
    """`hours` where every part of the day lies between their two ends; "" where they are one part's."""
    day = hours_of(hours)
    told = [hours_of(row.hours) for row in parts]
    if len(day) != 1 or day[0].end is None or not all(told):
        return ""
    ends = [clock for several in told for one in several for clock in (one.start, one.end or one.start)]
    is_its = any(len(one) == 1 and (one[0].start, one[0].end) == (day[0].start, day[0].end) for one in told)
    return "" if is_its or min(ends) < day[0].start or max(ends) > day[0].end else hours


def opening_and_closing(parts: tuple[Row, ...]) -> str:
    """`dalle 18 alle 23` of a row that opens and one that closes; "" for other parts."""
    if len(parts) != 2 or not _OPENS.match(parts[0].what) or not _CLOSES.match(parts[1].what):
        return ""
    start, end = hours_of(parts[0].hours), hours_of(parts[1].hours)
    if len(start) != 1 or len(end) != 1:
        return ""
    return clauses.hours_clause((Hours(start[0].start, end[0].start),))


def parts_of(rows: list[Row]) -> tuple[Row, ...]:
    """Rows of one list that have hours and no day of their own, or the same day:
    the parts of one programme.
    """
    rows = [row for row in rows if row.list and row.hours]
    return tuple(rows) if len(rows) > 1 and len({row.when for row in rows if row.when}) <= 1 else ()


def all_words(notice: Notice, slot: Slot) -> list[str]:
    return [told.words for told in notice.slots.get(slot, ()) if told.words]


def _words(notice: Notice, slot: Slot) -> str:
    return next(iter(all_words(notice, slot)), "")
