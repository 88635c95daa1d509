"""The editors: what proves who decided, what was written to them, how they are called, who is away when."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value
from db.models.deliveries import Receipt


class UsedCode(SQLModel, table=True):
    """A one-time code that led to a decision: never again (a trigger refuses UPDATE and DELETE)."""

    __table_args__ = (UniqueConstraint("editor", "step"),)

    id: int = Field(default=None, primary_key=True)
    editor: str  # id in the profile
    step: int = Field(sa_type=BigInteger)  # Unix time // 30 s: the code's moment (RFC 6238)
    code_hash: str  # keyed, never the code
    at: datetime = Field(sa_type=UtcDateTime)  # when it was given
    bulletin_id: int | None = Field(default=None, foreign_key="bulletin.id", index=True)  # None: of no one


class WrongCode(SQLModel, table=True):
    """A code that was judged wrong; too many lock an editor out for a while."""

    __table_args__ = (Index("ix_wrongcode_editor_at", "editor", "at"),)

    id: int = Field(default=None, primary_key=True)
    editor: str
    at: datetime = Field(sa_type=UtcDateTime)
    step: int | None = Field(default=None, sa_type=BigInteger)  # where it was right at another moment


class SignOffWord(StrEnum):
    approve = "approve"
    send_back = "send_back"  # to who prepared it
    reopen = "reopen"


class SignOff(SQLModel, table=True):
    """What one editor said of one version, in its order (a trigger refuses UPDATE and DELETE).

    An approval counts for the text that it sealed and for no other, until one sends back or re-opens.
    """

    __table_args__ = (UniqueConstraint("bulletin_id", "version_number"),)

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    version_number: int  # the version that this answer made
    editor: str  # id in the profile
    name: str  # as it was called then
    said: SignOffWord = Field(sa_type=by_value(SignOffWord, name="said"))
    at: datetime = Field(sa_type=UtcDateTime)
    seal: str = ""  # of what was approved
    source: str = Field(default="", sa_type=Text)  # declared for a fact that the site does not tell
    overridden: str = Field(
        default="", sa_type=Text
    )  # the blocks that it was approved in spite of, one a line
    code_hash: str | None = None  # of the one-time code; None: the name is only a declaration
    mac: str | None = None  # keyed, over the whole row: who may only write to the database makes none


class Act(SQLModel, table=True):
    """What a person did in their own name besides approving, in its order (a trigger refuses UPDATE and
    DELETE): what resumes, stops, settles or re-opens a send, or closes days.
    """

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int | None = Field(default=None, foreign_key="bulletin.id", index=True)  # None: of no one
    verb: str  # as the editors start it: ferma, riprendi ...
    name: str  # as it was called then
    at: datetime = Field(sa_type=UtcDateTime)  # when the person asked for it
    words: str = Field(default="", sa_type=Text)  # what was done, in Italian
    code_hash: str | None = None  # of the one-time code; None: the name is only a declaration
    by_operator: bool = False  # at the command line of the machine, where no code is asked for


class LetterStatus(StrEnum):
    queued = "queued"
    sent = "sent"  # the mail server took it
    undeliverable = "undeliverable"  # refused for good, or not taken for too long
    late = "late"  # of no use any more before it could be sent


class Letter(SQLModel, table=True):
    """One e-mail to one editor, sent at least once. Holds nothing of a citizen."""

    # what is told once to each: the same again finds this row
    __table_args__ = (UniqueConstraint("kind", "about", "editor"),)

    id: int = Field(default=None, primary_key=True)
    kind: str  # a table of [posta] in deployments/texts.toml
    about: str  # what it tells of: "bulletin 12 version 3", "source 4 on 2026-11-24"
    editor: str  # name, as in the profile
    address: str
    bulletin_id: int | None = Field(default=None, foreign_key="bulletin.id", index=True)
    subject: str
    text: str = Field(sa_type=Text)
    sheet: str = Field(default="", sa_type=Text)  # an HTML document to print, which goes along
    created_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # of no use after it
    status: LetterStatus = Field(default=LetterStatus.queued, sa_type=by_value(LetterStatus), index=True)
    status_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    retry_at: datetime = Field(sa_type=UtcDateTime)  # not tried before
    failure: str | None = Field(default=None, sa_type=Text)  # the last one


class CallChannel(StrEnum):
    whatsapp = "whatsapp"
    sms = "sms"
    email = "email"


class CallStatus(StrEnum):
    queued = "queued"
    in_flight = "in_flight"  # committed before a byte leaves
    accepted = "accepted"  # the channel took it
    refused = "refused"
    uncertain = "uncertain"  # may have left; not tried again
    late = "late"  # its turn was over before it could leave


class Call(SQLModel, table=True):
    """One call of an editor by one channel, for a bulletin that cannot wait; it leaves at most once.

    Holds no telephone number: that is looked up when the call leaves.
    """

    __table_args__ = (UniqueConstraint("bulletin_id", "turn", "editor", "channel"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)  # comes back in the provider's webhooks
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    version_number: int  # the text that was to be decided on
    turn: int  # from 1 for each bulletin; those who are called at once share it
    editor: str  # name, as in the profile
    channel: CallChannel = Field(sa_type=by_value(CallChannel))
    hint: str = ""  # the end of the number: which of an editor's telephones it was
    called_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)  # then it is somebody else's turn
    status: CallStatus = Field(default=CallStatus.queued, sa_type=by_value(CallStatus), index=True)
    status_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    code: str | None = None  # the provider's error code, or the kind of failure; never its words
    receipt: Receipt | None = Field(default=None, sa_type=by_value(Receipt))
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)  # of an e-mail


class Absence(SQLModel, table=True):
    """That an editor is away, entered by a person; taken back, it stays in the history."""

    id: int = Field(default=None, primary_key=True)
    editor: str = Field(index=True)  # name, as in the profile
    first: date
    last: date  # included
    note: str = Field(default="", sa_type=Text)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Closure(SQLModel, table=True):
    """Days without a bulletin, entered by a person beside those of the profile; taken back, it stays."""

    id: int = Field(default=None, primary_key=True)
    first: date
    last: date  # included
    note: str = Field(default="", sa_type=Text)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
