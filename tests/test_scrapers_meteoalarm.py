"""MeteoAlarm: an avviso for the editors' eyes, of the region, above green and not over; never an allerta."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deployments.sandbox.notices import NoticeOrder, Warned, write_warnings
from scrapers.alerts import IssuedBulletin
from scrapers.alerts.meteoalarm import open_meteoalarm
from scrapers.errors import ParseError, ScraperError, StaleError
from tests.world.shared import SHARED, needs_shared

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def warned(kind: int, level: int, number: int = 1, **more: Any) -> Warned:
    times = {"onset": NOW + timedelta(hours=2), "expires": NOW + timedelta(hours=12)}
    return Warned.model_validate({"type": kind, "level": level, "identifier": f"W{number}", **times, **more})


def feed(*warnings: Warned, sent: datetime = NOW - timedelta(hours=1)) -> dict[str, Any]:
    return write_warnings(NoticeOrder(sent=sent, warnings=list(warnings)))


def read(content: Any, area: str = "IT003", now: datetime = NOW) -> IssuedBulletin:
    return open_meteoalarm(json.dumps(content).encode(), "https://meteo.example/feed").bulletin(area, now)


def ours(content: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The feed with the last entry's alert changed."""
    content = copy.deepcopy(content)
    content["warnings"][-1]["alert"].update(changes)
    return content


def test_wind_snow_heat_and_cold_above_green_become_notices_and_nothing_an_alert() -> None:
    found = read(feed(warned(1, 3, 1), warned(2, 2, 2), warned(5, 4, 3), warned(6, 2, 4)))
    assert [(one.kind, one.colour) for one in found.notices] == [
        ("vento", "arancione"),
        ("neve", "giallo"),
        ("caldo", "rosso"),
        ("freddo", "giallo"),
    ]
    assert found.alerts == ()
    assert {(one.source, one.area) for one in found.notices} == {("meteoalarm", "IT003")}
    assert found.notices[0].event == "PROVA orange Wind"


def test_green_expired_other_regions_and_what_is_left_to_protezione_civile_are_left_out_and_told() -> None:
    found = read(
        feed(
            warned(1, 3, 1, area="IT005"),
            warned(1, 1, 2),
            warned(3, 4, 3),
            warned(10, 3, 4),
            warned(1, 3, 5, onset=NOW - timedelta(hours=9), expires=NOW),
        )
    )
    assert (found.notices, found.warnings) == ((), ())
    assert found.left_out == (
        "MeteoAlarm, IT003: 1 avvisi già scaduti",
        "MeteoAlarm, IT003: 1 avvisi lasciati alla Protezione Civile (10; Rain, arancione)",
        "MeteoAlarm, IT003: 1 avvisi lasciati alla Protezione Civile (3; Thunderstorm, rosso)",
        "MeteoAlarm, IT003: 2 voci verdi",
    )


def test_what_a_newer_entry_replaces_is_no_longer_a_notice_even_if_the_newer_is_green() -> None:
    found = read(feed(warned(1, 3, 1), warned(1, 1, 2, replaces="W1")))
    assert found.notices == ()
    assert [identifier for identifier, _ in found.replaces] == ["W1"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"status": "Test"}, "status 'Test', non Actual"),
        ({"scope": "Private"}, "scope 'Private', non Public"),
        ({"msgType": "Ack"}, "msgType sconosciuto: 'Ack'"),
        ({"sent": "ieri"}, "sent non è un orario con il fuso: 'ieri'"),
        ({"sent": "2026-11-24T09:00:00"}, "sent non è un orario con il fuso"),
        ({"identifier": ""}, "manca l'identificativo"),
        ({"references": "a,b"}, "references non leggibile: 'a,b'"),
    ],
)
def test_an_entry_that_is_not_understood_costs_no_other_and_is_told(
    changes: dict[str, Any], says: str
) -> None:
    found = read(ours(feed(warned(1, 3, 1), warned(5, 4, 2)), **changes))
    assert [one.kind for one in found.notices] == ["vento"]
    assert says in found.warnings[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("awareness_level", "5; violet; Extreme"),
        ("awareness_level", "1; red; Extreme"),
        ("awareness_level", ""),
        ("awareness_type", "1; Rain"),
        ("awareness_type", "99; Locusts"),
    ],
)
def test_an_unknown_level_or_type_is_told_and_never_read_as_green(name: str, value: str) -> None:
    content = feed(warned(1, 3, 1), warned(5, 4, 2))
    for info in content["warnings"][-1]["alert"]["info"]:
        for parameter in info["parameter"]:
            if parameter["valueName"] == name:
                parameter["value"] = value
    found = read(content)
    assert len(found.notices) == 1
    assert f"{name} sconosciuto: {value!r}" in found.warnings[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"<html></html>", "not JSON"),
        (b"[]", "without the list 'warnings'"),
        (b'{"warnings": {}}', "without the list 'warnings'"),
        (b'{"warnings": [1]}', "has no 'alert'"),
        (b'{"warnings": []}', "no entry of IT003"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_not_the_feed_is_unavailable(content: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        open_meteoalarm(content, "https://meteo.example/feed").bulletin("IT003", NOW)


def test_a_region_that_is_not_there_is_an_error_and_matched_by_its_whole_code() -> None:
    for area in ("IT012", "IT00", "IT0033", "Lombardia"):
        with pytest.raises(ParseError, match=f"no entry of {area}"):
            read(feed(warned(1, 3)), area)


def test_a_feed_that_stands_still_is_stale() -> None:
    content = feed(warned(1, 3, expires=NOW + timedelta(days=9)))
    assert read(content, now=NOW + timedelta(days=1)).notices
    with pytest.raises(StaleError, match="issued on 2026-11-24"):
        read(content, now=NOW + timedelta(days=2))


def test_entries_of_a_region_that_can_none_be_read_are_an_error() -> None:
    content = feed()
    for entry in content["warnings"]:
        entry["alert"]["status"] = "Draft"
    with pytest.raises(ParseError, match="none of the 1 entries of IT003"):
        read(content)


@needs_shared
def test_the_real_feed_of_a_summer_day() -> None:
    content = (SHARED / "alerts/meteoalarm/lombardia_IT003_20260801.json").read_bytes()
    found = open_meteoalarm(content, "file").bulletin("IT003", datetime(2026, 8, 1, 12, tzinfo=UTC))
    assert sorted((one.kind, one.colour) for one in found.notices) == [
        ("caldo", "arancione"),
        ("caldo", "rosso"),
    ]
    assert found.warnings == ()
    assert sum(int(line.split(": ")[1].split()[0]) for line in found.left_out) + 2 == 34
    italy = (SHARED / "alerts/meteoalarm/feed_italy_equivalence.json").read_bytes()
    assert len(open_meteoalarm(italy, "file").areas) == 8


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 6000), st.binary(max_size=10), st.booleans())
@example(3601, b" ", False)  # an entry whose `info` has another name speaks of no region
def test_a_mangled_feed_is_read_or_is_one_error(place: int, junk: bytes, cut: bool) -> None:
    good = json.dumps(feed(warned(1, 3, 1), warned(5, 4, 2))).encode()
    place %= len(good)
    mangled = good[:place] + junk + (b"" if cut else good[place + len(junk) :])
    try:
        found = open_meteoalarm(mangled, "feed").bulletin("IT003", NOW)
    except ScraperError:
        return
    assert found.alerts == ()
    assert len(found.notices) == 2 or found.warnings
