"""What a fact is: the kinds, and one occurrence of a fact in a text."""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """The kinds of fact, with the form of their canonical value."""

    date = "date"  # "2026-11-30", "--11-30" without a year, "2026-11" or "--11" without a day
    act_date = "act_date"  # the same, of an ordinance, a law, a numbered notice: never an event
    relative = "relative"  # "domani": a day that depends on when the text is read
    weekday = "weekday"  # "lunedì", of no date
    time = "time"  # "16:30"; midnight is "24:00"
    amount = "amount"  # euros: "1200.5"
    percentage = "percentage"  # "12.5"
    phone = "phone"  # its digits, without +39
    email = "email"
    link = "link"  # without scheme, www and tracking
    number = "number"  # "32", "1200.5", "2025/2026"
    ordinal = "ordinal"  # "27"
    reference = "reference"  # the number of an act or article: "art 5", "33/2013"
    level = "level"  # of an alert: "verde", "gialla", "arancione", "rossa"
    place = "place"  # "via roma", "palazzo pirola", "sp 10": no civic number, which is a number
    name = "name"  # words with a capital
    word = "word"  # "annullato", "non obbligatorio"


@dataclass(frozen=True)
class Fact:
    """One occurrence: `text[start:end] == shown`.

    `weekday` ("lunedì", or "" where none stands there) is the one that the text gives to a date.
    """

    kind: Kind
    value: str
    shown: str
    start: int
    end: int
    weekday: str = ""


_CUE = 16  # characters before a figure
_FIGURES = re.compile(r"[0-9]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_TO_COME = re.compile(r"(?<=\w )p\.\s?v\.(?=[\s,;)])", re.I)  # `prossimo venturo`, amid a day
_STYLED = re.compile("[\U0001d400-\U0001d7ff]+")


class Sheet:
    """A text being read: what a recogniser has taken is no longer seen by the next ones."""

    def __init__(self, text: str) -> None:
        self._original = text
        # `𝗖𝗵𝗶𝘂𝘀𝗮 il 𝟯`: letters and figures of mathematics, one for one, are read as the plain ones
        self.text = _STYLED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
        self.text = self.text.replace("\x00", " ").replace("\xa0", " ")
        self.text = _TO_COME.sub(lambda match: " " * len(match[0]), self.text)
        self.facts: list[Fact] = []
        self._left = self.text
        self._figures = [match.start() for match in _FIGURES.finditer(self.text)]
        self.words = [(match[0].lower(), match.start()) for match in _LETTERS.finditer(self.text)]
        self._hidden: list[tuple[int, int]] = []

    @property
    def left(self) -> str:
        """The text with a NUL for every character that was hidden."""
        if self._hidden:
            parts, at = [], 0
            for start, end in sorted(self._hidden):
                if end > at:
                    parts += [self._left[at : max(start, at)], "\x00" * (end - max(start, at))]
                    at = end
            self._left = "".join([*parts, self._left[at:]])
            self._hidden = []
        return self._left

    def take(self, kind: Kind, value: str, start: int, end: int, *, weekday: str = "") -> None:
        """Note a fact and hide its text."""
        self.note(kind, value, start, end, weekday=weekday)
        self.hide(start, end)

    def note(self, kind: Kind, value: str, start: int, end: int, *, weekday: str = "") -> None:
        """A fact whose text the next recognisers still see."""
        self.facts.append(Fact(kind, value, self._original[start:end], start, end, weekday))

    def hide(self, start: int, end: int) -> None:
        self._hidden.append((start, end))

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches in what was left when the search began."""
        return pattern.finditer(self.left)

    def at_figures(
        self, pattern: re.Pattern[str], *, after: re.Pattern[str] | None = None, ends: tuple[str, ...] = ("",)
    ) -> Iterator[re.Match[str]]:
        """The same, of a pattern that begins with a figure: it is tried only there, and only `after` a cue,
        which ends with one of these small letters."""
        if after is None:
            return self._at(self._figures, pattern)
        cued = (
            start
            for start in self._figures
            if (before := self.before(start, _CUE)).rstrip().lower().endswith(ends) and after.search(before)
        )
        return self._at(cued, pattern)

    def at_words(
        self, pattern: re.Pattern[str], firsts: Container[str], size: int | None = None
    ) -> Iterator[re.Match[str]]:
        """The same, of a pattern that begins with a word whose first `size` letters are one of `firsts`."""
        return self._at((start for word, start in self.words if word[:size] in firsts), pattern)

    def at_capitals(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The same, of a pattern that begins with a capital."""
        left = self.left
        return self._at((start for _, start in self.words if left[start].isupper()), pattern)

    def _at(self, starts: Iterable[int], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        left, end = self.left, 0
        for start in starts:
            if start >= end and (match := pattern.match(left, start)):
                end = match.end()
                yield match

    def before(self, start: int, length: int) -> str:
        """The `length` characters before a place."""
        return self.text[max(0, start - length) : start]


_WORD = re.compile(r"\w+")
_BEYOND_LETTERS = re.compile("[^\x00-\u02ff]")  # no accent that combines stands before


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The bare words of a text, to compare by: lower case, no accents, no punctuation."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join(_WORD.findall(_BEYOND_LETTERS.sub(_uncombined, decomposed)))


def _uncombined(match: re.Match[str]) -> str:
    return "" if unicodedata.combining(match[0]) else match[0]
