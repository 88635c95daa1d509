"""What Meta posts to us: the signature over the raw bytes, and every update in a batch.

One POST holds up to 1,000 updates over entries, changes and lists; reading only the first of each loses the
others for good, because a 200 is never repeated.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flows.whatsapp.changes import WHOLE, preference, system, user_id
from flows.whatsapp.fragments import IDENTITIES, Unreadable, is_identity, message, safe_word, status
from flows.whatsapp.updates import Unknown, Update

REFUSAL = "wrong verify token"  # what we answer to who has not the word of the webhook


def verify_signature(raw: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` is ours over these very bytes; any of `secrets` will do, for rotation."""
    signature = (header or "").encode("utf-8", "replace")
    is_right = False
    for secret in filter(None, secrets):  # an empty secret would let anybody sign
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        is_right |= hmac.compare_digest(f"sha256={digest}".encode(), signature)
    return is_right


def parse(payload: object, *, heard_at: datetime | None = None) -> tuple[Update, ...]:
    """Every update of a POST's JSON in its order, the `raw` of each a payload of that update alone. Never
    raises: what cannot be read is Unknown, the others stay whole.

    `heard_at`: when it came, for those that tell no time of their own.
    """
    return tuple(_updates(payload, heard_at))


def _updates(payload: object, heard_at: datetime | None) -> Iterator[Update]:
    if not isinstance(payload, dict) or not isinstance(payload.get("entry"), list):
        yield Unknown("payload", {"payload": payload})
        return
    for entry in payload["entry"]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            yield Unknown("entry", {"entry": [entry]})
            continue
        envelope = {key: value for key, value in entry.items() if key != "changes"}
        for change in changes:
            if isinstance(change, dict) and isinstance(change.get("value"), dict):
                yield from _of_change(envelope, change, heard_at)
            else:
                yield Unknown("change", {"entry": [{**envelope, "changes": [change]}]})


def _message(item: object, contact: dict[str, Any], raw: dict[str, Any], heard_at: datetime | None) -> Update:
    """An entry of `messages`: what a person wrote, or what WhatsApp says of that person."""
    is_system = isinstance(item, dict) and item.get("type") == "system"
    return (system if is_system else message)(item, contact, raw, heard_at)


LISTS: dict[object, dict[str, Callable[..., Update]]] = {
    "messages": {"statuses": status, "messages": _message},
    "user_preferences": {"user_preferences": preference},
    "user_id_update": {"user_id_update": user_id},
}
"""Fields of which a change holds lists, each of many updates."""


def _of_change(
    envelope: dict[str, Any], change: dict[str, Any], heard_at: datetime | None
) -> Iterator[Update]:
    name, value = change.get("field"), change["value"]

    def alone(value: dict[str, Any]) -> dict[str, Any]:
        return {"entry": [{**envelope, "changes": [{"field": name, "value": value}]}]}

    if isinstance(name, str) and name in WHOLE:
        yield _read(partial(WHOLE[name], value, envelope), name, alone(value), heard_at)
        return
    readers = LISTS.get(name, {}) if isinstance(name, str) else {}
    lists = {key: value[key] for key in readers if isinstance(value.get(key), list)}
    if not any(lists.values()):
        yield Unknown(safe_word(name), alone(value))
        return
    for key in [key for key in readers if key in value and key not in lists]:
        yield Unknown(f"{key}: not a list", alone({key: value[key]}))
    frame = {key: part for key, part in value.items() if key not in (*readers, "contacts")}
    people = _People(value.get("contacts"), alone_in_change=sum(map(len, lists.values())) == 1)
    for key, items in lists.items():
        for item in items:
            contact = people.of(item)
            raw = alone({**frame, **({"contacts": [contact]} if contact else {}), key: [item]})
            yield _read(partial(readers[key], item, contact), key, raw, heard_at)


def _read(
    make: Callable[[dict[str, Any], datetime | None], Update],
    kind: str,
    raw: dict[str, Any],
    heard_at: datetime | None,
) -> Update:
    try:
        return make(raw, heard_at)
    except Unreadable as exc:
        return Unknown(f"{kind}: {exc}", raw)


class _People:
    """The contacts of a change, found by the sender of a message."""

    def __init__(self, contacts: object, *, alone_in_change: bool) -> None:
        listed = [item for item in contacts if isinstance(item, dict)] if isinstance(contacts, list) else []
        keys = ("wa_id", "user_id")
        self._by_id = {item[key]: item for item in listed for key in keys if isinstance(item.get(key), str)}
        self._by_id.pop("", None)
        # Without an identity in the message, only a lone contact beside a lone message is surely its sender.
        self._only = listed[0] if alone_in_change and len(listed) == 1 else None

    def of(self, item: object) -> dict[str, Any]:
        """Empty when the contact is not known."""
        if not isinstance(item, dict) or not (self._by_id or self._only):
            return self._only or {}
        ids = list(filter(is_identity, map(item.get, IDENTITIES)))
        for identity in ids:
            if identity in self._by_id:
                return self._by_id[identity]
        return self._only if self._only and not ids else {}
