"""A draft that was postponed or discarded by mistake comes back with its text, until its time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import acts, bulletins, news_items
from db.bulletins import ItemData, TransitionError
from db.engine import transaction
from db.models import (
    BULLETIN_TRANSITIONS,
    TURNED_DOWN,
    Approval,
    BulletinKind,
    BulletinStatus,
    Letter,
)
from flows.cli.history import history
from flows.dispatch import dispatch_bulletin
from flows.door.sealed_code import NO_CODE, Proof
from flows.review.acts import NotDoneError, NotProvedError
from flows.runs import choices
from flows.settings import Settings
from flows.stop import reopen_decided
from flows.watch import look
from tests.test_review_codes import code, not_a_code
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, news_data
from tests.world.comune import DISCARD, POSTPONE, Comune

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
MINUTE = timedelta(minutes=1)
SLOT = NOW + timedelta(hours=2)
ENDS = ((POSTPONE, "rinviato"), (DISCARD, "scartato"))
TEXTS = ["Via Roma chiude lunedì 30 novembre dalle 8 alle 18.", "Via Roma chiude lunedì 30 novembre."]
TYPED = "Via Roma, lo scrive Anna, chiude lunedì 30 novembre."


def news(session: Session, *titles: str) -> list[ItemData]:
    return [
        replace(item_of(make_news_item(session, news_data(title=title)), text=text), title=title)
        for title, text in zip(titles, TEXTS, strict=False)
    ]


def waiting(comune: Comune, *, slot: bool = True) -> int:
    """A draft of two news for `SLOT`, to be approved half an hour before; without a slot one at approval."""
    with comune.look() as session:
        return make_bulletin(
            session,
            news(session, "Via Roma", "Mercato"),
            status=BulletinStatus.in_review,
            slot_at=SLOT if slot else None,
            deadline_at=SLOT - 30 * MINUTE if slot else None,
        ).id


def reopen(comune: Comune, number: int, *, after: timedelta = MINUTE, who: str = BRUNO) -> str:
    return reopen_decided(comune.settings, comune.engine, number, who=who, now=NOW + after)


def told(comune: Comune, number: int) -> list[str]:
    return [item.text for item in comune.items(number)]


def ids(comune: Comune, number: int) -> set[int]:
    return {item.news_item_id for item in comune.items(number) if item.news_item_id}


def unsent(comune: Comune) -> set[int]:
    with comune.look() as session:
        return {item.id for item in news_items.unsent(session)}


@pytest.mark.parametrize(("decision", "word"), ENDS)
def test_it_comes_back_with_the_text_that_stood_there_and_leaves_once(
    comuni: Comune, decision: str, word: str
) -> None:
    comuni.subscribe()
    number = waiting(comuni)
    typed = [TYPED, TEXTS[1]]
    comuni.answer(number, decision, texts=typed)
    assert unsent(comuni) == (ids(comuni, number) if decision == POSTPONE else set())
    said = reopen(comuni, number)
    assert said == (
        f"Bollettino {number} riaperto: non è più {word}, va approvato entro martedì 24 novembre, ore 12."
    )
    again = comuni.bulletin(number)
    assert (again.status, again.status_by) == (BulletinStatus.in_review, BRUNO)
    assert again.deadline_at == SLOT - 30 * MINUTE
    assert told(comuni, number) == typed
    assert unsent(comuni) == set(), "told by the draft again"
    comuni.now = NOW + 2 * MINUTE
    assert comuni.answer(number, "Approva: parte martedì").status == BulletinStatus.approved
    comuni.now = SLOT
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=SLOT)
    received = comuni.received().values()
    assert all(len(texts) == 1 and TYPED in texts[0] for texts in received)


def test_its_news_are_news_again_if_it_is_postponed_after_all(comuni: Comune) -> None:
    """What this decision discarded comes back, also what was taken out of the order; nothing else does."""
    number = waiting(comuni)
    with comuni.look() as session:
        other = make_news_item(session, news_data(title="Altro"), now=NOW)
        news_items.discard(session, [other.id], now=NOW - MINUTE)
    first, second = sorted(ids(comuni, number))
    comuni.answer(number, DISCARD, order=["2. Mercato"])
    assert unsent(comuni) == set()
    reopen(comuni, number)
    assert ids(comuni, number) == {second}
    assert unsent(comuni) == {first}
    comuni.now = NOW + 2 * MINUTE
    comuni.answer(number, POSTPONE)
    assert unsent(comuni) == {first, second}


def test_it_is_written_down_told_to_all_and_its_decision_shown_as_void(comuni: Comune) -> None:
    number = waiting(comuni)
    comuni.answer(number, DISCARD)
    said = reopen(comuni, number)
    with comuni.look() as session:
        (act,) = acts.of(session, number)
        letters = list(session.exec(select(Letter).where(Letter.kind == "atto")))
        (decision,) = session.exec(select(Approval))
    assert (act.verb, act.name, act.words) == ("riapri", BRUNO, said)
    assert {letter.editor for letter in letters} == {one.name for one in comuni.settings.profile.editors}
    assert all(said in letter.text for letter in letters)
    assert decision.voided_at == NOW + MINUTE
    shown = " ".join(history(comuni.engine, number).split())
    assert "Decisione: scartato da Anna Redazione" in shown
    assert "ANNULLATA martedì 24 novembre 2026, 10:31:00: il bollettino è stato riaperto" in shown
    assert "da approvare, da Bruno Vice (riaperto, la decisione di non inviare non vale più)" in shown
    assert "Bruno Vice, «riapri» (senza codice: il nome è solo dichiarato)" in shown


def test_what_was_signed_before_counts_no_more(comune: Comune) -> None:
    comune.reprofile(("approvals = 1", "approvals = 2"))
    number = waiting(comune)
    assert comune.answer(number, "Approva: parte", who=ANNA).status == BulletinStatus.in_review
    comune.now += MINUTE
    comune.answer(number, POSTPONE, who=BRUNO)
    reopen(comune, number, after=2 * MINUTE)
    comune.now = NOW + 3 * MINUTE
    assert comune.answer(number, "Approva: parte", who=BRUNO).status == BulletinStatus.in_review
    comune.now += MINUTE
    assert comune.answer(number, "Approva: parte", who=ANNA).status == BulletinStatus.approved


@pytest.mark.parametrize("status", TURNED_DOWN)
def test_where_codes_are_asked_for_it_asks_for_one(
    asking: Settings, engine: Engine, status: BulletinStatus
) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session, status=status, slot_at=SLOT).id
    for given in (NO_CODE, Proof(not_a_code(), NOW)):
        with pytest.raises(NotProvedError, match="codice"):
            reopen_decided(asking, engine, number, who=ANNA, proof=given, now=NOW)
    reopen_decided(asking, engine, number, who=ANNA, proof=Proof(code(), NOW), now=NOW)
    with transaction(engine) as session:
        assert bulletins.locked(session, number).status == BulletinStatus.in_review
        (act,) = acts.of(session, number)
    assert act.code_hash is not None
    assert "codice verificato" in history(engine, number)


# ---------------------------------------------------------------- until when


@pytest.mark.parametrize(("decision", "word"), ENDS)
def test_until_its_slot_and_no_longer(comuni: Comune, decision: str, word: str) -> None:
    number = waiting(comuni)
    comuni.answer(number, decision)
    with pytest.raises(NotDoneError, match=r"doveva partire martedì 24 novembre, ore 12.30: è tardi"):
        reopen(comuni, number, after=2 * timedelta(hours=1) + MINUTE)
    assert comuni.bulletin(number).status in TURNED_DOWN, word
    late = timedelta(hours=1, minutes=45)  # after the deadline
    said = reopen(comuni, number, after=late)
    grace = timedelta(minutes=comuni.settings.profile.grace_minutes)
    assert comuni.bulletin(number).deadline_at == SLOT + grace
    assert said.endswith("va approvato entro martedì 24 novembre, ore 13:30.")
    assert look(comuni.settings, comuni.engine, now=NOW + late + MINUTE).waiting == (number,)


@pytest.mark.parametrize(("slot", "limit", "words"), [
    (True, timedelta(hours=2), "doveva partire"),
    (False, timedelta(days=1), "è rinviato da più di un giorno"),
])  # fmt: skip
def test_the_list_has_it_exactly_as_long_as_it_comes_back(
    comuni: Comune, slot: bool, limit: timedelta, words: str
) -> None:
    number = waiting(comuni, slot=slot)
    comuni.answer(number, POSTPONE)

    def listed(at: timedelta) -> list[str]:
        with comuni.look() as session:
            return choices.LISTS[choices.TO_REOPEN](comuni.settings, session, NOW + at)

    (entry,) = listed(limit)
    day = "bollettino di martedì 24 novembre" if slot else "bollettino"
    assert entry == f"{number} · rinviato · {day} · Via Roma"
    assert choices.numbers(entry) == (number, 1)
    assert choices.means(entry, comuni.bulletin(number))
    assert listed(limit + MINUTE) == []
    with pytest.raises(NotDoneError, match=words):
        reopen(comuni, number, after=limit + MINUTE)
    reopen(comuni, number, after=limit)
    assert listed(limit) == []


def test_a_notice_comes_back_until_its_deadline_which_stays(comune: Comune) -> None:
    lines = [ItemData(title=text, category="c", url="", text=text) for text in ("scuole chiuse", "b", "c")]
    with comune.look() as session:
        made = make_bulletin(
            session, lines, kind=BulletinKind.urgent, status=BulletinStatus.in_review, deadline_at=SLOT
        )
        made.template = "avviso_urgente"
        session.add(made)
    comune.answer(made.id, DISCARD)
    with pytest.raises(NotDoneError, match=r"andava approvato entro martedì 24 novembre, ore 12.30: è tardi"):
        reopen(comune, made.id, after=2 * timedelta(hours=1) + MINUTE)
    assert reopen(comune, made.id).endswith("va approvato entro martedì 24 novembre, ore 12:30.")
    assert comune.bulletin(made.id).deadline_at == SLOT


@pytest.mark.parametrize("status", [one for one in BulletinStatus if one not in TURNED_DOWN])
def test_no_other_is_taken_up(comune: Comune, status: BulletinStatus) -> None:
    with comune.look() as session:
        made = make_bulletin(session, status=status)
        with pytest.raises(TransitionError, match="nobody decided not to send it"):
            bulletins.take_up(session, made, by=ANNA, now=NOW)
        assert made.status == status


def test_the_only_way_out_of_both_is_back_into_review() -> None:
    assert all(BULLETIN_TRANSITIONS[one] == {BulletinStatus.in_review} for one in TURNED_DOWN)
    ends = (BulletinStatus.superseded, BulletinStatus.expired, BulletinStatus.missed)
    assert not any(BULLETIN_TRANSITIONS[one] for one in ends)


@pytest.mark.parametrize("status", [BulletinStatus.sent, BulletinStatus.expired, BulletinStatus.missed])
def test_what_ended_otherwise_is_refused_in_words(comune: Comune, status: BulletinStatus) -> None:
    with comune.look() as session:
        number = make_bulletin(session, status=status).id
    with pytest.raises(NotDoneError, match=r"si riapre solo se approvato, rinviato o scartato\. .*usa «co"):
        reopen(comune, number)
    assert comune.bulletin(number).status == status
