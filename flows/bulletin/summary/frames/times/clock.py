"""Hours of a closure or a work: read where they stand, written as one says them: `dalle 8:30 alle 12`."""

import re
from dataclasses import dataclass
from functools import lru_cache

from flows.bulletin.language.signals import MONTH
from flows.bulletin.summary.frames.times.days import WEEKDAY_NAME, period_at

_TIME = r"(?:2[0-4]|1\d|0?\d)(?:[:.,][0-5]\d)?"
_MONTH = re.compile(MONTH, re.I)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.,](?P<minute>\d\d))?")
_ORE = r"(?:(?:le\s)?(?:ore|h\.?)\s)?"
_NO_MORE = r"(?![\d€%]|\s?(?:€|euro|anni|km|gradi)|[:.,]\d)"
_HOURS = re.compile(
    rf"(?:con orario\s|in orario\s|orario:?\s|nella fascia oraria\s|nelle ore\s|negli orari\s)?"
    rf"(?:dalle?\s{_ORE}|dall['’]\s?{_ORE}|(?:tra|fra)\sle\s(?:ore\s)?|(?:ore|h\.?)\s"
    rf"|(?=\d{{1,2}}[:.][0-5]\d\s?[-–]\s?{_TIME}))"
    rf"(?P<first>{_TIME})\s?(?:alle?\s{_ORE}|all['’]\s?{_ORE}|fino alle\s{_ORE}|e\sle\s(?:ore\s)?"
    rf"|[-–/]\s?{_ORE}|a\s)"
    rf"(?P<last>{_TIME}){_NO_MORE}(?:\scirca)?",
    re.I,
)
_MORE = re.compile(r"\s?(?:,?\s?\be\s|,\s|/\s?|;\s)", re.I)
_SINCE = re.compile(rf"(?:a partire\s)?(?:dalle\s{_ORE}|dall['’])(?P<first>{_TIME}){_NO_MORE}", re.I)
_UNTIL = re.compile(rf"(?:fino|sino)\s(?:alle\s{_ORE}|all['’])(?P<first>{_TIME}){_NO_MORE}", re.I)
_AT = re.compile(rf"(?:alle\s{_ORE}|(?:ore|h\.?)\s)(?P<first>{_TIME}){_NO_MORE}", re.I)
_ALL_DAY = re.compile(
    r"(?:per\s)?(?:tutt[oa]\s(?:il\sgiorno|la\sgiornata)|l['’]intera\sgiornata|h\s?24|24\sore\ssu\s24)(?!\w)",
    re.I,
)
_PART = re.compile(
    r"(?:(?:solo\s)?(?P<morning>(?:(?:la|di|al|in)\s)?mattin[ao]|in\sorario\s(?:anti|mattu)\w+|nelle\sore\santi\w+)"
    r"|(?P<afternoon>(?:(?:il|al|nel|di)\s)?pomeriggio|(?:in\sorario|nelle\sore)\spomeridian[oe])"
    r"|(?P<night>nelle\sore\snotturne|in\sorario\snotturno|di\snotte))(?!\w)",
    re.I,
)
_EVERY = re.compile(
    rf"(?:(?:nei\s)?(?:soli\s)?giorni\s(?:feriali|festivi)|(?:dal|da)\s(?P<a>{WEEKDAY_NAME})\s(?:al"
    rf"|a)\s(?P<b>{WEEKDAY_NAME})"
    rf"(?!,?\s\d))",
    re.I,
)


@dataclass(frozen=True)
class Hours:
    """Hours read at a place and how one says them; `day` is told where they belong to a day of their own."""

    words: str
    end: int


def hours_at(text: str, start: int) -> Hours | None:
    """The hours that begin exactly at `start`."""
    spans, end = [], start
    at = start
    while match := _HOURS.match(text, at):
        spans.append(_between(match["first"], match["last"]))
        end = match.end()
        joint = _MORE.match(text, end)
        at = joint.end() if joint else -1
        if at < 0:
            break
    if spans:
        if any(not span for span in spans):
            return None
        words = spans[0] if len(spans) == 1 else f"{', '.join(spans[:-1])} e {spans[-1]}"
        return Hours(words, end)
    if match := _ALL_DAY.match(text, start):
        return Hours("tutto il giorno", match.end())
    if match := _PART.match(text, start):
        solo = "solo " if match[0].lower().startswith("solo") else ""
        name = "la mattina" if match["morning"] else "il pomeriggio" if match["afternoon"] else "di notte"
        return Hours(f"{solo}{name}", match.end())
    for pattern, preposition in ((_SINCE, "da"), (_UNTIL, "fino a"), (_AT, "a")):
        if match := pattern.match(text, start):
            said = _spoken(match["first"])
            return Hours(_led(preposition, said), match.end()) if said else None
    return None


def every_at(text: str, start: int) -> Hours | None:
    """The days of every week that begin exactly at `start`: `dal lunedì al venerdì`, `nei giorni feriali`."""
    match = _EVERY.match(text, start)
    if match is None:
        return None
    if match["a"]:
        return Hours(f"dal {_named(match['a'])} al {_named(match['b'])}", match.end())
    words = match[0].lower()
    return Hours(words if words.startswith("nei") else f"nei {words}", match.end())


