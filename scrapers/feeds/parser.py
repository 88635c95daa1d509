"""feedparser, as feeds are read with it: only what cannot cost it minutes, and without what nobody reads.

What stands below in place of its own does the same in less time; `test_scrapers_feed_parser` compares its
results with those of an untouched feedparser. Its sanitiser and URI resolver are left off: markup of feeds
becomes plain text here, and addresses are joined and checked one by one.
"""

import io
import re
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import feedparser
from feedparser import FeedParserDict
from feedparser.mixin import _FeedParserMixin
from feedparser.namespaces import _base
from lxml import etree  # type: ignore[import-untyped]

from scrapers.bounds import require_attributes
from scrapers.errors import ParseError
from scrapers.fetching.fetcher import Response
from scrapers.text import as_utf8, whole_characters

MOST_TAGS = 200_000  # a feed of a thousand items has 50,000; feedparser takes seconds for more
MOST_IN_AN_ITEM = 30_000  # tags, those of its text too: as many as of a page
MOST_PREFIXES = 100  # of namespaces; it looks through all of them at each element
HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
_PREFIX = re.compile(rb"xmlns:([^\s=]+)")
_FEW_TAGS = 5_000  # of which nesting costs feedparser nothing to speak of
_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)\b")


def parse(response: Response) -> Any:
    """feedparser's result for a feed; ParseError for what it could not read, or only in minutes."""
    content = whole_characters(response.content)
    response = replace(response, content=content)
    if content.count(b"<") > MOST_TAGS:
        raise ParseError(
            response.url, f"more than {MOST_TAGS:,} tags, which no feed has; nothing of it is used"
        )
    bare = content.replace(b"\0", b"")  # UTF-16 too
    require_attributes(bare, response.url)
    if max(part.count(b"<") for part in _ITEM.split(bare)) > MOST_IN_AN_ITEM:
        raise ParseError(response.url, f"more than {MOST_IN_AN_ITEM:,} tags in one item, which none has")
    if bare.count(b"xmlns:") > MOST_PREFIXES and len(set(_PREFIX.findall(bare))) > MOST_PREFIXES:
        raise ParseError(response.url, f"more than {MOST_PREFIXES} namespaces, which no feed has")
    text = None if b"\0" in content else as_utf8(content)
    _require_shallow(content if text is None else text.encode(), response.url, "utf-8" if text else None)
    return _parse(response, text)


def _require_shallow(content: bytes, source: str, encoding: str | None) -> None:
    """Raise ParseError for elements within elements without end, in broken XML too."""
    if content.count(b"<") < _FEW_TAGS:
        return
    parser = etree.XMLParser(encoding=encoding, recover=True, resolve_entities=False, no_network=True)
    with suppress(etree.XMLSyntaxError):  # the log says it all
        etree.fromstring(content, parser)
    if any("depth" in str(error.message) for error in parser.error_log):
        raise ParseError(source, "the XML is nested too deep to be a feed (more than 256 elements)")


def _parse(response: Response, text: str | None) -> Any:
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


# It looks for a mail address in each author, for minutes in a long one; authors are read nowhere here.
_FeedParserMixin._sync_author_detail = lambda _self, _key="author": None


def _add_term(parser: Any, term: str, scheme: str, label: str) -> None:
    """feedparser's own compares each category of an item with all before it, for hours over a long list."""
    terms = parser._get_context().setdefault("tags", [])
    if term or scheme or label:
        terms.append(FeedParserDict(term=term, scheme=scheme, label=label))


_FeedParserMixin._add_tag = _add_term
# It tries nine notations on each date; `scrapers.feeds.moments` reads what was written.
feedparser.registerDateHandler(lambda _text: (1, 1, 1, 0, 0, 0, 0, 1, 0))
# It copies the few words about each text as if they were nested.
feedparser.mixin.copy = _base.copy = SimpleNamespace(deepcopy=lambda words: FeedParserDict(words))
# A character that this table lacks costs an exception, each time: 0x2100 is beyond all of Latin script.
feedparser.mixin._cp1252 = {code: code for code in range(0x2100)} | feedparser.mixin._cp1252
# An XML parser of that name is looked for on the disk, for each feed.
feedparser.api.PREFERRED_XML_PARSERS.clear()

_join = feedparser.mixin._urljoin
# For each element, of which most have no base and no address to join to it.
feedparser.mixin._urljoin = lambda base, uri: _join(base, uri) if base or uri else ""

# Names under which something else is looked up, or also: only these need feedparser's own search.
_ALIASES = frozenset(
    {*FeedParserDict.keymap, "category", "enclosures", "license", "updated", "updated_parsed"}
)
_STORED = {name: to if isinstance(to, str) else to[0] for name, to in FeedParserDict.keymap.items()}
_searched, _sought = FeedParserDict.__getitem__, FeedParserDict.__contains__


def _item(words: FeedParserDict, name: str) -> Any:
    return _searched(words, name) if name in _ALIASES else dict.__getitem__(words, name)


def _value(words: FeedParserDict, name: str, default: Any = None) -> Any:
    if name not in _ALIASES:
        return dict.get(words, name, default)
    try:
        return _searched(words, name)
    except KeyError:
        return default


def _holds(words: FeedParserDict, name: str) -> bool:
    return bool(_sought(words, name)) if name in _ALIASES else dict.__contains__(words, name)


def _store(words: FeedParserDict, name: str, value: Any) -> None:
    dict.__setitem__(words, _STORED.get(name, name), value)


FeedParserDict.__getitem__, FeedParserDict.get = _item, _value
FeedParserDict.__contains__, FeedParserDict.__setitem__ = _holds, _store
