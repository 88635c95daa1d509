"""Alert zones of any Comune, from the bulletin's own lists; the lists here are written by the sandbox."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.geojson import rows_of, write_geojson
from deployments.sandbox.zones import ZoneRow, rows_from_levels, zone_names
from scrapers.alerts.zones import (
    REGIONS,
    Match,
    Zone,
    ZoneTable,
    emma_id,
    lists_address,
    load_zones,
    read_names,
    read_zones,
    zones_of,
)
from scrapers.errors import ParseError
from scrapers.fetching.fetcher import Fetcher
from scrapers.sites import comuni
from scrapers.sites.comuni import Comune
from tests.world.sandbox_town import Town
from tests.world.served import Answer, serve
from tests.world.shared import SHARED, needs_shared

ISSUED = datetime(2026, 11, 24, 14, 30, tzinfo=ROME)
ARCHIVE = "https://example.org/files/all/latest_all.zip"
LISTS = "https://example.org/files/geojson/20261124_1430_today.json"


def table(lists: dict[str, list[str]], rows: list[ZoneRow] | None = None) -> ZoneTable:
    """Through both files, as they are published."""
    rows = rows or rows_from_levels({})
    bulletin, names = read_names(write_archive(rows, rows, ISSUED), ARCHIVE)
    return read_zones(write_geojson(rows, lists), LISTS, bulletin, names)


def found(name: str, lists: dict[str, list[str]]) -> Match:
    (comune,) = comuni.named(name)
    return zones_of(comune, table(lists))


def codes(match: Match) -> list[str]:
    return sorted(zone.code for zone in match.zones)


@pytest.fixture(scope="module")
def official() -> ZoneTable:
    """Protezione Civile's lists of 2021, as a bulletin of that time would have carried them."""
    lists = json.loads(
        (SHARED / "alerts" / "dpc" / "zone2comuni_official_lists_2021.json").read_text("utf-8")
    )
    now = {row.code: row for row in rows_from_levels({})}
    green = next(iter(now.values()))
    rows = [
        now.get(code) or ZoneRow(code, f"Zona {code} di allora", *([green.summary] * 4)) for code in lists
    ]
    return table(lists, rows)


def test_the_register_holds_every_comune_once_with_its_province() -> None:
    assert len(comuni.register()) == len({one.istat for one in comuni.register()}) == 7904
    assert all(len(one.istat) == 6 and len(one.province) == 2 for one in comuni.register())
    naples = comuni.by_istat("063049")
    assert naples is not None
    assert (naples.name, naples.province, naples.region) == ("Napoli", "NA", "Campania")
    assert {one.region for one in comuni.register()} == {region for region, _ in REGIONS.values()}


def test_homonyms_live_in_different_regions() -> None:
    """What the join by name and region rests on."""
    per_region = Counter((comuni.fold(one.name), one.region) for one in comuni.register())
    assert max(per_region.values()) == 1


@needs_shared
@pytest.mark.parametrize(
    ("name", "zones"),
    [
        ("San Giuliano Milanese", ["Lomb-09"]),
        ("Bergamo", ["Lomb-10"]),
        ("Brescia", ["Lomb-11"]),
        ("Sondrio", ["Lomb-02"]),
        ("Lodi", ["Lomb-10"]),
        ("Cremona", ["Lomb-13"]),  # of the cut of 2021; Lomb-14 since
        ("Mantova", ["Lomb-13"]),  # Lomb-15 since
        ("Siracusa", ["Sici-G"]),
        ("Olgiate Olona", ["Lomb-09"]),
        ("Roma", ["Lazi-A", "Lazi-B", "Lazi-D", "Lazi-E", "Lazi-F"]),
        ("Reggio Emilia", ["Emil-F"]),
        ("Samone (TN)", ["Tren-B"]),
        ("Samone (TO)", ["Piem-I"]),
        ("Cantù", ["Lomb-09"]),  # written "Cantè" in those lists
    ],
)
def test_the_official_lists_decide_where_a_table_of_points_erred(
    official: ZoneTable, name: str, zones: list[str]
) -> None:
    (comune,) = comuni.named(name)
    assert codes(zones_of(comune, official)) == zones


@pytest.mark.slow
@needs_shared
def test_almost_every_comune_has_its_zones_and_none_is_guessed(official: ZoneTable) -> None:
    """The lists of 2021 at hand lack some names at their beginning and the Comuni that merged since."""
    matches = {one: zones_of(one, official) for one in comuni.register()}
    sizes = Counter(len(match.zones) for match in matches.values())
    assert sizes[1] == 7514
    assert sum(count for size, count in sizes.items() if size > 1) == 269
    assert sizes[0] == 121
    for comune, match in matches.items():
        assert {zone.region for zone in match.zones} <= {comune.region}
        for zone in match.zones:
            assert match.note or comuni.fold(comune.name) in {comuni.fold(name) for name in zone.comuni}


