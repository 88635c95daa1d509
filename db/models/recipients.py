"""Whom we write to, and by what right: recipients and the ledger of their consent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value


class RecipientStatus(StrEnum):
    active = "active"
    opted_out = "opted_out"
    suspended = "suspended"  # undeliverable again and again, or another identity on a known phone
    erased = "erased"  # a tombstone: no number is left


RECIPIENT_TRANSITIONS: dict[RecipientStatus, frozenset[RecipientStatus]] = {
    RecipientStatus.active: frozenset(
        {RecipientStatus.opted_out, RecipientStatus.suspended, RecipientStatus.erased}
    ),
    RecipientStatus.opted_out: frozenset({RecipientStatus.active, RecipientStatus.erased}),
    RecipientStatus.suspended: frozenset(
        {RecipientStatus.active, RecipientStatus.opted_out, RecipientStatus.erased}
    ),
    # opted_out: who was erased writes something again, and is a stranger who gets an answer
    RecipientStatus.erased: frozenset({RecipientStatus.active, RecipientStatus.opted_out}),
}


class Scope(StrEnum):
    everything = "everything"
    alerts = "alerts"  # SOLO ALLERTE


class Recipient(SQLModel, table=True):
    """A citizen's address. Phone and business-scoped user id (BSUID) may each be missing."""

    __table_args__ = (
        CheckConstraint("phone_hash IS NOT NULL OR bsuid_hash IS NOT NULL", name="has_an_address"),
    )

    id: int = Field(default=None, primary_key=True)
    phone_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    phone_hash: str | None = Field(default=None, unique=True)
    bsuid_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    bsuid_hash: str | None = Field(default=None, unique=True)
    status: RecipientStatus = Field(sa_type=by_value(RecipientStatus), index=True)
    status_at: datetime = Field(sa_type=UtcDateTime)
    scope: Scope = Field(default=Scope.everything, sa_type=by_value(Scope))
    is_test: bool = False  # gets test sends, too, and is not counted in the service's numbers
    opted_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_inbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # opens the 24 h window
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # ATTIVA waits for the second yes
    erasure_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # CANCELLAMI, not done yet
    resumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # after a stop in WhatsApp's menu
    strikes: int = 0

    @property
    def hashes(self) -> tuple[str, ...]:
        """The keyed hashes under which it is found, the phone's first."""
        return tuple(filter(None, (self.phone_hash, self.bsuid_hash)))


class NumberChange(SQLModel, table=True):
    """A citizen's new number, as WhatsApp told it: what the old one said before `at` counts for the new."""

    id: int = Field(default=None, primary_key=True)
    old_id: int = Field(foreign_key="recipient.id", ondelete="CASCADE", index=True)
    new_id: int = Field(foreign_key="recipient.id", ondelete="CASCADE", index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class Consent(StrEnum):
    opt_in = "opt_in"
    opt_out = "opt_out"
    alerts_only = "alerts_only"
    erase = "erase"


class ConsentEvent(SQLModel, table=True):
    """The ledger of consent: only ever appended to (a trigger refuses UPDATE and DELETE).

    Holds no number and no wamid, only keyed hashes, so that it can stand for ever.
    """

    id: int = Field(default=None, primary_key=True)
    subject_hash: str = Field(index=True)
    event: Consent = Field(sa_type=by_value(Consent))
    word: str  # the command as understood, e.g. ATTIVA; never a citizen's free text
    at: datetime = Field(sa_type=UtcDateTime)
    notice_version: str
    notice_sha256: str | None = None  # of the notice's text as it was published then
    source: str  # whatsapp | import | operator | journal, after a restore
    act: str | None = None  # of an import: where the list comes from, its date, the act that allows it
    message_hash: str | None = Field(default=None, unique=True)  # of the wamid that asked for it


class AccessEvent(SQLModel, table=True):
    """Somebody saw, took out or erased citizens' numbers with a command of ours."""

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    by: str  # the user of the machine
    command: str
    people: int  # how many it was about
    subject_hash: str | None = None  # of the one it was about


class Canary(SQLModel, table=True):
    """One row by which a process knows that its keys are those of this database, and that it can be written.

    A constant under both keys; see `db.canary`.
    """

    __table_args__ = (CheckConstraint("id = 1", name="the_only_one"),)

    id: int = Field(default=1, primary_key=True)
    constant_hash: str
    constant_sealed: bytes = Field(sa_type=LargeBinary)
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by a trial, and taken back
