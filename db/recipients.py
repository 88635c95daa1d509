"""Citizens' addresses and the ledger of their consent. Numbers come and go through the vault only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from db import originals
from db.models import (
    RECIPIENT_TRANSITIONS,
    Bulletin,
    BulletinKind,
    Consent,
    ConsentEvent,
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
    found: list[Recipient] = []
    if address.phone:
        found += session.exec(select(Recipient).where(Recipient.phone_hash == vault.hash(address.phone)))
    if address.bsuid:
        found += session.exec(select(Recipient).where(Recipient.bsuid_hash == vault.hash(address.bsuid)))
    return found[:1] if len(found) == 2 and found[0] is found[1] else found


def open_address(vault: Vault, recipient: Recipient) -> Address:
    """Raises VaultError when it was sealed with a key that is not configured: a sender fails that row."""
    return Address(
        phone=vault.open(recipient.phone_sealed) if recipient.phone_sealed else None,
        bsuid=vault.open(recipient.bsuid_sealed) if recipient.bsuid_sealed else None,
    )


def _move(session: Session, recipient: Recipient, to: RecipientStatus, now: datetime) -> None:
    if recipient.status != to:
        if to not in RECIPIENT_TRANSITIONS[recipient.status]:
            raise ValueError(f"a recipient cannot go from {recipient.status} to {to}")
        recipient.status, recipient.status_at = to, now
    session.add(recipient)


def _complete(session: Session, vault: Vault, recipient: Recipient, address: Address) -> None:
    """Fill in what the message told of its sender and we did not know, unless another row has it."""
    others = [other for other in matching(session, vault, address) if other is not recipient]
    taken = {value for other in others for value in (other.phone_hash, other.bsuid_hash) if value}
    if address.phone and not recipient.phone_hash and vault.hash(address.phone) not in taken:
        recipient.phone_hash, recipient.phone_sealed = vault.hash(address.phone), vault.seal(address.phone)
    if address.bsuid and not recipient.bsuid_hash and vault.hash(address.bsuid) not in taken:
        recipient.bsuid_hash, recipient.bsuid_sealed = vault.hash(address.bsuid), vault.seal(address.bsuid)


def note_inbound(
    session: Session, vault: Vault, address: Address, *, at: datetime, now: datetime
) -> Recipient:
    """The sender of a message, made as opted out when new: an answer needs a row, a row is no consent."""
    recipient = find(session, vault, address)
    if recipient is None:
        recipient = Recipient(status=RecipientStatus.opted_out, status_at=now)
    _complete(session, vault, recipient, address)
    recipient.last_inbound_at = max(at, recipient.last_inbound_at or at)  # webhooks keep no order
    session.add(recipient)
    session.flush()
    return recipient


def opt_in(session: Session, vault: Vault, address: Address, *, now: datetime) -> tuple[Recipient, bool]:
    """Subscribe the sender; also tells whether that is new. A second row of the same sender is closed."""
    recipient, *doubles = matching(session, vault, address) or [
        Recipient(status=RecipientStatus.opted_out, status_at=now)
    ]
    was_active = recipient.status == RecipientStatus.active and recipient.scope == Scope.everything
    _complete(session, vault, recipient, address)
    _move(session, recipient, RecipientStatus.active, now)
    if not was_active:
        recipient.scope, recipient.opted_in_at, recipient.strikes = Scope.everything, now, 0
    for double in doubles:
        opt_out(session, double, now=now)
    session.flush()
    return recipient, not was_active


def opt_out(session: Session, recipient: Recipient, *, now: datetime) -> bool:
    """Unsubscribe; tells whether that changed anything."""
    if recipient.status in (RecipientStatus.opted_out, RecipientStatus.erased):
        return False
    _move(session, recipient, RecipientStatus.opted_out, now)
    session.flush()
    return True


def record_consent(
    session: Session,
    vault: Vault,
    who: Address | Recipient,
    event: Consent,
    *,
    word: str,
    notice_version: str,
    source: str,
    message_id: str | None,
    at: datetime,
) -> None:
    """Append to the ledger, under the phone's hash (the BSUID's when no phone is known).

    `at` is when the word was said: for a message, the time on the message. A known recipient is not opened.
    """
    if isinstance(who, Recipient):
        subject_hash = who.phone_hash or who.bsuid_hash
    else:
        subject = who.phone or who.bsuid
        subject_hash = vault.hash(subject) if subject else None
    if subject_hash is None:
        raise ValueError("a consent needs an address")
    session.add(
        ConsentEvent(
            subject_hash=subject_hash,
            event=event,
            word=word,
            at=at,
            notice_version=notice_version,
            source=source,
            message_hash=vault.hash(message_id) if message_id else None,
        )
    )
    session.flush()


def outdated(session: Session, vault: Vault, address: Address, *, at: datetime) -> bool:
    """Whether the ledger holds a later word of this sender than one of `at`.

    Webhooks keep no order: an ATTIVA that comes after the DISATTIVA which followed it changes nothing.
    """
    subjects = [vault.hash(value) for value in (address.phone, address.bsuid) if value]
    query = select(ConsentEvent.id).where(
        col(ConsentEvent.subject_hash).in_(subjects), col(ConsentEvent.at) > at
    )
    return session.exec(query).first() is not None


def stopped_at_provider(
    session: Session,
    vault: Vault,
    recipient: Recipient,
    *,
    notice_version: str,
    message_id: str | None = None,
    at: datetime,
    now: datetime,
) -> bool:
    """The citizen stopped us in WhatsApp's own menu (131050): unsubscribed, and in the ledger like a word.

    Without its entry a delayed ATTIVA from before the stop would subscribe them again. `at` is when the
    provider said it. Tells whether that is new; the sender and the webhook may both be told.
    """
    session.refresh(recipient, with_for_update=True)
    if not opt_out(session, recipient, now=now):
        return False
    record_consent(
        session,
        vault,
        recipient,
        Consent.opt_out,
        word="meta_stop",
        notice_version=notice_version,
        source="whatsapp",
        message_id=message_id,
        at=at,
    )
    return True


def audience(session: Session, kind: BulletinKind, originals: Collection[int] = ()) -> list[Recipient]:
    """Whom a bulletin of this kind goes to: news to those who want everything, alerts to all active.

    A correction or an all-clear goes to those who got, or may have got, one of its `originals`, whatever
    they chose since, unless they left; ValueError without originals: it must never go to everybody.
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
    return list(session.exec(query.order_by(col(Recipient.id))))


PUT_RIGHT = (BulletinKind.correction, BulletinKind.all_clear)
MAY_HAVE_GOT = (
    DeliveryStatus.accepted,
    DeliveryStatus.uncertain,
    DeliveryStatus.declared,
    DeliveryStatus.claimed,  # on its way at this moment
)


def audience_of(session: Session, bulletin: Bulletin) -> list[Recipient]:
    """Whom this bulletin goes to."""
    return audience(session, bulletin.kind, originals.of(session, bulletin.id))


def audience_rule(session: Session, bulletin: Bulletin) -> str:
    """What the seal binds of the audience: the rule of its kind, and what the bulletin puts right."""
    found = originals.of(session, bulletin.id)
    numbers = f": {', '.join(map(str, found))}" if found else ""
    return f"{AUDIENCE_RULE[bulletin.kind]}{numbers}"


AUDIENCE_RULE = {
    BulletinKind.ordinary: "active and scope everything",
    BulletinKind.urgent: "active",
    BulletinKind.correction: "active and accepted, uncertain, declared or claimed of its originals",
    BulletinKind.all_clear: "active and accepted, uncertain, declared or claimed of its originals",
}
"""What the seal binds of the rule above, in words that change whenever the rule does."""
