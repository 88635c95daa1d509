"""The starts of dispatches, counted; a counter outside that is ahead of ours betrays a restored database."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from db.engine import alone
from db.models import DispatchStart


def last_number(session: Session) -> int:
    """0 before the first start."""
    return session.exec(select(func.max(DispatchStart.number))).one() or 0


def add(
    session: Session, bulletin_id: int, *, by: str, despite: Sequence[str] = (), now: datetime
) -> DispatchStart:
    """Count a start; two senders at once get two numbers."""
    alone(session, "starts of dispatches")
    start = DispatchStart(
        number=last_number(session) + 1, bulletin_id=bulletin_id, at=now, by=by, despite="\n".join(despite)
    )
    session.add(start)
    session.flush()
    return start


def accept(session: Session, number: int, *, by: str, now: datetime) -> bool:
    """A person's word that this database goes on after start `number`; False when it is there already."""
    alone(session, "starts of dispatches")
    if last_number(session) >= number:
        return False
    session.add(DispatchStart(number=number, bulletin_id=None, at=now, by=by))
    session.flush()
    return True


def of(session: Session, bulletin_id: int) -> list[DispatchStart]:
    """The first one, then each resume."""
    query = select(DispatchStart).where(DispatchStart.bulletin_id == bulletin_id)
    return list(session.exec(query.order_by(col(DispatchStart.number))))
