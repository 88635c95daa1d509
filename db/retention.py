"""Ends what has been kept long enough. Each function ends one kind, and returns how many rows that was."""

import random
from datetime import datetime

from sqlalchemy import Executable
from sqlmodel import Session, col, delete, func, or_, select, update

from db import erasure, replies
from db.deliveries import SETTLED
from db.erasure import NOBODY
from db.models import (
    AccessEvent,
    Attempt,
    Bulletin,
    Call,
    CallStatus,
    Delivery,
    InboundEvent,
    Letter,
    Receipt,
    Recipient,
    RecipientStatus,
)


def _rows(session: Session, statement: Executable) -> int:
    return int(session.connection().execute(statement).rowcount)


def people(session: Session, *, left: datetime, suspended: datetime, limit: int, now: datetime) -> int:
    """Erase who left, or only wrote, before `left`, and whom WhatsApp has not reached since `suspended`."""
    gone = erasure.left_before(session, left, limit=limit)
    out_of_reach = select(Recipient).where(
        Recipient.status == RecipientStatus.suspended, Recipient.status_at < suspended
    )
    gone += session.exec(out_of_reach.limit(limit))
    for recipient in gone:
        erasure.erase(session, recipient, now=now)
    return len(gone)


def raw_events(session: Session, before: datetime) -> int:
    """What could not be handled stays: it may be somebody's DISATTIVA."""
    return _rows(
        session,
        delete(InboundEvent).where(
            col(InboundEvent.received_at) < before, col(InboundEvent.handled_at).is_not(None)
        ),
    )


def answers(session: Session, before: datetime) -> int:
    """Welcomes and answers, with their attempts."""
    old = (
        col(Delivery.bulletin_id).is_(None),
        col(Delivery.status).in_(SETTLED),
        col(Delivery.status_at) < before,
    )
    delivery_ids = select(Delivery.id).where(*old)
    session.execute(delete(Attempt).where(col(Attempt.delivery_id).in_(delivery_ids)))
    return _rows(session, delete(Delivery).where(*old))


def receipts(session: Session, before: datetime) -> int:
    """Delivered and read, by person, of bulletins sent before then: the counts stay, and no wamid."""
    sent = select(Bulletin.id).where(col(Bulletin.sent_at) < before)
    has_receipt = (col(Delivery.bulletin_id).in_(sent), col(Delivery.receipt).is_not(None))
    counted = session.exec(
        select(Delivery.bulletin_id, Delivery.receipt, func.count())
        .where(*has_receipt)
        .group_by(col(Delivery.bulletin_id), col(Delivery.receipt))
    ).all()
    for bulletin_id, receipt, count in counted:
        if bulletin_id is not None and receipt in (Receipt.delivered, Receipt.read):
            read = count if receipt == Receipt.read else 0
            replies.add(session, bulletin_id, delivered=count, read=read)
    delivery_ids = select(Delivery.id).where(col(Delivery.bulletin_id).in_(sent))
    erasure.forget_wamids(session, delivery_ids)
    return _rows(session, update(Delivery).where(*has_receipt).values(receipt=None, receipt_at=None))


def late_wamids(session: Session) -> int:
    """Of whoever was erased while a message was on its way."""
    erased = (
        select(Delivery.id)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Recipient.status == RecipientStatus.erased)
    )
    return erasure.forget_wamids(session, erased)


def deliveries(session: Session, before: datetime) -> int:
    """Part the deliveries of one old bulletin from the people who got it; call it until it returns 0.

    They go over to rows of nobody's, in an order of chance: which of two bulletins went to the same person
    cannot be read from them. The certificates still add up.
    """
    named = ~col(Recipient.phone_hash).startswith(NOBODY) | col(Recipient.phone_hash).is_(None)
    linked = (
        select(Delivery)
        .join(Bulletin, col(Bulletin.id) == Delivery.bulletin_id)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(col(Bulletin.sent_at) < before, col(Delivery.status).in_(SETTLED), named)
        .order_by(col(Delivery.bulletin_id))
    )
    first = session.exec(linked.limit(1)).first()
    if first is None:
        return 0
    rows = list(session.exec(linked.where(Delivery.bulletin_id == first.bulletin_id)))
    random.SystemRandom().shuffle(rows)
    taken = select(Delivery.recipient_id).where(Delivery.bulletin_id == first.bulletin_id)
    pool = list(
        session.exec(
            select(Recipient.id)
            .where(col(Recipient.phone_hash).startswith(NOBODY), col(Recipient.id).not_in(taken))
            .order_by(col(Recipient.id))
            .limit(len(rows))
        )
    )
    nobodies = [erasure.row_of_nobody(first.status_at) for _ in range(len(rows) - len(pool))]
    session.add_all(nobodies)
    session.flush()
    for row, owner in zip(rows, [*pool, *(nobody.id for nobody in nobodies)], strict=True):
        row.recipient_id = owner
    session.add_all(rows)
    session.flush()
    return len(rows)


def letters(session: Session, before: datetime) -> int:
    """The words of e-mails to editors; that each was told once stays."""
    return _rows(
        session,
        update(Letter)
        .where(col(Letter.created_at) < before, or_(Letter.text != "", Letter.address != ""))
        .values(text="", sheet="", address=""),
    )


def calls(session: Session, before: datetime) -> int:
    """Who was called for what, by which telephone; one that has not left yet stays."""
    waiting = (CallStatus.queued, CallStatus.in_flight)
    return _rows(session, delete(Call).where(col(Call.called_at) < before, col(Call.status).not_in(waiting)))


def access(session: Session, before: datetime) -> int:
    return _rows(session, delete(AccessEvent).where(col(AccessEvent.at) < before))
