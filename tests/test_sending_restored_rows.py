"""What a restored database holds back, by its rows: to the moment of the copy, and what is told of each."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import bulletins, deliveries, handovers, senders
from db.engine import reading, transaction
from db.models import (
    Attempt,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    HandoverKind,
    Outcome,
    Sender,
)
from flows.sending import restored
from flows.settings import Settings
from tests.world.builders import NOW, make_bulletin, make_recipient
from tests.world.sends import make_delivery, make_send

SECOND = timedelta(seconds=1)
LATER = NOW + timedelta(hours=2)
Q, A, C = DeliveryStatus.queued, DeliveryStatus.accepted, DeliveryStatus.claimed
APPROVED = "era approvato, va approvato di nuovo se non è già partito."


def was_moving(uncertain: int) -> str:
    return (
        f"era in invio, è fermo; {uncertain} messaggi sono incerti, e «riprendi» non li manda: dopo 24 ore "
        "una persona decide con «incerti»."
    )


def hold(settings: Settings, engine: Engine, before: datetime = NOW, by: str | None = None) -> list[str]:
    with transaction(engine) as session:
        named = {} if by is None else {"by": by}
        return restored.hold(settings, session, before=before, now=LATER, **named)


def found(engine: Engine, number: int) -> tuple[Bulletin, list[tuple[DeliveryStatus, str | None]]]:
    with reading(engine) as session:
        rows = session.exec(select(Delivery).where(Delivery.bulletin_id == number))
        ends = [(row.status, row.reason) for row in sorted(rows, key=lambda row: row.id or 0)]
        return session.get_one(Bulletin, number), ends


def send_of(
    session: Session, settings: Settings, status: BulletinStatus, *came_of: DeliveryStatus
) -> Bulletin:
    return make_send(session, settings.vault(), [(one, None) for one in came_of], status=status)


@pytest.mark.parametrize("by", [None, "Anna Redazione"])
def test_what_was_on_its_way_is_stopped_and_who_is_left_is_uncertain(
    settings: Settings, sqlite: Engine, by: str | None
) -> None:
    with transaction(sqlite) as session:
        number = send_of(session, settings, BulletinStatus.sending, A, Q, C, Q).id
        none = send_of(session, settings, BulletinStatus.sending, A).id
    assert hold(settings, sqlite, by=by) == [
        f"Bollettino {number}: {was_moving(3)}",
        f"Bollettino {none}: {was_moving(0)}",
    ]
    bulletin, ends = found(sqlite, number)
    assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.stopped, "restored")
    assert (bulletin.status_by, bulletin.status_at) == (by or "ripristino", LATER)
    assert [status for status, _ in ends] == [A, *[DeliveryStatus.uncertain] * 3]
    assert [reason for status, reason in ends if reason] == ["restored", ends[2][1], "restored"]
    assert hold(settings, sqlite) == [], "again it changes nothing"
    assert found(sqlite, number)[0].status_at == LATER


@pytest.mark.parametrize(
    ("reason", "becomes"), [("in_parts", "restored"), ("stopped_by_hand", "stopped_by_hand"), (None, None)]
)
@pytest.mark.parametrize("is_left", [True, False])
def test_what_was_stopped_stays_so_and_does_not_go_on_in_parts(
    settings: Settings, sqlite: Engine, reason: str | None, becomes: str | None, is_left: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin = send_of(session, settings, BulletinStatus.stopped, A, *[Q] * is_left)
        bulletin.status_reason = reason
        number = bulletin.id
    assert hold(settings, sqlite) == [f"Bollettino {number}: {was_moving(1)}"] * is_left
    bulletin, ends = found(sqlite, number)
    assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.stopped, becomes)
    assert (bulletin.status_at, bulletin.status_by) == (NOW, "test")
    assert ends == [(A, None), *[(DeliveryStatus.uncertain, "restored")] * is_left]


@pytest.mark.parametrize("status", [BulletinStatus.sending, BulletinStatus.stopped])
def test_a_send_by_hand_is_in_a_persons_hands_and_the_next_one_is_held(
    settings: Settings, sqlite: Engine, status: BulletinStatus
) -> None:
    with transaction(sqlite) as session:
        bulletin = send_of(session, settings, status, A, Q)
        bulletin.status_reason = "in_parts"
        handovers.begin(session, bulletin.id, HandoverKind.assisted, now=NOW)
        other = send_of(session, settings, status, Q)
        number = bulletin.id
    assert hold(settings, sqlite) == [
        f"Bollettino {number}: si invia a mano, guarda quali liste sono già partite.",
        f"Bollettino {other.id}: {was_moving(1)}",
    ]
    bulletin, ends = found(sqlite, number)
    assert (bulletin.status, bulletin.status_reason) == (status, "in_parts")
    assert ends == [(A, None), (Q, None)]


def test_what_was_approved_waits_for_a_person(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        first = make_bulletin(session, status=BulletinStatus.approved, slot_at=LATER)
        second = make_bulletin(session, kind=BulletinKind.urgent, status=BulletinStatus.approved)
        numbers = [first.id, second.id]
    assert hold(settings, sqlite, by="Bruno Vice") == [
        f"Bollettino {numbers[0]}: {APPROVED}",
        f"Messaggio urgente {numbers[1]}: {APPROVED}",
    ]
    for number in numbers:
        bulletin, _ = found(sqlite, number)
        assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.in_review, "restored")
        assert (bulletin.status_by, bulletin.status_at) == ("Bruno Vice", LATER)
        with reading(sqlite) as session:
            assert bulletins.approved(session, number) is None
    assert found(sqlite, numbers[0])[0].deadline_at == LATER + timedelta(minutes=60)


@pytest.mark.parametrize(
    "status", [BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent]
)
def test_the_moment_of_the_copy_is_held_and_a_second_after_it_is_a_persons(
    settings: Settings, sqlite: Engine, status: BulletinStatus
) -> None:
    with transaction(sqlite) as session:
        bulletin = send_of(session, settings, status, Q)
        before = bulletin.model_dump()
        number = bulletin.id
    assert hold(settings, sqlite, before=NOW - SECOND) == []
    assert found(sqlite, number)[0].model_dump() == before
    assert found(sqlite, number)[1] == [(Q, None)]
    assert bool(hold(settings, sqlite, before=NOW)) is (status != BulletinStatus.sent)


def test_who_sent_at_the_copy_is_no_sender_any_more(settings: Settings, sqlite: Engine) -> None:
    """Whatever runs under its number now; what an answer's had begun is uncertain."""
    with transaction(sqlite) as session:
        vault = settings.vault()
        old = senders.register(session, None, host="altrove", pid=1, now=NOW)
        new = senders.register(session, None, host="altrove", pid=1, now=LATER - SECOND)
        answers = []
        for sender in (old, new):
            row = deliveries.queue_reply(session, make_recipient(session, vault).id, "x", "Testo.", now=LATER)
            row.status = C
            session.add(
                Attempt(delivery_id=row.id, sender_id=sender, started_at=NOW, outcome=Outcome.in_flight)
            )
            answers.append(row.id)
    assert hold(settings, sqlite) == []
    with reading(sqlite) as session:
        assert [one.id for one in session.exec(select(Sender))] == [new]
        statuses = [session.get_one(Delivery, number).status for number in answers]
    assert statuses == [DeliveryStatus.uncertain, C]


