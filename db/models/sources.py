"""What is read of the Comune's site: sources, news items, and what an edit replaced."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value


class SourceKind(StrEnum):
    feed = "feed"  # RSS or Atom
    listing = "listing"  # a page that lists the news, where a site has no feed
    dpc = "dpc"  # Protezione Civile, archive zip
    allertalom = "allertalom"  # Regione Lombardia, hourly
    cap = "cap"  # a CAP 1.2 document at any address
    meteoalarm = "meteoalarm"  # EUMETNET: an avviso for the editors' eyes, never an allerta


class Source(SQLModel, table=True):
    """An address that collect reads, and the mark that each reading leaves."""

    id: int = Field(default=None, primary_key=True)
    kind: SourceKind = Field(sa_type=by_value(SourceKind))
    address: str = Field(unique=True)
    # from outside
    etag: str | None = None
    last_modified: str | None = None
    content_sha256: str | None = None  # of the last body that was read whole: validators lie
    # ours
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    whole_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # last asked without validators
    gap_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # last poll with no known entry
    retry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # not asked before
    failures: int = 0  # in a row
    failure: str | None = Field(default=None, sa_type=Text)  # the last one, until a reading succeeds
    warnings: str | None = Field(
        default=None, sa_type=Text
    )  # of the last good reading of alerts, a line each


class Origin(StrEnum):
    collected = "collected"
    initial = "initial"  # of a source's first reading, and older than the profile's window
    backfilled = "backfilled"  # of a past period; like `initial` never news by itself


class Holds(StrEnum):
    """What there is to read on an item's page."""

    text = "text"
    files = "files"  # a title and attachments, most often a PDF
    pictures = "pictures"  # a title and a picture, most often a poster


class NewsItem(SQLModel, table=True):
    """An entry of the Comune's site, as a citizen reads it there now."""

    __table_args__ = (UniqueConstraint("source_id", "guid"),)

    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    # from outside
    guid: str = Field(index=True)
    url: str
    title: str = Field(index=True)
    abstract: str = Field(default="", sa_type=Text)  # the office's own short description
    body: str = Field(default="", sa_type=Text)  # Markdown
    feed_text: str = Field(default="", sa_type=Text)  # what the feed says of it
    category: str | None = None  # the site's own word
    kind: str = ""  # the site's tipo: "avviso", "comunicato stampa"
    topics: list[str] = Field(default_factory=list, sa_type=JSON)  # argomenti
    attachments: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)  # {title, url}
    holds: Holds = Field(default=Holds.text, sa_type=by_value(Holds))
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    starts_on: date | None = None  # of an event
    ends_on: date | None = None
    expires_on: date | None = None  # the office's own last day of the notice
    # ours
    address_key: str = Field(default="", index=True)  # the url without what does not tell pages apart
    origin: Origin = Field(default=Origin.collected, sa_type=by_value(Origin))
    content_sha256: str  # over what a citizen reads
    entry_sha256: str = ""  # over the feed's entry when the page was last read: unchanged, no new visit
    page_failure: str | None = Field(default=None, sa_type=Text)  # why the page could not be read
    page_failures: int = 0  # in a row
    page_checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last try
    page_lags: bool = False  # the feed tells other facts than the page, which is old or cannot be read
    page_read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last that succeeded
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # any change of the text
    facts_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the item is *updated*
    offered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # news by an editor's word
    discarded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by an editor, for good


class Edit(StrEnum):
    """What an edit changed, from the least."""

    cosmetic = "cosmetic"  # spaces, quotes, capitals, a label
    reworded = "reworded"  # the text, but no fact
    updated = "updated"  # a date, time, place, amount, or whether it takes place


class NewsRevision(SQLModel, table=True):
    """What an edit replaced: the text until then, and the facts before and after."""

    id: int = Field(default=None, primary_key=True)
    news_item_id: int = Field(foreign_key="newsitem.id", index=True)
    replaced_at: datetime = Field(sa_type=UtcDateTime)
    edit: Edit = Field(sa_type=by_value(Edit))
    title: str
    abstract: str = Field(default="", sa_type=Text)
    body: str = Field(default="", sa_type=Text)
    content_sha256: str
    lost: list[Any] = Field(default_factory=list, sa_type=JSON)  # [kind, value] of facts no longer there
    gained: list[Any] = Field(default_factory=list, sa_type=JSON)
