"""Whether a text found at the address of another notice is an edit of it, or another notice."""

import re
from collections.abc import Iterable
from datetime import date

from rapidfuzz import fuzz

from flows.bulletin.choosing.notice import Bare, NoticeText, bare
from flows.bulletin.facts.fact import plain
from flows.bulletin.facts.find import Fact, Kind, facts

_CALL = re.compile(r"\bconvoca\w*\b|\bseduta\b|\bconsiglio comunale\b|\bcommissione consiliare\b")
_DEADLINE = re.compile(r"\b(?:termin[ei]|scaden\w+|entro|domande|iscrizion[ei]|istanze|candidatur[ae])\b")
_MOVED = re.compile(
    r"\b(?:rinvi\w+|posticip\w+|prorog\w+|anticip\w+|spostat\w+|slitta\w*|differi\w+|annullat\w+|riapertur\w+"
    r"|nuov[ao] (?:data|scadenza|termine)|rettific\w+|errata corrige|integrazione|sospes\w+|revocat\w+)"
)
_SERIES = re.compile(
    r"\b(?:comunicato(?: stampa)?|avviso di allerta(?: \w+)?|bollettino|ordinanza|newsletter|seduta)"
    r" (?:n|nr|num|numero) (\w+)"
)
_PRESS_RELEASE = re.compile(r"comunicato(?: stampa)? (?:n|nr|num|numero) \w+")
_SEASON = re.compile(r"(20\d\d)(?:\s?[/-]\s?(?:20)?(\d\d)\b)?")
_FAR_CALL = 6  # days: a sitting is put off by less, and the next one is further
_FAR_ELSEWHERE = 6  # days, where another place or name came in too
_FAR = 21  # days without a word of moving
_FAR_DEADLINE = 60
_ALIKE = 60  # token_set_ratio of titles
_SHARED = 0.4  # of the words of the one that has fewer; letters alone make any two Italian texts alike
LONGEST = 20_000  # characters by which two texts are likened; the time grows with their square
_MOST_DAYS = 300  # of a text; of one with more, the nearest two tell nothing
_ALIKE_TEXT = 50  # of the texts, under a title that names no matter


def same_item(before: NoticeText, after: NoticeText) -> bool:
    """Whether `after` is an edit of `before`: a typo, a postponed day, a result added, a teaser filled.

    Another item is: the next sitting of a council, the next number of a series, next year's edition, the
    next occasion at an address that is used again and again.
    """
    old, new = bare(before), bare(after)
    if old.words == new.words or (plain(old.text) == plain(new.text) and len(plain(old.text).split()) > 5):
        return True
    numbers = [set(_SERIES.findall(side.words)) for side in (old, new)]
    if numbers[0] and numbers[1] and not numbers[0] & numbers[1]:
        return False
    if _PRESS_RELEASE.match(plain(new.title)) and old.text and new.text:
        return likeness(old.text, new.text) >= _ALIKE_TEXT
    if _another_year(old, new) or _another_month(old, new):
        return False
    if _MOVED.search(new.words) and not _MOVED.search(old.words):
        return _alike(old, new)
    gap = _gap(facts(old.whole), facts(new.whole))
    return (gap is None or gap <= _farthest(old, new)) and _alike(old, new)


def likeness(text: str, other: str) -> float:
    """How much two texts share of their words, from 0 to 100."""
    return fuzz.token_set_ratio(plain(text[:LONGEST]), plain(other[:LONGEST]))


def _farthest(old: Bare, new: Bare) -> int:
    """How many days an edit may move what these two tell."""
    if all(_CALL.search(plain(side.title)) for side in (old, new)):
        return _FAR_CALL
    if all(_DEADLINE.search(side.words) for side in (old, new)):
        return _FAR_DEADLINE
    is_elsewhere = _names_another(old, new) and _names_another(new, old)
    return _FAR_ELSEWHERE if is_elsewhere else _FAR


def _names_another(one: Bare, other: Bare) -> bool:
    """Whether it has a place or a name whose words the other does not have: `PIAZZA DELLA VITTORIA` in
    capitals is read as another place, and is none.
    """
    named = (fact.value for fact in facts(one.whole) if fact.kind in (Kind.place, Kind.name))
    return any(f" {value} " not in f" {other.words} " for value in named)


def _alike(old: Bare, new: Bare) -> bool:
    if likeness(old.title, new.title) >= _ALIKE:
        return True
    words = [{word for word in side.words.split() if len(word) > 3} for side in (old, new)]
    return len(words[0] & words[1]) >= max(1, _SHARED * min(map(len, words)))


def _another_year(old: Bare, new: Bare) -> bool:
    """Whether both titles name years, and none of them twice: `Mensa 2025/2026`, `Mensa 2026/2027`."""
    years = [set(_SEASON.findall(side.title)) for side in (old, new)]
    if not years[0] or not years[1] or years[0] & years[1]:
        return False
    seasons = [any(last for _, last in side) for side in years]
    firsts = [{first for first, _ in side} for side in years]
    return seasons[0] == seasons[1] or not firsts[0] & firsts[1]


def _another_month(old: Bare, new: Bare) -> bool:
    """Whether the titles are of two months: `Vivi il paese giugno 2025`, `... dicembre 2025`."""
    months = [
        {fact.value for fact in facts(side.title) if fact.kind is Kind.date and len(fact.value) in (4, 7)}
        for side in (old, new)
    ]
    months = [{value for value in side if not _is_day(value)} for side in months]
    return bool(months[0] and months[1]) and not months[0] & months[1]


def _gap(before: Iterable[Fact], after: Iterable[Fact]) -> int | None:
    """The days between the nearest dates of the two; None where they share one or a side has none."""
    sides = [_days(before), _days(after)]
    ends = [{value[-6:] for value in side} for side in sides]
    if not sides[0] or not sides[1] or sides[0] & sides[1] or max(map(len, sides)) > _MOST_DAYS:
        return None
    yearless = any(value.startswith("--") for side in sides for value in side)
    if yearless and ends[0] & ends[1]:
        return None
    return min(_distance(first, second) for first in sides[0] for second in sides[1])


def _days(facts: Iterable[Fact]) -> set[str]:
    return {fact.value for fact in facts if fact.kind is Kind.date and _is_day(fact.value)}


def _distance(day: str, other: str) -> int:
    if day.startswith("--") or other.startswith("--"):
        first, second = (date.fromisoformat(f"2024{value[-6:]}") for value in (day, other))
        days = abs((first - second).days)
        return min(days, 366 - days)
    return abs((date.fromisoformat(day) - date.fromisoformat(other)).days)


def _is_day(value: str) -> bool:
    return len(value) == 10 or (value.startswith("--") and len(value) == 7)
