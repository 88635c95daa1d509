"""Accounts: who has one, what lets its owner in once or for a day, and who was not let in.

Whether a password or a code is right is judged elsewhere; what is handed in here is hashed already.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select, update

from db.engine import StoreError, alone
from db.models import Account, AccountLink, DoorAct, FailedSignIn, RecoveryCode, SignIn, SignInProof

KEPT = timedelta(days=30)  # sign-ins that ended, and what was refused, are seen by nobody after it


def all_of(session: Session) -> list[Account]:
    return list(session.exec(select(Account).order_by(col(Account.id))))


def are_used(session: Session) -> bool:
    """Whether somebody has enrolled: from then on nothing else lets a person in.

    Of who has lost everything, and was invited again, it stays true: only `close` takes it back.
    """
    query = select(Account.id).where(col(Account.enrolled_at).is_not(None), col(Account.closed_at).is_(None))
    return session.exec(query).first() is not None


def of(session: Session, person: str) -> Account | None:
    return session.exec(select(Account).where(Account.person == person)).one_or_none()


def is_awaited(account: Account) -> bool:
    """Whether its owner has still to enrol, for the first time or again: nobody signs in to it before."""
    return account.enrolled_at is None or account.enrolled_at < account.made_at


def held(session: Session, account_id: int) -> Account:
    """Until this transaction ends no other one judges who signs in to this account."""
    alone(session, f"account {account_id}")
    return session.exec(select(Account).where(Account.id == account_id).with_for_update()).one()


def begin(session: Session, person: str, *, secret_sealed: bytes, now: datetime) -> Account:
    """A new account, or one that was begun or closed before, without anything that was good before.

    Of one that is in use `enrolled_at` stays, earlier than `made_at`: see `are_used` and `is_awaited`.
    """
    account = of(session, person)
    if account is None:
        account = Account(person=person, made_at=now)
    else:
        end(session, account, now=now)
    if account.enrolled_at is not None:  # whatever the clock says
        now = max(now, account.enrolled_at + timedelta(microseconds=1))
    account.password_hash, account.secret_sealed, account.last_step = "", secret_sealed, None
    account.made_at, account.closed_at = now, None
    account.issuer, account.subject_hash = "", ""
    session.add(account)
    session.flush()
    return account


def end(session: Session, account: Account, *, now: datetime) -> int:
    """Nothing lets in any more that did: links, recovery codes, sign-ins; how many of these were open."""
    session.exec(delete(AccountLink).where(col(AccountLink.account_id) == account.id))
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    return sign_out(session, account.id, now=now)


def close(session: Session, account: Account, *, now: datetime) -> int:
    """Ends an account, its password and its secret with it; how many sign-ins were open."""
    account.password_hash, account.secret_sealed, account.enrolled_at = "", None, None
    account.issuer, account.subject_hash = "", ""
    account.closed_at = now
    session.add(account)
    return end(session, account, now=now)


# ------------------------------------------------------------ links, and codes for a lost telephone


def add_link(
    session: Session, account: Account, token_hash: str, *, is_invitation: bool, until: datetime
) -> None:
    session.add(
        AccountLink(account_id=account.id, token_hash=token_hash, is_invitation=is_invitation, until=until)
    )
    session.flush()


def link(session: Session, token_hash: str, *, is_invitation: bool, now: datetime) -> AccountLink | None:
    """One that is good now."""
    query = select(AccountLink).where(
        AccountLink.token_hash == token_hash,
        AccountLink.is_invitation == is_invitation,
        col(AccountLink.used_at).is_(None),
        col(AccountLink.until) > now,
    )
    return session.exec(query).one_or_none()


def is_invited(session: Session, account_id: int, *, now: datetime) -> bool:
    """Whether an invitation of this account is good now."""
    query = select(AccountLink.id).where(
        AccountLink.account_id == account_id,
        col(AccountLink.is_invitation),
        col(AccountLink.used_at).is_(None),
        col(AccountLink.until) > now,
    )
    return session.exec(query).first() is not None


def use(session: Session, row: AccountLink | RecoveryCode, *, now: datetime) -> None:
    row.used_at = now
    session.add(row)


def set_recovery(session: Session, account: Account, hashes: Collection[str]) -> None:
    """In place of those that there were."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    session.add_all(RecoveryCode(account_id=account.id, code_hash=one) for one in hashes)
    session.flush()


def recovery(session: Session, account_id: int, code_hash: str) -> RecoveryCode | None:
    """An unused one."""
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == code_hash,
        col(RecoveryCode.used_at).is_(None),
    )
    return session.exec(query).one_or_none()


def recovery_left(session: Session, account_id: int) -> int:
    query = select(func.count()).where(
        RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None)
    )
    return int(session.exec(query).one())


