"""Raw updates of the webhook: stored encrypted before they are understood, each once."""

from datetime import datetime

from sqlmodel import Session, col, select

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
    """Stored but not acted on yet, oldest first: a crash in between loses nothing."""
    rows = session.exec(
        select(InboundEvent)
        .where(col(InboundEvent.handled_at).is_(None), col(InboundEvent.failure).is_(None))
        .order_by(col(InboundEvent.id))
        .limit(limit)
    )
    return list(rows)
