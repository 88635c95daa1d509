"""The message on two phones, before and after "Leggi tutto", drawn as SVG without a browser.

An SVG breaks no line by itself: lines are broken here by the widths of Helvetica's letters, and each line is
told its length, so that another typeface does not run over the edge.
"""

import base64
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from flows.bulletin.message.frame import Frame, fill
from flows.bulletin.message.lines import LINES, Run, characters, runs, wrapped
from flows.bulletin.pictures import svg

_PHONE, _GAP, _EDGE = 320, 28, 14  # pixels
_BUBBLE, _INSIDE = _PHONE - 2 * _EDGE - 8, 10
_SIZE, _LINE = 15.0, 20
_SMALL = 12.5
_APART = 5  # between header, body and footer
_BOLDER = 1.07  # bold letters are wider
# Widths in thousandths of the type's size, as in Adobe's metrics of Helvetica.
_WIDTHS = {
    **dict.fromkeys("ijlìíîï'’|", 222),
    **dict.fromkeys(" ,.:;/\\ft![]I", 278),
    **dict.fromkeys('r()-“”"`', 340),
    **dict.fromkeys("csvxyzkJ", 500),
    **dict.fromkeys("mMW%@", 850),
    **dict.fromkeys("ABEKPSVXYÀÈÉ&", 667),
    **dict.fromkeys("CDHNRUwÙ", 722),
    **dict.fromkeys("GOQÒ", 778),
    **dict.fromkeys("FTLZ", 611),
    "…": 1000,
    "—": 1000,
}
_ATTRIBUTES = {"*": ' font-weight="700"', "_": ' font-style="italic"', "~": ' text-decoration="line-through"'}


@dataclass(frozen=True)
class Look:
    """What stands around the message."""

    sender: str  # the name at the top of the chat
    hour: str = "11:00"  # of the send


def address(picture: str) -> str:
    """The picture as a `data:` address, the only kind that an artifact of Prefect shows."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def picture(frame: Frame, values: Sequence[str], look: Look) -> str:
    """SVG of two phones: the message as it arrives, and the whole of it. `values` fill the template."""
    room = _BUBBLE - 2 * _INSIDE
    body = [line for part in fill(frame, values).split("\n") for line in wrapped(runs(part), room, _width)]
    arrived = _message(frame, body[:LINES], is_cut=len(body) > LINES)
    whole = _message(frame, body, is_cut=False)
    height, width = max(_height(arrived), _height(whole)), 2 * _PHONE + _GAP
    after = "Dopo «Leggi tutto»" if len(body) > LINES else "Per intero"
    return svg.sheet(
        width,
        height + 26,
        "Il messaggio sul telefono, prima e dopo Leggi tutto",
        *_phone(0, "Come arriva", arrived, look),
        *_phone(_PHONE + _GAP, after, whole, look),
        size=f"{_SIZE:g}",
    )


@dataclass(frozen=True)
class _Row:
    """One line of the bubble."""

    line: tuple[Run, ...]
    size: float = _SIZE
    colour: str = "#111b21"
    gap: int = 0  # above it


def _message(frame: Frame, body: Sequence[Sequence[Run]], *, is_cut: bool) -> list[_Row]:
    """The bubble's lines, with an empty one between header, body and footer; the button comes apart."""
    room = _BUBBLE - 2 * _INSIDE
    rows = [_Row(tuple(line)) for line in wrapped([Run(frame.header, "*")], room, _width)]
    rows += [_Row(tuple(line), gap=0 if at else _APART) for at, line in enumerate(body)]
    if is_cut:
        rows.append(_Row((Run("… Leggi tutto"),), colour="#027eb5"))
    small = [
        _Row(tuple(line), _SMALL, "#667781", 0 if at else _APART)
        for at, line in enumerate(wrapped([Run(frame.footer)], room, _small))
    ]
    return [*rows, *small, _Row((Run(frame.button),), colour="#027eb5")]


