import os
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from db import claims, deliveries, outcomes, senders
from db import deliveries as closing
from db.claims import Rest, Result
from db.engine import transaction
from db.models import (
    DELIVERY_TRANSITIONS,
    Attempt,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Outcome,
    Receipt,
    Recipient,
    RecipientStatus,
)
from db.vault import Vault
from flows.sending import liveness
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient


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


def test_only_who_was_refused_a_bulletin_with_such_a_code_stopped_us(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    """By its latest refusal; whoever has left since, or was only answered, is none of these."""
    later, outcome = now + timedelta(hours=1), Outcome.refused
    with transaction(engine) as session:
        people = [make_recipient(session, vault) for _ in range(5)]
        stopped, again, gone, other, accepted = people

        def sent(*to: Recipient, at: datetime, outcome: Outcome = outcome, code: str = "131050") -> None:
            number = make_bulletin(session, []).id
            outbox.plan(session, number, to, now=at)
            for attempt in outbox.begin(session, number, limit=9, now=at):
                outbox.finish(session, vault, attempt.id, outcome, code=code, now=at)

        sent(stopped, again, gone, at=now)
        sent(again, at=later)
        sent(other, at=now, code="131026")
        sent(accepted, at=now, outcome=Outcome.accepted)
        deliveries.queue_reply(session, other.id, "aiuto", "Scrivi ATTIVA.", now=now)
        (attempt,) = outbox.begin(session, None, now=now)
        outbox.finish(session, vault, attempt.id, outcome, code="131050", now=now)
        gone.status = RecipientStatus.opted_out
        session.flush()
        assert claims.stopped(session, ["131050"]) == {stopped.id: now, again.id: later}


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
        assert liveness.reap(session, bulletin_id, now=later) == 2
        assert liveness.reap(session, bulletin_id, now=later) == 0
        session.expire_all()
        assert [(one.outcome, one.code) for one in (lost, kept, unsigned)] == [
            (Outcome.uncertain, "sender_died"),
            (Outcome.in_flight, None),
            (Outcome.uncertain, "sender_died"),
        ]
        statuses = session.exec(select(Delivery.status).order_by(Delivery.id)).all()  # type: ignore[arg-type]
        assert statuses == ["uncertain", "claimed", "uncertain", "queued"]


def test_who_looks_after_one_bulletin_leaves_the_claims_of_others_alone(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin_ids = [_planned(session, vault, now, people=1) for _ in range(2)]
        for bulletin_id in bulletin_ids:  # no attempt: it cannot have left
            (taken,) = claims.take(session, bulletin_id, limit=1, now=now)
            row = session.get_one(Delivery, taken.delivery_id)
            deliveries.move(row, DeliveryStatus.claimed, now=now)
        assert claims.abandon(session, bulletin_ids[0], living=[], now=now) == 0
        session.expire_all()
        statuses = session.exec(select(Delivery.status).order_by(Delivery.id)).all()  # type: ignore[arg-type]
        assert statuses == ["queued", "claimed"]


@pytest.mark.parametrize(
    ("error", "is_gone"), [(None, False), (PermissionError, False), (ProcessLookupError, True)]
)
def test_a_process_of_this_machine_is_dead_when_it_is_gone_and_alive_whosever_it_is(
    sqlite: Engine,
    vault: Vault,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    error: type[OSError] | None,
    is_gone: bool,
) -> None:
    def kill(pid: int, signal: int) -> None:
        assert (pid, signal) == (os.getpid(), 0), "asked, and never harmed"
        if error:
            raise error

    with transaction(sqlite) as session:
        bulletin_id = _planned(session, vault, now, people=1)
        sender_id = liveness.begin(session, bulletin_id, now=now)
        assert senders.living(session, now=now) == {sender_id: bulletin_id}
        (attempt,) = outbox.begin(session, bulletin_id, sender_id=sender_id, now=now)
        with monkeypatch.context() as host:
            host.setattr(os, "kill", kill)
            assert liveness.reap(session, bulletin_id, now=now) == is_gone
        session.expire_all()
        assert attempt.outcome == (Outcome.uncertain if is_gone else Outcome.in_flight)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_jumps_makes_no_second_message(
    engine: Engine, vault: Vault, now: datetime, jump: timedelta
) -> None:
    """A living sender looks dead: what it holds is uncertain, and its own answer settles it."""
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=1)
        sender_id = senders.register(session, bulletin_id, host="elsewhere", pid=1, now=now)
        (attempt,) = outbox.begin(session, bulletin_id, sender_id=sender_id, now=now)
        assert liveness.reap(session, bulletin_id, now=now + jump) == 1
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


def test_what_one_sender_gives_back_is_not_what_another_has_on_its_way(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=2)
        (first,) = outbox.begin(session, bulletin_id, now=now)
        outbox.finish(session, vault, first.id, Outcome.not_sent, code="131000", now=now)
        flying, unposted = outbox.begin(session, bulletin_id, limit=2, now=now)
        assert flying.delivery_id == first.delivery_id, "its second try is on its way"
        claims.release(session, [unposted.id], now=now)
        session.expire_all()
        assert [_delivery(session, one).status for one in (flying, unposted)] == ["claimed", "queued"]


def test_the_certificate_adds_up_once_nothing_is_open(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin_id = _planned(session, vault, now, people=5)
        found = deliveries.certificate(session, bulletin_id)
        assert not found.adds_up
        assert not replace(found, accepted=5).adds_up, "all have ended, and some are still to be sent"
        assert not replace(found, open=0).adds_up, "nobody waits, and nobody has got it"
        taken = [_delivery(session, one) for one in outbox.begin(session, bulletin_id, limit=5, now=now)]
        assert deliveries.on_their_way(session, bulletin_id) == 5
        ends = ("accepted", "failed", "skipped", "uncertain", "accepted")
        for delivery, end in zip(taken, ends, strict=True):
            deliveries.move(delivery, DeliveryStatus(end), now=now)
            session.add(delivery)
        session.flush()
        assert deliveries.on_their_way(session, bulletin_id) == 0
        found = deliveries.certificate(session, bulletin_id)
        assert (found.planned, found.accepted, found.failed, found.skipped, found.uncertain) == (
            5,
            2,
            1,
            1,
            1,
        )
        assert found.adds_up


def test_one_that_a_person_tries_again_waits_like_any_other_when_nothing_left(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    """It was refused at once the first time: that is no word of a message that left."""
    with transaction(engine) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending, now=now)
        outbox.plan(session, bulletin.id, [make_recipient(session, vault)], now=now)
        (first,) = outbox.begin(session, bulletin.id, now=now)
        outbox.finish(session, vault, first.id, Outcome.refused, code="130429", now=now)
        closing.retry(session, outcomes.may_be_retried(session, bulletin.id, {"130429"}), now=now)
        (second,) = outbox.begin(session, bulletin.id, now=now)
        outbox.finish(session, vault, second.id, Outcome.not_sent, code="ClientConnectorError", now=now)
        assert outbox.delivery_of(session, second).status == DeliveryStatus.queued
        (third,) = outbox.begin(session, bulletin.id, now=now)
        outbox.tell(session, second, None, code="131026", now=now)  # it had left after all
        outbox.finish(session, vault, third.id, Outcome.not_sent, code="131000", now=now)
        assert outbox.delivery_of(session, third).status == DeliveryStatus.failed
