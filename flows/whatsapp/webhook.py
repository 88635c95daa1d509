"""What Meta posts to us: the signature over the raw bytes, and every update in a batch.

One POST holds up to 1,000 updates over entries, changes and lists; reading only the first of each loses the
others for good, because a 200 is never repeated.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from flows.whatsapp.fragments import Unreadable, is_identity, message, safe_word, status, template_change
from flows.whatsapp.updates import Parsed, Unknown, Update


def verify_signature(raw: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` is ours over these very bytes; any of `secrets` will do, for rotation."""
    given = (header or "").encode("utf-8", "replace")
    right = False
    for secret in filter(None, secrets):  # an empty secret would let anybody sign
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        right |= hmac.compare_digest(f"sha256={digest}".encode(), given)
    return right


def parse(payload: object) -> Parsed:
    """Every update of a POST's JSON. Never raises: what cannot be read is Unknown, the others stay whole."""
    return Parsed(tuple(_updates(payload)))


def _updates(payload: object) -> Iterator[Update]:
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
                yield from _of_change(envelope, change)
            else:
                yield Unknown("change", {"entry": [{**envelope, "changes": [change]}]})


def _of_change(envelope: dict[str, Any], change: dict[str, Any]) -> Iterator[Update]:
    """A change of the field `messages` holds lists; any other is one update."""
    name, value = change.get("field"), change["value"]

    def alone(value: dict[str, Any]) -> dict[str, Any]:
        return {"entry": [{**envelope, "changes": [{"field": name, "value": value}]}]}

    if name in ("message_template_status_update", "template_category_update"):
        yield _read(partial(template_change, value, envelope), str(name), alone(value))
        return
    lists = {key: value[key] for key in ("statuses", "messages") if isinstance(value.get(key), list)}
    if name != "messages" or not any(lists.values()):
        yield Unknown(safe_word(name), alone(value))
        return
    for key in {"statuses", "messages"} & value.keys() - lists.keys():
        yield Unknown(f"{key}: not a list", alone({key: value[key]}))
    frame = {key: part for key, part in value.items() if key not in ("statuses", "messages", "contacts")}
    people = _People(value.get("contacts"), alone_in_change=sum(map(len, lists.values())) == 1)
    for key, make in (("statuses", status), ("messages", message)):
        for item in lists.get(key, ()):
            contact = people.of(item)
            raw = alone({**frame, **({"contacts": [contact]} if contact else {}), key: [item]})
            yield _read(partial(make, item, contact), key, raw)


def _read(make: Callable[[dict[str, Any]], Update], kind: str, raw: dict[str, Any]) -> Update:
    try:
        return make(raw)
    except Unreadable as exc:
        return Unknown(f"{kind}: {exc}", raw)


class _People:
    """The contacts of a change, found by the sender of a message."""

    def __init__(self, contacts: object, *, alone_in_change: bool) -> None:
        listed = [one for one in contacts if isinstance(one, dict)] if isinstance(contacts, list) else []
        keys = ("wa_id", "user_id")
        self._by_id = {one[key]: one for one in listed for key in keys if isinstance(one.get(key), str)}
        self._by_id.pop("", None)
        # Without an identity in the message, only a lone contact beside a lone message is surely its sender.
        self._only = listed[0] if alone_in_change and len(listed) == 1 else None

    def of(self, item: object) -> dict[str, Any]:
        """Empty when the contact is not known."""
        part = item if isinstance(item, dict) else {}
        named = [part.get(key) for key in ("from", "from_user_id", "recipient_id", "recipient_user_id")]
        named = [name for name in named if is_identity(name)]
        found = next((self._by_id[name] for name in named if name in self._by_id), None)
        return found or (self._only if not named and self._only else {})
