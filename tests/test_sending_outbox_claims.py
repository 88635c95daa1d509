"""What one claim of an outbox takes, leaves, skips and stops for; attempts are committed by then."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import claims, senders
from db.claims import Result
from db.engine import reading, transaction
from db.models import (
    Attempt,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.recipients import Address
from flows.sending import outbox
from flows.sending.outbox import Outbox, Ready
from flows.settings import Settings
from flows.whatsapp.messages import Category, OutgoingTemplate
from tests.world.builders import NOW, make_bulletin
from tests.world.sends import make_delivery

SECOND = timedelta(seconds=1)
QUEUED, CLAIMED, FAILED = DeliveryStatus.queued, DeliveryStatus.claimed, DeliveryStatus.failed
SKIPPED = DeliveryStatus.skipped
NO_PHONE = "+393330099999"  # that `write` takes for none


def write(address: Address, opaque: str, category: Category) -> OutgoingTemplate:
    if address.phone == NO_PHONE:
        raise ValueError("no message can go there")
    return OutgoingTemplate(address.phone, address.bsuid, "bollettino_1", "it", category, (), None, opaque)


class Send:
    """A bulletin under way to so many people, and its outbox at `at`; `naps`: how long it slept."""

    def __init__(self, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.engine, self.at = settings, engine, NOW
        self.naps: list[float] = []
        monkeypatch.setattr(outbox, "time", SimpleNamespace(sleep=self.naps.append))
        with transaction(engine) as session:
            self.number = make_bulletin(session, status=BulletinStatus.sending).id

    def to(self, people: int) -> list[int]:
        with transaction(self.engine) as session:
            bulletin = session.get_one(Bulletin, self.number)
            return [self.delivery(session, bulletin).id for _ in range(people)]

    def delivery(self, session: Session, bulletin: Bulletin, phone: str | None = None) -> Delivery:
        return make_delivery(session, self.settings.vault(), bulletin, QUEUED, phone=phone)

    def box(self, *, room: int | None = None) -> tuple[Outbox, UUID]:
        with transaction(self.engine) as session:
            sender = senders.register(session, self.number, host="here", pid=1, now=NOW)
        ledger = self.settings.ledger()
        return Outbox(
            self.engine, ledger, self.number, write, sender_id=sender, room=room, clock=lambda: self.at
        ), sender

    def rows(self) -> list[tuple[DeliveryStatus, str | None, datetime | None]]:
        with reading(self.engine) as session:
            found = session.exec(select(Delivery).where(Delivery.bulletin_id == self.number))
            return [
                (row.status, row.reason, row.due_at) for row in sorted(found, key=lambda row: row.id or 0)
            ]

    @property
    def statuses(self) -> list[DeliveryStatus]:
        return [status for status, _, _ in self.rows()]

    def bulletin(self) -> tuple[BulletinStatus, str | None, str]:
        with reading(self.engine) as session:
            found = session.get_one(Bulletin, self.number)
            return found.status, found.status_reason, found.status_by

    def change(self, delivery: int, **changes: object) -> None:
        """Of the recipient of a delivery."""
        with transaction(self.engine) as session:
            person = session.get_one(Recipient, session.get_one(Delivery, delivery).recipient_id)
            for name, value in changes.items():
                setattr(person, name, value)
            session.add(person)

    def wrote(self, delivery: int, at: datetime) -> None:
        """What its recipient said then is not handled yet."""
        with transaction(self.engine) as session:
            person = session.get_one(Recipient, session.get_one(Delivery, delivery).recipient_id)
            session.add(
                InboundEvent(
                    kind="message",
                    event_hash=f"x{delivery}",
                    sender_hash=person.phone_hash,
                    payload_sealed=b"",
                    received_at=at,
                )
            )

    def answered(self, ready: Ready, outcome: Outcome) -> None:
        with transaction(self.engine) as session:
            claims.settle(
                session,
                self.settings.vault(),
                [Result(ready.attempt_id, outcome, str(ready.attempt_id))],
                now=self.at,
            )


@pytest.fixture
def send(settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> Send:
    return Send(settings, sqlite, monkeypatch)


def ids(found: list[Ready] | None) -> list[int]:
    assert found is not None
    return [ready.delivery_id for ready in found]


MOVING = (BulletinStatus.sending, None, "test")
FULL = (BulletinStatus.stopped, "in_parts", "invio")


def test_the_next_messages_are_claimed_under_their_sender_as_many_as_asked_for(send: Send) -> None:
    first, second, third = send.to(3)
    box, sender = send.box()
    send.at = NOW + SECOND
    found = box.claim(2, "UTILITY")
    assert ids(found) == [first, second]
    assert found is not None
    with reading(send.engine) as session:
        for ready in found:
            attempt = session.get_one(Attempt, ready.attempt_id)
            assert (attempt.delivery_id, attempt.sender_id) == (ready.delivery_id, sender)
            assert (attempt.outcome, attempt.started_at) == (Outcome.in_flight, NOW + SECOND)
            assert session.get_one(Delivery, ready.delivery_id).recipient_id == ready.recipient_id
            assert (ready.message.opaque, ready.message.category) == (str(ready.attempt_id), "UTILITY")
            assert ready.claimed_at == NOW + SECOND
    assert send.statuses == [CLAIMED, CLAIMED, QUEUED]
    assert ids(box.claim(2, "MARKETING")) == [third]
    assert box.claim(2, "MARKETING") is None, "nothing waits any more"
    assert send.bulletin() == MOVING
    assert send.naps == []


@pytest.mark.parametrize("status", [BulletinStatus.stopped, BulletinStatus.sent])
def test_of_what_does_not_leave_any_more_nothing_is_taken(send: Send, status: BulletinStatus) -> None:
    send.to(1)
    box, _ = send.box()
    with transaction(send.engine) as session:
        session.get_one(Bulletin, send.number).status = status
    assert box.claim(1, "MARKETING") is None
    assert send.statuses == [QUEUED]


def test_who_left_or_wants_alerts_only_is_skipped_here(send: Send) -> None:
    left, alerts, stays = send.to(3)
    send.change(left, status=RecipientStatus.opted_out)
    send.change(alerts, scope=Scope.alerts)
    box, _ = send.box()
    assert ids(box.claim(9, "MARKETING")) == [stays]
    assert [(status, reason) for status, reason, _ in send.rows()] == [
        (SKIPPED, "opted_out"),
        (SKIPPED, "alerts_only"),
        (CLAIMED, None),
    ]


def test_where_everybody_is_kept_away_the_send_goes_on_and_is_not_full(send: Send) -> None:
    (left,) = send.to(1)
    send.change(left, status=RecipientStatus.opted_out)
    box, _ = send.box(room=5)
    assert box.claim(9, "MARKETING") == []
    assert send.bulletin() == MOVING
    assert box.claim(9, "MARKETING") is None


def test_whose_word_is_not_handled_waits_half_a_minute_and_is_then_skipped(send: Send) -> None:
    speaks, other = send.to(2)
    send.wrote(speaks, NOW)
    box, _ = send.box()
    assert ids(box.claim(9, "MARKETING")) == [other]
    assert send.rows()[0] == (QUEUED, None, NOW + SECOND)
    send.at = NOW + SECOND - timedelta(milliseconds=1)
    assert box.claim(9, "MARKETING") is None, "nothing is due"
    send.at = NOW + 30 * SECOND
    assert box.claim(9, "MARKETING") == []
    assert send.rows()[0] == (QUEUED, None, NOW + 31 * SECOND)
    send.at = NOW + 31 * SECOND
    assert box.claim(9, "MARKETING") == []
    assert send.rows()[0][:2] == (SKIPPED, "unread_message")


def test_a_number_that_no_key_opens_or_no_phone_has_fails_alone(send: Send) -> None:
    sealed, good = send.to(2)
    send.change(sealed, phone_sealed=b"sealed with a key that is gone")
    with transaction(send.engine) as session:
        send.delivery(session, session.get_one(Bulletin, send.number), NO_PHONE)
    box, _ = send.box()
    assert ids(box.claim(9, "MARKETING")) == [good]
    assert [(status, reason) for status, reason, _ in send.rows()] == [
        (FAILED, "unreadable_address"),
        (CLAIMED, None),
        (FAILED, "invalid_address"),
    ]


def test_a_part_reaches_as_many_as_have_room_and_stops_once_their_answers_are_there(send: Send) -> None:
    first, second, *_ = send.to(4)
    box, _ = send.box(room=2)
    found = box.claim(9, "MARKETING")
    assert found is not None
    assert ids(found) == [first, second]
    for ready in found:
        assert box.claim(9, "MARKETING") == [], "what is claimed leaves first"
        assert send.bulletin() == MOVING
        send.answered(ready, Outcome.accepted)
    assert send.naps == [0.05, 0.05]
    send.at = NOW + SECOND
    assert box.claim(9, "MARKETING") is None
    assert send.bulletin() == FULL
    assert send.statuses == [DeliveryStatus.accepted, DeliveryStatus.accepted, QUEUED, QUEUED]
    assert send.naps == [0.05, 0.05]


def test_only_what_this_sender_claimed_is_waited_for(send: Send) -> None:
    send.to(2)
    other, _ = send.box()
    assert len(ids(other.claim(1, "MARKETING"))) == 1
    box, _ = send.box(room=0)
    assert box.claim(9, "MARKETING") is None
    assert send.bulletin() == FULL
    assert send.statuses == [CLAIMED, QUEUED]
    assert send.naps == []


def test_who_is_tried_again_has_room_already(send: Send) -> None:
    first, _ = send.to(2)
    box, _ = send.box(room=1)
    for outcome in (Outcome.not_sent, Outcome.accepted):
        found = box.claim(9, "MARKETING")
        assert found is not None
        assert ids(found) == [first]
        send.answered(found[0], outcome)
    assert box.claim(9, "MARKETING") is None
    assert send.bulletin() == FULL
    assert send.statuses == [DeliveryStatus.accepted, QUEUED]


def test_who_is_kept_away_takes_no_room_and_makes_none(send: Send) -> None:
    left, stays, beyond, _ = send.to(4)
    send.change(left, status=RecipientStatus.opted_out)
    send.change(beyond, status=RecipientStatus.opted_out)
    box, _ = send.box(room=1)
    found = box.claim(2, "MARKETING")
    assert found is not None
    assert ids(found) == [stays]
    send.answered(found[0], Outcome.accepted)
    assert box.claim(2, "MARKETING") is None, "one is away, for the other there is no room"
    assert send.bulletin() == FULL
    assert send.statuses == [SKIPPED, DeliveryStatus.accepted, SKIPPED, QUEUED]


@pytest.mark.parametrize(
    ("kind", "status", "goes_first"),
    [
        (BulletinKind.urgent, BulletinStatus.sending, True),
        (BulletinKind.all_clear, BulletinStatus.sending, True),
        (BulletinKind.correction, BulletinStatus.sending, False),
        (BulletinKind.ordinary, BulletinStatus.sending, False),
        (BulletinKind.urgent, BulletinStatus.stopped, False),
        (BulletinKind.urgent, BulletinStatus.approved, False),
    ],
)
def test_a_part_leaves_the_room_to_an_alert_that_leaves(
    send: Send, kind: BulletinKind, status: BulletinStatus, goes_first: bool
) -> None:
    send.to(1)
    with transaction(send.engine) as session:
        make_bulletin(session, kind=kind, status=status)
    box, _ = send.box(room=5)
    found = box.claim(9, "MARKETING")
    assert (found is None) is goes_first
    assert send.statuses == [QUEUED if goes_first else CLAIMED]
    assert send.bulletin() == (FULL if goes_first else MOVING)


def test_what_does_not_leave_in_parts_leaves_beside_an_alert(send: Send) -> None:
    send.to(2)
    with transaction(send.engine) as session:
        make_bulletin(session, kind=BulletinKind.urgent, status=BulletinStatus.sending)
    box, _ = send.box()
    assert len(ids(box.claim(9, "MARKETING"))) == 2