# ------------------------------------------------------------ signed in


def sign_in(
    session: Session,
    account: Account,
    token_hash: str,
    *,
    proof: SignInProof,
    address: str,
    until: datetime,
    now: datetime,
    proved_at: datetime | None = None,
) -> None:
    """`proved_at`: where who signs in has proved who they are at another moment than now."""
    row = SignIn(
        account_id=account.id, token_hash=token_hash, at=now, until=until, address=address, proof=proof
    )
    row.proved_at = proved_at
    session.add(row)
    session.flush()


def prove(session: Session, signed_in: SignIn, *, now: datetime) -> None:
    """Who is signed in there, and nowhere else, has just proved once more who they are."""
    signed_in.proved_at = now
    session.add(signed_in)
    session.flush()


def signed_in(session: Session, token_hash: str, *, now: datetime) -> tuple[Account, SignIn] | None:
    """Whose browser this is, while it is signed in."""
    query = (
        select(Account, SignIn)
        .where(SignIn.account_id == Account.id, SignIn.token_hash == token_hash)
        .where(col(SignIn.ended_at).is_(None), col(SignIn.until) > now)
        .where(col(Account.enrolled_at) >= col(Account.made_at), col(Account.closed_at).is_(None))
    )
    return session.exec(query).one_or_none()


def open_sign_ins(session: Session, account_id: int, *, now: datetime) -> list[SignIn]:
    query = select(SignIn).where(
        SignIn.account_id == account_id, col(SignIn.ended_at).is_(None), col(SignIn.until) > now
    )
    return list(session.exec(query.order_by(col(SignIn.at))))


def last_sign_in(session: Session, account_id: int) -> datetime | None:
    query = select(SignIn.at).where(SignIn.account_id == account_id).order_by(col(SignIn.at).desc())
    return session.exec(query).first()


def sign_out(session: Session, account_id: int, *, token_hash: str | None = None, now: datetime) -> int:
    """Ends the sign-in of this hash; without one, all of them. How many were open."""
    query = update(SignIn).where(
        col(SignIn.account_id) == account_id, col(SignIn.ended_at).is_(None), col(SignIn.until) > now
    )
    if token_hash is not None:
        query = query.where(col(SignIn.token_hash) == token_hash)
    return int(session.exec(query.values(ended_at=now)).rowcount)


def void(session: Session, *, before: datetime, now: datetime) -> None:
    """Every sign-in of `before` or earlier is over, and no link of an account begun by then is good."""
    old = select(Account.id).where(col(Account.made_at) <= before)
    session.exec(delete(AccountLink).where(col(AccountLink.account_id).in_(old)))
    query = update(SignIn).where(col(SignIn.at) <= before, col(SignIn.ended_at).is_(None))
    session.exec(query.values(ended_at=now))


# ------------------------------------------------------------ not let in


def failed(session: Session, *, name_hash: str, address: str, now: datetime) -> None:
    session.add(FailedSignIn(name_hash=name_hash, address=address, at=now))
    session.flush()


def failures(session: Session, address: str, *, since: datetime) -> list[str]:
    """The hash of the name of each refusal at this address, oldest first."""
    query = select(FailedSignIn.name_hash).where(FailedSignIn.address == address, FailedSignIn.at > since)
    return list(session.exec(query.order_by(col(FailedSignIn.at))))


def forget_old(session: Session, *, now: datetime) -> int:
    """How many rows it ended, or took an address from."""
    failed = session.exec(delete(FailedSignIn).where(col(FailedSignIn.at) < now - KEPT))
    signed = session.exec(delete(SignIn).where(col(SignIn.until) < now - KEPT))
    asked = update(DoorAct).where(col(DoorAct.at) < now - KEPT, col(DoorAct.address) != "").values(address="")
    return int(failed.rowcount + signed.rowcount + session.exec(asked).rowcount)


# ------------------------------------------------------------ what they asked for


def asked_at(session: Session, person: str, at: datetime) -> DoorAct | None:
    """What this person asked for at this moment, as it stands in a stamp."""
    query = select(DoorAct).where(DoorAct.person == person, DoorAct.at == at)
    return session.exec(query.order_by(col(DoorAct.id))).first()


def asked(session: Session, key: str) -> DoorAct | None:
    return session.exec(select(DoorAct).where(DoorAct.key == key)).one_or_none()


def to_use_up(session: Session, key: str) -> DoorAct:
    """For the decision that it led to, until its transaction ends; StoreError where it is not there, or was
    used before.
    """
    query = select(DoorAct).where(DoorAct.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.used_at is not None:
        raise StoreError("what a person asked for at the door led to something before")
    return row
