"""What an update changes: a receipt, a subscription, a template's state; and the answer to queue."""

import logging
from datetime import datetime, timedelta

from sqlmodel import Session

from db import deliveries, receipts, recipients, templates
from db.models import Consent, Delivery, Receipt, Recipient, RecipientStatus
from db.recipients import Address
from db.vault import Vault
from flows.settings import Settings
from flows.web import texts
from flows.web.courtesy import deserves_an_answer
from flows.whatsapp.commands import Command, command
from flows.whatsapp.errors import Action
from flows.whatsapp.updates import InboundMessage, StatusUpdate, TemplateChange, Unknown, Update

COURTESY_EVERY = timedelta(days=1)  # each answer has a price, and two machines could talk for ever
# Webhooks keep no order and are repeated for days; what we know may be stamped by our clock, not Meta's.
LATE = timedelta(minutes=1)

log = logging.getLogger(__name__)


def handle(session: Session, settings: Settings, vault: Vault, update: Update, *, now: datetime) -> None:
    """Act on one update, within the caller's transaction."""
    match update:
        case StatusUpdate():
            _status(session, settings, vault, update, now)
        case InboundMessage():
            _message(session, settings, vault, update, now)
        case TemplateChange():
            _template(session, update)
        case Unknown():
            log.info("inbound: kept and not read: %s", update.kind)


def _status(session: Session, settings: Settings, vault: Vault, update: StatusUpdate, now: datetime) -> None:
    attempt = receipts.find_attempt(session, vault, opaque=update.opaque, wamid=update.wamid)
    if attempt is None:
        log.info("inbound: a status of a message that is not ours: %s", update.status)
        return
    if update.status != "failed":
        receipts.receive(session, attempt, Receipt(update.status), at=update.at, now=now)
        return
    receipts.fail(session, attempt, update.code or "failed", now=now)
    if update.action == Action.OPT_OUT:  # 131050: stopped in WhatsApp's own menu
        delivery = session.get_one(Delivery, attempt.delivery_id)
        recipient = session.get_one(Recipient, delivery.recipient_id)
        recipients.stopped_at_provider(
            session,
            vault,
            recipient,
            notice_version=settings.profile.notice.version,
            message_id=update.wamid,
            at=update.at,
            now=now,
        )


def _message(
    session: Session, settings: Settings, vault: Vault, update: InboundMessage, now: datetime
) -> None:
    address = Address(update.phone, update.bsuid)
    recipient = recipients.note_inbound(session, vault, address, at=update.at, now=now)
    word = command(update.text) if update.text else None
    if word is None:
        _courtesy(session, settings, recipient, update, now)
        return
    outdated = recipients.outdated(session, vault, address, at=update.at)
    event = Consent.opt_in if word == Command.ATTIVA else Consent.opt_out
    _record(session, settings, vault, address, event, word.name, update.id, update.at)
    if outdated:
        log.info("inbound: an outdated %s is in the ledger and changes nothing", word.name)
        return
    if word == Command.ATTIVA:
        _join(session, settings, vault, address, now)
    else:
        _leave(session, settings, vault, address, recipient, now)


def _join(session: Session, settings: Settings, vault: Vault, address: Address, now: datetime) -> None:
    recipient, new = recipients.opt_in(session, vault, address, now=now)
    if new or recipient.opted_in_at is None:
        body, name = texts.reply(settings, "benvenuto"), "benvenuto"
    else:
        since = texts.day_and_year(recipient.opted_in_at)
        body, name = texts.reply(settings, "gia_attiva", data_iscrizione=since), "gia_attiva"
    deliveries.queue_reply(session, recipient.id, name, body, now=now)


def _leave(
    session: Session,
    settings: Settings,
    vault: Vault,
    address: Address,
    recipient: Recipient,
    now: datetime,
) -> None:
    rows = recipients.matching(session, vault, address)
    left = [recipients.opt_out(session, row, now=now) for row in rows]
    name = "arrivederci" if any(left) else "non_iscritto"
    deliveries.queue_reply(session, recipient.id, name, texts.reply(settings, name), now=now)


def _courtesy(
    session: Session, settings: Settings, recipient: Recipient, update: InboundMessage, now: datetime
) -> None:
    recent = recipient.courtesy_at is not None and now - recipient.courtesy_at < COURTESY_EVERY
    if recent or not deserves_an_answer(update):
        return
    name = "cortesia" if recipient.status == RecipientStatus.active else "cortesia_non_iscritto"
    deliveries.queue_reply(session, recipient.id, name, texts.reply(settings, name), now=now)
    recipient.courtesy_at = now
    session.add(recipient)


def _record(
    session: Session,
    settings: Settings,
    vault: Vault,
    address: Address,
    event: Consent,
    word: str,
    message_id: str,
    at: datetime,
) -> None:
    recipients.record_consent(
        session,
        vault,
        address,
        event,
        word=word,
        notice_version=settings.profile.notice.version,
        source="whatsapp",
        message_id=message_id,
        at=at,
    )


def _template(session: Session, change: TemplateChange) -> None:
    known = templates.find(session, change.name, change.language)
    if known is not None and change.at < known.updated_at - LATE:
        log.info("inbound: outdated news of the template %s", change.name)
        return
    templates.seen(
        session,
        change.name,
        change.language,
        category=change.category,
        status=change.status,
        now=change.at,
    )
