"""MeteoAlarm's JSON of Italy: the Air Force's weather warnings, one region at a time.

`{"warnings": [{"alert": {identifier, sent, status, msgType, references, info: [...]}}]}`, with an info a
language, areas by EMMA_ID (IT003 is Lombardia) and the parameters of `scrapers.alerts.cap_words`. Most of it
is green and much has expired. Licence: CC BY 4.0, to be shown with `ATTRIBUTION`.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapers.alerts import IssuedBulletin, IssuedNotice, cap_words, require_fresh
from scrapers.alerts.cap_words import moment, references
from scrapers.errors import ParseError

ATTRIBUTION = "EUMETNET - MeteoAlarm"
KINDS = {"vento": "vento", "neve": "neve e ghiaccio", "caldo": "caldo", "freddo": "freddo"}


@dataclass(frozen=True)
class Warned:
    """Italy's entries, each with the EMMA_IDs that it speaks of: once for all regions that are asked for."""

    source: str
    entries: tuple[tuple[Mapping[str, Any], frozenset[str]], ...]

    @property
    def areas(self) -> list[str]:
        """The EMMA_IDs that the JSON speaks of."""
        return sorted({area for _, areas in self.entries for area in areas})

    def bulletin(self, area: str, now: datetime) -> IssuedBulletin:
        """What is above green and not over in a region, as `notices`; never an alert.

        Warnings tell which entries could not be read, one bad entry costs no other; `left_out` counts what is
        green, over, or left to Protezione Civile. Raises ParseError where no entry is of the region, and when
        none of them could be read; StaleError when the region's newest entry is older than yesterday.
        """
        return _bulletin(self, area, now)


def open_meteoalarm(content: bytes, source: str) -> Warned:
    """Raises ParseError for what is not this JSON."""
    return Warned(source, tuple((entry, _areas(entry)) for entry in _entries(content, source)))


def _bulletin(warned: Warned, area: str, now: datetime) -> IssuedBulletin:
    source = warned.source
    entries = [entry for entry, areas in warned.entries if area in areas]
    if not entries:
        raise ParseError(
            source, f"no entry of {area}; check the area in the profile. That is not the same as no notice"
        )
    notices: list[IssuedNotice] = []
    replaced: list[tuple[str, datetime]] = []
    problems: list[str] = []
    left_out: Counter[str] = Counter()
    issued: list[datetime] = []
    for entry in entries:
        identifier = str(entry.get("identifier") or "senza identificativo")
        try:
            sent = moment("sent", entry.get("sent"))
            entry_notices = _read(entry, source, area, sent, now, left_out)
            replaced += references(entry.get("references") or "")
        except ValueError as exc:
            problems.append(f"MeteoAlarm, {identifier}: {exc}; l'avviso non è stato letto")
            continue
        issued.append(sent)
        notices += entry_notices
    nowhere = [
        entry for entry, areas in warned.entries if not areas and entry.get("msgType") in ("Alert", "Update")
    ]
    problems += [
        f"MeteoAlarm, {entry.get('identifier')}: non dice in quale zona; l'avviso non è stato letto"
        for entry in nowhere
    ]
    if not issued:
        raise ParseError(source, f"none of the {len(entries)} entries of {area} can be read ({problems[0]})")
    for entry, _ in warned.entries:
        if entry.get("msgType") == "Cancel" and not entry.get("info"):  # names no area, only what it ends
            try:
                replaced += references(entry.get("references"))
            except ValueError as exc:
                problems.append(
                    f"MeteoAlarm, {entry.get('identifier')}: {exc}; l'annullamento non è stato letto"
                )
    newest = max(issued)
    require_fresh(source, newest, now)
    summary = tuple(f"MeteoAlarm, {area}: {count} {reason}" for reason, count in sorted(left_out.items()))
    taken_back = {identifier for identifier, _ in replaced}
    current = tuple(notice for notice in notices if notice.identifier not in taken_back)
    return IssuedBulletin("", newest, (), tuple(problems), current, tuple(replaced), summary)


def _entries(content: bytes, source: str) -> list[Mapping[str, Any]]:
    try:
        read = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise ParseError(source, f"not JSON ({exc}); the notices are unavailable") from exc
    warnings = read.get("warnings") if isinstance(read, dict) else None
    if not isinstance(warnings, list):
        raise ParseError(
            source, "JSON without the list 'warnings' of MeteoAlarm; the notices are unavailable"
        )
    alerts = [warning.get("alert") for warning in warnings if isinstance(warning, dict)]
    if len(alerts) != len(warnings) or not all(isinstance(alert, dict) for alert in alerts):
        raise ParseError(source, "an entry of 'warnings' has no 'alert'; the notices are unavailable")
    return [alert for alert in alerts if isinstance(alert, dict)]


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _areas(entry: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        str(code.get("value"))
        for info in _dicts(entry.get("info"))
        for area in _dicts(info.get("area"))
        for code in _dicts(area.get("geocode"))
        if code.get("valueName") == "EMMA_ID"
    )


def _read(
    entry: Mapping[str, Any], source: str, area: str, sent: datetime, now: datetime, left_out: Counter[str]
) -> list[IssuedNotice]:
    """The entry's notice, if it is one; ValueError with Italian words where it is not understood."""
    if entry.get("status") != "Actual":
        raise ValueError(f"status {entry.get('status')!r}, non Actual")
    if entry.get("scope") != "Public":
        raise ValueError(f"scope {entry.get('scope')!r}, non Public")
    if entry.get("msgType") == "Cancel":
        left_out["annullamenti"] += 1
        return []
    if entry.get("msgType") not in ("Alert", "Update"):
        raise ValueError(f"msgType sconosciuto: {entry.get('msgType')!r}")
    infos = _dicts(entry.get("info"))
    info = next((info for info in infos if str(info.get("language", "")).startswith("it")), infos[0])
    rows = _dicts(info.get("parameter"))
    parameters = {str(row.get("valueName")): str(row.get("value")) for row in rows}
    colour = cap_words.colour(parameters.get("awareness_level", ""))
    kind = cap_words.kind(parameters.get("awareness_type", ""))
    onset, expires = moment("onset", info.get("onset")), moment("expires", info.get("expires"))
    if expires <= onset:
        raise ValueError(f"finisce ({expires.isoformat()}) prima di cominciare")
    if expires <= now:
        left_out["avvisi già scaduti"] += 1
    elif colour == cap_words.GREEN:
        left_out["voci verdi"] += 1
    elif kind is None:
        left_out[f"avvisi lasciati alla Protezione Civile ({parameters['awareness_type']}, {colour})"] += 1
    else:
        identifier = entry.get("identifier")
        if not isinstance(identifier, str) or not identifier:
            raise ValueError("manca l'identificativo")
        issuer, event = str(info.get("senderName") or ""), str(info.get("event") or "")
        return [
            IssuedNotice(
                "meteoalarm", identifier, issuer, source, area, kind, colour, event, onset, expires, sent
            )
        ]
    return []
