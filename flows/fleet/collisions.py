"""What no two Comuni of a fleet may have together beside a database: keys, and the number they write from."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from flows.profiles.given import Secrets
from flows.settings import Settings, SettingsError


class Own(StrEnum):
    """What each has for itself; the value is its name in a profile or in the environment."""

    number = "phone_number_id"
    encryption = "BOLLETTINO_ENCRYPTION_KEYS"
    lookup = "BOLLETTINO_LOOKUP_KEY"


def in_common(comuni: Sequence[Settings]) -> dict[str, dict[Own, tuple[str, ...]]]:
    """By slug, the others that have the same; who has all for itself is not in it, and no value is.

    Of one whose secrets are not all there the number alone is compared.
    """
    holders: dict[tuple[Own, bytes], list[str]] = defaultdict(list)
    for settings in comuni:
        for mark in dict.fromkeys(_marks(settings)):
            holders[mark].append(settings.profile.slug)
    found: dict[str, dict[Own, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (own, _), slugs in holders.items():
        for slug in slugs if len(slugs) > 1 else []:
            found[slug][own] |= {other for other in slugs if other != slug}
    return {
        slug: {own: tuple(sorted(others)) for own, others in by_own.items()} for slug, by_own in found.items()
    }


def unread(comuni: Sequence[Settings]) -> list[str]:
    """Slugs of those whose keys this process is not given, and cannot compare."""
    return [settings.profile.slug for settings in comuni if _secrets(settings) is None]


def _secrets(settings: Settings) -> Secrets | None:
    try:
        return settings.secrets
    except SettingsError:
        return None


def _marks(settings: Settings) -> Iterator[tuple[Own, bytes]]:
    number = settings.profile.whatsapp.phone_number_id
    if number.strip("0"):  # none yet
        yield Own.number, number.encode()
    if (secrets := _secrets(settings)) is None:
        return
    for key in secrets.encryption_keys.get_secret_value().split(","):
        yield Own.encryption, _digest(key)
    yield Own.lookup, _digest(secrets.lookup_key.get_secret_value())


def _digest(key: str) -> bytes:
    """That no key stands in what is compared."""
    return hashlib.sha256(key.strip().encode()).digest()


def told(common: Mapping[Own, Sequence[str]]) -> list[str]:
    """A line each, for the operator."""
    return [
        f"{own} is also that of {', '.join(others)}: each Comune has its own"
        for own, others in common.items()
    ]
