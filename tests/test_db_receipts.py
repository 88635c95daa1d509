"""What WhatsApp's statuses, in whatever order, say of one message and of all its attempts."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import claims, deliveries, receipts
from db.claims import Result
from db.engine import transaction
from db.models import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Outcome,
    Receipt,
)
from db.receipts import StatusReport
from db.vault import Vault
from tests.test_db_deliveries import _delivery, _planned, _sent
from tests.world import outbox


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


def test_the_order_of_statuses_decides_neither_time_nor_price(
    sqlite: Engine, vault: Vault, now: datetime
) -> None:
    """Of two that came equally far the earlier time stands; of the prices one that costs, by its name."""

    minutes = [now + timedelta(minutes=number) for number in range(4)]
    said = [
        StatusReport(None, "", Receipt.sent, minutes[0]),
        StatusReport(None, "", Receipt.delivered, minutes[1], None, "utility", False),
        StatusReport(None, "", Receipt.delivered, minutes[2], None, "marketing", True),
        StatusReport(None, "", Receipt.sent, minutes[2], None, "authentication", True),
        StatusReport(None, "", None, minutes[3], "131026"),
    ]
    orders = [(said[turn:] + said[:turn])[::way] for turn in range(5) for way in (1, -1)]
    with transaction(sqlite) as session:
        number = _planned(session, vault, now, people=10)
        for attempt, order in zip(outbox.begin(session, number, limit=10, now=now), orders, strict=True):
            claims.settle(session, vault, [Result(attempt.id, Outcome.accepted)], now=now)
            for one in order:
                receipts.settle(session, [replace(one, opaque=str(attempt.id))], now=now)
            delivery = _delivery(session, attempt)
            assert (delivery.receipt, delivery.receipt_at) == (Receipt.delivered, minutes[1])
            assert (delivery.status, delivery.reason) == (DeliveryStatus.failed, "131026")
            assert (attempt.outcome, attempt.failed_at) == (Outcome.accepted, minutes[3])
            assert (attempt.pricing_category, attempt.billable) == ("marketing", True)


def test_a_failure_is_no_receipt(sqlite: Engine, vault: Vault, now: datetime) -> None:
    with transaction(sqlite) as session:
        attempt = _sent(session, vault, now, Outcome.accepted)
        outbox.tell(session, attempt, None, code="131026", now=now)
        delivery = _delivery(session, attempt)
        assert (delivery.receipt, delivery.receipt_at) == (None, None)


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


@pytest.mark.parametrize("turn", [1, -1])
def test_one_of_two_attempts_that_left_is_enough(
    sqlite: Engine, vault: Vault, now: datetime, turn: int
) -> None:
    """Told in one batch of webhooks, in either order."""
    with transaction(sqlite) as session:
        first, second = _twice(session, vault, now)
        said = [
            StatusReport(str(first.id), "", Receipt.delivered, now),
            StatusReport(str(second.id), "", None, now, "131026"),
        ]
        later = now + timedelta(minutes=1)
        receipts.settle(session, said[::turn], now=later)
        delivery = _delivery(session, first)
        assert (delivery.status, delivery.status_at) == (DeliveryStatus.accepted, later)
        assert (first.outcome, second.outcome) == (Outcome.accepted, Outcome.refused)


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("size", [1, 2])
def test_the_reason_of_a_failure_is_the_newest_word_on_the_last_attempt(
    sqlite: Engine, vault: Vault, now: datetime, turn: int, size: int
) -> None:
    """Also when the failure of an earlier one is told later: by the reason it is tried again or not."""
    minute = timedelta(minutes=1)
    with transaction(sqlite) as session:
        first = _sent(session, vault, now, Outcome.not_sent)
        (second,) = outbox.begin(session, _delivery(session, first).bulletin_id, now=now + minute)
        said = [
            StatusReport(str(second.id), "", None, now + minute, "131000"),
            StatusReport(str(second.id), "", None, now + 2 * minute, "131026"),
            StatusReport(str(first.id), "", None, now + 3 * minute, "131049"),
        ][::turn]
        for part in (said[:size], said[size:]):
            receipts.settle(session, part, now=now)
        assert _delivery(session, second).reason == "131026"


def test_who_was_left_out_keeps_the_reason_whatever_is_told_of_an_earlier_attempt(
    sqlite: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(sqlite) as session:
        first = _sent(session, vault, now, Outcome.not_sent)
        delivery = _delivery(session, first)
        deliveries.move(delivery, DeliveryStatus.skipped, now=now, reason="opted_out")
        outbox.tell(session, first, None, code="131026", now=now)
        assert (first.outcome, first.code) == (Outcome.refused, "131026")
        delivery = _delivery(session, first)
        assert (delivery.status, delivery.reason) == (DeliveryStatus.skipped, "opted_out")


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

    def told(attempts: list[Attempt]) -> list[StatusReport]:
        found = []
        for place, one in enumerate(attempts):
            at = now + timedelta(seconds=0 if place < 20 else place)
            receipt = (Receipt.read, Receipt.delivered, None)[0 if place < 20 else place % 3]
            code = None if receipt else f"13102{place % 2}"
            found.append(StatusReport(str(one.id), "", receipt, at, code, "marketing", place % 4 > 0))
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
