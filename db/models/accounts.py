"""The accounts with which persons of the profile sign in at the door before the Prefect server."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value


class Account(SQLModel, table=True):
    """One a person. It opens nothing before its owner has enrolled, and nothing after it was closed."""

    id: int = Field(default=None, primary_key=True)
    person: str = Field(unique=True)  # id in the profile
    password_hash: str = ""  # Argon2id, as a PHC string
    secret_sealed: bytes | None = None  # of the one-time codes (RFC 6238)
    last_step: int | None = Field(default=None, sa_type=BigInteger)  # of the last code: no code counts twice
    made_at: datetime = Field(sa_type=UtcDateTime)  # or begun anew, after all was lost
    enrolled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # before made_at: not again yet
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    issuer: str = ""  # of the provider with which its owner signed in last, if they ever did
    subject_hash: str = ""  # keyed, of whom that one knows them as: an address may be given to another


class AccountLink(SQLModel, table=True):
    """A token that is good once: to enrol, or in the sandbox to sign in. Only its hash is stored."""

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    is_invitation: bool
    until: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """Good once, in place of a one-time code: for who has lost the telephone."""

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    code_hash: str = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInProof(StrEnum):
    code = "code"  # password and one-time code
    recovery = "recovery"  # password and recovery code
    link = "link"  # the link that `run` prints in the sandbox
    oidc = "oidc"  # the Comune's provider, which told of no second factor
    oidc_mfa = "oidc_mfa"  # the Comune's provider, which told of two


class SignIn(SQLModel, table=True):
    """A browser in which a person has signed in. Only the hash of what it keeps is stored."""

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str  # of the network, from where
    proof: SignInProof = Field(sa_type=by_value(SignInProof))
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last time; None: at `at`


class DoorAct(SQLModel, table=True):
    """What a person who had signed in asked the Prefect server to do, stored before it was asked.

    It is found again by the key that stands with what it led to: of a started run the idempotency key, of a
    form that was filled in the key of its stamp.
    """

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person: str = Field(index=True)  # id in the profile
    role: str  # as it was then
    proof: SignInProof = Field(sa_type=by_value(SignInProof))
    use: str  # one of `flows.door.permissions.Use`
    subject: str  # the id of a run or a deployment, or the name of a pool
    body_sha256: str  # of what was asked for, as the server was given it
    at: datetime = Field(sa_type=UtcDateTime)
    address: str  # of the network, from where; "" once nobody looks for it any more
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # who they are
    mac: str  # keyed, over all above but the address: who may only write to the database makes none
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by what it led to: never again
    bulletin_id: int | None = Field(default=None, index=True)  # of which that was
    used_mac: str | None = None  # keyed, over these two and the key


class FailedSignIn(SQLModel, table=True):
    """Somebody was not let in; too many of one person from one address lock them out there for a while.

    A wrong code after a right password stands here once more, with `*` for the address.
    """

    __table_args__ = (Index("ix_failedsignin_address_at", "address", "at"),)

    id: int = Field(default=None, primary_key=True)
    name_hash: str  # keyed, of the person, or of what was typed: that may be a password
    address: str
    at: datetime = Field(sa_type=UtcDateTime)
