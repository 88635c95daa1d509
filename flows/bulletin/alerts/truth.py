"""Whether what a text tells of alerts is what holds by now: the one comparison, whoever asks.

Both sides are seen at the same moment, one with what was known when the text was made and one with all that
is known. So hours that run out are no change, and the silence of an issuer is none either.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise

from db.models import Hazard, Level, WeatherAlert
from flows.bulletin.alerts.statements import NAMES, Span, settle, standing
from flows.bulletin.alerts.urgent import WORTH
from flows.bulletin.language.dates import giorno, in_rome, intervallo

Place = tuple[str, Hazard]
Hours = tuple[datetime, datetime]
TAKEN_BACK = "niente di annunciato"  # taken back is not stated to be green


@dataclass(frozen=True)
class Change:
    """What a text tells, what holds instead, in words; and the highest level of that."""

    before: str
    after: str
    worst: Level
    mark: str  # what holds instead, with nothing in it that moves with the clock


def announced_at(alerts: Iterable[WeatherAlert], at: datetime, *, known_at: datetime) -> list[Span]:
    """What is to be announced of the hours from `at` on, by what was known and stood at `known_at`."""
    seen = [row for row in alerts if row.seen_at <= known_at]
    return settle(standing(seen, at, known_at), at)


def newest_word(alerts: Iterable[WeatherAlert], now: datetime) -> datetime:
    """The moment by which all that is stored is known: collect may have stored while a run was on its way."""
    moments = [now]
    for row in alerts:
        moments += [row.seen_at, *([row.replaced_at] if row.replaced_at else [])]
    return max(moments)


def changed(
    announced: Sequence[Span],
    holds: Sequence[Span],
    at: datetime,
    *,
    whole: bool = False,
    only: Collection[Level] = (),
) -> Change | None:
    """Where a level that was told for hours from `at` on is another one; None where every one holds.

    Hours that differ by less than half an hour are the same, but where they are all that is left.

    Args:
        whole: what holds and was not told is a change too, of a text that says what there is.
        only: what neither was nor is at one of these levels may change.
    """
    ranks = {level.rank for level in only}
    before, after = _by_place(announced, at), _by_place(holds, at)
    differ, hours = [], False
    for place in sorted({*before, *(after if whole else ())}):
        parts = [
            part
            for part in _parts(before[place], after[place], whole)
            if not only or not ranks.isdisjoint(_rank(spans[place], *part) for spans in (before, after))
        ]
        wrong = _joined(part for part in parts if _rank(before[place], *part) != _rank(after[place], *part))
        if any(end - begin >= WORTH for begin, end in wrong) or (wrong and wrong == _joined(parts)):
            differ.append((place, wrong))
            hours = hours or wrong != _joined(parts)
    if not differ:
        return None
    instead = [_instead(before[place], after[place], wrong) for place, wrong in differ]
    worst = max(
        (span.row.level for spans in instead for span in spans),
        key=lambda level: level.rank,
        default=Level.verde,
    )
    uncut = [span for span in holds if span.expires > at]
    marks = [
        marked(_instead(before[place], _of(place, uncut), wrong)) or f"{place[0]} {place[1]} -"
        for place, wrong in differ
    ]
    return Change(
        _words(before, differ, at, hours=hours),
        _words(after, differ, at, hours=hours),
        worst,
        "; ".join(marks),
    )


def marked(spans: Iterable[Span]) -> str:
    """These hours by what they are, uncut: the same at every moment, a short part for each of them.

    Short since it is a key of the letters, and PostgreSQL's indexes hold no more than 2,700 bytes of one.
    """
    parts = [
        f"{span.row.zone} {span.row.hazard} {span.row.level} "
        f"{span.onset.timestamp():.0f} {span.expires.timestamp():.0f}"
        for span in spans
    ]
    return "; ".join(sorted(sha256(part.encode()).hexdigest()[:12] for part in parts))


def _instead(before: Sequence[Span], after: Sequence[Span], wrong: Collection[Hours]) -> list[Span]:
    """What holds of the days of which hours were told wrong, the right hours among them."""
    days = {span.row.day for spans in (before, after) for span in _within(spans, wrong)}
    return [span for span in after if span.row.day in days]


def _of(place: Place, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if (span.row.zone, span.row.hazard) == place]


def _by_place(spans: Iterable[Span], at: datetime) -> dict[Place, list[Span]]:
    places: dict[Place, list[Span]] = defaultdict(list)
    for span in spans:
        if span.expires > at:
            places[span.row.zone, span.row.hazard].append(Span(span.row, max(span.onset, at), span.expires))
    return places


def _parts(before: Sequence[Span], after: Sequence[Span], whole: bool) -> list[Hours]:
    """The hours of which something was told (or holds), cut wherever anything begins or ends."""
    cuts = sorted({moment for span in (*before, *after) for moment in (span.onset, span.expires)})
    counted = [*before, *(after if whole else ())]
    return [part for part in pairwise(cuts) if _rank(counted, *part)]


def _rank(spans: Iterable[Span], begin: datetime, end: datetime) -> int:
    """The highest level of these hours, in which nothing begins or ends; 0 for none."""
    return max((span.rank for span in spans if span.onset <= begin and end <= span.expires), default=0)


def _joined(parts: Iterable[Hours]) -> list[Hours]:
    """Hours that touch are one stretch."""
    stretches: list[Hours] = []
    for begin, end in parts:
        if stretches and stretches[-1][1] == begin:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((begin, end))
    return stretches


def _within(spans: Iterable[Span], hours: Collection[Hours]) -> list[Span]:
    return [span for span in spans if any(span.onset < end and begin < span.expires for begin, end in hours)]


def _words(
    by_place: dict[Place, list[Span]],
    differ: Sequence[tuple[Place, list[Hours]]],
    at: datetime,
    *,
    hours: bool,
) -> str:
    """`arancione per temporali forti, mercoledì 25 novembre, zona Lomb-09`, with the hours where asked."""
    lines: list[str] = []
    for (zone, hazard), wrong in differ:
        spans = by_place[zone, hazard] if hours else _within(by_place[zone, hazard], wrong)
        if not spans:
            day = giorno(in_rome(max(wrong[0][0], at)).date())
            lines.append(f"{TAKEN_BACK} per {NAMES[hazard]}, {day}, zona {zone}")
        for span in sorted(spans, key=lambda span: (span.row.day, -span.rank, span.onset)):
            when = intervallo(span.onset, span.expires) if hours else giorno(span.row.day)
            if hours or not any(other.row.day == span.row.day and other.rank > span.rank for other in spans):
                lines.append(f"{span.row.level} per {NAMES[hazard]}, {when}, zona {zone}")
    return "; ".join(dict.fromkeys(lines))
