"""What goes with what: a day with its event, an hour with its part, a place, a sum with its case.

A text is well-formed prose, so what it says of a fact is the clause around it. A page may be one line of
labels, so there the words next to a fact, up to the next fact of its kind, count by how near they are. Where
the words of a fact are nearer to another one, the text has mixed the two up.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.facts.words import contrary
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stems as stems_of
from flows.bulletin.guard.wording import Wording

_KINDS = (Kind.date, Kind.time, Kind.place, Kind.amount, Kind.percentage, Kind.word)
_NAMES = {
    Kind.date: "La data",
    Kind.time: "L'ora",
    Kind.place: "Il luogo",
    Kind.amount: "La cifra",
    Kind.percentage: "La percentuale",
    Kind.word: "La parola",
}
_JOINED = re.compile(
    r"(?:[\s,;&/–—-]|\b(?:e|ed|o|al|alle|a|il|le|lo|la|i|ore|fino|sino|dal|dalle|giorno|giorni|del|di|anche|oppure)\b"
    r"|\b(?:all|l|dall)['’])*",
    re.I,
)
# `Sala Argentia (via Roma 3)`, `Oratorio, in piazza Dante`
_ADDRESS = re.compile(r"[\s,;:()–—.-]*(?:\d+[/\w]*)?[\s,;:()–—.-]*(?:\b(?:in|di|n|a|presso)\b[\s.]*)?", re.I)
_OPENED = re.compile(r"[«“\"]\s?$")
_STREETS = frozenset(
    {"via", "viale", "piazza", "piazzale", "corso", "largo", "vicolo", "sp", "ss", "sr", "strada"}
)
_LOCATIVE = re.compile(
    r"(?:\b(?:in|al|allo|alla|ai|presso|nel|nella|dal|dalla|a|da|sul|sulla)|all['’]|nell['’]|\()\s*$", re.I
)
_BETWEEN = re.compile(r"\b(?:tra|fra)\b[^.;]*$", re.I)  # `tra via Po e via Adda`: the ends of a stretch
_CARD = re.compile(r"\b(?:Luog(?:o|hi)|Indirizzo|Dove|Mappa|Sede)\b[^.\n]*$")
_CUT = re.compile(r"[;:]|,|\s(?:e|ed|mentre|poi|ma|invece)\s|\.\s|\n|\s[-–—]\s")
_STRONG = re.compile(r"[;:.\n]|\smentre\s")
_STEP = re.compile(r"(?P<word>\w+)|(?P<strong>[.;!?…•|](?=\s|$)|\n)|[,:()]|\s[-–—](?=\s)")
_SENTENCE, _CLAUSE = 6.0, 2.0
_REACH = 24.0  # words
_CROSSED, _CROSSED_MARGIN = 1.3, 0.25
_ALONE, _ALONE_PLACE = (3.0, 0.6), (5.0, 1.2)
_MOST = 40  # places of one word, groups of a text


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


class Ground:
    """A source, to ask how near a word is to each group of facts of a kind."""

    def __init__(self, source: Wording) -> None:
        self.source = source
        self._stops: list[int] = []
        self._sums = [0.0]
        self._strong: list[int] = []
        for match in _STEP.finditer(source.text):
            self._stops.append(match.start())
            if match["strong"]:
                self._strong.append(match.start())
            step = 1.0 if match["word"] else _SENTENCE if match["strong"] else _CLAUSE
            self._sums.append(self._sums[-1] + step)
        self._groups: dict[Kind, tuple[list[Group], list[int]]] = {}

    def groups(self, kind: Kind) -> list[Group]:
        """The groups of a kind, in order."""
        if kind not in self._groups:
            found = groups(self.source, kind)
            self._groups[kind] = found, [group.start for group in found]
        return self._groups[kind][0]

    def nearness(self, stem: str, kind: Kind) -> dict[Group, float]:
        """How near `stem` is to each group, from 1 down; rare words count more."""
        places = self.source.mark_places.get(stem, [])
        if not places or not self.groups(kind):
            return {}
        starts = self._groups[kind][1]
        near: dict[Group, float] = {}
        weight = 1 / (len(places) ** 0.5)
        for place in places[:_MOST]:
            _, start, end = self.source.marks[place]
            index = bisect_left(starts, start)
            beside = self.groups(kind)[max(0, index - 1) : index + 1]
            apart = [self._is_apart(group, start, end) for group in beside]
            if any(apart) and not all(apart):  # the other one is of another line or sentence
                beside = [beside[apart.index(False)]]
            for group in beside:
                if group.start <= start < group.end:
                    distance = 0.0
                elif group.start >= end:
                    distance = self._along(group.start) - self._along(end)
                else:
                    distance = self._along(start) - self._along(group.end)
                if distance <= _REACH:
                    near[group] = max(near.get(group, 0.0), weight / (1 + distance / 5))
        return near

    def _is_apart(self, group: Group, start: int, end: int) -> bool:
        first, last = (end, group.start) if group.start >= end else (group.end, start)
        return bisect_left(self._strong, first) < bisect_left(self._strong, last)

    def _along(self, place: int) -> float:
        return self._sums[bisect_left(self._stops, place)]


def groups(wording: Wording, kind: Kind) -> list[Group]:
    """The facts of a kind, those together that nothing but a joint parts."""
    found: list[list[Fact]] = []
    for fact in wording.of_kind(kind):
        if kind is Kind.date and len(fact.value) < 7 and fact.value.startswith("--"):
            continue
        last = found[-1][-1] if found else None
        is_joined = last is not None and (
            fact.start <= last.end
            or (
                kind is Kind.place
                and fact.start - last.end < 30
                and _ADDRESS.fullmatch(wording.text, last.end, fact.start)
            )
            or (
                kind in (Kind.date, Kind.time)
                and fact.start - last.end < 30
                and _JOINED.fullmatch(wording.text, last.end, fact.start)
            )
        )
        if is_joined:
            found[-1].append(fact)
        else:
            found.append([fact])
    return [Group(tuple(facts), frozenset(map(_value, facts))) for facts in found]


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Facts of the text that the page has beside other words than the text does."""
    ground = Ground(source)
    dated = frozenset(
        stem
        for fact in text.of_kind(Kind.date, Kind.weekday)
        for stem, _, _ in text.marks_between(fact.start, fact.end)
    )
    for kind in _KINDS:
        ours = [group for group in groups(text, kind) if kind is not Kind.place or _is_where(text, group)][
            :_MOST
        ]
        if not ours or len(ground.groups(kind)) < 2:
            continue
        if kind is Kind.place:
            ours = [_as_there(group, ground.groups(kind)) for group in ours]
        likeness = Likeness(ground, kind)
        units = _units(text, ours)
        yield from _exchanged(ours, units, likeness, dated)
        if kind is not Kind.word:
            yield from _alone(ours, units, likeness)


