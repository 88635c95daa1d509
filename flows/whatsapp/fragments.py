"""One part of Meta's webhook JSON, read into an update; Unreadable when it cannot be."""

import re
from datetime import UTC, datetime
from typing import Any, TypeGuard

from flows.whatsapp.errors import classify_status
from flows.whatsapp.messages import PHONE
from flows.whatsapp.updates import InboundMessage, StatusUpdate

_RECEIPTS = frozenset({"sent", "delivered", "read", "failed"})
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,126}")  # country, dot, number; also IT.ENT.123
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_WORD = re.compile(r"[a-z][a-z_]{0,39}")


class Unreadable(Exception):
    """Carries which part could not be read, never its value."""


def status(
    item: object, contact: dict[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> StatusUpdate:
    part = object_of(item)
    word = safe_word(part.get("status"))
    if word not in _RECEIPTS:  # "played" for a voice note, and what Meta may add
        raise Unreadable(word)
    pricing = part.get("pricing")
    pricing = pricing if isinstance(pricing, dict) else {}
    billable = pricing.get("billable")
    code = _code(part.get("errors"))
    recipient = part.get("recipient_id") or contact.get("wa_id")
    phone, bsuid = identities(recipient, part.get("recipient_user_id"), contact.get("user_id"))
    return StatusUpdate(
        wamid=text_of(part, "id"),
        person=phone or bsuid,
        bsuid=bsuid,
        status=word,
        at=time_of(part.get("timestamp"), heard_at),
        opaque=optional(part.get("biz_opaque_callback_data")),
        code=None if code is None else str(code),
        action=classify_status(code) if word == "failed" else None,
        pricing_category=optional(pricing.get("category")),
        billable=billable if isinstance(billable, bool) else None,
        raw=raw,
    )


def message(
    item: object, contact: dict[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> InboundMessage:
    part = object_of(item)
    phone, bsuid = identities(
        part.get("from"), part.get("from_user_id"), contact.get("wa_id"), contact.get("user_id")
    )
    if phone is None and bsuid is None:
        raise Unreadable("from")
    return InboundMessage(
        id=text_of(part, "id"),
        phone=phone,
        bsuid=bsuid,
        at=time_of(part.get("timestamp"), heard_at),
        type=safe_word(part.get("type")),
        text=_written(part),
        raw=raw,
    )


def identities(*values: object) -> tuple[str | None, str | None]:
    """The first phone and the first BSUID among what was told; either may stand in either's place."""
    phone = bsuid = None
    for value in values:
        if not isinstance(value, str):
            continue
        phone = phone or _phone(value)
        bsuid = bsuid or (value if _is_bsuid(value) else None)
    return phone, bsuid


IDENTITIES = ("from", "from_user_id", "recipient_id", "recipient_user_id", "wa_id", "user_id")


def named(raw: object) -> tuple[str | None, str | None]:
    """The first phone and the first BSUID that an update names which we cannot read: whose it is."""
    values: list[object] = []
    parts = [raw]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            values += [value for key, value in part.items() if key in IDENTITIES]
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return identities(*values)


def _written(part: dict[str, Any]) -> str | None:
    """The words of a text, or of the button that was pressed."""
    for path in (
        ("text", "body"),
        ("button", "text"),
        ("interactive", "button_reply", "title"),
        ("interactive", "list_reply", "title"),
        ("edit", "message", "text", "body"),  # who corrects a message to DISATTIVA means it
    ):
        value: object = part
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str):
            return value
    return None


def object_of(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Unreadable("not an object")
    return item


def text_of(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    if not isinstance(value, str) or not value or not _storable(value):
        raise Unreadable(key)
    return value


def optional(value: object) -> str | None:
    return value if isinstance(value, str) and value and _storable(value) else None


def _storable(value: str) -> bool:
    """JSON can hold what no database takes: half a surrogate pair, and a zero byte (PostgreSQL)."""
    return _UNSTORABLE.search(value) is None


def safe_word(value: object) -> str:
    """A word of the protocol; anything else might be somebody's number."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"


def time_of(value: object, heard_at: datetime | None) -> datetime:
    """Unix seconds, in text or not; of what tells no time that can be read, when we heard of it."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        if heard_at is None:
            raise Unreadable("timestamp")
        return heard_at.replace(microsecond=0)
    return datetime.fromtimestamp(value, UTC)


def _code(errors: object) -> int | None:
    first = errors[0] if isinstance(errors, list) and errors else None
    code = first.get("code") if isinstance(first, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def is_identity(value: object) -> TypeGuard[str]:
    """Whether it is a phone number or a BSUID; `from` may hold either, or nothing."""
    return _is_bsuid(value) or _phone(value) is not None


def _phone(value: object) -> str | None:
    """`wa_id` is digits with the country code: never parsed with a region, which would add another +39."""
    if not isinstance(value, str):
        return None
    phone = f"+{value.removeprefix('+')}"
    return phone if PHONE.fullmatch(phone) else None


def _is_bsuid(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _BSUID.fullmatch(value) is not None
