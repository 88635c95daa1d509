"""Alerts as items of an ordinary bulletin: one a day, worst first, whoever stated them.

Says only what is announced. That nothing is announced is never said: a missing bulletin is not a green one.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from db.models import Hazard, Level, WeatherAlert, WeatherNotice
from flows.bulletin.alerts.statements import NAMES, SCRAP, Span, disagreements, settle, standing
from flows.bulletin.candidates import ALERT_CATEGORY, Candidate
from flows.bulletin.language.dates import giorno, giorno_ora, intervallo

Announcement = tuple[str, date, Hazard, Level, tuple[datetime, datetime] | None]
"""What citizens were told: zone, day, hazard, level, and the hours; None where it was the whole day."""
Risk = tuple[Level, Hazard]
HORIZON = timedelta(hours=33)  # no bulletin reaches further: issued by 15, for the day after


def alert_candidates(
    alerts: Sequence[WeatherAlert],
    now: datetime,
    announced: Collection[Announcement] = (),
    *,
    elsewhere: Collection[date] = (),
) -> list[Candidate]:
    """What is in force at `now` or begins within 33 hours, by severity and then onset.

    Args:
        alerts: rows of the Comune's zones, `verde` ones included, of any number of bulletins; all stored.
        announced: what citizens were told already. It is taken out of what holds, never out of what was
            stated: an older statement must not come back to life. Other hours at the same level are news. A
            higher level that was told and still holds is repeated beside what is new on its day.
        elsewhere: days whose alerts an urgent bulletin announces.
    """
    days: dict[date, list[Span]] = defaultdict(list)
    repeated: dict[date, list[Span]] = defaultdict(list)
    for span in settle(standing(alerts, now), now):
        if span.row.day in elsewhere or span.onset > now + HORIZON:
            continue
        (repeated if is_told(span.row, announced, now) else days)[span.row.day].append(span)
    worst_first = sorted(days.values(), key=lambda spans: (-_worst(spans).rank, min(s.onset for s in spans)))
    return [_candidate(spans, repeated[spans[0].row.day]) for spans in worst_first]


def is_told(row: WeatherAlert, announced: Collection[Announcement], now: datetime) -> bool:
    """Whether its level was told for its zone, and for the hours that it still has.

    A day told as a whole tells its hours; hours tell a whole day where they reach all that is left of it.
    Hours that are over by `now` make no difference.
    """
    hours = [of for *about, of in announced if about == [row.zone, row.day, row.hazard, row.level]]
    ahead = [_ahead(*of, now) for of in hours if of is not None]
    begin, end = _ahead(row.onset, row.expires, now)
    if None in hours:
        return True
    if row.hourly:
        return (begin, end) in ahead
    return any(first <= begin and end - last < SCRAP for first, last in ahead)


def _ahead(begin: datetime, end: datetime, now: datetime) -> tuple[datetime, datetime]:
    """In UTC: no time of the hour that comes twice in October equals one of another zone (PEP 495)."""
    return max(begin.astimezone(UTC), now.astimezone(UTC)), end.astimezone(UTC)


def remarks(alerts: Sequence[WeatherAlert], notices: Sequence[WeatherNotice], now: datetime) -> list[str]:
    """What an editor should know beside the draft: issuers that disagree, and what is no allerta."""
    return [
        *disagreements(standing(alerts, now), now),
        *(
            f"Avviso meteo {notice.colour} per {_NOTICES[notice.kind]}, tutta la regione, "
            f"{intervallo(notice.onset, notice.expires)}. Non è un'allerta di protezione civile e non entra "
            f"da solo nel bollettino. Fonte: {notice.issuer or 'servizio meteo'}, EUMETNET - MeteoAlarm."
            for notice in notices
        ),
    ]


_NOTICES = {"vento": "vento", "neve": "neve o ghiaccio", "caldo": "caldo", "freddo": "freddo"}


def _worst(spans: Sequence[Span]) -> Level:
    return max((span.row.level for span in spans), key=lambda level: level.rank)


def _candidate(spans: Sequence[Span], repeated: Sequence[Span]) -> Candidate:
    """One item for one day; its text is whole, sources included.

    Beside a lower level, a higher one that was told before is said again: else it would seem lowered.
    """
    higher = [span for span in repeated if span.rank > _worst(spans).rank]
    again = [f"Vale ancora, già annunciata: {line}" for line in _announcements(higher)]
    lead = max(spans, key=lambda span: (span.rank, span.expires, -span.row.id))
    rows = {span.row.id: span.row for span in [lead, *sorted(spans, key=lambda span: span.row.id)]}
    newest = max(rows.values(), key=lambda row: row.sent_at)
    return Candidate(
        news_item_id=None,
        weather_alert_ids=tuple(rows),
        title=f"Allerta meteo {_worst(spans)}, {giorno(newest.day)}",
        category=ALERT_CATEGORY,
        url=newest.url,
        abstract=" ".join([*_announcements(spans), *again, _sources(list(rows.values()))]),
        body="",
        published=newest.sent_at,
        first_seen=min(row.seen_at for row in rows.values()),
    )


def _sources(rows: Sequence[WeatherAlert]) -> str:
    """`Fonte: X, bollettino di martedì 24 novembre, ore 14:40.`"""
    named = named_sources(rows)
    return f"{'Fonte' if len(named) == 1 else 'Fonti'}: {'; '.join(named)}."


def named_sources(rows: Sequence[WeatherAlert]) -> list[str]:
    """Each issuer with the time of its newest statement; without a time of issue, that of reading."""
    last: dict[str, WeatherAlert] = {}
    for row in rows:
        if row.issuer not in last or row.sent_at > last[row.issuer].sent_at:
            last[row.issuer] = row
    return [
        f"{issuer}, {'bollettino di' if row.identifier else 'letto'} {giorno_ora(row.sent_at)}"
        for issuer, row in sorted(last.items())
    ]


def _announcements(spans: Sequence[Span]) -> list[str]:
    """One sentence for all zones and hazards that share their hours."""
    by_zone: dict[tuple[datetime, datetime, str], set[tuple[int, Level, Hazard]]] = defaultdict(set)
    for span in spans:
        row = span.row
        by_zone[span.onset, span.expires, row.zone].add((-span.rank, row.level, row.hazard))
    zones: dict[tuple[datetime, datetime, tuple[tuple[int, Level, Hazard], ...]], list[str]] = defaultdict(
        list
    )
    for (onset, expires, zone), hazards in by_zone.items():
        zones[onset, expires, tuple(sorted(hazards))].append(zone)
    ordered = sorted(zones.items(), key=lambda entry: (entry[0][2][0][0], entry[0][0]))
    return [
        f"Allerta {risks([(level, hazard) for _, level, hazard in hazards])}, "
        f"{intervallo(onset, expires)} ({'zona' if len(names) == 1 else 'zone'} {listed(sorted(names))})."
        for (onset, expires, hazards), names in ordered
    ]


def risks(announced: Sequence[Risk]) -> str:
    """`ARANCIONE (livello 3 su 4) per temporali forti; GIALLA (livello 2 su 4) per rischio idraulico`."""
    by_level: dict[Level, list[str]] = defaultdict(list)
    for level, hazard in announced:
        by_level[level].append(NAMES[hazard])
    return "; ".join(
        f"{level.upper()} (livello {level.rank + 1} su {len(Level)}) per {listed(hazards)}"
        for level, hazards in by_level.items()
    )


def listed(words: Sequence[str]) -> str:
    """`a, b e c`."""
    return " e ".join([*([", ".join(words[:-1])] if words[:-1] else []), words[-1]])
