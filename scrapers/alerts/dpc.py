"""Protezione Civile's bulletin of criticality: today and tomorrow, three hazards for each warning zone.

The archive zip holds the tables `<YYYYMMDD_HHMM>_today.dbf` and `_tomorrow.dbf`, which are the truth, and
`Cap_<YYYYMMDD_HHMM>.xml` as a cross-check. Licence of the data: CC BY 4.0, Dipartimento della Protezione
Civile. Whatever is not understood is an error: silence must never read as green.

An archive that lacks a table is partial: the alerts are unavailable. One that lacks only the CAP is whole:
the tables state every zone, level and day, green ones too, while the CAP lists what is above green and was
once empty for days beside complete tables (pcm-dpc/DPC-Bollettini-Criticita-Idrogeologica-Idraulica issue 8).
To refuse it would hide levels that are known; its levels stand, and a warning tells the editor that nothing
checked them.
"""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scrapers.alerts import HAZARDS, LEVELS, Alert, IssuedBulletin, highest, midnight_after
from scrapers.alerts.cap import CapDocument, CapError, read_cap
from scrapers.alerts.dbf import DbfError, read_dbf
from scrapers.dates import ROME
from scrapers.errors import ParseError

ISSUER = "Dipartimento della Protezione Civile"
COLUMNS = {"idraulico": "Idraulico", "idrogeologico": "Idrogeo", "temporali": "Temporali"}
MEMBER_LIMIT = 5_000_000  # bytes unpacked; a table of 187 zones is 100 kB
# the two that zipfile unpacks piece by piece: bzip2 and LZMA give all that a kilobyte stands for, gigabytes
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# what zipfile raises for a cut or mangled archive, for one with a password or of an unknown method
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)
_TABLE = re.compile(r"(?:.*/)?(\d{8}_\d{4})_(today|tomorrow)\.dbf", re.IGNORECASE)
_LEVEL = re.compile(r"(?:^|/ ?)(?:ALLERTA (GIALLA|ARANCIONE|ROSSA)|NESSUNA ALLERTA)$")

Row = dict[str, str]


@dataclass(frozen=True)
class Archive:
    """An archive that was opened once, whatever zones are then asked for.

    What is wrong with one zone, words that nobody knows or no row at all, is found when that zone is asked
    for: it costs no other.
    """

    source: str
    identifier: str
    sent: datetime
    days: tuple[tuple[date, dict[str, list[Row]]], ...]  # today and tomorrow: zone to its rows
    cap: CapDocument | None
    warnings: tuple[str, ...]

    @property
    def zones(self) -> tuple[str, ...]:
        """Codes, as the table of today has them."""
        return tuple(self.days[0][1])

    def bulletin(self, zone: str) -> IssuedBulletin:
        """The bulletin for one zone: six alerts (three hazards, today and tomorrow), green ones included.

        Raises ParseError where the zone is missing or its levels are not understood; a CAP that disagrees is
        a warning, and the higher level counts.
        """
        return _bulletin(self, zone)


