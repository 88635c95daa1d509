"""How an account begins, begins again after a loss, and ends.

The operator makes an invitation. Whoever opens its link first chooses the password and is shown the secret of
the codes and the recovery codes: so it goes to its owner alone, who says whether it was still good. We store
the password as a hash, and the secret encrypted. What was good before is void from then on.
"""

import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import segno
from pyotp import TOTP, random_base32
from sqlalchemy import Engine
from sqlmodel import Session

from db import accounts
from db.engine import reading, transaction
from db.models import Account, SignInProof
from db.vault import Vault
from flows.accounts import mark, passwords, persons, sign_in
from flows.accounts.persons import Member
from flows.door import entry
from flows.door.people import Enrolled, Invitation, Refused
from flows.profiles.codes import STEP, matching, problems, typed
from flows.settings import BollettinoError, Settings

INVITED = timedelta(hours=48)
RECOVERY_CODES = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
VOID = (
    "Questo invito non vale più: è già stato usato, oppure è scaduto. Chiedine un altro a chi gestisce il "
    "servizio."
)
WRONG_CODE = (
    "Il codice non è quello dell'app: aspetta che cambi e scrivi quello nuovo. Se continua, imposta sul "
    "telefono data e ora automatiche."
)


@dataclass(frozen=True)
class State:
    """An account as an operator sees it."""

    person: str
    name: str
    role: str  # "": not in the profile any more, so it opens nothing
    state: str  # none | invited | lapsed | active | closed
    since: datetime | None
    last_sign_in: datetime | None
    open_sign_ins: int
    recovery_codes: int


def address(settings: Settings, person: Member, secret: str) -> str:
    """What an authenticator app reads (otpauth://totp/...)."""
    issuer = f"{settings.profile.prova}Bollettino accesso {settings.profile.names.comune}".replace(":", " ")
    return TOTP(secret).provisioning_uri(name=person.email, issuer_name=issuer)


def invite(session: Session, vault: Vault, person: Member, *, now: datetime) -> str:
    """Begin an account, or begin it anew; the token of its invitation, good once."""
    account = accounts.begin(session, person.id, secret_sealed=vault.seal(random_base32()), now=now)
    return sign_in.make_link(session, vault, account, is_invitation=True, until=now + INVITED)


def invited(
    settings: Settings, engine: Engine, vault: Vault, token: str, *, now: datetime
) -> Invitation | None:
    with reading(engine) as session:
        found = _invited(settings, session, vault, token, now=now)
    if found is None:
        return None
    account, person = found
    secret = vault.open(account.secret_sealed or b"")
    link = address(settings, person, secret)
    return Invitation(person.name, secret, link, _picture(link))


def _invited(
    settings: Settings, session: Session, vault: Vault, token: str, *, now: datetime
) -> tuple[Account, Member] | None:
    link = accounts.link(session, sign_in.hashed(vault, token), is_invitation=True, now=now)
    if link is None:
        return None
    account = session.get_one(Account, link.account_id)
    person = persons.with_id(settings.profile, account.person)
    return (account, person) if person and account.closed_at is None else None


def _picture(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="l", micro=False).save(
        drawn, kind="svg", scale=5, border=4, xmldecl=False, light="#fff"
    )
    return drawn.getvalue().decode()


