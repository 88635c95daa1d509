"""Weather alerts in the words of the Italian warning system, whoever published them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from scrapers.bounds import require_attributes
from scrapers.dates import ROME
from scrapers.errors import ParseError, StaleError

HAZARDS = ("idraulico", "idrogeologico", "temporali")  # of Protezione Civile's bulletin
REGIONAL = ("vento", "neve")  # besides those, where a region or a CAP speaks of them
LEVELS = ("verde", "gialla", "arancione", "rossa")  # from the lowest


@dataclass(frozen=True)
class Alert:
    """The level of one hazard in one zone on one day; green ones too, because they are news after a red."""

    source: str  # "dpc", "allertalom", "cap"
    identifier: str  # of the bulletin at its issuer; "" where it gives none, and `sent` is our reading's time
    issuer: str
    url: str  # where the bulletin was read
    zone: str  # "Lomb-09"
    hazard: str  # one of HAZARDS or REGIONAL
    level: str  # one of LEVELS
    day: date  # in Italy
    onset: datetime  # aware, like the others
    expires: datetime
    sent: datetime
    issuer_zone: str = ""  # the issuer's own code where it is another: "IM-09"
    hourly: bool = False  # it speaks of these hours only; else of the whole day


@dataclass(frozen=True)
class IssuedNotice:
    """An *avviso meteo* of a weather service for a whole region: for the editors' eyes, never an allerta."""

    source: str  # "meteoalarm", or "cap" for a document in MeteoAlarm's words
    identifier: str
    issuer: str
    url: str
    area: str  # "IT003"
    kind: str  # vento, neve, caldo, freddo
    colour: str  # giallo, arancione, rosso
    event: str  # the issuer's words
    onset: datetime
    expires: datetime
    sent: datetime


@dataclass(frozen=True)
class IssuedBulletin:
    """One issue of a bulletin, for the zones asked for. `warnings` are Italian, for the editor.

    `left_out` counts what was read and rightly not taken, green or over: for who looks closer.
    """

    identifier: str
    sent: datetime
    alerts: tuple[Alert, ...]
    warnings: tuple[str, ...] = ()
    notices: tuple[IssuedNotice, ...] = ()
    replaces: tuple[tuple[str, datetime], ...] = ()  # identifier and time of issue of what is taken back
    left_out: tuple[str, ...] = ()


def highest(*levels: str) -> str:
    return max(levels, key=LEVELS.index)


def midnight_after(day: date) -> datetime:
    """When a day ends in Italy."""
    return datetime.combine(day + timedelta(days=1), time(), ROME)


def by_day(onset: datetime, expires: datetime) -> Iterator[tuple[date, datetime, datetime]]:
    """A span cut at Italy's midnights: day, beginning and end of each part. Instants, so DST does no harm."""
    while onset < expires:
        day = onset.astimezone(ROME).date()
        end = min(expires, midnight_after(day), key=datetime.timestamp)
        yield day, onset.astimezone(ROME), end.astimezone(ROME)
        onset = end


def require_fresh(source: str, sent: datetime, now: datetime) -> None:
    """Raise StaleError when a bulletin is older than the day before `now`: it says nothing about today.

    Yesterday's still holds, as its "tomorrow" is today and the next comes only in the afternoon.
    """
    issued, today = sent.astimezone(ROME).date(), now.astimezone(ROME).date()
    if issued < today - timedelta(days=1):
        raise StaleError(
            source, f"stale: issued on {issued.isoformat()}, it says nothing about {today.isoformat()}"
        )
    if issued > today + timedelta(days=1):
        raise StaleError(
            source,
            f"issued on {issued.isoformat()}, after {today.isoformat()}; check the clock of this machine",
        )


def read_xml(content: bytes, source: str) -> Any:
    """The root of XML from outside, of which nothing is followed that it points to.

    Raises ParseError, also for a DOCTYPE (entity bombs, outside entities).
    """
    require_attributes(content, source)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        reason = " ".join(str(getattr(exc, "msg", None) or exc).split())
        raise ParseError(source, f"not well-formed XML ({reason}); the alerts are unavailable") from exc
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise ParseError(source, "the XML holds a DOCTYPE, which no alert needs; the alerts are unavailable")
    return root


def name_of(root: Any) -> str:
    """The name of an element of XML without its namespace; "" for a comment or an instruction."""
    return etree.QName(root).localname if isinstance(root.tag, str) else ""
