"""What comes back of a draft once other bulletins tell its news, or stand in its place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db import acts, bulletins, told_news
from db.bulletins import ItemData
from db.engine import transaction
from db.models import Approval, Bulletin, BulletinKind, BulletinStatus, Level
from flows.alert import draft_urgent
from flows.draft.items import latest_items
from flows.review.acts import NotDoneError
from flows.runs import choices
from tests.test_alert_drafted import state
from tests.test_draft_undo import (
    ANNA,
    BRUNO,
    MINUTE,
    SLOT,
    TEXTS,
    TYPED,
    ids,
    news,
    reopen,
    told,
    unsent,
    waiting,
)
from tests.world.builders import NOW, make_bulletin, make_weather_alert
from tests.world.comune import DISCARD, POSTPONE, Comune


def test_what_another_bulletin_tells_by_now_is_left_out_and_said(comuni: Comune) -> None:
    number = waiting(comuni)
    first, second = comuni.items(number)
    comuni.answer(number, POSTPONE)
    with comuni.look() as session:
        other = make_bulletin(session, [bulletins.data_of(first)], status=BulletinStatus.sent).id
    said = reopen(comuni, number)
    line = f"Resta fuori «Via Roma»: c'è già nel bollettino {other}."
    assert said.endswith(f" {line}")
    assert ids(comuni, number) == {second.news_item_id}
    with comuni.look() as session:
        version = bulletins.latest(session, number)
        assert version is not None
        assert (version.author, version.remarks, version.answered_run_id) == (BRUNO, line, None)
    comuni.now += 2 * MINUTE
    assert comuni.answer(number, "Approva: parte").status == BulletinStatus.approved


def test_what_a_colleague_discarded_meanwhile_is_left_out_and_said(comuni: Comune) -> None:
    number = waiting(comuni)
    first, second = comuni.items(number)
    comuni.answer(number, POSTPONE)
    with comuni.look() as session:
        line = [bulletins.data_of(first)]
        other = make_bulletin(
            session, line, status=BulletinStatus.in_review, slot_at=SLOT + timedelta(days=3)
        ).id
    comuni.now += MINUTE
    comuni.answer(other, DISCARD)
    assert reopen(comuni, number).endswith(" Resta fuori «Via Roma»: nel frattempo è stata scartata.")
    assert ids(comuni, number) == {second.news_item_id}


def test_where_nothing_is_left_it_is_refused_and_stays_as_it_was(comuni: Comune) -> None:
    number = waiting(comuni)
    comuni.answer(number, POSTPONE)
    with comuni.look() as session:
        lines = [bulletins.data_of(item) for item in comuni.items(number)]
        make_bulletin(session, lines, status=BulletinStatus.in_review, slot_at=SLOT + timedelta(days=3))
    with pytest.raises(NotDoneError, match=r"non resta niente da riaprire.*«Mercato».*Non c'è altro da fare"):
        reopen(comuni, number)
    assert comuni.bulletin(number).status == BulletinStatus.merged
    with comuni.look() as session:
        assert acts.of(session, number) == []
        assert [one.voided_at for one in session.exec(select(Approval))] == [None]


def test_an_alert_that_was_announced_meanwhile_is_left_out(comuni: Comune) -> None:
    with comuni.look() as session:
        alert = make_weather_alert(session, level=Level.gialla)
        line = ItemData(
            title="Allerta",
            category="allerte",
            url="",
            text="Gialla.",
            weather_alert_id=alert.id,
            told_at=NOW,
        )
        number = make_bulletin(
            session, [line, *news(session, "Via Roma")], status=BulletinStatus.in_review, slot_at=SLOT
        ).id
    comuni.answer(number, POSTPONE)
    with comuni.look() as session:
        make_bulletin(session, [line], kind=BulletinKind.urgent, status=BulletinStatus.approved)
    assert reopen(comuni, number).endswith("Resta fuori «Allerta»: un altro bollettino la annuncia già.")
    assert told(comuni, number) == TEXTS[:1]


@pytest.mark.parametrize("still", [True, False])
def test_an_urgent_alert_comes_back_for_as_long_as_it_is_true(comuni: Comune, still: bool) -> None:
    """A newer one of the same day keeps it out; and what is not true any more, the next round takes away."""
    comuni.now = NOW
    with comuni.look() as session:
        row = state(session, Level.arancione, at=NOW)
    (number,) = draft_urgent(comuni.settings, comuni.engine, now=NOW).opened
    comuni.move(number, BulletinStatus.in_review)
    comuni.answer(number, DISCARD)
    reopen(comuni, number)
    if not still:
        with comuni.look() as session:
            row = session.merge(row)
            row.replaced_at = NOW + MINUTE
            session.add(row)
    draft_urgent(comuni.settings, comuni.engine, now=NOW + 5 * MINUTE)
    status = comuni.bulletin(number).status
    assert status == (BulletinStatus.in_review if still else BulletinStatus.superseded)


def test_a_newer_draft_in_its_place_keeps_it_out(comuni: Comune) -> None:
    with comuni.look() as session:
        state(session, Level.arancione, at=NOW)
    (number,) = draft_urgent(comuni.settings, comuni.engine, now=NOW).opened
    comuni.move(number, BulletinStatus.in_review)
    comuni.answer(number, DISCARD)
    with comuni.look() as session:
        state(session, Level.rossa, at=NOW + MINUTE)
    (newer,) = draft_urgent(comuni.settings, comuni.engine, now=NOW + MINUTE).opened
    with pytest.raises(NotDoneError, match=f"al suo posto c'è già il {newer}, in bozza"):
        reopen(comuni, number)
    with comuni.look() as session:
        assert choices.LISTS[choices.TO_REOPEN](comuni.settings, session, NOW + MINUTE) == []


def test_a_draft_for_the_same_slot_keeps_it_out(comuni: Comune) -> None:
    number = waiting(comuni)
    comuni.answer(number, POSTPONE)
    with comuni.look() as session:
        other = make_bulletin(session, status=BulletinStatus.in_review, slot_at=SLOT).id
    with pytest.raises(NotDoneError, match=f"al suo posto c'è già il {other}, da approvare"):
        reopen(comuni, number)


def test_one_at_approval_makes_room_for_a_draft_but_not_for_what_was_sent(comune: Comune) -> None:
    number = waiting(comune, slot=False)
    comune.answer(number, POSTPONE)
    with comune.look() as session:
        make_bulletin(session, status=BulletinStatus.sent)
        other = make_bulletin(session, status=BulletinStatus.in_review).id
    with pytest.raises(NotDoneError, match=f"al suo posto c'è già il {other}"):
        reopen(comune, number)
    comune.answer(other, POSTPONE)
    assert "riaperto" in reopen(comune, number)


def test_a_correction_comes_back_beside_one_of_another_line(comune: Comune) -> None:
    """Its first line is a news that its original tells, and has to."""

    def correction(session: Session, original: int, item: ItemData) -> int:
        made = make_bulletin(
            session, [item], kind=BulletinKind.correction, status=BulletinStatus.in_review, deadline_at=SLOT
        )
        made.template = "correzione"
        session.add(made)
        told_news.link(session, made.id, [original])
        return made.id

    with comune.look() as session:
        lines = news(session, "Via Roma", "Mercato")
        original = make_bulletin(session, lines, status=BulletinStatus.sent).id
        number = correction(session, original, lines[0])
        correction(session, original, lines[1])
    comune.answer(number, DISCARD)
    assert "riaperto" in reopen(comune, number)
    comune.now += 2 * MINUTE
    comune.answer(number, DISCARD)
    with comune.look() as session:
        again = correction(session, original, lines[0])
    with pytest.raises(NotDoneError, match=f"al suo posto c'è già il {again}"):
        reopen(comune, number, after=3 * MINUTE)


def test_composing_finds_it_again_and_leaves_it_alone(comuni: Comune) -> None:
    comuni.collect("news")
    number = comuni.draft(at_approval=False)
    slot = comuni.bulletin(number).slot_at
    assert slot is not None
    edited = [TYPED, *told(comuni, number)[1:]]
    comuni.answer(number, POSTPONE, texts=edited)
    assert "rinviato al prossimo" in comuni.compose(at_approval=False).why
    reopen(comuni, number)
    again = comuni.compose(at_approval=False)
    assert again.why == (
        "C'è già un bollettino per questo invio: da approvare. Da solo non si aggiorna più: "
        f"{ANNA} ha già risposto nel modulo."
    )
    assert told(comuni, number) == edited
    assert not unsent(comuni) & ids(comuni, number)


def test_of_two_who_reopen_it_at_once_one_does(comuni: Comune) -> None:
    number = waiting(comuni)
    comuni.answer(number, DISCARD)

    def press(who: str) -> str:
        try:
            return reopen(comuni, number, who=who)
        except NotDoneError as exc:
            return str(exc)

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(press, [ANNA, BRUNO, ANNA, BRUNO]))
    assert [words.split(":")[0] for words in said] == [
        f"Bollettino {number} riaperto",
        *[f"Il bollettino {number} è da approvare"] * 3,
    ]
    with comuni.look() as session:
        assert len(acts.of(session, number)) == 1


def test_of_a_draft_and_what_comes_back_at_once_one_tells_the_news(comuni: Comune) -> None:
    """Composing waits for the undo, or the other way round: no news is in two."""
    comuni.collect("news")
    number = comuni.draft()
    comuni.answer(number, POSTPONE)

    def press() -> str:
        try:
            return reopen(comuni, number)
        except NotDoneError as exc:
            return str(exc)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(press), pool.submit(comuni.compose, at_approval=False)
        one.result(), other.result()
    with transaction(comuni.engine) as session:
        living = session.exec(
            select(Bulletin).where(col(Bulletin.status).in_([BulletinStatus.draft, BulletinStatus.in_review]))
        ).all()
        items = [item.news_item_id for one in living for item in latest_items(session, one.id)]
    assert living
    own = [item for item in items if item]
    assert len(own) == len(set(own))
