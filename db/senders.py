"""Who is sending at this moment, and every start of a send, counted.

A sender leaves a sign of life; without one, what it held is uncertain. A counter outside the database that
is ahead of ours betrays a restored database.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from db.engine import alone
from db.models import DispatchStart, Sender

BEAT_EVERY = timedelta(seconds=1)
DEAD_AFTER = timedelta(seconds=15)
"""Without a sign of life for so long, a sender is dead; one whose process is gone is dead at once.

A clock that jumps may make a living one look dead: what it holds then counts as uncertain until its own
answers settle it, and nothing is sent twice.
"""


def register(session: Session, bulletin_id: int | None, *, host: str, pid: int, now: datetime) -> UUID:
    """A new sender of a bulletin, or (None) of the answers."""
    sender = Sender(bulletin_id=bulletin_id, host=host, pid=pid, beat_at=now)
    session.add(sender)
    session.flush()
    return sender.id


def beat(session: Session, sender_id: UUID, *, now: datetime) -> None:
    session.connection().execute(update(Sender).where(col(Sender.id) == sender_id).values(beat_at=now))


def end(session: Session, sender_ids: Collection[UUID]) -> None:
    session.connection().execute(delete(Sender).where(col(Sender.id).in_(sender_ids)))


def end_all(session: Session, *, before: datetime) -> None:
    """Those without a sign of life since, whatever runs under their number now: of a restored database."""
    session.connection().execute(delete(Sender).where(col(Sender.beat_at) <= before))


def pids(session: Session, host: str) -> dict[UUID, int]:
    """The processes of a machine that are written down as senders."""
    return dict(session.exec(select(Sender.id, Sender.pid).where(Sender.host == host)).all())


def living(session: Session, *, now: datetime) -> dict[UUID, int | None]:
    """Senders with a sign of life, and the bulletin of each; of a time ahead of `now` none is believed."""
    rows = session.exec(
        select(Sender.id, Sender.bulletin_id).where(
            col(Sender.beat_at) > now - DEAD_AFTER, col(Sender.beat_at) < now + DEAD_AFTER
        )
    )
    return dict(rows.all())


def is_sending(session: Session, bulletin_id: int, *, now: datetime) -> bool:
    return bulletin_id in living(session, now=now).values()


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


def accepted_at(session: Session) -> datetime | None:
    """When a person last said so of a restored database; None where nobody did."""
    query = select(DispatchStart.at).where(col(DispatchStart.bulletin_id).is_(None))
    return session.exec(query.order_by(col(DispatchStart.number).desc())).first()


def of(session: Session, bulletin_id: int) -> list[DispatchStart]:
    """The first one, then each resume."""
    query = select(DispatchStart).where(DispatchStart.bulletin_id == bulletin_id)
    return list(session.exec(query.order_by(col(DispatchStart.number))))
