"""What a text does with rows that a person read in its source: wrong pairs, and lists told in part.

It reads the rows of `rows.jsonl`, never ours: a composer must not be judged by its own reading of a page.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind, plain
from flows.bulletin.facts.find import facts

Row = Mapping[str, object]

FIGURED = ("when", "hours", "deadline", "amount", "place", "who")
WORDED = ("what", "who", "place")
_ANNOUNCED = re.compile(
    r"\b(?:nell[ae]|sulla|alla) (?:pagina|locandina)|\bin pagina\b|\b(?:e )?altr[ieo]\b|\bpiù date\b"
    r"|\bfra (?:quest|cui)|\btra (?:quest|cui)"
    r"|\b(?:\d+|due|tre|quattro|cinque|sei) (?:\w+ )?(?:date|incontri|appuntamenti|serate|film|lezioni)\b",
    re.I,
)
_SMALL_WORDS = """
    il lo la i gli le un una di a da in con su per tra fra e ed o del dei della delle al alla essere avere
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_STEM = 5
_TOLD = 0.5  # of the words of a row that has no figure of its own
_HOURS_APART = 14  # characters between the two ends of `dalle 9 alle 12`
_SENTENCE = re.compile(r"[.!?;](?=\s|$)")


def values(text: str) -> frozenset[str]:
    """The days, hours and sums of a text, comparable: `10-18`, `20:30`, `10`."""
    return frozenset(
        _value(fact) for fact in facts(text) if fact.kind in (Kind.date, Kind.time, Kind.amount, Kind.weekday)
    )


def wrong_pairs(text: str, rows: Sequence[Row]) -> list[str]:
    """`20:30 26-10`: the hours that stand with a day with which no row has them, though another has."""
    read = [values(_figures(row)) for row in rows]
    dated = set().union(*(row for row in read if any("-" in value for value in row)))
    wrong = []
    for day, hours in _dated_hours(text):
        of_the_day = frozenset[str]().union(*(row for row in read if day in row))
        if day in dated and hours <= dated and not hours <= of_the_day:
            wrong.append(" ".join([*sorted(hours), day]))
    return wrong


def _dated_hours(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each span of hours with the day that stands nearest in its sentence."""
    read = facts(text)
    days = [fact for fact in read if fact.kind is Kind.date]
    times = [fact for fact in read if fact.kind is Kind.time]
    spans = [times[:1]] if times else []
    for before, after in pairwise(times):
        if after.start - before.end <= _HOURS_APART:
            spans[-1].append(after)
        else:
            spans.append([after])
    for span in spans:
        near = [
            (min(abs(span[0].start - day.end), abs(day.start - span[-1].end)), _value(day))
            for day in days
            if not _SENTENCE.search(text, min(day.end, span[-1].end), max(day.start, span[0].start))
        ]
        if near:
            yield min(near)[1], frozenset(map(_value, span))


def silent_elisions(text: str, rows: Sequence[Row], title: str = "") -> list[int]:
    """The lists of which some rows are told and others are neither told nor announced.

    A row that has no figure and no more words than the title is not told by a text that says what it is
    about: `La carta d'identità cartacea non vale più` tells nobody to bring the old one.
    """
    if _ANNOUNCED.search(text):
        return []
    cut = []
    told_values, stems = values(text) | _days_alone(text), _stems(text)
    for number in sorted({int(str(row.get("list", 0))) for row in rows} - {0}):
        listed = [row for row in rows if row.get("list") == number]
        told = [_is_told(row, listed, told_values, stems, _stems(title)) for row in listed]
        if len(listed) > 1 and any(told) and not all(told) and not _is_range(text, listed):
            cut.append(number)
    return cut


def _is_told(
    row: Row, listed: Sequence[Row], told: frozenset[str], stems: frozenset[str], subject: frozenset[str]
) -> bool:
    """By what sets the row apart in its list: its figures, or else its words that are not the title's."""
    figures = _own(row, listed, lambda one: values(_figures(one)) | _days_alone(_figures(one)))
    words = _own(row, listed, lambda one: _stems(" ".join(str(one[key]) for key in WORDED if key in one)))
    is_subject = not figures and words <= subject
    return (bool(figures) and figures <= told) or (
        bool(words) and not is_subject and len(words & stems) >= _TOLD * len(words)
    )


def _own(row: Row, listed: Sequence[Row], read: Callable[[Row], frozenset[str]]) -> frozenset[str]:
    """What this row has and no other of the list; all of it where the others have it too."""
    others = frozenset[str]().union(*(read(one) for one in listed if one is not row))
    return read(row) - others or read(row)


def _is_range(text: str, listed: Sequence[Row]) -> bool:
    """`dal 26 settembre al 12 dicembre`, `dalle 14 alle 18:30`: the first and the last day or hour of the
    list, and none between.
    """
    for key in ("when", "hours"):
        span = [value for row in listed for value in sorted(values(str(row.get(key, ""))))]
        told = values(text) & set(span)
        if len(span) > 1 and re.search(r"\bdal", text) and told == {span[0], span[-1]}:
            return True
    return False


def _figures(row: Row) -> str:
    return " ; ".join(str(row[key]) for key in FIGURED if key in row)


def _value(fact: Fact) -> str:
    return fact.value[-5:] if fact.kind is Kind.date else fact.value


def _days_alone(text: str) -> frozenset[str]:
    """The 10 and 11 of `10, 11 e 12 novembre`, which a row may hold alone."""
    return frozenset(
        f"day {number.lstrip('0')}" for number in re.findall(r"(?<![\d.:/])\d{1,2}(?![\d.:/%])", text)
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(
        word[:_STEM] for word in plain(text).split() if word not in _SMALL and not word.isdigit()
    )
