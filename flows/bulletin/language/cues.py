"""Patterns that are tried only where letters stand without which they cannot match.

Most patterns match in few notices, and to try one at every letter of a page costs ten times what it costs to
look for `prenot` or `iscri` there. Which letters those are is read from the pattern itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

_LEAST = 2  # letters of a cue: one alone stands everywhere
_MANY = 60  # cues that are dearer than what they spare
_REPEAT = re.compile(r"(?:(?P<may>[?*]|\{(?:0|,))|\+|\{)[^}]*?(?:(?<=[?*+])|\})[?+]?")
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|[a-zA-Z-]*:|(?P<without><?!)|<?=|>))?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_CODED = re.compile(r"\\[xuUN]|\(\?[a-zA-Z]*x")  # a letter by its number; or blanks that mean nothing
_NOT_LETTERS = frozenset("wWdDsSbBAZntrfv0123456789")


class Cued:
    """A pattern as `re.compile` makes it, with the same answers."""

    def __init__(self, pattern: str, flags: int | re.RegexFlag = 0) -> None:
        self.compiled = re.compile(pattern, flags)
        self.match, self.fullmatch = self.compiled.match, self.compiled.fullmatch
        found = () if flags & re.VERBOSE or _CODED.search(pattern) else cues(pattern)
        self.cues = found if len(found) <= _MANY else ()

    def may_match(self, text: str) -> bool:
        """Whether it is worth a look: false only where nothing can match."""
        if not self.cues:
            return True
        low = small(text)
        for cue in self.cues:  # noqa: SIM110 - `any` takes three times as long
            if cue in low:
                return True
        return False

    def search(self, text: str, *places: int) -> re.Match[str] | None:
        return self.compiled.search(text, *places) if self.may_match(text) else None

    def finditer(self, text: str, *places: int) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text, *places) if self.may_match(text) else iter(())

    def findall(self, text: str) -> list[str]:
        return self.compiled.findall(text) if self.may_match(text) else []

    def split(self, text: str, maxsplit: int = 0) -> Sequence[str]:
        return self.compiled.split(text, maxsplit) if self.may_match(text) else [text]

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        return self.compiled.sub(new, text, count) if self.may_match(text) else text


def replaced(changes: Iterable[tuple[Cued, str | Callable[[re.Match[str]], str]]], text: str) -> str:
    """`text` with each of a table's changes made in turn, as `Cued.sub` makes them one by one."""
    low = small(text)
    for pattern, new in changes:
        for cue in pattern.cues:
            if cue in low:
                break
        else:
            if pattern.cues:
                continue
        if (changed := pattern.compiled.sub(new, text)) != text:
            text, low = changed, changed.lower()
    return text


@lru_cache(maxsize=4096)
def small(text: str) -> str:
    """`text` in small letters: each is asked of by many patterns."""
    return text.lower()


def cues(pattern: str) -> tuple[str, ...]:
    """Small letters of which some stand in every text that matches; () where there are none to tell."""
    found, _ = _alternatives(pattern, 0)
    return tuple(sorted(found))


def _alternatives(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """The cues of a group's alternatives together, and where the group ends."""
    every: list[frozenset[str]] = []
    while True:
        found, at = _sequence(pattern, at)
        every.append(found)
        if pattern[at : at + 1] != "|":
            break
        at += 1
    return frozenset().union(*every) if all(every) else frozenset(), at


def _sequence(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """The best cues of what stands one behind the other."""
    found: list[frozenset[str]] = []
    run = ""
    while at < len(pattern) and pattern[at] not in "|)":
        letter, own = "", frozenset[str]()
        if pattern[at] == "(":
            opened = _GROUP.match(pattern, at)
            assert opened is not None  # noqa: S101 - `re.compile` took it
            if pattern[opened.end() - 1] == "(" and pattern[opened.end() : opened.end() + 1] == "?":
                at = pattern.index(")", at) + 1  # `(?P=month)`
            else:
                own, at = _alternatives(pattern, opened.end())
                own, at = frozenset() if opened["without"] else own, at + 1
        elif pattern[at] == "[":
            inside = _CLASS.match(pattern, at)
            assert inside is not None  # noqa: S101 - `re.compile` took it
            at = inside.end()
        elif pattern[at] == "\\":
            letter, at = "" if pattern[at + 1] in _NOT_LETTERS else pattern[at + 1], at + 2
        else:
            letter, at = "" if pattern[at] in ".^$" else pattern[at], at + 1
        repeat = _REPEAT.match(pattern, at)
        at = repeat.end() if repeat else at
        if repeat and repeat["may"]:
            letter, own = "", frozenset()
        run += letter
        if repeat or not letter:
            found += [frozenset({run.lower()}), own]
            run = ""
    return _best([*found, frozenset({run.lower()})]), at


def _best(found: Iterable[frozenset[str]]) -> frozenset[str]:
    """The cues that stand in the fewest texts: long ones, and few."""
    fit = (each for each in found if each and min(map(len, each)) >= _LEAST)
    return max(fit, key=lambda each: min(map(len, each)) - len(each) / 4, default=frozenset())
