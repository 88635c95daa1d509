"""Who saw, took out or erased citizens' numbers, and what of sent bulletins the public pages hide.

One entry a command, written before it shows anything; each hiding with the moment, the person and the reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from db.models import AccessEvent, Redaction


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


def accesses(session: Session, *, limit: int) -> Sequence[AccessEvent]:
    """The newest first."""
    query = select(AccessEvent).order_by(col(AccessEvent.at).desc(), col(AccessEvent.id).desc())
    return session.exec(query.limit(limit)).all()


@dataclass(frozen=True)
class Hidden:
    """What is hidden of one bulletin, each with the moment since when."""

    whole: datetime | None = None
    items: Mapping[int, datetime] = field(default_factory=dict)  # by position, from 1

    def since(self, position: int) -> datetime | None:
        """Since when this item is not shown; None when it is."""
        return self.whole or self.items.get(position)


NOTHING = Hidden()


def hide(
    session: Session, bulletin_id: int, position: int | None, *, by: str, reason: str, now: datetime
) -> bool:
    """Hide an item, or with None the whole; False when exactly that is hidden already."""
    if _open(session, bulletin_id, position):
        return False
    session.add(Redaction(bulletin_id=bulletin_id, position=position, at=now, by=by, reason=reason))
    session.flush()
    return True


def show(
    session: Session, bulletin_id: int, position: int | None, *, by: str, reason: str, now: datetime
) -> bool:
    """Take back what hid exactly this; False when nothing did."""
    rows = _open(session, bulletin_id, position)
    for row in rows:
        row.cancelled_at, row.cancelled_by, row.cancelled_reason = now, by, reason
        session.add(row)
    session.flush()
    return bool(rows)


def _open(session: Session, bulletin_id: int, position: int | None) -> list[Redaction]:
    rows = session.exec(
        select(Redaction).where(
            Redaction.bulletin_id == bulletin_id,
            col(Redaction.position).is_not_distinct_from(position),
            col(Redaction.cancelled_at).is_(None),
        )
    )
    return list(rows)


def of(session: Session, bulletin_id: int) -> Hidden:
    return among(session, (bulletin_id,)).get(bulletin_id, NOTHING)


def among(session: Session, bulletin_ids: Collection[int]) -> dict[int, Hidden]:
    """Of these bulletins, those of which something is hidden."""
    rows = session.exec(
        select(Redaction)
        .where(col(Redaction.bulletin_id).in_(bulletin_ids), col(Redaction.cancelled_at).is_(None))
        .order_by(col(Redaction.id))
    ).all()
    return {
        bulletin_id: Hidden(
            whole=next((row.at for row in own if row.position is None), None),
            items={row.position: row.at for row in own if row.position is not None},
        )
        for bulletin_id in {row.bulletin_id for row in rows}
        if (own := [row for row in rows if row.bulletin_id == bulletin_id])
    }


def redactions(session: Session, bulletin_id: int) -> list[Redaction]:
    """All that was ever hidden of a bulletin, the oldest first."""
    query = select(Redaction).where(Redaction.bulletin_id == bulletin_id).order_by(col(Redaction.id))
    return list(session.exec(query))
