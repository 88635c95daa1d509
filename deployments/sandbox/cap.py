"""The CAP 1.2 file of an archive: only zones above green, one info for each day, level and hazard."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from xml.etree import ElementTree

from deployments.sandbox.config import ROME
from deployments.sandbox.zones import ADJECTIVES, HAZARDS, ZoneRow, level_of

_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_SEVERITIES = {"gialla": "Moderate", "arancione": "Severe", "rossa": "Extreme"}
_NOON = time(12)


def cap_document(today: Sequence[ZoneRow], tomorrow: Sequence[ZoneRow], issued: datetime) -> bytes:
    """The alert of a bulletin issued at that (aware) time; with no alert anywhere it has no info at all."""
    issued = issued.astimezone(ROME)
    alert = ElementTree.Element("alert", {"xmlns": _NAMESPACE})
    _texts(
        alert,
        identifier=f"DPC_BULLETIN_{issued:%Y_%m_%d}_{issued:%H%M}",
        sender="2.49.0.0.380.1",
        sent=issued.replace(second=0, microsecond=0).isoformat(),
        # not "Exercise": a rehearsal must take the reader's everyday path; the note says PROVA
        status="Actual",
        msgType="Alert",
        scope="Public",
        note="PROVA. Per la giornata di oggi: nessuna\nPer la giornata di domani: nessuna",
    )
    day = issued.date()
    # a bulletin of the afternoon dates "today" from noon
    noon = datetime.combine(day, _NOON, ROME)
    _infos(alert, today, "OGGI", min(noon, issued.replace(second=0, microsecond=0)))
    _infos(alert, tomorrow, "DOMANI", datetime.combine(day + timedelta(days=1), time.min, ROME))
    ElementTree.indent(alert)
    document: bytes = ElementTree.tostring(alert, encoding="utf-8", xml_declaration=True)
    return document


def _infos(alert: ElementTree.Element, rows: Sequence[ZoneRow], day_name: str, onset: datetime) -> None:
    for level in reversed(ADJECTIVES):
        for hazard in HAZARDS:
            zones = [row for row in rows if level_of(getattr(row, hazard)) == level]
            if zones:
                _info(alert, level, hazard, day_name, onset, zones)


def _info(
    alert: ElementTree.Element,
    level: str,
    hazard: str,
    day_name: str,
    onset: datetime,
    zones: Sequence[ZoneRow],
) -> None:
    info = ElementTree.SubElement(alert, "info")
    adjective, colour = ADJECTIVES[level].upper(), level.upper()
    _texts(
        info,
        category="Met",
        event=f"{adjective} CRITICITA' PER RISCHIO {hazard.upper()} / ALLERTA {colour}:",
        responseType="Prepare",
        urgency="Expected",
        severity=_SEVERITIES[level],
        certainty="Likely",
        onset=onset.isoformat(),
        expires=datetime.combine(onset.date(), time(23, 59, 59), ROME).isoformat(),
        senderName="DIPARTIMENTO DI PROTEZIONE CIVILE",
        description=f"all_{colour} PER {day_name} SU:",
    )
    for zone in zones:
        area = ElementTree.SubElement(info, "area")
        _texts(area, areaDesc=zone.name)
        _texts(ElementTree.SubElement(area, "geocode"), valueName="Zona di Allerta", value=zone.code)


def _texts(parent: ElementTree.Element, **children: str) -> None:
    for name, text in children.items():
        ElementTree.SubElement(parent, name).text = text
