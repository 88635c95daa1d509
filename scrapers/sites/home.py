"""What a home page says of its site: whose it is, where feeds and lists of news may be. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapers.bounds import require_page
from scrapers.errors import ParseError
from scrapers.fetching.addresses import same_site
from scrapers.fetching.fetcher import Response
from scrapers.pages import markup
from scrapers.text import decode, line

_FEED = re.compile(r"(?:^|[/._-])(?:rss|atom|feeds?)(?:$|[/._?-])|post_type=", re.IGNORECASE)
_LIST = re.compile(
    r"(?:(?:tutte|vai a|leggi|vedi)\s*)?(?:(?:le|alle|tutte le)\s+)?"
    r"(?:novita|notizie|news|avvisi|comunicati|ultime notizie)"
)
_CAPTCHA = re.compile(
    r"captcha|anti-?robot|are you a (?:ro)?bot|non sei un robot|checking your browser|just a moment|"
    r"verifica di sicurezza|access denied|accesso negato",
    re.IGNORECASE,
)
_START = re.compile(
    r"(?:/[a-z]{2}(?:-[a-z]{2})?)?(?:/(?:home(?:page)?|index(?:\.\w+)?|default\.aspx?))?/?$", re.IGNORECASE
)
_HTML = re.compile(rb"<html|<!doctype html|<body", re.IGNORECASE)
Link = tuple[str, str]  # address, and how it was found


def page(answer: Response) -> markup.Element:
    """The page as a tree. Raises ParseError for an empty page, and for a robot check instead of one."""
    text = decode(answer.content, answer.content_type)
    require_page(text, answer.url, size=len(answer.content))
    root = markup.tree(text)
    if root is None:
        raise ParseError(answer.url, "the page is empty")
    if markup.too_deep(root):
        raise ParseError(answer.url, f"the markup is nested more than {markup.MAX_DEPTH} deep")
    content = " ".join(markup.text(element) for element in markup.every(root, "title, body"))
    if len(content) < 2000 and _CAPTCHA.search(content) and len(markup.every(root, "a")) < 10:
        raise ParseError(
            answer.url,
            "the site asks whether a person is reading (captcha or robot check): no program can read it; ask "
            "the office that runs the site to let this service's address and User-Agent through",
        )
    return root


def is_html(answer: Response) -> bool:
    return bool(_HTML.search(answer.content[:3000]))


def feed_links(root: markup.Element, base: str) -> list[Link]:
    """Addresses that may be feeds, or pages that list feeds; those the page declares come first."""
    links: dict[str, str] = {}
    for link in markup.every(root, "link[rel][href]"):
        kind = str(link.get("type", "")).lower()
        if "alternate" in str(link.get("rel")).lower().split() and re.search(r"rss|atom|rdf", kind):
            title = markup.folded(str(link.get("title", "")))
            _add(links, base, str(link.get("href")), f'link rel="alternate"{f" ({title})" if title else ""}')
    for link in markup.every(root, "a[href]"):
        label = markup.text(link) or str(link.get("title", ""))
        href = str(link.get("href"))
        if _FEED.search(urlsplit(href).path + "?" + urlsplit(href).query) or "rss" in label.lower().split():
            _add(links, base, href, f'link "{label[:60]}"' if label else "a link")
    return list(links.items())


def list_links(root: markup.Element, base: str) -> list[str]:
    """Addresses of pages that the home page calls its news."""
    links: dict[str, str] = {}
    for link in markup.every(root, "a[href]"):
        if _LIST.fullmatch(markup.folded(markup.text(link) or str(link.get("title", "")))):
            _add(links, base, str(link.get("href")), "")
    return list(links)


def titles(root: markup.Element) -> tuple[str, ...]:
    """What the page calls itself."""
    names = [str(meta.get("content", "")) for meta in markup.every(root, "meta[property='og:site_name']")]
    return tuple(filter(None, map(line, [*map(markup.text, markup.every(root, "head title")), *names])))


def site_of(asked: str, end: str) -> str:
    """The address that everything else is below, with a slash at its end: what was asked, at the host that
    answered. A start page ("/it-it/home") is no folder, whether asked for or redirected to.
    """
    parts = urlsplit(end)
    folder = _START.sub("", urlsplit(asked).path) + "/"
    return f"{parts.scheme}://{parts.netloc}{folder}"


def _add(links: dict[str, str], base: str, href: str, how: str) -> None:
    try:
        address = urldefrag(urljoin(base, href.strip()))[0]
        parts = urlsplit(address)
    except ValueError:
        return
    if parts.scheme == "http" and base.startswith("https:"):  # links of a time before the site had TLS
        address = "https" + address.removeprefix("http")
    if parts.scheme in ("http", "https") and same_site(base, address, ()) and address != base:
        links.setdefault(address, how)


def lines(text: str, word: str) -> Iterator[str]:
    """What stands behind `word:` in a robots.txt."""
    for row in text.splitlines():
        name, _, value = row.partition(":")
        if name.strip().lower() == word and value.strip():
            yield value.strip()
