"""The sandbox's alert archive, read the way a stranger would read it."""

import csv
import io
import re
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import AlertError, level_of, rows_from_csv, rows_from_levels, zone_names
from tests.world.sandbox_town import Town
from tests.world.shared import SHARED, needs_shared

DPC = SHARED / "alerts" / "dpc"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def site(town: Town) -> TestClient:
    return town.client


def read_dbf(content: bytes) -> list[dict[str, str]]:
    """A reader of its own, so that the writer is not its own judge."""
    count, header, record = struct.unpack("<IHH", content[4:12])
    fields = []
    for offset in range(32, header - 1, 32):
        name = content[offset : offset + 11].rstrip(b"\0").decode("ascii")
        fields.append((name, content[offset + 16]))
    rows = []
    for index in range(count):
        raw, at, row = content[header + index * record :], 1, {}
        for name, width in fields:
            row[name] = raw[at : at + width].decode("latin-1").rstrip()
            at += width
        rows.append(row)
    return rows


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def latest(site: TestClient) -> dict[str, bytes]:
    answer = site.get("/dpc/files/all/latest_all.zip")
    assert answer.headers["content-type"] == "application/zip"
    return members(answer.content)


def test_a_first_start_has_a_thunderstorm_alert_for_tomorrow_issued_today(site: TestClient) -> None:
    archive = latest(site)
    assert list(archive) == [
        "20261125_0942_today.dbf",
        "20261125_0942_tomorrow.dbf",
        "Cap_20261125_0942.xml",
    ]
    today, tomorrow = (read_dbf(archive[f"20261125_0942_{day}.dbf"]) for day in ("today", "tomorrow"))
    assert len(today) == len(tomorrow) == 187
    assert {row["Criticita"] for row in today} == {
        "Assenza di fenomeni significativi prevedibili / NESSUNA ALLERTA"
    }
    alerted = [row for row in tomorrow if "NESSUNA" not in row["Criticita"]]
    assert [(row["Zona_all"], row["Nome_zona"]) for row in alerted] == [
        ("Lomb-09", "Nodo Idraulico di Milano")
    ]
    assert alerted[0]["Criticita"] == "Ordinaria per rischio temporali / ALLERTA GIALLA"
    assert alerted[0]["Temporali"] == "Ordinaria / ALLERTA GIALLA"
    assert "NESSUNA" in alerted[0]["Idraulico"]


def test_a_new_day_brings_a_new_bulletin_until_one_is_ordered(site: TestClient, town: Town) -> None:
    town.now += timedelta(days=1)
    assert next(iter(latest(site))).startswith("20261126_")
    order = {"zones": {"Lomb-09": {"today": {"idraulico": "rossa"}}}, "issued": "2026-11-24T15:00"}
    assert site.post("/dpc/_prova", json=order).json() == {"id": "20261124_1500"}
    town.now += timedelta(days=5)
    assert "20261124_1500_today.dbf" in latest(site)
    site.delete("/dpc/_prova")
    assert next(iter(latest(site))).startswith("20261201_")


def test_a_bulletin_just_after_midnight_is_issued_on_the_same_day(town: Town) -> None:
    town.now = datetime(2026, 11, 25, 0, 3, tzinfo=ROME)
    town.client.delete("/dpc/_prova")
    assert "20261125_0000_today.dbf" in latest(town.client)


@pytest.mark.parametrize(
    "zones",
    [
        {"Lomb-99": {"today": {"temporali": "gialla"}}},
        {"Lomb-09": {"today": {"vento": "gialla"}}},
        {"Lomb-09": {"today": {"temporali": "viola"}}},
    ],
)
def test_an_impossible_alert_is_refused_by_name(site: TestClient, zones: dict[str, Any]) -> None:
    answer = site.post("/dpc/_prova", json={"zones": zones, "issued": "2026-11-24T15:00"})
    assert answer.status_code == 422
    assert re.search("Lomb-99|vento|viola", answer.text)


def test_cap_lists_only_zones_above_green_by_day_level_and_hazard() -> None:
    rows = rows_from_levels({"Lomb-09": {"temporali": "arancione", "idraulico": "gialla"}})
    issued = datetime(2026, 11, 24, 15, tzinfo=ROME)
    alert = ElementTree.fromstring(
        members(write_archive(rows_from_levels({}), rows, issued))["Cap_20261124_1500.xml"]
    )
    space = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
    infos = alert.findall("cap:info", space)
    assert [info.findtext("cap:event", "", space) for info in infos] == [
        "MODERATA CRITICITA' PER RISCHIO TEMPORALI / ALLERTA ARANCIONE:",
        "ORDINARIA CRITICITA' PER RISCHIO IDRAULICO / ALLERTA GIALLA:",
    ]
    assert [info.findtext("cap:severity", "", space) for info in infos] == ["Severe", "Moderate"]
    assert infos[0].findtext("cap:onset", "", space) == "2026-11-25T00:00:00+01:00"
    assert infos[0].findtext("cap:expires", "", space) == "2026-11-25T23:59:59+01:00"
    assert [area.text for area in alert.iterfind(".//cap:value", space)] == ["Lomb-09", "Lomb-09"]


