"""What is counted of the service, on both databases: never by person, and never twice."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from db import replies, service_numbers
from db.engine import transaction
from db.models import (
    BulletinKind,
    BulletinStatus,
    Consent,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    Receipt,
    RecipientStatus,
    Scope,
)
from db.number_changes import WORD as MOVED
from db.service_numbers import Sent, Step
from db.vault import Vault
from tests.world.builders import NOW, make_bulletin, make_recipient


def say(
    session: Session,
    who: str,
    event: Consent,
    at: datetime,
    *,
    word: str = "ATTIVA",
    source: str = "whatsapp",
) -> None:
    said = ConsentEvent(subject_hash=who, event=event, at=at, word=word, source=source, notice_version="1")
    session.add(said)
    session.flush()


def hours(ago: float) -> datetime:
    return NOW - timedelta(hours=ago)


def send(
    session: Session, vault: Vault, ago: float, *ends: tuple[DeliveryStatus, str, Receipt | None]
) -> int:
    bulletin = make_bulletin(session, [], status=BulletinStatus.sent, now=hours(ago))
    for status, code, receipt in ends:
        row = make_recipient(session, vault)
        session.add(
            Delivery(
                bulletin_id=bulletin.id,
                recipient_id=row.id,
                status=status,
                reason=code or None,
                receipt=receipt,
                status_at=NOW,
            )
        )
    session.flush()
    return bulletin.id


def test_who_comes_and_goes_is_counted_once(engine: Engine) -> None:
    with transaction(engine) as session:
        say(session, "anna", Consent.opt_in, hours(90))
        say(session, "anna", Consent.opt_in, hours(80))  # ATTIVA of somebody who is there
        say(session, "anna", Consent.alerts_only, hours(70))
        say(session, "anna", Consent.opt_out, hours(60))
        say(session, "anna", Consent.erase, hours(50))  # had left already
        say(session, "bruno", Consent.opt_out, hours(40))  # never was there
        say(session, "bruno", Consent.alerts_only, hours(30))
        say(session, "carla", Consent.opt_in, hours(20), source="import")
        found = service_numbers.steps(session)
        assert found == [
            Step(hours(90), True, True),
            Step(hours(60), False, True),
            Step(hours(30), True, True),
            Step(hours(20), True, False),
        ]
        assert service_numbers.steps(session, since=hours(60)) == found[1:], (
            "what was before is known all the same"
        )
        assert service_numbers.words(session)[Consent.opt_in, "whatsapp"] == 2
        assert service_numbers.words(session)[Consent.opt_in, "import"] == 1


def test_a_number_that_changes_is_nobody_who_comes_or_goes(engine: Engine) -> None:
    with transaction(engine) as session:
        say(session, "old", Consent.opt_in, hours(90))
        say(session, "new", Consent.opt_in, hours(90), word=MOVED)
        say(session, "old", Consent.opt_out, hours(50), word=MOVED)
        say(session, "new", Consent.opt_out, hours(10))
        assert service_numbers.steps(session) == [Step(hours(90), True, True), Step(hours(10), False, True)]


def test_subscribers_by_what_they_get_without_the_test_numbers(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        for status, scope, is_test in (
            (RecipientStatus.active, Scope.everything, False),
            (RecipientStatus.active, Scope.everything, False),
            (RecipientStatus.active, Scope.everything, True),
            (RecipientStatus.active, Scope.alerts, False),
            (RecipientStatus.suspended, Scope.everything, False),
            (RecipientStatus.opted_out, Scope.everything, False),
        ):
            row = make_recipient(session, vault, status=status)
            row.scope, row.is_test = scope, is_test
            session.add(row)
        session.flush()
        assert dict(service_numbers.subscribers(session)) == {
            (RecipientStatus.active, Scope.everything): 2,
            (RecipientStatus.active, Scope.alerts): 1,
            (RecipientStatus.suspended, Scope.everything): 1,
        }


def test_a_bulletin_with_what_came_of_it_and_who_came_after(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        arrived = (DeliveryStatus.accepted, "", Receipt.delivered)
        read = (DeliveryStatus.accepted, "", Receipt.read)
        first = send(session, vault, 100, arrived)
        second = send(
            session,
            vault,
            10,
            *[read] * 3,
            arrived,
            (DeliveryStatus.accepted, "", Receipt.sent),
            (DeliveryStatus.failed, "131026", None),
            (DeliveryStatus.failed, "131026", None),
            (DeliveryStatus.skipped, "opted_out", None),
        )
        make_bulletin(session, [], status=BulletinStatus.approved)
        replies.add(session, second, replies=4, exits=2)
        for who, ago in (("a", 101), ("b", 99), ("c", 51), ("d", 9), ("e", 1)):
            say(session, who, Consent.opt_in, hours(ago))
        say(session, "f", Consent.opt_in, hours(8), source="import")
        one, two = service_numbers.last(session, limit=9)
        assert (one.id, one.joined, one.shares) == (first, 1, None), "a share of one would tell what they did"
        assert (two.id, two.kind, two.at) == (second, BulletinKind.ordinary, hours(10))
        assert (two.joined, two.tally.exits, two.tally.replies) == (2, 2, 4)
        assert two.outcomes[DeliveryStatus.failed, "131026"] == 2
        assert two.shares is not None
        assert (two.accepted, two.shares.delivered, two.shares.read) == (5, 0.8, 0.6)
        assert [sent.id for sent in service_numbers.last(session, limit=1)] == [second]


def test_queues_hold_what_waits(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        send(session, vault, 1, (DeliveryStatus.queued, "", None), (DeliveryStatus.accepted, "", None))
        row = make_recipient(session, vault)
        session.add(Delivery(recipient_id=row.id, reply="info", body="x", status_at=NOW))
        session.flush()
        assert service_numbers.lengths(session) == {
            "bulletins": 1,
            "answers": 1,
            "calls": 0,
            "letters": 0,
            "inbound": 0,
        }
        assert service_numbers.answers(session) == {DeliveryStatus.queued: 1}


@given(st.lists(st.sampled_from(list(Receipt)), max_size=12), st.integers(0, 40))
def test_shares_are_shares(receipts: list[Receipt], more: int) -> None:
    """Counts that retention kept may be of messages that failed since."""
    sent = Sent(1, BulletinKind.ordinary, NOW)
    sent.outcomes[DeliveryStatus.accepted, ""] = len(receipts)
    sent.tally.delivered, sent.tally.read = len(receipts) + more, more
    if found := sent.shares:
        assert 0 <= found.read <= 1
        assert 0 <= found.delivered <= 1
    assert (sent.shares is None) == (len(receipts) < service_numbers.FEWEST)


@pytest.mark.parametrize("limit", [1, 5])
def test_without_a_bulletin_there_is_nothing(engine: Engine, limit: int) -> None:
    with transaction(engine) as session:
        assert service_numbers.last(session, limit=limit) == []
        assert service_numbers.steps(session) == []
