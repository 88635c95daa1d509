"""Subscribers over time, and who came and went by month, drawn as SVG without a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

from flows.bulletin.language.dates import MONTHS, in_rome

_WIDTH, _LEFT, _RIGHT = 720, 64, 20  # pixels
_LINE = (40, 210)  # top and bottom of the curve
_BARS = (270, 350, 420)  # top, middle and bottom of the bars
_HEIGHT = 450
POINTS = 53  # of the curve: a year by weeks
SHOWN = 12
IN, OUT, CURVE, INK = "#00695c", "#b3261e", "#0b4f8a", "#444"

Step = tuple[datetime, bool]
"""When somebody came (True) or went."""


@dataclass(frozen=True)
class Month:
    year: int
    month: int
    came: int
    went: int

    @property
    def name(self) -> str:
        return f"{MONTHS[self.month - 1][:3]} {self.year % 100:02}"


def over_time(steps: Sequence[Step], subscribers: int, now: datetime) -> list[tuple[datetime, int]]:
    """How many were subscribed at each of POINTS moments of the last year, or since the first one came.

    Counted back from `subscribers`, who are there now: the end is always right. `steps`: oldest first.
    """
    begin = max(now - timedelta(days=365), min((at for at, _ in steps), default=now))
    moments = [begin + (now - begin) * share / (POINTS - 1) for share in range(POINTS)]
    found, count, place = [], subscribers, len(steps)
    for moment in reversed(moments):
        while place and steps[place - 1][0] > moment:
            place -= 1
            count -= 1 if steps[place][1] else -1
        found.append((moment, max(count, 0)))
    return found[::-1]


def by_month(steps: Sequence[Step], now: datetime) -> list[Month]:
    """The last twelve months in Rome, this one included, from the first in which anybody came or went."""
    last = in_rome(now)
    wanted = [_before(last.date(), back) for back in range(SHOWN - 1, -1, -1)]
    counts = {month: [0, 0] for month in wanted}
    for at, is_in in steps:
        local = in_rome(at)
        if (local.year, local.month) in counts:
            counts[local.year, local.month][not is_in] += 1
    found = [Month(year, month, *counts[year, month]) for year, month in wanted]
    while len(found) > 1 and not (found[0].came or found[0].went):
        found.pop(0)
    return found


def _before(day: date, months: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 - months
    return number // 12, number % 12 + 1


def picture(steps: Sequence[Step], subscribers: int, now: datetime) -> str:
    """SVG of both, with every number that matters written out: a colour alone tells nobody anything."""
    curve, months = over_time(steps, subscribers, now), by_month(steps, now)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="Roboto, Helvetica, Arial, sans-serif" '
        f'font-size="13"><title>{escape(_said(curve, months))}</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        _text(_LEFT, 22, f"Iscritti: {number(subscribers)}", CURVE, bold=True),
        *_line(curve),
        _text(_LEFT, _BARS[0] - 20, "Ogni mese: nuovi iscritti", IN, bold=True),
        _text(_LEFT + 190, _BARS[0] - 20, "e usciti", OUT, bold=True),
        *_bars(months),
    ]
    return "".join([*parts, "</svg>"])


def _said(curve: Sequence[tuple[datetime, int]], months: Sequence[Month]) -> str:
    (_, first), (_, last) = curve[0], curve[-1]
    came, went = sum(one.came for one in months), sum(one.went for one in months)
    return f"Iscritti: da {number(first)} a {number(last)}. Nuovi {number(came)}, usciti {number(went)}."


def _line(curve: Sequence[tuple[datetime, int]]) -> list[str]:
    top, base = _LINE
    most = max(max(count for _, count in curve), 1)
    right = _WIDTH - _RIGHT
    parts = []
    for share in (0.0, 0.5, 1.0):
        if share == 0.5 and most % 2 and most < 20:  # "2" would stand at one and a half
            continue
        y = base - share * (base - top)
        parts.append(f'<path d="M{_LEFT} {y:g}H{right}" stroke="#e3e3e3"/>')
        parts.append(_text(_LEFT - 8, y + 4, number(round(most * share)), INK, anchor="end"))
    places = [
        (_LEFT + place / (len(curve) - 1) * (right - _LEFT), base - count / most * (base - top))
        for place, (_, count) in enumerate(curve)
    ]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polygon points="{_LEFT},{base} {points} {right},{base}" fill="{CURVE}" opacity="0.12"/>')
    parts.append(f'<polyline points="{points}" fill="none" stroke="{CURVE}" stroke-width="2.5"/>')
    for (moment, _), x, anchor in ((curve[0], _LEFT, "start"), (curve[-1], right, "end")):
        local = in_rome(moment)
        day = f"{local.day} {MONTHS[local.month - 1][:3]} {local.year}"
        parts.append(_text(x, base + 20, day, INK, anchor=anchor))
    return parts


def _bars(months: Sequence[Month]) -> list[str]:
    top, middle, bottom = _BARS
    most = max(max(one.came, one.went) for one in months) or 1
    width = (_WIDTH - _RIGHT - _LEFT) / SHOWN
    parts = [f'<path d="M{_LEFT} {middle}H{_WIDTH - _RIGHT}" stroke="#767676"/>']
    for place, one in enumerate(months):
        x = _LEFT + place * width
        for count, colour, room, is_up in (
            (one.came, IN, middle - top, True),
            (one.went, OUT, bottom - middle, False),
        ):
            if not count:
                continue
            high = max(2.0, count / most * (room - 14))
            y = middle - high if is_up else middle
            size = f'width="{width - 16:.1f}" height="{high:.1f}"'
            parts.append(f'<rect x="{x + 8:.1f}" y="{y:.1f}" {size} fill="{colour}"/>')
            label = y - 4 if is_up else y + high + 14
            sign = "+" if is_up else "−"
            parts.append(_text(x + width / 2, label, f"{sign}{number(count)}", colour, anchor="middle"))
        parts.append(_text(x + width / 2, _HEIGHT - 8, one.name, INK, anchor="middle"))
    return parts


def _text(x: float, y: float, words: str, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(words)}</text>'


def number(count: int) -> str:
    """`1.830`, as Italians write it."""
    return f"{count:,}".replace(",", ".")
