"""What citizens were told of an alert, and what of the same level is news to them all the same."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db import weather_alerts
from db.engine import transaction
from db.models import BulletinStatus, Level, SourceKind, WeatherAlert
from db.weather_alerts import AlertData
from flows.bulletin.alerts.items import Announcement, alert_candidates, remarks
from flows.bulletin.candidates import Candidate
from flows.bulletin.language.dates import ROME
from tests.test_bulletin_statements import MIDNIGHT, STORM, as_rows, statement
from tests.world.builders import NOW, make_source
from tests.world.comune import APPROVE, Comune

DPC = "Protezione Civile"
Hours = tuple[int, int]
WHOLE: Hours = (0, 24)


def rows(*hours: Hours, **more: Any) -> list[WeatherAlert]:
    """A newest word of the region's: yellow in these hours, green in the others, as it always says both."""
    edges = sorted({0, 24, *(edge for one in hours for edge in one)})
    told = [
        statement(
            9,
            STORM,
            Level.gialla if any(begin <= first < end for begin, end in hours) else Level.verde,
            hours=(first, last),
            **{"hourly": True, **more},
        )
        for first, last in pairwise(edges)
    ]
    return as_rows(told)


def told_of(stored: Sequence[WeatherAlert]) -> set[Announcement]:
    return {
        (row.zone, row.day, row.hazard, row.level, (row.onset, row.expires) if row.hourly else None)
        for row in stored
        if row.level is not Level.verde
    }


def test_a_level_that_was_told_for_one_zone_is_news_in_another() -> None:
    zones = [statement(1, STORM, Level.gialla, zone=zone) for zone in ("Lomb-09", "Lomb-10")]
    told = told_of(as_rows(zones[:1]))
    (made,) = alert_candidates(as_rows(zones), NOW, told)
    assert "(zona Lomb-10)" in made.abstract
    assert "Lomb-09" not in made.abstract
    assert alert_candidates(as_rows(zones), NOW, told_of(as_rows(zones))) == []


@pytest.mark.parametrize(
    ("told", "now_said", "is_news"),
    [
        ((0, 6), (12, 24), True),
        ((14, 20), (14, 22), True),
        ((14, 20), (10, 20), True),
        ((14, 20), (14, 17), True),
        ((14, 20), (14, 20), False),
    ],
)
def test_other_hours_at_the_same_level_are_news_and_the_same_again_are_not(
    told: Hours, now_said: Hours, *, is_news: bool
) -> None:
    made = alert_candidates(rows(now_said), NOW, told_of(rows(told)))
    assert bool(made) == is_news
    if made:
        assert f"dalle {now_said[0]} alle {now_said[1]} di mercoledì 25 novembre" in made[0].abstract


@settings(deadline=None)
@given(st.integers(0, 22), st.integers(0, 23), st.integers(0, 59))
def test_hours_that_have_passed_are_no_change(begin: int, passed: int, minutes: int) -> None:
    """Read again at the hour that runs, the same forecast begins with it."""
    now = MIDNIGHT + timedelta(hours=passed, minutes=minutes)
    again = rows((max(begin, passed), 24), sent_at=now)
    assert alert_candidates(again, now.astimezone(ROME), told_of(rows((begin, 24)))) == []


def test_hours_of_a_day_that_was_told_as_a_whole_are_no_news() -> None:
    day = [statement(1, STORM, Level.gialla, issuer=DPC)]
    assert alert_candidates(rows((14, 20)), NOW, told_of(as_rows(day))) == []
    louder = [statement(2, STORM, Level.arancione, hours=(14, 20))]
    assert len(alert_candidates(as_rows(louder), NOW, told_of(as_rows(day)))) == 1


def test_a_whole_day_is_news_where_only_some_of_its_hours_were_told() -> None:
    day = as_rows([statement(1, STORM, Level.gialla, issuer=DPC)])
    (made,) = alert_candidates(day, NOW, told_of(rows((0, 6))))
    assert "dalle 0 alle 24" in made.abstract
    assert alert_candidates(day, MIDNIGHT + timedelta(hours=15), told_of(rows((14, 24)))) == []


