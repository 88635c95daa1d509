"""What updates change: receipts, a subscription, where a person is reached, a template, our account.

Statuses change attempts and deliveries in bulk. A stop in WhatsApp's own menu is a word to leave, and only a
resume takes it back.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from db import call_outbox, number_changes, provider, receipts, recipients, samples
from db.ledger import NEXT, RESUME, STOP
from db.models import Consent, Receipt, Recipient, RecipientStatus, Scope
from db.receipts import StatusReport
from db.recipients import Address
from flows.settings import Settings
from flows.web.ground.context import Web
from flows.web.inbound import conversation
from flows.whatsapp.errors import STRIKES, Action
from flows.whatsapp.templates import differences
from flows.whatsapp.updates import (
    AccountChange,
    AddressChange,
    IdentityChange,
    InboundMessage,
    Preference,
    StatusUpdate,
    TemplateChange,
    TemplateText,
    Unknown,
    Update,
)


def settle(
    session: Session, web: Web, updates: Sequence[StatusUpdate], *, now: datetime
) -> list[StatusUpdate]:
    """Act on statuses, within the caller's transaction. One of an editor's call or sample goes to that.

    Returns those that speak of no message of ours, as far as we know by now: without our id, which a reseller
    may not hand on, a message is known by the answer to its POST, and a receipt may be faster.
    """
    reports = [_report(web, update) for update in updates]
    owners = receipts.settle(session, reports, now=now)
    _name(session, web, updates, owners, now)
    unknown = []
    for update, report, recipient_id in zip(updates, reports, owners, strict=True):
        if recipient_id is not None:
            _leave_alone(session, web, update, recipient_id, now)
        elif not (
            call_outbox.receive(session, report.opaque, report.receipt, code=report.code, now=now)
            or samples.receive(session, report.opaque, failed=report.receipt is None, code=report.code)
        ):
            unknown.append(update)
    return unknown


def _name(
    session: Session, web: Web, updates: Sequence[StatusUpdate], owners: Sequence[int | None], now: datetime
) -> None:
    """Who hides their phone behind a username will write from the BSUID that a receipt names beside it."""
    named = {
        owner: update
        for update, owner in zip(updates, owners, strict=True)
        if owner is not None and update.bsuid and update.person != update.bsuid
    }
    for row in recipients.without_bsuid(session, named):
        update = named[row.id]
        if update.person and update.bsuid and web.vault.hash(update.person) == row.phone_hash:
            number_changes.named_together(session, web.ledger, row, update.bsuid, now=now)


def _report(web: Web, update: StatusUpdate) -> StatusReport:
    return StatusReport(
        opaque=update.opaque,
        wamid_hash=web.vault.hash(update.wamid),
        receipt=None if update.status == "failed" else Receipt(update.status),
        at=update.at,
        code=update.code,
        pricing_category=update.pricing_category,
        billable=update.billable,
    )


def _leave_alone(session: Session, web: Web, update: StatusUpdate, recipient_id: int, now: datetime) -> None:
    if update.action == Action.OPT_OUT:  # 131050: stopped in WhatsApp's own menu
        recipient = session.get_one(Recipient, recipient_id)
        if recipient.status == RecipientStatus.erased:  # whose message it was is not known any more
            return
        web.ledger.stopped_at_provider(session, recipient, message_id=update.wamid, at=update.at, now=now)
    elif update.action == Action.STRIKE:
        number_changes.count(session, recipient_id, STRIKES, now=now)


LONGEST_NAME = 60  # characters of a template's name
_DIGITS = re.compile(r"\d{5,}")

log = logging.getLogger(__name__)


def template(session: Session, change: TemplateChange) -> None:
    provider.seen(
        session,
        change.name,
        change.language,
        category=change.category,
        status=change.status,
        quality=change.quality,
        at=change.at,
    )
    name = _DIGITS.sub("...", change.name)[:LONGEST_NAME]  # an account's owner may give any name
    log.info("inbound: the template %s is now %s", name, change.status or change.category or "judged")


def template_text(settings: Settings, session: Session, change: TemplateText) -> None:
    """Somebody edited it at the provider: what is otherwise than ours is kept, and told."""
    if change.name not in settings.templates or change.language != settings.profile.whatsapp.language:
        log.info("inbound: the text of a template that is not ours changed")
        return
    definition = settings.templates[change.name]
    unlike = differences(definition, settings.button_base(definition.name), change.components)
    provider.edited(session, change.name, change.language, ", ".join(unlike), at=change.at)
    log.warning("inbound: the template %s was edited; other than ours: %s", change.name, unlike or "nothing")


def our_account(session: Session, change: AccountChange) -> None:
    for matter, word in change.words.items():
        provider.hear(session, matter, word, at=change.at)
        log.warning("inbound: the provider says of our %s: %s", matter, word)


def address(session: Session, web: Web, change: AddressChange, *, now: datetime) -> None:
    old, new = Address(change.phone, change.bsuid), Address(change.new_phone, change.new_bsuid)
    number_changes.move(session, web.ledger, old, new, at=change.at, now=now)


def identity(session: Session, web: Web, change: IdentityChange, *, now: datetime) -> None:
    """The telephone behind a number is another one: suspended until a new ATTIVA, unless one came since."""
    who = Address(change.phone, change.bsuid)
    if not web.ledger.spoke_since(session, who, at=change.at):
        for row in recipients.matching(session, web.vault, who):
            number_changes.suspend(session, row, now=now)


JOINED = (Consent.opt_in, Consent.alerts_only)


def preference(session: Session, web: Web, wish: Preference, *, now: datetime) -> None:
    who = number_changes.follow(session, web.vault, Address(wish.phone, wish.bsuid), at=wish.at)
    row = recipients.find(session, web.vault, who)
    if not (row and web.ledger.is_erased(session, row)):  # who asked for that is not written down again
        row = recipients.note(session, web.vault, who, now=now)
    if wish.stopped:
        web.ledger.stopped_at_provider(session, row, at=wish.at, now=now)
    else:
        _resume(session, web, row, wish.at, now)


def _resume(session: Session, web: Web, row: Recipient, at: datetime, now: datetime) -> None:
    """Brings back whom the menu had stopped, and nobody who wrote DISATTIVA."""
    row.resumed_at = max(at, row.resumed_at or at)
    session.add(row)
    session.flush()
    own = web.ledger.own(session, row)
    stops = [event.at for event in web.ledger.history(session, row) if event.word == STOP]
    if not own or own[-1].event not in JOINED or not stops or not own[-1].at <= max(stops) <= at:
        return
    if row.status == RecipientStatus.active:
        return
    scope = Scope.alerts if own[-1].event == Consent.alerts_only else Scope.everything
    who = recipients.open_address(web.vault, row)
    recipients.opt_in(session, web.vault, who, scope=scope, now=now)
    # next after the stop that it undoes: a word after that one, come late, is later
    web.ledger.record(session, row, own[-1].event, word=RESUME, source="whatsapp", at=max(stops) + NEXT)


log = logging.getLogger(__name__)


def handle(session: Session, web: Web, updates: Sequence[Update], *, now: datetime) -> list[StatusUpdate]:
    """Act on updates, within the caller's transaction: all statuses at once, then one after the other.

    Returns the statuses of messages that are not known.
    """
    statuses = [update for update in updates if isinstance(update, StatusUpdate)]
    unknown = settle(session, web, statuses, now=now) if statuses else []
    for update in updates:
        match update:
            case InboundMessage():
                _answer(session, web, update, now)
            case Preference():
                preference(session, web, update, now=now)
            case AddressChange():
                address(session, web, update, now=now)
            case IdentityChange():
                identity(session, web, update, now=now)
            case TemplateChange():
                template(session, update)
            case TemplateText():
                template_text(web.settings, session, update)
            case AccountChange():
                our_account(session, update)
            case Unknown():
                log.warning("inbound: kept and not read: %s", update.kind)
    return unknown


def _answer(session: Session, web: Web, message: InboundMessage, now: datetime) -> None:
    """Whose word it is: a number may have changed since, or be somebody else's by now."""
    if web.ledger.heard(session, message.id):
        log.info("inbound: a command that was acted on long ago came once more")
        return
    written_from = Address(message.phone, message.bsuid)
    if _is_forgotten(session, web, written_from, message.at):
        conversation.note_only(session, web.ledger, message)
        return
    if number_changes.identify(session, web.vault, written_from, at=message.at, now=now):
        log.warning("inbound: another identity on a known phone: suspended until a new ATTIVA")
    who = number_changes.follow(session, web.vault, written_from, at=message.at)
    message = replace(message, phone=who.phone, bsuid=who.bsuid)
    conversation.answer(web.settings, session, message, now=now)


def _is_forgotten(session: Session, web: Web, who: Address, at: datetime) -> bool:
    """Whether they were erased since: what they wrote before must not bring their number back."""
    rows = recipients.matching(session, web.vault, who)
    is_known = any(row.phone_sealed or row.bsuid_sealed for row in rows)
    return not is_known and web.ledger.is_erased(session, who, at=at)
