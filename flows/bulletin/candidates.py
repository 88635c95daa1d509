"""What may become an item of a bulletin, whether it comes from the site or from an alert."""

from dataclasses import dataclass
from datetime import datetime

ALERT_CATEGORY = "allerta meteo"


@dataclass(frozen=True)
class Candidate:
    """A possible item: a NewsItem, or the alerts of one day (`body` is then empty, `abstract` the text)."""

    news_item_id: int | None
    weather_alert_ids: tuple[int, ...]
    title: str
    category: str  # "" when the site gives none
    url: str
    abstract: str
    body: str  # Markdown
    published: datetime | None
    first_seen: datetime

    @property
    def is_alert(self) -> bool:
        return self.category == ALERT_CATEGORY and self.news_item_id is None

    @property
    def dated(self) -> datetime:
        return self.published or self.first_seen