def _bubble(rows: Sequence[_Row]) -> int:
    return 22 + sum(_LINE + row.gap for row in rows[:-1])


def _height(rows: Sequence[_Row]) -> int:
    return 70 + _bubble(rows) + 38 + 44


def _phone(left: float, caption: str, rows: Sequence[_Row], look: Look) -> Iterator[str]:
    middle, top, height = left + _PHONE / 2, 26, _height(rows)
    outline = f'<rect x="{left + 1:g}" y="{top + 1}" width="{_PHONE - 2}" height="{height - 2}" rx="26"'
    bar = f"M{left + 2:g} {top + 56}V{top + 28}a26 26 0 0 1 26-26h{_PHONE - 56}a26 26 0 0 1 26 26v28z"
    yield svg.text(middle, 16, caption, "#333", anchor="middle", bold=True)
    yield (
        f'{outline} fill="#efe7de" stroke="#222" stroke-width="2"/><path d="{bar}" fill="#00695c"/>'
        f'<circle cx="{left + 36:g}" cy="{top + 30}" r="15" fill="#cfd8dc"/>'
    )
    yield from _text(left + 60, top + 35, _fitting(look.sender, _PHONE - 84), _SIZE, "#fff")
    start = top + 70
    bubble = _bubble(rows)
    x = left + _EDGE
    yield f'<rect x="{x:g}" y="{start}" width="{_BUBBLE}" height="{bubble + 38}" rx="9" fill="#fff"/>'
    y = start + 22.0
    for row in rows[:-1]:
        y += row.gap
        yield from _text(x + _INSIDE, y, row.line, row.size, row.colour)
        y += _LINE
    yield (
        f'<text x="{x + _BUBBLE - _INSIDE:g}" y="{start + bubble - 5}" text-anchor="end" font-size="11" '
        f'fill="#667781">{escape(look.hour)}</text>'
        f'<path d="M{x:g} {start + bubble}h{_BUBBLE}" stroke="#e3e3e3"/>'
    )
    label = _printable(rows[-1].line[0].text)
    yield svg.text(x + _BUBBLE / 2, start + bubble + 25, label, rows[-1].colour, anchor="middle")


def _text(x: float, y: float, line: Sequence[Run], size: float, colour: str) -> Iterator[str]:
    if not line:
        return
    drawn = [(char, run.style) for run in line for char in characters(run.text)]
    length = sum(_width(*letter) for letter in drawn) * size / _SIZE
    # the width of a pictogram is anybody's guess: its line keeps its own
    is_known = not any(_is_pictogram(char) for char, _ in drawn)
    fixed = f' textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"' if is_known else ""
    spans = "".join(_span(run) for run in line)
    yield (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}" xml:space="preserve"{fixed}>'
        f"{spans}</text>"
    )


def _span(run: Run) -> str:
    text = escape(_printable(run.text))
    attributes = "".join(_ATTRIBUTES[mark] for mark in dict.fromkeys(run.style))
    return f"<tspan{attributes}>{text}</tspan>" if attributes else text


def _printable(text: str) -> str:
    """Without what XML forbids: control characters and half a surrogate pair."""
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cs", "Cn"))


def _fitting(name: str, room: float) -> tuple[Run, ...]:
    first = wrapped([Run(name, "*")], room, _width)
    return tuple(first[0]) if len(first) == 1 else (Run(f"{first[0][0].text.rstrip(' ,')}…", "*"),)


def _is_pictogram(char: str) -> bool:
    return unicodedata.east_asian_width(char[0]) in "WF" or "\ufe0f" in char


def _width(char: str, style: str) -> float:
    if _is_pictogram(char):
        return _SIZE * 1.3
    return _WIDTHS.get(char[0], 556) * _SIZE / 1000 * (_BOLDER if "*" in style else 1)


def _small(char: str, style: str) -> float:
    return _width(char, style) * _SMALL / _SIZE