def order(comune: Comune, **zones: str) -> None:
    told = {zone.replace("_", "-"): {"tomorrow": {"temporali": level}} for zone, level in zones.items()}
    comune.ask("POST", "/dpc/_prova", {"zones": told, "issued": comune.now.isoformat()})


def test_from_the_issuer_to_the_draft_each_zone_is_told_once(comune: Comune) -> None:
    comune.reprofile(('alert_zones = ["Lomb-09"]', 'alert_zones = ["Lomb-09", "Lomb-10"]'))
    order(comune, Lomb_09="gialla")
    comune.collect("alerts")
    first = comune.draft()
    assert "(zona Lomb-09)" in comune.items(first)[0].text
    comune.answer(first, APPROVE)
    comune.move(first, BulletinStatus.sending, BulletinStatus.sent)
    assert comune.compose().items == ()
    comune.now += timedelta(minutes=10)
    order(comune, Lomb_09="gialla", Lomb_10="gialla")
    comune.collect("alerts")
    (item,) = comune.compose().items
    assert "(zona Lomb-10)" in item.text
    assert "Lomb-09" not in item.text


def by_the_hour(level: Level, sent: int = 9) -> list[AlertData]:
    """The region's day: a level from 14 to 20, green before and after."""
    hours = {(0, 14): Level.verde, (14, 20): level, (20, 24): Level.verde}
    return [statement(sent, STORM, of, hours=span, hourly=True) for span, of in hours.items()]


def drafted(stored: Sequence[AlertData], hour: int) -> tuple[list[Candidate], list[str]]:
    at = MIDNIGHT + timedelta(hours=hour)
    return alert_candidates(as_rows(stored), at), remarks(as_rows(stored), [], at)


@pytest.mark.parametrize("hour", [9, 19, 20, 21])
def test_when_the_hours_of_a_region_have_run_out_the_whole_day_does_not_come_back(hour: int) -> None:
    day = statement(1, STORM, Level.arancione, issuer=DPC)
    made, noted = drafted([day, *by_the_hour(Level.arancione)], hour)
    assert ["dalle 14 alle 20" in one.abstract for one in made] == ([True] if hour < 20 else [])
    assert noted == []


def test_a_whole_day_that_is_stated_after_these_hours_or_is_worse_than_they_were_holds() -> None:
    late = statement(1, STORM, Level.arancione, issuer=DPC, sent_at=MIDNIGHT + timedelta(hours=20, minutes=5))
    made, noted = drafted([late, *by_the_hour(Level.arancione)], 21)
    assert len(made) == len(noted) == 1
    worse = statement(1, STORM, Level.rossa, issuer=DPC)
    made, noted = drafted([worse, *by_the_hour(Level.arancione)], 21)
    assert "ROSSA" in made[0].abstract
    assert "Vale il livello più alto, rossa" in noted[0]


def test_hours_that_a_region_took_back_early_do_not_silence_the_whole_day() -> None:
    day = statement(1, STORM, Level.arancione, issuer=DPC)
    lowered = statement(
        1, STORM, Level.verde, hours=(16, 24), hourly=True, sent_at=MIDNIGHT + timedelta(hours=16)
    )
    made, noted = drafted([day, *by_the_hour(Level.arancione), lowered], 17)
    assert "ARANCIONE" in made[0].abstract
    assert len(noted) == 1


def test_hours_that_have_passed_are_still_read_until_their_day_is_over(engine: Engine) -> None:
    with transaction(engine) as session:
        source = make_source(session, kind=SourceKind.dpc, address="https://dpc.example/a.zip")
        weather_alerts.store(session, source.id, by_the_hour(Level.gialla), now=NOW)
        for read in (weather_alerts.not_over, weather_alerts.ever_said):
            for hour, expected in ((10, 3), (21, 3), (24, 0)):
                assert len(read(session, ["Lomb-09"], now=MIDNIGHT + timedelta(hours=hour))) == expected