@needs_shared
def test_a_comune_that_changed_region_is_shown_where_the_lists_have_it(official: ZoneTable) -> None:
    (comune,) = comuni.named("Montecopiolo")  # Marche until 2021, then Emilia-Romagna
    match = zones_of(comune, official)
    assert match.zones == ()
    assert [(name, zone.code) for name, zone in match.candidates] == [("Montecopiolo", "Marc-1")]


@pytest.mark.parametrize(
    ("name", "written", "note"),
    [
        ("Sant'Angelo Lodigiano", "SANT’ANGELO LODIGIANO", ""),
        ("Sant'Angelo Lodigiano", "Sant?Angelo Lodigiano", ""),
        ("Cantù", "Cantu'", ""),
        ("Cantù", "Cant?", "accents"),
        ("Bovisio-Masciago", "Bovisio Masciago", ""),
        ("San Giuliano Milanese", "S. Giuliano Milanese", "prepositions"),
        ("Locate di Triulzi", "Locate Triulzi", "prepositions"),
    ],
)
def test_another_spelling_counts_and_is_told(name: str, written: str, note: str) -> None:
    match = found(name, {"Lomb-09": [written], "Lomb-10": ["Lodi"]})
    assert codes(match) == ["Lomb-09"]
    assert note in match.note
    assert bool(match.note) == bool(note)


def test_a_bilingual_name_counts_by_its_halves() -> None:
    assert codes(found("Bolzano", {"Tren-A": ["Bolzano/Bozen"]})) == ["Tren-A"]


def test_a_name_that_only_resembles_is_a_candidate_and_no_zone() -> None:
    match = found("Negrar di Valpolicella", {"Vene-C2": ["Negrar", "Marano di Valpolicella", "Verona"]})
    assert match.zones == ()
    assert ("Negrar", "Vene-C2") in [(name, zone.code) for name, zone in match.candidates]
    assert found("Milano", {"Lomb-09": ["Cassano d'Adda"]}) == Match(())


def test_a_comune_that_merged_is_not_found_by_the_name_of_a_part() -> None:
    (merged,) = comuni.named("Lu e Cuccaro Monferrato")
    match = zones_of(merged, table({"Piem-H": ["Lu", "Cuccaro Monferrato"], "Piem-I": ["Sala Monferrato"]}))
    assert match.zones == ()
    assert {name for name, _ in match.candidates} >= {"Lu", "Cuccaro Monferrato"}


def question_marks(name: str) -> str:
    return re.sub(r"[^\x00-\x7f]", "?", name)


def other_accents(name: str) -> str:
    return re.sub(r"[^\x00-\x7f]", "è", name)


EXACT = (str.upper, comuni.fold, lambda name: name.replace("'", "’"), lambda name: name.replace("'", "?"))
MANGLED = (question_marks, other_accents, comuni.skeleton, lambda name: name.replace("San ", "S. "))


@given(st.sampled_from(comuni.register()), st.sampled_from((*EXACT, *MANGLED)))
@settings(deadline=None, max_examples=80)
def test_however_a_name_is_written_the_zone_is_the_right_one_or_none(
    comune: Comune, spelling: Callable[[str], str]
) -> None:
    """All other Comuni of the region lie in another zone, under their own names."""
    prefix = next(code for code, (region, _) in REGIONS.items() if region == comune.region)
    others = [one.name for one in comuni.register() if one.region == comune.region and one != comune]
    zones = (
        Zone(f"{prefix}-A", "giusta", (spelling(comune.name),)),
        Zone(f"{prefix}-B", "sbagliata", tuple(others)),
    )
    match = zones_of(comune, ZoneTable("b", LISTS, zones))
    assert codes(match) in ([f"{prefix}-A"], [] if spelling in MANGLED else None)


def test_several_zones_are_all_told() -> None:
    match = found("Roma", {"Lazi-A": ["Roma"], "Lazi-D": ["Ciampino", "Roma"], "Lazi-B": ["Rieti"]})
    assert codes(match) == ["Lazi-A", "Lazi-D"]


