import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.alerts import HAZARDS, Alert, IssuedBulletin, require_fresh
from scrapers.alerts.dbf import DbfError, read_dbf
from scrapers.alerts.dpc import open_archive
from scrapers.errors import ParseError, StaleError
from tests.world.shared import SHARED, needs_shared

GREEN = "Assenza di fenomeni significativi prevedibili / NESSUNA ALLERTA"
YELLOW, ORANGE = "Ordinaria / ALLERTA GIALLA", "Moderata / ALLERTA ARANCIONE"
RED = "Elevata / ALLERTA ROSSA"
COLUMNS = ("Zona_all", "Nome_zona", "Criticita", "Idrogeo", "Temporali", "Idraulico")
TODAY, TOMORROW = "20261124_1511_today.dbf", "20261124_1511_tomorrow.dbf"
CAP = "Cap_20261124_1511.xml"


def dbf(rows: list[tuple[str, ...]], width: int = 80) -> bytes:
    """A dBase III table as the bulletin has it, without a final 0x1A, as one of the real ones."""
    fields = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes([width]) + bytes(15) for name in COLUMNS
    )
    size = 1 + width * len(COLUMNS)
    head = struct.pack("<BBBBIHH20x", 3, 126, 11, 24, len(rows), 33 + len(fields), size)
    body = b"".join(b" " + b"".join(cell.encode("latin-1").ljust(width) for cell in row) for row in rows)
    return head + fields + b"\r" + body


def rows(idrogeo: str = GREEN, temporali: str = GREEN, idraulico: str = GREEN) -> list[tuple[str, ...]]:
    return [
        ("Lomb-08", "Alta pianura", GREEN, GREEN, GREEN, GREEN),
        ("Lomb-09", "Nodo Idraulico di Milano", GREEN, idrogeo, temporali, idraulico),
    ]


def cap(*infos: tuple[str, str, str], status: str = "Actual", prolog: str = "") -> bytes:
    """A CAP document; each info is (event, onset, zone)."""
    parts = "".join(
        f"<info><event>{event}</event><onset>{onset}</onset><area><geocode>"
        f"<valueName>Zona di Allerta</valueName><value>{zone}</value></geocode></area></info>"
        for event, onset, zone in infos
    )
    root = 'alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"'
    return f"{prolog}<{root}><status>{status}</status>{parts}</alert>".encode()


