"""Who came from the Comune's provider: judged by what it says of them, found in the profile, let in.

A person is known by the address that stands in the profile, as the provider vouches for it. Whose address
that is may change there: so the first one who comes with it is kept in mind, and another waits until the
operator has begun the account anew. Nobody comes in, or gets a role, by what the provider says beyond that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyotp import random_base32
from sqlalchemy import Engine

from db import accounts
from db.engine import alone, reading, transaction
from db.models import SignInProof
from db.vault import Vault
from flows.accounts import mark, persons, sign_in
from flows.accounts.sign_in import UNTOLD
from flows.door.people import Key, Refused
from flows.profiles.sign_in import Oidc
from flows.settings import Settings

ASK = "chiedi a chi gestisce il servizio"
CLOSED = f"Il tuo accesso è stato chiuso: {ASK}."

# Authentication methods of RFC 8176, by what they show: that one knows something, has something, is somebody.
KINDS = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "sms", "tel", "sc", "hwk", "swk"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)
MULTIPLE = "mfa"
# Levels that ask for two by themselves: REFEDS MFA Profile; SPID, Avviso AgID 5/2016
LEVELS = frozenset(
    {
        "https://refeds.org/profile/mfa",
        "https://www.spid.gov.it/SpidL2",
        "https://www.spid.gov.it/SpidL3",
    }
)


@dataclass(frozen=True)
class Identity:
    """Who came, as the provider vouches for them."""

    issuer: str
    subject: str  # its own name for them, which it gives to nobody else (OpenID Connect Core 1.0, 2)
    address: str
    proof: SignInProof
    proved_at: datetime | None = None  # there; None: now


def is_locked(engine: Engine, address: str, now: datetime) -> bool:
    """Whether too many were turned away at this address, with a password or from a provider."""
    with reading(engine) as session:
        refused = accounts.failures(session, address, since=now - sign_in.WITHIN)
    return len(refused) >= sign_in.TRIES_THERE


def turned_away(engine: Engine, vault: Vault, address: str, now: datetime) -> None:
    with transaction(engine) as session:
        accounts.failed(session, name_hash=vault.hash("from a provider"), address=address, now=now)


def is_by_two_factors(claims: Mapping[str, Any]) -> bool:
    """Whether the provider tells so; most tell nothing unless they are asked to."""
    listed = claims.get("amr")
    methods = {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
    kinds = sum(bool(methods & kind) for kind in KINDS)
    return MULTIPLE in methods or kinds > 1 or claims.get("acr") in LEVELS


def identity(oidc: Oidc, claims: Mapping[str, Any]) -> Identity | Refused:
    """From the claims of a verified ID token."""
    subject, said = claims.get("sub"), claims.get(oidc.claim)
    address = said.strip() if isinstance(said, str) else ""
    if not isinstance(subject, str) or not subject or not address:
        return Refused(f"{oidc.name} non ha detto chi sei: {ASK}.")
    verified = claims.get("email_verified")
    if verified is not True and (oidc.claim == "email" or verified is not None):
        return Refused(f"{oidc.name} non garantisce che l'indirizzo {address[:100]} sia tuo: {ASK}.")
    for name, wanted in oidc.required.items():
        found = claims.get(name)
        if wanted not in (found if isinstance(found, list) else [found]):
            return Refused(f"{oidc.name} non dà di te la garanzia che qui serve ({name}): {ASK}.")
    proof = SignInProof.oidc_mfa if is_by_two_factors(claims) else SignInProof.oidc
    return Identity(oidc.issuer, subject, address, proof)


def proved_at(claims: Mapping[str, Any], now: datetime, *, is_asked: bool) -> datetime:
    """When who comes has proved there who they are, by the claims of a verified ID token; never after now.

    `auth_time` must be in it once `max_age` was sent (OpenID Connect Core 1.0, 2 and 3.1.2.1). Keycloak
    always has it, Microsoft Entra where the application's optional claims name it, Google not in its usual
    tokens. So that people of such a Comune can still act, without it what counts is that the provider was
    asked to ask for a proof (`is_asked`) and did not refuse. UNTOLD otherwise: whom it still knows in a
    browser it lets through without a word.
    """
    told = claims.get("auth_time")
    if isinstance(told, int | float) and not isinstance(told, bool):
        try:
            return max(UNTOLD, min(datetime.fromtimestamp(told, UTC), now))
        except (ValueError, OverflowError, OSError):
            return UNTOLD
    return now if is_asked else UNTOLD


def admit(
    settings: Settings, engine: Engine, vault: Vault, who: Identity, name: str, *, address: str, now: datetime
) -> Key | Refused:
    """A browser is signed in from now on; `name`: of the provider. With the first one accounts are used."""
    person = persons.with_address(settings.profile, who.address)
    if person is None:
        return Refused(f"Per {name} il tuo indirizzo è {who.address[:100]}, ma nel profilo non c'è: {ASK}.")
    subject_hash = vault.hash(f"subject {who.issuer} {who.subject}")
    with transaction(engine) as session:
        alone(session, f"account of {person.id}")
        account = accounts.of(session, person.id)
        if account is None:
            secret = vault.seal(random_base32())  # of codes that nobody is shown before an invitation
            account = accounts.begin(session, person.id, secret_sealed=secret, now=now)
        account = accounts.held(session, account.id)
        if account.closed_at is not None:
            return Refused(CLOSED)
        if account.issuer == who.issuer and account.subject_hash != subject_hash:
            return Refused(f"L'indirizzo {who.address[:100]} era di un altro account di {name}: {ASK}.")
        account.issuer, account.subject_hash = who.issuer, subject_hash
        if accounts.is_awaited(account):
            account.enrolled_at = max(now, account.made_at)
        session.add(account)
        accounts.forget_old(session, now=now)
        key = sign_in.admit(
            session, vault, account, who.proof, address=address, now=now, proved_at=who.proved_at
        )
        mark.leave(settings)  # before the commit: what cannot be marked is not begun
    return key
