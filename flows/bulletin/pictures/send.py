"""How a send went, over time, drawn as SVG without a browser: messages that left, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models import Outcome
from flows.bulletin.language.dates import in_rome
from flows.bulletin.language.measure import thousands
from flows.bulletin.pictures import svg

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
    drawn = []
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
        drawn.append(Curve(word, colour, tuple(counts)))
    return drawn


def _length(attempts: Sequence[tuple[datetime, Outcome]]) -> timedelta:
    return max(attempts[-1][0] - attempts[0][0], timedelta(seconds=1))


def picture(attempts: Sequence[tuple[datetime, Outcome]]) -> str:
    """SVG; an empty send is a sentence."""
    drawn = curves(attempts)
    top = max((curve.counts[-1] for curve in drawn), default=0)
    if not drawn:
        empty = '<text x="20" y="40">Nessun messaggio è partito.</text>'
        return svg.sheet(_WIDTH, _HEIGHT, "Messaggi nel tempo", empty)
    base, right = _HEIGHT - _BOTTOM, _WIDTH - 20
    first, length = attempts[0][0], _length(attempts)
    parts = []
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        parts.append(svg.level(_LEFT, right, base - share * (base - _TOP), round(top * share)))
        moment = f"{in_rome(first + length * share):%H:%M:%S}"
        parts.append(svg.text(_LEFT + share * (right - _LEFT), base + 20, moment, anchor=anchor))
    x = float(_LEFT)
    for curve in drawn:
        points = " ".join(
            f"{_LEFT + place / (_STEPS - 1) * (right - _LEFT):.1f},{base - count / top * (base - _TOP):.1f}"
            for place, count in enumerate(curve.counts)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2.5"/>')
        label = f"{curve.word} {thousands(curve.counts[-1])}"
        parts.append(svg.text(x, 18, label, curve.colour, bold=True))
        x += 9.0 * len(label) + 18
    return svg.sheet(_WIDTH, _HEIGHT, "Messaggi nel tempo", *parts)
