"""RSS and Atom bytes become entries: identified, dated, and readable without markup."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import feedparser

from scrapers.charrefs import whole_characters
from scrapers.errors import ParseError
from scrapers.http import Response
from scrapers.moments import moment
from scrapers.rss import Channel, Item, TooDeep, read_rss
from scrapers.teasers import is_teaser
from scrapers.text import as_utf8, line, plain, without_data

ROOTS = (b"</rss>", b"</feed>", b":rdf>", b"</rdf>", b":feed>", b"</channel>")
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[!-~]*)?")  # nothing to join or to put right
MOST_TAGS = 200_000  # a feed of a thousand items has 50,000; feedparser takes seconds for more


@dataclass(frozen=True)
class Entry:
    """One item of a feed. `guid` is never empty; `url` is absolute http(s), or empty."""

    guid: str
    url: str
    title: str  # one line of plain text
    summary: str  # plain text, one line a block of the markup
    published: datetime | None  # aware, UTC
    updated: datetime | None
    categories: tuple[str, ...] = ()
    content_html: str = field(default="", repr=False)  # the longest body the feed carries, as it came
    teaser: bool = False  # that body is no whole text: empty, cut off, or the title again
    enclosures: tuple[tuple[str, str], ...] = ()  # title (the file's name if it has none), absolute address


@dataclass(frozen=True)
class Feed:
    """What one poll of a feed says; `problems` are for the operator and cost no other entry."""

    title: str
    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()


def parse_feed(response: Response) -> Feed:
    """Read a feed, in its own order.

    Raises ParseError for whatever must not pass as "nothing new": an empty body, an HTML page, a file that
    is cut off, a channel without items or without one that can be used.
    """
    source = response.url
    if not response.content.strip():
        raise ParseError(source, "the answer is empty; is this the address of the feed?")
    channel, problems = _read(response)
    if not channel.items:
        raise ParseError(source, "the channel is empty: no item at all, which is not the same as no news")
    base = _address(channel.link, source) or source
    entries: dict[str, Entry] = {}
    for number, item in enumerate(channel.items, start=1):
        entry = _entry(item, base)
        if not entry.title and not entry.url:
            problems.append(f"item {number} has neither title nor link and was skipped")
        elif (kept := _apart(entry, entries)) is None:
            problems.append(f"item {number} repeats another one and was skipped")
        else:
            entries[kept.guid] = kept
    if not entries:
        raise ParseError(source, "none of its items has a title or a link")
    return Feed(line(channel.title), tuple(entries.values()), tuple(problems))


def truly_dated(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, without dates where these are of the making of the feed; the page then tells the day.

    50 of 53 real feeds that are made by scraping put the moment of the request on every item.
    """
    moments = [entry.published for entry in entries if entry.published]
    if len(moments) >= 3 and max(moments) - min(moments) < timedelta(minutes=1):
        return tuple(replace(entry, published=None) for entry in entries)
    return tuple(entries)


def _read(response: Response) -> tuple[Channel, list[str]]:
    """The items, and what is wrong but harmless."""
    content = whole_characters(response.content)
    response = replace(response, content=content)
    if content.count(b"<") > MOST_TAGS:
        raise ParseError(
            response.url, f"more than {MOST_TAGS:,} tags, which no feed has; nothing of it is used"
        )
    text = None if b"\0" in content else as_utf8(content)
    if text is not None:
        try:
            channel = read_rss(content if content.isascii() else text.encode())
        except TooDeep as exc:
            raise ParseError(response.url, f"the XML is nested too deep to be a feed ({exc})") from exc
        if channel is not None:
            return channel, []
    return _read_any(response, None if content.isascii() else text)


def _read_any(response: Response, text: str | None) -> tuple[Channel, list[str]]:
    """The same by feedparser, for whatever dialect; `text` when the bytes are UTF-8."""
    parsed = _parse(response, text)
    problems = _problems(response.url, parsed, response.content)
    items = [_item(raw) for raw in parsed.entries]
    return Channel(_said(parsed.feed, "title"), _said(parsed.feed, "link"), items), problems


