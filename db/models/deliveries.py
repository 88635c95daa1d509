"""What left and what came back: deliveries, attempts, inbound events, templates."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, by_value


class DeliveryStatus(StrEnum):
    queued = "queued"
    claimed = "claimed"
    accepted = "accepted"
    failed = "failed"
    skipped = "skipped"
    uncertain = "uncertain"  # may have left without an answer; never sent again by itself
    declared = "declared"  # assisted channel: a person says that it was sent


DELIVERY_TRANSITIONS: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    DeliveryStatus.queued: frozenset(
        {
            DeliveryStatus.claimed,
            DeliveryStatus.skipped,
            DeliveryStatus.declared,
            # a status webhook proves that an attempt which was put back did leave after all
            DeliveryStatus.accepted,
            DeliveryStatus.failed,
        }
    ),
    DeliveryStatus.claimed: frozenset(
        {
            DeliveryStatus.queued,  # only when nothing can have left
            DeliveryStatus.accepted,
            DeliveryStatus.failed,
            DeliveryStatus.skipped,
            DeliveryStatus.uncertain,
        }
    ),
    DeliveryStatus.uncertain: frozenset({DeliveryStatus.accepted, DeliveryStatus.failed}),
    DeliveryStatus.accepted: frozenset({DeliveryStatus.failed}),  # a status webhook says so
    DeliveryStatus.failed: frozenset(),
    DeliveryStatus.skipped: frozenset(),
    DeliveryStatus.declared: frozenset(),
}


class Receipt(StrEnum):
    """The provider's word on an accepted message; it never goes back."""

    sent = "sent"
    delivered = "delivered"
    read = "read"

    @property
    def rank(self) -> int:
        return list(Receipt).index(self)


class Delivery(SQLModel, table=True):
    """One message to one citizen: a bulletin's, or a welcome or answer (then without bulletin)."""

    __table_args__ = (UniqueConstraint("bulletin_id", "recipient_id"),)

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int | None = Field(default=None, foreign_key="bulletin.id", index=True)
    recipient_id: int = Field(foreign_key="recipient.id", index=True)
    reply: str | None = None  # name of the answer, e.g. benvenuto, when there is no bulletin
    body: str | None = Field(default=None, sa_type=Text)  # the answer's text; names nobody
    status: DeliveryStatus = Field(
        default=DeliveryStatus.queued, sa_type=by_value(DeliveryStatus), index=True
    )
    status_at: datetime = Field(sa_type=UtcDateTime)
    reason: str | None = None  # code or word behind failed, skipped, uncertain
    receipt: Receipt | None = Field(default=None, sa_type=by_value(Receipt))
    receipt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Outcome(StrEnum):
    in_flight = "in_flight"
    accepted = "accepted"
    refused = "refused"  # an answer of the provider said no
    not_sent = "not_sent"  # no byte can have left
    uncertain = "uncertain"


class Attempt(SQLModel, table=True):
    """One POST to the provider. The row is committed before the bytes leave.

    `id` travels as `biz_opaque_callback_data` and comes back in the status webhooks: the only handle
    for settling what happened to a POST without an answer.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    outcome: Outcome = Field(default=Outcome.in_flight, sa_type=by_value(Outcome), index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code: str | None = None  # the provider's error code, or the kind of failure
    wamid_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)  # holds the number in base64
    wamid_hash: str | None = Field(default=None, unique=True)


class InboundEvent(SQLModel, table=True):
    """One update of a webhook, raw and encrypted, stored before it is understood."""

    id: int = Field(default=None, primary_key=True)
    event_hash: str = Field(unique=True)  # of the message id, or of the status id and its word
    sender_hash: str | None = Field(default=None, index=True)
    payload_sealed: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failure: str | None = None  # type of the error only: its text could quote the citizen


class Template(SQLModel, table=True):
    """What the provider last said of a template: its category decides the endpoint."""

    __table_args__ = (UniqueConstraint("name", "language"),)

    id: int = Field(default=None, primary_key=True)
    name: str
    language: str = "it"
    category: str
    status: str
    updated_at: datetime = Field(sa_type=UtcDateTime)
