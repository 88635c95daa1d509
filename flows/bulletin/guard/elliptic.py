"""Facts that lean on others: days on a month, `sabato 23 dicembre e domenica 24`, `il 18 e il 21 maggio`;
sums on the word euro beside another; hours without a word, `8-20`, on the page's own.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.bulletin.facts.dates import weekday
from flows.bulletin.facts.fact import Fact, Kind

_WEEKDAY = re.compile(
    r"\b(?P<weekday>luned[iì]['’]?|marted[iì]['’]?|mercoled[iì]['’]?|gioved[iì]['’]?|venerd[iì]['’]?|sabato|domenica),?\s+(?:il\s+)?$",
    re.I,
)
_CUE = re.compile(r"(?:\b(?:il|al|dal|del|nel|giorno|giorni)\s+|\b(?:l|all|dall|dell)['’])$", re.I)
_JOINT = re.compile(r"\s*(?:,|-|–|\be\b|\bed\b|\bo\b|\bal?\b)\s*", re.I)
# What may follow a day: no noun that it could count.
_AFTER = re.compile(
    r"[°º]?(?:\s*(?:[,;:.)!?»]|$)|\s+(?:e|ed|o|al|all['’]|alle|dalle|dal|ore|a|in|nei|nel|nella|per|con|c['’]è|ci|si|è|sono|ma"
    r"|mentre|presso|sul|da|tra)\b|\s*[-–]\s|\s+[«“\"])",
    re.I,
)
_BARE_HOURS = re.compile(
    r"(?<![\w.,:/€-])(?P<all1>(?P<h1>\d{1,2})(?:[.:](?P<m1>[0-5]\d))?)\s?[-–]\s?"
    r"(?P<all2>(?P<h2>\d{1,2})(?:[.:](?P<m2>[0-5]\d))?)(?![\w%°€/-]|[.,:]\d|\s?(?:€|euro|anni|°))"
)
_COUNTS = re.compile(  # houses, people, classes
    r"\b(?:civic\w+|numer\w+|n\.|ragazz\w|bambin\w|giovani|gruppi|età|class\w|persone|posti)\W*(?:di\s|da\s|dai\s)?$",
    re.I,
)
_LAST_DAY = 31
_MONTH_ALONE = re.compile(r"\d{4}-\d\d")
_NEXT_MONTH_MARGIN = 12  # days: `sabato 30 novembre e lunedì 2` goes on to the next month


def with_elliptic_days(
    text: str, facts: Sequence[Fact], source_facts: Sequence[Fact] = ()
) -> tuple[Fact, ...]:
    """The facts with each such day read as a date, of the month of the date before it or, failing that, behind.

    A text without any month leans on its source.
    """  # noqa: E501
    dates = _dates(facts)
    if not dates and not source_facts:
        return tuple(facts)
    found: list[Fact] = []
    for fact in facts:
        if _may_be_day(fact):
            day = _as_day(text, fact, [*_dates(found), *dates])
            if day is not fact and not dates and _settled(day, _dates(source_facts)) is day:
                day = fact  # of no month that anybody knows
            found.append(day)
        else:
            found.append(fact)
    places = [(fact.start, fact.end) for fact in found if fact.kind is Kind.date]
    return tuple(
        fact
        for fact in found
        if fact.kind not in (Kind.weekday, Kind.relative)
        or not any(start <= fact.start and fact.end <= end for start, end in places)
    )


def settled(facts: Sequence[Fact], source_facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of a text with the month that the source gives to a day whose month the text leaves open."""
    there = _dates(source_facts)
    days = {one.value[-5:] for one in there}
    return tuple(
        _settled(fact, there) if _is_open(fact) and fact.value[-5:] not in days else fact for fact in facts
    )


