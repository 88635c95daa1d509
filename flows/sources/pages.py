"""An entry's page, read: on collecting it, and again on demand before it is approved or sent."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from db.models import Holds, NewsItem
from db.news_items import NewsData
from flows.bulletin.changes import Change, Said, compare
from flows.bulletin.dates import ROME
from flows.bulletin.facts import Fact, facts
from scrapers.errors import GoneError, PermanentError, ScraperError
from scrapers.feeds import Entry
from scrapers.http import Fetcher, Response
from scrapers.pages import Page, parse_page


def visit(client: Fetcher, entry: Entry, *, key: str, fingerprint: str, now: datetime) -> NewsData:
    """The entry with its page; where the page cannot be read, with what the feed carries, and why."""
    page: Page | None = None
    failure: str | None = None
    if entry.url:
        try:
            page = read_page(client, entry.url)
        except ScraperError as exc:
            failure = str(exc)
    else:
        failure = f"{entry.title}: the entry has no address, only the feed's text is known"
    shown = datetime.combine(page.published, time(12), ROME) if page and page.published else None
    return NewsData(
        guid=entry.guid,
        url=entry.url,
        title=entry.title or (page.title if page else ""),
        abstract=page.abstract if page else "",
        body=page.body if page else entry.summary,
        category=entry.categories[0] if entry.categories else None,
        published_at=entry.published or shown,
        updated_at=entry.updated,
        entry_sha256=fingerprint,
        page_failure=failure,
        address_key=key,
        kind=page.kind if page else "",
        topics=page.topics if page else (),
        attachments=tuple((one.title, one.url) for one in page.attachments) if page else (),
        holds=Holds(page.holds) if page else Holds.text,
        starts_on=page.starts if page else None,
        ends_on=page.ends if page else None,
        expires_on=page.expires if page else None,
        page_checked_at=now,
    )


def read_page(client: Fetcher, url: str) -> Page:
    """The article at `url`. Raises ScraperError."""
    answer = client.get(url)
    if not isinstance(answer, Response):
        raise PermanentError(url, "answers 304 to a request without validators")
    return parse_page(answer.content, answer.url, answer.content_type)


class Now(StrEnum):
    """What an item's page is at this moment."""

    same = "same"
    changed = "changed"
    gone = "gone"  # the site says so
    unreadable = "unreadable"  # it may be there: no answer, a login, too large


@dataclass(frozen=True)
class Reread:
    """One item, read again; `change` says what differs from the item as it is stored."""

    state: Now
    change: Change | None = None
    page: Page | None = None
    reason: str = ""  # why it could not be read

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the page says now."""
        return facts(f"{self.page.title}\n{self.page.abstract}\n{self.page.body}") if self.page else ()


def reread(client: Fetcher, item: NewsItem) -> Reread:
    """Read the item's page now; takes as long as the Fetcher's time limit at most. Stores nothing."""
    if not item.url:
        return Reread(Now.unreadable, reason=f"{item.title}: the item has no address")
    try:
        page = read_page(client, item.url)
    except ScraperError as exc:
        return Reread(Now.gone if isinstance(exc, GoneError) else Now.unreadable, reason=str(exc))
    change = compare(
        Said(item.title, f"{item.abstract}\n{item.body}"), Said(page.title, f"{page.abstract}\n{page.body}")
    )
    return Reread(Now.changed if change.edit else Now.same, change, page)
