"""Which secrets of a Comune are its own to take along: those that no other of the fleet has, too."""

import secrets as chance
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows.door.keys import PEOPLE
from flows.fleet.collisions import Own
from flows.fleet.registry import Fleet
from flows.profiles.fleet import own_variables
from flows.settings import BollettinoError, Settings

ELSEWHERE = "BOLLETTINO_DATABASE"  # where the fleet had it
# without these nothing can be read; what has been looked up with one is in its own database alone
KEYS = (Own.encryption, Own.lookup)
PERSONS = "BOLLETTINO_PHONE_"  # one may be an editor of two


class SharedKeyError(BollettinoError):
    """Who got this Comune's key could read the numbers of another."""


@dataclass(frozen=True)
class OwnSecrets:
    """`shared`: names of those that stay, and have to be made anew."""

    values: Mapping[str, str] = field(repr=False)
    shared: tuple[str, ...]


def of(fleet: Fleet, settings: Settings) -> OwnSecrets:
    """With a password to begin with, since a fleet's gate knows none."""
    slug, others = settings.profile.slug, dict(_others(fleet, settings.profile.slug))
    own = {name: value for name, value in settings.own_variables.items() if name != ELSEWHERE}
    keys = _parts(own.get(Own.encryption, ""))
    opened = [one for one, given in others.items() if keys & _parts(given.get(Own.encryption, ""))]
    if opened:
        raise SharedKeyError(
            f"{Own.encryption} of {slug} is also that of {', '.join(opened)}, whose numbers it would open: "
            "put a new one first, and `python -m flows rotate-keys`; then the older key goes"
        )
    theirs = {part for given in others.values() for value in given.values() for part in _parts(value)}
    shared = [
        name
        for name, value in own.items()
        if name not in KEYS and not name.startswith(PERSONS) and not theirs.isdisjoint(_parts(value))
    ]
    kept = {name: value for name, value in own.items() if name not in shared}
    return OwnSecrets({PEOPLE: f"redazione:{chance.token_hex(12)}", **kept}, tuple(sorted(shared)))


def _others(fleet: Fleet, slug: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What each of the others is given; of one that is ill what lies in its folder."""
    roll = fleet.roll()
    yield from ((one.profile.slug, one.own_variables) for one in roll.comuni if one.profile.slug != slug)
    for ill in roll.ill:
        try:
            yield ill, own_variables(fleet.folder, ill, {})
        except (OSError, UnicodeDecodeError):
            raise BollettinoError(f"{ill}: its secrets cannot be read, nor compared: mend it first") from None


def _parts(value: str) -> set[str]:
    """Several may stand in one variable while one rotates."""
    return {part.strip() for part in value.split(",") if part.strip()}
