"""A CAP 1.2 document of its own: what it states of the Comune, what it takes back, what is unavailable."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.alerts import IssuedBulletin
from scrapers.alerts.cap12 import Place, parse_cap
from scrapers.alerts.cap_words import WordsError, hazards_and_level, references
from scrapers.dates import ROME
from scrapers.errors import ParseError, ScraperError, StaleError
from tests.world.shared import SHARED, needs_shared

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
OURS = Place(("Lomb-09",), "015195", "IT003", ("San Giuliano Milanese",))
ZONE = "<geocode><valueName>Zona di Allerta</valueName><value>Lomb-09</value></geocode>"
YELLOW = "ORDINARIA CRITICITA' PER RISCHIO TEMPORALI / ALLERTA GIALLA:"
RED = "ELEVATA CRITICITA' PER RISCHIO IDRAULICO / ALLERTA ROSSA:"


def info(
    event: str = YELLOW,
    *,
    severity: str = "Moderate",
    onset: str = "2026-11-25T00:00:00+01:00",
    expires: str = "2026-11-25T23:59:59+01:00",
    area: str = ZONE,
    described: str = "Nodo Idraulico di Milano",
    more: str = "",
) -> str:
    return (
        f"<info>{more}<event>{event}</event><severity>{severity}</severity><onset>{onset}</onset>"
        f"<expires>{expires}</expires><senderName>Regione di Prova</senderName>"
        f"<area><areaDesc>{described}</areaDesc>{area}</area></info>"
    )


def cap(*infos: str, **fields: str) -> bytes:
    told = {
        "identifier": "PROVA-2",
        "sender": "prova@regione.example",
        "sent": "2026-11-24T15:30:00+01:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        **fields,
    }
    head = "".join(f"<{name}>{value}</{name}>" for name, value in told.items() if value)
    return f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{head}{"".join(infos)}</alert>'.encode()


def read(content: bytes, place: Place = OURS, now: datetime = NOW, **more: Any) -> IssuedBulletin:
    return parse_cap(content, "https://cap.example/a.xml", place, now, **more)


def stated(bulletin: IssuedBulletin) -> list[tuple[str, str, str, date]]:
    return [(one.zone, one.hazard, one.level, one.day) for one in bulletin.alerts]


TOMORROW = date(2026, 11, 25)


def test_each_info_becomes_a_statement_with_all_that_is_kept_of_it() -> None:
    found = read(cap(info(), info(RED, severity="Extreme")))
    assert stated(found) == [
        ("Lomb-09", "temporali", "gialla", TOMORROW),
        ("Lomb-09", "idraulico", "rossa", TOMORROW),
    ]
    one = found.alerts[0]
    assert (one.source, one.identifier, one.issuer) == ("cap", "PROVA-2", "Regione di Prova")
    assert (one.url, one.issuer_zone, one.hourly) == ("https://cap.example/a.xml", "Lomb-09", True)
    assert one.sent == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    assert one.onset == datetime(2026, 11, 25, tzinfo=ROME)
    assert one.expires == datetime(2026, 11, 25, 23, 59, 59, tzinfo=ROME)
    assert found.warnings == ()


def test_an_info_over_midnight_is_a_statement_a_day() -> None:
    found = read(cap(info(onset="2026-11-24T20:00:00+01:00", expires="2026-11-26T06:00:00+01:00")))
    assert [one.day for one in found.alerts] == [date(2026, 11, 24), TOMORROW, date(2026, 11, 26)]
    assert found.alerts[1].expires == found.alerts[2].onset == datetime(2026, 11, 26, tzinfo=ROME)


def geocode(name: str, value: str) -> str:
    return f"<geocode><valueName>{name}</valueName><value>{value}</value></geocode>"


@pytest.mark.parametrize(
    ("area", "described", "ours"),
    [
        (geocode("Zona di Allerta", "Lomb-09"), "x", True),
        (geocode("Zona di Allerta", "Lomb-9"), "x", False),
        (geocode("Zona di Allerta", "Lomb-091"), "x", False),
        (geocode("Codice ISTAT", "015195"), "x", True),
        (geocode("Codice ISTAT", "15195"), "x", False),
        (geocode("CAP", "015195"), "x", False),
        (geocode("EMMA_ID", "IT003"), "x", True),
        (geocode("EMMA_ID", "IT0031"), "x", False),
        ("", "San Giuliano Milanese", True),
        ("", "San Giuliano", False),
        ("", "San Giuliano Milanese e Melegnano", False),
        ("", "Lomb-09", True),
    ],
)
def test_an_area_is_ours_by_a_whole_code_or_name(area: str, described: str, ours: bool) -> None:
    found = read(cap(info(area=area, described=described)))
    assert bool(found.alerts) is ours
    if not ours:
        assert "nessuna area riguarda Lomb-09; non vuol dire che è verde" in found.warnings[0]
        with pytest.raises(ParseError, match="no area is about Lomb-09"):
            read(cap(info(area=area, described=described)), must_concern=True)


def test_a_comune_in_several_zones_gets_those_that_are_named() -> None:
    both = Place(("Lomb-09", "Lomb-13"), "015195")
    assert [one.zone for one in read(cap(info()), both).alerts] == ["Lomb-09"]
    by_istat = cap(info(area=geocode("ISTAT", "015195")))
    assert [one.zone for one in read(by_istat, both).alerts] == ["Lomb-09", "Lomb-13"]


def test_of_two_languages_the_italian_info_counts_once() -> None:
    english = info("Yellow thunderstorm warning", more="<language>en-GB</language>")
    italian = info(more="<language>it-IT</language>")
    for infos in ((english, italian), (italian, english)):
        found = read(cap(*infos))
        assert (stated(found), found.warnings) == ([("Lomb-09", "temporali", "gialla", TOMORROW)], ())


def test_an_english_info_without_an_italian_twin_is_told_and_not_lost() -> None:
    english = info("Yellow wind warning", more="<language>en-GB</language>")
    found = read(cap(english, english, info(more="<language>it-IT</language>")))
    assert len(found.alerts) == 1
    assert "evento sconosciuto: 'Yellow wind warning'" in found.warnings[0]


@pytest.mark.parametrize(
    ("event", "severity", "hazards", "level"),
    [
        (YELLOW, "Moderate", ["temporali"], "gialla"),
        ("Rischio idrogeologico / Allerta ARANCIONE", "Severe", ["idrogeologico"], "arancione"),
        ("ALLERTA GIALLA PER TEMPORALI E VENTO FORTE", "", ["temporali", "vento"], "gialla"),
        ("Codice rosso per rischio idraulico, idrogeologico e temporali forti", "Extreme",
         ["idraulico", "idrogeologico", "temporali"], "rossa"),
        ("Neve", "Severe", ["neve"], "arancione"),
        ("VENTO FORTE - CODICE VERDE", "Minor", ["vento"], "verde"),
    ],
)  # fmt: skip
def test_known_words_give_hazards_and_level(
    event: str, severity: str, hazards: Sequence[str], level: str
) -> None:
    assert hazards_and_level(event, severity) == (hazards, level, None)


@pytest.mark.parametrize(
    ("event", "severity"),
    [
        ("FINE ALLERTA GIALLA PER TEMPORALI", "Minor"),
        ("NESSUNA ALLERTA ROSSA PER TEMPORALI", "Minor"),
        ("REVOCA: RISCHIO TEMPORALI / ALLERTA GIALLA", "Moderate"),
        ("RISCHIO TEMPORALI / ALLERTA VIOLA", "Moderate"),
        ("RISCHIO VALANGHE / ALLERTA GIALLA", "Moderate"),
        ("ESTREMA CRITICITA' PER RISCHIO TEMPORALI / ALLERTA ROSSA", "Extreme"),
        (YELLOW, "Unknown"),
        (YELLOW, "Moderata"),
        ("Temporali", ""),
        ("", "Severe"),
    ],
)
def test_unknown_words_are_an_error_and_never_a_level(event: str, severity: str) -> None:
    with pytest.raises(WordsError):
        hazards_and_level(event, severity)


def test_where_words_and_severity_disagree_the_highest_counts_and_the_editor_is_told() -> None:
    found = read(cap(info(severity="Severe")))
    assert stated(found) == [("Lomb-09", "temporali", "arancione", TOMORROW)]
    assert "dice livelli diversi (gialla, gialla, arancione); vale arancione" in found.warnings[0]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (info("PIOGGIA DI RANE"), "evento sconosciuto"),
        (info(onset="domani"), "onset non è un orario con il fuso"),
        (info(expires=""), "expires non è un orario con il fuso"),
        (info(expires="2026-11-25T00:00:00+01:00"), "prima di cominciare"),
        ("<info><event>x</event></info>", "non dice per quale area"),
    ],
)
def test_an_info_that_cannot_be_read_costs_no_other_and_takes_nothing_back(bad: str, says: str) -> None:
    update = {"msgType": "Update", "references": "a@b,PROVA-1,2026-11-24T09:00:00+01:00"}
    found = read(cap(bad, info(), **update))
    assert stated(found) == [("Lomb-09", "temporali", "gialla", TOMORROW)]
    assert says in found.warnings[0]
    assert found.replaces == (), "what it puts in the place of the old is not known"
    with pytest.raises(ParseError, match="no info can be read"):
        read(cap(bad))


def test_an_info_about_others_may_be_anything() -> None:
    other = info("PIOGGIA DI RANE", area=geocode("Zona di Allerta", "Lomb-01"))
    assert read(cap(other, info())).warnings == ()


def test_green_and_expired_infos_are_left_out_and_told() -> None:
    found = read(
        cap(
            info("RISCHIO TEMPORALI / CODICE VERDE", severity="Minor"),
            info(onset="2026-11-24T00:00:00+01:00", expires="2026-11-24T12:00:00+01:00"),
            info(),
        )
    )
    assert (len(found.alerts), found.warnings) == (1, ())
    assert found.left_out == (
        "CAP PROVA-2: 1 informazioni già scadute",
        "CAP PROVA-2: 1 informazioni verdi o di fine allerta",
    )


def test_a_document_that_is_all_over_is_stale() -> None:
    with pytest.raises(StaleError, match="all that it says of Lomb-09 is over"):
        read(cap(info()), now=NOW + timedelta(days=2))


def test_updates_and_cancellations_name_what_they_take_back() -> None:
    refs = "a@b,PROVA-0,2026-11-23T09:00:00+01:00 a@b,PROVA-1,2026-11-24T09:00:00+01:00"
    for message, infos in (("Update", [info()]), ("Cancel", [])):
        found = read(cap(*infos, msgType=message, references=refs))
        assert [identifier for identifier, _ in found.replaces] == ["PROVA-0", "PROVA-1"]
        assert len(found.alerts) == len(infos)
    assert read(cap(info(), references=refs)).replaces == (), "an Alert is a first message"


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not well-formed"),
    "half of it": (cap(info())[:-30], "not well-formed"),
    "an Atom index": (b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "not a CAP 1.2 alert"),
    "CAP 1.1": (cap(info()).replace(b"cap:1.2", b"cap:1.1"), "not a CAP 1.2 alert"),
    "an entity bomb": (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + cap(info()), "DOCTYPE"),
    "without info": (cap(), "without info"),
    "an update without info": (
        cap(msgType="Update", references="a,b,2026-11-24T09:00:00+01:00"),
        "without info",
    ),
    "a test": (cap(info(), status="Test"), "status is 'Test'"),
    "an exercise": (cap(info(), status="Exercise"), "status is 'Exercise'"),
    "for few": (cap(info(), scope="Restricted"), "scope is 'Restricted'"),
    "an acknowledgement": (cap(info(), msgType="Ack"), "msgType is 'Ack'"),
    "no identifier": (cap(info(), identifier=""), "without identifier or sender"),
    "no time of issue": (cap(info(), sent="oggi"), "sent non è un orario"),
    "a cancellation of nothing": (cap(msgType="Cancel"), "does not say what it cancels"),
    "references that are none": (cap(info(), msgType="Update", references="PROVA-1"), "references non"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_public_actual_alert_with_an_info_is_unavailable(case: str) -> None:
    content, says = BAD[case]
    with pytest.raises(ParseError, match=says):
        read(content)


def test_references_are_whole_or_refused() -> None:
    assert references("") == []
    ((identifier, sent),) = references("a@b,X.1,2026-11-24T09:00:00+01:00")
    assert (identifier, sent) == ("X.1", datetime(2026, 11, 24, 8, tzinfo=UTC))
    for text in ("X.1", "a,b,c", "a,,2026-11-24T09:00:00+01:00", "a,b,2026-11-24T09:00:00", "a,b,c,d"):
        with pytest.raises(ValueError, match="references non leggibile"):
            references(text)


def awareness(level: str, kind: str) -> str:
    return "".join(
        f"<parameter><valueName>awareness_{name}</valueName><value>{value}</value></parameter>"
        for name, value in (("level", level), ("type", kind))
    )


def test_a_document_in_the_words_of_meteoalarm_gives_notices_and_never_alerts() -> None:
    wind = info("Vento", area=geocode("EMMA_ID", "IT003"), more=awareness("3; orange; Severe", "1; Wind"))
    storm = info("Temporali", area=geocode("EMMA_ID", "IT003"),
                 more=awareness("4; red; Extreme", "3; Thunderstorm"))  # fmt: skip
    found = read(cap(wind, storm))
    assert found.alerts == ()
    assert [(one.kind, one.colour, one.area) for one in found.notices] == [("vento", "arancione", "IT003")]
    assert "lasciati alla Protezione Civile (3; Thunderstorm, rosso)" in found.left_out[0]


@needs_shared
@pytest.mark.parametrize(
    ("name", "area", "at", "notices", "says"),
    [
        ("meteoalarm/cap_villach_heat.xml", "AT202", "2026-07-14", ["caldo giallo"], None),
        ("meteoalarm/cap_villach_heat_orange.xml", "AT202", "2026-07-15", ["caldo arancione"], None),
        ("meteoalarm/cap_avalanche_plus_heat.xml", "AT202", "2026-07-14", ["caldo giallo"], "avalanche"),
        ("meteoalarm/cap_green_level1.xml", "AT202", "2026-07-14", [], "informazioni verdi"),
        ("cap/meteoalert-api_uk_nothern_ireland_sample_detail.xml", "UK108", "2022-12-08", ["neve giallo"],
         None),
        ("cap/meteoalert-api_ireland_sample_detail.xml", "IE003", "2022-12-06", None, None),
    ],
)  # fmt: skip
def test_real_documents_of_other_countries(
    name: str, area: str, at: str, notices: list[str] | None, says: str | None
) -> None:
    now = datetime.fromisoformat(at + "T12:00:00+00:00")
    found = parse_cap((SHARED / "alerts" / name).read_bytes(), name, Place((area,), "", area), now)
    if notices is not None:
        assert [f"{one.kind} {one.colour}" for one in found.notices] == notices
    assert found.alerts == ()
    assert says is None or says in " ".join(found.left_out)


@needs_shared
def test_the_real_document_of_protezione_civile_agrees_with_its_table() -> None:
    from scrapers.alerts.dpc import open_archive

    folder = SHARED / "alerts" / "dpc"
    now = datetime(2026, 1, 18, 15, tzinfo=UTC)
    content = (folder / "cap" / "Cap_20260118_1515.xml").read_bytes()
    for zone in ("Sard-A", "Cala-7", "Sici-D"):
        table = open_archive((folder / "unwettertag_20260118_1515.zip").read_bytes(), "zip").bulletin(zone)
        found = parse_cap(content, "cap", Place((zone,)), now)
        assert {(one.hazard, one.level, one.day) for one in found.alerts} == {
            (one.hazard, one.level, one.day) for one in table.alerts if one.level != "verde"
        }


@needs_shared
def test_a_broken_document_and_an_index_are_errors() -> None:
    for name in ("meteoalarm/cap_broken.xml", "cap/meteoalert-api_uk_sample.xml"):
        with pytest.raises(ParseError):
            parse_cap((SHARED / "alerts" / name).read_bytes(), name, OURS, NOW)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2000), st.binary(max_size=10), st.booleans())
def test_a_mangled_document_is_read_or_is_one_error_and_a_red_never_fades(
    place: int, junk: bytes, cut: bool
) -> None:
    good = cap(info(RED, severity="Extreme"))
    place %= len(good)
    mangled = good[:place] + junk + (b"" if cut else good[place + len(junk) :])
    try:
        found = read(mangled, must_concern=True)
    except ScraperError:
        return
    assert found.replaces or found.alerts or found.warnings or found.left_out
    assert all(one.level == "rossa" for one in found.alerts)
