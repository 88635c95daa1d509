"""Alerts of Protezione Civile as items of an ordinary bulletin: one a day and issuer, worst first.

Says only what is announced. That nothing is announced is never said: a missing bulletin is not a green one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from db.models import Hazard, Level, WeatherAlert
from flows.bulletin.candidates import ALERT_CATEGORY, Candidate
from flows.bulletin.dates import giorno, giorno_ora, intervallo

HORIZON = timedelta(hours=33)  # no bulletin reaches further: issued by 15, for the day after

_HAZARDS = {
    Hazard.temporali: "temporali forti",
    Hazard.idraulico: "rischio idraulico",
    Hazard.idrogeologico: "rischio idrogeologico",
}


def alert_candidates(alerts: Sequence[WeatherAlert], now: datetime) -> list[Candidate]:
    """What is in force at `now` or begins within 33 hours, by severity and then onset.

    Of each issuer, zone and day only the newest bulletin counts, green or not: it takes back what an
    older one said of that day. A bulletin that is silent on a day takes nothing back.

    Args:
        alerts: rows of the Comune's zones, `verde` ones included, of any number of bulletins; all stored.
    """
    groups: dict[tuple[date, str], list[WeatherAlert]] = defaultdict(list)
    for alert in _newest(alert for alert in alerts if alert.sent_at <= now):
        if alert.level is not Level.verde and alert.onset <= now + HORIZON and alert.expires > now:
            groups[alert.day, alert.issuer].append(alert)
    worst_first = sorted(groups.values(), key=lambda rows: (-_worst(rows).rank, min(r.onset for r in rows)))
    return [_candidate(rows) for rows in worst_first]


def _newest(alerts: Iterable[WeatherAlert]) -> list[WeatherAlert]:
    rows = list(alerts)
    last: dict[tuple[str, str, date], datetime] = {}
    for row in rows:
        key = (row.issuer, row.zone, row.day)
        last[key] = max(row.sent_at, last.get(key, row.sent_at))
    return [row for row in rows if row.sent_at == last[row.issuer, row.zone, row.day]]


def _worst(rows: Sequence[WeatherAlert]) -> Level:
    return max((row.level for row in rows), key=lambda level: level.rank)


def _candidate(rows: Sequence[WeatherAlert]) -> Candidate:
    """One item for the rows of one day and issuer; its text is whole, source included."""
    newest = max(rows, key=lambda row: row.sent_at)
    source = f"Fonte: {newest.issuer}, bollettino di {giorno_ora(newest.sent_at)}."
    return Candidate(
        news_item_id=None,
        weather_alert_ids=tuple(sorted(row.id for row in rows if row.id is not None)),
        title=f"Allerta meteo {_worst(rows)}, {giorno(newest.day)}",
        category=ALERT_CATEGORY,
        url=newest.url,
        abstract=" ".join([*_announcements(rows), source]),
        body="",
        published=newest.sent_at,
        first_seen=min(row.seen_at for row in rows),
    )


def _announcements(rows: Sequence[WeatherAlert]) -> list[str]:
    """One sentence for all zones and hazards that share their hours."""
    by_zone: dict[tuple[datetime, datetime, str], set[tuple[int, Level, Hazard]]] = defaultdict(set)
    for row in rows:
        by_zone[row.onset, row.expires, row.zone].add((-row.level.rank, row.level, row.hazard))
    zones: dict[tuple[datetime, datetime, tuple[tuple[int, Level, Hazard], ...]], list[str]] = defaultdict(
        list
    )
    for (onset, expires, zone), hazards in by_zone.items():
        zones[onset, expires, tuple(sorted(hazards))].append(zone)
    ordered = sorted(zones.items(), key=lambda entry: (entry[0][2][0][0], entry[0][0]))
    return [
        f"Allerta {_levels([(level, hazard) for _, level, hazard in hazards])}, "
        f"{intervallo(onset, expires)} ({'zona' if len(names) == 1 else 'zone'} {_listed(sorted(names))})."
        for (onset, expires, hazards), names in ordered
    ]


def _levels(announced: Sequence[tuple[Level, Hazard]]) -> str:
    """`ARANCIONE (livello 3 su 4) per temporali forti; GIALLA (livello 2 su 4) per rischio idraulico`."""
    by_level: dict[Level, list[str]] = defaultdict(list)
    for level, hazard in announced:
        by_level[level].append(_HAZARDS[hazard])
    return "; ".join(
        f"{level.upper()} (livello {level.rank + 1} su {len(Level)}) per {_listed(hazards)}"
        for level, hazards in by_level.items()
    )


def _listed(words: Sequence[str]) -> str:
    return " e ".join([*([", ".join(words[:-1])] if words[:-1] else []), words[-1]])
