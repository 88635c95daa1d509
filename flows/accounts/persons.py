"""The persons of a profile who may have an account."""

from dataclasses import dataclass

from flows.profiles.comune import Profile
from flows.settings import BollettinoError, Settings


@dataclass(frozen=True)
class Colleague:
    id: str
    name: str
    email: str
    role: str


def of(profile: Profile) -> list[Colleague]:
    return [Colleague(one.id, one.name, one.email, "editor") for one in profile.editors]


def with_id(profile: Profile, id: str) -> Colleague | None:
    return next((one for one in of(profile) if one.id == id), None)


def typed(profile: Profile, words: str) -> Colleague | None:
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


def named(settings: Settings, words: str) -> Colleague:
    """As `typed`; BollettinoError that says who there is."""
    if found := typed(settings.profile, words):
        return found
    names = ", ".join(one.name for one in of(settings.profile))
    raise BollettinoError(f"{words!r} is nobody of {settings.path}; they are: {names}")