def test_a_zone_is_not_lost_because_its_list_spells_the_name_otherwise() -> None:
    match = found("Cantù", {"Lomb-05": ["Cantè"], "Lomb-09": ["Cantù"], "Lomb-10": ["Canto"]})
    assert codes(match) == ["Lomb-05", "Lomb-09"]
    assert match.note == "written 'Cantè' in the list of Lomb-05: the accents differ"


def test_zone_names_join_although_the_table_lost_its_apostrophes() -> None:
    assert "?" in zone_names()["VDAo-A"]
    read = table({"VDAo-A": ["Aosta"]})
    (zone,) = read.zones
    assert (zone.code, zone.region) == ("VDAo-A", "Valle d'Aosta/Vallée d'Aoste")
    assert "Valle d'Aosta" in zone.name


def test_what_does_not_join_is_told_and_costs_no_other_zone() -> None:
    rows = rows_from_levels({})[:3]
    lists = json.loads(write_geojson(rows, {row.code: [f"Comune {row.code}"] for row in rows}))
    lists["features"][1]["properties"]["Nome zona"] = "Zona nuova"
    names = {row.code: row.name for row in rows}
    read = read_zones(json.dumps(lists).encode(), LISTS, "20261124_1430", names)
    assert [zone.code for zone in read.zones] == [rows[0].code, rows[2].code]
    assert read.problems == (
        "the zone named 'Zona nuova' has 0 codes in the table instead of one",
        f"no list of Comuni for {rows[1].code} ({rows[1].name})",
    )