def archive(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def bulletin(members: Mapping[str, bytes], zone: str = "Lomb-09") -> IssuedBulletin:
    return open_archive(archive(members), "https://dpc.example/latest_all.zip").bulletin(zone)


QUIET = {TODAY: dbf(rows()), TOMORROW: dbf(rows()), CAP: cap()}


def level(read: IssuedBulletin, hazard: str, day: date) -> str:
    (found,) = (alert.level for alert in read.alerts if (alert.hazard, alert.day) == (hazard, day))
    return found


def test_three_hazards_on_two_days_with_their_times() -> None:
    storm = cap(
        (
            "MODERATA CRITICITA' PER RISCHIO TEMPORALI / ALLERTA ARANCIONE:",
            "2026-11-24T18:00:00+01:00",
            "Lomb-09",
        )
    )
    read = bulletin({**QUIET, TODAY: dbf(rows(temporali=ORANGE), width=90), CAP: storm})
    assert (read.identifier, read.warnings) == ("20261124_1511", ())
    assert read.sent == datetime(2026, 11, 24, 14, 11, tzinfo=UTC)
    assert [(alert.day.day, alert.hazard) for alert in read.alerts] == [
        (day, hazard) for day in (24, 25) for hazard in HAZARDS
    ]
    by = {(alert.day.day, alert.hazard): alert for alert in read.alerts}
    today, tomorrow, quiet = by[24, "temporali"], by[25, "temporali"], by[24, "idraulico"]
    assert today == Alert(
        source="dpc",
        identifier="20261124_1511",
        issuer="Dipartimento della Protezione Civile",
        url="https://dpc.example/latest_all.zip",
        zone="Lomb-09",
        hazard="temporali",
        level="arancione",
        day=date(2026, 11, 24),
        onset=datetime(2026, 11, 24, 17, tzinfo=UTC),
        expires=datetime(2026, 11, 24, 23, tzinfo=UTC),
        sent=read.sent,
    )
    assert quiet.onset == read.sent
    assert (tomorrow.level, tomorrow.onset) == ("verde", datetime(2026, 11, 24, 23, tzinfo=UTC))
    assert tomorrow.expires == datetime(2026, 11, 25, 23, tzinfo=UTC)


def test_the_higher_level_counts_where_table_and_cap_disagree() -> None:
    flood = (
        "ELEVATA CRITICITA' PER RISCHIO IDRAULICO / ALLERTA ROSSA:",
        "2026-11-25T00:00:00+01:00",
        "Lomb-09",
    )
    read = bulletin({**QUIET, TOMORROW: dbf(rows(idrogeo=YELLOW, idraulico=ORANGE)), CAP: cap(flood)})
    assert level(read, "idraulico", date(2026, 11, 25)) == "rossa"
    assert level(read, "idrogeologico", date(2026, 11, 25)) == "gialla"  # a CAP that is silent proves nothing
    assert len(read.warnings) == 2
    assert "rischio idraulico: la tabella dice arancione, il CAP rossa; vale rossa" in read.warnings[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "manca il CAP"),
        (b"<alert", "XML non valido"),
        (cap(("PIOGGIA / ALLERTA VIOLA", "2026-11-24T00:00:00+01:00", "Lomb-09")), "evento sconosciuto"),
        (cap(prolog='<!DOCTYPE alert [<!ENTITY a "b">]>'), "DOCTYPE"),
        (b"<rss/>", "non un avviso CAP"),
    ],
)
def test_without_a_readable_cap_the_table_counts_and_the_editor_is_told(
    content: bytes | None, says: str
) -> None:
    members = {TODAY: dbf(rows(temporali=RED)), TOMORROW: dbf(rows())}
    read = bulletin(members if content is None else {**members, CAP: content})
    assert level(read, "temporali", date(2026, 11, 24)) == "rossa"
    (warning,) = read.warnings
    assert says in warning
    assert "nessun controllo incrociato" in warning


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({CAP: cap()}, "no DBF table for today"),
        ({TODAY: dbf(rows()), CAP: cap()}, "no DBF table for tomorrow"),
        ({**QUIET, "shp/" + TODAY: dbf(rows())}, "two tables for today"),
        ({TODAY: dbf(rows()), "20261123_1511_tomorrow.dbf": dbf(rows())}, "different bulletins"),
        ({"20261399_1511_today.dbf": b"", "20261399_1511_tomorrow.dbf": b""}, "holds no time"),
        ({**QUIET, TODAY: dbf([])}, "has no zones"),
        ({**QUIET, TODAY: dbf(rows())[:-5]}, "is damaged"),
        ({**QUIET, TODAY: b""}, "is damaged"),
        ({**QUIET, TODAY: dbf(rows()).replace(b"Idraulico", b"Altro\0\0\0\0")}, "has no column Idraulico"),
        ({**QUIET, TODAY: dbf(rows(temporali="Ordinaria / ALLERTA VIOLA"))}, "unknown words for a level"),
        ({**QUIET, TODAY: dbf(rows(temporali="ALLERTA ROSSA in valutazione"))}, "unknown words for a level"),
        ({**QUIET, TODAY: dbf(rows(temporali=""))}, "unknown words for a level"),
        ({**QUIET, TOMORROW: dbf(rows()[:1])}, "no zone 'Lomb-09'"),
        ({**QUIET, CAP: cap(status="Exercise")}, "marked 'Exercise'"),
        ({**QUIET, TODAY: bytes(6_000_000)}, "unpacks to more than"),
    ],
)
def test_what_is_not_a_whole_bulletin_is_an_error_and_never_green(
    members: Mapping[str, bytes], says: str
) -> None:
    with pytest.raises(ParseError, match=says):
        bulletin(members)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html></html>", archive(QUIET)[:400], archive({})],
    ids=["nothing", "a page", "cut off", "empty"],  # by bytes each worker would name them anew
)
def test_what_is_not_a_whole_archive_is_an_error(content: bytes) -> None:
    with pytest.raises(ParseError):
        open_archive(content, "zip")


