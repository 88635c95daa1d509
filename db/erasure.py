"""Takes a citizen out of every table; what is left is a keyed hash, so that no list brings them back."""

from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import CursorResult
from sqlmodel import Session, and_, col, delete, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from db import deliveries, recipients
from db.models import (
    Attempt,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    NumberChange,
    Recipient,
    RecipientStatus,
    Scope,
)

NOBODY = "nobody-"  # how the hash of a row begins that is nobody's


def erase(session: Session, recipient: Recipient, *, now: datetime) -> None:
    """Forget the number and the story of the messages; the certificates still add up.

    Deliveries of bulletins go over to a row of nobody's, so that nothing joins them to the hash that stays.
    Answers are deleted. Who never said a word of consent leaves no row at all. Raw messages are emptied;
    their keys stay until retention takes them, so that a repetition is not read as new.
    """
    _forget_history(session, recipient, now)
    subjects = recipient.hashes
    session.execute(
        update(InboundEvent)
        .where(
            or_(col(InboundEvent.sender_hash).in_(subjects), col(InboundEvent.bsuid_hash).in_(subjects)),
            col(InboundEvent.handled_at).is_not(None),
        )
        .values(payload_sealed=b"", sender_hash=None, bsuid_hash=None)
    )
    changes = or_(NumberChange.old_id == recipient.id, NumberChange.new_id == recipient.id)
    session.execute(delete(NumberChange).where(changes))
    query = select(ConsentEvent.id).where(col(ConsentEvent.subject_hash).in_(subjects))
    if session.exec(query).first() is None:
        session.delete(recipient)
        session.flush()
        return
    recipient.phone_sealed = recipient.bsuid_sealed = None
    recipient.opted_in_at = recipient.last_inbound_at = None
    recipient.asked_at = recipient.erasure_asked_at = None  # resumed_at stays: a late stop is read by it
    recipient.scope, recipient.strikes, recipient.is_test = Scope.everything, 0, False
    recipients.move(session, recipient, RecipientStatus.erased, now)
    session.flush()


def row_of_nobody(at: datetime) -> Recipient:
    """A row for deliveries whose recipient is forgotten, under a hash that is no number's."""
    return Recipient(phone_hash=f"{NOBODY}{uuid4().hex}", status=RecipientStatus.erased, status_at=at)


def forget_wamids(session: Session, delivery_ids: SelectOfScalar[int]) -> int:
    """A wamid holds the number: none stays of the attempts of these. How many there were."""
    query = (
        update(Attempt)
        .where(col(Attempt.delivery_id).in_(delivery_ids), col(Attempt.wamid_sealed).is_not(None))
        .values(wamid_sealed=None, wamid_hash=None)
    )
    result = session.execute(query, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount


def _forget_history(session: Session, recipient: Recipient, now: datetime) -> None:
    messages = select(Delivery.id).where(Delivery.recipient_id == recipient.id)
    forget_wamids(session, messages)
    # an answer that is on its way at this moment is not deleted: its sender will store what came of it
    answers = messages.where(col(Delivery.bulletin_id).is_(None), Delivery.status != DeliveryStatus.claimed)
    answer_ids = list(session.exec(answers.with_for_update()))
    session.execute(delete(Attempt).where(col(Attempt.delivery_id).in_(answer_ids)))
    session.execute(delete(Delivery).where(col(Delivery.id).in_(answer_ids)))
    if session.exec(messages).first() is None:
        return
    nobody = row_of_nobody(recipient.status_at)
    session.add(nobody)
    session.flush()
    # a sender may claim one of them at this moment: what it holds is waited for, and read again
    held = select(Delivery).where(Delivery.recipient_id == recipient.id).order_by(col(Delivery.id))
    for delivery in session.exec(held.with_for_update().execution_options(populate_existing=True)):
        if delivery.status == DeliveryStatus.queued:
            deliveries.move(delivery, DeliveryStatus.skipped, now=now, reason="opted_out")
        delivery.recipient_id, delivery.body = nobody.id, None
        session.add(delivery)
    session.flush()


def asked(session: Session) -> list[Recipient]:
    """Who wrote CANCELLAMI and can be erased: their goodbye has left, or never will.

    A bulletin that still has them in its queue, perhaps a stopped one, holds up nothing: it skips them.
    """
    is_answer = and_(col(Delivery.bulletin_id).is_(None), Delivery.status == DeliveryStatus.queued)
    waiting = (
        select(Delivery.id)
        .where(
            Delivery.recipient_id == Recipient.id,
            or_(Delivery.status == DeliveryStatus.claimed, is_answer),
        )
        .correlate(Recipient)
        .exists()
    )
    query = select(Recipient).where(col(Recipient.erasure_asked_at).is_not(None), ~waiting)
    return list(session.exec(query.order_by(col(Recipient.id))))


def left_before(session: Session, before: datetime, *, limit: int) -> list[Recipient]:
    """Who has been gone, or only wrote something, since before `before`, and whose address is still here."""
    query = select(Recipient).where(
        Recipient.status == RecipientStatus.opted_out,
        Recipient.status_at < before,
        or_(col(Recipient.last_inbound_at).is_(None), col(Recipient.last_inbound_at) < before),
        or_(col(Recipient.phone_sealed).is_not(None), col(Recipient.bsuid_sealed).is_not(None)),
    )
    return list(session.exec(query.order_by(col(Recipient.id)).limit(limit)))
