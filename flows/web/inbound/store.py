"""A post of the provider becomes rows: each update once, encrypted, before it is understood."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence

import orjson

from db import inbound
from db.engine import reading, transaction
from db.inbound import STATUS, Incoming
from flows.web.ground.context import Web
from flows.whatsapp.fragments import named
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
from flows.whatsapp.webhook_payload import parse

KINDS: dict[type, str] = {
    StatusUpdate: STATUS,
    InboundMessage: "message",
    Preference: "preference",
    AddressChange: "address",
    IdentityChange: "identity",
    TemplateChange: "template",
    TemplateText: "template",
    AccountChange: "account",
    Unknown: "unknown",
}

FRESH = 4000  # updates kept in memory until they are handled, some 3 kB each

log = logging.getLogger(__name__)


class GoneError(Exception):
    """The Comune is no more of the fleet that served it, and what is written here now is in no copy of it."""


class NotJsonError(ValueError):
    """A signed post that is not JSON, or nested so deep that nobody meant it."""


def store(web: Web, raw: bytes) -> int:
    """Every update of a post in one transaction; one that is known already is passed over.

    Returns how many were new. NotJsonError stores nothing.
    """
    return keep(web, read(raw))


def read(raw: bytes) -> object:
    """NotJsonError where it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise NotJsonError(type(exc).__name__) from exc


def keep(web: Web, payload: object) -> int:
    """The same with what was read of it."""
    now = web.clock()
    try:
        parsed = parse(payload, heard_at=now)
        updates = {web.vault.hash(key(update)): update for update in parsed}
        incoming = {event_hash: _incoming(update) for event_hash, update in updates.items()}
    except (ValueError, RecursionError) as exc:
        raise NotJsonError(type(exc).__name__) from exc
    with reading(web.engine) as session:
        rows = inbound.seal(session, web.vault, incoming, now=now)
    _insert(web, rows, updates)
    for kind in {str(row["unread"]) for row in rows if row["unread"]}:
        log.warning("webhook: of a shape that is not known, and kept: %s", kind)
    return len(rows)


def _insert(web: Web, rows: Sequence[dict[str, object]], updates: Mapping[str, Update]) -> None:
    """Kept in memory before they are committed, since they may be handled at once after it; not when another
    post brought some of them meanwhile: nobody would ever fetch those.
    """
    hashes = [str(row["event_hash"]) for row in rows[: max(FRESH - len(web.fresh), 0)]]
    web.fresh.update({event_hash: updates[event_hash] for event_hash in hashes})
    added = 0
    try:
        with transaction(web.engine) as session:
            new = inbound.store(session, rows)
            # who takes it out of the fleet holds the database until the profile is away: looked at earlier,
            # it may go while this waits for its turn
            if web.settings.fleet and not web.settings.path.exists():
                raise GoneError(f"{web.settings.path} is not there any more")
        added = new
    finally:
        if added != len(rows):
            for event_hash in hashes:
                web.fresh.pop(event_hash, None)


def _incoming(update: Update) -> Incoming:
    unread = update.kind if isinstance(update, Unknown) else None
    person, bsuid = _person(update)
    return Incoming(KINDS[type(update)], person or bsuid, _written(update.raw), unread, person and bsuid)


def _written(raw: Mapping[str, object]) -> str:
    """By a tenth of the work, but for what JSON can hold and orjson cannot: half a surrogate pair."""
    try:
        return orjson.dumps(raw).decode()
    except orjson.JSONEncodeError:
        return json.dumps(raw)


def key(update: Update) -> str:
    """What makes two copies of an update the same: the provider repeats for up to seven days."""
    if isinstance(update, InboundMessage):
        return update.id
    if isinstance(update, StatusUpdate):
        # a message may fail for two reasons, and one of them be that the citizen stopped us
        return f"{update.wamid}:{update.status}{f':{update.code}' if update.code else ''}"
    raw = json.dumps(update.raw, sort_keys=True)
    return f"raw:{hashlib.sha256(raw.encode()).hexdigest()}"


def _person(update: Update) -> tuple[str | None, str | None]:
    """Phone and BSUID of whom it is about. What cannot be read may name somebody all the same."""
    if isinstance(update, StatusUpdate):
        return update.person, None
    if isinstance(update, Unknown):
        return named(update.raw)
    if isinstance(update, TemplateChange | TemplateText | AccountChange):
        return None, None
    return update.phone, update.bsuid
