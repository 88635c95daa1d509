"""Which alerts cannot wait for the next bulletin, which were lowered before their end, and when to say so."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from db.models import Level, WeatherAlert
from flows.bulletin.alerts.statements import Span, remainder, settle, standing
from flows.bulletin.language.dates import ROME, in_rome

AUTHOR = "allerta urgente"  # of every version that no person has touched
MAY_HAVE_LEFT = "Il database è stato ripristinato da una copia: questo avviso può essere già partito."
WORTH = timedelta(minutes=30)  # hours that change by less are the same hours
LEAD = timedelta(hours=2)  # from the end of quiet hours: to approve, to send, and for people to act


@dataclass(frozen=True)
class Quiet:
    """Hours in which nobody is disturbed for what can wait, in Europe/Rome; they may span midnight."""

    begin: time
    end: time

    def over_at(self, now: datetime) -> datetime:
        """The end of the quiet hours that `now` lies in; `now` itself outside them."""
        clock = in_rome(now).time()
        if self.begin <= self.end:
            inside = self.begin <= clock < self.end
        else:
            inside = clock >= self.begin or clock < self.end
        if not inside:
            return now
        day = in_rome(now).date() + timedelta(days=1 if clock >= self.end else 0)
        return datetime.combine(day, self.end, tzinfo=ROME)

    def wait(self, now: datetime, begins: datetime) -> datetime:
        """When to tell what begins at `begins`: now, or after the quiet hours where that is early enough."""
        end = self.over_at(now)
        return end if begins >= end + LEAD else now


def spoken(alerts: Iterable[WeatherAlert], at: datetime) -> list[Span]:
    """What was to be announced at that moment, with what was known and not taken back by then."""
    return settle(standing([row for row in alerts if row.seen_at <= at], at), at)


def told_spans(alerts: Sequence[WeatherAlert], ids: Collection[int], at: datetime) -> list[Span]:
    """The hours that a text of `at` told of the statements with these ids."""
    return [span for span in spoken(alerts, at) if span.row.id in ids]


def untold(
    spans: Iterable[Span], announced: Sequence[Span], levels: Collection[Level], now: datetime
) -> dict[date, list[Span]]:
    """Days with something to announce now, and all that holds on each of them, lower levels too.

    A level that was not told for these hours, a higher one, a new hazard, a longer validity. What differs
    by less than half an hour is the same.
    """
    days: dict[date, list[Span]] = defaultdict(list)
    news: set[date] = set()
    for span in spans:
        days[span.row.day].append(span)
        if span.row.level in levels and _left(span, announced, now):
            news.add(span.row.day)
    return {day: days[day] for day in sorted(news)}


def ceased(
    announced: Iterable[Span], spans: Sequence[Span], levels: Collection[Level], now: datetime
) -> list[Span]:
    """Of what was told, the hours ahead in which its level holds no longer: taken back, lowered, shortened.

    An issuer's silence is none of these: what was stated once stands until it is stated otherwise. Each hour
    of a statement is there once, however many bulletins told it.
    """
    gone: list[Span] = []
    for span in announced:
        if span.row.level in levels:
            gone += without(_left(span, spans, now), gone, now)
    return gone


@dataclass(frozen=True)
class Instead:
    """What issuers state of hours whose level ended before its time."""

    said_at: datetime | None  # when the newest of these words was issued; None where no issuer names an hour
    is_green: bool  # they state the lowest level of each hazard, zone and hour: silence is not that


def instead(alerts: Iterable[WeatherAlert], ended: Iterable[Span], now: datetime) -> Instead:
    """What stands now where `ended` held; of what was taken back by reference alone nothing does."""
    words = standing(alerts, now)
    stated = [(span, [word for word in words if _is_about(word, span)]) for span in ended]
    newer = [word.row for span, own in stated for word in own if word.row.sent_at > span.row.sent_at]
    return Instead(
        said_at=max((row.sent_at for row in newer if row.identifier), default=None),
        is_green=all(
            not remainder(span, own, timedelta.resolution) and not any(word.rank for word in own)
            for span, own in stated
        ),
    )


def _is_about(word: Span, span: Span) -> bool:
    """Whether two statements are of one zone, day and hazard, and share hours."""
    rows = word.row, span.row
    questions = {(row.zone, row.day, row.hazard) for row in rows}
    return len(questions) == 1 and word.onset < span.expires and span.onset < word.expires


def without(spans: Iterable[Span], others: Sequence[Span], now: datetime) -> list[Span]:
    """The hours of statements, from `now` on, that others of the same statements leave."""
    return [
        part
        for span in spans
        for part in _left(span, [other for other in others if other.row.id == span.row.id], now)
    ]


def _left(span: Span, others: Iterable[Span], now: datetime) -> list[Span]:
    """The hours of a span from `now` on that others of its zone and hazard do not reach at its level."""
    place = (span.row.zone, span.row.hazard)
    rivals = [
        other for other in others if (other.row.zone, other.row.hazard) == place and other.rank >= span.rank
    ]
    parts = remainder(replace(span, onset=max(span.onset, now)), rivals, timedelta.resolution)
    return [part for part in parts if part.expires - part.onset >= WORTH]
