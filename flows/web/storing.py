"""A post of the provider becomes rows: each update once, encrypted, before it is understood."""

import hashlib
import json
import logging

from db import inbound
from db.engine import reading, transaction
from db.inbound import STATUS, Incoming
from flows.web.context import Web
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
from flows.whatsapp.webhook import parse

KINDS: dict[type, str] = {
    StatusUpdate: STATUS,
    InboundMessage: "message",
    Preference: "preference",
    AddressChange: "address",
    IdentityChange: "identity",
    TemplateChange: "template",
    AccountChange: "account",
    Unknown: "unknown",
}

FRESH = 4000  # updates kept in memory until they are handled, some 3 kB each

log = logging.getLogger(__name__)


class NotJsonError(ValueError):
    """A signed post that is not JSON, or nested so deep that nobody meant it."""


def store(web: Web, raw: bytes) -> int:
    """Every update of a post in one transaction; one that is known already is passed over.

    Returns how many were new. NotJsonError stores nothing.
    """
    try:
        updates = {web.vault.hash(key(update)): update for update in parse(json.loads(raw)).updates}
        incoming = {event_hash: _incoming(update) for event_hash, update in updates.items()}
    except (ValueError, RecursionError) as exc:
        raise NotJsonError(type(exc).__name__) from exc
    now = web.clock()
    with reading(web.engine) as session:
        rows = inbound.seal(session, web.vault, incoming, now=now)
    with transaction(web.engine) as session:
        inbound.store(session, rows)
    for row in rows:
        if len(web.fresh) < FRESH:
            web.fresh[str(row["event_hash"])] = updates[str(row["event_hash"])]
    for kind in {str(row["unread"]) for row in rows if row["unread"]}:
        log.warning("webhook: of a shape that is not known, and kept: %s", kind)
    return len(rows)


def _incoming(update: Update) -> Incoming:
    unread = update.kind if isinstance(update, Unknown) else None
    return Incoming(KINDS[type(update)], _person(update), json.dumps(update.raw), unread)


def key(update: Update) -> str:
    """What makes two copies of an update the same: the provider repeats for up to seven days."""
    if isinstance(update, InboundMessage):
        return update.id
    if isinstance(update, StatusUpdate):
        return f"{update.wamid}:{update.status}"
    raw = json.dumps(update.raw, sort_keys=True)
    return f"raw:{hashlib.sha256(raw.encode()).hexdigest()}"


def _person(update: Update) -> str | None:
    if isinstance(update, StatusUpdate):
        return update.person
    if isinstance(update, TemplateChange | AccountChange | Unknown):
        return None
    return update.phone or update.bsuid
