"""A citizen is reached elsewhere, or somebody else at a known phone: what that does to the subscription.

WhatsApp tells of a changed number; a phone that was given to another person shows in a BSUID that does not
fit. Webhooks keep no order: what the old number said before the change counts for the new one, also when it
comes later.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from db import recipients
from db.ledger import LEFT, Ledger
from db.models import Consent, NumberChange, Recipient, RecipientStatus, Scope
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
        said = [event for event in ledger.history(session, source) if event.at <= at]
        if said and said[-1].event in LEFT and not ledger.history(session, target):
            # that they left counts there, too: their ATTIVA of before may still come
            ledger.record(session, target, Consent.opt_out, word=WORD, source="whatsapp", at=said[-1].at)
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
    said = [event for event in ledger.history(session, source) if event.at <= at]
    since = said[-1].at if said else at
    if not any(event.at > since for event in ledger.history(session, target)):
        recipients.move(session, target, RecipientStatus.active, now)
        target.scope, target.opted_in_at, target.strikes = source.scope, source.opted_in_at, 0
        consent = Consent.alerts_only if source.scope == Scope.alerts else Consent.opt_in
        # the time is that of the consent, not of the change: a DISATTIVA in between, come late, is later
        ledger.record(session, target, consent, word=WORD, source="whatsapp", at=since)
    recipients.opt_out(session, source, now=now)
    ledger.record(session, source, Consent.opt_out, word=WORD, source="whatsapp", at=at)


def identify(session: Session, vault: Vault, address: Address, *, at: datetime, now: datetime) -> bool:
    """Somebody writes from `address`: whether the phone now belongs to another BSUID than the one we knew.

    Then nothing more is sent there until a new ATTIVA. A message from before the last one proves nothing.
    """
    if address.phone is None or address.bsuid is None:
        return False
    row = recipients.find(session, vault, Address(phone=address.phone))
    told = vault.hash(address.bsuid)
    if row is None or row.bsuid_hash in (None, told) or (row.last_inbound_at and row.last_inbound_at > at):
        return False
    row.bsuid_hash, row.bsuid_sealed = None, None
    if recipients.find(session, vault, Address(bsuid=address.bsuid)) is None:
        row.bsuid_hash, row.bsuid_sealed = told, vault.seal(address.bsuid)
    suspend(session, row, now=now)
    return True


def suspend(session: Session, row: Recipient, *, now: datetime) -> None:
    """Nothing is sent until a new ATTIVA; who is not subscribed stays so."""
    session.add(row)
    if row.status == RecipientStatus.active:
        recipients.move(session, row, RecipientStatus.suspended, now)
    session.flush()
