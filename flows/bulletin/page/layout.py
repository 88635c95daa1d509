"""A page laid out for reading: one passage a line, each with the part it stands in, and its facts by place.

Everything that looks for slots looks here, so that a page is parted, split and searched for facts only once.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from flows.bulletin.facts.fact import Fact
from flows.bulletin.facts.find import facts
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.glue import unglued
from flows.bulletin.language.sentences import split
from flows.bulletin.page.sections import Kind, parts

_LONG = 60  # characters: a shorter sentence is hardly two that were joined
_ITEM = re.compile(r"\s+\|\s+")


@dataclass(frozen=True)
class Passage:
    """A sentence or a line of the page; `Layout.text[start:end]` is its text, `part` where it stands."""

    part: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """The page as lines without labels and furniture, and what facts stand where."""

    text: str
    passages: tuple[Passage, ...]
    facts: tuple[Fact, ...]

    def passage(self, place: int) -> Passage:
        """The passage that holds this character."""
        return self.passages[bisect_right(self._starts, place) - 1]

    def sentence(self, place: int) -> str:
        """The whole sentence that holds this character."""
        passage = self.passage(place)
        return self.text[passage.start : passage.end]

    def matches(self, pattern: re.Pattern[str] | Cued, *without: Kind) -> Iterator[re.Match[str]]:
        """The matches of a pattern, but for those in parts of these kinds."""
        for match in pattern.finditer(self.text):
            if self.passage(match.start()).part not in without:
                yield match

    @cached_property
    def _starts(self) -> list[int]:
        return [passage.start for passage in self.passages]


@lru_cache(maxsize=32)
def layout(source: str) -> Layout:
    """Lay out the whole text of a page."""
    lines, passages, at = list[str](), list[Passage](), 0
    for part in parts(source):
        for sentence in split(part.text):
            for item in _ITEM.split(sentence):
                for piece in unglued(item) if len(item) > _LONG else [item]:
                    if piece := piece.strip():
                        lines.append(piece)
                        passages.append(Passage(part.kind, at, at + len(piece)))
                        at += len(piece) + 1
    text = "\n".join(lines)
    return Layout(text, tuple(passages) or (Passage("prose", 0, 0),), facts(text))
