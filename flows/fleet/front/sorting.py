"""A post of the provider taken apart: to each Comune what is its own, and to nobody what is nobody's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flows.profiles.contacts import e164
from flows.settings import Settings
from flows.whatsapp.changes import WHOLE

Part = dict[str, Any]


@dataclass(frozen=True)
class Sorted:
    """What each gets, a post as the provider would have made it for them alone; the rest by its number."""

    parts: dict[str, Part] = field(default_factory=dict)
    strange: Counter[str] = field(default_factory=Counter)  # masked
    strangers: set[str] = field(default_factory=set)  # Meta's ids of the numbers behind it


class Sorter:
    """For posts that these Comuni may be told of: those whose app secret signed it."""

    def __init__(self, comuni: Iterable[Settings]) -> None:
        self._numbers: dict[str, str] = {}
        self._accounts: dict[str, list[Settings]] = {}
        for settings in comuni:
            whatsapp = settings.profile.whatsapp
            if settings.profile.channel.uses_api:
                self._numbers[whatsapp.phone_number_id] = settings.profile.slug
                self._accounts.setdefault(whatsapp.waba_id, []).append(settings)

    def sort(self, payload: object) -> Sorted:
        found = Sorted()
        if not isinstance(payload, dict) or not isinstance(payload.get("entry"), list):
            found.strange[masked(None)] += 1
            return found
        envelope = {key: value for key, value in payload.items() if key != "entry"}
        for entry in payload["entry"]:
            for slug, own in self._of_entry(entry, found).items():
                found.parts.setdefault(slug, {**envelope, "entry": []})["entry"].append(own)
        return found

    def _of_entry(self, entry: object, found: Sorted) -> dict[str, Part]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(changes, list):
            among = self._accounts.get(_id(entry), [])
            if len(among) == 1 and isinstance(entry, dict):
                return {among[0].profile.slug: entry}
            found.strange[masked(None)] += 1
            return {}
        mine: dict[str, Part] = {}
        for change in changes:
            slugs = self._whose(entry, change)
            for slug in slugs:
                mine.setdefault(slug, {**entry, "changes": []})["changes"].append(change)
            if not slugs:
                number = _number(change)
                found.strange[masked(number)] += 1
                found.strangers.update([number] if number else [])
        return mine

    def _whose(self, entry: Part, change: object) -> list[str]:
        """By the number where one is named, else by the account: of several that have one together only what
        is of no person goes to all.
        """
        if number := _number(change):
            return [self._numbers[number]] if number in self._numbers else []
        among = self._accounts.get(_id(entry), [])
        if len(among) > 1:
            name = change.get("field") if isinstance(change, dict) else None
            if not isinstance(name, str) or name not in WHOLE:
                return []
            if shown := _shown(change):
                among = [one for one in among if shown == e164(one.profile.contacts.numero_servizio)]
        return [one.profile.slug for one in among]


def masked(number: str | None) -> str:
    """For the log: no more of it than tells two apart."""
    return f"...{number[-4:]}" if number and number.isdecimal() and len(number) > 8 else "unknown"


def _id(entry: object) -> str:
    return str(entry.get("id")) if isinstance(entry, dict) else ""


def _number(change: object) -> str | None:
    """Meta's id of the telephone number that the change is about."""
    value = change.get("value") if isinstance(change, dict) else None
    metadata = value.get("metadata") if isinstance(value, dict) else None
    number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
    return str(number) if number else None


def _shown(change: object) -> str | None:
    """The telephone number that it names, as people have it."""
    value = change.get("value") if isinstance(change, dict) else None
    shown = value.get("display_phone_number") if isinstance(value, dict) else None
    digits = "".join(filter(str.isdecimal, str(shown))) if shown else ""
    return e164(f"+{digits}") if digits else None
