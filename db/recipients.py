"""Citizens' addresses and what they subscribed to. Numbers come and go through the vault only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from db import told_news as originals
from db.engine import padded
from db.models import (
    RECIPIENT_TRANSITIONS,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.vault import Vault


@dataclass(frozen=True)
class Address:
    """Where a citizen is reached: a phone as +digits, a BSUID, or both. Never printed."""

    phone: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)


def find(session: Session, vault: Vault, address: Address) -> Recipient | None:
    """By phone, else by BSUID."""
    return next(iter(matching(session, vault, address)), None)


def matching(session: Session, vault: Vault, address: Address) -> list[Recipient]:
    """All rows of this address, the phone's first.

    Two rows when a citizen was once met by phone only and once by BSUID only: who leaves, leaves both.
    """
    rows: list[Recipient] = []
    if address.phone:
        rows += session.exec(select(Recipient).where(Recipient.phone_hash == vault.hash(address.phone)))
    if address.bsuid:
        rows += session.exec(select(Recipient).where(Recipient.bsuid_hash == vault.hash(address.bsuid)))
    return rows[:1] if len(rows) == 2 and rows[0] is rows[1] else rows


def of_hashes(session: Session, subjects: Collection[str]) -> list[Recipient]:
    """Rows under any of these keyed hashes, a phone's or a BSUID's."""
    query = select(Recipient).where(
        or_(col(Recipient.phone_hash).in_(subjects), col(Recipient.bsuid_hash).in_(subjects))
    )
    return list(session.exec(query.order_by(col(Recipient.id))))


def without_bsuid(session: Session, ids: Collection[int]) -> list[Recipient]:
    """Those of them who are reached by their phone, and of whom no BSUID is known."""
    if not ids:  # most statuses name none, and a query costs more to build than they do to store
        return []
    query = select(Recipient).where(
        col(Recipient.id).in_(padded(ids)),
        col(Recipient.bsuid_hash).is_(None),
        col(Recipient.status).in_((RecipientStatus.active, RecipientStatus.suspended)),
    )
    return list(session.exec(query.order_by(col(Recipient.id))))


class Sealed(Protocol):
    """A recipient, or what was read of one."""

    @property
    def phone_sealed(self) -> bytes | None: ...

    @property
    def bsuid_sealed(self) -> bytes | None: ...


def open_address(vault: Vault, recipient: Sealed) -> Address:
    """Raises VaultError when it was sealed with a key that is not configured: a sender fails that row."""
    return Address(
        phone=vault.open(recipient.phone_sealed) if recipient.phone_sealed else None,
        bsuid=vault.open(recipient.bsuid_sealed) if recipient.bsuid_sealed else None,
    )


def move(session: Session, recipient: Recipient, to: RecipientStatus, now: datetime) -> None:
    """The one way in which a status changes; ValueError for a move that is not allowed."""
    if recipient.status != to:
        if to not in RECIPIENT_TRANSITIONS[recipient.status]:
            raise ValueError(f"a recipient cannot go from {recipient.status} to {to}")
        recipient.status, recipient.status_at = to, now
    session.add(recipient)


def _complete(session: Session, vault: Vault, recipient: Recipient, address: Address) -> None:
    """Fill in what the message told of its sender and we did not know, unless another row has it."""
    others = [other for other in matching(session, vault, address) if other is not recipient]
    taken = {value for other in others for value in other.hashes}
    if address.phone and vault.hash(address.phone) not in taken:
        hashed = vault.hash(address.phone)
        if recipient.phone_hash in (None, hashed) and recipient.phone_sealed is None:  # new, or erased before
            recipient.phone_hash, recipient.phone_sealed = hashed, vault.seal(address.phone)
    if address.bsuid and vault.hash(address.bsuid) not in taken:
        hashed = vault.hash(address.bsuid)
        if recipient.bsuid_hash in (None, hashed) and recipient.bsuid_sealed is None:
            recipient.bsuid_hash, recipient.bsuid_sealed = hashed, vault.seal(address.bsuid)


def note(session: Session, vault: Vault, address: Address, *, now: datetime) -> Recipient:
    """The row of an address, made as opted out when new: an answer needs a row, a row is no consent.

    Who was erased and is heard of again is such a stranger too.
    """
    recipient = find(session, vault, address)
    if recipient is None:
        recipient = Recipient(status=RecipientStatus.opted_out, status_at=now)
    elif recipient.status == RecipientStatus.erased:
        move(session, recipient, RecipientStatus.opted_out, now)
    _complete(session, vault, recipient, address)
    session.add(recipient)
    session.flush()
    return recipient


def note_inbound(
    session: Session, vault: Vault, address: Address, *, at: datetime, now: datetime
) -> Recipient:
    """The sender of a message, who may be answered for 24 hours from `at` on."""
    recipient = note(session, vault, address, now=now)
    recipient.last_inbound_at = max(at, recipient.last_inbound_at or at)  # webhooks keep no order
    session.add(recipient)
    session.flush()
    return recipient


def opt_in(
    session: Session,
    vault: Vault,
    address: Address,
    *,
    scope: Scope = Scope.everything,
    now: datetime,
) -> tuple[Recipient, bool]:
    """Subscribe the sender; also tells whether that is new. A second row of the same sender is closed."""
    recipient, *doubles = matching(session, vault, address) or [
        Recipient(status=RecipientStatus.opted_out, status_at=now)
    ]
    was_active = recipient.status == RecipientStatus.active
    is_new = not was_active or recipient.scope != scope
    _complete(session, vault, recipient, address)
    move(session, recipient, RecipientStatus.active, now)
    if is_new:
        narrowed = was_active and scope == Scope.alerts  # goes on, with less
        recipient.opted_in_at = recipient.opted_in_at if narrowed else now
        recipient.scope = scope
    recipient.strikes = 0
    recipient.asked_at = recipient.erasure_asked_at = None
    for double in doubles:
        opt_out(session, double, now=now)
    session.flush()
    return recipient, is_new


def subscribed(session: Session) -> int:
    """How many are subscribed now."""
    query = select(func.count()).where(Recipient.status == RecipientStatus.active)
    return session.exec(query).one()


def marked_as_test(session: Session) -> list[Recipient]:
    """Subscribers who get test sends, too."""
    query = select(Recipient).where(
        Recipient.status == RecipientStatus.active, col(Recipient.is_test).is_(True)
    )
    return list(session.exec(query.order_by(col(Recipient.id))))


def narrow(session: Session, recipient: Recipient) -> None:
    """SOLO ALLERTE of somebody who is subscribed; enrols nobody."""
    if recipient.status == RecipientStatus.active:
        recipient.scope = Scope.alerts
        session.add(recipient)


def opt_out(session: Session, recipient: Recipient, *, now: datetime) -> bool:
    """Unsubscribe; tells whether that changed anything. A second yes that was waited for is not any more."""
    recipient.asked_at = None
    if recipient.status in (RecipientStatus.opted_out, RecipientStatus.erased):
        return False
    move(session, recipient, RecipientStatus.opted_out, now)
    session.flush()
    return True


def audience(kind: BulletinKind, originals: Collection[int] = ()) -> SelectOfScalar[Recipient]:
    """Whom a bulletin of this kind goes to: news to those who want everything, alerts to all active.

    A correction or an all-clear goes to those who got, or may have got, one of its `originals`, whatever
    they chose since, unless they left; ValueError without originals: it must never go to everybody. Any
    other bulletin with originals is their right text for those who were spared the wrong one.
    """
    query = select(Recipient).where(Recipient.status == RecipientStatus.active)
    if kind == BulletinKind.ordinary:
        query = query.where(Recipient.scope == Scope.everything)
    if kind in PUT_RIGHT:
        if not originals:
            raise ValueError(f"a bulletin of kind {kind} needs to know what it puts right")
        reached = select(Delivery.recipient_id).where(
            col(Delivery.bulletin_id).in_(originals), col(Delivery.status).in_(MAY_HAVE_GOT)
        )
        query = query.where(col(Recipient.id).in_(reached))
    elif originals:
        spared = select(Delivery.recipient_id).where(
            col(Delivery.bulletin_id).in_(originals), Delivery.reason == SPARED
        )
        query = query.where(col(Recipient.id).in_(spared))
    return query.order_by(col(Recipient.id))


def turned_away(kind: BulletinKind, *, is_active: bool, scope: Scope) -> str | None:
    """Why a message that was planned must not leave any more, by what its recipient has chosen since; None
    when it may. A correction or an all-clear still goes to who got the news and narrowed since.
    """
    if not is_active:
        return "opted_out"
    return "alerts_only" if kind == BulletinKind.ordinary and scope == Scope.alerts else None


SPARED = "corrected_meanwhile"
"""Why a delivery of a stopped bulletin is skipped: its recipient gets the right text instead."""

PUT_RIGHT = (BulletinKind.correction, BulletinKind.all_clear)
MAY_HAVE_GOT = (
    DeliveryStatus.accepted,
    DeliveryStatus.uncertain,
    DeliveryStatus.declared,
    DeliveryStatus.claimed,  # on its way at this moment
)


def reached_nobody(session: Session, bulletin: Bulletin) -> bool:
    """Whether its send ended or rests before anybody got it, or may have."""
    planned = select(Delivery.id).where(Delivery.bulletin_id == bulletin.id)
    reached = planned.where(col(Delivery.status).in_(MAY_HAVE_GOT))
    return (
        bulletin.status in (BulletinStatus.stopped, BulletinStatus.sent)
        and session.exec(planned.limit(1)).first() is not None
        and session.exec(reached.limit(1)).first() is None
    )


def was_spared(session: Session, bulletin: Bulletin) -> bool:
    """Whether somebody was spared its text, to get the right one instead."""
    query = select(Delivery.id).where(Delivery.bulletin_id == bulletin.id, Delivery.reason == SPARED)
    return session.exec(query.limit(1)).first() is not None


def query_of(session: Session, bulletin: Bulletin) -> SelectOfScalar[Recipient]:
    """Whom this bulletin goes to, not read yet."""
    return audience(bulletin.kind, originals.of(session, bulletin.id))


def audience_of(session: Session, bulletin: Bulletin) -> list[Recipient]:
    """Whom this bulletin goes to."""
    return list(session.exec(query_of(session, bulletin)))


def head_count(session: Session, bulletin: Bulletin) -> int:
    """How many `audience_of` has; a whole town is not read into memory to be counted."""
    return session.exec(select(func.count()).select_from(ids_of(session, bulletin).subquery())).one()


def reached_again(session: Session, bulletin: Bulletin, others: Collection[Bulletin]) -> int:
    """To how many it goes who got one of the others, or may have; of one that leaves still, all."""
    if any(other.status in (BulletinStatus.approved, BulletinStatus.sending) for other in others):
        return head_count(session, bulletin)
    reached = select(Delivery.recipient_id).where(
        col(Delivery.bulletin_id).in_([other.id for other in others]), col(Delivery.status).in_(MAY_HAVE_GOT)
    )
    both = ids_of(session, bulletin).where(col(Recipient.id).in_(reached))
    return session.exec(select(func.count()).select_from(both.subquery())).one()


def ids_of(session: Session, bulletin: Bulletin) -> SelectOfScalar[int]:
    """Whom this bulletin goes to, not read yet."""
    return query_of(session, bulletin).with_only_columns(col(Recipient.id)).order_by(None)  # type: ignore[return-value]


def audience_rule(session: Session, bulletin: Bulletin) -> str:
    """What the seal binds of the audience: the rule of its kind, and what the bulletin puts right."""
    ids = originals.of(session, bulletin.id)
    numbers = f": {', '.join(map(str, ids))}" if ids else ""
    spared = " and spared the wrong text of its originals" if ids and bulletin.kind not in PUT_RIGHT else ""
    return f"{AUDIENCE_RULE[bulletin.kind]}{spared}{numbers}"


AUDIENCE_RULE = {
    BulletinKind.ordinary: "active and scope everything",
    BulletinKind.urgent: "active",
    BulletinKind.correction: "active and accepted, uncertain, declared or claimed of its originals",
    BulletinKind.all_clear: "active and accepted, uncertain, declared or claimed of its originals",
}
"""What the seal binds of the rule above, in words that change whenever the rule does."""
