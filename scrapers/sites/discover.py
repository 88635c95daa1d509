"""What a Comune's site offers: its system, its feeds, its list pages, its sitemap. Few requests, each told.

Nothing is taken for granted: an address counts as a feed only when it was read as one just now.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from scrapers.errors import FetchError, ParseError, ScraperError
from scrapers.feeds.feeds import Feed, parse_feed
from scrapers.fetching.addresses import same_site
from scrapers.fetching.fetcher import Fetcher, Response, read
from scrapers.lists.listing import Listing, parse_listing
from scrapers.pages import markup
from scrapers.sites import home
from scrapers.sites.families import UNKNOWN, Family, family_of
from scrapers.text import decode

MOST_REQUESTS = 30
ENOUGH = 3  # articles that make a page a list
STALE = timedelta(days=60)  # a feed that lags so much behind another one is not where the news are
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = (  # what a feed is for, by its address, its title and the words of the link to it; the first fits
    ("comments", r"comment"),
    ("alerts", r"allert|meteo|protezione civile|civil defence"),
    ("acts", r"\balbo\b|\bbandi\b|\bgare\b|concors|deliber|determin|trasparen"),
    ("events", r"event|calendar|appuntament|agenda"),
    ("news", r"notizi|news|novit|avvis|comunicat|primo piano"),
)


@dataclass(frozen=True)
class Step:
    """A request and what came of it, in words."""

    address: str
    outcome: str


@dataclass(frozen=True)
class FoundFeed:
    """A feed that was read. `entries` may be 0: valid and empty is not the same as no news."""

    address: str
    how: str  # it was found
    kind: str  # "news", "events", "acts", "alerts", "comments", or "" where nothing tells
    entries: int
    newest: datetime | None
    title: str = ""

    @property
    def is_news(self) -> bool:
        return self.entries > 0 and self.kind in ("", "news")


@dataclass(frozen=True)
class FoundList:
    """A page that lists news and was read. `links` is None when it needs no selector."""

    address: str
    links: str | None
    entries: int
    newest: datetime | None
    first: str  # title of the first article


@dataclass(frozen=True)
class Survey:
    """All that was found, the best first. `failure`: why the home page could not be read."""

    address: str  # of the site, without a trailing slash
    family: Family
    titles: tuple[str, ...]  # of the home page, for finding out whose it is
    feeds: tuple[FoundFeed, ...]
    lists: tuple[FoundList, ...]
    sitemaps: tuple[str, ...]
    steps: tuple[Step, ...]
    failure: str | None = None

    @property
    def feed(self) -> FoundFeed | None:
        """The one to read news from."""
        return self.feeds[0] if self.feeds and self.feeds[0].is_news else None


def survey(address: str, fetcher: Fetcher, tell: Callable[[Step], None] = lambda _: None) -> Survey:
    """Look at a site; `tell` hears of each step at once.

    Never raises for what the site does: `failure` and `steps` tell it.
    """
    return _Look(address, fetcher, tell).all()


@dataclass
class _Look:
    address: str
    fetcher: Fetcher
    tell: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    feeds: list[FoundFeed] = field(default_factory=list)
    lists: list[FoundList] = field(default_factory=list)

    def all(self) -> Survey:
        try:
            answer = read(self.address, self.fetcher)
            root = home.page(answer)
        except ScraperError as exc:
            self._tell(self.address, exc.message)
            site = self.address.rstrip("/")
            return Survey(site, UNKNOWN, (), (), (), (), tuple(self.steps), exc.message)
        self.seen.add(answer.url)
        site = home.site_of(self.address, answer.url)
        family = family_of(decode(answer.content, answer.content_type))
        moved = f", at {answer.url}" if answer.url.rstrip("/") != self.address.rstrip("/") else ""
        self._tell(self.address, f"the home page{moved}; system: {family.name}")
        for target, how in home.feed_links(root, answer.url):
            self._feed(target, f"{how} of the home page")
        for path in family.feeds:
            self._feed(site + path, f"the usual place on {family.name} sites")
        self._find_lists(root, answer, site, family)
        sitemaps = self._sitemaps(site)
        if family.name.startswith("WordPress"):
            self._rest(f"{site}wp-json/wp/v2/types")
        return Survey(
            address=site.rstrip("/"),
            family=family,
            titles=home.titles(root),
            feeds=best_first(self.feeds),
            lists=tuple(self.lists),
            sitemaps=tuple(sitemaps),
            steps=tuple(self.steps),
        )

    def _tell(self, address: str, outcome: str) -> None:
        step = Step(address, outcome)
        self.steps.append(step)
        self.tell(step)

    def _get(self, address: str) -> Response | None:
        """The answer; None when it was asked before, is one too many, or failed, which is then told."""
        if address in self.seen:
            return None
        self.seen.add(address)
        if len(self.seen) > MOST_REQUESTS:
            self._tell(address, f"not asked: {MOST_REQUESTS} requests are enough for one look")
            return None
        try:
            return read(address, self.fetcher)
        except FetchError as exc:
            self._tell(address, exc.message.removesuffix("; check the address in the profile"))
            return None

    def _feed(self, address: str, how: str, *, deeper: bool = True) -> None:
        answer = self._get(address)
        if answer is None:
            return
        if not home.is_html(answer):
            self._read_feed(answer, address, how)
            return
        try:
            links = home.feed_links(home.page(answer), answer.url) if deeper else []
        except ParseError as exc:
            self._tell(address, exc.message)
            return
        new = [link for link in links if link[0] not in self.seen]
        self._tell(address, f"a page, not a feed{f'; {len(new)} links to feeds on it' if deeper else ''}")
        for target, label in new:
            self._feed(target, f"{label} on {address}", deeper=False)

    def _read_feed(self, answer: Response, address: str, how: str) -> None:
        try:
            feed = parse_feed(answer)
        except ParseError as exc:
            if "the channel is empty" in exc.message:
                self.feeds.append(FoundFeed(address, how, kind_of(address, how), 0, None))
            self._tell(address, exc.message)
            return
        newest = _newest(feed)
        kind = kind_of(address, how, feed.title)
        self.feeds.append(FoundFeed(address, how, kind, len(feed.entries), newest, feed.title))
        self._tell(address, f"a feed: {amount(len(feed.entries), newest)}")

    def _find_lists(self, root: markup.Element, answer: Response, site: str, family: Family) -> None:
        """Two at most. Some sites have no list but the one on their home page."""
        candidates = [*home.list_links(root, answer.url), *(site + path for path in family.lists)]
        for address in dict.fromkeys(candidates):
            if len(self.lists) < 2 and (page := self._get(address)) is not None:
                self._read_list(page, address, family)
        if not self.lists:
            self._read_list(answer, answer.url, family)

    def _read_list(self, answer: Response, address: str, family: Family) -> None:
        failure = ""
        for links in (None, family.links) if family.links else (None,):
            try:
                feed = parse_listing(answer, Listing(address, links))
            except ParseError as exc:
                failure = failure or exc.message
                continue
            if len(feed.entries) < ENOUGH:
                failure = f"only {len(feed.entries)} links to articles"
                continue
            newest = _newest(feed)
            title = feed.entries[0].title
            self.lists.append(FoundList(address, links, len(feed.entries), newest, title))
            self._tell(address, f"a list page: {amount(len(feed.entries), newest)}")
            return
        self._tell(address, f"not a list of news: {failure}")

    def _sitemaps(self, site: str) -> list[str]:
        robots = urljoin(site, "/robots.txt")
        addresses: list[str] = []
        if (answer := self._get(robots)) is not None and not home.is_html(answer):
            addresses = list(home.lines(decode(answer.content, answer.content_type), "sitemap"))
            self._tell(robots, f"names {len(addresses)} sitemaps")
        for address in [*addresses[:3], f"{site}sitemap.xml", f"{site}wp-sitemap.xml"]:
            if not same_site(site, address, ()) or (answer := self._get(address)) is None:
                continue
            if b"<urlset" in answer.content or b"<sitemapindex" in answer.content:
                self._tell(address, f"a sitemap: {answer.content.count(b'<loc>')} addresses")
                return [address]
            self._tell(address, "not a sitemap")
        return []

    def _rest(self, address: str) -> None:
        if (answer := self._get(address)) is None:
            return
        text = decode(answer.content, answer.content_type)
        kinds = sorted(set(re.findall(r'"rest_base"\s*:\s*"([\w-]+)"', text)))
        has = "has" if re.search(r'"notizia"\s*:', text) else "has no"
        self._tell(address, f"the REST interface {has} `notizia`; it has {', '.join(kinds) or 'nothing'}")


def kind_of(*words: str) -> str:
    """What a feed is for, by its address, its title and the words of the link to it; "" if none tells."""
    text = markup.folded(" ".join(words).replace("%20", " "))
    return next((kind for kind, sign in _KINDS if re.search(sign, text)), "")


def best_first(feeds: list[FoundFeed]) -> tuple[FoundFeed, ...]:
    """Feeds of news first, then by age as long as one lags behind the others, else as they were found."""
    newest = max((feed.newest for feed in feeds if feed.is_news and feed.newest), default=LONG_AGO)

    def order(feed: FoundFeed) -> tuple[bool, bool, bool, bool]:
        lags = feed.newest is not None and feed.newest < newest - STALE
        return (not feed.is_news, lags, feed.kind != "news", not feed.entries)

    return tuple(sorted(feeds, key=order))


def amount(entries: int, newest: datetime | None) -> str:
    return f"{entries} entries, the newest of {newest:%Y-%m-%d}" if newest else f"{entries} entries, undated"


def _newest(feed: Feed) -> datetime | None:
    return max((entry.published for entry in feed.entries if entry.published), default=None)
