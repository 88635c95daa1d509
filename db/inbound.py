"""Raw updates of the webhook: stored encrypted before they are understood, each once."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from db.models import InboundEvent
from db.vault import Vault


def keep(
    session: Session, vault: Vault, *, key: str, sender: str | None, payload: str, now: datetime
) -> InboundEvent | None:
    """Store one update under its key (message id, or status id and word); None when it is known.

    The provider repeats webhooks for up to seven days and keeps no order.
    """
    event_hash = vault.hash(key)
    if session.exec(select(InboundEvent.id).where(InboundEvent.event_hash == event_hash)).first():
        return None
    event = InboundEvent(
        event_hash=event_hash,
        sender_hash=vault.hash(sender) if sender else None,
        payload_sealed=vault.seal(payload),
        received_at=now,
    )
    session.add(event)
    session.flush()
    return event


def unhandled(session: Session, *, limit: int) -> list[InboundEvent]:
    """Stored and never tried, oldest first: a crash in between loses nothing."""
    rows = session.exec(
        select(InboundEvent)
        .where(col(InboundEvent.handled_at).is_(None), col(InboundEvent.failure).is_(None))
        .order_by(col(InboundEvent.id))
        .limit(limit)
    )
    return list(rows)


def failed(session: Session) -> dict[int, datetime]:
    """What could not be handled so far, oldest first: id -> when it was received. To be tried again."""
    rows = session.exec(
        select(InboundEvent.id, InboundEvent.received_at)
        .where(col(InboundEvent.handled_at).is_(None), col(InboundEvent.failure).is_not(None))
        .order_by(col(InboundEvent.id))
    )
    return dict(rows.all())


def parked(session: Session) -> int:
    """How many could not be handled so far."""
    query = select(func.count()).where(
        col(InboundEvent.handled_at).is_(None), col(InboundEvent.failure).is_not(None)
    )
    return session.exec(query).one()


def pending_senders(session: Session) -> set[str]:
    """Hashes of those whose message is not handled yet, failed or not: it may be a DISATTIVA."""
    rows = session.exec(select(InboundEvent.sender_hash).where(col(InboundEvent.handled_at).is_(None)))
    return {sender for sender in rows if sender is not None}
