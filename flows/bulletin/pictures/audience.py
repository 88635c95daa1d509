"""Subscribers over time, and who came and went by month, drawn as SVG without a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.bulletin.language.dates import MONTHS, in_rome
from flows.bulletin.language.measure import thousands
from flows.bulletin.pictures import svg

_WIDTH, _LEFT, _RIGHT = 720, 64, 20  # pixels
_LINE = (40, 210)  # top and bottom of the curve
_BARS = (270, 350, 420)  # top, middle and bottom of the bars
_HEIGHT = 450
POINTS = 53  # of the curve: a year by weeks
SHOWN = 12
IN, OUT, CURVE = "#00695c", "#b3261e", "#0b4f8a"

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
    counts, count, place = [], subscribers, len(steps)
    for moment in reversed(moments):
        while place and steps[place - 1][0] > moment:
            place -= 1
            count -= 1 if steps[place][1] else -1
        counts.append((moment, max(count, 0)))
    return counts[::-1]


def by_month(steps: Sequence[Step], now: datetime) -> list[Month]:
    """The last twelve months in Rome, this one included, from the first in which anybody came or went."""
    last = in_rome(now)
    wanted = [_before(last.date(), back) for back in range(SHOWN - 1, -1, -1)]
    counts = {month: [0, 0] for month in wanted}
    for at, is_in in steps:
        local = in_rome(at)
        if (local.year, local.month) in counts:
            counts[local.year, local.month][not is_in] += 1
    months = [Month(year, month, *counts[year, month]) for year, month in wanted]
    while len(months) > 1 and not (months[0].came or months[0].went):
        months.pop(0)
    return months


def _before(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return year, month + 1


def picture(steps: Sequence[Step], subscribers: int, now: datetime) -> str:
    """SVG of both, with every number that matters written out: a colour alone tells nobody anything."""
    counts, months = over_time(steps, subscribers, now), by_month(steps, now)
    return svg.sheet(
        _WIDTH,
        _HEIGHT,
        _title(counts, months),
        svg.text(_LEFT, 22, f"Iscritti: {thousands(subscribers)}", CURVE, bold=True),
        *_line(counts),
        svg.text(_LEFT, _BARS[0] - 20, "Ogni mese: nuovi iscritti", IN, bold=True),
        svg.text(_LEFT + 190, _BARS[0] - 20, "e usciti", OUT, bold=True),
        *_bars(months),
    )


def _title(counts: Sequence[tuple[datetime, int]], months: Sequence[Month]) -> str:
    (_, first), (_, last) = counts[0], counts[-1]
    came, went = sum(month.came for month in months), sum(month.went for month in months)
    return (
        f"Iscritti: da {thousands(first)} a {thousands(last)}. "
        f"Nuovi {thousands(came)}, usciti {thousands(went)}."
    )


def _line(counts: Sequence[tuple[datetime, int]]) -> list[str]:
    top, base = _LINE
    most = max(max(count for _, count in counts), 1)
    right = _WIDTH - _RIGHT
    parts = []
    for share in (0.0, 0.5, 1.0):
        if share == 0.5 and most % 2 and most < 20:  # "2" would stand at one and a half
            continue
        parts.append(svg.level(_LEFT, right, base - share * (base - top), round(most * share)))
    points = " ".join(
        f"{_LEFT + place / (len(counts) - 1) * (right - _LEFT):.1f},{base - count / most * (base - top):.1f}"
        for place, (_, count) in enumerate(counts)
    )
    parts.append(f'<polygon points="{_LEFT},{base} {points} {right},{base}" fill="{CURVE}" opacity="0.12"/>')
    parts.append(f'<polyline points="{points}" fill="none" stroke="{CURVE}" stroke-width="2.5"/>')
    for (moment, _), x, anchor in ((counts[0], _LEFT, "start"), (counts[-1], right, "end")):
        local = in_rome(moment)
        day = f"{local.day} {MONTHS[local.month - 1][:3]} {local.year}"
        parts.append(svg.text(x, base + 20, day, anchor=anchor))
    return parts


def _bars(months: Sequence[Month]) -> list[str]:
    top, middle, bottom = _BARS
    most = max(max(month.came, month.went) for month in months) or 1
    width = (_WIDTH - _RIGHT - _LEFT) / SHOWN
    parts = [f'<path d="M{_LEFT} {middle}H{_WIDTH - _RIGHT}" stroke="#767676"/>']
    for place, month in enumerate(months):
        x = _LEFT + place * width
        for count, colour, room, is_up in (
            (month.came, IN, middle - top, True),
            (month.went, OUT, bottom - middle, False),
        ):
            if not count:
                continue
            high = max(2.0, count / most * (room - 14))
            y = middle - high if is_up else middle
            size = f'width="{width - 16:.1f}" height="{high:.1f}"'
            parts.append(f'<rect x="{x + 8:.1f}" y="{y:.1f}" {size} fill="{colour}"/>')
            label = y - 4 if is_up else y + high + 14
            sign = "+" if is_up else "−"
            parts.append(svg.text(x + width / 2, label, f"{sign}{thousands(count)}", colour, anchor="middle"))
        parts.append(svg.text(x + width / 2, _HEIGHT - 8, month.name, anchor="middle"))
    return parts
