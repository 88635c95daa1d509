"""The CAP 1.2 document beside a bulletin's table: a cross-check, never the proof that all is quiet.

For days in February 2024 the CAP carried no <info> while the table was complete
(github.com/pcm-dpc/DPC-Bollettini-Criticita-Idrogeologica-Idraulica issue 8).
A CAP that stands alone at an address is read by `scrapers.alerts.cap12`.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scrapers.alerts import highest, read_xml
from scrapers.dates import ROME
from scrapers.errors import ParseError

NAMESPACE = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
_EVENT = re.compile(
    r"RISCHIO (IDRAULICO|IDROGEOLOGICO|TEMPORALI) / ALLERTA (GIALLA|ARANCIONE|ROSSA)\s*:?\s*$"
)
Key = tuple[str, str, date]  # zone, hazard, day in Italy


class CapError(ValueError):
    """Not a CAP document that can be compared; the message is Italian: an editor reads it."""


@dataclass(frozen=True)
class CapDocument:
    """The status and what the document lists: the level and the onset for zone, hazard and day."""

    status: str  # "Actual", or "Exercise", "Test"...
    listed: dict[Key, tuple[str, datetime]]


def read_cap(content: bytes) -> CapDocument:
    """Read the bulletin's CAP. Raises CapError, also for a DOCTYPE (entity bombs, outside entities)."""
    try:
        root = read_xml(content, "CAP")
    except ParseError as exc:
        raise CapError(f"XML non valido: {exc.message.partition(';')[0]}") from exc
    if root.tag != f"{{{NAMESPACE['cap']}}}alert":
        raise CapError(f"la radice è {root.tag}, non un avviso CAP 1.2")
    listed: dict[Key, tuple[str, datetime]] = {}
    for info in root.findall("cap:info", NAMESPACE):
        _collect(info, listed)
    return CapDocument(text(root, "cap:status"), listed)


def _collect(info: Any, listed: dict[Key, tuple[str, datetime]]) -> None:
    event = _EVENT.search(text(info, "cap:event"))
    if event is None:
        raise CapError(f"evento sconosciuto: {text(info, 'cap:event')!r}")
    hazard, level = event[1].lower(), event[2].lower()
    onset = _moment(text(info, "cap:onset"))
    for geocode in info.findall("cap:area/cap:geocode", NAMESPACE):
        if text(geocode, "cap:valueName") != "Zona di Allerta":
            continue
        key = (text(geocode, "cap:value"), hazard, onset.astimezone(ROME).date())
        highest_so_far, since = listed.get(key, (level, onset))
        listed[key] = (highest(level, highest_so_far), min(onset, since))


def text(element: Any, path: str) -> str:
    return (element.findtext(path, default="", namespaces=NAMESPACE) or "").strip()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise CapError(f"orario di inizio non valido: {text!r}") from exc
    if moment.tzinfo is None:
        raise CapError(f"orario di inizio senza fuso: {text!r}")
    return moment
