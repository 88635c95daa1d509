"""What is read: sources, news items, weather alerts."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, by_value


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
