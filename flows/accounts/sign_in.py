"""Who signs in: name, password and code judged together, once; and what a browser keeps from then on.

Every refusal says the same and takes the same time, whether the name is known or not. Tries are counted by
person, however they are called, and address: whoever guesses from elsewhere locks nobody out where they work.
Who has the right password and guesses codes is counted from everywhere.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pyotp import random_base32
from sqlalchemy import Engine
from sqlmodel import Session

from db import accounts
from db.engine import reading, transaction
from db.models import Account, RecoveryCode, SignIn, SignInProof
from db.vault import Vault
from flows.accounts import passwords, persons
from flows.accounts.keys import vault_of
from flows.door.people import Key, Person, Refused
from flows.profiles.codes import STEP, matching, typed
from flows.profiles.comune import Profile
from flows.settings import Settings

DAY = timedelta(hours=12)  # a working day, however it is cut: nobody signs in twice for one slot
WINDOW = 1  # steps before and after that count too (RFC 6238, 5.2)
TRIES = 5  # of one name from one address ...
TRIES_THERE = 30  # ... and of all names from it ...
TRIES_OF_CODES = 10  # of one person's with the right password, from everywhere ...
WITHIN = timedelta(minutes=15)  # ... in so long; then nothing is judged before some of it has passed
UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)  # kept as when somebody proved who they are, where nobody says
EVERYWHERE = "*"  # stands for the address of a wrong code after a right password
WRONG = (
    "Nome, password o codice non sono giusti. Il codice vale una volta sola: se l'hai già usato aspetta "
    "quello nuovo."
)
LOCKED = (
    "Troppi tentativi: riprova fra 15 minuti. Se hai perso la password o il telefono, chiedi un nuovo invito "
    "a chi gestisce il servizio."
)


def vault(settings: Settings) -> Vault:
    return vault_of(settings.stamp_key())


def hashed(vault: Vault, token: str) -> str:
    """Of what is good once, or for a day, as it is stored."""
    return vault.hash(f"token {token}")


def _as_recovery(code: str) -> str:
    """As it was shown, however it was typed."""
    bare = "".join(letter for letter in code.casefold() if letter.isalnum())
    return f"{bare[:4]}-{bare[4:8]}-{bare[8:]}"


def make_link(
    session: Session, vault: Vault, account: Account, *, is_invitation: bool, until: datetime
) -> str:
    token = secrets.token_urlsafe(32)
    accounts.add_link(session, account, hashed(vault, token), is_invitation=is_invitation, until=until)
    return token


def admit(
    session: Session,
    vault: Vault,
    account: Account,
    proof: SignInProof,
    *,
    address: str,
    now: datetime,
    proved_at: datetime | None = None,
) -> Key:
    """A browser is signed in from now on. `proved_at`: when who is before it proved that; None: now."""
    token = secrets.token_urlsafe(32)
    accounts.sign_in(
        session,
        account,
        hashed(vault, token),
        proof=proof,
        address=address,
        until=now + DAY,
        now=now,
        proved_at=proved_at,
    )
    return Key(token, int(DAY.total_seconds()))


@dataclass(frozen=True)
class Tried:
    """What somebody typed to be let in, and from where."""

    name: str
    password: str
    code: str
    address: str


def sign_in(profile: Profile, engine: Engine, vault: Vault, tried: Tried, *, now: datetime) -> Key | Refused:
    person = persons.typed(profile, tried.name)
    called = f"person {person.id}" if person else f"name {' '.join(tried.name.split()).casefold()}"
    name_hash = vault.hash(called)
    with reading(engine) as session:
        refused = accounts.failures(session, tried.address, since=now - WITHIN)
        account = accounts.of(session, person.id) if person else None
    if len(refused) >= TRIES_THERE or refused.count(name_hash) >= TRIES:
        return Refused(LOCKED, is_for_now=True)
    if account is not None and (accounts.is_awaited(account) or account.closed_at is not None):
        account = None
    is_password = passwords.is_right(tried.password, account.password_hash if account else "")
    sealed = account.secret_sealed if account else None
    near = steps_of(tried.code, vault.open(sealed) if sealed else random_base32(), now)
    with transaction(engine) as session:
        if account is not None:
            account = _unchanged(account, accounts.held(session, account.id))
        used = usable(session, vault, account, near, tried.code) if account else None
        guessed = accounts.failures(session, EVERYWHERE, since=now - WITHIN).count(name_hash)
        if account is None or used is None or not is_password:
            accounts.failed(session, name_hash=name_hash, address=tried.address, now=now)
            if account is not None and is_password:
                accounts.failed(session, name_hash=name_hash, address=EVERYWHERE, now=now)
            return Refused(WRONG)
        if guessed >= TRIES_OF_CODES:  # said to who has both: nobody learns from it that a password is right
            return Refused(LOCKED, is_for_now=True)
        proof = use_up(session, account, used, now)
        accounts.forget_old(session, now=now)
        return admit(session, vault, account, proof, address=tried.address, now=now)


def _unchanged(judged: Account, account: Account) -> Account | None:
    """The account while it is the one whose password was judged: that takes long enough to be reset in."""
    is_same = (judged.password_hash, judged.secret_sealed) == (account.password_hash, account.secret_sealed)
    return account if is_same and account.closed_at is None else None


def steps_of(code: str, secret: str, now: datetime) -> list[int]:
    """The steps about now whose code of the app this is."""
    steps = matching(typed(code), secret, now)
    return [step for step in steps if abs(step - int(now.timestamp()) // STEP) <= WINDOW]


def usable(
    session: Session, vault: Vault, account: Account, near: list[int], code: str
) -> int | RecoveryCode | None:
    """What would be used up: one of the steps `near`, later than the last one, or a recovery code."""
    fresh = [step for step in near if account.last_step is None or step > account.last_step]
    return fresh[0] if fresh else accounts.recovery(session, account.id, hashed(vault, _as_recovery(code)))


def use_up(session: Session, account: Account, used: int | RecoveryCode, now: datetime) -> SignInProof:
    """What is `usable` is so once."""
    if isinstance(used, RecoveryCode):
        accounts.use(session, used, now=now)
        return SignInProof.recovery
    account.last_step = used
    session.add(account)
    return SignInProof.code


def sign_in_by_link(
    profile: Profile, engine: Engine, vault: Vault, token: str, *, address: str, now: datetime
) -> Key | None:
    """In the sandbox alone, whatever is in the database."""
    token_hash = hashed(vault, token)
    if profile.stage != "sandbox":
        return None
    with reading(engine) as session:
        found = accounts.link(session, token_hash, is_invitation=False, now=now)
    if found is None:
        return None
    with transaction(engine) as session:
        account = accounts.held(session, found.account_id)
        link = accounts.link(session, token_hash, is_invitation=False, now=now)  # unless used meanwhile
        if link is None or accounts.is_awaited(account) or account.closed_at is not None:
            return None
        accounts.use(session, link, now=now)
        return admit(session, vault, account, SignInProof.link, address=address, now=now)


def who(profile: Profile, engine: Engine, vault: Vault, token: str, *, now: datetime) -> Person | None:
    """Whose browser it is; nobody's where the person has left the profile."""
    with reading(engine) as session:
        found = accounts.signed_in(session, hashed(vault, token), now=now)
    return person_of(profile, *found) if found else None


def person_of(profile: Profile, account: Account, signed_in: SignIn) -> Person | None:
    member = persons.with_id(profile, account.person)
    if member is None:
        return None
    kept = signed_in.proved_at or signed_in.at
    proved_at = kept if kept > UNTOLD else None
    # without a password nobody has seen the secret that every account begins with
    has_code = bool(account.password_hash and account.secret_sealed)
    return Person(member.id, member.name, member.role, signed_in.proof.value, proved_at, has_code)


def sign_out(engine: Engine, vault: Vault, token: str, *, everywhere: bool, now: datetime) -> None:
    token_hash = hashed(vault, token)
    with transaction(engine) as session:
        if found := accounts.signed_in(session, token_hash, now=now):
            accounts.sign_out(session, found[0].id, token_hash=None if everywhere else token_hash, now=now)
