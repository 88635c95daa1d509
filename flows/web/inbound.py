"""What updates change: receipts, a subscription, where a person is reached, a template's state."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from db import moves
from db.recipients import Address
from flows.web import changes, conversation, receipts
from flows.web.context import Web
from flows.web.preferences import preference
from flows.whatsapp.updates import (
    AccountChange,
    AddressChange,
    IdentityChange,
    InboundMessage,
    Preference,
    StatusUpdate,
    TemplateChange,
    Unknown,
    Update,
)

log = logging.getLogger(__name__)


def handle(session: Session, web: Web, updates: Sequence[Update], *, now: datetime) -> None:
    """Act on updates, within the caller's transaction: all statuses at once, then one after the other."""
    if statuses := [update for update in updates if isinstance(update, StatusUpdate)]:
        receipts.settle(session, web, statuses, now=now)
    for update in updates:
        match update:
            case InboundMessage():
                _heard(session, web, update, now)
            case Preference():
                preference(session, web, update, now=now)
            case AddressChange():
                changes.address(session, web, update, now=now)
            case IdentityChange():
                changes.identity(session, web, update, now=now)
            case TemplateChange():
                changes.template(session, update)
            case AccountChange():
                changes.our_account(session, update)
            case Unknown():
                log.warning("inbound: kept and not read: %s", update.kind)


def _heard(session: Session, web: Web, message: InboundMessage, now: datetime) -> None:
    """Whose word it is: a number may have changed since, or be somebody else's by now."""
    if web.ledger.heard(session, message.id):
        log.info("inbound: a command that was acted on long ago came once more")
        return
    written_from = Address(message.phone, message.bsuid)
    if moves.identify(session, web.vault, written_from, at=message.at, now=now):
        log.warning("inbound: another identity on a known phone: suspended until a new ATTIVA")
    who = moves.follow(session, web.vault, written_from, at=message.at)
    message = replace(message, phone=who.phone, bsuid=who.bsuid)
    conversation.answer(session, web.settings, message, now=now)
