"""The sentence of a source that stands at a place, or holds given words."""

from flows.bulletin.facts.fact import plain
from flows.bulletin.prose.sentences import split

_LONGEST = 300  # characters; a page without full stops is one endless sentence


class Passages:
    """A source cut into sentences."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sentences: list[tuple[int, str]] = []
        at = 0
        for sentence in split(source):
            at = source.index(sentence, at)
            self._sentences.append((at, sentence))
            at += len(sentence)

    def at(self, place: int) -> str:
        """The sentence at `place`; of an endless one, what stands around it."""
        for start, sentence in reversed(self._sentences):
            if start <= place:
                return sentence if len(sentence) <= _LONGEST else self._around(place, start, len(sentence))
        return ""

    def with_words(self, words: str) -> str:
        """The first sentence that holds `words` (folded), all together or at least one by one."""
        for start, sentence in self._sentences:
            if f" {words} " in f" {plain(sentence)} ":
                return sentence if len(sentence) <= _LONGEST else self._around(start, start, len(sentence))
        every = set(words.split())
        found = (one for _, one in self._sentences if every & set(plain(one).split()))
        return next(found, "")[:_LONGEST]

    def _around(self, place: int, start: int, length: int) -> str:
        first = max(start, place - _LONGEST // 2)
        last = min(start + length, first + _LONGEST)
        piece = self._source[first:last]
        if first > start:
            piece = "…" + piece.partition(" ")[2]
        return piece.rpartition(" ")[0] + "…" if last < start + length else piece
