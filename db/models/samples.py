"""A text on a telephone before its send: an editor's who asked, or one marked as test; in no certificate."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from db.models.deliveries import Outcome
from db.types import UtcDateTime, by_value


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
