"""What proves who decided: one-time codes that were used or wrong, and what each editor said."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, by_value


class UsedCode(SQLModel, table=True):
    """A one-time code that led to a decision: never again (a trigger refuses UPDATE and DELETE)."""

    __table_args__ = (UniqueConstraint("editor", "step"),)

    id: int = Field(default=None, primary_key=True)
    editor: str  # id in the profile
    step: int = Field(sa_type=BigInteger)  # Unix time // 30 s: the code's moment (RFC 6238)
    code_hash: str  # keyed, never the code
    at: datetime = Field(sa_type=UtcDateTime)  # when it was given
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)


class WrongCode(SQLModel, table=True):
    """A code that was judged wrong; too many lock an editor out for a while."""

    __table_args__ = (Index("ix_wrongcode_editor_at", "editor", "at"),)

    id: int = Field(default=None, primary_key=True)
    editor: str
    at: datetime = Field(sa_type=UtcDateTime)
    step: int | None = Field(default=None, sa_type=BigInteger)  # where it was right at another moment


class Said(StrEnum):
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
    said: Said = Field(sa_type=by_value(Said))
    at: datetime = Field(sa_type=UtcDateTime)
    seal: str = ""  # of what was approved
    source: str = Field(default="", sa_type=Text)  # declared for a fact that the site does not tell
    overridden: str = Field(
        default="", sa_type=Text
    )  # the blocks that it was approved in spite of, one a line
    code_hash: str | None = None  # of the one-time code; None: the name is only a declaration
