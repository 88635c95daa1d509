"""What holds among all that several issuers said of a zone: the newest of each, and the highest of all.

Issuers differ in grain. Protezione Civile speaks of whole days and leaves the hours to the regions
("per la validità temporale si rimanda al bollettino regionale"); a region and a CAP speak of hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from db.models import Hazard, WeatherAlert
from flows.bulletin.language.dates import giorno

Question = tuple[str, date, Hazard]
SCRAP = timedelta(minutes=2)  # a day ends at 24:00 for some, at 23:59 or 23:59:59 for others
NAMES = {
    Hazard.temporali: "temporali forti",
    Hazard.idraulico: "rischio idraulico",
    Hazard.idrogeologico: "rischio idrogeologico",
    Hazard.vento: "vento forte",
    Hazard.neve: "neve",
}


@dataclass(frozen=True)
class Span:
    """The part of a stored statement that still holds."""

    row: WeatherAlert
    onset: datetime
    expires: datetime

    @property
    def rank(self) -> int:
        return self.row.level.rank


def standing(alerts: Iterable[WeatherAlert], now: datetime, known_at: datetime | None = None) -> list[Span]:
    """The newest word of each issuer on each zone, day and hazard, green ones included.

    A newer statement of a whole day takes back all that was said of the day. One that speaks of hours takes
    back only those: what it does not restate still stands. A statement that is silent takes nothing back.

    Args:
        known_at: what was taken back by reference after this moment stands; `now` unless given.
    """
    by = now if known_at is None else known_at
    groups: dict[tuple[str, str, date, Hazard], list[WeatherAlert]] = defaultdict(list)
    for row in alerts:
        if row.sent_at <= max(now, by) and (row.replaced_at is None or row.replaced_at > by):
            groups[row.issuer, row.zone, row.day, row.hazard].append(row)
    standing_parts: list[Span] = []
    for rows in groups.values():
        newer: list[Span] = []
        for sent in sorted({row.sent_at for row in rows}, reverse=True):
            stated = [Span(row, row.onset, row.expires) for row in rows if row.sent_at == sent]
            standing_parts += [part for span in stated for part in remainder(span, newer)]
            newer += stated
            if not all(span.row.hourly for span in stated):
                break
    return standing_parts


def settle(spans: Iterable[Span], now: datetime) -> list[Span]:
    """What is to be announced of them: above green, not over, and where issuers disagree the highest.

    Of issuers at one level for the day, the one that speaks of all its hours is followed in these, and still
    when they have run out: what it says of the hours after them holds.
    """
    announced: list[Span] = []
    spans = list(spans)
    past = _run_out(spans, now)
    for question, issuers in _by_question(spans, now).items():
        top = {name: max(span.rank for span in stated) for name, stated in issuers.items()}
        order = {name: (top[name], _hourly(stated), name) for name, stated in issuers.items()}
        for issuer, stated in issuers.items():
            for span in stated:
                rivals = [[higher for higher in stated if higher.rank > span.rank]]
                for name, other in issuers.items():
                    if _told_when(span, other, past[question, name], top[issuer]):
                        rivals.append(other)
                    if order[name] > order[issuer]:
                        finer = _finer(other, stated, top[name] == top[issuer])
                        rivals.append([rival for rival in other if finer or rival.rank >= span.rank])
                if span.rank and all(_ahead(span, rival, now) for rival in rivals):
                    announced.append(span)
    return announced


def _finer(other: Sequence[Span], stated: Sequence[Span], same_top: bool) -> bool:
    """Whether another issuer's hours tell when, of a day that this one only gives a level."""
    return same_top and _hourly(other) and not _hourly(stated)


def _told_when(span: Span, other: Sequence[Span], past: Sequence[Span], top: int) -> bool:
    """Whether another issuer's hours at the level of this whole day have run out since it was stated."""
    peaks = [peak for peak in past if peak.expires > span.row.sent_at]
    ranks = [rival.rank for rival in (*other, *peaks)]
    return (
        not span.row.hourly
        and _hourly([*other, *peaks])
        and max(ranks, default=0) == top
        and any(peak.rank == top for peak in peaks)
    )


def disagreements(spans: Iterable[Span], now: datetime) -> list[str]:
    """For the editor: where an issuer gives a lower level for the hours of another's highest one."""
    lines = []
    spans = list(spans)
    past = _run_out(spans, now)
    for question, issuers in _by_question(spans, now).items():
        zone, day, hazard = question
        worst = max(span.rank for stated in issuers.values() for span in stated)
        for issuer, stated in issuers.items():
            peak = [span for span in stated if span.rank == worst]
            for name, other in issuers.items():
                lower = max(span.rank for span in other) < worst
                if peak and lower and not any(_ahead(span, other, now) for span in peak):
                    if any(_told_when(span, other, past[question, name], worst) for span in peak):
                        continue
                    level, less = peak[0].row.level, max(other, key=lambda span: span.rank).row.level
                    lines.append(
                        f"Fonti discordi per {giorno(day)}, {NAMES[hazard]}, zona {zone}: {issuer} dice "
                        f"{level}, {name} dice {less}. Vale il livello più alto, {level}."
                    )
    return sorted(lines)


def _run_out(spans: Iterable[Span], now: datetime) -> dict[tuple[Question, str], list[Span]]:
    """By question and issuer what has ended when it was to end: what was taken back before is not there."""
    ended: dict[tuple[Question, str], list[Span]] = defaultdict(list)
    for span in spans:
        row = span.row
        if span.expires <= now and span.expires == row.expires:
            ended[(row.zone, row.day, row.hazard), row.issuer].append(span)
    return ended


def _by_question(spans: Iterable[Span], now: datetime) -> dict[Question, dict[str, list[Span]]]:
    """Zone, day and hazard -> each issuer's spans that are not over."""
    questions: dict[Question, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        if span.expires > now:
            questions[span.row.zone, span.row.day, span.row.hazard][span.row.issuer].append(span)
    return questions


def _hourly(spans: Sequence[Span]) -> bool:
    return all(span.row.hourly for span in spans)


def _ahead(span: Span, others: Iterable[Span], now: datetime) -> list[Span]:
    """What the others leave of the hours of a span that are still to come."""
    return remainder(replace(span, onset=max(span.onset, now)), others)


def remainder(span: Span, others: Iterable[Span], least: timedelta = SCRAP) -> list[Span]:
    """The parts of a span that the others leave; what is shorter than `least` is none."""
    parts = [(span.onset, span.expires)]
    for other in others:
        parts = [
            (begin, end)
            for start, stop in parts
            for begin, end in ((start, min(stop, other.onset)), (max(start, other.expires), stop))
            if end - begin >= least
        ]
    return [replace(span, onset=begin, expires=end) for begin, end in parts]
