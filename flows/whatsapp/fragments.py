"""One part of Meta's webhook JSON, read into an update; Unreadable when it cannot be."""

import re
from datetime import UTC, datetime
from typing import Any, TypeGuard

from flows.whatsapp.errors import classify_status
from flows.whatsapp.messages import PHONE
from flows.whatsapp.updates import InboundMessage, StatusUpdate, TemplateChange

_RECEIPTS = frozenset({"sent", "delivered", "read", "failed"})
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,126}")  # country, dot, number; also IT.ENT.123
_WORD = re.compile(r"[a-z][a-z_]{0,39}")


class Unreadable(Exception):
    """Carries which part could not be read, never its value."""


def status(item: object, contact: dict[str, Any], raw: dict[str, Any]) -> StatusUpdate:
    del contact  # a receipt is found by wamid or opaque value, not by person
    part = _object(item)
    word = safe_word(part.get("status"))
    if word not in _RECEIPTS:  # "played" for a voice note, and what Meta may add
        raise Unreadable(word)
    pricing = part.get("pricing")
    pricing = pricing if isinstance(pricing, dict) else {}
    billable = pricing.get("billable")
    code = _code(part.get("errors"))
    return StatusUpdate(
        wamid=_text(part, "id"),
        status=word,
        at=_time(part.get("timestamp")),
        opaque=_optional(part.get("biz_opaque_callback_data")),
        code=None if code is None else str(code),
        action=classify_status(code) if word == "failed" else None,
        pricing_category=_optional(pricing.get("category")),
        billable=billable if isinstance(billable, bool) else None,
        raw=raw,
    )


def message(item: object, contact: dict[str, Any], raw: dict[str, Any]) -> InboundMessage:
    part = _object(item)
    senders = (part.get("from"), part.get("from_user_id"), contact.get("wa_id"), contact.get("user_id"))
    phone = next((number for sender in senders if (number := _phone(sender))), None)
    bsuid = next((sender for sender in senders if _is_bsuid(sender)), None)
    if phone is None and bsuid is None:
        raise Unreadable("from")
    return InboundMessage(
        id=_text(part, "id"),
        phone=phone,
        bsuid=bsuid,
        at=_time(part.get("timestamp")),
        type=safe_word(part.get("type")),
        text=_written(part),
        raw=raw,
    )


def template_change(value: dict[str, Any], envelope: dict[str, Any], raw: dict[str, Any]) -> TemplateChange:
    # `new_category` is the one in force; an announced one comes apart, in `correct_category`.
    return TemplateChange(
        name=_text(value, "message_template_name"),
        language=_text(value, "message_template_language"),
        category=_optional(value.get("new_category")) or _optional(value.get("message_template_category")),
        status=_optional(value.get("event")),
        at=_time(envelope.get("time")),
        raw=raw,
    )


def _written(part: dict[str, Any]) -> str | None:
    """The words of a text, or of the button that was pressed."""
    for path in (
        ("text", "body"),
        ("button", "text"),
        ("interactive", "button_reply", "title"),
        ("interactive", "list_reply", "title"),
    ):
        found: object = part
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str):
            return found
    return None


def _object(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Unreadable("not an object")
    return item


def _text(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    if not isinstance(value, str) or not value:
        raise Unreadable(key)
    return value


def _optional(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def safe_word(value: object) -> str:
    """A word of the protocol; anything else might be somebody's number."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"


def _time(value: object) -> datetime:
    """Unix seconds, in text or not."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        raise Unreadable("timestamp")
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
