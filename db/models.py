"""Every table of a Comune's installation, one screen each, with the statuses and the moves they allow.

Table classes of SQLModel do not validate what they are given: outside data becomes a frozen dataclass
first. An `id` is None until the row is flushed. Columns are grouped "from outside" / "ours". Nothing
here is ever logged: `*_sealed` columns hold ciphertext, `*_hash` columns keyed hashes (`db.vault`).
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, by_value

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# ---------------------------------------------------------------- what is read


class SourceKind(StrEnum):
    feed = "feed"
    dpc = "dpc"  # Protezione Civile, archive zip


class Source(SQLModel, table=True):
    """An address that collect reads, and the mark that each reading leaves."""

    id: int = Field(default=None, primary_key=True)
    kind: SourceKind = Field(sa_type=by_value(SourceKind))
    address: str = Field(unique=True)
    # from outside
    etag: str | None = None
    last_modified: str | None = None
    # ours
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0  # in a row
    failure: str | None = Field(default=None, sa_type=Text)  # the last one, until a reading succeeds


class Origin(StrEnum):
    collected = "collected"
    backfilled = "backfilled"  # never news for the next bulletin by itself


class NewsItem(SQLModel, table=True):
    """An entry of the Comune's site, as a citizen reads it there."""

    __table_args__ = (UniqueConstraint("source_id", "guid"),)

    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    # from outside
    guid: str
    url: str
    title: str
    abstract: str = Field(default="", sa_type=Text)  # the office's own short description
    body: str = Field(default="", sa_type=Text)  # Markdown
    category: str | None = None  # the site's own word
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # ours
    origin: Origin = Field(default=Origin.collected, sa_type=by_value(Origin))
    content_sha256: str  # over what a citizen reads
    entry_sha256: str = ""  # over the feed's entry when the page was last read: unchanged, no new visit
    page_failure: str | None = Field(default=None, sa_type=Text)  # why the page could not be read
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    discarded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by an editor, for good


class Level(StrEnum):
    """Levels of an allerta; the order is that of severity."""

    verde = "verde"
    gialla = "gialla"
    arancione = "arancione"
    rossa = "rossa"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Hazard(StrEnum):
    idraulico = "idraulico"
    idrogeologico = "idrogeologico"
    temporali = "temporali"


class WeatherAlert(SQLModel, table=True):
    """The level of one hazard in one zone on one day, as one bulletin of one issuer gave it.

    `verde` is stored too: it is a statement of the issuer, while a missing row says nothing.
    """

    __table_args__ = (UniqueConstraint("issuer", "sent_at", "zone", "day", "hazard"),)

    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    # from outside
    identifier: str  # of the bulletin, e.g. 20260118_1515
    issuer: str
    url: str
    zone: str = Field(index=True)
    hazard: Hazard = Field(sa_type=by_value(Hazard))
    level: Level = Field(sa_type=by_value(Level))
    day: date
    onset: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    # ours
    seen_at: datetime = Field(sa_type=UtcDateTime)


# ---------------------------------------------------------------- what is written


class Summary(SQLModel, table=True):
    """A text made from one state of an item for one length; made once."""

    __table_args__ = (UniqueConstraint("news_item_id", "content_sha256", "budget"),)

    id: int = Field(default=None, primary_key=True)
    news_item_id: int = Field(foreign_key="newsitem.id", index=True)
    content_sha256: str
    budget: int  # UTF-16 units
    text: str = Field(sa_type=Text)
    method: str  # abstract | sentences
    created_at: datetime = Field(sa_type=UtcDateTime)


class BulletinKind(StrEnum):
    ordinary = "ordinary"
    urgent = "urgent"
    correction = "correction"
    all_clear = "all_clear"


class BulletinStatus(StrEnum):
    draft = "draft"
    in_review = "in_review"
    approved = "approved"
    sending = "sending"
    stopped = "stopped"
    sent = "sent"
    # the ends without a send
    rejected = "rejected"
    merged = "merged"  # postponed: its items go to the next bulletin
    superseded = "superseded"
    expired = "expired"  # nobody approved in time
    missed = "missed"  # approved, but its slot passed


BULLETIN_TRANSITIONS: dict[BulletinStatus, frozenset[BulletinStatus]] = {
    BulletinStatus.draft: frozenset(
        {BulletinStatus.in_review, BulletinStatus.superseded, BulletinStatus.expired}
    ),
    BulletinStatus.in_review: frozenset(
        {
            BulletinStatus.approved,
            BulletinStatus.rejected,
            BulletinStatus.merged,
            BulletinStatus.superseded,
            BulletinStatus.expired,
        }
    ),
    BulletinStatus.approved: frozenset(
        {BulletinStatus.sending, BulletinStatus.in_review, BulletinStatus.missed, BulletinStatus.superseded}
    ),
    BulletinStatus.sending: frozenset({BulletinStatus.sent, BulletinStatus.stopped}),
    BulletinStatus.stopped: frozenset({BulletinStatus.sending, BulletinStatus.sent}),
    BulletinStatus.sent: frozenset(),
    BulletinStatus.rejected: frozenset(),
    BulletinStatus.merged: frozenset(),
    BulletinStatus.superseded: frozenset(),
    BulletinStatus.expired: frozenset(),
    BulletinStatus.missed: frozenset(),
}

LIVING = (
    BulletinStatus.draft,
    BulletinStatus.in_review,
    BulletinStatus.approved,
    BulletinStatus.sending,
    BulletinStatus.stopped,
    BulletinStatus.sent,
)
"""A bulletin in one of these holds its slot and its items; after another end they are free again."""


