"""Bulletins that are sent by hand: their lists, who is on them, and what a person says was sent.

A list is a run of `LIST_SIZE` deliveries by rising id, whatever became of them since: who was on list 2 in
one round is on list 2 in the next. All that changes something holds the bulletin's row (`bulletins.locked`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, func, select

from db import claims
from db.deliveries import BLOCK, move_all
from db.engine import blocks
from db.models import (
    Declaration,
    Delivery,
    DeliveryStatus,
    Handover,
    HandoverKind,
    Recipient,
    RecipientStatus,
    Scope,
)

LIST_SIZE = 256  # numbers of one broadcast list, WhatsApp's limit
CHANNEL = "channel"  # in place of a keyed hash: the row that stands for the Comune's WhatsApp channel


@dataclass(frozen=True)
class Member:
    """A delivery that waits in a list, with what its line needs. Never printed."""

    delivery_id: int
    list_number: int  # from 1
    recipient_id: int
    is_active: bool
    scope: Scope
    phone_sealed: bytes | None = field(repr=False)
    bsuid_sealed: bytes | None = field(repr=False)
    hashes: tuple[str | None, str | None] = field(repr=False)


def begin(session: Session, bulletin_id: int, kind: HandoverKind, *, now: datetime) -> Handover:
    """Put a bulletin into an operator's hands, or again, once it was stopped."""
    handover = session.get(Handover, bulletin_id) or Handover(
        bulletin_id=bulletin_id, kind=kind, begun_at=now
    )
    handover.begun_at = now
    session.add(handover)
    session.flush()
    return handover


def of(session: Session, bulletin_id: int) -> Handover | None:
    """None for a bulletin that leaves by the Cloud API, or has not begun to leave."""
    return session.get(Handover, bulletin_id)


def plan_channel(session: Session, bulletin_id: int, *, now: datetime) -> None:
    """The channel is the one recipient: a row of nobody's, which the certificate counts like any other."""
    channel = session.exec(select(Recipient).where(Recipient.phone_hash == CHANNEL)).first()
    if channel is None:
        channel = Recipient(phone_hash=CHANNEL, status=RecipientStatus.erased, status_at=now)
        session.add(channel)
        session.flush()
    session.add(Delivery(bulletin_id=bulletin_id, recipient_id=channel.id, status_at=now))
    session.flush()


def total(session: Session, bulletin_id: int) -> int:
    """How many lists there are, the finished ones too."""
    query = select(func.count()).where(Delivery.bulletin_id == bulletin_id)
    return -(-session.exec(query).one() // LIST_SIZE)


def waiting(session: Session, bulletin_id: int) -> list[Member]:
    """Who was not sent to yet, by rising list and delivery."""
    rank = func.row_number().over(order_by=col(Delivery.id)).label("rank")
    ranked = select(Delivery.id, rank).where(Delivery.bulletin_id == bulletin_id).subquery()
    query = (
        select(
            ranked.c.id,
            ranked.c.rank,
            col(Recipient.id),
            col(Recipient.status),
            col(Recipient.phone_sealed),
            col(Recipient.bsuid_sealed),
            col(Recipient.phone_hash),
            col(Recipient.bsuid_hash),
            col(Recipient.scope),
        )  # type: ignore[call-overload]
        .join(Delivery, col(Delivery.id) == ranked.c.id)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.status == DeliveryStatus.queued)
        .order_by(ranked.c.rank)
    )
    return [
        Member(
            delivery_id=row[0],
            list_number=(row[1] - 1) // LIST_SIZE + 1,
            recipient_id=row[2],
            is_active=row[3] == RecipientStatus.active or row[6] == CHANNEL,
            phone_sealed=row[4],
            bsuid_sealed=row[5],
            hashes=(row[6], row[7]),
            scope=Scope(row[8]),
        )
        for row in session.connection().execute(query)
    ]


def unread_since(session: Session, members: Sequence[Member]) -> dict[int, datetime]:
    """Deliveries to those whose word is not handled yet, and since when it waits: it may be a DISATTIVA."""
    since = claims.unread_since(session)
    earliest: dict[int, datetime] = {}
    for member in members:
        if moments := [since[name] for name in member.hashes if name in since]:
            earliest[member.delivery_id] = min(moments)
    return earliest


def settle(
    session: Session, delivery_ids: Collection[int], to: DeliveryStatus, *, reason: str, now: datetime
) -> int:
    """Move those that still wait; return how many. They are held until the commit."""
    count = 0
    for block in blocks(sorted(delivery_ids), BLOCK):
        query = select(Delivery.id).where(
            col(Delivery.id).in_(block), Delivery.status == DeliveryStatus.queued
        )
        held = list(session.exec(query.with_for_update()))
        move_all(session, held, DeliveryStatus.queued, to, reason=reason, now=now)
        count += len(held)
    session.expire_all()
    return count


def declarations(session: Session, bulletin_id: int) -> list[Declaration]:
    """What was said of it so far, in its order."""
    query = select(Declaration).where(Declaration.bulletin_id == bulletin_id)
    return list(session.exec(query.order_by(col(Declaration.number))))


def span(session: Session, bulletin_id: int) -> tuple[datetime, datetime] | None:
    """When something was first and last declared; None for what leaves by the Cloud API, or nothing yet."""
    moments = [declaration.at for declaration in declarations(session, bulletin_id) if declaration.people]
    return (min(moments), max(moments)) if moments else None


def declare(
    session: Session,
    bulletin_id: int,
    *,
    by: str,
    at: datetime,
    lists: Sequence[int],
    people: int,
    is_last: bool,
    note: str,
    remark: str,
    answers: tuple[str, int],
) -> Declaration:
    """Store a confirmed checklist. `answers`: its run, and the round that it showed."""
    before = declarations(session, bulletin_id)
    row = Declaration(
        bulletin_id=bulletin_id,
        number=len(before) + 1,
        by=by,
        at=at,
        lists=" ".join(map(str, lists)),
        people=people,
        is_last=is_last,
        note=note,
        remark=remark,
        run_id=answers[0],
        answered_round=answers[1],
    )
    session.add(row)
    session.flush()
    return row
