"""What may become an item of a bulletin, whether it comes from the site or from an alert."""

from dataclasses import dataclass
from datetime import date, datetime

from db.models import Holds

ALERT_CATEGORY = "allerta meteo"


@dataclass(frozen=True)
class Candidate:
    """A possible item: a NewsItem, or the alerts of one day (`body` is then empty, `abstract` the text)."""

    news_item_id: int | None
    weather_alert_ids: tuple[int, ...]
    title: str
    category: str  # one of categories.Category, or ALERT_CATEGORY
    url: str
    abstract: str
    body: str  # Markdown
    published: datetime | None
    first_seen: datetime
    is_proposed: bool = False  # the category is our guess: the site's own words do not tell it
    holds: Holds = Holds.text
    attachments: tuple[str, ...] = ()  # addresses
    is_page_unread: bool = False  # there is a page, and it could never be read
    is_page_behind: bool = False  # the feed tells other facts than the page
    starts_on: date | None = None
    ends_on: date | None = None
    expires_on: date | None = None
    # what selection finds
    due: date | None = None  # the day before which it must be told
    before: date | None = None  # its next day, where that is over by the send
    is_today: bool = False  # whether that is the day on which it is chosen
    unwritten: str = ""  # why no text can be made of it: a person has to write it
    update: str = ""  # what it changes in an earlier notice, as a citizen reads it

    @property
    def is_alert(self) -> bool:
        return self.news_item_id is None

    @property
    def dated(self) -> datetime:
        return self.published or self.first_seen

    @property
    def text(self) -> str:
        """What it says beside its title."""
        return "\n".join(filter(None, (self.abstract, self.body)))


@dataclass(frozen=True)
class Earlier:
    """A notice that a living bulletin tells already."""

    news_item_id: int
    title: str
    text: str
    dated: datetime
    bulletin_at: datetime  # when that bulletin goes or went


@dataclass(frozen=True)
class LeftOut:
    """An item that the bulletin does not offer; the reason is Italian, for the editor."""

    title: str
    reason: str
    url: str
