"""Facts that a source has, but of something else: two dates exchanged, "chiuso" for "aperto".

A fact is known by its surroundings. Where those of a fact of the text are clearly those of another fact of
the source, the text has mixed the two up.
"""

from collections.abc import Iterable, Sequence

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.facts.words import contrary
from flows.bulletin.guard.support import capped
from flows.bulletin.guard.surroundings import Around, Surroundings, likeness, rarity

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

    def __init__(self, text: str, facts: Sequence[Fact], source: str, source_facts: Sequence[Fact]) -> None:
        self._facts, self._source_facts = facts, capped(source_facts)
        self._text, self._source = Surroundings(text, facts), Surroundings(source, source_facts)
        self._around: dict[tuple[Surroundings, Fact], Around] = {}
        self._rare: dict[Kind, dict[str, float]] = {}

    def best(self, fact: Fact, supporting: Sequence[Fact]) -> Fact:
        """Of the facts of the source that bear `fact` out, the one in the likest surroundings."""
        if len(supporting) == 1 or len(self._facts) > _LONGEST:
            return supporting[0]
        return max(supporting, key=lambda witness: (self._like(fact, witness), -witness.start))

    def exchanged(self, borne_out: Sequence[Borne]) -> list[Fact]:
        """The facts that stand where the source has another one of their kind."""
        wrong: list[Fact] = []
        pairs = [pair for pair in borne_out if pair[0].kind in _EXCHANGEABLE and not _is_year(pair[0])]
        pairs = pairs[:_MOST]
        for index, (fact, supporting) in enumerate(pairs):
            for other, its_supporting in pairs[index + 1 :]:
                if (
                    other.kind is fact.kind
                    and other.value != fact.value
                    and not self._text.are_listed(fact, other)
                    and not self._is_span_elsewhere(fact, other)
                ):
                    straight = self._likest(fact, supporting) + self._likest(other, its_supporting)
                    crossed = self._likest(fact, its_supporting) + self._likest(other, supporting)
                    if crossed > straight * _CLEARLY + _MARGIN:
                        wrong += [fact, other]
            if fact.kind in _TELLING_ALONE:
                values = {same.value[-5:] for same in self._facts if same.kind is fact.kind}
                others = [
                    other
                    for other in self._source_facts
                    if other.kind is fact.kind and other not in supporting and other.value[-5:] not in values
                ]
                own = self._likest(fact, supporting, cues=False)
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
        spans = {(first.value, last.value) for first, last in self._source.spans}
        return [
            fact
            for first, last in self._text.spans
            if first.kind is Kind.time and first.value > last.value > _SMALL_HOURS
            if (first.value, last.value) not in spans
            for fact in (first, last)
        ]

    def contradicted(self) -> list[tuple[Fact, Fact]]:
        """The decisive words whose contrary stands in their place in the source, with that."""
        pairs: list[tuple[Fact, Fact]] = []
        words = [witness for witness in self._source_facts if witness.kind is Kind.word]
        for fact in [fact for fact in self._facts if fact.kind is Kind.word][:_MOST]:
            same = [word for word in words if word.value == fact.value]
            against = [word for word in words if contrary(word.value, fact.value)]
            if same and against:
                other = self.best(fact, against)
                own = self._likest(fact, same)
                if self._like(fact, other) > own * _CONTRARY_CLEARLY + _CONTRARY_MARGIN:
                    pairs.append((fact, other))
        return pairs

    def _likest(self, fact: Fact, witnesses: Iterable[Fact], *, cues: bool = True) -> float:
        return max((self._like(fact, witness, cues=cues) for witness in witnesses), default=0.0)

    def _like(self, fact: Fact, witness: Fact, *, cues: bool = True) -> float:
        ours, theirs = self._near(self._text, fact), self._near(self._source, witness)
        return likeness(ours, theirs, self._rarity(fact.kind), cues=cues)

    def _near(self, surroundings: Surroundings, fact: Fact) -> Around:
        if (surroundings, fact) not in self._around:
            self._around[surroundings, fact] = surroundings.of(fact)
        return self._around[surroundings, fact]

    def _rarity(self, kind: Kind) -> dict[str, float]:
        if kind not in self._rare:
            self._rare[kind] = rarity(
                self._near(self._source, fact) for fact in self._source_facts if fact.kind is kind
            )
        return self._rare[kind]


def _is_year(fact: Fact) -> bool:
    """A year goes with everything that stands in a text."""
    return fact.kind is Kind.number and len(fact.value) == 4 and fact.value[:2] in ("19", "20")
