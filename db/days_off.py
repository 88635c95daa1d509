"""Days off: when which editor is away, and days without a bulletin that a person entered.

The latter stand beside holidays and the profile's own.
"""

from collections.abc import Sequence
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
    for stored in known_absences(session, first=first, last=last):
        if (stored.editor, stored.first, stored.last) == (editor, first, last):
            return stored
    absence = Absence(editor=editor, first=first, last=last, note=note, entered_at=now)
    session.add(absence)
    session.flush()
    return absence


def cancel_absence(session: Session, *, editor: str, first: date, last: date, now: datetime) -> list[Absence]:
    """Take back this editor's absences that touch these days; return them."""
    absences = [row for row in known_absences(session, first=first, last=last) if row.editor == editor]
    _cancel(session, absences, now)
    return absences


def _cancel(session: Session, rows: Sequence[Absence | Closure], now: datetime) -> None:
    for row in rows:
        row.cancelled_at = now
    session.add_all(rows)
    session.flush()


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
    for stored in known_closures(session, first=first, last=last):
        if (stored.first, stored.last) == (first, last):
            return stored
    closure = Closure(first=first, last=last, note=note, entered_at=now)
    session.add(closure)
    session.flush()
    return closure


def cancel_closure(session: Session, *, first: date, last: date, now: datetime) -> list[Closure]:
    """Take back the closures that touch these days; return them."""
    closures = known_closures(session, first=first, last=last)
    _cancel(session, closures, now)
    return closures


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
        day
        for closure in known_closures(session, first=first, last=last)
        for offset in range((closure.last - closure.first).days + 1)
        if first <= (day := closure.first + timedelta(days=offset)) <= last
    )
