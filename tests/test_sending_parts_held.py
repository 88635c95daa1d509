"""What keeps the next part of a send back: a stop, a correction, the night, another send."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from db.models import Act, BulletinStatus
from flows import settle
from flows.correct import ERROR, draft_correction
from flows.dispatch import begin
from flows.door.sealed_code import OPERATOR
from flows.letters import drafts, orders
from flows.review.acts import decide
from flows.runs import choices, client
from flows.sending import hold, parts
from flows.sending.drain import DispatchError, HeldError, RefusedError
from flows.sending.outbox import TODAY_IS_FULL
from flows.stop import only_sending, stop_sending
from flows.watch import look
from tests.test_dispatch import approved
from tests.test_sending_parts import (
    ANNA,
    Tier,
    a_day_later,
    choose,
    first_part,
    go_on,
    got,
    letters,
    send,
    tier,
    tiers,
)
from tests.world.comune import Comune

__all__ = ["tier", "tiers"]  # the fixtures

NIGHT = datetime(2026, 11, 26, 2, tzinfo=UTC)


def due(comune: Comune) -> tuple[int, ...]:
    return look(comune.settings, comune.engine, now=comune.now).next_part


def goes_on(comune: Comune, number: int) -> str | None:
    return parts.goes_on(comune.settings, comune.engine, number, now=comune.now)


def correction(comune: Comune, number: int) -> int:
    return draft_correction(
        comune.settings,
        comune.engine,
        bulletin_id=number,
        position=1,
        reason=ERROR,
        right="Il corso comincia giovedì 3 dicembre alle 18.",
        who=ANNA,
        now=comune.now,
    )


def test_one_that_waits_for_its_next_part_is_stopped(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    assert only_sending(comune.settings, comune.engine) == number
    with comune.look() as session:
        (entry,) = choices.LISTS[choices.SENDING](comune.settings, session, comune.now)
    assert choices.numbers(entry) == (number, 1)
    assert choices.means(entry, comune.bulletin(number))
    comune.now += timedelta(hours=1)
    said = stop_sending(comune.settings, comune.engine, number, who=ANNA, proof=OPERATOR, now=comune.now)
    assert said == (
        f"Invio del bollettino {number} fermato: partiti 2 messaggi su 5. "
        "Gli altri scaglioni non partono da soli."
    )
    row = comune.bulletin(number)
    assert (row.status_reason, row.status_by, row.status_at) == ("stopped_by_hand", ANNA, comune.now)
    (letter,) = letters(comune, number, "invio_fermato")
    assert "lo hai fermato tu" in letter.text
    with comune.look() as session:
        assert [act.verb for act in session.exec(select(Act))] == ["a parti", "ferma"]
        assert choices.LISTS[choices.SENDING](comune.settings, session, comune.now) == []
    a_day_later(comune)
    assert (due(comune), goes_on(comune, number)) == ((), None)
    assert sorted(got(comune)) == [0, 0, 0, 1, 1]


def test_what_is_being_sent_is_stopped_before_what_waits(comune: Comune, tier: Tier) -> None:
    first_part(comune, tier)
    other = approved(comune)
    comune.move(other, BulletinStatus.sending)
    assert only_sending(comune.settings, comune.engine) == other


def test_no_part_leaves_while_its_text_is_being_corrected(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    comune.now += timedelta(hours=23)
    draft = correction(comune, number)
    comune.now += timedelta(hours=2)
    for status in (BulletinStatus.draft, BulletinStatus.in_review):
        if comune.bulletin(draft).status != status:
            comune.move(draft, status)
        assert due(comune) == ()
        with pytest.raises(parts.NotYetError, match="decidere della sua correzione"):
            goes_on(comune, number)
        with pytest.raises(parts.NotYetError, match="decidere della sua correzione"):
            send(comune, number, late_by=ANNA, goes_on=True)
    assert parts.waits(comune.bulletin(number))
    assert sorted(got(comune)) == [0, 0, 0, 1, 1]
    comune.move(draft, BulletinStatus.rejected)
    assert due(comune) == (number,)
    assert go_on(comune, number) == TODAY_IS_FULL


def test_a_correction_that_was_approved_is_the_reason_that_is_told(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    a_day_later(comune)
    comune.move(correction(comune, number), BulletinStatus.in_review, BulletinStatus.approved)
    with pytest.raises(HeldError):
        send(comune, number, late_by=ANNA, goes_on=True)
    assert comune.bulletin(number).status_reason == hold.CORRECTED
    (letter,) = letters(comune, number, "invio_fermato")
    assert hold.CORRECTED in letter.text


def test_what_did_not_leave_by_day_waits_for_the_morning(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    comune.now = NIGHT
    assert due(comune) == ()
    with pytest.raises(DispatchError, match="continua da solo giovedì 26 novembre, ore 7"):
        goes_on(comune, number)
    comune.now = NIGHT + timedelta(hours=4)
    assert due(comune) == (number,)
    assert goes_on(comune, number) == ANNA


def test_a_resume_that_a_check_refused_takes_no_choice_back(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    comune.now += timedelta(hours=1)
    decide(comune.settings, comune.engine, number, who=ANNA, proof=OPERATOR, now=comune.now)
    with pytest.raises(RefusedError, match="Limite di 24 ore"):
        send(comune, number, late_by=ANNA)
    assert parts.waits(comune.bulletin(number))
    a_day_later(comune)
    assert due(comune) == (number,)
    assert go_on(comune, number) == TODAY_IS_FULL
    assert sorted(got(comune)) == [0, 1, 1, 1, 1]


def test_a_resume_that_began_takes_it_back(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    comune.now += timedelta(hours=1)
    tier(10)
    decide(comune.settings, comune.engine, number, who=ANNA, proof=OPERATOR, now=comune.now)
    assert send(comune, number, late_by=ANNA) is None
    with comune.look() as session:
        assert parts.chosen_by(session, number) is None


def test_one_that_waits_by_nobodys_choice_is_told_as_stopped(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    decide(comune.settings, comune.engine, number, who=ANNA, proof=OPERATOR, now=comune.now)  # as of a start
    assert look(comune.settings, comune.engine, dry_run=True, now=comune.now).part_given_up == (number,)
    assert parts.waits(comune.bulletin(number))
    assert look(comune.settings, comune.engine, now=comune.now).part_given_up == (number,)
    (letter,) = letters(comune, number, "invio_fermato")
    assert "non ha scelto «a scaglioni»" in letter.text
    late = comune.now + timedelta(hours=73)
    assert look(comune.settings, comune.engine, now=late).part_over == ()
    assert comune.bulletin(number).status == BulletinStatus.stopped


def test_what_is_tried_again_goes_on_in_parts(
    comune: Comune, tier: Tier, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = first_part(comune, tier)
    given: list[dict[str, object]] = []
    monkeypatch.setattr(settle, "get_run_logger", lambda: drafts.LOG)
    monkeypatch.setattr(choices, "store", lambda *_, **__: None)
    monkeypatch.setattr(orders, "done", lambda *_, **__: "")
    monkeypatch.setattr(client, "start", lambda _s, _verb, values, **_: given.append(values))
    settle._go_on(comune.settings, comune.engine, number, 1, "Si ritenta 1 messaggio.", ANNA)
    assert [values["a_parti"] for values in given] == [True]
    comune.now += timedelta(hours=1)
    choose(comune, number)
    assert send(comune, number, late_by=ANNA) == TODAY_IS_FULL
    assert parts.waits(comune.bulletin(number))
    other = approved(comune)
    comune.move(other, BulletinStatus.sending)
    comune.move(other, BulletinStatus.stopped)
    settle._go_on(comune.settings, comune.engine, other, 1, "Si ritenta 1 messaggio.", ANNA)
    assert given[-1]["a_parti"] is False


def test_of_two_that_are_due_one_leaves_and_the_other_after_it(comuni: Comune, tiers: Tier) -> None:
    """Each would count the whole room of the day as its own."""
    first = first_part(comuni, tiers, 2)
    tiers(4)
    other = approved(comuni)
    choose(comuni, other)
    assert send(comuni, other, late_by=ANNA) == TODAY_IS_FULL
    a_day_later(comuni)
    assert due(comuni) == (first,)
    comuni.move(first, BulletinStatus.sending)
    with pytest.raises(parts.NotYetError, match="Un altro bollettino è in invio"):
        goes_on(comuni, other)
    with pytest.raises(parts.NotYetError, match="Un altro bollettino è in invio"):
        begin(
            comuni.settings,
            comuni.engine,
            other,
            late_by=ANNA,
            is_part=True,
            goes_on=True,
            now=comuni.now,
        )
    comuni.move(first, BulletinStatus.stopped)
    assert goes_on(comuni, other) == ANNA


def test_a_room_that_was_counted_before_another_sent_is_not_used(comune: Comune, tier: Tier) -> None:
    number = first_part(comune, tier)
    before = comune.now - timedelta(seconds=1)  # of the checks; the messages of the part left after them
    with pytest.raises(parts.NotYetError, match="Intanto sono partiti altri messaggi"):
        begin(comune.settings, comune.engine, number, late_by=ANNA, is_part=True, goes_on=True, now=before)
    assert parts.waits(comune.bulletin(number))
