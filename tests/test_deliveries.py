from datetime import datetime, timedelta
from itertools import permutations, product
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from db import deliveries, receipts
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
from db.vault import Vault
from tests.builders import make_bulletin, make_recipient


def _planned(session: Session, vault: Vault, now: datetime, *, people: int = 3) -> int:
    bulletin = make_bulletin(session, [])
    recipients = [make_recipient(session, vault) for _ in range(people)]
    assert deliveries.plan(session, bulletin.id, recipients, now=now) == people
    return bulletin.id


def _sent(session: Session, vault: Vault, now: datetime, outcome: Outcome) -> Attempt:
    """One delivery whose POST ended in `outcome`, with a wamid when it was accepted."""
    bulletin_id = _planned(session, vault, now, people=1)
    (delivery,) = deliveries.claim(session, bulletin_id, limit=1, now=now)
    attempt = deliveries.begin(session, delivery, now=now)
    if outcome != Outcome.in_flight:
        wamid = f"wamid.{attempt.id}" if outcome == Outcome.accepted else None
        deliveries.finish(session, vault, attempt.id, outcome, wamid=wamid, now=now)
    return attempt


def _delivery(session: Session, attempt: Attempt) -> Delivery:
    return session.get_one(Delivery, attempt.delivery_id)


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
        assert deliveries.plan(session, bulletin.id, people[:2], now=now) == 2
        assert deliveries.plan(session, bulletin.id, people, now=now) == 1
        assert deliveries.plan(session, bulletin.id, people, now=now) == 0
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
        sizes = [len(deliveries.claim(session, bulletin_id, limit=2, now=now)) for _ in range(3)]
        assert sizes == [2, 1, 0]
        assert [row.reply for row in deliveries.claim(session, None, limit=9, now=now)] == ["benvenuto"]
        assert deliveries.certificate(session, other_id).open == 3


def test_two_claimers_never_get_the_same_delivery(postgresql: Engine, vault: Vault, now: datetime) -> None:
    with transaction(postgresql) as session:
        bulletin_id = _planned(session, vault, now, people=4)
    with transaction(postgresql) as one, transaction(postgresql) as two:
        first = {row.id for row in deliveries.claim(one, bulletin_id, limit=3, now=now)}
        second = {row.id for row in deliveries.claim(two, bulletin_id, limit=3, now=now)}
    assert (len(first), len(second)) == (3, 1)
    assert not first & second


def test_who_left_after_the_plan_is_skipped(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin = make_bulletin(session, [])
        stays, leaves = make_recipient(session, vault), make_recipient(session, vault)
        deliveries.plan(session, bulletin.id, [stays, leaves], now=now)
        leaves.status = RecipientStatus.opted_out
        taken = deliveries.claim(session, bulletin.id, limit=9, now=now)
        left = deliveries.skip_unsubscribed(session, taken, now=now)
        assert [row.recipient_id for row in left] == [stays.id]
        skipped = next(row for row in taken if row.recipient_id == leaves.id)
        assert (skipped.status, skipped.reason) == (DeliveryStatus.skipped, "opted_out")


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
                receipts.receive(session, attempt, receipt, at=now, now=now)
                reached.append(_delivery(session, attempt).receipt)
            ranks = [receipt.rank for receipt in reached if receipt]
            assert ranks == sorted(ranks)
            assert reached[-1] == Receipt.read


def test_what_was_put_back_waits_longer_after_each_try(engine: Engine, vault: Vault, now: datetime) -> None:
    delays = (timedelta(seconds=5), timedelta(minutes=2))
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=1)
        for wait in (timedelta(0), *delays, timedelta(0)):
            if wait:
                early = now + wait - timedelta(seconds=1)
                assert deliveries.claim(session, bulletin_id, limit=1, now=early, delays=delays) == []
            now += wait
            (delivery,) = deliveries.claim(session, bulletin_id, limit=1, now=now, delays=delays)
            attempt = deliveries.begin(session, delivery, now=now)
            deliveries.finish(session, vault, attempt.id, Outcome.not_sent, code="ConnectError", now=now)
        assert (deliveries.tries(session, delivery), delivery.reason) == (4, "ConnectError")


@pytest.mark.parametrize("before", [Outcome.in_flight, Outcome.uncertain])
def test_a_receipt_settles_what_was_uncertain_and_is_never_undone(
    engine: Engine, vault: Vault, now: datetime, before: Outcome
) -> None:
    """The webhook may even come before the answer to the POST is stored."""
    with transaction(engine) as session:
        attempt = _sent(session, vault, now, before)
        receipts.receive(session, attempt, Receipt.sent, at=now, now=now)
        for late in (Outcome.uncertain, Outcome.not_sent, Outcome.refused, Outcome.accepted):
            deliveries.finish(session, vault, attempt.id, late, wamid="wamid.late", now=now)
            assert attempt.outcome == Outcome.accepted
            assert _delivery(session, attempt).status == DeliveryStatus.accepted
        assert receipts.find_attempt(session, vault, opaque=None, wamid="wamid.late") is attempt


