"""What was approved and is wrong by the time it leaves: an alert among news, a text that was corrected."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, weather_alerts
from db.bulletins import ItemData
from db.engine import transaction
from db.models import BulletinStatus, Level, WeatherAlert
from flows.correct import draft_correction, draft_for_the_rest
from flows.dispatch import dispatch_bulletin, prepare
from flows.review.acts import NotDoneError
from flows.sending import hold
from flows.sending.drain import DispatchError
from flows.settings import Settings
from flows.settle import retry_failed
from flows.sources import rereading
from tests.test_alert_truth import (
    ANNA,
    MINUTE,
    approved,
    everybody,
    letters,
    orange,
    refused,
    sent,
    state,
    stop_after_two,
    urgent,
)
from tests.test_dispatch import approved as approved_news
from tests.world.builders import NOW, make_bulletin
from tests.world.comune import APPROVE, Comune


def test_what_is_open_again_waits_as_long_as_a_new_one_could(settings: Settings, sqlite: Engine) -> None:
    """One with a slot until its grace ends; one that no time was set to, without any."""
    later, soon = NOW + 20 * timedelta(hours=1), NOW + MINUTE
    waits = timedelta(minutes=settings.profile.urgent.deadline_minutes)
    grace = timedelta(minutes=settings.profile.grace_minutes)
    for slot, before, after in ((later, soon, later + grace), (None, soon, NOW + waits), (None, None, None)):
        with transaction(sqlite) as session:
            bulletin = make_bulletin(
                session, status=BulletinStatus.approved, slot_at=slot, deadline_at=before
            )
            hold.reopen(settings, session, bulletin, by=ANNA, now=NOW)
            assert (bulletin.status, bulletin.deadline_at) == (BulletinStatus.in_review, after)


def test_the_right_text_for_the_rest_is_no_longer_right_when_its_alert_is_lowered(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    stop_after_two(comune, number, now)
    rest = draft_for_the_rest(
        comune.settings,
        comune.engine,
        bulletin_id=number,
        position=4,
        right="Resta a casa.",
        who=ANNA,
        now=now,
    )
    done = urgent(comune, now + 5 * MINUTE)
    assert (done.opened, done.ended) == ([rest], []), "it is told to the others only: the draft stands"
    comune.move(rest, BulletinStatus.in_review)
    assert comune.answer(rest, APPROVE, now=now + 6 * MINUTE).status == BulletinStatus.approved
    state(comune, Level.verde, now + 7 * MINUTE)
    refused(comune, rest, now + 8 * MINUTE)


def test_a_correction_of_an_alert_is_asked_again_where_that_changed_since_it_was_written(
    comune: Comune,
) -> None:
    now = orange(comune)
    number = sent(comune, now)
    right = "L'allerta ARANCIONE vale per tutto il giorno."
    correction = draft_correction(
        comune.settings, comune.engine, bulletin_id=number, position=2, reason="un nostro errore",
        right=right, who=ANNA, now=now,
    )  # fmt: skip
    comune.move(correction, BulletinStatus.in_review)
    assert comune.answer(correction, APPROVE, now=now + MINUTE).status == BulletinStatus.approved
    state(comune, Level.verde, now + 5 * MINUTE)
    refused(comune, correction, now + 10 * MINUTE)
    assert comune.answer(correction, APPROVE, now=now + 11 * MINUTE).status == BulletinStatus.in_review
    texts = [item.text for item in comune.items(correction)]
    texts[0] = "Per mercoledì 25 novembre non c'è più nessuna allerta arancione."
    answer = comune.answer(correction, APPROVE, texts=texts, now=now + 12 * MINUTE)
    assert answer.status == BulletinStatus.approved
    with comune.look() as session:
        assert prepare(comune.settings, session, correction, now=now + 13 * MINUTE)


def ordinary(comune: Comune, slot: datetime) -> int:
    """A yellow alert of some hours and other news, approved for a slot."""
    with comune.look() as session:
        (row,) = weather_alerts.not_over(session, ["Lomb-09"], now=comune.now)
        weather_alerts.tell_together(session, [row.id], at=comune.now)
        items = [
            ItemData("Allerta", "allerta meteo", "", "Allerta GIALLA.", weather_alert_id=row.id,
                     told_at=comune.now),
            ItemData("Mercato", "altro", "", "Il mercato si sposta."),
        ]  # fmt: skip
        number = make_bulletin(
            session, items, status=BulletinStatus.in_review, slot_at=slot, deadline_at=slot - 15 * MINUTE
        ).id
    words = "Approva: parte martedì"
    assert comune.answer(number, words, now=slot - 20 * MINUTE).status == BulletinStatus.approved
    return number


def test_an_alert_that_was_taken_back_by_reference_calls_somebody_and_costs_no_news(comuni: Comune) -> None:
    comuni.subscribe()
    state(comuni, Level.gialla, comuni.now - 10 * MINUTE)
    slot = comuni.now + 30 * MINUTE
    number = ordinary(comuni, slot)
    with comuni.look() as session:
        (row,) = session.exec(select(WeatherAlert)).all()
        row.replaced_at = slot - MINUTE
        session.add(row)
    assert "niente di annunciato per temporali forti" in refused(comuni, number, slot)
    bulletin = comuni.bulletin(number)
    assert (bulletin.status, bulletin.deadline_at) == (
        BulletinStatus.in_review,
        slot + timedelta(minutes=comuni.settings.profile.grace_minutes),
    )
    assert letters(comuni) == everybody(comuni)
    answer = comuni.answer(number, "Approva: parte martedì", order=["2. Mercato"], now=slot + 5 * MINUTE)
    assert answer.status == BulletinStatus.approved
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=slot + 6 * MINUTE)
    assert all(comuni.received().values())


def test_an_ordinary_bulletin_whose_alert_changed_is_asked_again_before_its_slot(comune: Comune) -> None:
    state(comune, Level.gialla, comune.now - 10 * MINUTE)
    number = ordinary(comune, comune.now + 60 * MINUTE)
    state(comune, Level.verde, comune.now + 41 * MINUTE)
    assert urgent(comune, comune.now + 45 * MINUTE).taken_back == [number]
    assert comune.bulletin(number).status == BulletinStatus.in_review


def test_hours_that_were_shortened_are_a_change_at_the_same_level(comune: Comune) -> None:
    state(comune, Level.gialla, comune.now - 10 * MINUTE, hours=(6, 18))
    number = ordinary(comune, comune.now + 30 * MINUTE)
    state(comune, Level.gialla, comune.now + 20 * MINUTE, hours=(6, 12))
    at, items = comune.now + 30 * MINUTE, comune.items(number)
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        (seen,) = rereading.alerts_by_now(comune.settings, session, bulletin, items, at=at)
    assert seen.before.startswith("gialla per temporali forti, dalle 6 alle 18 di mercoledì")
    assert seen.after.startswith("gialla per temporali forti, dalle 6 alle 12 di mercoledì")


@pytest.mark.parametrize(("level", "word", "passes"), [
    (Level.arancione, "ARANCIONE", True),
    (Level.arancione, "gialla", False),
])  # fmt: skip
def test_a_level_that_a_person_wrote_is_right_until_it_changes(
    comune: Comune, level: Level, word: str, passes: bool
) -> None:
    comune.subscribe()
    state(comune, Level.gialla, comune.now - 10 * MINUTE)
    slot = comune.now + 30 * MINUTE
    number = ordinary(comune, slot)
    state(comune, level, slot - 10 * MINUTE)
    refused(comune, number, slot)
    words = f"Mercoledì 25 novembre allerta {word}."
    answer = comune.answer(number, "Approva: parte martedì", texts=[words, "Il mercato."], now=slot + MINUTE)
    assert (answer.status == BulletinStatus.approved) == passes
    if passes:
        with comune.look() as session:
            assert prepare(comune.settings, session, number, now=slot + 2 * MINUTE)
        state(comune, Level.arancione, slot + 3 * MINUTE, hours=(0, 6))
        refused(comune, number, slot + 5 * MINUTE)


def test_news_that_were_stopped_are_not_resumed_once_their_text_is_old(comune: Comune) -> None:
    comune.subscribe()
    number = approved_news(comune)
    stop_after_two(comune, number, comune.now)
    weeks = comune.now + timedelta(weeks=3)
    with pytest.raises(DispatchError, match=r"non riparte\. Si poteva riprendere fino a .+casella «L'invio"):
        dispatch_bulletin(comune.settings, comune.engine, number, late_by=ANNA, despite_by=ANNA, now=weeks)
    dispatch_bulletin(comune.settings, comune.engine, number, late_by=ANNA, now=comune.now + 48 * 60 * MINUTE)
    assert sum(map(bool, comune.received().values())) == 3


@pytest.mark.parametrize("end", [BulletinStatus.approved, BulletinStatus.sent])
def test_a_corrected_bulletin_is_not_resumed_with_its_wrong_text(comuni: Comune, end: BulletinStatus) -> None:
    comuni.subscribe()
    number = approved_news(comuni)
    stop_after_two(comuni, number, comuni.now)
    correction = draft_correction(
        comuni.settings, comuni.engine, bulletin_id=number, position=1, reason="un nostro errore",
        right="Giusto.", who=ANNA, now=comuni.now,
    )  # fmt: skip
    comuni.move(correction, BulletinStatus.in_review)
    comuni.answer(correction, APPROVE)
    if end == BulletinStatus.sent:
        dispatch_bulletin(comuni.settings, comuni.engine, correction, now=comuni.now)
    said = refused(comuni, number, comuni.now, late_by=ANNA)
    assert "stesso testo giusto (da copiare: «Giusto.»), con la casella «L'invio è fermato»" in said
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    with pytest.raises(NotDoneError, match="è stato corretto"):
        retry_failed(comuni.settings, comuni.engine, number, who=ANNA, now=comuni.now)


@pytest.mark.parametrize("then", [(), (BulletinStatus.rejected,)])
def test_a_correction_that_nobody_approved_holds_nothing(
    comune: Comune, then: tuple[BulletinStatus, ...]
) -> None:
    comune.subscribe()
    number = approved_news(comune)
    stop_after_two(comune, number, comune.now)
    correction = draft_correction(
        comune.settings, comune.engine, bulletin_id=number, position=1, reason="un nostro errore",
        right="Giusto.", who=ANNA, now=comune.now,
    )  # fmt: skip
    comune.move(correction, BulletinStatus.in_review, *then)
    dispatch_bulletin(comune.settings, comune.engine, number, late_by=ANNA, now=comune.now + MINUTE)
    assert sum(map(bool, comune.received().values())) == 3