def test_two_zones_of_one_name_are_not_told_apart_by_chance() -> None:
    rows = [ZoneRow(code, "Bacino", *(["x"] * 4)) for code in ("Lomb-01", "Vene-A1")] + rows_from_levels({})[
        :1
    ]
    names = {row.code: row.name for row in rows}
    read = read_zones(write_geojson(rows, {row.code: ["Alba"] for row in rows}), LISTS, "b", names)
    assert [zone.code for zone in read.zones] == [rows[2].code]
    assert any("has 2 codes" in problem for problem in read.problems)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"<html>404</html>", "not JSON"),
        (b'{"type": "FeatureCollection"}', "'features'"),
        (b'{"features": [{"properties": {"zona": "A"}}]}', "'Nome zona'"),
        (b'{"features": [{"properties": null}]}', "format has changed"),
        (b'{"features": 3}', "format has changed"),
        (b"[]", "format has changed"),
        (b'{"features": [{"properties": {"Nome zona": "A", "Comuni": "Alba, Bra"}}]}', "not a list"),
        (b'{"features": [{"properties": {"Nome zona": "A", "Comuni": [1]}}]}', "not a name"),
        (b'{"features": []}', "none of its zones"),
        (b"[" * 100_000, "not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lists_that_are_none_are_one_clear_error(content: bytes, words: str) -> None:
    with pytest.raises(ParseError) as raised:
        read_zones(content, LISTS, "20261124_1430", {"Lomb-09": "Nodo Idraulico di Milano"})
    assert str(raised.value).startswith(f"{LISTS}: ")
    assert words in str(raised.value)


def test_an_archive_that_holds_no_table_is_one_clear_error() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("leggimi.txt", "niente")
    for content, words in ((b"no zip", "not a whole zip"), (buffer.getvalue(), "0 tables")):
        with pytest.raises(ParseError, match=words):
            read_names(content, ARCHIVE)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("20261124_1430_today.dbf", b"\3" * 40)
    with pytest.raises(ParseError, match="damaged"):
        read_names(buffer.getvalue(), ARCHIVE)


def test_the_lists_stand_beside_the_archive() -> None:
    assert lists_address(ARCHIVE, "20261124_1430") == LISTS
    with pytest.raises(ParseError, match="folder `all`"):
        lists_address("https://example.org/mirror.zip", "20261124_1430")


def test_regions_have_their_code_at_meteoalarm() -> None:
    assert emma_id("Lomb-09") == "IT003"
    assert emma_id("Tren-A") == emma_id("Tren-B") == "IT002"
    assert emma_id("Boh-1") is None
    assert sorted(code for _, code in REGIONS.values()) == [f"IT{number:03}" for number in range(1, 21)]
    assert {code.partition("-")[0] for code in zone_names()} == set(REGIONS)


@needs_shared
def test_the_regions_codes_are_those_of_a_real_feed() -> None:
    content = json.loads((SHARED / "alerts" / "meteoalarm" / "feed_italy_sample.json").read_text("utf-8"))
    areas = [
        (area["areaDesc"], code["value"])
        for warning in content["warnings"]
        for info in warning["alert"]["info"]
        for area in info["area"]
        for code in area["geocode"]
        if code["valueName"] == "EMMA_ID"
    ]
    known = {code: comuni.fold(region.partition("/")[0]) for region, code in REGIONS.values()}
    assert areas
    assert all(known[code] == comuni.fold(name) for name, code in areas)


@needs_shared
def test_a_real_archive_gives_its_id_and_187_zone_names() -> None:
    path = SHARED / "alerts" / "dpc" / "ruhetag_20260730_1511.zip"
    bulletin, names = read_names(path.read_bytes(), str(path))
    assert bulletin == "20260730_1511"
    assert len(names) == 187
    assert names["Lomb-09"] == "Nodo Idraulico di Milano"


def test_the_zones_are_read_over_http_in_two_requests(tmp_path: Path) -> None:
    town = Town(tmp_path)

    def answer(path: str) -> Answer:
        got = town.client.get(path)
        return got.status_code, {"Content-Type": got.headers["content-type"]}, got.content

    with serve(answer) as served, Fetcher(user_agent="test") as fetcher:
        archive = f"{served.address}/dpc/files/all/latest_all.zip"
        read = load_zones(fetcher, archive)
        assert served.asked == [
            "/dpc/files/all/latest_all.zip",
            f"/dpc/files/geojson/{read.bulletin}_today.json",
        ]
        (own,) = comuni.named("San Giuliano Milanese")
        assert codes(zones_of(own, read)) == ["Lomb-09"]
        (homonym,) = comuni.named("Livo (CO)")
        assert codes(zones_of(homonym, read)) == ["Lomb-05"]
        town.client.put("/dpc/_prova/comuni", json={"comuni": {"Lomb-16": ["San Giuliano Milanese"]}})
        assert codes(zones_of(own, load_zones(fetcher, archive))) == ["Lomb-16"]
        town.client.delete("/dpc/_prova/comuni")
        assert codes(zones_of(own, load_zones(fetcher, archive))) == ["Lomb-09"]
    town.world.store.close()


def test_the_sandbox_reads_back_the_rows_that_it_wrote() -> None:
    rows = rows_from_levels({"Lomb-09": {"temporali": "gialla"}})
    assert rows_of(write_archive(rows, rows, ISSUED), "20261124_1430_tomorrow.dbf") == rows


@pytest.mark.parametrize(
    ("address", "istat"),
    [
        ("https://www.comune.sangiulianomilanese.mi.it", ["015195"]),
        ("https://comune.samone.tn.it/home", ["022165"]),
        ("https://www.comune.vimercate.mi.it", ["108050"]),  # Monza e Brianza since 2009
        ("https://www.comune.monza.it", ["108033"]),
        ("https://www.comune.livo.it", ["013130", "022106"]),
        ("https://www.comune.re.it", []),  # Reggio nell'Emilia, not Re
        ("https://www.comune.re.vb.it", ["103060"]),
        ("https://www.paesechenonce.it", []),
    ],
)
def test_a_host_names_its_comune_or_several_or_none(address: str, istat: list[str]) -> None:
    assert [one.istat for one in comuni.from_host(address)] == istat


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Comune di Marino - Homepage", ["Marino"]),
        ("Servizio Tributi - Città di Pomezia", ["Pomezia"]),
        ("Sito del Comune di Reggio Calabria | Home", ["Reggio di Calabria"]),
        ("Comune dell'Aquila", ["L'Aquila"]),
        ("Comune della Spezia", ["La Spezia"]),
        ("Comune di Sant’Angelo Lodigiano", ["Sant'Angelo Lodigiano"]),
        ("Comune di Calliano", ["Calliano", "Calliano"]),
        ("Comune di Esempio - PROVA", []),
        ("Home", []),
    ],
)
def test_a_title_names_its_comune_or_several_or_none(title: str, names: list[str]) -> None:
    assert [one.name for one in comuni.from_title(title)] == names


def test_a_name_that_only_resembles_another_is_never_taken_for_it() -> None:
    assert comuni.named("San Giulian Milanese") == ()
    assert comuni.named("") == ()
    assert [one.name for one in comuni.close("San Giulian Milanese")] == ["San Giuliano Milanese"]
    assert [one.province for one in comuni.named("Samone")] == ["TO", "TN"]
    assert [one.province for one in comuni.named("samone (tn)")] == ["TN"]


def test_zones_hold_the_bulletins_own_spelling() -> None:
    read = table({"Lomb-09": ["MILANO", "Cantù"]})
    assert read.zones == (Zone("Lomb-09", "Nodo Idraulico di Milano", ("MILANO", "Cantù")),)
