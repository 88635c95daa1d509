"""A slot for which no draft was ever made: told, unless there was nothing to send, or nothing due."""

from datetime import date, timedelta

import pytest

from db import days_off
from db.models import BulletinStatus
from flows.doctor import composition, heartbeat
from flows.doctor.composition import Mark
from flows.draft.slots import last_composed
from flows.settings import Settings
from flows.watchdog.promises import look
from tests.test_watch_letters import rome
from tests.test_watchdog import DAY, EDITORS, HOUR, MINUTE, OPERATOR, box, go, goes_on, ids, watched, world
from tests.world.builders import make_bulletin
from tests.world.comune import Comune
from tests.world.mail_server import Post

__all__ = ["box", "watched", "world"]  # fixtures

COMPOSE, REFRESH, SEND = rome(11, 30, 8, 30), rome(12, 1, 8), rome(12, 1, 11)  # of a Tuesday
TUESDAY = date(2026, 12, 1)


def seen(comune: Comune, *, since: timedelta = 7 * DAY) -> dict[str, str]:
    goes_on(comune)
    found = look(comune.settings, first_at=comune.now - since, now=comune.now)
    return {trouble.id: trouble.words for trouble in found.troubles}


def rounds(comune: Comune, count: int) -> list[str]:
    """What stands after so many, the first of them now."""
    for number in range(count):
        comune.now += 5 * MINUTE if number else timedelta()
        goes_on(comune)
        done = go(comune)
    return ids(done)


def mark(comune: Comune, *, is_drafted: bool = False) -> None:
    """`componi` came to its end just now."""
    composition.leave(comune.settings.state, Mark(at=comune.now, slot_at=SEND, is_drafted=is_drafted))


def test_a_componi_that_died_is_told_while_its_draft_can_still_be_made(watched: Comune, box: Post) -> None:
    """`sorveglia` goes on, and its red run is looked at by nobody."""
    watched.now = COMPOSE - MINUTE
    mark(watched, is_drafted=True)  # of Friday's
    assert rounds(watched, 6) == ["slots"]
    assert {to for to, _ in box.told} >= {*EDITORS, OPERATOR}
    text = " ".join(box.last("Bollettini").split())
    assert "bollettino di martedì 1 dicembre: non c'è nessuna bozza" in text
    assert "doveva prepararla lunedì 30 novembre, ore 8:30" in text
    assert "l'ultima volta lunedì 30 novembre, ore 8:29" in text
    assert "avviatelo a mano" in text
    mark(watched)  # it was started by hand
    assert seen(watched) == {}


def test_it_is_told_after_the_slot_too(watched: Comune) -> None:
    watched.now = SEND + 3 * HOUR
    assert "finora non è mai successo" in seen(watched)["slots"]
    assert "doveva prepararla martedì 1 dicembre, ore 8 " in seen(watched)["slots"], "the last that was due"
    assert "«Invia appena approvato»" in seen(watched)["slots"]
    mark(watched)  # of Friday's: too late for this one
    assert set(seen(watched)) == {"slots"}
    watched.now = SEND + DAY + MINUTE
    assert seen(watched) == {}, "nobody can do anything about it any more"


def test_a_componi_that_is_started_for_the_next_slot_takes_nothing_back(watched: Comune) -> None:
    watched.now = REFRESH + MINUTE
    mark(watched)
    watched.now = SEND + HOUR
    mark(watched)
    assert seen(watched) == {}


def test_within_the_margin_nothing_is_missed(watched: Comune) -> None:
    watched.now = COMPOSE - MINUTE
    mark(watched)
    watched.now = COMPOSE + 15 * MINUTE - MINUTE
    assert seen(watched) == {}
    watched.now += 2 * MINUTE
    assert set(seen(watched)) == {"slots"}


def test_nothing_to_send_is_no_trouble_until_the_draft_was_to_be_refreshed(watched: Comune) -> None:
    watched.now = COMPOSE + MINUTE
    mark(watched)
    for later in (HOUR, 20 * HOUR):
        watched.now = COMPOSE + later
        assert seen(watched) == {}
    watched.now = REFRESH + HOUR
    assert set(seen(watched)) == {"slots"}, "what the site said since is not known"
    mark(watched)
    watched.now = SEND + 12 * HOUR
    assert seen(watched) == {}


