"""The assisted channel: a bulletin that a person sends by hand, and what that person says of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, by_value


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
