"""When which editor is away."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from db.models import Absence


def enter(session: Session, *, editor: str, first: date, last: date, note: str, now: datetime) -> Absence:
    """Store an absence; the same one again is not stored twice.

    Raises ValueError when it ends before it begins.
    """
    if last < first:
        raise ValueError(f"an absence cannot end ({last}) before it begins ({first})")
    there = [one for one in known(session, first=first, last=last) if one.editor == editor]
    for one in there:
        if (one.first, one.last) == (first, last):
            return one
    absence = Absence(editor=editor, first=first, last=last, note=note, entered_at=now)
    session.add(absence)
    session.flush()
    return absence


def cancel(session: Session, *, editor: str, first: date, last: date, now: datetime) -> list[Absence]:
    """Take back this editor's absences that touch these days; return them."""
    found = [one for one in known(session, first=first, last=last) if one.editor == editor]
    for one in found:
        one.cancelled_at = now
        session.add(one)
    session.flush()
    return found


def known(session: Session, *, first: date, last: date) -> list[Absence]:
    """Those in force that touch any of these days, both included, the earliest first."""
    rows = session.exec(
        select(Absence)
        .where(
            col(Absence.cancelled_at).is_(None),
            col(Absence.first) <= last,
            col(Absence.last) >= first,
        )
        .order_by(col(Absence.first), col(Absence.id))
    )
    return list(rows)