@pytest.mark.parametrize("status", [BulletinStatus.draft, BulletinStatus.merged, BulletinStatus.expired])
def test_a_bulletin_of_the_slot_is_enough_whatever_became_of_it(
    watched: Comune, status: BulletinStatus
) -> None:
    watched.now = SEND + 3 * HOUR
    with watched.look() as session:
        make_bulletin(session, status=status, slot_at=SEND, deadline_at=watched.now, now=watched.now)
    assert seen(watched) == {}


def test_a_closed_day_is_composed_by_nobody(watched: Comune) -> None:
    watched.now = rome(11, 27, 9)
    mark(watched, is_drafted=True)  # Friday's
    with watched.look() as session:
        days_off.enter_closure(session, first=TUESDAY, last=TUESDAY, note="", now=watched.now)
    watched.now = SEND + 3 * HOUR
    assert seen(watched) == {}
    with watched.look() as session:
        days_off.cancel_closure(session, first=TUESDAY, last=TUESDAY, now=watched.now)
    assert set(seen(watched)) == {"slots"}


@pytest.mark.parametrize(("how", "is_missed"), [("skip", False), ("move", True)])
def test_a_holiday_is_skipped_or_moved(watched: Comune, how: str, is_missed: bool) -> None:
    """Tuesday 8 December: with `move` its bulletin leaves on Wednesday."""
    port = watched.settings.profile.servers.web_port
    watched.reprofile(
        ('holiday_slots = "skip"', f'holiday_slots = "{how}"'), ("web_port = 8080", f"web_port = {port}")
    )
    watched.now = rome(12, 4, 9)
    mark(watched)
    watched.now = rome(12, 9, 10)
    assert ("slots" in seen(watched)) is is_missed
    assert not is_missed or "mercoledì 9 dicembre" in seen(watched)["slots"]


def test_what_was_due_before_it_looked_is_not_missed(watched: Comune) -> None:
    """An installation of today, or one that was restored; then one whose slots are of today."""
    watched.now = COMPOSE + HOUR
    assert rounds(watched, 3) == []
    port = watched.settings.profile.servers.web_port
    watched.reprofile(
        ('compose = "mon 08:30"', 'compose = "mon 09:35"'), ("web_port = 8080", f"web_port = {port}")
    )
    watched.now += HOUR
    assert rounds(watched, 3) == []
    watched.now = REFRESH + 16 * MINUTE
    assert rounds(watched, 2) == ["slots"], "from now on they hold"


def test_a_profile_without_slots_promises_none(watched: Comune) -> None:
    watched.now = SEND + HOUR
    settings = watched.settings
    profile = settings.profile.model_copy(update={"slots": []})
    watched.settings = Settings(profile, settings.path, settings.state, settings.database)
    assert seen(watched) == {}
    watched.settings = settings


def test_a_dead_prefect_is_told_as_that_and_late_runs_are_waited_for(watched: Comune) -> None:
    """A machine that was off when the draft was to be made: Prefect makes up for it once it is up."""
    heartbeat.beat(watched.settings.state, now=COMPOSE - HOUR)
    watched.now = COMPOSE + HOUR
    found = look(watched.settings, first_at=watched.now - DAY, now=watched.now)
    assert {one.id for one in found.troubles} >= {"prefect"}
    assert "slots" not in {one.id for one in found.troubles}
    assert "slots" in seen(watched)


def test_what_is_due_is_told_by_the_clock_of_rome(comune: Comune) -> None:
    """On both sides of its changes."""
    for month, day, hour, wanted in (
        (3, 30, 8, rome(3, 30, 8)),  # the clock went forward on the 29th
        (10, 27, 8, rome(10, 27, 8)),  # and back on the 25th
    ):
        now = rome(month, day, hour) + MINUTE
        with comune.look() as session:
            found = last_composed(comune.settings.profile, session, now)
        assert found is not None
        assert found[0] == (wanted if wanted.weekday() in (1, 4) else rome(month, day - 3, 8))
