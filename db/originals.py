"""Which bulletins a correction, an all-clear or a right text puts right, and what came after a bulletin."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from db.models import Bulletin, BulletinKind, BulletinOriginal, BulletinStatus


def link(session: Session, bulletin_id: int, original_ids: Collection[int]) -> None:
    """Note that this bulletin goes to those who got one of these."""
    for original_id in sorted(set(original_ids)):
        session.merge(BulletinOriginal(bulletin_id=bulletin_id, original_id=original_id))
    session.flush()


def of(session: Session, bulletin_id: int) -> tuple[int, ...]:
    """Ids of what it puts right, rising; empty for a bulletin of another kind."""
    query = select(BulletinOriginal.original_id).where(BulletinOriginal.bulletin_id == bulletin_id)
    return tuple(sorted(session.exec(query)))


def follow_ups(session: Session, original_id: int, *statuses: BulletinStatus) -> list[Bulletin]:
    """Corrections and all-clears of a bulletin with one of these statuses, the newest first."""
    rows = session.exec(
        select(Bulletin)
        .join(BulletinOriginal, col(BulletinOriginal.bulletin_id) == Bulletin.id)
        .where(
            BulletinOriginal.original_id == original_id,
            col(Bulletin.status).in_(statuses),
            # not the right text for those who were spared the wrong one
            col(Bulletin.kind).in_((BulletinKind.correction, BulletinKind.all_clear)),
        )
        .order_by(col(Bulletin.id).desc())
    )
    return list(rows)
