"""WhatsApp's marks set where WhatsApp draws them: at a word's edge, no space inside, within one line.

The text comes in with a private-use character where each style begins and ends. A mark that WhatsApp would
show as a plain sign is left out, and a sign of the text that it would take for a mark gets a look-alike:
there is no escape character. The rules are those of WhatsApp's own help page, "How to format your messages".
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

BOLD, ITALIC, STRUCK = "*", "_", "~"
STYLES = (BOLD, ITALIC, STRUCK)
OPEN = dict(zip(STYLES, "\ue000\ue001\ue002", strict=True))
CLOSE = dict(zip(STYLES, "\ue003\ue004\ue005", strict=True))
QUOTE, CELL, ROW = "\ue006", "\ue007", "\ue008"
PREFIX, PREFIX_END = "\ue009", "\ue00a"  # around a list's dash or number, which no mark may enclose

_LOOK_ALIKES = {"*": "∗", "_": "‗", "~": "∼"}
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]+")
# Markdown that an editor of the site typed (`## Titolo`, `\_`), spaces too many, and the one that would
# make a quotation of `> 18 anni`
_TYPED = re.compile(r"^[ ]+|[ ]+$|(?<=[ ])[ ]+|(?<=^>)[ ]+|^#+(?:[ ]+|$)|(?<=#)#+|\\+(?![^\W_])")
_OPENED = {sign: style for style, sign in OPEN.items()}
_CLOSED = {sign: style for style, sign in CLOSE.items()}
_JOINER = "\u200d"  # it holds the parts of one emoji together


@dataclass
class _Line:
    chars: list[str] = field(default_factory=list)
    runs: list[dict[str, int]] = field(default_factory=list)  # of each character, style -> number of its run
    prefix: str = ""
    is_quote: bool = False


def clean(text: str) -> str:
    """A piece of a page's text: plain spaces, nothing invisible, no sign for typewriter letters."""
    spaced = re.sub(r"[\s\x85]", lambda found: "\n" if found[0] == "\n" else " ", text)
    seen = "".join(char for char in spaced if char in ("\n", _JOINER) or unicodedata.category(char)[0] != "C")
    return seen.replace("`", "'")


def finished(text: str) -> str:
    """The message: lines without outer spaces, at most one empty line between two, marks in their place."""
    found: list[str] = []
    for line in _lines(text):
        told = _told(line)
        shown = f"{'> ' if line.is_quote else ''}{line.prefix}{told}" if told else ""
        if shown or (found and found[-1]):
            found.append(shown)
    together = "\n".join(found).strip("\n")
    return unicodedata.normalize("NFC", re.sub(r"(?m)^(> .*)\n\n(?=> )", r"\1\n", together))


def _lines(text: str) -> Iterator[_Line]:
    depth, run, last = dict.fromkeys(STYLES, 0), dict.fromkeys(STYLES, 0), 0
    for raw in text.split("\n"):
        line, is_prefix = _Line(), False
        for char in raw:
            if char in _OPENED:
                style = _OPENED[char]
                if depth[style] == 0:
                    last += 1
                    run[style] = last
                depth[style] += 1
            elif char in _CLOSED:
                depth[_CLOSED[char]] -= 1
            elif char in (PREFIX, PREFIX_END):
                is_prefix = char == PREFIX and not line.chars
                line.prefix = "" if is_prefix else line.prefix  # of `<li><ul><li>` the inner one
            elif char == QUOTE:
                line.is_quote = True
            elif is_prefix:
                line.prefix += char
            elif char in (" ", CELL, ROW):
                if line.chars and line.chars[-1] != " ":
                    line.chars.append(" ")
                    line.runs.append({style: run[style] for style in STYLES if depth[style]})
            else:
                line.chars.append(char)
                line.runs.append({style: run[style] for style in STYLES if depth[style]})
        if line.chars and line.chars[-1] == " ":
            del line.chars[-1], line.runs[-1]
        yield line


def _told(line: _Line) -> str:
    """One line with its marks."""
    while drops := {at for found in _TYPED.finditer("".join(line.chars)) for at in range(*found.span())}:
        line.chars = [char for at, char in enumerate(line.chars) if at not in drops]
        line.runs = [run for at, run in enumerate(line.runs) if at not in drops]
    text = "".join(line.chars)
    chars = _without_signs(text, line.runs)
    before, after = [""] * len(chars), [""] * len(chars)
    for start, end, style in _intervals(line.runs, chars):
        before[start] += style
        after[end - 1] = style + after[end - 1]
    for at in (found.start() for found in re.finditer(r"\](?=\()", text)):
        after[at] += " "  # `[testo](indirizzo)`
    return "".join(part for parts in zip(before, chars, after, strict=True) for part in parts)


def _without_signs(text: str, runs: list[dict[str, int]]) -> list[str]:
    """Its characters; a sign that could open or close a style as a look-alike, or encoded in an address."""
    chars = list(text)
    within = {at for found in _ADDRESS.finditer(text) for at in range(*found.span())}
    for at, char in enumerate(text):
        if char not in _LOOK_ALIKES:
            continue
        left, right = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if is_word(left) and is_word(right):
            continue
        around = runs[max(0, at - 2) : at + 3]
        if left == right == " " and len(around) == 5 and all(one == runs[at] for one in around):
            continue
        chars[at] = f"%{ord(char):02X}" if at in within else _LOOK_ALIKES[char]
    return chars


def _intervals(runs: list[dict[str, int]], chars: list[str]) -> list[tuple[int, int, str]]:
    """(start, end, style) of the marks to set, outer before inner; none crosses another."""
    wanted = [
        (start, end, style)
        for style in STYLES
        for start, end in _of_style(runs, chars, style)
        if _stands(chars, start, end)
    ]
    wanted.sort(key=lambda one: (one[0], -one[1], STYLES.index(one[2])))
    kept: list[tuple[int, int, str]] = []
    around: list[int] = []  # where the styles end that began before
    for start, end, style in wanted:
        while around and around[-1] <= start:
            around.pop()
        if not around or end <= around[-1]:
            around.append(end)
            kept.append((start, end, style))
    return kept


def _of_style(runs: list[dict[str, int]], chars: list[str], style: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(runs):
        number = runs[at].get(style)
        end = at + 1
        while number and end < len(runs) and runs[end].get(style) == number:
            end += 1
        start, stop = at, end
        while start < stop and chars[start] == " ":
            start += 1
        while start < stop and chars[stop - 1] == " ":
            stop -= 1
        if number and start < stop:
            if found and found[-1][1] == start:  # `<b>Lun</b><b>edì</b>`
                found[-1] = (found[-1][0], stop)
            else:
                found.append((start, stop))
        at = end
    return found


def _stands(chars: list[str], start: int, end: int) -> bool:
    """Whether WhatsApp would draw a style there: it needs something to draw and free edges."""
    edges = (chars[start - 1] if start else " ", chars[end] if end < len(chars) else " ")
    is_free = not any(is_word(edge) or edge in ("*", "_", "~", "\\") for edge in edges)
    return is_free and any(char.isalnum() for char in chars[start:end])


def is_word(char: str) -> bool:
    """Whether a style can neither begin after nor end before it."""
    return char.isalnum() or (char != "" and unicodedata.category(char[0])[0] == "M")
