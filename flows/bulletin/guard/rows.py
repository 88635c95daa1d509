"""What goes with what in a text: each fact of a kind with the words of its row.

A row is a line of a table, an item of a list, or the part of a sentence that belongs to one of its facts.
Where a sentence has several, the words between two belong to the one behind them (`ritrovo alle 8, partenza
alle 9`) or before them (`alle 8 il ritrovo, alle 9 la partenza`): the ends of the sentence, that run
parallel to its middle, tell which.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise, takewhile

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.wording import Clause, Wording

Unit = dict[str, float]  # stems and facts, with how surely they belong to the row: from 1 down

_JOINED = re.compile(
    r"(?:[\s,;&/–—-]|\b(?:e|ed|o|al|alle|a|il|le|lo|la|i|ore|fino|sino|dal|dalle|giorno|giorni|del|di|anche|oppure)\b"
    r"|\b(?:all|l|dall)['’])*",
    re.I,
)
# `dalle 6 del 4 novembre alle 24 del 15 dicembre`, the dates blanked
_SPAN = re.compile(
    r"[\s,]*(?:(?:di|del|della|giorno|ore|circa)\b\s*|dell['’]\s*)*(?:(?:e\s+)?(?:fino|sino)\s+)?(?:\b(?:al|alle|ad?)\b|\ball['’])"
    r"\s*(?:(?:ore|il|giorno|le|del)\b\s*)*",
    re.I,
)
_SUMS = re.compile(r"\s*(?:ad?|e|[-–])\s*(?:euro\s*|€\s*)?", re.I)
# `Sala Argentia (via Roma 3)`, `Oratorio, in piazza Dante`
_ADDRESS = re.compile(r"[\s,:(]*(?:\d+[/\w]*)?[\s,:)]*(?:\b(?:in|di|n|a|presso)\b[\s.]*)?", re.I)
_FAR, _NEAR = 60, 30  # characters
_CUT = re.compile(r";|,(?!\d)|\s(?:e|ed|mentre|poi|ma)\s|\.\s|\n|\s[-–—]\s|\s?\|\s?")
_STRONG = re.compile(r"[;.\n]|\smentre\s|\s[-–—]\s|\s?\|")
# `86 euro per i residenti`, `lunedì 7 nei quartieri 1 e 4`: the words behind are of the fact
_GOES_WITH = re.compile(
    r"\s*\((?!\d)|\s*\(?(?:per|ai|agli|ad?|al|alla|nei|nelle|negli|nel|nella|in|se|con|presso)\b\s(?!\d)",
    re.I,
)
_LABEL = re.compile(
    r"[^\W\d_]\)?(?::|\s[-–—])\s*(?:(?:ore|il|dalle|alle|dal|€|euro)\s*)*$", re.I
)  # `Primavera/Estate - 9:00`
_LINK = re.compile(r"\s[-–—]\s")  # `RITROVO - 8:10`: beside a fact it parts nothing
_BOUND = re.compile(r";\s|\.\s|,?\smentre\s|,\sinvece\s")
_WHEN = ("date:", "time:")
_OWN, _MAYBE, _SHARED, _HEADING = 1.0, 0.7, 0.3, 0.5
_HEADING_STEMS, _HEADING_ABOVE, _HEADINGS = (
    8,
    8,
    3,
)  # stems of a heading, lines below it, headings one above the other
_ALIKE = {"amount": "a sum", "number": "a sum"}
_ALIKE |= dict.fromkeys(("luned", "marte", "merco", "giove", "vener", "sabat", "domen"), "a weekday")
_HEADING_WORDS = 3
_GOES_ON = 2  # sentences behind one, of the same paragraph, that may tell of the same fact
_KNOWN = 0.6
_PART = 0.7
_LISTED = 12  # lines below a colon that are of what stands above it
_ARM, _ARM_OF_WORD = 20, 9  # words that a row reaches at most; of `chiuso`, the nearest
_BESIDE = 5  # words that lead up to the first fact of a sentence, or follow its last


@dataclass(frozen=True)
class Group:
    """Facts of one kind that a text says together: `dal 3 al 7`, `il 5, 6 e 9`."""

    facts: tuple[Fact, ...]
    values: frozenset[str]

    @property
    def start(self) -> int:
        return self.facts[0].start

    @property
    def end(self) -> int:
        return self.facts[-1].end


class Rows:
    """The groups of a kind in a wording, in order, each with its row."""

    def __init__(self, wording: Wording, kind: Kind) -> None:
        self.wording, self.kind = wording, kind
        self.groups = groups(wording, kind)

    @cached_property
    def units(self) -> list[Unit]:
        """The row of each group."""
        return _units(self.wording, self.groups, self.kind)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(mark for unit in self.units for mark, own in unit.items() if own >= _KNOWN)

    def score(self, words: Unit, values: frozenset[str]) -> tuple[float, Group | None]:
        """How much the likest row of one of `values` shares with `words`, rare words more, and that row."""
        return max(
            (
                (self.likeness(words, unit) * _overlap(group.values, values), group)
                for group, unit in zip(self.groups, self.units, strict=True)
                if group.values & values
            ),
            key=lambda scored: scored[0],
            default=(0.0, None),
        )

    def likeness(self, words: Unit, unit: Unit) -> float:
        """What `words` and a row share."""
        return sum(
            weight * unit[mark] / math.sqrt(max(1, self._counts[mark]))
            for mark, weight in words.items()
            if mark in unit
        )


def _overlap(its: frozenset[str], values: frozenset[str]) -> float:
    """How much a group is the one that `values` are of: `9-13` is less than `9-13 e 15-18`."""
    return len(its & values) / len(values) * (1.0 if len(its) <= len(values) else _PART)


def value_of(fact: Fact) -> str:
    """What tells facts of a kind apart: of a date the day, whatever its year."""
    return fact.value[-5:] if fact.kind is Kind.date else fact.value


def groups(wording: Wording, kind: Kind) -> list[Group]:
    """The facts of a kind, those together that nothing but a joint parts."""
    found: list[list[Fact]] = []
    for fact in wording.of_kind(kind):
        if kind is Kind.date and len(fact.value) < len("2026-11") and fact.value.startswith("--"):
            continue
        if found and _is_joined(wording, found[-1][-1], fact):
            found[-1].append(fact)
        else:
            found.append([fact])
    return [Group(tuple(facts), frozenset(map(value_of, facts))) for facts in found]


def _is_joined(wording: Wording, last: Fact, fact: Fact) -> bool:
    text, distance = wording.text, fact.start - last.end
    if distance <= 0:
        return True
    match fact.kind:
        case Kind.place:
            return distance < _NEAR and bool(_ADDRESS.fullmatch(text, last.end, fact.start))
        case Kind.amount | Kind.percentage:
            return distance < _NEAR and bool(_SUMS.fullmatch(text, last.end, fact.start))
        case Kind.date | Kind.time:
            if distance < _NEAR and _JOINED.fullmatch(text, last.end, fact.start):
                return True
            return distance < _FAR and bool(_SPAN.fullmatch(_without_facts(wording, last.end, fact.start)))
        case _:
            return False


def _without_facts(wording: Wording, first: int, last: int) -> str:
    rest, at = "", first
    for fact in wording.facts_between(first, last):
        if fact.kind not in (Kind.date, Kind.time, Kind.weekday):
            continue
        rest += wording.text[at : max(at, fact.start)]
        at = max(at, fact.end)
    return rest + wording.text[at:last]


def _units(wording: Wording, found: Sequence[Group], kind: Kind) -> list[Unit]:
    units: list[Unit] = []
    headings: list[Clause] = []
    seen = last = 0
    places = {wording.index_at(group.start) for group in found}
    for place, together in groupby(found, key=lambda group: wording.index_at(group.start)):
        above = [one for one in wording.sentences[seen:place] if len(one.stems) <= _HEADING_STEMS]
        if above:
            headings, last = above[-_HEADINGS:], place
        seen = place + 1
        rows = _rows(wording, wording.sentences[place], list(together), kind)
        if place and _opens(rows):  # it heads the lines below it
            beside = wording.sentences[seen : seen + _HEADINGS]
            beside = list(takewhile(lambda one: wording.index_at(one.start) not in places, beside))
        else:
            beside = headings if place - last <= _HEADING_ABOVE else []
            beside = [*beside, *_listed_below(wording, place, places)]
        for other in beside:
            for row in rows:
                for mark, _, _ in wording.marks_between(other.start, other.end):
                    row.setdefault(mark, _HEADING)
        goes_on = _GOES_ON if kind is Kind.place else 0  # what a street's next sentences tell is of it
        for index in range(place + 1, min(place + 1 + goes_on, len(wording.sentences))):
            sentence = wording.sentences[index]
            if (
                wording.index_at(sentence.start) in places
                or "\n" in wording.text[sentence.start - 2 : sentence.start]
            ):
                break
            for row in rows:
                for mark, _, _ in wording.marks_between(sentence.start, sentence.end):
                    row.setdefault(mark, _HEADING)
        units += rows
    return units


def _listed_below(wording: Wording, place: int, places: set[int]) -> list[Clause]:
    """The lines of a list that a sentence announces by its colon, up to the next fact of its kind."""
    if not wording.sentences[place].text.rstrip().endswith(":"):
        return []
    below = wording.sentences[place + 1 : place + 1 + _LISTED]
    return list(takewhile(lambda one: wording.index_at(one.start) not in places, below))


def _opens(rows: Sequence[Unit]) -> bool:
    """Whether a line is a day or a place with hardly a word, as above the lines that tell of it."""
    return len(rows) == 1 and len([mark for mark in rows[0] if ":" not in mark]) <= _HEADING_WORDS


def _rows(wording: Wording, sentence: Clause, together: list[Group], kind: Kind) -> list[Unit]:
    """The rows of the groups of one sentence."""
    own = [(fact.start, fact.end) for group in together for fact in group.facts]
    of_kind = f"{kind}:"

    def marks(first: int, last: int) -> list[str]:
        return [
            mark
            for mark, start, _ in wording.marks_between(first, last)
            if not mark.startswith(of_kind) and not any(begin <= start < end for begin, end in own)
        ]

    arm = _ARM_OF_WORD if kind is Kind.word else _ARM
    lead, trail = marks(sentence.start, together[0].start)[-arm:], marks(together[-1].end, sentence.end)[:arm]
    gaps = [(first.end, second.start) for first, second in pairwise(together)]
    rows: list[Unit] = [{} for _ in together]
    if not gaps:
        rows[0] = dict.fromkeys([*lead, *trail, *marks(together[0].start, together[0].end)], _OWN)
        return rows
    begin, end = _bounds(wording.text, sentence, together)
    near_lead, near_trail = marks(begin, together[0].start), marks(together[-1].end, end)
    if all(_GOES_WITH.match(wording.text, first, last) for first, last in gaps):
        follows: bool | None = True
    elif all(_LABEL.search(wording.text, first, last) for first, last in gaps):
        follows = False
    else:
        follows = _follow(
            near_lead[-_BESIDE:], [mark for gap in gaps for mark in marks(*gap)], near_trail[:_BESIDE]
        )
    for row in rows:
        row.update(dict.fromkeys([*lead, *trail], _SHARED))
    if follows is None:
        rows[0].update(dict.fromkeys(near_lead[-_BESIDE:], _MAYBE))
        rows[-1].update(dict.fromkeys(near_trail[:_BESIDE], _MAYBE))
    elif follows:
        rows[-1].update(dict.fromkeys(near_trail, _OWN))
    else:
        rows[0].update(dict.fromkeys(near_lead, _OWN))
    for index, (first, last) in enumerate(gaps):
        between = marks(first, last)
        if len(between) > 2 * arm:  # a page without full stops: nobody's words stand in the middle
            rows[index].update(dict.fromkeys(between[:arm], _MAYBE if follows is False else _OWN))
            rows[index + 1].update(dict.fromkeys(between[-arm:], _MAYBE if follows else _OWN))
            continue
        cut = _cut(wording.text, first, last, follows=follows)
        if cut is None:
            for row in rows[index : index + 2]:
                row.update(dict.fromkeys(marks(first, last), _MAYBE))
            continue
        rows[index].update(dict.fromkeys(marks(first, cut), _OWN))
        rows[index + 1].update(dict.fromkeys(marks(cut, last), _OWN))
    if kind is Kind.place:
        _share(rows, [bool(marks(*gap)) for gap in gaps], lead)
    for row, group in zip(rows, together, strict=True):
        row.update(dict.fromkeys(marks(group.start, group.end), _OWN))
    return rows


def _share(rows: list[Unit], are_parted: list[bool], lead: list[str]) -> None:
    """Say of every place of a list what is said of one, and of every place of a sentence its day and hours."""  # noqa: E501
    for row in rows:
        row.update(dict.fromkeys((mark for mark in lead if mark.startswith(_WHEN)), _OWN))
    pairs = list(zip(are_parted, pairwise(range(len(rows))), strict=True))
    for is_parted, (first, second) in (*pairs, *reversed(pairs)):
        if not is_parted:
            whole = {
                mark: max(rows[first].get(mark, 0.0), rows[second].get(mark, 0.0))
                for mark in rows[first] | rows[second]
            }
            rows[first], rows[second] = dict(whole), whole


def _bounds(text: str, sentence: Clause, together: Sequence[Group]) -> tuple[int, int]:
    """The stretch of a sentence that is about its groups: up to a semicolon, a `mentre`."""
    before = list(_BOUND.finditer(text, sentence.start, together[0].start))
    behind = _BOUND.search(text, together[-1].end, sentence.end)
    return (before[-1].end() if before else sentence.start), (behind.start() if behind else sentence.end)


def _follow(lead: Sequence[str], middle: Sequence[str], trail: Sequence[str]) -> bool | None:
    """Whether words stand behind their fact, or before it; None where the sentence does not tell."""
    if not lead or not trail:
        return bool(trail) if bool(lead) is not bool(trail) else None
    before, between, behind = (
        set(marks) | {_ALIKE[kind] for mark in marks if (kind := mark.partition(":")[0]) in _ALIKE}
        for marks in (lead, middle, trail)
    )
    like_lead, like_trail = len(between & before), len(between & behind)
    return None if like_lead == like_trail else like_trail > like_lead


def _cut(text: str, first: int, last: int, *, follows: bool | None) -> int | None:
    """Where the row of one fact ends and that of the next begins; None where nothing tells."""
    cuts = [
        cut
        for cut in _CUT.finditer(text, first, last)
        if not (_LINK.fullmatch(cut[0]) and (cut.start() <= first + 1 or cut.end() >= last - 1))
    ]
    strong = [cut for cut in cuts if _STRONG.match(cut[0])]
    best = strong or [cut for cut in cuts if cut[0] == ","] or (cuts if follows is None else [])
    if best:
        return (best[-1] if follows else best[0]).start()
    if follows is None:
        return None
    return last if follows else first
