"""Days off: when which editor is away, and days without a bulletin that a person entered.

The latter stand beside holidays and the profile's own.
"""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from db.models import Absence, Closure


def enter_absence(
    session: Session, *, editor: str, first: date, last: date, note: str, now: datetime
) -> Absence:
    """Store an absence; the same one again is not stored twice.

    Raises ValueError when it ends before it begins.
    """
    if last < first:
        raise ValueError(f"an absence cannot end ({last}) before it begins ({first})")
    there = [one for one in known_absences(session, first=first, last=last) if one.editor == editor]
    for one in there:
        if (one.first, one.last) == (first, last):
            return one
    absence = Absence(editor=editor, first=first, last=last, note=note, entered_at=now)
    session.add(absence)
    session.flush()
    return absence


def cancel_absence(session: Session, *, editor: str, first: date, last: date, now: datetime) -> list[Absence]:
    """Take back this editor's absences that touch these days; return them."""
    found = [one for one in known_absences(session, first=first, last=last) if one.editor == editor]
    for one in found:
        one.cancelled_at = now
        session.add(one)
    session.flush()
    return found


def known_absences(session: Session, *, first: date, last: date) -> list[Absence]:
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


def enter_closure(session: Session, *, first: date, last: date, note: str, now: datetime) -> Closure:
    """Store a closure; the same one again is not stored twice.

    Raises ValueError when it ends before it begins.
    """
    if last < first:
        raise ValueError(f"a closure cannot end ({last}) before it begins ({first})")
    for one in known_closures(session, first=first, last=last):
        if (one.first, one.last) == (first, last):
            return one
    closure = Closure(first=first, last=last, note=note, entered_at=now)
    session.add(closure)
    session.flush()
    return closure


def cancel_closure(session: Session, *, first: date, last: date, now: datetime) -> list[Closure]:
    """Take back the closures that touch these days; return them."""
    found = known_closures(session, first=first, last=last)
    for one in found:
        one.cancelled_at = now
        session.add(one)
    session.flush()
    return found


def known_closures(session: Session, *, first: date, last: date) -> list[Closure]:
    """Those in force that touch any of these days, both included, the earliest first."""
    rows = session.exec(
        select(Closure)
        .where(col(Closure.cancelled_at).is_(None), col(Closure.first) <= last, col(Closure.last) >= first)
        .order_by(col(Closure.first), col(Closure.id))
    )
    return list(rows)


def days(session: Session, *, first: date, last: date) -> frozenset[date]:
    """Each closed day between two, both included."""
    return frozenset(
        one.first + timedelta(days=n)
        for one in known_closures(session, first=first, last=last)
        for n in range((one.last - one.first).days + 1)
        if first <= one.first + timedelta(days=n) <= last
    )
