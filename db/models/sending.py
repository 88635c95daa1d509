"""A send: who is at it, how fast all may be, when it began, samples before it, and sending by hand."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Float, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value
from db.models.deliveries import Outcome


class Sender(SQLModel, table=True):
    """A process that holds deliveries of the outbox; the row stays when it is killed."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    bulletin_id: int | None = Field(default=None, index=True)  # None: the answers
    host: str
    pid: int
    beat_at: datetime = Field(sa_type=UtcDateTime)


class SendRate(SQLModel, table=True):
    """The one budget of a number (`db.rate`). Times are Unix seconds of the database's clock."""

    number: str = Field(primary_key=True)  # the provider's id of our number
    per_second: float = Field(sa_type=Float)  # in force now: the profile's, or less after "too fast"
    changed_at: float = Field(default=0.0, sa_type=Float)
    lanes: bytes = Field(default=b"", sa_type=LargeBinary)  # doubles: when each may carry a message again
    next_at: float = Field(default=0.0, sa_type=Float)  # of the next message of an even row
    paused_until: float = Field(default=0.0, sa_type=Float)
    urgent_until: float = Field(default=0.0, sa_type=Float)  # until then alerts want more than there is
    answers_until: float = Field(default=0.0, sa_type=Float)


class DispatchStart(SQLModel, table=True):
    """One start, or resume, of a send; numbered from 1 without a gap that we made.

    Without a bulletin it is a person's word that a restored database may send again: its number is then
    that of the witness, and what happened in between is not in our rows.
    """

    id: int = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    bulletin_id: int | None = Field(default=None, foreign_key="bulletin.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str  # who started it: "invio", or a person's name
    despite: str = Field(default="", sa_type=Text)  # the checks that a person overrode, one a line


class Sample(SQLModel, table=True):
    """One message of one version to who asked, or to a test. Holds no number: that is read when it leaves.

    `started_at` is committed before the bytes leave, and a sample that was started is never sent again.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)  # travels as biz_opaque_callback_data
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    version_number: int  # the version that the answer made
    editor: str  # id in the profile; "" for a recipient marked as test
    asked_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: Outcome | None = Field(default=None, sa_type=by_value(Outcome))  # None: not started yet
    code: str | None = None  # the provider's error code, or the kind of failure


class HandoverKind(StrEnum):
    assisted = "assisted"  # broadcast lists of WhatsApp, of 256 numbers at most
    channel = "channel"  # a WhatsApp channel: one post, no list of numbers


class Handover(SQLModel, table=True):
    """A bulletin in an operator's hands, and the window of its checklist in the Prefect UI."""

    bulletin_id: int = Field(foreign_key="bulletin.id", primary_key=True)
    kind: HandoverKind = Field(sa_type=by_value(HandoverKind))
    begun_at: datetime = Field(sa_type=UtcDateTime)
    # the window; what was said lives in the rows below, never there
    run_id: str | None = None
    attempt: int = 0


class Declaration(SQLModel, table=True):
    """One confirmed checklist: which lists a person says were sent. Stored once, never changed."""

    __table_args__ = (
        UniqueConstraint("bulletin_id", "number"),
        UniqueConstraint("run_id", "answered_round"),
    )

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    number: int  # from 1; the next round's form bears the next one
    by: str
    at: datetime = Field(sa_type=UtcDateTime)  # of the Resume
    lists: str = ""  # numbers of the lists that were ticked, with spaces between
    people: int = 0  # deliveries that became declared by it
    is_last: bool = False  # whoever is left gets nothing
    note: str = Field(default="", sa_type=Text)
    remark: str = Field(default="", sa_type=Text)  # what came of it, in Italian, for the next form
    # the answer that it stores, so that each is stored once
    run_id: str
    answered_round: int
