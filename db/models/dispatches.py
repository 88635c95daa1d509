"""When a dispatch began: the counter whose witness lies outside the database."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime


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
