"""Bulletins, their versions and decisions. `move` is the only way from one status to another."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sql
from sqlalchemy import Select, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from db import acts, signatures
from db.engine import StoreError
from db.models import (
    BULLETIN_TRANSITIONS,
    LIVING,
    TURNED_DOWN,
    Approval,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
    BulletinVersion,
    Decision,
)
from db.models.columns import fields_of
from db.vault import Vault


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
    told_at: datetime | None = None
    is_typed: bool = False
    is_placed: bool = False


def create(
    session: Session,
    *,
    kind: BulletinKind = BulletinKind.ordinary,
    slot_at: datetime | None,
    deadline_at: datetime | None,
    by: str,
    now: datetime,
    template: str | None = None,
) -> Bulletin:
    """A draft without a version yet. Without `slot_at` it goes at approval.

    `template`: whose variables its items fill; None for the bulletin of so many news.
    """
    bulletin = Bulletin(
        code=secrets.token_urlsafe(9),  # 72 bits: a draft's address cannot be guessed
        kind=kind,
        template=template,
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
    bulletin = session.get(Bulletin, bulletin_id, with_for_update=True, populate_existing=True)
    if bulletin is None:
        raise StoreError(f"there is no bulletin {bulletin_id}")
    return bulletin


def add_version(
    session: Session,
    bulletin: Bulletin,
    items: Sequence[ItemData],
    *,
    author: str,
    now: datetime,
    note: str = "",
    problems: Sequence[str] = (),
    remarks: Sequence[str] = (),
    answers: tuple[str, int] | None = None,
) -> BulletinVersion:
    """Store the whole text as the next version; earlier ones stay as they are.

    `answers`: the run and the version that the form showed, when this is an editor's answer.
    """
    before = latest(session, bulletin.id)
    version = BulletinVersion(
        bulletin_id=bulletin.id,
        number=before.number + 1 if before else 1,
        author=author,
        created_at=now,
        note=note,
        problems="\n".join(problems),
        remarks="\n".join(remarks),
        answered_run_id=answers[0] if answers else None,
        answered_version=answers[1] if answers else None,
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


def versions(session: Session, bulletin_id: int) -> list[BulletinVersion]:
    """All of them, oldest first."""
    rows = session.exec(
        select(BulletinVersion)
        .where(BulletinVersion.bulletin_id == bulletin_id)
        .order_by(col(BulletinVersion.number))
    )
    return list(rows)


def items(session: Session, version: BulletinVersion) -> list[BulletinItem]:
    rows = session.exec(
        select(BulletinItem).where(BulletinItem.version_id == version.id).order_by(col(BulletinItem.position))
    )
    return list(rows)


def data_of(item: BulletinItem) -> ItemData:
    """A stored line as it goes into another version."""
    return ItemData(**fields_of(ItemData, item))


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


def newest(session: Session, *statuses: BulletinStatus, limit: int) -> list[Bulletin]:
    """Those that came to one of these statuses last, and have it still; the newest first."""
    order = col(Bulletin.status_at).desc(), col(Bulletin.id).desc()
    query = select(Bulletin).where(col(Bulletin.status).in_(statuses)).order_by(*order)
    return list(session.exec(query.limit(limit)))


def moved(session: Session, *statuses: BulletinStatus, since: datetime, until: datetime) -> list[Bulletin]:
    """Those that came to one of these statuses between the two moments, and have it still."""
    rows = session.exec(
        select(Bulletin)
        .where(col(Bulletin.status).in_(statuses), Bulletin.status_at >= since, Bulletin.status_at <= until)
        .order_by(col(Bulletin.id))
    )
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
        .where(
            Approval.bulletin_id == bulletin_id,
            Approval.decision == Decision.approve,
            col(Approval.voided_at).is_(None),
        )
        .order_by(col(BulletinVersion.number).desc())
    ).first()


def reopen(session: Session, bulletin: Bulletin, *, by: str, now: datetime) -> None:
    """Take an approval back, as long as nothing has begun to leave: the bulletin waits again.

    TransitionError when it is not approved (any more).
    """
    if bulletin.status != BulletinStatus.approved:
        raise TransitionError(f"bulletin {bulletin.id} is {bulletin.status}: only an approved one re-opens")
    _void(session, bulletin, now=now)
    move(session, bulletin, BulletinStatus.in_review, by=by, now=now, reason="reopened")


def take_up(session: Session, bulletin: Bulletin, *, by: str, now: datetime) -> list[Approval]:
    """Take the decision not to send it back: the bulletin waits again. Returns the decisions that are void.

    TransitionError when it was neither postponed nor discarded. Whether its time has passed is not asked.
    """
    if bulletin.status not in TURNED_DOWN:
        raise TransitionError(f"bulletin {bulletin.id} is {bulletin.status}: nobody decided not to send it")
    voided = _void(session, bulletin, now=now)
    move(session, bulletin, BulletinStatus.in_review, by=by, now=now, reason="taken_up")
    return voided


def decisions(session: Session, bulletin: Bulletin) -> list[Approval]:
    """Those that count."""
    query = select(Approval).where(Approval.bulletin_id == bulletin.id, col(Approval.voided_at).is_(None))
    return list(session.exec(query))


def _void(session: Session, bulletin: Bulletin, *, now: datetime) -> list[Approval]:
    """Its decisions count no more; those that did until now."""
    in_force = decisions(session, bulletin)
    for approval in in_force:
        approval.voided_at, approval.mac = now, None  # that row alone brings it back no more
        session.add(approval)
    return in_force


def rivals(session: Session, bulletin: Bulletin) -> list[Bulletin]:
    """Living bulletins of its kind, template and slot; where it has no slot those made after it."""
    query = select(Bulletin).where(
        Bulletin.kind == bulletin.kind,
        Bulletin.template == bulletin.template,
        Bulletin.slot_at == bulletin.slot_at,
        col(Bulletin.status).in_(LIVING),
        Bulletin.id != bulletin.id if bulletin.slot_at else Bulletin.id > bulletin.id,
    )
    return list(session.exec(query.order_by(col(Bulletin.id))))


def send_at(session: Session, bulletin: Bulletin) -> datetime:
    """The moment of its send: the slot, or its approval. StoreError when it has neither."""
    if bulletin.slot_at is not None:
        return bulletin.slot_at
    sealed = approved(session, bulletin.id)
    if sealed is None:
        raise StoreError(f"bulletin {bulletin.id} has no slot and was not approved")
    return sealed[0].decided_at


def version_of(session: Session, bulletin_id: int, number: int) -> BulletinVersion | None:
    return session.exec(
        select(BulletinVersion).where(
            BulletinVersion.bulletin_id == bulletin_id, BulletinVersion.number == number
        )
    ).first()


def answered(session: Session, bulletin_id: int) -> set[tuple[str, int]]:
    """The answers that are stored already, as (run, version that its form showed)."""
    rows = session.exec(
        select(col(BulletinVersion.answered_run_id), col(BulletinVersion.answered_version)).where(
            BulletinVersion.bulletin_id == bulletin_id, col(BulletinVersion.answered_run_id).is_not(None)
        )
    )
    return {(run_id, version) for run_id, version in rows if run_id is not None and version is not None}


def reopened_at(session: Session, vault: Vault, bulletin_id: int) -> datetime | None:
    """When its last approval was taken back; what was said until then counts no more.

    Who may only write to the database brings nothing back: an approval without its keyed hash counts as
    taken back when it was given, whatever `voided_at` says, and a person's re-opening stands in their acts.
    """
    query = select(Approval).where(Approval.bulletin_id == bulletin_id, Approval.decision == Decision.approve)
    moments = [
        max(approval.decided_at, approval.voided_at or approval.decided_at)
        for approval in session.exec(query)
        if approval.voided_at is not None or not signatures.is_genuine(vault, approval)
    ]
    moments += [act.at for act in acts.of(session, bulletin_id) if act.verb == acts.REOPEN]
    return max(moments, default=None)


def telling(*, excluding: int | None = None, among: Collection[BulletinStatus] = LIVING) -> Select[int]:
    """Ids of the versions that living bulletins tell: the sealed one, else the latest; `excluding` names one
    bulletin not to count. An item that an editor took out is told by none of them.

    `among`: bulletins of other statuses than the living ones.
    """
    this = aliased(BulletinVersion)
    sealed = (
        sql.select(func.max(Approval.version_number))
        .where(
            col(Approval.bulletin_id) == Bulletin.id,
            col(Approval.decision) == Decision.approve,
            col(Approval.voided_at).is_(None),
        )
        .scalar_subquery()
    )
    newest = sql.select(func.max(this.number)).where(col(this.bulletin_id) == Bulletin.id).scalar_subquery()
    query = (
        sql.select(col(BulletinVersion.id))
        .join(Bulletin, col(Bulletin.id) == BulletinVersion.bulletin_id)
        .where(
            col(Bulletin.status).in_(among),
            col(BulletinVersion.number) == func.coalesce(sealed, newest),
        )
    )
    return query if excluding is None else query.where(col(Bulletin.id) != excluding)
