"""Facts that a source has, but of something else: two dates exchanged, "chiuso" for "aperto".

A fact is known by its surroundings. Where those of a fact of the text are clearly those of another fact of
the source, the text has mixed the two up.
"""

from collections.abc import Iterable, Sequence

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.facts.support import some
from flows.bulletin.facts.surroundings import Around, Surroundings, likeness, rarity
from flows.bulletin.facts.words import contrary

_EXCHANGEABLE = (Kind.date, Kind.time, Kind.amount, Kind.phone, Kind.number)
_TELLING_ALONE = (Kind.date, Kind.time)
_SMALL_HOURS = "06:00"  # a feast ends at 2 in the night
_MOST = 60  # facts: a text with more is no summary, and each is held against all others
_LONGEST = 300  # facts: of a text with more, the first sentence that has each is shown
_CLEARLY = 1.25  # how many times likelier the other way round must be
_MARGIN = 0.15
_ALONE_CLEARLY, _ALONE_MARGIN = 2.5, 0.6  # where only one of the two stands in the text
_CONTRARY_CLEARLY, _CONTRARY_MARGIN = 1.15, 0.1

Borne = tuple[Fact, Sequence[Fact]]


class Comparison:
    """The facts of a text beside those of its source, each in its surroundings."""

    def __init__(self, text: str, told: Sequence[Fact], source: str, there: Sequence[Fact]) -> None:
        self._told, self._there = told, some(there)
        self._text, self._source = Surroundings(text, told), Surroundings(source, there)
        self._around: dict[tuple[bool, Fact], Around] = {}
        self._rare: dict[Kind, dict[str, float]] = {}

    def best(self, fact: Fact, found: Sequence[Fact]) -> Fact:
        """Of the facts of the source that bear `fact` out, the one in the likest surroundings."""
        if len(found) == 1 or len(self._told) > _LONGEST:
            return found[0]
        return max(found, key=lambda one: (self._like(fact, one), -one.start))

    def exchanged(self, borne_out: Sequence[Borne]) -> list[Fact]:
        """The facts that stand where the source has another one of their kind."""
        wrong: list[Fact] = []
        borne_out = [one for one in borne_out if one[0].kind in _EXCHANGEABLE and not _is_year(one[0])][
            :_MOST
        ]
        for index, (fact, found) in enumerate(borne_out):
            for other, its_found in borne_out[index + 1 :]:
                if (
                    other.kind is fact.kind
                    and other.value != fact.value
                    and not self._text.are_listed(fact, other)
                    and not self._is_span_elsewhere(fact, other)
                ):
                    straight = self._likest(fact, found) + self._likest(other, its_found)
                    crossed = self._likest(fact, its_found) + self._likest(other, found)
                    if crossed > straight * _CLEARLY + _MARGIN:
                        wrong += [fact, other]
            if fact.kind in _TELLING_ALONE:
                here = {one.value[-5:] for one in self._told if one.kind is fact.kind}
                others = [
                    one
                    for one in self._there
                    if one.kind is fact.kind and one not in found and one.value[-5:] not in here
                ]
                own = self._likest(fact, found, cues=False)
                if self._likest(fact, others, cues=False) > own * _ALONE_CLEARLY + _ALONE_MARGIN:
                    wrong.append(fact)
        wrong += self._backwards()
        return list(dict.fromkeys(wrong))

    def _is_span_elsewhere(self, fact: Fact, other: Fact) -> bool:
        """Whether the two are of two spans (`sabato 9-12, lunedì 9-12`) and their values span another."""
        spans = self._text.spans
        values = {(first.value, last.value) for first, last in spans}
        begins, ends = any(fact is first for first, _ in spans), any(other is last for _, last in spans)
        return begins and ends and (fact, other) not in spans and (fact.value, other.value) in values

    def _backwards(self) -> list[Fact]:
        """Hours of a span that ends before it begins (`18-16.30`), which the source has not."""
        known = {(first.value, last.value) for first, last in self._source.spans}
        return [
            fact
            for first, last in self._text.spans
            if first.kind is Kind.time and first.value > last.value > _SMALL_HOURS
            if (first.value, last.value) not in known
            for fact in (first, last)
        ]

    def contradicted(self) -> list[tuple[Fact, Fact]]:
        """The decisive words whose contrary stands in their place in the source, with that."""
        found: list[tuple[Fact, Fact]] = []
        for fact in [one for one in self._told if one.kind is Kind.word][:_MOST]:
            same = [one for one in self._there if one.kind is Kind.word and one.value == fact.value]
            against = [
                one for one in self._there if one.kind is Kind.word and contrary(one.value, fact.value)
            ]
            if same and against:
                other = self.best(fact, against)
                own = self._likest(fact, same)
                if self._like(fact, other) > own * _CONTRARY_CLEARLY + _CONTRARY_MARGIN:
                    found.append((fact, other))
        return found

    def _likest(self, fact: Fact, found: Iterable[Fact], *, cues: bool = True) -> float:
        return max((self._like(fact, one, cues=cues) for one in found), default=0.0)

    def _like(self, fact: Fact, one: Fact, *, cues: bool = True) -> float:
        return likeness(self._ours(fact), self._theirs(one), self._rarity(fact.kind), cues=cues)

    def _ours(self, fact: Fact) -> Around:
        if (True, fact) not in self._around:
            self._around[True, fact] = self._text.of(fact)
        return self._around[True, fact]

    def _theirs(self, fact: Fact) -> Around:
        if (False, fact) not in self._around:
            self._around[False, fact] = self._source.of(fact)
        return self._around[False, fact]

    def _rarity(self, kind: Kind) -> dict[str, float]:
        if kind not in self._rare:
            self._rare[kind] = rarity(self._theirs(one) for one in self._there if one.kind is kind)
        return self._rare[kind]


def _is_year(fact: Fact) -> bool:
    """A year goes with everything that stands in a text."""
    return fact.kind is Kind.number and len(fact.value) == 4 and fact.value[:2] in ("19", "20")