def _parse(response: Response, text: str | None) -> Any:
    """feedparser's result; its sanitiser and URI resolver are left off, our own cleaning does that work."""
    content, content_type = response.content, response.content_type
    if text is not None:  # a wrong charset in the header or the prolog does not turn "è" into "Ã¨"
        content, content_type = text.encode(), "application/xml; charset=utf-8"
    headers = {"content-type": content_type} if content_type else {}
    try:
        return feedparser.parse(
            io.BytesIO(content), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as exc:
        # damaged XML trips feedparser 6.0.14 in many ways: OverflowError for "&#99999999999;", KeyError,
        # UnicodeDecodeError, ValueError, RecursionError were met
        raise ParseError(response.url, f"the XML is too damaged to be read ({type(exc).__name__})") from exc


def _problems(source: str, parsed: Any, content: bytes) -> list[str]:
    """What is wrong but harmless; raises ParseError for what is not."""
    if not parsed.version:
        start = content[:2000].lower()
        kind = "an HTML page" if b"<html" in start or b"<!doctype html" in start else "neither RSS nor Atom"
        raise ParseError(source, f"not a feed but {kind}; check the address of the feed")
    if not parsed.bozo:
        return []
    reason = parsed.bozo_exception
    if isinstance(reason, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType):
        return [str(reason)]
    tail = content[-4096:].replace(b"\0", b"").lower()
    if not any(root in tail for root in ROOTS):
        raise ParseError(source, f"the XML is cut off or broken, nothing of it is used ({reason})")
    return [f"the XML is not well formed ({reason})"]


def _item(raw: Any) -> Item:
    """feedparser's entry as ours."""
    links = [link for link in raw.get("links", ()) if link.get("rel") == "enclosure"]
    return Item(
        guid=_said(raw, "id"),
        link=_said(raw, "link"),
        title=_said(raw, "title"),
        bodies=[_said(part, "value") for part in raw.get("content", ())] + [_said(raw, "summary")],
        published=_said(raw, "published"),
        # feedparser answers with `published` (and a warning) when asked for an absent `updated`
        updated=_said(raw, "updated") if "updated_parsed" in raw else "",
        terms=[_said(tag, "term") for tag in raw.get("tags", ())],
        enclosures=[(_said(link, "title"), _said(link, "href")) for link in links],
    )


def _entry(item: Item, base: str) -> Entry:
    url = _address(item.link, base)
    title = line(item.title)
    bodies = [without_data(body) for body in item.bodies]
    longest = max(bodies, key=len)
    files = ((said, _address(href, base)) for said, href in item.enclosures)
    return Entry(
        guid=item.guid.strip() or url or _digest(f"{title}\n{item.published}"),
        url=url,
        title=title,
        summary=plain(bodies[-1]) or plain(bodies[0]),
        published=moment(item.published),
        updated=moment(item.updated),
        categories=tuple(dict.fromkeys(filter(None, map(line, item.terms)))),
        content_html=longest,
        teaser=is_teaser(longest, title),
        enclosures=tuple((line(said) or _file_name(href), href) for said, href in files if href),
    )


def _apart(entry: Entry, known: dict[str, Entry]) -> Entry | None:
    """The entry under a guid of its own: one guid on several articles is several news. None: repeated."""
    twin = known.get(entry.guid)
    if twin is None:
        return entry
    if (twin.url, twin.title) == (entry.url, entry.title):
        return None
    by = entry.title if twin.url == entry.url else entry.url
    guid = f"{entry.guid}#{_digest(by)}"
    return None if guid in known else replace(entry, guid=guid)


def _said(raw: Any, key: str) -> str:
    """A text of feedparser's; on damaged input it hands out None, or a NUL, which PostgreSQL refuses."""
    value = raw.get(key)
    return value.replace("\0", "") if isinstance(value, str) else ""


def _address(link: str, base: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(link) and link[-1] not in "?#":
        return link
    try:
        url = urljoin(base, link.strip())
        parts = urlsplit(url)
    except ValueError:  # "http://[" is no address
        return ""
    return url if link.strip() and parts.scheme in ("http", "https") and parts.hostname else ""


def _file_name(url: str) -> str:
    return line(unquote(urlsplit(url).path.rpartition("/")[2])) or url


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
