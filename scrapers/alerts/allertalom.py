"""AllertaLOM, Regione Lombardia's hourly levels for a Comune: one XML a hazard, asked for by ISTAT code.

`lista-zone?cdTipologiaGis=<n>&cdIstatComune=<istat>` answers `<List><item>` with nomeZonaOmogenea,
codiceZonaOmogenea, dtPrevisione (milliseconds, the beginning of an hour), cdLivello and livello. The format
is known from its public clients only, and the XML holds neither an identifier nor a time of issue: `sent`
is the moment of our reading, and says no more than that. `-1`, "Nessuna Previsione", is not green: such an
hour is not stated. Whatever is not understood is an error.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from scrapers.alerts import Alert, IssuedBulletin, by_day, highest, name_of, read_xml
from scrapers.dates import ROME
from scrapers.errors import ParseError, StaleError

ISSUER = "Regione Lombardia, AllertaLOM"
QUERIES = {"temporali": 7, "idrogeologico": 9, "idraulico": 10, "vento": 8, "neve": 2}
"""Our word for a hazard to the `cdTipologiaGis` of its query."""

_LEVELS = {
    ("0", "codice verde"): "verde",
    ("1", "codice giallo"): "gialla",
    ("2", "codice arancione"): "arancione",
    ("3", "codice rosso"): "rossa",
    ("-1", "nessuna previsione"): None,
}
_HOUR = timedelta(hours=1)
_FURTHEST = timedelta(days=7)  # a forecast reaches the end of tomorrow
_FIELDS = ("codiceZonaOmogenea", "dtPrevisione", "cdLivello", "livello")

Hours = dict[datetime, str]  # beginning of an hour (UTC) to its level


def parse_allertalom(content: bytes, source: str, zone: str, hazard: str, now: datetime) -> IssuedBulletin:
    """The hours from `now` on that have a forecast, adjoining ones of one level and day as one alert.

    `zone` is the national code that the alerts are for: an answer for `IM-13` says nothing of Lomb-09. The
    zones of snow are cut otherwise (NV-11): there the query's ISTAT code is the only tie, and where several
    zones answer the highest level counts. `zone` may also be a code of the answer itself. Raises ParseError,
    and StaleError when every hour with a forecast is over.
    """
    root = read_xml(content, source)
    if name_of(root) != "List":
        raise ParseError(
            source, f"<{name_of(root)}> where AllertaLOM's <List> should be; the alerts are unavailable"
        )
    items = root.findall("item")
    if not items:
        raise ParseError(source, "AllertaLOM's list is empty; the alerts are unavailable, which is not green")
    zones: dict[str, Hours] = {}
    for position, item in enumerate(items, start=1):
        code, hour, level = _item(item, f"{source}, item {position}", now)
        hours = zones.setdefault(code, {})
        if level is not None:
            hours[hour] = highest(level, hours.get(hour, level))
    codes = _codes(source, zone, set(zones))
    stated = {code: zones[code] for code in codes}
    _require_current(source, stated, now)
    merged: Hours = {}
    for hours in stated.values():
        for hour, level in hours.items():
            merged[hour] = highest(level, merged.get(hour, level))
    alerts = tuple(_alerts(merged, source, zone, hazard, ", ".join(codes), now))
    return IssuedBulletin("", now, alerts)


def _item(item: Any, where: str, now: datetime) -> tuple[str, datetime, str | None]:
    field = {name: (item.findtext(name) or "").strip() for name in _FIELDS}
    absent = next((name for name in _FIELDS if not field[name]), None)
    if absent:
        raise ParseError(where, f"{absent} is missing; the alerts are unavailable")
    key = (field["cdLivello"], " ".join(field["livello"].casefold().split()))
    if key not in _LEVELS:
        raise ParseError(
            where,
            f"cdLivello {field['cdLivello']!r} and livello {field['livello']!r} are no level that is known; "
            "the alerts are unavailable",
        )
    return field["codiceZonaOmogenea"], _hour(field["dtPrevisione"], where, now), _LEVELS[key]


def _hour(milliseconds: str, where: str, now: datetime) -> datetime:
    if not (milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 15):
        raise ParseError(where, f"dtPrevisione is no time: {milliseconds!r}; the alerts are unavailable")
    since = int(milliseconds)
    if since % 3_600_000:
        raise ParseError(
            where, f"dtPrevisione {milliseconds} is not a whole hour; the alerts are unavailable"
        )
    hour = datetime.fromtimestamp(since / 1000, UTC)
    if hour > now + _FURTHEST:
        raise ParseError(where, f"dtPrevisione is far ahead, {hour.isoformat()}; the alerts are unavailable")
    return hour


def _codes(source: str, zone: str, answered: set[str]) -> list[str]:
    """The issuer's codes that speak for the zone: its own, the one of the same number, or of another cut."""
    if zone in answered:
        return [zone]
    cut = {code for code in answered if code.startswith("IM-")}
    last_part = zone.rpartition("-")[2]
    codes = {code for code in cut if code.rpartition("-")[2] == last_part} if cut else answered
    if not codes or not zone.startswith("Lomb-"):
        raise ParseError(
            source,
            f"no zone {zone!r} in the answer, which is for {', '.join(sorted(answered))}; check the alert "
            "zones and the ISTAT code in the profile",
        )
    return sorted(codes)


def _require_current(source: str, zones: dict[str, Hours], now: datetime) -> None:
    """Each zone must have a forecast that is not over: the quiet of one says nothing of another."""
    for code, hours in sorted(zones.items()):
        if not hours:
            raise ParseError(source, f"no forecast for any hour of {code}; the alerts are unavailable")
        last = max(hours) + _HOUR
        if last <= now:
            raise StaleError(
                source, f"stale: the forecast of {code} ends at {last.astimezone(ROME).isoformat()}"
            )


def _alerts(hours: Hours, source: str, zone: str, hazard: str, code: str, now: datetime) -> list[Alert]:
    spans: list[tuple[datetime, datetime, str]] = []
    for hour, level in sorted(hours.items()):
        if hour + _HOUR <= now:
            continue
        if spans and spans[-1][1:] == (hour, level):
            spans[-1] = (spans[-1][0], hour + _HOUR, level)
        else:
            spans.append((hour, hour + _HOUR, level))
    return [
        Alert(
            source="allertalom",
            identifier="",
            issuer=ISSUER,
            url=source,
            zone=zone,
            hazard=hazard,
            level=level,
            day=day,
            onset=onset,
            expires=expires,
            sent=now,
            issuer_zone=code,
            hourly=True,
        )
        for begin, end, level in spans
        for day, onset, expires in by_day(begin, end)
    ]
