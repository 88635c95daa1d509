"""What is written: summaries, bulletins, their versions and the decisions on them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value


class Summary(SQLModel, table=True):
    """A text made from one state of an item for one length; made once."""

    __table_args__ = (UniqueConstraint("news_item_id", "content_sha256", "budget"),)

    id: int = Field(default=None, primary_key=True)
    news_item_id: int = Field(foreign_key="newsitem.id", index=True)
    content_sha256: str
    budget: int  # UTF-16 units
    text: str = Field(sa_type=Text)
    method: str  # text | title | unwritten | model
    edition: str = ""  # of the code and settings that made it: another one makes it anew
    created_at: datetime = Field(sa_type=UtcDateTime)
    model: str | None = None  # that answered, also where its text was not taken
    tokens_in: int = 0  # of all its tries
    tokens_out: int = 0
    cost_millionths: int = 0  # of a unit of `currency`, at the prices of the profile
    currency: str = ""
    reason: str = Field(default="", sa_type=Text)  # in Italian, why no text stands here, or none of a model


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
    # a person has some of its messages tried again
    BulletinStatus.sent: frozenset({BulletinStatus.stopped}),
    # an editor takes that decision back, see `db.bulletins.take_up`
    BulletinStatus.rejected: frozenset({BulletinStatus.in_review}),
    BulletinStatus.merged: frozenset({BulletinStatus.in_review}),
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

WAITING = (BulletinStatus.draft, BulletinStatus.in_review)
"""Nobody has decided of it."""

TURNED_DOWN = (BulletinStatus.merged, BulletinStatus.rejected)
"""An editor decided that it is not sent, and may take that back until its time."""

PUBLIC = (BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent)
"""Its text may stand on a telephone, and stands on the public pages."""


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
    template: str | None = None  # whose variables its items fill, one each; None: bollettino_n
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


class BulletinOriginal(SQLModel, table=True):
    """A correction or an all-clear, and a bulletin that it puts right: who got that one gets this one."""

    bulletin_id: int = Field(foreign_key="bulletin.id", primary_key=True)
    original_id: int = Field(foreign_key="bulletin.id", primary_key=True, index=True)


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
    remarks: str = Field(default="", sa_type=Text)  # one a line, in Italian: what else came of the answer
    # the answer that it stores, so that each is stored once: the run, and the version that its form showed
    answered_run_id: str | None = None
    answered_version: int | None = None


class BulletinItem(SQLModel, table=True):
    """One slot of one version; the text is exactly what stands in the message."""

    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: int = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="bulletinversion.id", index=True)
    position: int  # from 1
    news_item_id: int | None = Field(default=None, foreign_key="newsitem.id", index=True)
    weather_alert_id: int | None = Field(default=None, foreign_key="weatheralert.id", index=True)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when its alerts' text was made
    title: str
    category: str
    url: str
    text: str = Field(sa_type=Text)
    is_typed: bool = False  # a person wrote its words: nothing else may change them
    is_placed: bool = False  # a person took it from the queue: nothing else may take it out


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
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # re-opened: it seals nothing
    flow_run_id: str | None = None
    code_hash: str | None = None  # of the one-time code, once it is asked for
    # when approved
    seal: str | None = None  # keyed, over messages, template, audience rule and profile
    mac: str | None = None  # keyed, over the whole row; none once it is void
    profile_sha256: str | None = None  # of what that profile gives to a message; None: of an older version
    head_count: int | None = None
    cost_estimate: str | None = None  # None: not estimated, no price in the profile


class Redaction(SQLModel, table=True):
    """A part of a sent bulletin that the public pages show no more; taken back, it stays in the history.

    The message as it was sealed and sent is not changed: it is what the citizens have on their phones.
    """

    id: int = Field(default=None, primary_key=True)
    bulletin_id: int = Field(foreign_key="bulletin.id", index=True)
    position: int | None = None  # of the item; None: the whole bulletin
    at: datetime = Field(sa_type=UtcDateTime)
    by: str  # the user of the machine
    reason: str = Field(sa_type=Text)  # for the Comune's own records; never shown on a page
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_by: str | None = None
    cancelled_reason: str | None = Field(default=None, sa_type=Text)
