"""Which of the kinds of bulletin a content is, told by itself, and what it says of one zone."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from scrapers.alerts import IssuedBulletin, name_of, read_xml, require_fresh
from scrapers.alerts.allertalom import QUERIES, parse_allertalom
from scrapers.alerts.cap12 import Place, parse_cap
from scrapers.alerts.dpc import open_archive
from scrapers.alerts.meteoalarm import open_meteoalarm
from scrapers.errors import ParseError

KINDS = (
    "an archive zip of Protezione Civile, an XML of AllertaLOM, a CAP 1.2 document or a JSON of MeteoAlarm"
)


def parse_any(
    content: bytes, source: str, zone: str | None, now: datetime, *, hazard: str | None = None
) -> IssuedBulletin:
    """The bulletin for a zone: a zona di allerta, for CAP also an ISTAT code, EMMA_ID or area's name.

    MeteoAlarm speaks of regions: `zone` is an EMMA_ID there, None for all. AllertaLOM's XML does not say its
    hazard: it is taken from the query in `source`, else `hazard`, else left empty with a warning. Raises
    ParseError and StaleError, judged at `now`.
    """
    head = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(b"PK"):
        bulletin = open_archive(content, source).bulletin(_needed(source, zone))
        require_fresh(source, bulletin.sent, now)
        return bulletin
    if head.startswith((b"{", b"[")):
        return _meteoalarm(content, source, zone, now)
    if not head.startswith(b"<"):
        raise ParseError(source, f"neither {KINDS}; the alerts are unavailable")
    root = name_of(read_xml(content, source))
    if root == "List":
        return _allertalom(content, source, _needed(source, zone), now, hazard)
    if root == "alert":
        code = _needed(source, zone)
        return parse_cap(content, source, Place((code,), code, code, (code,)), now, must_concern=True)
    raise ParseError(source, f"an XML of <{root}>, not {KINDS}; the alerts are unavailable")


def _needed(source: str, zone: str | None) -> str:
    if zone is None:
        raise ParseError(source, "says something of several zones: name one with --zone, like Lomb-09")
    return zone


def _meteoalarm(content: bytes, source: str, zone: str | None, now: datetime) -> IssuedBulletin:
    warned = open_meteoalarm(content, source)
    regions = warned.areas if zone is None else [zone]
    if not regions:
        raise ParseError(source, "a JSON of MeteoAlarm without any area; the notices are unavailable")
    bulletins = [warned.bulletin(area, now) for area in regions]
    return IssuedBulletin(
        "",
        max(bulletin.sent for bulletin in bulletins),
        (),
        tuple(line for bulletin in bulletins for line in bulletin.warnings),
        tuple(notice for bulletin in bulletins for notice in bulletin.notices),
        left_out=tuple(line for bulletin in bulletins for line in bulletin.left_out),
    )


def _allertalom(content: bytes, source: str, zone: str, now: datetime, hazard: str | None) -> IssuedBulletin:
    try:
        asked = parse_qs(urlsplit(source).query).get("cdTipologiaGis", [""])[0]
    except ValueError:  # a file's name that is no address
        asked = ""
    query_hazard = next((name for name, query in QUERIES.items() if str(query) == asked), hazard)
    bulletin = parse_allertalom(content, source, zone, query_hazard or "", now)
    if query_hazard:
        return bulletin
    unsaid = "l'XML di AllertaLOM non dice il rischio: indicalo con --hazard"
    return replace(bulletin, warnings=(*bulletin.warnings, unsaid))
