"""Who is sending, and how fast all of them together may."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Float, LargeBinary
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime


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
