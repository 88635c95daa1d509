"""What Meta tells besides messages and receipts, read into updates; Unreadable when it cannot be.

Sources: Meta's webhook reference, pages `message_template_*_update`, `template_category_update`,
`phone_number_quality_update`, `business_capability_update`, `account_update`, `user_preferences`, messages of
type `system`, and business-scoped user ids (`user_id_update`).
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flows.whatsapp.fragments import Unreadable, identities, object_of, optional, safe_word, text_of, time_of
from flows.whatsapp.updates import (
    AccountChange,
    AddressChange,
    IdentityChange,
    Preference,
    TemplateChange,
    TemplateText,
)

_WORD = re.compile(r"(?!.*\d{5})[A-Z][A-Z0-9_]{0,59}")  # they are logged: never somebody's number
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_TIERS = {-1: "TIER_UNLIMITED", 250: "TIER_250", 2000: "TIER_2K", 10000: "TIER_10K", 100000: "TIER_100K"}
# `signup` is a yes to marketing in WhatsApp's own screens, where nobody reads our notice: as a resume does,
# it brings back whom the menu had stopped, and nobody else
_WISHES = {"stop": True, "resume": False, "signup": False}
_NEW_NUMBER = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
_NEW_KEYS = frozenset({"customer_identity_changed", "user_identity_changed"})
# Of the account, and nothing of whether it may send: as its latest word they would cover a restriction.
PARTNERS = frozenset(
    {
        "AD_ACCOUNT_LINKED",
        "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
        "PARTNER_ADDED",
        "PARTNER_APP_INSTALLED",
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
        "VOLUME_BASED_PRICING_TIER_UPDATE",
    }
)
TERMS_SIGNED = "MM_LITE_TERMS_SIGNED"  # those of the Marketing Messages API


def template(
    value: dict[str, Any], envelope: Mapping[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> TemplateChange:
    # `new_category` is the one in force; an announced one comes apart, in `correct_category`.
    name, language = _named(value)
    return TemplateChange(
        name=name,
        language=language,
        category=_word(value.get("new_category")) or _word(value.get("message_template_category")),
        status=_word(value.get("event")),
        quality=_word(value.get("new_quality_score")),
        at=time_of(envelope.get("time"), heard_at),
        raw=raw,
    )


def template_text(
    value: dict[str, Any], envelope: Mapping[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> TemplateText:
    """Somebody edited it, here or in WhatsApp Manager; a part that is not told is not there."""
    name, language = _named(value)
    body = text_of(value, "message_template_element")
    listed = value.get("message_template_buttons")
    buttons = [
        {key: button.get(f"message_template_button_{key}") for key in ("type", "text", "url")}
        for button in (listed if isinstance(listed, list) else [])
        if isinstance(button, dict)
    ]
    title, footer = (optional(value.get(f"message_template_{part}")) for part in ("title", "footer"))
    parts: tuple[tuple[str, object, dict[str, Any]], ...] = (
        ("HEADER", title, {"format": "TEXT", "text": title}),
        ("BODY", body, {"text": body}),
        ("FOOTER", footer, {"text": footer}),
        ("BUTTONS", buttons, {"buttons": buttons}),
    )
    components = [{"type": kind, **component} for kind, content, component in parts if content]
    return TemplateText(name, language, components, at=time_of(envelope.get("time"), heard_at), raw=raw)


def _named(value: dict[str, Any]) -> tuple[str, str]:
    language = text_of(value, "message_template_language")
    name = text_of(value, "message_template_name")
    if not _LANGUAGE.fullmatch(language) or not _NAME.fullmatch(name):
        raise Unreadable("message_template_name")
    return name, language


def account(
    value: dict[str, Any], envelope: Mapping[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> AccountChange:
    """The tier is the portfolio's; `THROUGHPUT_UPGRADE` speaks of messages a second, in the same fields."""
    event = _word(value.get("event"))
    words: dict[str, str] = {}
    if event == "THROUGHPUT_UPGRADE":
        words["throughput"] = event
    elif event in ("FLAGGED", "UNFLAGGED"):  # older than 2026: the number's quality was low, or is good again
        words["quality"] = event
    elif event == TERMS_SIGNED:
        words["terms"] = event
    elif event in PARTNERS:
        words["partner"] = event
    elif event and "display_phone_number" not in value:
        words["account"] = event
    limits = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone", "current_limit")
    tier = next(filter(None, (_tier(value.get(key)) for key in limits)), None)
    if tier and event != "THROUGHPUT_UPGRADE":
        words["tier"] = tier
    if alert := _word(value.get("alert_type")):
        words["alert"] = alert
    if not words:
        raise Unreadable("event")
    return AccountChange(words, at=time_of(envelope.get("time"), heard_at), raw=raw)


