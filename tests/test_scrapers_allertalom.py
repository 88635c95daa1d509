"""AllertaLOM: hours with a forecast become statements; whatever else is unavailable, never green."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.sandbox.regional import HourOrder, write_hours
from scrapers.alerts import LEVELS, Alert, IssuedBulletin
from scrapers.alerts.allertalom import parse_allertalom
from scrapers.dates import ROME
from scrapers.errors import ParseError, ScraperError, StaleError
from tests.world.shared import SHARED, needs_shared

WORDS = {
    -1: "Nessuna Previsione",
    0: "Codice VERDE",
    1: "Codice GIALLO",
    2: "Codice ARANCIONE",
    3: "Codice ROSSO",
}
START = datetime(2026, 11, 24, 10, tzinfo=ROME)
Row = tuple[str, datetime, str, str]


def xml(rows: Sequence[Row]) -> bytes:
    items = "".join(
        f"<item><nomeZonaOmogenea>Nodo Idraulico</nomeZonaOmogenea><codiceZonaOmogenea>{code}"
        f"</codiceZonaOmogenea><dtPrevisione>{int(hour.timestamp() * 1000)}</dtPrevisione>"
        f"<cdLivello>{level}</cdLivello><livello>{words}</livello></item>"
        for code, hour, level, words in rows
    )
    return f"<List>{items}</List>".encode()


def hours(levels: str, start: datetime = START, code: str = "IM-09") -> list[Row]:
    """A letter an hour: `-` no forecast, 0 to 3."""
    start = start.astimezone(UTC)
    numbers = [-1 if letter == "-" else int(letter) for letter in levels]
    return [
        (code, start + timedelta(hours=place), str(number), WORDS[number])
        for place, number in enumerate(numbers)
    ]


def read(content: bytes, now: datetime = START, zone: str = "Lomb-09") -> IssuedBulletin:
    return parse_allertalom(content, "https://lom.example/lista-zone", zone, "temporali", now)


def spans(bulletin: IssuedBulletin) -> list[tuple[str, date, str, str]]:
    return [
        (one.level, one.day, f"{one.onset.astimezone(ROME):%H:%M}", f"{one.expires.astimezone(ROME):%H:%M}")
        for one in bulletin.alerts
    ]


def test_adjoining_hours_of_one_level_are_one_statement_cut_at_midnight() -> None:
    found = read(xml(hours("00002222" + "1" * 8 + "0")))
    assert spans(found) == [
        ("verde", date(2026, 11, 24), "10:00", "14:00"),
        ("arancione", date(2026, 11, 24), "14:00", "18:00"),
        ("gialla", date(2026, 11, 24), "18:00", "00:00"),
        ("gialla", date(2026, 11, 25), "00:00", "02:00"),
        ("verde", date(2026, 11, 25), "02:00", "03:00"),
    ]
    assert found.alerts[1] == Alert(
        source="allertalom",
        identifier="",
        issuer="Regione Lombardia, AllertaLOM",
        url="https://lom.example/lista-zone",
        zone="Lomb-09",
        hazard="temporali",
        level="arancione",
        day=date(2026, 11, 24),
        onset=START + timedelta(hours=4),
        expires=START + timedelta(hours=8),
        sent=START,
        issuer_zone="IM-09",
        hourly=True,
    )


def test_an_hour_without_a_forecast_is_not_stated_and_parts_what_is_around_it() -> None:
    assert spans(read(xml(hours("11--11--")))) == [
        ("gialla", date(2026, 11, 24), "10:00", "12:00"),
        ("gialla", date(2026, 11, 24), "14:00", "16:00"),
    ]


def test_hours_that_are_over_are_left_out_and_the_present_one_is_not() -> None:
    found = read(xml(hours("0321")), START + timedelta(hours=1, minutes=59))
    assert [level for level, *_ in spans(found)] == ["rossa", "arancione", "gialla"]


@pytest.mark.parametrize(
    ("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)]
)
def test_a_day_has_as_many_hours_as_the_clock_gives_it(day: date, length: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ROME)
    (one, after) = read(xml(hours("1" * (length + 1), midnight)), midnight).alerts
    assert (one.day, after.day) == (day, day + timedelta(days=1))
    assert one.expires.timestamp() - one.onset.timestamp() == length * 3600


def test_where_several_snow_zones_answer_the_highest_counts() -> None:
    found = read(xml([*hours("11", code="NV-11"), *hours("02", code="NV-12")]))
    assert [level for level, *_ in spans(found)] == ["gialla", "arancione"]
    assert {one.issuer_zone for one in found.alerts} == {"NV-11, NV-12"}


def test_of_several_zones_of_the_warning_cut_only_the_one_of_the_number_counts() -> None:
    content = xml([*hours("33", code="IM-10"), *hours("11", code="IM-09")])
    assert [level for level, *_ in spans(read(content))] == ["gialla"]
    assert [level for level, *_ in spans(read(content, zone="Lomb-10"))] == ["rossa"]
    assert [level for level, *_ in spans(read(content, zone="IM-10"))] == ["rossa"]


ONE = hours("1")[0]
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not well-formed XML"),
    "an error page": (b"<!DOCTYPE html><html><body>Servizio non disponibile</body></html>", "DOCTYPE"),
    "a page without a doctype": (b"<html><body>Errore</body></html>", "<html> where"),
    "half an answer": (xml(hours("111"))[:-40], "not well-formed XML"),
    "an empty list": (b"<List></List>", "list is empty"),
    "an entity bomb": (b'<!DOCTYPE l [<!ENTITY a "aa">]><List>&a;</List>', "DOCTYPE"),
    "no forecast at all": (xml(hours("-----")), "no forecast for any hour of IM-09"),
    "an unknown word": (xml([*hours("0"), (*ONE[:2], "0", "Codice VIOLA")]), "no level that is known"),
    "an unknown number": (xml([(*ONE[:2], "4", "Codice NERO")]), "no level that is known"),
    "number and word at odds": (xml([(*ONE[:2], "0", "Codice ROSSO")]), "no level that is known"),
    "a level without a word": (xml([(*ONE[:2], "0", "")]), "livello is missing"),
    "no zone": (xml([("", *ONE[1:])]), "codiceZonaOmogenea is missing"),
    "another zone": (xml(hours("11", code="IM-13")), "no zone 'Lomb-09' in the answer, which is for IM-13"),
    "half an hour": (xml(hours("11", START + timedelta(minutes=30))), "not a whole hour"),
    "a time that is none": (xml(hours("1")).replace(b"00000</dt", b"abc</dt"), "no time"),
    "far ahead": (xml(hours("1", START + timedelta(days=30))), "far ahead"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_understood_is_unavailable_and_never_green(case: str) -> None:
    content, says = BAD[case]
    with pytest.raises(ParseError, match=says) as caught:
        read(content)
    assert not isinstance(caught.value, StaleError)
    assert str(caught.value).startswith("https://lom.example/lista-zone")


def test_hours_that_are_all_over_are_stale_also_when_later_ones_have_no_forecast() -> None:
    with pytest.raises(StaleError, match="ends at 2026-11-24T12:00:00"):
        read(xml(hours("00--")), START + timedelta(hours=2))


def test_the_quiet_of_one_zone_says_nothing_of_another_without_a_forecast() -> None:
    with pytest.raises(ParseError, match="no forecast for any hour of NV-12"):
        read(xml([*hours("00", code="NV-11"), *hours("--", code="NV-12")]))


@needs_shared
def test_the_recorded_answer_gives_its_two_hours_and_not_the_third() -> None:
    content = (SHARED / "alerts/allertalom/lista-zone_sample_IM-09.xml").read_bytes()
    found = parse_allertalom(content, "file", "Lomb-09", "temporali", datetime(2026, 7, 16, 14, tzinfo=UTC))
    assert spans(found) == [
        ("verde", date(2026, 7, 16), "16:00", "17:00"),
        ("gialla", date(2026, 7, 16), "17:00", "18:00"),
    ]


def test_the_sandbox_writes_what_is_read() -> None:
    found = read(write_hours(HourOrder(gis=7), START + timedelta(minutes=20)), START)
    assert {level for level, *_ in spans(found)} == {"verde"}
    assert max(one.expires for one in found.alerts) == datetime(2026, 11, 26, tzinfo=ROME)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2000), st.binary(max_size=12), st.booleans())
def test_a_mangled_answer_is_read_or_is_one_error_and_never_green_out_of_nothing(
    place: int, junk: bytes, cut: bool
) -> None:
    good = xml(hours("33333333"))
    place %= len(good)
    mangled = good[:place] + junk + (b"" if cut else good[place + len(junk) :])
    try:
        found = read(mangled)
    except ScraperError:
        return
    assert found.alerts
    assert {one.level for one in found.alerts} == {"rossa"} or mangled != good
    for one in found.alerts:
        assert one.level in LEVELS
        if one.level != "rossa":
            number = LEVELS.index(one.level)
            assert f"<cdLivello>{number}<".encode() in mangled, "a level that the bytes do not state"