def test_a_quiet_country_has_a_cap_without_info() -> None:
    quiet = rows_from_levels({})
    archive = members(write_archive(quiet, quiet, datetime(2026, 11, 24, 15, tzinfo=UTC)))
    assert "Cap_20261124_1600.xml" in archive  # the name is local time
    assert b"<info>" not in archive["Cap_20261124_1600.xml"]


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize("path", sorted((DPC / "zone_csv").glob("*.csv")), ids=lambda path: path.stem)
def test_any_zone_csv_becomes_an_archive_that_says_the_same(site: TestClient, path: Path) -> None:
    text = path.read_text("utf-8")
    day = "tomorrow" if "domani" in path.name else "today"
    order = {
        f"{day}_csv": text,
        "issued": path.name[:4] + "-" + path.name[4:6] + "-" + path.name[6:8] + "T15:00",
    }
    name = site.post("/dpc/_prova/csv", json=order).json()["id"]
    archive = latest(site)
    written = {row["Zona_all"]: row for row in read_dbf(archive[f"{name}_{day}.dbf"])}
    given_rows = list(csv.DictReader(io.StringIO(text)))
    assert len(written) == len(given_rows) in (170, 187)
    for row in given_rows:
        dbf = written[row["zona_codice"]]
        assert dbf["Criticita"] == row["avviso_criticita"]
        assert dbf["Idrogeo"] == row["avviso_idrogeologico"]
        assert dbf["Temporali"] == row["avviso_temporali"]
        assert dbf["Idraulico"] == row["avviso_idraulico"]
    cap = ElementTree.fromstring(archive[f"Cap_{name}.xml"])
    listed = {value.text for value in cap.iter("{urn:oasis:names:tc:emergency:cap:1.2}value")}
    assert listed == {row["zona_codice"] for row in given_rows if "NESSUNA" not in row["avviso_criticita"]}


@needs_shared
@pytest.mark.parametrize("path", sorted((DPC / "zone_csv").glob("*.csv")), ids=lambda path: path.stem)
def test_the_summary_we_would_write_is_the_published_one(path: Path) -> None:
    published = rows_from_csv(path.read_text("utf-8"))
    levels = {
        row.code: {
            hazard: level_of(getattr(row, hazard)) for hazard in ("idraulico", "temporali", "idrogeologico")
        }
        for row in published
        if row.code in zone_names()
    }
    ours = {row.code: row for row in rows_from_levels(levels)}
    for row in published:
        if row.code in ours:
            assert ours[row.code] == row


@needs_shared
@pytest.mark.parametrize("name", ["unwettertag_20260118_1515", "ruhetag_20260730_1511"])
def test_our_dbf_and_cap_are_laid_out_like_the_real_ones(name: str) -> None:
    real = members((DPC / f"{name}.zip").read_bytes())
    issued = datetime.strptime(name[-13:], "%Y%m%d_%H%M").replace(tzinfo=ROME)
    days = []
    for day in ("today", "tomorrow"):
        rows = read_dbf(real[f"{name[-13:]}_{day}.dbf"])
        table = io.StringIO()
        writer = csv.writer(table)
        writer.writerow(
            [
                "zona_codice",
                "avviso_criticita",
                "avviso_idrogeologico",
                "avviso_temporali",
                "avviso_idraulico",
            ]
        )
        for row in rows:
            writer.writerow([row[k] for k in ("Zona_all", "Criticita", "Idrogeo", "Temporali", "Idraulico")])
        days.append(rows_from_csv(table.getvalue()))
    ours = members(write_archive(days[0], days[1], issued))
    assert set(ours) == set(real)
    for member, content in real.items():
        if member.endswith(".dbf"):
            # names of zones of an older cut are not ours to know, nor is the width of their field
            kept = ("Zona_all", "Criticita", "Idrogeo", "Temporali", "Idraulico")
            assert [[row[k] for k in kept] for row in read_dbf(ours[member])] == [
                [row[k] for k in kept] for row in read_dbf(content)
            ]
        else:
            assert _cap_facts(ours[member]) == _cap_facts(content)


@needs_shared
def test_a_real_dbf_of_today_is_rebuilt_byte_for_byte() -> None:
    name = "20260730_1511"
    real = members((DPC / f"ruhetag_{name}.zip").read_bytes())[f"{name}_tomorrow.dbf"]
    rows = rows_from_levels({"Tren-A": {"temporali": "gialla"}})
    ours = members(write_archive(rows, rows, datetime(2026, 7, 30, 15, 11, tzinfo=ROME)))
    assert ours[f"{name}_tomorrow.dbf"] == real


def _cap_facts(content: bytes) -> set[tuple[str, str, str, str]]:
    space = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
    facts = set()
    for info in ElementTree.fromstring(content).findall("cap:info", space):
        event, severity, expires = (
            info.findtext(f"cap:{field}", "", space) for field in ("event", "severity", "expires")
        )
        for value in info.iterfind(".//cap:value", space):
            facts.add((event, severity, expires, value.text or ""))
    return facts


def test_a_csv_with_an_unknown_level_is_refused() -> None:
    header = "zona_codice,avviso_criticita,avviso_idrogeologico,avviso_temporali,avviso_idraulico"
    green = "Assenza di fenomeni significativi prevedibili / NESSUNA ALLERTA"
    with pytest.raises(AlertError, match="ALLERTA VIOLA"):
        rows_from_csv(f"{header}\nLomb-09,{green},{green},x / ALLERTA VIOLA,{green}\n")
    with pytest.raises(AlertError, match="avviso_temporali"):
        rows_from_csv("zona_codice,avviso_criticita,avviso_idrogeologico,avviso_idraulico\n")
