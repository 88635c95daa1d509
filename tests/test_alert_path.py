"""An alert at an urgent level has a bulletin of its own: an ordinary one neither precedes nor repeats it."""

from datetime import date, timedelta

import pytest

from db.models import BulletinStatus, Hazard, Level
from flows.alert import draft_urgent
from flows.bulletin.candidates import ALERT_CATEGORY
from flows.bulletin.choosing.selection import Times
from flows.draft.items import Situation, gather, read_situation
from tests.test_alert_drafted import DAY, NOW, finish, state
from tests.world.comune import Comune

WEDNESDAY, THURSDAY = DAY, date(2026, 11, 26)


def alerts(comune: Comune) -> list[str]:
    """What an ordinary bulletin of this moment would tell of alerts."""
    candidates = gather(comune.settings, situation(comune))
    return [candidate.abstract for candidate in candidates if candidate.category == ALERT_CATEGORY]


def situation(comune: Comune) -> Situation:
    with comune.look() as session:
        return read_situation(comune.settings, session, Times(NOW, NOW, NOW))


def stated(comune: Comune, level: Level, hazard: Hazard = Hazard.temporali, minutes: int = 0) -> None:
    with comune.look() as session:
        state(session, level, hazard=hazard, at=NOW - timedelta(minutes=30 - minutes))


def urgent(comune: Comune) -> int:
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    return number


def test_between_two_rounds_it_is_nobodys_but_the_urgent_bulletins(comuni: Comune) -> None:
    stated(comuni, Level.arancione)
    stated(comuni, Level.gialla, Hazard.idraulico)
    assert alerts(comuni) == [], "half of a day would tell that there is no more"
    assert situation(comuni).own_days == {WEDNESDAY}
    number = urgent(comuni)
    assert alerts(comuni) == []
    finish(comuni.engine, number, BulletinStatus.sent)
    assert alerts(comuni) == [], "told once"
    assert situation(comuni).own_days == set()


def test_yellow_days_stay_in_the_ordinary_bulletin(comune: Comune) -> None:
    stated(comune, Level.gialla)
    (told,) = alerts(comune)
    assert told.startswith("Allerta GIALLA")


def test_a_level_that_the_profile_does_not_call_urgent_is_told_as_before(comune: Comune) -> None:
    only_red = comune.settings.profile.urgent.model_copy(update={"levels": [Level.rossa]})
    comune.settings.profile = comune.settings.profile.model_copy(update={"urgent": only_red})
    stated(comune, Level.arancione)
    (told,) = alerts(comune)
    assert told.startswith("Allerta ARANCIONE")


@pytest.mark.parametrize(
    ("end", "is_told"),
    [
        (BulletinStatus.merged, True),  # "le notizie passano al prossimo bollettino"
        (BulletinStatus.rejected, False),  # "scarta queste notizie"
        (BulletinStatus.expired, False),  # drafted anew: still the urgent path's
    ],
)
def test_what_an_editor_decided_of_the_urgent_bulletin_holds(
    comuni: Comune, end: BulletinStatus, is_told: bool
) -> None:
    stated(comuni, Level.arancione)
    finish(comuni.engine, urgent(comuni), end)
    assert bool(alerts(comuni)) == is_told


def test_a_level_that_rises_after_the_ordinary_draft_is_the_urgent_path_s(comune: Comune) -> None:
    stated(comune, Level.gialla)
    assert len(alerts(comune)) == 1
    stated(comune, Level.arancione, minutes=10)
    assert alerts(comune) == []


def test_a_lower_level_that_is_new_does_not_seem_to_lower_what_was_told(comune: Comune) -> None:
    stated(comune, Level.arancione)
    finish(comune.engine, urgent(comune), BulletinStatus.sent)
    stated(comune, Level.gialla, Hazard.idraulico, minutes=20)
    (told,) = alerts(comune)
    assert told.startswith(
        "Allerta GIALLA (livello 2 su 4) per rischio idraulico, dalle 0 alle 24 di mercoledì"
    )
    assert "Vale ancora, già annunciata: Allerta ARANCIONE (livello 3 su 4) per temporali forti" in told


def test_the_editor_reads_where_the_alert_went(comune: Comune) -> None:
    comune.collect("news")
    stated(comune, Level.arancione)
    comune.now = NOW
    told = comune.compose(dry_run=True).remarks
    assert (
        "L'allerta di mercoledì 25 novembre non entra qui: la annuncia subito un bollettino urgente." in told
    )