def test_a_zone_is_matched_by_its_whole_code() -> None:
    with pytest.raises(ParseError, match="no zone 'Lomb-0'"):
        bulletin(QUIET, "Lomb-0")


def test_another_zone_that_is_unreadable_does_not_cost_ours() -> None:
    table = [("Lomb-08", "Alta pianura", "", "?", "?", "?"), *rows(temporali=RED)[1:]]
    read = bulletin({TODAY: dbf(table), TOMORROW: dbf(rows())})
    assert level(read, "temporali", date(2026, 11, 24)) == "rossa"


def test_deleted_records_are_no_records() -> None:
    table = bytearray(dbf(rows()))
    table[table.index(b"Lomb-08") - 1] = ord("*")
    assert [row["Zona_all"] for row in read_dbf(bytes(table))] == ["Lomb-09"]


def test_the_day_of_the_clock_change_has_25_hours() -> None:
    members = {"20261024_1500_today.dbf": dbf(rows()), "20261024_1500_tomorrow.dbf": dbf(rows())}
    last = bulletin(members).alerts[-1]
    assert (last.expires.astimezone(UTC) - last.onset.astimezone(UTC)).total_seconds() == 25 * 3600


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        (datetime(2026, 11, 24, 15, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), True),  # already the 26th in Italy
    ],
)
def test_a_bulletin_is_stale_when_its_tomorrow_is_over(now: datetime, stale: bool) -> None:
    sent = bulletin(QUIET).sent
    if not stale:
        require_fresh("zip", sent, now)
        return
    with pytest.raises(StaleError, match="stale: issued on 2026-11-24"):
        require_fresh("zip", sent, now)


def test_a_bulletin_from_the_day_after_tomorrow_is_no_bulletin_of_today() -> None:
    sent = bulletin(QUIET).sent
    require_fresh("zip", sent, datetime(2026, 11, 23, 12, tzinfo=UTC))
    with pytest.raises(StaleError, match="after 2026-11-22; check the clock"):
        require_fresh("zip", sent, datetime(2026, 11, 22, 12, tzinfo=UTC))


@settings(deadline=None)
@given(st.integers(0, 1500), st.binary(min_size=1, max_size=8))
def test_a_damaged_table_is_read_or_refused(place: int, junk: bytes) -> None:
    good = dbf(rows())
    try:
        records = read_dbf(good[:place] + junk + good[place + len(junk) :])
    except DbfError:
        return
    assert all(isinstance(value, str) for record in records for value in record.values())


@settings(deadline=None)
@given(st.integers(0, 1200), st.binary(min_size=1, max_size=8))
def test_a_damaged_archive_is_read_as_it_was_or_refused(place: int, junk: bytes) -> None:
    good = archive({**QUIET, TODAY: dbf(rows(temporali=RED))})
    try:
        read = open_archive(good[:place] + junk + good[place + len(junk) :], "zip").bulletin("Lomb-09")
    except ParseError:
        return
    assert level(read, "temporali", date(2026, 11, 24)) == "rossa"


@needs_shared
@pytest.mark.parametrize(
    ("name", "zones", "above_green", "red"),
    [("ruhetag_20260730_1511", 187, 1, 0), ("unwettertag_20260118_1515", 170, 98, 4)],
)
def test_the_real_archives_agree_with_their_cap(name: str, zones: int, above_green: int, red: int) -> None:
    path = SHARED / "alerts" / "dpc" / f"{name}.zip"
    opened = open_archive(path.read_bytes(), path.name)
    read = [opened.bulletin(zone) for zone in opened.zones]
    levels = [alert.level for one in read for alert in one.alerts]
    assert (len(read), len(levels)) == (zones, zones * 6)
    assert sum(level != "verde" for level in levels) == above_green
    assert levels.count("rossa") == red
    assert not any(one.warnings for one in read)