class Likeness:
    """How much the page says words of the facts with some values."""

    def __init__(self, ground: Ground, kind: Kind) -> None:
        self.ground, self.kind = ground, kind
        self._near: dict[str, Mapping[Group, float]] = {}

    def near(self, stem: str) -> Mapping[Group, float]:
        if stem not in self._near:
            self._near[stem] = self.ground.nearness(stem, self.kind)
        return self._near[stem]

    def scores(self, stems: frozenset[str]) -> dict[Group, float]:
        """How much each group of the page shares with `stems`."""
        scores: dict[Group, float] = {}
        for stem in stems:
            for group, near in self.near(stem).items():
                scores[group] = scores.get(group, 0.0) + near
        return scores


def _exchanged(
    ours: Sequence[Group], units: Sequence[frozenset[str]], likeness: Likeness, dated: frozenset[str]
) -> Iterator[Finding]:
    for index, (first, its_stems) in enumerate(zip(ours, units, strict=True)):
        for second, other_stems in list(zip(ours, units, strict=True))[index + 1 : index + 8]:
            if first.values & second.values:
                continue
            if likeness.kind is Kind.word and not any(
                contrary(one, two) for one in first.values for two in second.values
            ):
                continue
            ours_alone, theirs_alone = its_stems - other_stems, other_stems - its_stems
            if not (its_stems & dated and other_stems & dated):
                ours_alone, theirs_alone = ours_alone - dated, theirs_alone - dated  # one day for both
            where = _crossed(likeness, (first, ours_alone), (second, theirs_alone)) or _crossed(
                likeness, (first, _words(ours_alone)), (second, _words(theirs_alone))
            )
            if where:
                yield _finding(likeness, first, second, where)


def _crossed(
    likeness: Likeness, first: tuple[Group, frozenset[str]], second: tuple[Group, frozenset[str]]
) -> Group | None:
    """Where the page says the words of one group of the other, if it does so more than of its own."""
    only_first, only_second = likeness.scores(first[1]), likeness.scores(second[1])
    straight = _best(only_first, first[0].values) + _best(only_second, second[0].values)
    crossed = _best(only_first, second[0].values) + _best(only_second, first[0].values)
    if crossed > straight * _CROSSED + _CROSSED_MARGIN:
        return _where(only_first, second[0].values) or _where(only_second, first[0].values)
    return None


def _words(stems: frozenset[str]) -> frozenset[str]:
    """The stems without the facts among them: a text may keep hour and day together and change the event."""
    return frozenset(stem for stem in stems if ":" not in stem)


