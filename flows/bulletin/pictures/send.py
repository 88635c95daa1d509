"""How a send went, over time, drawn as SVG without a browser: messages that left, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from db.models import Outcome
from flows.bulletin.language.dates import in_rome

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 260, 64, 44, 34  # pixels
_STEPS = 120  # points of a curve
CURVES = (
    (Outcome.accepted, "accettati", "#00695c"),
    (Outcome.refused, "rifiutati", "#b3261e"),
    (Outcome.uncertain, "incerti", "#8a5a00"),
    (Outcome.not_sent, "non partiti", "#5f6368"),
)


@dataclass(frozen=True)
class Curve:
    """Messages so far, at each of the steps."""

    word: str
    colour: str
    counts: tuple[int, ...]


def curves(attempts: Sequence[tuple[datetime, Outcome]]) -> list[Curve]:
    """One for each outcome that occurs; `attempts` in the order of their start."""
    if not attempts:
        return []
    first, length = attempts[0][0], _length(attempts)
    found = []
    for outcome, word, colour in CURVES:
        places = [int((at - first) / length * (_STEPS - 1)) for at, what in attempts if what == outcome]
        if not places:
            continue
        counts, so_far = [0] * _STEPS, 0
        for place in places:
            counts[place] += 1
        for place, here in enumerate(counts):
            so_far += here
            counts[place] = so_far
        found.append(Curve(word, colour, tuple(counts)))
    return found


def _length(attempts: Sequence[tuple[datetime, Outcome]]) -> timedelta:
    return max(attempts[-1][0] - attempts[0][0], timedelta(seconds=1))


def picture(attempts: Sequence[tuple[datetime, Outcome]]) -> str:
    """SVG; an empty send is a sentence."""
    drawn = curves(attempts)
    top = max((curve.counts[-1] for curve in drawn), default=0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="Roboto, Helvetica, Arial, sans-serif" '
        'font-size="13"><title>Messaggi nel tempo</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    if not drawn:
        return "".join([*parts, '<text x="20" y="40">Nessun messaggio è partito.</text></svg>'])
    base, right = _HEIGHT - _BOTTOM, _WIDTH - 20
    first, length = attempts[0][0], _length(attempts)
    for share in (0.0, 0.5, 1.0):
        y = base - share * (base - _TOP)
        parts.append(
            f'<path d="M{_LEFT} {y:g}H{right}" stroke="#e3e3e3"/><text x="{_LEFT - 8}" y="{y + 4:g}" '
            f'text-anchor="end" fill="#444">{_count(round(top * share))}</text>'
        )
        x = _LEFT + share * (right - _LEFT)
        anchor = "start" if share == 0 else "end" if share == 1 else "middle"
        parts.append(
            f'<text x="{x:g}" y="{base + 20}" text-anchor="{anchor}" fill="#444">'
            f"{in_rome(first + length * share):%H:%M:%S}</text>"
        )
    x = float(_LEFT)
    for curve in drawn:
        points = " ".join(
            f"{_LEFT + place / (_STEPS - 1) * (right - _LEFT):.1f},{base - count / top * (base - _TOP):.1f}"
            for place, count in enumerate(curve.counts)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2.5"/>')
        label = f"{curve.word} {_count(curve.counts[-1])}"
        parts.append(f'<text x="{x:g}" y="18" fill="{curve.colour}" font-weight="700">{escape(label)}</text>')
        x += 9.0 * len(label) + 18
    return "".join([*parts, "</svg>"])


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")
