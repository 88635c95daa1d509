"""What statuses change: attempts and deliveries in bulk, and whom we must not write to any more."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from db import calls, receipts, samples, strikes
from db.models import Receipt, Recipient
from db.receipts import Told
from flows.web.context import Web
from flows.whatsapp.errors import STRIKES, Action
from flows.whatsapp.updates import StatusUpdate

log = logging.getLogger(__name__)


def settle(session: Session, web: Web, updates: Sequence[StatusUpdate], *, now: datetime) -> None:
    """Act on statuses, within the caller's transaction. One of an editor's call or sample goes to that."""
    told = [_told(web, update) for update in updates]
    owners = receipts.settle(session, told, now=now)
    for update, one, recipient_id in zip(updates, told, owners, strict=True):
        if recipient_id is not None:
            _leave_alone(session, web, update, recipient_id, now)
        elif not (
            calls.receive(session, one.opaque, one.receipt, code=one.code, now=now)
            or samples.receive(session, one.opaque, failed=one.receipt is None, code=one.code)
        ):
            log.info("inbound: a status of a message that is not ours")


def _told(web: Web, update: StatusUpdate) -> Told:
    return Told(
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
        web.ledger.stopped_at_provider(session, recipient, message_id=update.wamid, at=update.at, now=now)
    elif update.action == Action.STRIKE:
        strikes.count(session, recipient_id, STRIKES, now=now)
