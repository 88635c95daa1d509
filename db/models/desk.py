"""The editors' desk: what is written to editors, and when one of them is away."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, by_value


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
    created_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # of no use after it
    status: LetterStatus = Field(default=LetterStatus.queued, sa_type=by_value(LetterStatus), index=True)
    status_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    retry_at: datetime = Field(sa_type=UtcDateTime)  # not tried before
    failure: str | None = Field(default=None, sa_type=Text)  # the last one


class Absence(SQLModel, table=True):
    """That an editor is away, entered by a person; taken back, it stays in the history."""

    id: int = Field(default=None, primary_key=True)
    editor: str = Field(index=True)  # name, as in the profile
    first: date
    last: date  # included
    note: str = Field(default="", sa_type=Text)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