def moments_at(text: str, start: int) -> Hours | None:
    """A period from an hour of a day to an hour of a day, as alerts have it, in one clause.

    `da giovedì 29 gennaio ore 14:00 a venerdì 30 gennaio ore 14:00` is
    `da giovedì 29 gennaio alle 14 fino a venerdì 30 gennaio alle 14`; day and hour keep the page's order.
    """
    first = _moment(text, start, r"(?:dal?\s|dall['’])", r"dal(?:le\s|l['’])")
    if first is None:
        return None
    joint = re.compile(r"\s?(?:,|-|–)?\s?(?:e\s)?(?:fino\s|sino\s)?", re.I).match(text, first[2])
    last = _moment(text, joint.end() if joint else first[2], r"(?:al?\s|all['’])", r"al(?:le\s|l['’])")
    if last is None:
        return None
    if first[1] == last[1]:
        one = period_at(first[1], 0)
        return Hours(f"{_led('da', first[0])} {_led('a', last[0])} di {one.words}", last[2]) if one else None
    year = _YEAR.search(first[1])
    if year and not _YEAR.search(last[1]):  # both are of one summer, and the page dates only the first
        first = (first[0], first[1][: year.start()], first[2])
    both = period_at(f"{first[1]} e {last[1]}", 0)
    if both is None or both.end != len(f"{first[1]} e {last[1]}"):
        return None
    if len(both.days) != 2:
        return None
    is_hour_first = re.match(r"dal(?:le\s|l['’])", text[start:], re.I) is not None
    return Hours(_two_days(first[0], last[0], both.words, is_hour_first=is_hour_first), last[2])


def in_moments(text: str) -> str:
    """`dalle 22 del 5 agosto alle 13 del 6 agosto` of `dalle 22 del 5 agosto e fino al 6 agosto, alle 13`."""
    parts, at = list[str](), 0
    for place in _OPENS.finditer(text):
        found = moments_at(text, place.start()) if place.start() >= at else None
        if found and _CROSSES.search(text, place.start(), found.end):
            words = f"{place[0]}{found.words[1:]}"
            parts += [text[at : place.start()], words]
            at = found.end
    return "".join([*parts, text[at:]])


def _two_days(first: str, last: str, days: str, *, is_hour_first: bool) -> str:
    one, _, other = days.rpartition(" e ")
    if not is_hour_first:
        month = _MONTH.search(other)
        if month and one[-1:].isdigit():
            one = f"{one} {month[0]}"  # far from its month a bare `29` reads as a number
        return f"{_after('da', one)} {_led('a', first)} fino {_after('a', other)} {_led('a', last)}"
    return f"{_led('da', first)} {_of(one)} {_led('a', last)} {_of(other)}"


def _after(preposition: str, day: str) -> str:
    """`dal 29 gennaio`, `dall'8 marzo`, `da giovedì 29 gennaio`."""
    if day.startswith("il "):
        return f"{preposition}l {day[3:]}"
    return f"{preposition}l{day}" if day.startswith("l'") else f"{preposition} {day}"


def _of(day: str) -> str:
    return f"de{day[1:]}" if day.startswith("il ") else f"del{day}" if day.startswith("l'") else f"di {day}"


_YEAR = re.compile(r"\s20\d\d$")
_OPENS = re.compile(r"\b[Dd](?=alle\s)")
_CROSSES = re.compile(r"\bfino\b|\b20\d\d\b.*\b20\d\d\b", re.I)
_BARE_DAY = re.compile(
    rf"(?:{WEEKDAY_NAME},?\s)?\d{{1,2}}(?=,?\s(?:e\s)?(?:(?:fino|sino)\s)?al(?:le\s|l['’]))", re.I
)
_BESIDE_DAY = re.compile(rf",?\s(?:(?:dalle|alle)\s)?(?:ore:?|h\.?)?\s?(?P<first>{_TIME}){_NO_MORE}", re.I)


@lru_cache(maxsize=8)
def _leads(words: str) -> re.Pattern[str]:
    return re.compile(words, re.I)


def _moment(text: str, start: int, day_lead: str, hour_lead: str) -> tuple[str, str, int] | None:
    """(hour, the day's own words, end) of `da giovedì 29 gennaio ore 14:00` or `dalle 14 di giovedì 29`."""
    if lead := _leads(day_lead).match(text, start):
        day = period_at(text, lead.end())
        at = _BESIDE_DAY.match(text, day.end) if day and day.form == "on" and len(day.days) == 1 else None
        if day and at and (said := _spoken(at["first"])):
            return said, text[lead.end() : day.end], at.end()
    match = _leads(rf"{hour_lead}{_ORE}(?P<first>{_TIME})\s(?:circa\s)?(?:di\s|del\s|dell['’])").match(
        text, start
    )
    day = period_at(text, match.end()) if match else None
    if match and day and day.form == "on" and len(day.days) == 1 and (said := _spoken(match["first"])):
        return said, text[match.end() : day.end], day.end
    bare = _BARE_DAY.match(text, match.end()) if match and day is None else None
    if match and bare and (said := _spoken(match["first"])):
        return said, bare[0], bare.end()  # whose month the other day tells
    return None


def _between(first: str, last: str) -> str:
    opens, closes = _spoken(first), _spoken(last)
    return f"{_led('da', opens)} {_led('a', closes)}" if opens and closes and opens != closes else ""


def _spoken(clock: str) -> str:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return ""
    hour, minute = int(match["hour"]), match["minute"] or "00"
    return "" if hour > 24 else str(hour) if minute == "00" else f"{hour}:{minute}"


def _led(preposition: str, hour: str) -> str:
    one = hour.split(":")[0] == "1"
    return f"{preposition}ll'{hour}" if one else f"{preposition}lle {hour}"


def _named(weekday: str) -> str:
    name = weekday.lower().rstrip("'’`")
    return name if name in ("sabato", "domenica") else f"{name[:-1]}ì"
