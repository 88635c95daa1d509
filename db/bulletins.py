"""Bulletins, their versions and decisions. `move` is the only way from one status to another."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from db.errors import StoreError
from db.models import (
    BULLETIN_TRANSITIONS,
    Approval,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    BulletinVersion,
    Decision,
)


class TransitionError(StoreError):
    """A status cannot follow another."""


@dataclass(frozen=True)
class ItemData:
    """One slot of a version, in its order."""

    title: str
    category: str
    url: str
    text: str
    news_item_id: int | None = None
    weather_alert_id: int | None = None


def create(
    session: Session,
    *,
    kind: BulletinKind = BulletinKind.ordinary,
    slot_at: datetime | None,
    deadline_at: datetime | None,
    by: str,
    now: datetime,
) -> Bulletin:
    """A draft without a version yet. Without `slot_at` it goes at approval."""
    bulletin = Bulletin(
        code=secrets.token_urlsafe(9),  # 72 bits: a draft's address cannot be guessed
        kind=kind,
        slot_at=slot_at,
        deadline_at=deadline_at,
        created_at=now,
        status_at=now,
        status_by=by,
    )
    session.add(bulletin)
    session.flush()
    return bulletin


def move(
    session: Session,
    bulletin: Bulletin,
    to: BulletinStatus,
    *,
    by: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Change the status, stamped with who, when and why; TransitionError when it is not allowed."""
    if to not in BULLETIN_TRANSITIONS[bulletin.status]:
        raise TransitionError(f"bulletin {bulletin.id} is {bulletin.status}: it cannot become {to}")
    bulletin.status, bulletin.status_at, bulletin.status_by = to, now, by
    bulletin.status_reason = reason
    session.add(bulletin)
    session.flush()


def locked(session: Session, bulletin_id: int) -> Bulletin:
    """The row, held against other writers until the transaction ends (SQLite holds the whole file).

    Raises StoreError when there is none.
    """
    # refreshed, since what this session read before the lock may have changed while it waited
    found = session.get(Bulletin, bulletin_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise StoreError(f"there is no bulletin {bulletin_id}")
    return found


def add_version(
    session: Session,
    bulletin: Bulletin,
    items: Sequence[ItemData],
    *,
    author: str,
    now: datetime,
    note: str = "",
    problems: Sequence[str] = (),
) -> BulletinVersion:
    """Store the whole text as the next version; earlier ones stay as they are."""
    before = latest(session, bulletin.id)
    version = BulletinVersion(
        bulletin_id=bulletin.id,
        number=before.number + 1 if before else 1,
        author=author,
        created_at=now,
        note=note,
        problems="\n".join(problems),
    )
    session.add(version)
    session.flush()
    for position, item in enumerate(items, start=1):
        session.add(BulletinItem(version_id=version.id, position=position, **item.__dict__))
    session.flush()
    return version


def latest(session: Session, bulletin_id: int) -> BulletinVersion | None:
    return session.exec(
        select(BulletinVersion)
        .where(BulletinVersion.bulletin_id == bulletin_id)
        .order_by(col(BulletinVersion.number).desc())
    ).first()


def items(session: Session, version: BulletinVersion) -> list[BulletinItem]:
    rows = session.exec(
        select(BulletinItem).where(BulletinItem.version_id == version.id).order_by(col(BulletinItem.position))
    )
    return list(rows)


def of_slot(session: Session, kind: BulletinKind, slot_at: datetime) -> Bulletin | None:
    """The slot's bulletin, living or ended; a superseded one does not count."""
    return session.exec(
        select(Bulletin)
        .where(
            Bulletin.kind == kind,
            Bulletin.slot_at == slot_at,
            Bulletin.status != BulletinStatus.superseded,
        )
        .order_by(col(Bulletin.id).desc())
    ).first()


def with_status(session: Session, *statuses: BulletinStatus) -> list[Bulletin]:
    rows = session.exec(select(Bulletin).where(col(Bulletin.status).in_(statuses)).order_by(col(Bulletin.id)))
    return list(rows)


def by_code(session: Session, code: str) -> Bulletin | None:
    return session.exec(select(Bulletin).where(Bulletin.code == code)).first()


def approved(session: Session, bulletin_id: int) -> tuple[Approval, BulletinVersion] | None:
    """The approval in force and the version that it sealed; None when nobody approved.

    A later version is only the answer of somebody who came too late.
    """
    return session.exec(
        select(Approval, BulletinVersion)
        .join(
            BulletinVersion,
            (col(BulletinVersion.bulletin_id) == Approval.bulletin_id)
            & (col(BulletinVersion.number) == Approval.version_number),
        )
        .where(Approval.bulletin_id == bulletin_id, Approval.decision == Decision.approve)
        .order_by(col(BulletinVersion.number).desc())
    ).first()
