"""The persons at the door: who has signed in, and what the door asks to find it out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

STARTED = "porta-"  # how the idempotency keys of runs begin that persons have started
PROOF_LASTS = timedelta(minutes=15)  # what cannot be undone asks for one that is younger


class UnansweredError(Exception):
    """The accounts cannot be asked now; nobody is let in meanwhile."""


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the profile has them now."""

    id: str
    name: str
    role: str  # one of `flows.door.permissions.ROLES`
    proof: str  # how they proved it: one of `db.models.SignInProof`
    proved_at: datetime | None = None  # and when, the last time; None where a provider does not tell
    has_code: bool = False  # of an app that this installation knows


@dataclass(frozen=True)
class Asked:
    """What a person asks the server to do. Stored before the server is asked."""

    key: str  # stands with what it leads to
    person: Person
    use: str
    subject: str  # the id of a run or a deployment, or the name of a pool
    body_sha256: str
    at: datetime
    address: str


@dataclass(frozen=True)
class Key:
    """What lets a browser in from now on."""

    token: str = field(repr=False)
    seconds: int


@dataclass(frozen=True)
class Departure:
    """A browser goes to sign in elsewhere."""

    address: str  # of the provider's page
    kept: str = field(repr=False)  # what it keeps until it is back
    seconds: int  # for which that is good


@dataclass(frozen=True)
class Arrival:
    """A browser is back, and signed in."""

    key: Key
    then: str  # the page to go on to


@dataclass(frozen=True)
class Refused:
    """Not let in; the sentence is Italian, and says nothing that who has no account may not know."""

    sentence: str
    is_for_now: bool = False  # too many tries, or nobody who could be asked


@dataclass(frozen=True)
class Invitation:
    """What somebody needs who enrols."""

    name: str
    secret: str = field(repr=False)  # base32
    address: str = field(repr=False)  # otpauth://...
    picture: str = field(repr=False)  # of the address: a QR as SVG


@dataclass(frozen=True)
class Enrolled:
    """Somebody has enrolled, and is signed in."""

    key: Key
    recovery_codes: tuple[str, ...] = field(repr=False)


def digest(body: Mapping[str, Any]) -> str:
    """Of what the server is asked, as it stands in `Asked`."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


class Accounts(Protocol):
    """The accounts of an installation. A `token` is what a browser or a link brings; "" is nobody's."""

    async def are_used(self) -> bool:
        """Whether anybody has enrolled: then nothing else lets a person in."""

    async def who(self, token: str) -> Person | None:
        """Whose browser it is."""

    async def note(self, asked: Asked) -> None: ...

    async def sign_in(self, name: str, password: str, code: str, address: str) -> Key | Refused: ...

    async def sign_in_by_link(self, token: str, address: str) -> Key | None:
        """By a link that is good once."""

    async def prove(self, token: str, code: str) -> Person | Refused | None:
        """Who is signed in, and has proved it once more by a code; None where nobody is."""

    async def provider(self) -> str:
        """The name of whoever else knows the persons, and lets them in; "" where nobody does."""

    async def depart(self, then: str, *, is_again: bool = False) -> Departure | Refused:
        """To the provider; `then`: the page to go on to afterwards. `is_again`: who is known there already
        has to prove it once more.
        """

    async def arrive(self, kept: str, query: str, address: str) -> Arrival | Departure | Refused:
        """From the provider, by an address with this query; it may have to go there once more."""

    async def sign_out(self, token: str, *, everywhere: bool) -> None: ...

    async def invited(self, token: str) -> Invitation | None: ...

    async def enrol(self, token: str, password: str, code: str, address: str) -> Enrolled | Refused: ...
