"""What left and what came back: deliveries, attempts, inbound events, templates."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value


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
            DeliveryStatus.uncertain,  # of a restored database, which does not know what left since its copy
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
    DeliveryStatus.uncertain: frozenset(
        {
            DeliveryStatus.accepted,
            DeliveryStatus.failed,
            # after 24 hours, and only by a person: it was got, or is sent again while its text is in force
            DeliveryStatus.declared,
            DeliveryStatus.queued,
        }
    ),
    DeliveryStatus.accepted: frozenset({DeliveryStatus.failed}),  # a status webhook says so
    # a status webhook proves that another attempt, or one that was refused, did arrive
    # a person may have one tried again that surely did not leave
    DeliveryStatus.failed: frozenset({DeliveryStatus.accepted, DeliveryStatus.queued}),
    DeliveryStatus.skipped: frozenset(),
    # the provider's word is better than a person's
    DeliveryStatus.declared: frozenset({DeliveryStatus.accepted, DeliveryStatus.failed}),
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

    __table_args__ = (
        UniqueConstraint("bulletin_id", "recipient_id"),
        # what waits is found at once, however much was sent before it
        Index(
            "ix_delivery_queued",
            "bulletin_id",
            "id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
    )

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
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # queued: not tried before
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
    sender_id: UUID | None = None  # who began it; no reference, the row of a sender goes when it ends
    started_at: datetime = Field(sa_type=UtcDateTime)
    outcome: Outcome = Field(default=Outcome.in_flight, sa_type=by_value(Outcome), index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code: str | None = None  # the provider's error code, or the kind of failure
    wamid_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)  # holds the number in base64
    wamid_hash: str | None = Field(default=None, unique=True)
    # what the status webhooks say of its price; None until one does
    pricing_category: str | None = None
    billable: bool | None = None
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # a status says that it failed


class Tally(SQLModel, table=True):
    """How citizens took a bulletin, counted without saying who; a missing row counts nothing."""

    bulletin_id: int = Field(primary_key=True, foreign_key="bulletin.id")
    replies: int = 0  # texts, voice notes and pictures that ask something
    exits: int = 0
    # receipts that retention has taken off the deliveries; those still there are counted from the rows
    delivered: int = 0  # read ones included
    read: int = 0


class InboundEvent(SQLModel, table=True):
    """One update of a webhook, raw and encrypted, stored before it is understood."""

    # a week of statuses is a long table, and what waits is a few rows of it
    __table_args__ = (
        Index(
            "ix_inboundevent_waiting",
            "kind",
            "id",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    kind: str  # status, message, preference, ...: the type of flows.whatsapp.updates
    unread: str | None = None  # of an unknown shape: where it was; never a value of it
    event_hash: str = Field(unique=True)  # of the message id, or of the status id and its word
    sender_hash: str | None = Field(default=None, index=True)  # whose it is: who wrote, or got the message
    bsuid_hash: str | None = Field(default=None, index=True)  # told beside a phone in `sender_hash`
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
    quality: str | None = None  # GREEN, YELLOW, RED, UNKNOWN
    updated_at: datetime = Field(sa_type=UtcDateTime)
    # from when on each is so, in the provider's time: its webhooks keep no order
    category_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quality_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # when its text was last edited there, and in Italian which parts are not as we submitted them
    text_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unlike: str | None = None


class AccountWord(SQLModel, table=True):
    """What the provider's webhooks last said of our number and account, one row a matter."""

    matter: str = Field(primary_key=True)  # tier, quality, throughput, account, alert, terms, partner
    word: str  # the provider's own: TIER_2K, FLAGGED, ACCOUNT_RESTRICTION, ...
    said_at: datetime = Field(sa_type=UtcDateTime)  # the provider's time