class Bulletin(SQLModel, table=True):
    """One message to the citizens, from draft to its end. Moved only by `db.bulletins.move`."""

    __table_args__ = (
        # one live bulletin a slot; a superseded or rejected one leaves the slot free
        Index(
            "uq_bulletin_live_slot",
            "kind",
            "slot_at",
            unique=True,
            sqlite_where=Column("status").in_(
                ["draft", "in_review", "approved", "sending", "stopped", "sent"]
            ),
            postgresql_where=Column("status").in_(
                ["draft", "in_review", "approved", "sending", "stopped", "sent"]
            ),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True)  # of the public page; a link in an old message works for ever
    kind: BulletinKind = Field(default=BulletinKind.ordinary, sa_type=by_value(BulletinKind))
    slot_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # None: goes at approval
    deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when the first message left
    # set by move() only
    status: BulletinStatus = Field(default=BulletinStatus.draft, sa_type=by_value(BulletinStatus), index=True)
    status_at: datetime = Field(sa_type=UtcDateTime)
    status_by: str
    status_reason: str | None = Field(default=None, sa_type=Text)
    # the window in the Prefect UI; the decision lives here, never there
    review_attempt: int = 0
    review_run_id: str | None = None


class BulletinVersion(SQLModel, table=True):
    """The whole text at one moment. Version n is what the editor sees in round n; never changed."""

    __table_args__ = (UniqueConstraint("bulletin_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    number: int
    author: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    note: str = Field(default="", sa_type=Text)
    problems: str = Field(default="", sa_type=Text)  # one a line, in Italian: why it came back


class BulletinItem(SQLModel, table=True):
    """One slot of one version; the text is exactly what stands in the message."""

    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: int = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="bulletinversion.id", index=True)
    position: int  # from 1
    news_item_id: int | None = Field(default=None, foreign_key="newsitem.id", index=True)
    weather_alert_id: int | None = Field(default=None, foreign_key="weatheralert.id", index=True)
    title: str
    category: str
    url: str
    text: str = Field(sa_type=Text)


class Decision(StrEnum):
    approve = "approve"
    save = "save"
    postpone = "postpone"
    discard = "discard"


class Approval(SQLModel, table=True):
    """What an editor decided on which version, and what was sealed by it."""

    __table_args__ = (UniqueConstraint("bulletin_id", "version_number"),)

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    version_number: int  # the version that this decision made
    decision: Decision = Field(sa_type=by_value(Decision))
    approver: str
    decided_at: datetime = Field(sa_type=UtcDateTime)
    flow_run_id: str | None = None
    code_hash: str | None = None  # of the one-time code, once it is asked for
    # when approved
    seal: str | None = None  # SHA-256 of messages, template and audience rule
    head_count: int | None = None
    cost_estimate: str | None = None  # None: not estimated, no price in the profile


# ---------------------------------------------------------------- whom, and by what right


class RecipientStatus(StrEnum):
    active = "active"
    opted_out = "opted_out"
    suspended = "suspended"  # undeliverable again and again, or another identity on a known phone
    erased = "erased"  # a tombstone: no number is left


RECIPIENT_TRANSITIONS: dict[RecipientStatus, frozenset[RecipientStatus]] = {
    RecipientStatus.active: frozenset(
        {RecipientStatus.opted_out, RecipientStatus.suspended, RecipientStatus.erased}
    ),
    RecipientStatus.opted_out: frozenset({RecipientStatus.active, RecipientStatus.erased}),
    RecipientStatus.suspended: frozenset(
        {RecipientStatus.active, RecipientStatus.opted_out, RecipientStatus.erased}
    ),
    RecipientStatus.erased: frozenset({RecipientStatus.active}),
}


class Scope(StrEnum):
    everything = "everything"
    alerts = "alerts"  # SOLO ALLERTE


class Recipient(SQLModel, table=True):
    """A citizen's address. Phone and business-scoped user id (BSUID) may each be missing."""

    __table_args__ = (
        CheckConstraint("phone_hash IS NOT NULL OR bsuid_hash IS NOT NULL", name="has_an_address"),
    )

    id: int = Field(default=None, primary_key=True)
    phone_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    phone_hash: str | None = Field(default=None, unique=True)
    bsuid_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    bsuid_hash: str | None = Field(default=None, unique=True)
    status: RecipientStatus = Field(sa_type=by_value(RecipientStatus), index=True)
    status_at: datetime = Field(sa_type=UtcDateTime)
    scope: Scope = Field(default=Scope.everything, sa_type=by_value(Scope))
    is_test: bool = False
    opted_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_inbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # opens the 24 h window
    courtesy_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last courtesy answer
    strikes: int = 0


class Consent(StrEnum):
    opt_in = "opt_in"
    opt_out = "opt_out"
    alerts_only = "alerts_only"
    erase = "erase"


class ConsentEvent(SQLModel, table=True):
    """The ledger of consent: only ever appended to (a trigger refuses UPDATE and DELETE).

    Holds no number and no wamid, only keyed hashes, so that it can stand for ever.
    """

    id: int = Field(default=None, primary_key=True)
    subject_hash: str = Field(index=True)
    event: Consent = Field(sa_type=by_value(Consent))
    word: str  # the command as understood, e.g. ATTIVA; never a citizen's free text
    at: datetime = Field(sa_type=UtcDateTime)
    notice_version: str
    source: str  # whatsapp | import | operator
    message_hash: str | None = Field(default=None, unique=True)  # of the wamid that asked for it


# ---------------------------------------------------------------- what left, and what came back


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
        {DeliveryStatus.claimed, DeliveryStatus.skipped, DeliveryStatus.declared}
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
