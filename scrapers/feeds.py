"""RSS and Atom bytes become entries: identified, dated, and readable without markup."""

import io
from calendar import timegm
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from time import struct_time
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from scrapers.errors import ParseError
from scrapers.http import Response
from scrapers.text import as_utf8, line, plain

ROOTS = (b"</rss>", b"</feed>", b":rdf>", b"</rdf>", b":feed>", b"</channel>")


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
    parsed = _parse(response)
    problems = _problems(source, parsed, response.content)
    if not parsed.entries:
        raise ParseError(source, "the channel is empty: no item at all, which is not the same as no news")
    base = _address(_said(parsed.feed, "link"), source) or source
    entries: dict[str, Entry] = {}
    for number, raw in enumerate(parsed.entries, start=1):
        entry = _entry(raw, base)
        if not entry.title and not entry.url:
            problems.append(f"item {number} has neither title nor link and was skipped")
        elif (kept := _apart(entry, entries)) is None:
            problems.append(f"item {number} repeats another one and was skipped")
        else:
            entries[kept.guid] = kept
    if not entries:
        raise ParseError(source, "none of its items has a title or a link")
    return Feed(line(_said(parsed.feed, "title")), tuple(entries.values()), tuple(problems))


def _parse(response: Response) -> Any:
    """feedparser's result; its sanitiser and URI resolver are left off, our own cleaning does that work."""
    content, content_type = response.content, response.content_type
    text = None if b"\0" in content or content.isascii() else as_utf8(content)
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


def _entry(raw: Any, base: str) -> Entry:
    url = _address(_said(raw, "link"), base)
    title = line(_said(raw, "title"))
    bodies = [_said(part, "value") for part in raw.get("content", ())] + [_said(raw, "summary")]
    dated = _said(raw, "published")
    return Entry(
        guid=_said(raw, "id").strip() or url or _digest(f"{title}\n{dated}"),
        url=url,
        title=title,
        summary=plain(bodies[-1]) or plain(bodies[0]),
        published=_moment(raw.get("published_parsed")),
        # feedparser answers with `published` (and a warning) when asked for an absent `updated`
        updated=_moment(raw["updated_parsed"]) if "updated_parsed" in raw else None,
        categories=tuple(filter(None, (line(_said(tag, "term")) for tag in raw.get("tags", ())))),
        content_html=max(bodies, key=len),
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
    try:
        url = urljoin(base, link.strip())
        parts = urlsplit(url)
    except ValueError:  # "http://[" is no address
        return ""
    return url if link.strip() and parts.scheme in ("http", "https") and parts.hostname else ""


def _moment(parsed: struct_time | None) -> datetime | None:
    """feedparser's dates are in UTC; it hands out impossible ones, too."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
