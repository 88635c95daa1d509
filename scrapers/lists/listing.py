"""A page that lists the news becomes a feed, for sites that offer none.

Cards, dates and page numbers are those of the families that Comuni use: design-comuni (WordPress and static
model), Municipium, ComWeb, PeopleWeb, eGov, OpenPA. Elsewhere the profile names the links with a selector.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

import soupsieve
from bs4 import BeautifulSoup, Tag

from scrapers.bounds import require_page
from scrapers.errors import ParseError
from scrapers.feeds.feeds import Entry, Feed
from scrapers.fetching.addresses import same_site
from scrapers.fetching.fetcher import Response
from scrapers.fetching.identity import address_key
from scrapers.lists.addresses import is_article, of_one_family
from scrapers.lists.cards import Parts, entry_of
from scrapers.pages import markup
from scrapers.pages.article import absolute, prune, scope
from scrapers.pages.attachments import files
from scrapers.pages.markup import text, too_deep, tree
from scrapers.text import decode, line

_NEXT = re.compile(
    r"^\W*(?:(?:pagina )?(?:successiv[ao]|seguente)|next|avanti|[»›>])(?: pagina)?\W*$", re.IGNORECASE
)
FURNITURE = (
    "script, style, template, noscript, nav, footer, .it-header-wrapper, .it-footer, .breadcrumb, "
    "[class*=cookie], .skiplinks, .cmp-rating"
)
LINKS = 9  # to one article that are read; a card has three or four
PAGERS = ".pagination, .pager, .pagination-wrapper, nav[aria-label*=agina], .paginazione, .paginator"


@dataclass(frozen=True)
class Listing:
    """A list page of the profile; `links` is a CSS selector of the articles' links, None for known themes."""

    address: str
    links: str | None = None

    def __post_init__(self) -> None:
        if self.links is not None:
            try:
                soupsieve.compile(self.links)
            except soupsieve.SelectorSyntaxError as exc:
                reason = str(exc).splitlines()[0]
                raise ParseError(self.address, f"{self.links!r} is no CSS selector: {reason}") from exc


def parse_listing(response: Response, listing: Listing) -> Feed:
    """The articles that a list page links to, in its order, each once.

    An entry's guid and url are its address without fragment; its date is the one that the card shows, at
    noon in Rome, or None.

    Raises ParseError when no article is linked, which is never the same as no news.
    """
    soup = _soup(response)
    chosen = soup.select(listing.links) if listing.links else _main(soup).select("a[href]")
    links: list[tuple[Tag, str]] = []
    for part in chosen:
        link = part if part.name == "a" else part.find("a", href=True)
        if isinstance(link, Tag):
            links.append((link, urldefrag(absolute(response.url, str(link.get("href") or "")))[0]))
    articles = [(link, url) for link, url in links if _is_of_list(url, response.url, listing)]
    entries: dict[str, Entry] = {}
    read: Counter[str] = Counter()
    parts = Parts(soup, response.url, articles)
    for link, url in articles if listing.links else of_one_family(articles):
        key = address_key(url)
        read[key] += 1
        if read[key] > LINKS:
            continue
        entry = entry_of(link, url, parts)
        entries[key] = _merged(entries[key], entry) if key in entries else entry
    titled = tuple(entry for entry in entries.values() if entry.title)
    if not titled:
        reason = f"no link fits the selector {listing.links!r}" if listing.links else "no link to an article"
        raise ParseError(
            response.url,
            f"{reason} on the list page; name the links with `links` in the profile, or correct the address",
        )
    unnamed = len(entries) - len(titled)
    problems = (f"{unnamed} linked articles without a title were left out",) if unnamed else ()
    return Feed(line(soup.title.get_text()) if soup.title else "", titled, problems)


def next_page(response: Response) -> str | None:
    """The address of the page after this one, as its own links say."""
    soup = _soup(response, whole=True)
    candidates = list(soup.select("link[rel~=next][href], a[rel~=next][href]"))
    for pager in soup.select(PAGERS):
        links = pager.select("a[href]")
        candidates += [link for link in links if any(_NEXT.match(name) for name in _names(link))]
        current = pager.select_one("[aria-current=page], .active, .current, .page-numbers.current")
        page_number = re.search(r"\d{1,9}", current.get_text(" ")) if current else None
        if page_number:
            after = str(int(page_number[0]) + 1)
            candidates += [link for link in links if link.get_text(" ", strip=True) == after]
    for link in candidates:
        target = urldefrag(absolute(response.url, str(link["href"])))[0]
        if target and same_site(response.url, target, ()) and target != urldefrag(response.url)[0]:
            return target
    return None


def _soup(response: Response, *, whole: bool = False) -> BeautifulSoup:
    text = decode(response.content, response.content_type).replace("\0", "")
    require_page(text, response.url, size=len(response.content))
    root = markup.tree(text)
    if root is None:
        raise ParseError(response.url, "the list page is empty")
    if markup.too_deep(root):
        deepest = markup.MAX_DEPTH
        raise ParseError(response.url, f"the markup is nested more than {deepest} deep; no list of news is")
    soup = BeautifulSoup(text, "lxml")
    if not whole:
        for part in soup.select(f"{FURNITURE}, {PAGERS}"):
            if not part.decomposed and part.name not in ("html", "body", "main"):
                part.decompose()
    return soup


def _main(soup: BeautifulSoup) -> Tag:
    for selector in ("main", "[role=main]", "#main-content", "#page-content", "#main-container", "#main"):
        if main := soup.select_one(selector):
            return main
    return soup


def _is_of_list(url: str, page: str, listing: Listing) -> bool:
    if not url or not same_site(page, url, ()) or address_key(url) == address_key(page):
        return False
    if address_key(url) == address_key(listing.address):
        return False
    return True if listing.links else is_article(url)


def _merged(entry: Entry, other: Entry) -> Entry:
    """What two links to one article say together."""
    return replace(
        entry,
        title=entry.title or other.title,
        summary=max(entry.summary, other.summary, key=len),
        published=entry.published or other.published,
    )


def _names(link: Tag) -> list[str]:
    return [line(link.get_text(" ")), *(line(str(link.get(name) or "")) for name in ("title", "aria-label"))]


ARTICLES = 6  # below an article stand three or four others
# of 32 pages of either kind articles had 7 links and a fifth of the letters at most
MOST_LINKS, SHARE = 10, 0.2


def leads_elsewhere(html: bytes, url: str, content_type: str = "") -> str:
    """Why the page looks like a list and not like an article; '' for an article."""
    root = tree(decode(html, content_type))
    if root is None or too_deep(root):
        return ""
    place = scope(root)
    prune(place)
    links = [(text(link), urldefrag(absolute(url, link.get("href") or ""))[0]) for link in place.iter("a")]
    own = {"", address_key(url)} | {address_key(file.url) for file in files([place], url, any_link=False)}
    others = {key for label, to in links if label and (key := address_key(to)) not in own}
    articles = sum(is_article(f"https://{key}") for key in others)
    if articles >= ARTICLES:
        return f"it links to {articles} articles"
    share = sum(len(label) for label, to in links if address_key(to) in others) / max(len(text(place)), 1)
    if len(others) >= MOST_LINKS and share >= SHARE:
        return f"it links to {len(others)} pages, and {share:.0%} of its text are links"
    return ""
