"""A message as drawn on a screen, broken between words, and what shows of it before "Leggi tutto"."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_STYLED = re.compile(r"(?<![^\W_])([*_~])(?=\S)([^\n]*?\S)\1(?![^\W_])")
_JOINER = "\u200d"
_FLAG = range(0x1F1E6, 0x1F200)  # two of these letters are one flag
_TONE = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True)
class Run:
    """Neighbouring characters of one style; `style` holds WhatsApp's marks for it, "" for none."""

    text: str
    style: str = ""


Width = Callable[[str, str], float]  # of one visible character in a style


def runs(line: str, style: str = "") -> list[Run]:
    """One line of a message with WhatsApp's marks, as it is drawn."""
    match = _STYLED.search(line)
    if match is None:
        return [Run(line, style)] if line else []
    before, after = line[: match.start()], line[match.end() :]
    inner = runs(match[2], style + match[1])
    return [*([Run(before, style)] if before else []), *inner, *runs(after, style)]


def characters(text: str) -> Iterator[str]:
    """What a reader takes for one character: accents, skin tones and joined emoji stay together."""
    cluster = ""
    for char in text:
        is_flag = len(cluster) == 1 and ord(cluster) in _FLAG and ord(char) in _FLAG
        goes_on = unicodedata.category(char)[0] == "M" or char == _JOINER or ord(char) in _TONE or is_flag
        if cluster and (goes_on or cluster.endswith(_JOINER)):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


def cells(char: str, _style: str = "") -> int:
    """Width of one visible character in columns: 2 for emoji and East Asian ones."""
    return 2 if unicodedata.east_asian_width(char[0]) in "WF" or "\ufe0f" in char else 1


def wrapped(line: Sequence[Run], room: float, width: Width) -> list[list[Run]]:
    """Lines of at most `room`, broken at spaces; a word that is wider than a whole line is cut.

    One empty line for an empty one, so that what is counted is what stands on the screen.
    """
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for word in _words([(char, run.style) for run in line for char in characters(run.text)]):
        size = sum(width(*letter) for letter in word)
        space = width(" ", lines[-1][-1][1]) if lines[-1] else 0.0
        if lines[-1] and used + space + size <= room:
            gap = [(" ", lines[-1][-1][1] if lines[-1][-1][1] == word[0][1] else "")]
            lines[-1] += gap + word
            used += space + size
            continue
        if lines[-1]:
            lines.append([])
        used = 0.0
        for letter in word:
            if lines[-1] and used + width(*letter) > room:
                lines.append([])
                used = 0.0
            lines[-1].append(letter)
            used += width(*letter)
    return [_joined(letters) for letters in lines]


def _words(drawn: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    word: list[tuple[str, str]] = []
    for letter in drawn:
        if letter[0] != " ":
            word.append(letter)
        elif word:
            yield word
            word = []
    if word:
        yield word


def _joined(drawn: Sequence[tuple[str, str]]) -> list[Run]:
    line: list[Run] = []
    for char, style in drawn:
        if line and line[-1].style == style:
            line[-1] = Run(line[-1].text + char, style)
        else:
            line.append(Run(char, style))
    return line


def unmarked(text: str) -> str:
    """A message as it is read: with what WhatsApp's marks style, without the marks."""
    return "\n".join("".join(run.text for run in runs(line)) for line in text.split("\n"))


LINES = 5
WIDTH = 38  # characters a line on a usual phone
LARGE_WIDTH = 22  # the same with the largest type, which many older readers set


@dataclass(frozen=True)
class Folded:
    """The lines of a body as drawn, without marks."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def folded(body: str, width: int = WIDTH) -> Folded:
    """The body of a message (WhatsApp's marks in it) broken into lines of `width` characters."""
    lines = [
        "".join(run.text for run in line)
        for paragraph in body.split("\n")
        for line in wrapped(runs(paragraph), width, cells)
    ]
    return Folded(tuple(lines[:LINES]), tuple(lines[LINES:]))
