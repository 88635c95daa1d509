"""What holds of all that several issuers said: the newest of each, the highest of all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db import bulletins, sources, weather_alerts
from db.bulletins import ItemData
from db.engine import transaction
from db.models import BulletinStatus, Hazard, Level, SourceKind, WeatherAlert
from flows.bulletin.alerts.items import alert_candidates
from flows.bulletin.alerts.statements import disagreements, settle, standing
from flows.settings import DEMO, load_profile
from flows.sources.alerts import unchanged_alerts
from scrapers.errors import ParseError, StaleError
from tests.world.builders import NOW, make_bulletin, make_source

ROME_DAY = date(2026, 11, 25)
MIDNIGHT = datetime(2026, 11, 24, 23, tzinfo=UTC)
STORM = Hazard.temporali


def statement(
    number: int, hazard: Hazard, level: Level, *, hours: tuple[int, int] = (0, 24), **more: Any
) -> weather_alerts.AlertData:
    data = weather_alerts.AlertData(
        identifier=str(number),
        issuer="Regione",
        url="https://x.example",
        zone="Lomb-09",
        hazard=hazard,
        level=level,
        day=ROME_DAY,
        onset=MIDNIGHT + timedelta(hours=hours[0]),
        expires=MIDNIGHT + timedelta(hours=hours[1]),
        sent_at=NOW - timedelta(minutes=60 - number),
        hourly=hours != (0, 24),
    )
    return replace(data, **more)


def between(begin: int, end: int) -> tuple[datetime, datetime]:
    return MIDNIGHT + timedelta(hours=begin), MIDNIGHT + timedelta(hours=end)


def as_rows(stated: Sequence[weather_alerts.AlertData]) -> list[WeatherAlert]:
    return [
        WeatherAlert(id=number, source_id=1, seen_at=NOW, **one.__dict__)
        for number, one in enumerate(stated, start=1)
    ]


def test_a_newer_word_on_the_whole_day_takes_back_all_of_it_and_one_on_hours_only_these() -> None:
    whole = statement(1, STORM, Level.arancione)
    part = statement(2, STORM, Level.verde, hours=(0, 10))
    held = settle(standing(as_rows([whole, part]), NOW), NOW)
    assert [(one.row.level, one.onset.hour) for one in held] == [(Level.arancione, 9)]
    assert settle(standing(as_rows([part, statement(3, STORM, Level.verde)]), NOW), NOW) == []


def test_a_lower_issuer_that_is_silent_on_the_hours_does_not_disagree() -> None:
    day = statement(1, STORM, Level.gialla, issuer="Protezione Civile")
    night = statement(2, STORM, Level.verde, hours=(0, 3))
    assert disagreements(standing(as_rows([day, night]), NOW), NOW) == []
    yellow_night = statement(2, STORM, Level.gialla, hours=(0, 3))
    held = settle(standing(as_rows([day, yellow_night]), NOW), NOW)
    assert day.expires in {one.expires for one in held}, "the region has not spoken of the rest of the day"


def test_a_higher_level_for_some_hours_does_not_hide_the_rest_of_the_day() -> None:
    day = statement(1, STORM, Level.gialla, issuer="Protezione Civile")
    peak = statement(2, STORM, Level.rossa, hours=(14, 18))
    (made,) = alert_candidates(as_rows([day, peak]), NOW)
    assert "ROSSA" in made.abstract
    assert "GIALLA (livello 2 su 4) per temporali forti, dalle 0 alle 24" in made.abstract
    assert made.weather_alert_ids[0] == 2, "the item is named after its worst"


def test_a_304_of_an_archive_that_is_old_or_of_which_nothing_is_stored_is_an_error(engine: Engine) -> None:
    profile = load_profile(DEMO)
    with transaction(engine) as session:
        source = make_source(session, kind=SourceKind.dpc, address="https://dpc.example/a.zip")
    with pytest.raises(ParseError, match="nothing of it is stored for Lomb-09"):
        unchanged_alerts(profile, engine, source, NOW)
    with transaction(engine) as session:
        weather_alerts.store(session, source.id, [statement(1, STORM, Level.verde)], now=NOW)
    assert unchanged_alerts(profile, engine, source, NOW).not_modified
    with pytest.raises(StaleError):
        unchanged_alerts(profile, engine, source, NOW + timedelta(days=2))
    moved = profile.model_copy(update={"alert_zones": ["Lomb-09", "Lomb-13"]})
    with pytest.raises(ParseError, match="for Lomb-13"):
        unchanged_alerts(moved, engine, source, NOW)


def test_of_two_levels_for_the_same_hours_both_are_stored_and_the_higher_is_announced(engine: Engine) -> None:
    stated = [statement(1, STORM, level, hours=(3, 9)) for level in (Level.gialla, Level.rossa, Level.gialla)]
    with transaction(engine) as session:
        source = make_source(session, kind=SourceKind.cap, address="https://cap.example/a")
        assert weather_alerts.store(session, source.id, stated, now=NOW) == 2
        assert weather_alerts.store(session, source.id, stated, now=NOW) == 0
        rows = weather_alerts.not_over(session, ["Lomb-09"], now=NOW)
    (made,) = alert_candidates(rows, NOW)
    assert "ROSSA" in made.abstract
    assert "GIALLA" not in made.abstract


STATEMENTS = st.lists(
    st.builds(
        lambda issuer, sent, level, begin, length, whole: statement(
            sent,
            STORM,
            level,
            hours=(0, 24) if whole else (begin, min(begin + length, 24)),
            issuer=issuer,
        ),
        st.sampled_from(["A", "B", "C"]),
        st.integers(1, 5),
        st.sampled_from(list(Level)),
        st.integers(0, 23),
        st.integers(1, 24),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=300)
@given(STATEMENTS)
def test_the_highest_standing_level_is_always_announced_and_nothing_that_nobody_said(
    stated: list[weather_alerts.AlertData],
) -> None:
    held = standing(as_rows(stated), NOW)
    announced = settle(held, NOW)
    highest = max(span.rank for span in held)
    if highest:
        assert max(span.rank for span in announced) == highest
    else:
        assert announced == []
    for span in announced:
        assert span in held
        assert span.row.level is not Level.verde
    for line in disagreements(held, NOW):
        assert f"Vale il livello più alto, {list(Level)[highest]}." in line


@settings(deadline=None, max_examples=300)
@given(STATEMENTS, st.integers(0, 23))
def test_of_one_issuer_each_hour_has_its_newest_word(
    stated: list[weather_alerts.AlertData], hour: int
) -> None:
    rows = [row for row in as_rows(stated) if row.issuer == "A"]
    at = MIDNIGHT + timedelta(hours=hour, minutes=30)
    spoken = [row.sent_at for row in rows if not row.hourly or row.onset <= at < row.expires]
    said = [
        row.level
        for row in rows
        if row.sent_at == max(spoken, default=None) and row.onset <= at < row.expires
    ]
    held = [span.row.level for span in standing(rows, NOW) if span.onset <= at < span.expires]
    assert sorted(held) == sorted(said)


def alert_of_cap(session: Any, identifier: str, level: Level, sent: datetime) -> int:
    source = sources.ensure(session, SourceKind.cap, "https://cap.example/a")
    data = statement(1, STORM, level, hours=(3, 9), identifier=identifier, sent_at=sent)
    weather_alerts.store(session, source.id, [data], now=NOW)
    session.flush()
    rows = weather_alerts.not_over(session, ["Lomb-09"], now=NOW)
    return next(row.id for row in rows if row.identifier == identifier)


def test_an_item_tells_what_was_told_together_with_its_lead(engine: Engine) -> None:
    with transaction(engine) as session:
        source = make_source(session, kind=SourceKind.dpc, address="https://dpc.example/a.zip")
        both = [
            statement(1, STORM, Level.gialla, hours=(0, 6)),
            statement(1, Hazard.idraulico, Level.arancione, zone="Lomb-13", hours=(4, 12)),
            statement(1, Hazard.neve, Level.gialla),
        ]
        assert weather_alerts.store(session, source.id, both, now=NOW) == 3
        zones = ["Lomb-09", "Lomb-13"]
        rows = {row.hazard: row.id for row in weather_alerts.not_over(session, zones, now=NOW)}
        lead = [rows[Hazard.idraulico], rows[STORM]]
        weather_alerts.tell_together(session, lead, at=NOW)
        weather_alerts.tell_together(session, lead, at=NOW)
        item = ItemData("x", "allerta meteo", "", "x", weather_alert_id=lead[0], told_at=NOW)
        bulletin = make_bulletin(session, [item], status=BulletinStatus.approved)
        assert weather_alerts.statements(session, zones) == {
            ("Lomb-09", ROME_DAY, STORM, Level.gialla, between(0, 6)),
            ("Lomb-13", ROME_DAY, Hazard.idraulico, Level.arancione, between(4, 12)),
        }
        assert weather_alerts.statements(session, zones, excluding=bulletin.id) == set()
        assert {zone for zone, *_ in weather_alerts.statements(session, ["Lomb-13"])} == {"Lomb-13"}
        assert {row.id for row in weather_alerts.told_by(session, item)} == set(lead)


def test_two_texts_that_name_one_lead_tell_each_its_own(engine: Engine) -> None:
    """Else what only the later one told counts as told by the earlier, when the later one goes nowhere."""
    later = NOW + timedelta(minutes=30)
    with transaction(engine) as session:
        source = make_source(session, kind=SourceKind.dpc, address="https://dpc.example/a.zip")
        first = [statement(1, STORM, Level.gialla)]
        weather_alerts.store(session, source.id, first, now=NOW)
        (lead,) = (row.id for row in weather_alerts.not_over(session, ["Lomb-09"], now=NOW))
        weather_alerts.store(session, source.id, [statement(1, Hazard.neve, Level.gialla)], now=later)
        rows = weather_alerts.not_over(session, ["Lomb-09"], now=later)
        snow = next(row.id for row in rows if row.hazard == Hazard.neve)
        for at, together, status in (
            (NOW, [lead], BulletinStatus.sent),
            (later, [lead, snow], BulletinStatus.expired),
        ):
            weather_alerts.tell_together(session, together, at=at)
            item = ItemData("x", "allerta meteo", "", "x", weather_alert_id=lead, told_at=at)
            made = make_bulletin(session, [item], status=status, now=at)
            (version,) = bulletins.versions(session, made.id)
            (line,) = bulletins.items(session, version)
            assert {row.id for row in weather_alerts.told_by(session, line)} == set(together)
        assert {hazard for _, _, hazard, *_ in weather_alerts.statements(session, ["Lomb-09"])} == {STORM}


def test_what_was_taken_back_by_reference_does_not_stand(engine: Engine) -> None:
    with transaction(engine) as session:
        alert_of_cap(session, "A", Level.rossa, NOW - timedelta(hours=2))
        assert weather_alerts.replace(session, [("A", NOW)], now=NOW) == 0, "of another time: another message"
        assert weather_alerts.replace(session, [("A", NOW - timedelta(hours=2))], now=NOW) == 1
        assert weather_alerts.replace(session, [("A", NOW - timedelta(hours=2))], now=NOW) == 0
        assert weather_alerts.not_over(session, ["Lomb-09"], now=NOW) == []
