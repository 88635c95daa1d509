"""An entry's page, read: on collecting it, and again on demand before it is approved or sent."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from db.models import Holds, NewsItem
from db.news_items import NewsData
from flows.bulletin.choosing.changes import Change, NoticeText, compare
from flows.bulletin.facts.find import Fact, facts
from flows.bulletin.language.dates import ROME
from flows.sources.identity import Match
from flows.sources.readings import defect
from scrapers.errors import GoneError, ParseError, PermanentError, ScraperError
from scrapers.feeds.feeds import Entry
from scrapers.fetching.fetcher import Fetcher
from scrapers.pages.pages import Page, parse_page

FRONT_DOORS = ("", "it", "it-it", "home", "home.html", "homepage", "index.html", "index.php", "it/home")
_WORD = re.compile(r"[^\W\d_]{4,}")


def visit(client: Fetcher, entry: Entry, *, key: str, fingerprint: str, now: datetime) -> NewsData:
    """The entry with its page; where the page cannot be read, with what the feed carries, and why."""
    page, failure = Page(entry.url, "", "", None, entry.summary), None
    if entry.url:
        try:
            page = read_page(client, entry.url)
        except ScraperError as exc:
            failure = str(exc)
    else:
        failure = f"{entry.title}: the entry has no address, only the feed's text is known"
    noon = datetime.combine(page.published, time(12), ROME) if page.published else None
    return NewsData(
        guid=entry.guid,
        url=entry.url,
        title=entry.title or page.title,
        category=entry.categories[0] if entry.categories else None,
        published_at=entry.published or noon,
        updated_at=entry.updated,
        entry_sha256=fingerprint,
        page_failure=failure,
        address_key=key,
        page_checked_at=now,
        feed_text=entry.summary,
        **page_columns(page),
    )


def page_columns(page: Page) -> dict[str, Any]:
    """Of an item's columns those that its page tells."""
    return {
        "abstract": page.abstract,
        "body": page.body,
        "kind": page.kind,
        "topics": page.topics,
        "attachments": tuple((file.title, file.url) for file in page.attachments),
        "holds": Holds(page.holds),
        "starts_on": page.starts,
        "ends_on": page.ends,
        "expires_on": page.expires,
    }


def read_page(client: Fetcher, url: str) -> Page:
    """The article at `url`. Raises ScraperError, also for a redirect to the site's front door."""
    answer = client.whole(url)
    if _is_front_door(answer.url) and not _is_front_door(url):
        raise PermanentError(url, f"leads to the home page, {answer.url}: the article may be gone")
    try:
        return parse_page(answer.content, answer.url, answer.content_type)
    except ScraperError:
        raise
    except Exception as exc:
        raise ParseError(answer.url, defect(url, exc)) from exc


def _is_front_door(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and parts.path.strip("/").lower() in FRONT_DOORS


def doubtful(read: Sequence[tuple[Match, NewsData]]) -> list[tuple[Match, NewsData]]:
    """The same, but for pages that cannot be the articles: one text at several addresses, or another matter.

    So a site in maintenance answers, and one that shows its home page for whatever is gone.
    """
    bodies = Counter(data.body for _, data in read if _has_page(data) and data.body)
    return [
        (match, _refused(data, bodies[data.body] > 1) if _has_page(data) else data) for match, data in read
    ]


def _has_page(data: NewsData) -> bool:
    return data.page_failure is None and data.page_checked_at is not None


def _refused(data: NewsData, is_of_several: bool) -> NewsData:
    if is_of_several:
        why = "the same text stands at the addresses of other items: maintenance, or the article is gone"
    elif data.holds == Holds.text and not _speaks_of(data):
        why = f"the page does not speak of «{data.title}»: maintenance, or the article is gone"
    else:
        return data
    return replace(data, page_failure=f"{data.url}: {why}", abstract="", body=data.feed_text)


def _speaks_of(data: NewsData) -> bool:
    """Whether the page shares words with what the feed says: a third of the title's, or of the text's."""
    page = set(_WORD.findall(f"{data.abstract} {data.body}".casefold()))
    for text in (data.title, data.feed_text):
        words = set(_WORD.findall(text.casefold()))
        if len(words) < 2 or len(words & page) * 3 >= len(words):
            return True
    return False


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
        NoticeText(item.title, f"{item.abstract}\n{item.body}"),
        NoticeText(page.title, f"{page.abstract}\n{page.body}"),
    )
    return Reread(Now.changed if change.edit else Now.same, change, page)
