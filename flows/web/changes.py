"""What the provider says besides messages and receipts: templates, our account, and where people are."""

import logging
from datetime import datetime

from sqlmodel import Session

from db import account, moves, recipients, templates
from db.recipients import Address
from flows.web.context import Web
from flows.whatsapp.updates import AccountChange, AddressChange, IdentityChange, TemplateChange

log = logging.getLogger(__name__)


def template(session: Session, change: TemplateChange) -> None:
    templates.seen(
        session,
        change.name,
        change.language,
        category=change.category,
        status=change.status,
        quality=change.quality,
        at=change.at,
    )
    log.info("inbound: the template %s is now %s", change.name, change.status or change.category or "judged")


def our_account(session: Session, change: AccountChange) -> None:
    for matter, word in change.said.items():
        account.hear(session, matter, word, at=change.at)
        log.warning("inbound: the provider says of our %s: %s", matter, word)


def address(session: Session, web: Web, change: AddressChange, *, now: datetime) -> None:
    old, new = Address(change.phone, change.bsuid), Address(change.new_phone, change.new_bsuid)
    moves.move(session, web.ledger, old, new, at=change.at, now=now)


def identity(session: Session, web: Web, change: IdentityChange, *, now: datetime) -> None:
    """The telephone behind a number is another one: suspended until a new ATTIVA, unless one came since."""
    who = Address(change.phone, change.bsuid)
    if not web.ledger.outdated(session, who, at=change.at):
        for row in recipients.matching(session, web.vault, who):
            moves.suspend(session, row, now=now)
