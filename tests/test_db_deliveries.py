from datetime import datetime, timedelta
from itertools import permutations, product

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from db import claims, deliveries, receipts, senders
from db.claims import Rest, Result
from db.engine import transaction
from db.models import (
    DELIVERY_TRANSITIONS,
    Attempt,
    Delivery,
    DeliveryStatus,
    Outcome,
    Receipt,
    RecipientStatus,
)
from db.receipts import Told
from db.vault import Vault
from flows.sending import life
from tests import outbox
from tests.builders import make_bulletin, make_recipient


def _planned(session: Session, vault: Vault, now: datetime, *, people: int = 3) -> int:
    bulletin = make_bulletin(session, [])
    recipients = [make_recipient(session, vault) for _ in range(people)]
    assert outbox.plan(session, bulletin.id, recipients, now=now) == people
    return bulletin.id


def _sent(session: Session, vault: Vault, now: datetime, outcome: Outcome) -> Attempt:
    """One delivery whose POST ended in `outcome`, with a wamid when it was accepted."""
    bulletin_id = _planned(session, vault, now, people=1)
    (attempt,) = outbox.begin(session, bulletin_id, now=now)
    if outcome != Outcome.in_flight:
        wamid = f"wamid.{attempt.id}" if outcome == Outcome.accepted else None
        outbox.finish(session, vault, attempt.id, outcome, wamid=wamid, now=now)
    return attempt


def _delivery(session: Session, attempt: Attempt) -> Delivery:
    return outbox.delivery_of(session, attempt)


@pytest.mark.parametrize(("start", "to"), list(product(DeliveryStatus, DeliveryStatus)))
def test_a_delivery_moves_only_along_the_table(
    start: DeliveryStatus, to: DeliveryStatus, now: datetime
) -> None:
    delivery = Delivery(recipient_id=1, status=start, status_at=now)
    if to in DELIVERY_TRANSITIONS[start]:
        deliveries.move(delivery, to, now=now, reason="131026")
        assert (delivery.status, delivery.reason) == (to, "131026")
    else:
        with pytest.raises(ValueError, match="cannot become"):
            deliveries.move(delivery, to, now=now)
        assert delivery.status == start