def enrol(
    settings: Settings,
    engine: Engine,
    vault: Vault,
    token: str,
    password: str,
    code: str,
    *,
    address: str,
    now: datetime,
) -> Enrolled | Refused:
    """Who holds the invitation chooses a password and shows that the app has the secret."""
    with reading(engine) as session:
        found = _invited(settings, session, vault, token, now=now)
    if found is None:
        return Refused(VOID)
    account, person = found
    if why := passwords.trouble(password, person.name, person.email, settings.profile.names.comune):
        return Refused(why)
    steps = matching(typed(code), vault.open(account.secret_sealed or b""), now)
    near = [step for step in steps if abs(step - int(now.timestamp()) // STEP) <= sign_in.WINDOW]
    if not near:
        return Refused(WRONG_CODE)
    kept, codes = passwords.hashed(password), new_codes()
    with transaction(engine) as session:
        again = _invited(settings, session, vault, token, now=now)  # it may have been used meanwhile
        link = accounts.link(session, sign_in.hashed(vault, token), is_invitation=True, now=now)
        if again is None or link is None:
            return Refused(VOID)
        account = accounts.held(session, again[0].id)
        accounts.use(session, link, now=now)
        account.password_hash, account.last_step = kept, near[0]
        account.enrolled_at = max(now, account.made_at)
        session.add(account)
        accounts.set_recovery(session, account, [sign_in.hashed(vault, one) for one in codes])
        key = sign_in.admit(session, vault, account, SignInProof.code, address=address, now=now)
        mark.leave(settings)  # before the commit: what cannot be marked is not begun
    return Enrolled(key, tuple(codes))


def new_codes() -> list[str]:
    """Codes for a lost telephone: 12 letters, about 59 bits, typed with or without the hyphens."""
    drawn = ("".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES))
    return [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in drawn]


# ------------------------------------------------------------ the sandbox


def invent(settings: Settings, engine: Engine, *, now: datetime) -> list[Member]:
    """Two accounts without a password, for a sandbox that never had any; who can be entered by a link."""
    vault, people = sign_in.vault(settings), persons.of(settings.profile)
    with transaction(engine) as session:
        if not accounts.all_of(session):
            for person in people[:2]:
                secret = vault.seal(random_base32())
                account = accounts.begin(session, person.id, secret_sealed=secret, now=now)
                account.enrolled_at = now
                session.add(account)
            mark.leave(settings)
        rows = {row.person: row for row in accounts.all_of(session)}
    return [one for one in people if one.id in rows and not accounts.is_awaited(rows[one.id])]


def entry_link(settings: Settings, engine: Engine, person: Member, page: str, *, now: datetime) -> str:
    """To a page, signed in as this person; good once. For the sandbox alone."""
    with transaction(engine) as session:
        account = accounts.of(session, person.id)
        if account is None or settings.profile.stage != "sandbox":
            return page
        vault = sign_in.vault(settings)
        token = sign_in.make_link(session, vault, account, is_invitation=False, until=now + sign_in.DAY)
    return entry.link_of(page, token)


# ------------------------------------------------------------ what an operator does


def add(settings: Settings, engine: Engine, person: Member, *, now: datetime) -> str:
    """A person's invitation; BollettinoError where they have an account that is in use."""
    with transaction(engine) as session:
        account = accounts.of(session, person.id)
        if account is not None and account.enrolled_at is not None and not accounts.is_awaited(account):
            raise BollettinoError(
                f"{person.name} has an account: `python -m flows accounts reset` begins it anew"
            )
        return link_of(settings, invite(session, sign_in.vault(settings), person, now=now))


def reset(settings: Settings, engine: Engine, person: Member, *, now: datetime) -> str:
    """After a loss: a new invitation, and nothing of before is good any more."""
    with transaction(engine) as session:
        if accounts.of(session, person.id) is None:
            raise BollettinoError(f"{person.name} has no account: `python -m flows accounts add` makes one")
        return link_of(settings, invite(session, sign_in.vault(settings), person, now=now))


LAST = "this is the last account: without any, forms ask for codes again, and there are none"


def close(engine: Engine, settings: Settings, words: str, *, now: datetime) -> tuple[str, int]:
    """End an account, also of somebody who has left the profile; whose, and how many sign-ins ended.

    Who may come from the Comune's provider and never did is shut out, too. After the last account that was
    used the shared password opens the door again, and forms ask for codes: BollettinoError where the profile
    wants them and somebody has none.
    """
    person = persons.typed(settings.profile, words)
    with transaction(engine) as session:
        account = accounts.of(session, person.id if person else words.strip().casefold())
        if account is None and person is not None and settings.profile.sign_in.oidc is not None:
            unused = accounts.begin(session, person.id, secret_sealed=b"", now=now)
            return person.id, accounts.close(session, unused, now=now)
        if account is None or account.closed_at is not None:
            raise BollettinoError(
                f"{words!r} has no account: `python -m flows accounts list` shows who has one"
            )
        closed = account.person, accounts.close(session, account, now=now)
        is_last = not accounts.are_used(session)
        lines = problems([(editor, settings.code_secret(editor)) for editor in settings.profile.editors])
        if is_last and settings.profile.asks_codes and lines:  # nothing is closed
            raise BollettinoError("\n".join([LAST, *lines, "`python -m flows codes new NAME` makes one"]))
    if is_last:
        mark.take_away(settings)
    return closed


def link_of(settings: Settings, token: str) -> str:
    return f"{settings.prefect_origins[0]}/accesso/invito/{token}"


def states(settings: Settings, session: Session, *, now: datetime) -> Sequence[State]:
    """Of everybody in the profile, then of accounts whose owner is in it no more."""
    rows = {account.person: account for account in accounts.all_of(session)}
    known = [(one.id, one.name, one.role) for one in persons.of(settings.profile)]
    gone = [(id, id, "") for id in rows if id not in {one[0] for one in known}]
    return [_state(session, rows.get(id), id, name, role, now) for id, name, role in [*known, *gone]]


def _state(session: Session, account: Account | None, id: str, name: str, role: str, now: datetime) -> State:
    if account is None:
        return State(id, name, role, "none", None, None, 0, 0)
    if account.closed_at is not None:
        state, since = "closed", account.closed_at
    elif accounts.is_awaited(account):
        is_invited = accounts.is_invited(session, account.id, now=now)
        state, since = ("invited" if is_invited else "lapsed"), account.made_at
    else:
        state, since = "active", account.enrolled_at or account.made_at
    return State(
        id,
        name,
        role,
        state,
        since,
        accounts.last_sign_in(session, account.id),
        len(accounts.open_sign_ins(session, account.id, now=now)),
        accounts.recovery_left(session, account.id),
    )