def open_archive(content: bytes, source: str) -> Archive:
    """What the zip holds; `source` is the address for messages and for `Alert.url`.

    Raises ParseError for anything that is not a whole bulletin; a CAP that cannot be read is a warning.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, source)
    except DAMAGED as exc:
        raise ParseError(source, f"not a whole zip archive ({exc})") from exc


def _read(archive: zipfile.ZipFile, source: str) -> Archive:
    tables: dict[str, tuple[str, zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        match = _TABLE.fullmatch(member.filename)
        if match and match[2].lower() in tables:
            raise ParseError(source, f"two tables for {match[2].lower()} in one archive")
        if match:
            tables[match[2].lower()] = (match[1], member)
    for when in ("today", "tomorrow"):
        if when not in tables:
            raise ParseError(source, f"no DBF table for {when} in the archive; the alerts are unavailable")
    identifier = tables["today"][0]
    if tables["tomorrow"][0] != identifier:
        raise ParseError(source, "the tables for today and tomorrow belong to different bulletins")
    sent = _sent(source, identifier)
    zones = [_zones(source, archive, tables[when][1]) for when in ("today", "tomorrow")]
    cap, warnings = _cap(source, archive, identifier)
    issued = sent.date()
    days = ((issued, zones[0]), (issued + timedelta(days=1), zones[1]))
    return Archive(source, identifier, sent, days, cap, warnings)


def _sent(source: str, identifier: str) -> datetime:
    try:
        return datetime.strptime(identifier, "%Y%m%d_%H%M").replace(tzinfo=ROME)
    except ValueError as exc:
        raise ParseError(source, f"the bulletin's name holds no time: {identifier}") from exc


def _zones(source: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> dict[str, list[Row]]:
    try:
        rows = read_dbf(_unpack(source, archive, member))
    except DbfError as exc:
        raise ParseError(source, f"{member.filename} is damaged ({exc})") from exc
    missing = [name for name in ("Zona_all", *COLUMNS.values()) if rows and name not in rows[0]]
    if missing:
        raise ParseError(source, f"{member.filename} has no column {missing[0]}; its format has changed")
    zones: dict[str, list[Row]] = {}
    for row in rows:
        zones.setdefault(row["Zona_all"], []).append(row)
    zones.pop("", None)
    if not zones:
        raise ParseError(source, f"{member.filename} has no zones")
    return zones


def _unpack(source: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.compress_type not in METHODS:
        raise ParseError(
            source,
            f"{member.filename} is packed by method {member.compress_type}; only stored (0) and deflated (8) "
            "are unpacked",
        )
    with archive.open(member) as stream:
        content = stream.read(MEMBER_LIMIT + 1)
    if len(content) > MEMBER_LIMIT:
        raise ParseError(source, f"{member.filename} unpacks to more than {MEMBER_LIMIT:,} bytes")
    return content


def _cap(
    source: str, archive: zipfile.ZipFile, identifier: str
) -> tuple[CapDocument | None, tuple[str, ...]]:
    name = f"cap_{identifier}.xml"
    members = [member for member in archive.infolist() if member.filename.lower().rsplit("/", 1)[-1] == name]
    if not members:
        return None, (f"nell'archivio manca il CAP del bollettino {identifier}: nessun controllo incrociato",)
    try:
        cap = read_cap(_unpack(source, archive, members[0]))
    except CapError as exc:
        return None, (
            f"il CAP del bollettino {identifier} non è leggibile ({exc}): nessun controllo incrociato",
        )
    if cap.status != "Actual":
        raise ParseError(source, f"the bulletin {identifier} is marked {cap.status!r}, not as an actual one")
    return cap, ()


def _bulletin(archive: Archive, zone: str) -> IssuedBulletin:
    alerts: list[Alert] = []
    warnings = list(archive.warnings)
    for day, zones in archive.days:
        if zone not in zones:
            raise ParseError(
                archive.source,
                f"no zone {zone!r} among the {len(zones)} of {day}; check the alert zone in the profile",
            )
        for hazard in HAZARDS:
            level = highest(*(_level(archive.source, zone, row[COLUMNS[hazard]]) for row in zones[zone]))
            alerts.append(_alert(archive, zone, hazard, day, level, warnings))
    return IssuedBulletin(archive.identifier, archive.sent, tuple(alerts), tuple(warnings))


def _level(source: str, zone: str, text: str) -> str:
    match = _LEVEL.search(text)
    if match is None:
        raise ParseError(
            source, f"zone {zone}: unknown words for a level, {text!r}; the alert is unavailable"
        )
    return match[1].lower() if match[1] else LEVELS[0]


def _alert(archive: Archive, zone: str, hazard: str, day: date, level: str, warnings: list[str]) -> Alert:
    midnight = datetime.combine(day, time(), ROME)
    onset = archive.sent if day == archive.sent.date() else midnight
    if archive.cap is not None:
        listed, since = archive.cap.listed.get((zone, hazard, day), (LEVELS[0], onset))
        if listed != level:
            level_taken = highest(listed, level)
            warnings.append(
                f"{zone}, {day.isoformat()}, rischio {hazard}: la tabella dice {level}, il CAP {listed}; "
                f"vale {level_taken}"
            )
            level = level_taken
        onset = since
    return Alert(
        source="dpc",
        identifier=archive.identifier,
        issuer=ISSUER,
        url=archive.source,
        zone=zone,
        hazard=hazard,
        level=level,
        day=day,
        onset=onset,
        expires=midnight_after(day),
        sent=archive.sent,
    )
