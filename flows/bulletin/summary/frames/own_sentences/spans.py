"""All the days of a page as one clause: its only period, or the first and the last day of several."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.times.clock import moments_at
from flows.bulletin.summary.frames.times.days import Day, Period, period_at

_STREETS_DAY = re.compile(  # `via 24 Maggio`, `via Primo Maggio` are no days
    rf"\b(?:via|viale|piazza|p\.zza|piazzale|largo|corso|ponte|scuola)\s(?:\d{{1,2}}|[ivx]+|primo)[°º]?\s(?:{'|'.join(MONTHS)})\b",
    re.I,
)
_AND = re.compile(r"\s?(?:,|;|\be\b|\bed\b|,\se)\s?", re.I)
_TOGETHER = 3  # periods that one sentence names
_COLON = re.compile(r"(?<=[a-z\d]):(?=\s)")  # `Sabato 6 febbraio: ore 15`
_TIGHT = re.compile(r"(?<=\d),(?=\d{1,2}(?:,|\s(?:e\s|[a-z]{4})))")  # `14,15, 16 e 17 maggio`
_SINCE = re.compile(
    r"(?<!\w)(?:a (?:partire|decorrere|far data) |con decorrenza |in vigore )?(?=da(?:l|ll['’])?\s?\S)", re.I
)
_BEHIND_A_WEEKDAY = re.compile(r"(?:\w{3,7}ì|\bsabato|\bdomenica)\s$", re.I)
_WORD = re.compile(r"(?<!\w)(?=\w)")
_NEXT = re.compile(r"(?<=\bdal)\sprossimo\s(?=\d)", re.I)
_PRIMO = re.compile(rf"\bprimo(?=\s(?:{'|'.join(MONTHS)})\b)", re.I)

_RESERVE = re.compile(r"\b(?:giornat[ae]|dat[ae]|giorn[oi]|come) di (?:riserva|recupero)\b", re.I)
_IF_LONGER = re.compile(  # `In caso di maltempo i lavori potranno protrarsi fino al 5 marzo`
    r"\bpotr(?:à|anno|ebbe|ebbero)\s(?:\w+\s)?(?:protrarsi|prolungarsi|slittare|essere (?:prorogat"
    r"|prolungat))",
    re.I,
)
_OF_OTHERS = re.compile(  # what is there besides: `Il luna park occupa piazza Po da lunedì 9 fino al 18`
    r"^(?!.*\b(?:chius|viet|diviet|senso unico|transit|sost[ae]\b|deviat|deviazion|lavor|cantier|viabilit"
    r"|circolaz|rimozion"
    r"|istituit|dispost|ordin))(?!.*:\s*$)"
    r".*\b(?:luna park|giostr|mercat|raccolta|rifiut|bancarell|mostra|spettacol|concert)",
    re.I | re.S,
)
ENDS = re.compile(
    r"\b(?:fino (?:a|al|alla) [a-zà-ù]|complet(?:amento|at[oaie])|ultimazione"
    r"|conclu(?:sion|der)\w+|ripristino)\b[^.;\d]{0,70}$",
    re.I,
)


def periods(notice: Notice) -> tuple[Period, ...]:
    """Every period of the page's days, each once and as fully as it is told; () where one is not sure.

    The slots tell which days are the notice's, the lines how they are joined: `14/11 al giorno 23/11`.
    """
    kept = _kept_free(notice)
    own = _own(notice) - kept
    made: dict[tuple[tuple[int, int], ...], Period] = {}
    read: set[str] = set()
    for line in (*lines(notice), *(row.when for row in notice.rows)):  # a day alone heads its rows
        for start, found in _periods_of(_plain(line)):
            if found.form == "on" and ENDS.search(_plain(line)[:start]):
                return ()  # it is over by then
            days = {f"{day.month:02}-{day.number:02}" for day in found.days}
            if not days <= own:
                continue
            read |= days
            key = tuple((day.number, day.month) for day in found.days)
            known = made.get(key)
            if known is None or _fullness(found) > _fullness(known):
                made[key] = found
    return _widest(made.values()) if own <= read else ()


def _own(notice: Notice) -> set[str]:
    """The days of the notice, as the slots have them, without those of a street's name."""
    named = plain(" ".join(found[0] for found in _STREETS_DAY.finditer(notice.source)))
    return {
        figure
        for slot in (Slot.when, Slot.until)
        for told in notice.slots.get(slot, ())
        if plain(told.words) not in named
        and not (notice.kind is Kind.road and _OF_OTHERS.match(told.sentence))
        and not _IF_LONGER.search(told.sentence)
        for figure in figures(told.words)
        if "-" in figure
    }


