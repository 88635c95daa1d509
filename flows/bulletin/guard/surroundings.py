"""What stands around a fact: the words that tell which event a date, an hour or a "chiuso" belongs to."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind, plain

_WORD = re.compile(r"\w+")
_STEP = re.compile(r"(?P<word>\w+)|(?P<strong>[.;!?…•|](?=\s|$)|\n)|[,:()–—]|\s-(?=\s)")
_WINDOW = 160  # characters
_WORDS_OF_NO_MATTER = """
    il lo la i gli le un uno una di a da in con su per tra fra e ed o del dello della dei degli delle al allo
    alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui
    sugli sulle che si ci vi ne ma se non come anche sono era sara ore ora anno giorno giorni h all dell nell
    sull dall l d un n
"""
_FUNCTION_WORDS = frozenset(_WORDS_OF_NO_MATTER.split())
_VALUED = frozenset(
    {Kind.date, Kind.act_date, Kind.weekday, Kind.time, Kind.amount, Kind.phone, Kind.email, Kind.link}
    | {Kind.percentage, Kind.number, Kind.ordinal, Kind.reference, Kind.level}
)
_REACH = 14  # words
_BESIDE = 3
_SENTENCE, _CLAUSE = 6, 1.5  # how many words a full stop and a comma are worth
_UNTIL = re.compile(
    r"(?:\bentro\b|\bfino\s+a\w*|\bnon\s+oltre\b|\bscad\w+|\btermin[ei]\b)(?:\W+\w+){0,2}\W*$", re.I
)
_FROM = re.compile(
    r"(?:\bdal(?:le|l['’])?|\bda|\ba\s+partire\s+da\w*)(?:\s+(?:ore|giorno|il))?\s*$", re.IGNORECASE
)
_TO = re.compile(
    r"\s*(?:[-–—]|,?\s(?:(?:e\s+)?fino\s+)?al(?:le|l['’])?(?:\s+ore)?|\sa)\s*(?:il\s+|giorno\s+|ore\s+)?",
    re.I,
)
_LISTED = re.compile(
    r"[\s,;]*(?:(?:e|ed|o|oppure)\b)?\s*(?:il\s|l['’]|(?:al)?le\s|ore\s|mese\s+di\s)?\s*", re.IGNORECASE
)

Around = Mapping[str, float]


class Surroundings:
    """The neighbourhoods of a text's facts."""

    def __init__(self, text: str, facts: Iterable[Fact]) -> None:
        self._text = text
        self._facts = tuple(facts)
        self._tokens = sorted(self._read(), key=lambda token: token[1])
        self._starts = [token[1] for token in self._tokens]
        self._stops, self._sums = _measured(text)
        self.spans = self._joined(_TO)
        self._lists = self._joined(_LISTED)

    def of(self, fact: Fact) -> Around:
        """The tokens around `fact`, with a weight from 1 (beside it) down to 0.2."""
        around: dict[str, float] = {}
        first = bisect_left(self._starts, fact.start - _WINDOW)
        last = bisect_left(self._starts, fact.end + _WINDOW)
        before, after = self._along(fact.start), self._along(fact.end)
        for token, start, end, kind in self._tokens[first:last]:
            if kind is fact.kind or (start < fact.end and fact.start < end):
                continue
            is_after = start >= fact.end
            distance = self._along(start) - after if is_after else before - self._along(end)
            if distance <= _REACH:
                weight = 1 / (1 + distance / 4)
                around[token] = max(around.get(token, 0.0), weight)
                if distance <= _BESIDE:  # `16.30 - inizio, 18.00 - fine`: which side tells
                    around[f"{'>' if is_after else '<'}{token}"] = weight
        if cue := self._cue(fact):
            around[f"cue:{cue}"] = 1.0
        return around

    def _along(self, place: int) -> float:
        """How many words and stops there are before a place."""
        return self._sums[bisect_left(self._stops, place)]

    def are_listed(self, fact: Fact, other: Fact) -> bool:
        """Whether two facts are members of one list, whose order tells nothing: `il 2, il 6 e il 4`."""
        chain = {fact}
        for first, second in self._lists:
            if first in chain:
                chain.add(second)
        return other in chain

    def _joined(self, joint: re.Pattern[str]) -> list[tuple[Fact, Fact]]:
        """The dates and the times that follow another one with just `joint` between."""
        pairs = []
        for kind in (Kind.date, Kind.time):
            facts = [fact for fact in self._facts if fact.kind is kind]
            pairs += [
                (first, second)
                for first, second in pairwise(facts)
                if joint.fullmatch(self._text, first.end, second.start)
            ]
        return pairs

    def _read(self) -> list[tuple[str, int, int, Kind | None]]:
        tokens: list[tuple[str, int, int, Kind | None]] = []
        taken = bytearray(len(self._text))
        for fact in self._facts:
            if fact.kind in _VALUED or fact.kind is Kind.word:
                tokens.append((f"{fact.kind}:{fact.value[-5:]}", fact.start, fact.end, fact.kind))
                taken[fact.start : fact.end] = b"\x01" * (fact.end - fact.start)
        for match in _WORD.finditer(self._text):
            if not taken[match.start()]:
                stem = plain(match[0])
                if stem and stem not in _FUNCTION_WORDS:
                    tokens.append((stem[:5], match.start(), match.end(), None))
        return tokens

    def _cue(self, fact: Fact) -> str:
        """`from` or `until`: an hour that begins a span, and one that ends it or is a deadline."""
        before = self._text[max(0, fact.start - 40) : fact.start]
        if fact.kind not in (Kind.date, Kind.time):
            return ""
        if any(fact is first for first, _ in self.spans):
            return "from"
        if any(fact is last for _, last in self.spans):
            return "until"
        if _UNTIL.search(before):
            return "until"
        return "from" if _FROM.search(before) else ""


def _measured(text: str) -> tuple[list[int], list[float]]:
    """Where the words and stops of a text begin, and how much they sum up to before each and at the end."""
    stops, sums = [], [0.0]
    for match in _STEP.finditer(text):
        stops.append(match.start())
        sums.append(sums[-1] + (1 if match["word"] else _SENTENCE if match["strong"] else _CLAUSE))
    return stops, sums


def rarity(contexts: Iterable[Around]) -> dict[str, float]:
    """How much each token tells the facts apart: a word that stands near all of them tells nothing."""
    everywhere = list(contexts)
    counts = Counter(token for around in everywhere for token in around)
    return {token: 1 / count for token, count in counts.items()}


def likeness(around: Around, other: Around, rare: Mapping[str, float], *, cues: bool = True) -> float:
    """How much two neighbourhoods share, from 0 up; without `cues`, not that both begin or end a span."""
    return sum(
        weight * other[token] * rare.get(token, 1.0)
        for token, weight in around.items()
        if token in other and (cues or not token.startswith("cue:"))
    )