def with_elliptic_sums(facts: Sequence[Fact], source_facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of a text with the numbers that are sums of its source as sums: `10 euro, 7 per chi ha 65 anni`."""  # noqa: E501
    sums = {one.value for one in source_facts if one.kind is Kind.amount}
    sums -= {one.value for one in source_facts if one.kind is Kind.number}
    if not any(fact.kind is Kind.amount for fact in facts):
        return tuple(facts)
    return tuple(
        replace(fact, kind=Kind.amount) if fact.kind is Kind.number and fact.value in sums else fact
        for fact in facts
    )


def with_bare_hours(text: str, facts: Sequence[Fact], source_facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of a text with each `8-20` as two times, where its source has both."""
    times = {one.value for one in source_facts if one.kind is Kind.time}
    spans = [
        (span, ends)
        for span in _BARE_HOURS.finditer(text)
        if set(ends := [f"{int(span[f'h{n}']):02}:{span[f'm{n}'] or '00'}" for n in (1, 2)]) <= times
        and not _COUNTS.search(text, 0, span.start())
        and all(fact.kind is Kind.number for fact in facts if _overlap(fact, span))  # no `9-12 dicembre`
    ]
    if not spans:
        return tuple(facts)
    hours = [
        Fact(Kind.time, value, span[f"all{n}"], *span.span(f"all{n}"))
        for span, ends in spans
        for n, value in zip((1, 2), ends, strict=True)
    ]
    others = [fact for fact in facts if not any(_overlap(fact, span) for span, _ in spans)]
    return tuple(sorted((*others, *hours), key=_start))


def _overlap(fact: Fact, span: re.Match[str]) -> bool:
    return span.start() < fact.end and fact.start < span.end()


def _is_open(fact: Fact) -> bool:
    return fact.kind is Kind.date and bool(
        re.fullmatch(r"(?:\w+['’]?,?\s+(?:il\s+)?)?\d{1,2}[°º]?", fact.shown)
    )


def _settled(fact: Fact, there: Sequence[Fact]) -> Fact:
    same = {
        one.value[-5:]
        for one in there
        if one.value[-2:] == fact.value[-2:] and (not fact.weekday or one.weekday in ("", fact.weekday))
    }
    return replace(fact, value=f"--{same.pop()}") if len(same) == 1 else fact


def _dates(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind is Kind.date and len(fact.value) >= len("--11-30")]


def _month_and_day(value: str) -> tuple[int, int]:
    """Of `2027-06-07` and of `--06-07`; of a month alone, `2027-06`, with 0 for its day."""
    if _MONTH_ALONE.fullmatch(value):
        return int(value[-2:]), 0
    return int(value[-5:-3]), int(value[-2:])


def _may_be_day(fact: Fact) -> bool:
    figure = fact.shown.rstrip("°º")
    return fact.kind in (Kind.number, Kind.ordinal) and figure.isdigit() and 1 <= int(figure) <= _LAST_DAY


def _start(fact: Fact) -> int:
    return fact.start


def _as_day(text: str, fact: Fact, dates: Sequence[Fact]) -> Fact:
    before = text[max(0, fact.start - 20) : fact.start]
    named = _WEEKDAY.search(before)
    joined = any(
        other.end <= fact.start and _JOINT.fullmatch(text, other.end, fact.start) and _is_open(other)
        for other in dates
    )
    if not named and not ((_CUE.search(before) or joined) and _AFTER.match(text, fact.end)):
        return fact
    earlier = [one for one in dates if one.start < fact.start]
    number, month = int(fact.value), 0
    if dates:
        near = max(earlier, key=_start) if earlier else min(dates, key=_start)
        month, day = _month_and_day(near.value)
        if near.start < fact.start and day - number > _NEXT_MONTH_MARGIN:
            month = month % 12 + 1
    start = fact.start - (len(named[0]) if named else 0)
    its_weekday = weekday(named["weekday"]) if named else ""
    return Fact(Kind.date, f"--{month:02}-{number:02}", text[start : fact.end], start, fact.end, its_weekday)
