"""RSS and Atom bytes become entries: identified, dated, readable, and known for whole text or a teaser."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from scrapers.errors import ParseError
from scrapers.feeds.moments import moment
from scrapers.feeds.parser import HARMLESS, parse
from scrapers.fetching.fetcher import Response
from scrapers.text import line, plain, unescaped, without_data

_ENDS = re.compile(
    r"(?:\.\.\.|…|\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{2,}|…)\s*\)"
    r"|\b(?:leggi\s+(?:tutto|ancora|di\s+pi[uùú]['’`]?|l['’]articolo)|continua(?:\s+a\s+leggere)?"
    r"|vai\s+alla\s+notizia|per\s+saperne\s+di\s+pi[uùú]['’`]?|read\s+more|continue\s+reading))[\s\W]*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(  # what WordPress puts below each item of a feed
    r"\s*(?:L['’]articolo\s.{0,300}?\s(?:proviene\s+da|sembra\s+essere\s+il\s+primo\s+su)\s.{0,200}"
    r"|The\s+post\s.{0,300}?\s(?:appeared\s+first\s+on|first\s+appeared\s+on)\s.{0,200})$",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"<[^<>]*>")
_TAIL = 800  # characters of the markup that are enough to see how a body ends


def is_teaser(markup: str, title: str) -> bool:
    """Whether a body is no whole text: empty, cut ("...", "[…]", "Leggi tutto"), or the title again.

    A body of which only pictures would be left is empty. `title` is plain text.
    """
    tail = markup[-_TAIL:]
    text = _text(tail)
    if not text and len(markup) > _TAIL:
        text = _text(markup)
    if "articolo" in text or "The post" in text:
        text = _SIGNATURE.sub("", text).strip()
    if not text or _ENDS.search(text[-80:]):
        return True
    return len(text) < 2 * len(title) + 20 and len(markup) <= _TAIL and _letters(text) == _letters(title)


def _text(markup: str) -> str:
    """Roughly: only its end and its emptiness count."""
    text = unescaped(markup) if "&" in markup else markup
    return unescaped(_MARKUP.sub(" ", text)).replace("\u200b", "").strip()


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


ROOTS = (b"</rss>", b"</feed>", b":rdf>", b"</rdf>", b":feed>", b"</channel>")
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[!-~]*)?")  # nothing to join or to put right


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
    parsed = parse(response)
    problems = _problems(source, parsed, response.content)
    if not parsed.entries:
        raise ParseError(source, "the channel is empty: no item at all, which is not the same as no news")
    base = _address(_value(parsed.feed, "link"), source) or source
    entries: dict[str, Entry] = {}
    for position, raw in enumerate(parsed.entries, start=1):
        entry = _entry(raw, base)
        if not entry.title and not entry.url:
            problems.append(f"item {position} has neither title nor link and was skipped")
        elif (separate := _apart(entry, entries)) is None:
            problems.append(f"item {position} repeats another one and was skipped")
        else:
            entries[separate.guid] = separate
    if not entries:
        raise ParseError(source, "none of its items has a title or a link")
    return Feed(line(_value(parsed.feed, "title")), tuple(entries.values()), tuple(problems))


def truly_dated(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, without dates where these are of the making of the feed; the page then tells the day.

    50 of 53 real feeds that are made by scraping put the moment of the request on every item.
    """
    moments = [entry.published for entry in entries if entry.published]
    if len(moments) >= 3 and max(moments) - min(moments) < timedelta(minutes=1):
        return tuple(replace(entry, published=None) for entry in entries)
    return tuple(entries)


def _problems(source: str, parsed: Any, content: bytes) -> list[str]:
    """What is wrong but harmless; raises ParseError for what is not."""
    if not parsed.version:
        start = content[:2000].lower()
        kind = "an HTML page" if b"<html" in start or b"<!doctype html" in start else "neither RSS nor Atom"
        raise ParseError(source, f"not a feed but {kind}; check the address of the feed")
    if not parsed.bozo:
        return []
    reason = parsed.bozo_exception
    if isinstance(reason, HARMLESS):
        return [str(reason)]
    tail = content[-4096:].replace(b"\0", b"").lower()
    if not any(root in tail for root in ROOTS):
        raise ParseError(source, f"the XML is cut off or broken, nothing of it is used ({reason})")
    return [f"the XML is not well formed ({reason})"]


def _entry(raw: Any, base: str) -> Entry:
    """feedparser's entry as ours."""
    url = _address(_value(raw, "link"), base)
    title, dated = line(_value(raw, "title")), _value(raw, "published")
    texts = [_value(part, "value") for part in _parts(raw, "content")] + [_value(raw, "summary")]
    bodies = [without_data(body) for body in texts]  # contents first, the summary last
    longest = max(bodies, key=len)
    links = [link for link in _parts(raw, "links") if link.get("rel") == "enclosure"]
    files = ((_value(link, "title"), _address(_value(link, "href"), base)) for link in links)
    terms = (line(_value(tag, "term")) for tag in _parts(raw, "tags"))
    return Entry(
        guid=_value(raw, "id").strip() or url or _digest(f"{title}\n{dated}"),
        url=url,
        title=title,
        summary=plain(bodies[-1]) or plain(bodies[0]),
        published=moment(dated),
        # feedparser answers with `published` (and a warning) when asked for an absent `updated`
        updated=moment(_value(raw, "updated")) if "updated_parsed" in raw else None,
        categories=tuple(dict.fromkeys(filter(None, terms))),
        content_html=longest,
        teaser=is_teaser(longest, title),
        enclosures=tuple((line(name) or _file_name(href), href) for name, href in files if href),
    )


def _apart(entry: Entry, entries: dict[str, Entry]) -> Entry | None:
    """The entry under a guid of its own: one guid on several articles is several news. None: repeated."""
    twin = entries.get(entry.guid)
    if twin is None:
        return entry
    if (twin.url, twin.title) == (entry.url, entry.title):
        return None
    by = entry.title if twin.url == entry.url else entry.url
    guid = f"{entry.guid}#{_digest(by)}"
    return None if guid in entries else replace(entry, guid=guid)


def _value(raw: Any, key: str) -> str:
    """A text of feedparser's; on damaged input it hands out None, or a NUL, which PostgreSQL refuses."""
    value = raw.get(key)
    return value.replace("\0", "") if isinstance(value, str) else ""


def _parts(raw: Any, key: str) -> list[Any]:
    """A list of feedparser's; of a feed with an element of that name (`<links>`) it hands out its text."""
    value = raw.get(key)
    return value if isinstance(value, list) else []


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