def test_a_bulletin_is_planned_once_for_each_citizen(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin = make_bulletin(session, [])
        people = [make_recipient(session, vault) for _ in range(3)]
        assert outbox.plan(session, bulletin.id, people[:2], now=now) == 2
        assert outbox.plan(session, bulletin.id, people, now=now) == 1
        assert outbox.plan(session, bulletin.id, people, now=now) == 0
        for _ in range(2):  # answers have no bulletin: there may be several
            deliveries.queue_reply(session, people[0].id, "cortesia", "Testo.", now=now)
        bulletin_id, recipient_id = bulletin.id, people[0].id
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.add(Delivery(bulletin_id=bulletin_id, recipient_id=recipient_id, status_at=now))


def test_a_claim_takes_each_delivery_of_its_own_bulletin_once(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin_id, other_id = _planned(session, vault, now), _planned(session, vault, now)
        deliveries.queue_reply(session, make_recipient(session, vault).id, "benvenuto", "Ciao.", now=now)
        sizes = [len(outbox.begin(session, bulletin_id, limit=2, now=now)) for _ in range(3)]
        assert sizes == [2, 1, 0]
        assert [one.body for one in claims.take(session, None, limit=9, now=now)] == ["Ciao."]
        assert deliveries.certificate(session, other_id).open == 3


def test_two_claimers_never_get_the_same_delivery(postgresql: Engine, vault: Vault, now: datetime) -> None:
    with transaction(postgresql) as session:
        bulletin_id = _planned(session, vault, now, people=4)
    with transaction(postgresql) as one, transaction(postgresql) as two:
        first = {row.delivery_id for row in claims.take(one, bulletin_id, limit=3, now=now)}
        second = {row.delivery_id for row in claims.take(two, bulletin_id, limit=3, now=now)}
    assert (len(first), len(second)) == (3, 1)
    assert not first & second


def test_who_left_after_the_plan_is_told_apart_as_it_is_taken(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin = make_bulletin(session, [])
        stays, leaves = make_recipient(session, vault), make_recipient(session, vault)
        outbox.plan(session, bulletin.id, [stays, leaves], now=now)
        leaves.status = RecipientStatus.opted_out
        session.flush()
        taken = claims.take(session, bulletin.id, limit=9, now=now)
        assert [(one.recipient_id, one.is_active) for one in taken] == [(stays.id, True), (leaves.id, False)]


def test_an_outcome_decides_the_delivery(engine: Engine, vault: Vault, now: datetime) -> None:
    decides = {
        Outcome.accepted: DeliveryStatus.accepted,
        Outcome.refused: DeliveryStatus.failed,
        Outcome.not_sent: DeliveryStatus.queued,
        Outcome.uncertain: DeliveryStatus.uncertain,
    }
    with transaction(engine) as session:
        for outcome, status in decides.items():
            attempt = _sent(session, vault, now, outcome)
            assert (attempt.outcome, attempt.finished_at) == (outcome, now)
            assert _delivery(session, attempt).status == status


def test_receipts_in_any_order_end_at_the_highest(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        for order in permutations([Receipt.sent, Receipt.delivered, Receipt.read]):
            attempt = _sent(session, vault, now, Outcome.accepted)
            reached = []
            for receipt in order:
                outbox.tell(session, attempt, receipt, now=now)
                reached.append(_delivery(session, attempt).receipt)
            ranks = [receipt.rank for receipt in reached if receipt]
            assert ranks == sorted(ranks)
            assert reached[-1] == Receipt.read


def test_what_was_put_back_waits_until_it_is_due(engine: Engine, vault: Vault, now: datetime) -> None:
    wait = timedelta(minutes=2)
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=1)
        (attempt,) = outbox.begin(session, bulletin_id, now=now)
        result = Result(attempt.id, Outcome.not_sent, code="131000", due_at=now + wait)
        claims.settle(session, vault, [result], now=now)
        assert claims.take(session, bulletin_id, limit=1, now=now + wait - timedelta(seconds=1)) == []
        assert claims.rest(session, bulletin_id, now=now) == Rest(0, 1, 0, now + wait)
        (again,) = claims.take(session, bulletin_id, limit=1, now=now + wait)
        assert (again.tried, _delivery(session, attempt).reason) == (1, "131000")
        assert claims.rest(session, bulletin_id, now=now + wait) == Rest(0, 1, 1, now + wait)


@pytest.mark.parametrize("before", [Outcome.in_flight, Outcome.uncertain])
def test_a_receipt_settles_what_was_uncertain_and_is_never_undone(
    engine: Engine, vault: Vault, now: datetime, before: Outcome
) -> None:
    """The webhook may even come before the answer to the POST is stored."""
    with transaction(engine) as session:
        attempt = _sent(session, vault, now, before)
        outbox.tell(session, attempt, Receipt.sent, now=now)
        for late in (Outcome.uncertain, Outcome.not_sent, Outcome.refused, Outcome.accepted):
            outbox.finish(session, vault, attempt.id, late, wamid="wamid.late", now=now)
            assert attempt.outcome == Outcome.accepted
            assert _delivery(session, attempt).status == DeliveryStatus.accepted
        assert attempt.wamid_hash == vault.hash("wamid.late")


@pytest.mark.parametrize("before", [Outcome.in_flight, Outcome.uncertain, Outcome.accepted])
def test_a_failure_told_by_a_webhook_is_final_until_the_message_is_told_to_have_arrived(
    engine: Engine, vault: Vault, now: datetime, before: Outcome
) -> None:
    with transaction(engine) as session:
        attempt = _sent(session, vault, now, before)
        outbox.tell(session, attempt, None, code="131026", now=now)
        outbox.tell(session, attempt, Receipt.sent, now=now)
        assert (_delivery(session, attempt).status, _delivery(session, attempt).reason) == (
            DeliveryStatus.failed,
            "131026",
        )


def test_a_dead_sender_leaves_uncertain_what_may_have_left_and_a_living_one_is_left_alone(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=4)
        dead, living = (
            senders.register(session, bulletin_id, host="elsewhere", pid=1, now=at)
            for at in (now, now + timedelta(minutes=1))
        )
        (lost,) = outbox.begin(session, bulletin_id, sender_id=dead, now=now)
        (kept,) = outbox.begin(session, bulletin_id, sender_id=living, now=now)
        (unsigned,) = outbox.begin(session, bulletin_id, now=now)
        later = now + timedelta(minutes=1)
        assert life.reap(session, bulletin_id, now=later) == 2
        assert life.reap(session, bulletin_id, now=later) == 0
        session.expire_all()
        assert [(one.outcome, one.code) for one in (lost, kept, unsigned)] == [
            (Outcome.uncertain, "sender_died"),
            (Outcome.in_flight, None),
            (Outcome.uncertain, "sender_died"),
        ]
        statuses = session.exec(select(Delivery.status).order_by(Delivery.id)).all()  # type: ignore[arg-type]
        assert statuses == ["uncertain", "claimed", "uncertain", "queued"]


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_jumps_makes_no_second_message(
    engine: Engine, vault: Vault, now: datetime, jump: timedelta
) -> None:
    """A living sender looks dead: what it holds is uncertain, and its own answer settles it."""
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=1)
        sender_id = senders.register(session, bulletin_id, host="elsewhere", pid=1, now=now)
        (attempt,) = outbox.begin(session, bulletin_id, sender_id=sender_id, now=now)
        assert life.reap(session, bulletin_id, now=now + jump) == 1
        assert outbox.begin(session, bulletin_id, now=now + jump) == []
        outbox.finish(session, vault, attempt.id, Outcome.accepted, wamid="wamid.1", now=now + jump)
        assert _delivery(session, attempt).status == DeliveryStatus.accepted


def test_what_was_never_posted_goes_back_and_what_was_told_meanwhile_does_not(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=2)
        unposted, told = outbox.begin(session, bulletin_id, limit=2, now=now)
        outbox.tell(session, told, Receipt.sent, now=now)
        claims.release(session, [unposted.id, told.id], now=now)
        assert [_delivery(session, one).status for one in (unposted, told)] == ["queued", "accepted"]
        assert len(claims.take(session, bulletin_id, limit=9, now=now)) == 1


def test_the_certificate_adds_up_once_nothing_is_open(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=5)
        assert not deliveries.certificate(session, bulletin_id).adds_up
        taken = [_delivery(session, one) for one in outbox.begin(session, bulletin_id, limit=5, now=now)]
        ends = ("accepted", "failed", "skipped", "uncertain", "accepted")
        for delivery, end in zip(taken, ends, strict=True):
            deliveries.move(delivery, DeliveryStatus(end), now=now)
            session.add(delivery)
        found = deliveries.certificate(session, bulletin_id)
        assert (found.planned, found.accepted, found.failed, found.skipped, found.uncertain) == (
            5,
            2,
            1,
            1,
            1,
        )
        assert found.adds_up


@pytest.mark.parametrize("before", [Outcome.not_sent, Outcome.refused, Outcome.uncertain])
@pytest.mark.parametrize("receipt", [Receipt.delivered, None])
def test_what_a_receipt_proves_to_have_left_is_not_sent_again(
    engine: Engine, vault: Vault, now: datetime, before: Outcome, receipt: Receipt | None
) -> None:
    """Meta may answer "try again" (131000) and deliver all the same, or fail it later: no receipt is None."""
    with transaction(engine) as session:
        attempt = _sent(session, vault, now, before)
        delivery = _delivery(session, attempt)
        if receipt:
            outbox.tell(session, attempt, receipt, now=now)
        else:
            outbox.tell(session, attempt, None, code="131026", now=now)
        assert attempt.outcome == (Outcome.accepted if receipt else Outcome.refused)
        assert delivery.receipt == receipt
        assert delivery.status == (DeliveryStatus.accepted if receipt else DeliveryStatus.failed)
        assert claims.take(session, delivery.bulletin_id, limit=9, now=now) == []


def _twice(session: Session, vault: Vault, now: datetime) -> tuple[Attempt, Attempt]:
    """The first attempt was put back, the second is in flight."""
    first = _sent(session, vault, now, Outcome.not_sent)
    (second,) = outbox.begin(session, _delivery(session, first).bulletin_id, now=now)
    return first, second


@pytest.mark.parametrize("late", [outcome for outcome in Outcome if outcome != Outcome.in_flight])
def test_a_receipt_of_the_first_attempt_stands_whatever_the_second_ends_in(
    engine: Engine, vault: Vault, now: datetime, late: Outcome
) -> None:
    with transaction(engine) as session:
        first, second = _twice(session, vault, now)
        outbox.tell(session, first, Receipt.delivered, now=now)
        outbox.finish(session, vault, second.id, late, now=now)
        assert _delivery(session, first).status == DeliveryStatus.accepted
        assert (first.outcome, second.outcome) == (Outcome.accepted, late)


def test_a_failure_of_the_first_attempt_leaves_the_delivery_to_the_second(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        first, second = _twice(session, vault, now)
        outbox.tell(session, first, None, code="131026", now=now)
        assert (first.outcome, _delivery(session, first).status) == (Outcome.refused, DeliveryStatus.claimed)
        outbox.finish(session, vault, second.id, Outcome.accepted, now=now)
        outbox.tell(session, first, None, code="131026", now=now)
        assert _delivery(session, first).status == DeliveryStatus.accepted


def test_when_the_first_attempt_left_and_failed_no_third_follows_the_second(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        first, second = _twice(session, vault, now)
        outbox.tell(session, first, None, code="131026", now=now)
        outbox.finish(session, vault, second.id, Outcome.not_sent, code="131000", now=now)
        assert _delivery(session, first).status == DeliveryStatus.failed


def test_many_statuses_at_once_store_what_one_by_one_would(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    """Those that end alike go into one statement, the others into one each."""

    def told(attempts: list[Attempt]) -> list[Told]:
        found = []
        for place, one in enumerate(attempts):
            at = now + timedelta(seconds=0 if place < 20 else place)
            receipt = (Receipt.read, Receipt.delivered, None)[0 if place < 20 else place % 3]
            code = None if receipt else f"13102{place % 2}"
            found.append(Told(str(one.id), "", receipt, at, code, "marketing", place % 4 > 0))
        return found

    stored = []
    for is_one_by_one in (False, True):
        with transaction(engine) as session:
            number = _planned(session, vault, now, people=30)
            attempts = outbox.begin(session, number, limit=30, now=now)
            for one in attempts[5:]:
                outbox.finish(session, vault, one.id, Outcome.accepted, now=now)
            words = told(attempts)
            for part in [[word] for word in words] if is_one_by_one else [words]:
                receipts.settle(session, part, now=now)
        with transaction(engine) as session:
            rows = session.exec(
                select(Attempt, Delivery)
                .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
                .where(Delivery.bulletin_id == number)
                .order_by(col(Delivery.id))
            ).all()
            names = {"id", "delivery_id", "recipient_id", "bulletin_id", "wamid_hash"}
            stored.append([(a.model_dump(exclude=names), d.model_dump(exclude=names)) for a, d in rows])
    assert len(stored[0]) == 30
    assert stored[0] == stored[1]
