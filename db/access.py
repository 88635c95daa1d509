"""Who saw, took out or erased citizens' numbers: one entry a command, written before it shows anything."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from db.models import AccessEvent


def note(
    session: Session,
    *,
    by: str,
    command: str,
    people: int,
    subject_hash: str | None = None,
    now: datetime,
) -> None:
    """`by` is the user of the machine, `people` how many it is about, `subject_hash` that of a single one."""
    session.add(AccessEvent(at=now, by=by, command=command, people=people, subject_hash=subject_hash))
    session.flush()


def listing(session: Session, *, limit: int) -> Sequence[AccessEvent]:
    """The newest first."""
    query = select(AccessEvent).order_by(col(AccessEvent.at).desc(), col(AccessEvent.id).desc())
    return session.exec(query.limit(limit)).all()