def _alone(ours: Sequence[Group], units: Sequence[frozenset[str]], likeness: Likeness) -> Iterator[Finding]:
    told = frozenset(value for group in ours for value in group.values)
    for group, stems in zip(ours, units, strict=True):
        scores = likeness.scores(_words(stems) if likeness.kind is Kind.place else stems)
        own = _best(scores, group.values)
        if not any(group.values & other.values for other in likeness.ground.groups(likeness.kind)):
            continue  # not on the page at all: told elsewhere
        others = {other: score for other, score in scores.items() if not other.values & told}
        if likeness.kind is Kind.place:
            source = likeness.ground.source
            if any(
                _is_card(source, other)
                for other in likeness.ground.groups(Kind.place)
                if other.values & group.values
            ):
                continue  # "Luogo: …" is far from what it is the place of
            others = {other: score for other, score in others.items() if _is_where(source, other)}
        rival = max(others.values(), default=0.0)
        clearly, margin = _ALONE_PLACE if likeness.kind is Kind.place else _ALONE
        if rival > own * clearly + margin:
            where = next(other for other, score in others.items() if score == rival)
            yield _finding(likeness, group, None, where)


def _is_where(text: Wording, group: Group) -> bool:
    """Whether the text tells a place by it: `al Teatro Verdi`, and not what the Teatro Verdi plays."""
    before = text.text[max(0, group.start - 20) : group.start]
    stretch = text.text[max(0, group.start - 60) : group.start]
    return (
        not _OPENED.search(before)
        and not _BETWEEN.search(stretch)
        and (any(fact.value.split()[0] in _STREETS for fact in group.facts) or bool(_LOCATIVE.search(before)))
    )


def _is_card(source: Wording, group: Group) -> bool:
    return bool(_CARD.search(source.text[max(0, group.start - 60) : group.start]))


def _as_there(group: Group, theirs: Sequence[Group]) -> Group:
    """The group with the names that the page gives its places: `cinema di Rovo` for `Cinema di Rovo al Lago`."""  # noqa: E501
    values = set(group.values)
    for fact in group.facts:
        words = stems_of(fact.value)
        for other in theirs:
            for its in other.facts:
                its_words = stems_of(its.value)
                if len(words & its_words) >= max(1.0, 0.6 * min(len(words), len(its_words))):
                    values.add(_value(its))
    return Group(group.facts, frozenset(values))


def _finding(likeness: Likeness, first: Group, second: Group | None, where: Group) -> Finding:
    name = _NAMES[likeness.kind]
    shown = f"«{first.facts[0].shown}»" + (f" e «{second.facts[0].shown}»" if second else "")
    verb = "scambiati nel testo" if second else "nella fonte si riferisce ad altro"
    quote = likeness.ground.source.quote(where.start, where.end)
    message = f"{shown}: {verb}, la fonte dice {quote}." if second else f"{name} {shown} {verb}: {quote}."
    return Finding(message, is_certain=second is not None and likeness.kind is not Kind.word)


def _best(scores: Mapping[Group, float], values: frozenset[str]) -> float:
    return max((score for group, score in scores.items() if group.values & values), default=0.0)


def _where(scores: Mapping[Group, float], values: frozenset[str]) -> Group | None:
    same = [group for group in scores if group.values & values]
    return max(same, key=lambda group: scores[group], default=None)


def _value(fact: Fact) -> str:
    return fact.value[-5:] if fact.kind is Kind.date else fact.value


def _units(text: Wording, ours: Sequence[Group]) -> list[frozenset[str]]:
    """The stems that the text says of each group: its sentence, up to the clause of the next one."""
    bounds = []
    for group in ours:
        sentence = text.sentence_at(group.start)
        bounds.append([sentence.start, sentence.end])
    for index, (first, second) in enumerate(pairwise(ours)):
        if bounds[index][1] <= second.start:
            continue
        cut = _cut(text.text, first.end, second.start)
        bounds[index][1] = min(bounds[index][1], cut)
        bounds[index + 1][0] = max(bounds[index + 1][0], cut)
    return [
        frozenset(
            stem
            for stem, start, end in text.marks_between(first, last)
            if not stem.startswith(f"{group.facts[0].kind}:")
            and not any(fact.start <= start < fact.end for fact in group.facts)
        )
        for group, (first, last) in zip(ours, bounds, strict=True)
    ]


def _cut(text: str, first: int, last: int) -> int:
    """Where the clause of one fact ends and that of the next begins."""
    cuts = list(_CUT.finditer(text, first, last))
    strong = [cut for cut in cuts if _STRONG.match(cut[0])]
    commas = [cut for cut in cuts if cut[0] == ","]
    best = strong or commas or cuts
    return best[-1].start() if best else (first + last) // 2