@pytest.mark.parametrize("before", [Outcome.in_flight, Outcome.uncertain, Outcome.accepted])
def test_a_failure_told_by_a_webhook_is_final(
    engine: Engine, vault: Vault, now: datetime, before: Outcome
) -> None:
    with transaction(engine) as session:
        attempt = _sent(session, vault, now, before)
        receipts.fail(session, attempt, "131026", now=now)
        receipts.receive(session, attempt, Receipt.sent, at=now, now=now)
        assert (_delivery(session, attempt).status, _delivery(session, attempt).reason) == (
            DeliveryStatus.failed,
            "131026",
        )


def test_a_status_finds_its_attempt_by_our_id_or_by_the_wamid(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        attempt = _sent(session, vault, now, Outcome.accepted)
        wamid = f"wamid.{attempt.id}"
        for opaque, known in (
            (str(attempt.id), None),
            (None, wamid),
            ("theirs", wamid),
            (str(uuid4()), wamid),
        ):
            assert receipts.find_attempt(session, vault, opaque=opaque, wamid=known) is attempt
        assert receipts.find_attempt(session, vault, opaque="theirs", wamid="wamid.other") is None


def test_a_dead_sender_leaves_uncertain_what_may_have_left_and_requeues_the_rest(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=2)
        begun, _claimed = deliveries.claim(session, bulletin_id, limit=2, now=now)
        attempt = deliveries.begin(session, begun, now=now)
        assert deliveries.abandon(session, bulletin_id, before=now, now=now) == 0
        later = now + timedelta(minutes=5)
        assert deliveries.abandon(session, bulletin_id, before=later, now=later) == 1
        assert (attempt.outcome, attempt.code) == (Outcome.uncertain, "sender_died")
        statuses = session.exec(select(Delivery.status).order_by(Delivery.id)).all()  # type: ignore[arg-type]
        assert statuses == [DeliveryStatus.uncertain, DeliveryStatus.queued]


def test_the_certificate_adds_up_once_nothing_is_open(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=5)
        assert not deliveries.certificate(session, bulletin_id).adds_up
        taken = deliveries.claim(session, bulletin_id, limit=5, now=now)
        ends = ("accepted", "failed", "skipped", "uncertain", "accepted")
        for delivery, end in zip(taken, ends, strict=True):
            deliveries.move(delivery, DeliveryStatus(end), now=now)
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
            receipts.receive(session, attempt, receipt, at=now, now=now)
        else:
            receipts.fail(session, attempt, "131026", now=now)
        assert attempt.outcome == (Outcome.accepted if receipt else Outcome.refused)
        assert delivery.receipt == receipt
        failed = receipt is None or before == Outcome.refused
        assert delivery.status == (DeliveryStatus.failed if failed else DeliveryStatus.accepted)
        assert deliveries.claim(session, delivery.bulletin_id, limit=9, now=now) == []


def _twice(session: Session, vault: Vault, now: datetime) -> tuple[Attempt, Attempt]:
    """The first attempt was put back, the second is in flight."""
    first = _sent(session, vault, now, Outcome.not_sent)
    (delivery,) = deliveries.claim(session, _delivery(session, first).bulletin_id, limit=1, now=now)
    return first, deliveries.begin(session, delivery, now=now)


@pytest.mark.parametrize("late", [outcome for outcome in Outcome if outcome != Outcome.in_flight])
def test_a_receipt_of_the_first_attempt_stands_whatever_the_second_ends_in(
    engine: Engine, vault: Vault, now: datetime, late: Outcome
) -> None:
    with transaction(engine) as session:
        first, second = _twice(session, vault, now)
        receipts.receive(session, first, Receipt.delivered, at=now, now=now)
        deliveries.finish(session, vault, second.id, late, now=now)
        assert _delivery(session, first).status == DeliveryStatus.accepted
        assert (first.outcome, second.outcome) == (Outcome.accepted, late)


def test_a_failure_of_the_first_attempt_leaves_the_delivery_to_the_second(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        first, second = _twice(session, vault, now)
        receipts.fail(session, first, "131026", now=now)
        assert (first.outcome, _delivery(session, first).status) == (Outcome.refused, DeliveryStatus.claimed)
        deliveries.finish(session, vault, second.id, Outcome.accepted, now=now)
        receipts.fail(session, first, "131026", now=now)
        assert _delivery(session, first).status == DeliveryStatus.accepted


def test_when_the_first_attempt_left_and_failed_no_third_follows_the_second(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        first, second = _twice(session, vault, now)
        receipts.fail(session, first, "131026", now=now)
        deliveries.finish(session, vault, second.id, Outcome.not_sent, code="131000", now=now)
        assert _delivery(session, first).status == DeliveryStatus.failed
