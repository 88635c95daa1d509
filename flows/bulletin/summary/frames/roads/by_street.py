"""What holds in which street, of a page that bans in one what it does not ban in the other: `in via Adda è
vietato il transito e in via Po è vietata la sosta`, and what holds on some of the days alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from flows.bulletin.language.dates import WEEKDAYS
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import TIME
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.frames.places.streets import Street, inside, joined
from flows.bulletin.summary.frames.roads.measured_lines import measures_of, streets_in
from flows.bulletin.summary.frames.roads.measures import Measure, clause
from flows.bulletin.summary.frames.times.clock import Hours, hours_at
from flows.bulletin.summary.frames.times.days import Period, period_at

_TOLD = frozenset({"closed", "transit", "parking", "alternate", "oneway", "narrow"})
_ELSEWHERE = re.compile(  # of streets that another line names
    r"\b(?:stess[eao]|predett\w+|suddett\w+|dett[ae]\svi\w+|medesim\w+|altr[ae]\svi\w+|limitrof\w+|resto|altri\stratti"
    r"|giorni\salterni|settiman\w+|mes[ei]|ultim[aoie]|sosta\s(?:e|o)\s(?:di\s)?(?:transito|circolazione)"
    r"|in\scaso|qualora|potr\w+|può|eventual\w+|revoc\w+|non)\b",
    re.I,
)
_OF_SOME = re.compile(
    r"\b(?:camion|autocarri|camper|caravan|pesanti|tonnellate|moto\w*|biciclett\w+|sol[ei]|direzione"
    r"|alle auto)\b",
    re.I,
)
_UNTOLD = frozenset({"twoway", "suspended"})
_WEEKLY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b(?!\s?,?\s(?:il\s)?\d)", re.I)
_EXCEPTED = re.compile(
    r"\b(?:esclus\w+|eccett\w+|tranne|salvo)\s(?:(?:il|la|i|le)\s)?(?:sabat|domenic|festiv)", re.I
)
_MOST = 4  # of streets with their bans
_WORD = re.compile(r"(?<!\w)(?=\w)")


@dataclass(frozen=True)
class Held:
    """What holds, and its days: None of the page's whole time, "" where each part begins with its own."""

    said: str
    lead: str | None
    is_timed: bool  # some of it at hours of its own


@dataclass(frozen=True)
class _Item:
    days: str  # "" of the whole time
    streets: tuple[Street, ...]
    measures: tuple[Measure, ...]


def street_by_street(told: Sequence[str], days: str, *, is_whole: bool) -> Held | None:
    """Of the page's lines (its title first), whose days are `days` (all of them, or the first and the last);
    None where a street or a day is unsure, or where the same holds in all the streets all the time.
    """
    if any(_WEEKLY.search(line) and not _EXCEPTED.search(line) for line in told[1:]):
        return None  # on one weekday of these days alone
    if any(_OF_SOME.search(line) for line in told[1:]):
        return None
    named = {street.words.lower(): street for line in told for street in streets_in(line)}
    items: list[_Item] = []
    are_timed: list[bool] = []
    for part in (one for line in told[1:] for half in re.split(r";\s", line) for one in split(half)):
        measures = _kinds(part)
        if any(one.kind in _UNTOLD for one in measures_of(part)):
            return None
        if not measures:
            continue
        own = streets_in(part) or (list(named.values()) if len(named) == 1 else [])
        its_days = _days_of(part, days)
        if not own or its_days is None or _ELSEWHERE.search(part):
            return None
        are_timed.append(TIME.search(part) is not None)
        items.append(_Item(its_days, tuple(own), measures))
    held = {street.words.lower() for item in items for street in item.streets}
    if any(not _is_held(street, held) for street in streets_in(told[0])):
        return None  # a street of the title of which no line tells what holds there
    always = [item for item in items if not item.days]
    differ = len({(one.words, held.kind) for item in items for one in item.streets for held in item.measures})
    is_one = len({item.streets for item in items}) < 2 and len({item.days for item in items}) < 2
    if is_one or differ > _MOST:
        return None
    parts = [_clauses(always)] if always else []
    lead: str | None = ""
    if always and len(always) == len(items):
        lead = None
    elif always and not (lead := _whole(told, days) or (days if is_whole else "")):
        return None  # since when, and until when?
    for when in dict.fromkeys(item.days for item in items if item.days):
        its = [item for item in items if item.days == when]
        is_there = bool(always) and {item.streets for item in items} == {always[0].streets}
        parts.append(f"{when} {_clauses(its, is_there=is_there)}")
    return Held("; ".join(parts), lead, any(are_timed) or len(always) < len(items))


def _is_held(street: Street, held: set[str]) -> bool:
    """`via Dante` of a title is the `via Dante Alighieri` of a line."""
    own = street.words.lower()
    return any(one.startswith(own) or own.startswith(one) for one in held)


def _kinds(part: str) -> tuple[Measure, ...]:
    found = {one.kind: one for one in measures_of(part) if one.kind in _TOLD}
    if "closed" in found and "transit" in found:
        del found["closed"]
    return tuple(found.values())


def _days_of(part: str, days: str) -> str | None:
    """The days and hours of a line that are its own; None where they are not understood."""
    if calendar_days(part) in (frozenset(), calendar_days(days)):
        return ""
    periods, hours = list(_read(part, period_at)), list(_read(part, hours_at))
    if len(periods) != 1 or len(hours) > 1:
        return None
    words = re.sub(r" 20\d\d$", "", periods[0])
    return f"{words}, {hours[0]}," if hours else words


def _read(part: str, reader: Callable[[str, int], Period | Hours | None]) -> Iterator[str]:
    """The words of each period, or of each span of hours, of a line."""
    at = 0
    for place in _WORD.finditer(part):
        if place.start() >= at and (found := reader(part, place.start())):
            at = found.end
            yield found.words


def _whole(told: Sequence[str], days: str) -> str:
    """`dal 15 al 26 febbraio` of the line that tells the first and the last day together."""
    ends = calendar_days(days)
    found = (words for line in told for words in _read(line, period_at) if calendar_days(words) == ends)
    return next((words for words in found if words.startswith(("dal", "da "))), "")


def _clauses(items: Sequence[_Item], *, is_there: bool = False) -> str:
    """`in via Po è vietata la sosta e in via Adda è vietato il transito`; streets that share it together."""
    held: dict[str, tuple[Street, list[str]]] = {}
    for item in items:
        for street in item.streets:
            _, said = held.setdefault(street.words.lower(), (street, []))
            said += [told for one in item.measures if (told := clause(_plain(one))) not in said]
    shared: dict[tuple[str, ...], list[Street]] = {}
    for street, said in held.values():
        shared.setdefault(tuple(said), []).append(street)
    if is_there and len(shared) == 1:
        return joined(list(next(iter(shared))))
    return joined([f"{inside(streets)} {joined(list(said))}" for said, streets in shared.items()])


def _plain(measure: Measure) -> Measure:
    """Without how one is towed away and on which side, which the page tells."""
    if measure.kind == "parking":
        return replace(measure, words=f"{measure.words.split('|')[0].split(',')[0]}|")
    return replace(measure, words=measure.words.split(",")[0]) if measure.kind == "alternate" else measure
