"""From several issuers to the draft: nothing twice, nothing lost, nothing green by silence."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from db import sources, weather_alerts, weather_notices
from db.models import BulletinStatus, Hazard, Level, SourceKind, WeatherAlert, WeatherNotice
from flows.bulletin.alerts.statements import settle, standing
from flows.compose import report
from flows.sources.alerts import alert_addresses, allertalom_queries
from flows.sources.readings import Reading
from flows.sources.visit import read_sources
from tests.test_scrapers_cap import cap, info
from tests.world.comune import APPROVE, Comune

ROME_DAY = date(2026, 11, 25)
CAP_EVENT = "RISCHIO TEMPORALI / ALLERTA ARANCIONE"


ORANGE_WAITS = ('levels = ["arancione", "rossa"]', 'levels = ["rossa"]')  # for the ordinary bulletin


@pytest.fixture
def town(comune: Comune) -> Comune:
    """With every source of alerts turned on."""
    at = comune.loopback.address
    comune.reprofile(
        (
            '# alerts_allertalom = "https://www.allertalom.regione.lombardia.it/lista-zone"',
            f'alerts_allertalom = "{at}/allertalom/lista-zone"',
        ),
        ('# alerts_cap = ["https://..."]', f'alerts_cap = ["{at}/cap/uno", "{at}/cap/due"]'),
        (
            '# alerts_meteoalarm = "https://feeds.meteoalarm.org/api/v1/warnings/feeds-italy"',
            f'alerts_meteoalarm = "{at}/meteoalarm/feeds-italy"',
        ),
        ("# meteoalarm_area", "meteoalarm_area"),
        ORANGE_WAITS,
    )
    for name in ("uno", "due"):
        put(comune, name, cap(info(expires="2026-12-31T00:00:00+01:00", area=NOWHERE)))
    return comune


NOWHERE = "<geocode><valueName>Zona di Allerta</valueName><value>Lomb-01</value></geocode>"


def put(town: Comune, name: str, content: bytes) -> None:
    town._http.put(f"/cap/_prova/{name}", content=content).raise_for_status()


def collect(town: Comune, *kinds: SourceKind) -> list[Reading]:
    """Read the sources of alerts, or of some kinds; a failure is a value."""
    wanted = [one for one in alert_addresses(town.settings.profile) if not kinds or one[0] in kinds]
    return read_sources(town.settings, wanted, dry_run=False, now=town.now)


def rows(town: Comune, kind: SourceKind) -> list[WeatherAlert]:
    addresses = [address for one, address in alert_addresses(town.settings.profile) if one == kind]
    with town.look() as session:
        ids = [source.id for address in addresses if (source := sources.find(session, address))]
        query = select(WeatherAlert).where(col(WeatherAlert.source_id).in_(ids))
        return list(session.exec(query.order_by(col(WeatherAlert.onset), col(WeatherAlert.id))))


def order_hours(town: Comune, gis: int, *hours: tuple[str, str, int], body: str | None = None) -> None:
    told = [{"begin": begin, "end": end, "level": level} for begin, end, level in hours]
    town.ask("POST", "/allertalom/_prova", {"gis": gis, "hours": told, "body": body})


def order_dpc(town: Comune, **tomorrow: str) -> None:
    zones = {"Lomb-09": {"tomorrow": tomorrow}}
    town.ask("POST", "/dpc/_prova", {"zones": zones, "issued": town.now.isoformat()})


def test_the_profile_names_every_source_and_asks_allertalom_by_hazard_and_istat(town: Comune) -> None:
    kinds = [kind for kind, _ in alert_addresses(town.settings.profile)]
    assert kinds == ["dpc", *["allertalom"] * 5, "cap", "cap", "meteoalarm"]
    queries = allertalom_queries(town.settings.profile)
    base = f"{town.loopback.address}/allertalom/lista-zone"
    assert queries["temporali"] == f"{base}?cdTipologiaGis=7&cdIstatComune=000001"
    assert set(queries) == {"temporali", "idrogeologico", "idraulico", "vento", "neve"}


def test_without_a_word_in_the_profile_only_protezione_civile_is_asked(comune: Comune) -> None:
    assert [kind for kind, _ in alert_addresses(comune.settings.profile)] == ["dpc"]


def test_every_source_is_read_and_what_it_states_is_kept_with_its_source(town: Comune) -> None:
    order_hours(town, 7, ("2026-11-25T14:00", "2026-11-25T20:00", 2))
    order_hours(town, 8, ("2026-11-25T06:00", "2026-11-25T09:00", 1))
    put(town, "uno", cap(info("RISCHIO NEVE / ALLERTA GIALLA"), sent="2026-11-24T09:00:00+01:00"))
    readings = collect(town)
    assert [reading.failure for reading in readings] == [None] * 9
    (storm,) = [row for row in rows(town, SourceKind.allertalom) if row.level is Level.arancione]
    assert (storm.hazard, storm.day, storm.zone) == (Hazard.temporali, ROME_DAY, "Lomb-09")
    assert (storm.issuer_zone, storm.identifier, storm.hourly) == ("IM-09", "", True)
    assert (storm.onset, storm.expires) == (
        datetime(2026, 11, 25, 13, tzinfo=UTC),
        datetime(2026, 11, 25, 19, tzinfo=UTC),
    )
    assert storm.sent_at == town.now
    assert storm.url.endswith("cdTipologiaGis=7&cdIstatComune=000001")
    (wind,) = [row for row in rows(town, SourceKind.allertalom) if row.level is Level.gialla]
    assert wind.hazard is Hazard.vento
    assert {row.issuer_zone for row in rows(town, SourceKind.allertalom) if row.hazard is Hazard.neve} == {
        "NV-11"
    }
    (snow,) = rows(town, SourceKind.cap)
    assert (snow.hazard, snow.identifier, snow.issuer) == (Hazard.neve, "PROVA-2", "Regione di Prova")
    draft = town.compose()
    (item,) = [item for item in draft.items if item.category == "allerta meteo"]
    assert item.title == "Allerta meteo arancione, mercoledì 25 novembre"
    for words in (
        "ARANCIONE (livello 3 su 4) per temporali forti, dalle 14 alle 20",
        "per vento forte, dalle 6 alle 9",
        "per neve",
        "Regione Lombardia, AllertaLOM, letto martedì 24 novembre",
        "Regione di Prova, bollettino di martedì 24 novembre",
    ):
        assert words in item.text


def test_the_same_hours_polled_again_are_no_new_statement_and_a_changed_level_is_one(town: Comune) -> None:
    order_hours(town, 7, ("2026-11-25T14:00", "2026-11-25T20:00", 1))
    order_dpc(town)
    first = sum(reading.new for reading in collect(town, SourceKind.allertalom))
    assert first > 0
    for _ in range(13):  # over an hour's turn: the past hour falls away
        town.now += timedelta(minutes=10)
        assert [reading.new for reading in collect(town, SourceKind.allertalom)] == [0] * 5
    order_hours(town, 7, ("2026-11-25T14:00", "2026-11-25T20:00", 2))
    assert [reading.new for reading in collect(town, SourceKind.allertalom)] == [3, 0, 0, 0, 0]
    held = holding(town)
    assert (held[ROME_DAY, Hazard.temporali]) == {Level.verde, Level.arancione}
    order_hours(town, 7)
    town.now += timedelta(minutes=10)
    collect(town, SourceKind.allertalom)
    assert holding(town)[ROME_DAY, Hazard.temporali] == {Level.verde}


def holding(town: Comune) -> dict[tuple[date, Hazard], set[Level]]:
    found: dict[tuple[date, Hazard], set[Level]] = {}
    with town.look() as session:
        stated = weather_alerts.not_over(session, town.settings.profile.alert_zones, now=town.now)
        for span in standing(stated, town.now):
            found.setdefault((span.row.day, span.row.hazard), set()).add(span.row.level)
    return found


def test_the_hour_that_comes_twice_in_october_is_stated_once(town: Comune) -> None:
    town.now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    order_hours(town, 7, ("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", 2))
    collect(town, SourceKind.allertalom)
    (row,) = [row for row in rows(town, SourceKind.allertalom) if row.level is Level.arancione]
    assert row.expires - row.onset == timedelta(hours=1)
    for _ in range(8):
        town.now += timedelta(hours=1)
        assert sum(reading.new for reading in collect(town, SourceKind.allertalom)) == 0


def test_hours_that_are_no_longer_forecast_keep_the_level_they_had(town: Comune) -> None:
    order_hours(town, 7, ("2026-11-25T10:00", "2026-11-25T20:00", 2))
    collect(town, SourceKind.allertalom)
    town.now += timedelta(minutes=10)
    order_hours(
        town, 7, ("2026-11-25T10:00", "2026-11-25T14:00", 0), ("2026-11-25T14:00", "2026-11-26T00:00", -1)
    )
    collect(town, SourceKind.allertalom)
    with town.look() as session:
        stated = weather_alerts.not_over(session, ["Lomb-09"], now=town.now)
        (span,) = settle(standing(stated, town.now), town.now)
    assert (span.row.level, span.onset.hour, span.expires.hour) == (Level.arancione, 13, 19)  # UTC


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE html><html><body>Errore 500</body></html>",
        "<List></List>",
        "<List><item>",
        "",
    ],
)
def test_an_answer_that_is_no_forecast_costs_no_other_source_and_is_told_by_compose(
    town: Comune, body: str
) -> None:
    order_hours(town, 7, body=body)
    readings = collect(town)
    failed = [reading for reading in readings if reading.failure]
    assert [reading.source for reading in failed] == [allertalom_queries(town.settings.profile)["temporali"]]
    assert not [row for row in rows(town, SourceKind.allertalom) if row.hazard is Hazard.temporali]
    (line,) = [line for line in town.compose().blind if "cdTipologiaGis=7" in line]
    assert "alerts are unavailable" in line


def test_a_source_that_was_last_read_too_long_ago_is_told_by_compose(town: Comune) -> None:
    collect(town)
    about_alerts = [address for _, address in alert_addresses(town.settings.profile)]

    def told() -> set[str]:
        return {address for address in about_alerts if any(address in line for line in town.compose().blind)}

    assert told() == set()
    town.now += timedelta(hours=2)
    assert told() == set()
    town.now += timedelta(hours=2)
    assert told() == set(about_alerts)


def test_on_disagreement_the_highest_level_is_announced_and_the_editor_reads_why(town: Comune) -> None:
    order_dpc(town, temporali="gialla", idraulico="gialla")
    order_hours(
        town, 7, ("2026-11-25T14:00", "2026-11-25T18:00", 2), ("2026-11-25T18:00", "2026-11-25T21:00", 1)
    )
    collect(town, SourceKind.dpc, SourceKind.allertalom)
    draft = town.compose()
    (item,) = [item for item in draft.items if item.category == "allerta meteo"]
    assert "ARANCIONE (livello 3 su 4) per temporali forti, dalle 14 alle 18" in item.text
    assert "rischio idraulico" in item.text
    assert "Fonti: " in item.text
    shown = report(draft)
    assert (
        "Fonti discordi per mercoledì 25 novembre, rischio idraulico, zona Lomb-09: Dipartimento della "
        "Protezione Civile dice gialla, Regione Lombardia, AllertaLOM dice verde. Vale il livello più alto, "
        "gialla." in shown
    )
    assert (
        "Fonti discordi per mercoledì 25 novembre, temporali forti, zona Lomb-09: Regione Lombardia, "
        "AllertaLOM dice arancione, Dipartimento della Protezione Civile dice gialla." in shown
    )


def test_at_one_level_the_hours_of_the_region_are_announced_and_nobody_disagrees(town: Comune) -> None:
    order_dpc(town, temporali="gialla")
    order_hours(town, 7, ("2026-11-25T14:00", "2026-11-25T20:00", 1))
    collect(town, SourceKind.dpc, SourceKind.allertalom)
    draft = town.compose()
    (item,) = [item for item in draft.items if item.category == "allerta meteo"]
    assert "per temporali forti, dalle 14 alle 20 di mercoledì 25 novembre" in item.text
    assert "dalle 0 alle 24" not in item.text
    assert draft.remarks == ()


def test_an_item_of_two_issuers_is_told_once_as_a_whole(town: Comune) -> None:
    order_dpc(town, idraulico="gialla")
    order_hours(town, 8, ("2026-11-25T06:00", "2026-11-25T09:00", 1))
    collect(town, SourceKind.dpc, SourceKind.allertalom)
    first = town.draft()
    assert "idraulico" in town.items(first)[0].text
    assert "vento forte" in town.items(first)[0].text
    town.answer(first, APPROVE)
    town.move(first, BulletinStatus.sending, BulletinStatus.sent)
    assert town.compose().items == ()
    town.now += timedelta(minutes=10)
    order_hours(town, 8, ("2026-11-25T06:00", "2026-11-25T09:00", 2))
    collect(town, SourceKind.allertalom)
    (item,) = town.compose().items
    assert "ARANCIONE (livello 3 su 4) per vento forte" in item.text
    assert "idraulico" not in item.text


def test_an_update_supersedes_by_reference_and_a_cancellation_takes_back(town: Comune) -> None:
    order_dpc(town)
    sent = "2026-11-24T09:00:00+01:00"
    put(town, "uno", cap(info(CAP_EVENT, severity="Severe"), identifier="A", sent=sent))
    collect(town)
    number = town.draft()
    later = {"sent": "2026-11-24T10:00:00+01:00", "references": f"prova@regione.example,A,{sent}"}
    put(town, "due", cap(info(severity="Moderate"), identifier="B", msgType="Update", **later))
    town.now += timedelta(minutes=10)
    collect(town)
    assert holding(town)[ROME_DAY, Hazard.temporali] == {Level.verde, Level.gialla}
    assert town.answer(number, APPROVE).status == BulletinStatus.in_review, "what it tells was taken back"
    for _ in range(2):  # the first document is still at its address: it does not come back to life
        town.now += timedelta(minutes=10)
        collect(town)
    assert holding(town)[ROME_DAY, Hazard.temporali] == {Level.verde, Level.gialla}
    end = {
        "sent": "2026-11-24T10:20:00+01:00",
        "references": "prova@regione.example,B,2026-11-24T10:00:00+01:00",
    }
    put(town, "uno", cap(identifier="C", msgType="Cancel", **end))
    collect(town)
    assert holding(town)[ROME_DAY, Hazard.temporali] == {Level.verde}
    assert len(rows(town, SourceKind.cap)) == 2


def test_an_update_that_cannot_be_read_takes_nothing_back(town: Comune) -> None:
    sent = "2026-11-24T09:00:00+01:00"
    put(town, "uno", cap(info(CAP_EVENT, severity="Severe"), identifier="A", sent=sent))
    collect(town, SourceKind.cap)
    put(town, "uno", cap(info("MALTEMPO"), identifier="B", msgType="Update", references=f"x,A,{sent}"))
    reading = collect(town, SourceKind.cap)[0]
    assert reading.failure is not None
    assert holding(town)[ROME_DAY, Hazard.temporali] == {Level.arancione}


def test_an_alert_that_has_run_out_at_its_address_is_told_and_states_nothing(town: Comune) -> None:
    past = info(onset="2026-11-23T00:00:00+01:00", expires="2026-11-23T23:59:59+01:00")
    put(town, "uno", cap(past, sent="2026-11-22T15:00:00+01:00"))
    reading = collect(town, SourceKind.cap)[0]
    assert (reading.failure, reading.new) == (None, 0)
    assert "già scaduto" in reading.problems[0]
    assert rows(town, SourceKind.cap) == []


def order_notices(town: Comune, *warnings: dict[str, Any]) -> None:
    times = {"onset": "2026-11-25T06:00:00+01:00", "expires": "2026-11-25T23:59:00+01:00"}
    told = [{**times, **one} for one in warnings]
    town.ask("POST", "/meteoalarm/_prova", {"sent": town.now.isoformat(), "warnings": told})


def test_a_notice_is_for_the_editors_eyes_and_no_question_about_alerts_gives_it(town: Comune) -> None:
    order_notices(
        town, {"type": 1, "level": 3, "identifier": "W1"}, {"type": 3, "level": 4, "identifier": "W2"}
    )
    order_dpc(town)
    assert sum(reading.new for reading in collect(town, SourceKind.dpc, SourceKind.meteoalarm)) == 7
    assert sum(reading.new for reading in collect(town, SourceKind.meteoalarm)) == 0
    draft = town.compose()
    assert draft.items == ()
    (line,) = draft.remarks
    assert line.startswith("Avviso meteo arancione per vento, tutta la regione, dalle 6 alle 24 di mercoledì")
    assert "Non è un'allerta" in line
    assert line.endswith("EUMETNET - MeteoAlarm.")
    assert line in report(draft)
    with town.look() as session:
        assert {row.level for row in session.exec(select(WeatherAlert))} == {Level.verde}
    order_notices(town)
    town.now += timedelta(minutes=10)
    collect(town, SourceKind.meteoalarm)
    with town.look() as session:
        assert weather_notices.in_force(session, now=town.now) == []
        assert len(session.exec(select(WeatherNotice)).all()) == 1


def test_of_several_zones_the_missing_one_fails_the_source_and_costs_the_other_nothing(
    comune: Comune,
) -> None:
    comune.reprofile(('alert_zones = ["Lomb-09"]', 'alert_zones = ["Lomb-99", "Lomb-09"]'))
    order_dpc(comune, temporali="rossa")
    (reading,) = collect(comune)
    assert "no zone 'Lomb-99'" in (reading.failure or "")
    assert holding(comune)[ROME_DAY, Hazard.temporali] == {Level.rossa}
    assert any("Lomb-99" in line for line in comune.compose().blind)


def test_of_several_zones_each_is_announced_and_the_highest_leads(comune: Comune) -> None:
    comune.reprofile(('alert_zones = ["Lomb-09"]', 'alert_zones = ["Lomb-09", "Lomb-13"]'), ORANGE_WAITS)
    zones = {
        "Lomb-09": {"tomorrow": {"temporali": "gialla"}},
        "Lomb-13": {"tomorrow": {"temporali": "arancione"}},
    }
    comune.ask("POST", "/dpc/_prova", {"zones": zones, "issued": comune.now.isoformat()})
    collect(comune)
    (item,) = comune.compose().items
    assert item.title == "Allerta meteo arancione, mercoledì 25 novembre"
    assert item.text.index("ARANCIONE (livello 3 su 4)") < item.text.index("GIALLA (livello 2 su 4)")
    assert "(zona Lomb-13)" in item.text
