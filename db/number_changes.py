"""A citizen is reached elsewhere, or somebody else at a known phone: what that does to the subscription.

WhatsApp tells of a changed number; a phone that was given to another person shows in a BSUID that does not
fit; a receipt may be the first to name the BSUID beside a phone. Webhooks keep no order: what the old number
said before the change counts for the new one, also when it comes later. Numbers that no bulletin reaches any
more are suspended until a new ATTIVA.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from db import recipients, replies
from db.ledger import LEFT, Ledger
from db.models import (
    Attempt,
    Consent,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    NumberChange,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.recipients import Address
from db.vault import Vault

WORD = "numero_cambiato"
_LONGEST = 8  # changes of one person that are followed


def follow(session: Session, vault: Vault, address: Address, *, at: datetime) -> Address:
    """Where the person is reached now who wrote from `address` at that time."""
    for _ in range(_LONGEST):
        row = recipients.find(session, vault, address)
        change = _next(session, row, at) if row else None
        new = session.get(Recipient, change.new_id) if change else None
        if new is None or (new.phone_sealed is None and new.bsuid_sealed is None):  # erased since
            return address
        address = recipients.open_address(vault, new)
    return address


def _next(session: Session, row: Recipient, at: datetime) -> NumberChange | None:
    query = select(NumberChange).where(NumberChange.old_id == row.id, col(NumberChange.at) > at)
    return session.exec(query.order_by(col(NumberChange.at))).first()


def move(
    session: Session, ledger: Ledger, old: Address, new: Address, *, at: datetime, now: datetime
) -> None:
    """The person of `old` is reached at `new` from `at` on, and the subscription with it.

    A word that the new number has said itself, later than the one which is carried over, stands.
    """
    vault = ledger.vault
    source = recipients.find(session, vault, old)
    if ledger.is_erased(session, source or old):  # nobody is to be found again by it
        return
    if ledger.is_erased(session, new, at=at):  # from there, since: it holds for the old number, too
        if source is not None:
            forget(session, ledger, source, at=at, now=now)
        return
    if source and _rename(session, vault, source, new):
        return
    target = recipients.note(session, vault, new, now=now)
    source = source or recipients.note(session, vault, old, now=now)
    if source.id == target.id or _is_known(session, source, target, at):
        return
    session.add(NumberChange(old_id=source.id, new_id=target.id, at=at))
    if source.status == RecipientStatus.active:
        _carry(session, ledger, source, target, at, now)
    else:
        entries = [entry for entry in ledger.history(session, source) if entry.at <= at]
        if entries and entries[-1].event in LEFT and not ledger.history(session, target):
            # that they left counts there, too: their ATTIVA of before may still come
            ledger.record(session, target, Consent.opt_out, word=WORD, source="whatsapp", at=entries[-1].at)
    session.flush()


def forget_earlier(session: Session, ledger: Ledger, row: Recipient, *, at: datetime, now: datetime) -> None:
    """Who asks to be erased at `at` asks it for the numbers that they had before."""
    ids = {row.id}
    for _ in range(_LONGEST):
        before = select(NumberChange.old_id).where(col(NumberChange.new_id).in_(ids), NumberChange.at <= at)
        ids |= set(session.exec(before))
    for recipient_id in sorted(ids - {row.id}):
        old = session.get_one(Recipient, recipient_id)
        if old.status == RecipientStatus.opted_out:  # else it is somebody else's by now
            forget(session, ledger, old, at=at, now=now)


def forget(session: Session, ledger: Ledger, row: Recipient, *, at: datetime, now: datetime) -> None:
    """As if CANCELLAMI had come from this number, too."""
    ledger.record(session, row, Consent.erase, word=WORD, source="whatsapp", at=at)
    recipients.opt_out(session, row, now=now)
    row.erasure_asked_at = now
    session.add(row)
    session.flush()


def _is_known(session: Session, source: Recipient, target: Recipient, at: datetime) -> bool:
    query = select(NumberChange.id).where(
        NumberChange.old_id == source.id, NumberChange.new_id == target.id, NumberChange.at == at
    )
    return session.exec(query).first() is not None


def _rename(session: Session, vault: Vault, row: Recipient, new: Address) -> bool:
    """Only the BSUID is another: the same row under its new name. False when the phone changes, too."""
    if new.bsuid is None or (new.phone and vault.hash(new.phone) != row.phone_hash):
        return False
    other = recipients.find(session, vault, Address(bsuid=new.bsuid))
    if other is not None and other is not row:
        return False
    row.bsuid_hash, row.bsuid_sealed = vault.hash(new.bsuid), vault.seal(new.bsuid)
    session.add(row)
    session.flush()
    return True


def _carry(
    session: Session, ledger: Ledger, source: Recipient, target: Recipient, at: datetime, now: datetime
) -> None:
    entries = [entry for entry in ledger.history(session, source) if entry.at <= at]
    since = entries[-1].at if entries else at
    if not any(event.at > since for event in ledger.history(session, target)):
        recipients.move(session, target, RecipientStatus.active, now)
        target.scope, target.opted_in_at, target.strikes = source.scope, source.opted_in_at, 0
        consent = Consent.alerts_only if source.scope == Scope.alerts else Consent.opt_in
        # the time is that of the consent, not of the change: a DISATTIVA in between, come late, is later
        ledger.record(session, target, consent, word=WORD, source="whatsapp", at=since)
    recipients.opt_out(session, source, now=now)
    ledger.record(session, source, Consent.opt_out, word=WORD, source="whatsapp", at=at)


def named_together(session: Session, ledger: Ledger, row: Recipient, bsuid: str, *, now: datetime) -> None:
    """A receipt names the BSUID beside the phone that is all we knew: words from either are this person's.

    Whom the BSUID stood for on its own becomes one person with them, whose last word counts.
    """
    vault = ledger.vault
    other = recipients.find(session, vault, Address(bsuid=bsuid))
    was_active = other is not None and other.status == RecipientStatus.active
    if other is not None:
        recipients.opt_out(session, other, now=now)
        other.bsuid_hash, other.bsuid_sealed = vault.hash(f"{other.id} is {row.id}"), None
        row.resumed_at = max(filter(None, (row.resumed_at, other.resumed_at)), default=None)
        session.add(other)
        session.flush()  # before another row has its hash
    row.bsuid_hash, row.bsuid_sealed = vault.hash(bsuid), vault.seal(bsuid)
    session.add(row)
    session.flush()
    if other is None:
        return
    if ledger.has_left(session, row):
        row.erasure_asked_at = now if ledger.is_erased(session, row) else None
        if recipients.opt_out(session, row, now=now):
            replies.exited(session, row.id, now=now)
    elif was_active:
        last = next(reversed(ledger.own(session, row)), None)
        row.scope = Scope.alerts if last and last.event == Consent.alerts_only else Scope.everything
        row.opted_in_at = row.opted_in_at or now
        recipients.move(session, row, RecipientStatus.active, now)
    session.flush()


def identify(session: Session, vault: Vault, address: Address, *, at: datetime, now: datetime) -> bool:
    """Somebody writes from `address`: whether the phone now belongs to another BSUID than the one we knew.

    Then nothing more is sent there until a new ATTIVA. A message from before the last one proves nothing.
    """
    if address.phone is None or address.bsuid is None:
        return False
    row = recipients.find(session, vault, Address(phone=address.phone))
    hashed = vault.hash(address.bsuid)
    if row is None or row.bsuid_hash in (None, hashed) or (row.last_inbound_at and row.last_inbound_at > at):
        return False
    row.bsuid_hash, row.bsuid_sealed = None, None
    if recipients.find(session, vault, Address(bsuid=address.bsuid)) is None:
        row.bsuid_hash, row.bsuid_sealed = hashed, vault.seal(address.bsuid)
    suspend(session, row, now=now)
    return True


def suspend(session: Session, row: Recipient, *, now: datetime) -> None:
    """Nothing is sent until a new ATTIVA; who is not subscribed stays so."""
    session.add(row)
    if row.status == RecipientStatus.active:
        recipients.move(session, row, RecipientStatus.suspended, now)
    session.flush()


MOST = 3  # bulletins in a row: the code also stands for a telephone that was off or not updated for long
_ENDED = (DeliveryStatus.accepted, DeliveryStatus.failed)


def count(session: Session, recipient_id: int, codes: Collection[str], *, now: datetime) -> bool:
    """The latest bulletins in a row that failed with one of `codes`; tells whether that suspends the number.

    Counted from the rows, so that neither order nor repetition of webhooks changes it. An ATTIVA clears what
    was sent before it, whenever we hear that it failed.
    """
    recipient = session.get_one(Recipient, recipient_id, with_for_update=True, populate_existing=True)
    latest = session.exec(
        select(Delivery.status, Delivery.reason)
        .where(
            Delivery.recipient_id == recipient_id,
            col(Delivery.bulletin_id).is_not(None),
            col(Delivery.status).in_(_ENDED),
            _begun_since(_joined_at(session, recipient, now)),
        )
        .order_by(col(Delivery.id).desc())
        .limit(MOST)
    )
    failed = takewhile(lambda row: row[0] == DeliveryStatus.failed and row[1] in codes, latest)
    recipient.strikes = len(list(failed))
    is_suspended = recipient.strikes >= MOST and recipient.status == RecipientStatus.active
    if is_suspended:
        recipients.move(session, recipient, RecipientStatus.suspended, now)
    session.add(recipient)
    session.flush()
    return is_suspended


def _joined_at(session: Session, recipient: Recipient, now: datetime) -> datetime:
    """When their last word to join was written; of who is in no ledger, when they were subscribed."""
    joined_at = session.exec(
        select(ConsentEvent.at)
        .where(
            col(ConsentEvent.subject_hash).in_(recipient.hashes),
            col(ConsentEvent.event).in_((Consent.opt_in, Consent.alerts_only)),
        )
        .order_by(col(ConsentEvent.at).desc())
        .limit(1)
    ).first()
    return joined_at or recipient.opted_in_at or datetime.min.replace(tzinfo=now.tzinfo)


def _begun_since(moment: datetime) -> ColumnElement[bool]:
    """Deliveries whose last POST was begun then or later."""
    return select(Attempt.id).where(Attempt.delivery_id == Delivery.id, Attempt.started_at >= moment).exists()