def preference(
    item: object, contact: dict[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> Preference:
    part = object_of(item)
    wish = part.get("value")
    if part.get("category") != "marketing_messages" or not isinstance(wish, str) or wish not in _WISHES:
        raise Unreadable("value")
    phone, bsuid = _person(
        part.get("wa_id"), part.get("user_id"), contact.get("wa_id"), contact.get("user_id")
    )
    return Preference(
        phone, bsuid, stopped=_WISHES[wish], at=time_of(part.get("timestamp"), heard_at), raw=raw
    )


def user_id(
    item: object, contact: dict[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> AddressChange:
    """The BSUID of a person is another one; with which phone is told beside it."""
    part = object_of(item)
    change = object_of(part.get("user_id"))
    _, old = identities(change.get("previous"))
    phone, _ = identities(part.get("wa_id"), contact.get("wa_id"))
    _, new = identities(change.get("current"))
    if old is None or new is None:
        raise Unreadable("user_id")
    return AddressChange(None, old, phone, new, at=time_of(part.get("timestamp"), heard_at), raw=raw)


def system(
    item: object, contact: dict[str, Any], raw: dict[str, Any], heard_at: datetime | None
) -> AddressChange | IdentityChange:
    """A message of type `system`: nobody wrote it."""
    part = object_of(item)
    change = object_of(part.get("system"))
    kind = safe_word(change.get("type"))
    at = time_of(part.get("timestamp"), heard_at)
    phone, bsuid = identities(part.get("from"), part.get("from_user_id"), change.get("previous_user_id"))
    if kind in _NEW_KEYS:
        phone, bsuid = _person(phone, bsuid, contact.get("wa_id"), contact.get("user_id"))
        return IdentityChange(phone, bsuid, at=at, raw=raw)
    new_phone, new_bsuid = identities(change.get("new_wa_id"), change.get("wa_id"), change.get("user_id"))
    if kind not in _NEW_NUMBER or (new_phone, new_bsuid) == (None, None):
        raise Unreadable("system")
    if (phone, bsuid) == (None, None):
        raise Unreadable("from")
    return AddressChange(phone, bsuid, new_phone, new_bsuid, at=at, raw=raw)


def _person(*values: object) -> tuple[str | None, str | None]:
    person = identities(*values)
    if person == (None, None):
        raise Unreadable("wa_id")
    return person


def _word(value: object) -> str | None:
    """A word of the protocol, in capitals."""
    text = optional(value)
    return text if text and _WORD.fullmatch(text) else None


def _tier(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return _TIERS.get(value)
    word = _word(value)
    return word if word and word.startswith("TIER_") and word != "TIER_NOT_SET" else None


OF_A_TEMPLATE = (
    "message_template_status_update",
    "template_category_update",
    "message_template_quality_update",
)
OF_THE_ACCOUNT = (
    "phone_number_quality_update",
    "business_capability_update",
    "account_update",
    "account_alerts",
)
WHOLE: dict[str, Callable[..., TemplateChange | TemplateText | AccountChange]] = {
    **dict.fromkeys(OF_A_TEMPLATE, template),
    "message_template_components_update": template_text,
    **dict.fromkeys(OF_THE_ACCOUNT, account),
}
"""Fields of which a change is one update."""
