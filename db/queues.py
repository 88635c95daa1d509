"""How much waits: to leave for citizens and editors, or to be read."""

from sqlalchemy import literal_column
from sqlmodel import Session, col, func, select

from db.models import Call, CallStatus, Delivery, InboundEvent, Letter, LetterStatus


def lengths(session: Session) -> dict[str, int]:
    """By name: bulletins and answers to citizens, calls and letters to editors, inbound updates."""
    queued = col(Delivery.status) == literal_column("'queued'")  # a parameter hides the partial index
    is_bulletins = col(Delivery.bulletin_id).is_not(None)
    waiting = {
        "bulletins": select(func.count(col(Delivery.id))).where(queued, is_bulletins),
        "answers": select(func.count(col(Delivery.id))).where(queued, ~is_bulletins),
        "calls": select(func.count(col(Call.id))).where(Call.status == CallStatus.queued),
        "letters": select(func.count(col(Letter.id))).where(Letter.status == LetterStatus.queued),
        "inbound": select(func.count(col(InboundEvent.id))).where(col(InboundEvent.handled_at).is_(None)),
    }
    return {name: session.exec(query).one() for name, query in waiting.items()}
