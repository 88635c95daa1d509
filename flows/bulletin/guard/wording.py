"""A text taken apart for its relations: sentences, clauses, the stems and facts of each."""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import quoted
from flows.bulletin.guard.stems import tokens
from flows.bulletin.language.sentences import split

_BREAK = re.compile(r"[;•|]|:\s|\s[-–—]\s|(?<=[.!?])\s|,\s(?:ma|mentre|però|invece|oltre|salvo)\b")
_MARKED = frozenset({Kind.date, Kind.time, Kind.amount, Kind.percentage, Kind.number})
_WEEKDAY_STEMS = frozenset({"luned", "marte", "merco", "giove", "vener", "sabat", "domen"})


@dataclass(frozen=True)
class Clause:
    """A piece of a text that holds together, `text == whole[start:end]`."""

    text: str
    start: int
    end: int

    @cached_property
    def stems(self) -> frozenset[str]:
        """What the clause is about."""
        return frozenset(token for token, _, _ in tokens(self.text))


class Wording:
    """A text with its facts, its sentences and its clauses, each found once.

    `whole` has the sentences, too, that are blank in `text` because nothing in them needs to be judged.
    """

    def __init__(self, text: str, facts: Sequence[Fact], whole: str = "") -> None:
        self.text, self.whole = text, whole or text
        self.facts = tuple(facts)
        self.tokens = tokens(text)
        self.sentences = sentences_of(text)
        self._starts = [sentence.start for sentence in self.sentences]
        self.token_starts = [start for _, start, _ in self.tokens]

    @cached_property
    def marks(self) -> list[tuple[str, int, int]]:
        """The stems and the facts in their order: words of a date are its weekday and the date as one."""
        dates = sorted((fact.start, fact.end) for fact in self.facts if fact.kind is Kind.date)
        starts = [start for start, _ in dates]
        found = []
        for token, start, end in self.tokens:
            index = bisect_right(starts, start) - 1
            if index < 0 or start >= dates[index][1] or token in _WEEKDAY_STEMS:
                found.append((token, start, end))
        found += [
            (f"{fact.kind}:{fact.value[-5:] if fact.kind is Kind.date else fact.value}", fact.start, fact.end)
            for fact in self.facts
            if fact.kind in _MARKED
        ]
        return sorted(found, key=lambda mark: mark[1])

    def marks_between(self, start: int, end: int) -> list[tuple[str, int, int]]:
        """The marks that begin in a stretch of the text."""
        starts = self._mark_starts
        return self.marks[bisect_left(starts, start) : bisect_left(starts, end)]

    @cached_property
    def _mark_starts(self) -> list[int]:
        return [start for _, start, _ in self.marks]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The sentences parted at colons, dashes, bullets."""
        return tuple(clause for sentence in self.sentences for clause in _clauses(sentence))

    @cached_property
    def by_stem(self) -> dict[str, list[int]]:
        """The clauses, by index, that hold each stem."""
        where: dict[str, list[int]] = {}
        for index, clause in enumerate(self.clauses):
            for token in clause.stems:
                where.setdefault(token, []).append(index)
        return where

    def of_kind(self, *kinds: Kind) -> list[Fact]:
        """The facts of these kinds, in order."""
        return [fact for fact in self.facts if fact.kind in kinds]

    def facts_between(self, start: int, end: int) -> list[Fact]:
        """The facts that begin in a stretch of the text."""
        return list(self.facts[bisect_left(self._fact_starts, start) : bisect_left(self._fact_starts, end)])

    @cached_property
    def _fact_starts(self) -> list[int]:
        return [fact.start for fact in self.facts]

    def index_at(self, place: int) -> int:
        """Which sentence holds `place`."""
        return max(0, bisect_right(self._starts, place) - 1)

    def sentence_at(self, place: int) -> Clause:
        """The sentence that holds `place`."""
        return self.sentences[self.index_at(place)]

    def quote(self, start: int, end: int) -> str:
        """The sentence at a place in Italian quotation marks, with the line before where it is a scrap."""
        sentence = self.sentence_at(start)
        return quoted(sentence.text, start - sentence.start, end - sentence.start)

    def tokens_between(self, start: int, end: int) -> Sequence[tuple[str, int, int]]:
        """The stems that stand in a stretch of the text."""
        return self.tokens[bisect_left(self.token_starts, start) : bisect_left(self.token_starts, end)]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        where: dict[str, list[int]] = {}
        for index, (token, _, _) in enumerate(self.tokens):
            where.setdefault(token, []).append(index)
        return where

    def places(self, stem: str) -> list[int]:
        """Where a stem stands, as indices of `tokens`."""
        return self._places.get(stem, [])

    def likest(self, stems: frozenset[str], *, least: int = 2) -> list[tuple[float, Clause]]:
        """The clauses that share most with `stems`, the likest first, with the share of `stems` they hold."""
        counts: dict[int, int] = {}
        for token in stems:
            for index in self.by_stem.get(token, ())[:60]:
                counts[index] = counts.get(index, 0) + 1
        best = sorted(((count, -index) for index, count in counts.items() if count >= least), reverse=True)[
            :6
        ]
        return [(count / len(stems), self.clauses[-index]) for count, index in best]


def sentences_of(text: str) -> list[Clause]:
    """The sentences with their places; the text as one where there is none."""
    found, at = [], 0
    for sentence in split(text):
        at = text.index(sentence, at)
        found.append(Clause(sentence, at, at + len(sentence)))
        at += len(sentence)
    return found or [Clause(text, 0, len(text))]


def _clauses(sentence: Clause) -> list[Clause]:
    cuts = [0, *(match.start() for match in _BREAK.finditer(sentence.text)), len(sentence.text)]
    return [
        Clause(sentence.text[first:last], sentence.start + first, sentence.start + last)
        for first, last in itertools.pairwise(cuts)
        if last - first > 2
    ]
