"""One row by which a process knows that its keys are those of this database, and that it can be written."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime


class Canary(SQLModel, table=True):
    """A constant under both keys; see `db.canary`."""

    __table_args__ = (CheckConstraint("id = 1", name="the_only_one"),)

    id: int = Field(default=1, primary_key=True)
    constant_hash: str
    constant_sealed: bytes = Field(sa_type=LargeBinary)
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last trial write
