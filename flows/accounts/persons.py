"""The persons of a profile who may have an account."""

from dataclasses import dataclass

from flows.profiles.comune import Profile
from flows.settings import BollettinoError, Settings


@dataclass(frozen=True)
class Member:
    id: str
    name: str
    email: str
    role: str


def of(profile: Profile) -> list[Member]:
    editors = [Member(one.id, one.name, one.email, one.role) for one in profile.editors]
    return editors + [Member(one.id, one.name, one.email, one.role) for one in profile.colleagues]


def with_id(profile: Profile, id: str) -> Member | None:
    return next((one for one in of(profile) if one.id == id), None)


def with_address(profile: Profile, address: str) -> Member | None:
    """By the e-mail address, whatever capitals; a letter that only looks like another is another."""
    wanted = address.strip()
    if not wanted.isascii():
        return None
    return next((one for one in of(profile) if one.email.lower() == wanted.lower()), None)


def typed(profile: Profile, words: str) -> Member | None:
    """By name, id or e-mail address, whatever capitals and spaces."""
    wanted = " ".join(words.split()).casefold()
    return next(
        (
            one
            for one in of(profile)
            if wanted in (" ".join(one.name.split()).casefold(), one.id, one.email.casefold())
        ),
        None,
    )


def named(settings: Settings, words: str) -> Member:
    """As `typed`; BollettinoError that says who there is."""
    if found := typed(settings.profile, words):
        return found
    names = ", ".join(one.name for one in of(settings.profile))
    raise BollettinoError(f"{words!r} is nobody of {settings.path}; they are: {names}")