def test_answers_that_waited_at_the_copy_are_counted_at_the_end(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        vault = settings.vault()
        number = make_bulletin(session, status=BulletinStatus.approved).id
        waiting = [
            deliveries.queue_reply(session, make_recipient(session, vault).id, "x", "Testo.", now=at).id
            for at in (NOW - SECOND, NOW, NOW + SECOND)
        ]
    assert hold(settings, sqlite) == [
        f"Bollettino {number}: {APPROVED}",
        "Risposte in attesa che non partono più: 2.",
    ]
    with reading(sqlite) as session:
        rows = [session.get_one(Delivery, number) for number in waiting]
    assert [(row.status, row.reason) for row in rows] == [
        (DeliveryStatus.skipped, "restored"),
        (DeliveryStatus.skipped, "restored"),
        (Q, None),
    ]
    assert rows[0].status_at == LATER


def test_sends_are_told_before_approvals(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        approved = make_bulletin(session, status=BulletinStatus.approved).id
        moving = send_of(session, settings, BulletinStatus.sending, Q)
        make_delivery(session, settings.vault(), moving, A)
        number = moving.id
    assert hold(settings, sqlite) == [
        f"Bollettino {number}: {was_moving(1)}",
        f"Bollettino {approved}: {APPROVED}",
    ]
