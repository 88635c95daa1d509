"""One reader for every kind of bulletin: told apart by their own bytes, and never green out of nothing."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.notices import NoticeOrder, Warned, write_warnings
from deployments.sandbox.regional import HourLevels, HourOrder, write_hours
from deployments.sandbox.zones import rows_from_levels
from flows.cli import inspection
from scrapers.alerts.recognise import parse_any
from scrapers.errors import ParseError, ScraperError
from tests.test_scrapers_cap import RED, cap, info

NOW = datetime(2026, 11, 24, 16, tzinfo=ROME)
DAYS = timedelta(days=2)
_RED = rows_from_levels({"Lomb-09": dict.fromkeys(("temporali", "idraulico", "idrogeologico"), "rossa")})
_HOURS = HourOrder(gis=7, hours=[HourLevels(begin=NOW - DAYS, end=NOW + DAYS, level=3)])
_WIND = Warned(type=1, level=4, onset=NOW, expires=NOW + DAYS, identifier="W")
EVERY_KIND: dict[str, tuple[bytes, str]] = {
    "dpc": (write_archive(_RED, _RED, NOW - timedelta(hours=1)), "Lomb-09"),
    "allertalom": (write_hours(_HOURS, NOW), "Lomb-09"),
    "cap": (cap(info(RED, severity="Extreme")), "Lomb-09"),
    "meteoalarm": (json.dumps(write_warnings(NoticeOrder(sent=NOW, warnings=[_WIND]))).encode(), "IT003"),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_each_kind_is_told_by_its_own_bytes(kind: str) -> None:
    content, zone = EVERY_KIND[kind]
    found = parse_any(content, "file", zone, NOW)
    assert {one.source for one in found.alerts} | {one.source for one in found.notices} == {kind}
    assert {one.level for one in found.alerts} | {one.colour for one in found.notices} <= {"rossa", "rosso"}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_without_a_zone_only_meteoalarm_says_anything(kind: str) -> None:
    content, _ = EVERY_KIND[kind]
    if kind == "meteoalarm":
        assert len(parse_any(content, "file", None, NOW).notices) == 1
        return
    with pytest.raises(ParseError, match="--zone"):
        parse_any(content, "file", None, NOW)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_each_kind_is_stale_in_time_and_its_zone_may_be_missing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bulletin"
    path.write_bytes(EVERY_KIND[kind][0])
    zone = EVERY_KIND[kind][1]
    assert inspection.inspect_alerts(str(path), zone, NOW) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines
    for line in lines:
        assert line["source"] == kind
        assert {"zone", "day", "hazard", "level", "onset", "expires", "issuer", "sent", "identifier"} <= set(
            line
        )
    assert inspection.inspect_alerts(str(path), zone, NOW + timedelta(days=9)) == 2
    assert "stale" in capsys.readouterr().err
    assert inspection.inspect_alerts(str(path), zone[:-2] + "99", NOW) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {path}: no ")


def test_the_hazard_of_an_allertalom_answer_comes_from_its_address_or_from_the_one_who_asks() -> None:
    content, zone = EVERY_KIND["allertalom"]
    asked = "https://lom.example/lista-zone?cdTipologiaGis=9&cdIstatComune=015195"
    assert parse_any(content, asked, zone, NOW).alerts[0].hazard == "idrogeologico"
    assert parse_any(content, "file", zone, NOW, hazard="vento").alerts[0].hazard == "vento"
    unsaid = parse_any(content, "file", zone, NOW)
    assert unsaid.alerts[0].hazard == ""
    assert "--hazard" in unsaid.warnings[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"buongiorno",
        b"\xff\xfe\x00",
        b"<html></html>",
        b"<",
        b"{",
        b"[]",
        b"PK",
        b"PK\x03\x04",
        b"null",
    ],
)
def test_what_is_none_of_them_is_one_error(content: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse_any(content, "file", "Lomb-09", NOW)
    assert str(caught.value).startswith("file: ")
    assert "\n" not in str(caught.value)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(list(EVERY_KIND)), st.integers(0, 10**6), st.binary(max_size=12), st.booleans())
def test_mangled_or_cut_a_red_is_read_or_is_one_error_and_never_green(
    kind: str, place: int, junk: bytes, cut: bool
) -> None:
    good, zone = EVERY_KIND[kind]
    place %= len(good)
    mangled = good[:place] + junk + (b"" if cut else good[place + len(junk) :])
    try:
        found = parse_any(mangled, "file", zone, NOW)
    except ScraperError:
        return
    assert found.alerts or found.notices or found.warnings or found.left_out
    if kind in ("dpc", "cap"):
        assert {one.level for one in found.alerts} <= {"rossa"}
    if kind == "dpc":
        assert len(found.alerts) == 6