def _kept_free(notice: Notice) -> set[str]:
    """The days on which something takes place only if another day fails, each in a line of its own."""
    days = {False: set[str](), True: set[str]()}
    for line in lines(notice):
        own = {figure for figure in figures(line) if "-" in figure}
        days[len(own) == 1 and _RESERVE.search(line) is not None] |= own
    return days[True] - days[False]


def _plain(line: str) -> str:
    return _COLON.sub(" ", _TIGHT.sub(", ", _PRIMO.sub("1", _STREETS_DAY.sub(" ", line))))


def _periods_of(line: str) -> Iterator[tuple[int, Period]]:
    at = 0
    for place in _WORD.finditer(line):
        if place.start() >= at and (found := period_at(line, place.start())):
            at = found.end
            if _BEHIND_A_WEEKDAY.search(line, 0, place.start()) and not found.days[0].weekday:
                continue  # a weekday that is not that day's: nobody can say which
            yield place.start(), found


def _widest(found: Iterable[Period]) -> tuple[Period, ...]:
    """Without a day that only opens or closes a longer period, or is one of several that stand together."""
    periods = list(found)
    return tuple(
        one
        for one in periods
        if not any(other is not one and set(_days(one)) < set(_days(other)) for other in periods)
    )


def _days(period: Period) -> tuple[tuple[int, int], ...]:
    return tuple((day.number, day.month) for day in period.days)


def _fullness(period: Period) -> int:
    return sum(bool(day.year) + bool(day.weekday) for day in period.days)


def span_of(notice: Notice) -> tuple[str, bool]:
    """`dal 3 al 7 giugno` and whether that is all of the page's days, or only their first and last.

    ("", False) where the days are not sure, or one of several periods has no end.
    """
    found = periods(notice)
    if len(found) == 1:
        return found[0].words, True
    if 1 < len(found) <= _TOGETHER and _are_of_one_line(notice, found):
        return joined([period.words for period in found]), True
    ends = [period for period in found if period.form in ("on", "span")]
    if len(ends) < len(found) or not ends:
        return "", False
    days = sorted((day for period in ends for day in period.days), key=_order)
    whole = [day for day in days if day.year]
    if whole and len({day.year for day in whole}) > 1:
        return "", False  # which year a bare day is of, nobody can tell
    first, last = days[0], days[-1]
    if (first.number, first.month) == (last.number, last.month):
        return "", False
    year = f" {whole[0].year}" if whole else ""
    if len(days) == 2 and len(found) == 2 and first.month == last.month:  # the only two, of two lines
        return f"{_the(first)} e {_the(last)} {MONTHS[last.month - 1]}{year}", True
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"tra {_the(first)}{month} e {_the(last)} {MONTHS[last.month - 1]}{year}", False


def moments_of(notice: Notice) -> str:
    """The one period from an hour of a day to an hour of a day that the page tells, all its days; else ""."""
    found = {
        moments.words: figures(line[place.start() : moments.end])
        for line in lines(notice)
        for place in _WORD.finditer(line)
        if (moments := moments_at(line, place.start()))
    }
    days = _own(notice)
    return next(iter(found), "") if len(found) == 1 and all(days <= own for own in found.values()) else ""


def _are_of_one_line(notice: Notice, found: tuple[Period, ...]) -> bool:
    """Whether one line tells them one after the other: `dal 1° al 5 maggio e dall'8 al 12 maggio`."""
    wanted = [_days(period) for period in found]
    for line in map(_plain, lines(notice)):
        told = list(_periods_of(line))
        own = [period for _, period in told if _days(period) in wanted]
        gaps = [line[before.end : start] for (_, before), (start, _) in pairwise(told)]
        if [_days(period) for period in own] == wanted and all(map(_AND.fullmatch, gaps)):
            return True
    return False


def _order(day: Day) -> tuple[int, int]:
    return day.month, day.number


def _the(day: Day) -> str:
    if day.weekday:
        return f"{day.weekday} {day.number}"
    return f"l'{day.number}" if day.number in (8, 11) else f"il {day.number}{'°' if day.number == 1 else ''}"


@lru_cache(maxsize=64)
def _since(told: tuple[str, ...]) -> str:
    found: dict[tuple[int, int], Period] = {}
    for line in told:
        for place in _SINCE.finditer(_NEXT.sub(" ", _PRIMO.sub("1", line))):
            period = period_at(place.string, place.end())
            if period is None:
                continue
            if period.form != "since":
                return ""
            day = period.days[0]
            known = found.get((day.number, day.month))
            if known is None or _fullness(period) > _fullness(known):
                found[day.number, day.month] = period
    return found.popitem()[1].words if len(found) == 1 else ""


def since(notice: Notice) -> str:
    """`da lunedì 8 luglio`: from when what the page tells holds, where it tells one such day; else ""."""
    return _since(lines(notice))
