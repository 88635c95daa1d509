"""feedparser as we call it says of a feed what an untouched one says."""

import io
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import feedparser
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers.feeds import parser
from scrapers.text import as_utf8
from tests.bench.feed_server import feed
from tests.world.shared import SHARED, needs_shared

pytestmark = pytest.mark.slow  # two parsers read many feeds

DATA = Path(__file__).parent / "data"
NOBODY_READS = ("author", "authors", "author_detail", "publisher", "publisher_detail")


def _fresh() -> Any:
    """A second feedparser, as it comes from its makers."""
    ours = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "feedparser"}
    for name in ours:
        del sys.modules[name]
    import feedparser as fresh

    for name in [name for name in sys.modules if name.split(".")[0] == "feedparser"]:
        del sys.modules[name]
    sys.modules.update(ours)
    return fresh


UNTOUCHED = _fresh()


def said(of: Any, content: bytes) -> object:
    """All that it says of a feed, but the moments that it computes, who wrote what, and repeated words."""
    headers = {"content-type": "application/xml; charset=utf-8" if as_utf8(content) else "application/xml"}
    try:
        found = of.parse(
            io.BytesIO(content), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as exc:  # noqa: BLE001  damaged XML trips it: then both must trip
        return type(exc)
    return _plain(found)


def _plain(found: Any, name: str = "") -> Any:
    if name.endswith("_parsed"):
        return name
    if name == "tags":
        return list(dict.fromkeys(tag["term"] for tag in found if tag["term"]))
    if isinstance(found, Exception):
        return type(found).__name__, str(found)
    if isinstance(found, dict):
        return {name: _plain(value, name) for name, value in found.items() if name not in NOBODY_READS}
    return [_plain(value) for value in found] if isinstance(found, list) else found


def test_the_other_feedparser_is_untouched_and_ours_is_not() -> None:
    assert UNTOUCHED is not feedparser
    assert UNTOUCHED.FeedParserDict.get is not feedparser.FeedParserDict.get
    dated = UNTOUCHED.parse("<rss><item><pubDate>Thu, 12 Nov 2026 08:00:00 GMT</pubDate></item></rss>")
    assert dated.entries[0].published_parsed[:3] == (2026, 11, 12)


NAMES = (
    "title link guid id description summary content content:encoded category pubDate published updated "
    "dc:date dc:creator dc:subject author name url email source image width enclosure media:content "
    "media:keywords itunes:keywords atom:link atom:summary xhtml:body xhtml:div div b svg tags comments "
    "x:y textInput language rights subtitle generator item info"
)
ATTRIBUTES = "type href url rel isPermaLink xml:base xml:lang mode term domain label title src lang base"
VALUES = (
    "html xhtml text text/html text/plain application/xhtml+xml base64 alternate enclosure self true "
    "false http://a.example/b/ ../c?d=1&e;=2 it /x javascript:1 http://["
)
ONE_NAME = st.sampled_from(NAMES.split())
SOME_ATTRIBUTES = st.dictionaries(
    st.sampled_from(ATTRIBUTES.split()), st.sampled_from(VALUES.split()), max_size=2
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            "Città, perché",
            "cittÃ\u00a0",
            "L\u0092acqua",
            "<p>Uno &amp; due</p>",
            "http://a.example/?a=1&amp;b=2",
            "Thu, 12 Nov 2026 08:00:00 GMT",
            "2026-11-12",
            "PHA+Y2lhbzwvcD4=",
            " uno, due ,uno ",
            "😀 ok",
            "",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20),
)


def element(name: str, attributes: dict[str, str], inner: str) -> str:
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{told}>{inner}</{name}>"


ELEMENTS = st.recursive(
    st.builds(element, ONE_NAME, SOME_ATTRIBUTES, TEXTS.map(escape)),
    lambda inner: st.builds(element, ONE_NAME, SOME_ATTRIBUTES, st.lists(inner, max_size=4).map("".join)),
    max_leaves=8,
)
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:xhtml="http://www.w3.org/1999/xhtml" xmlns:x="urn:x"'
)
RDF = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
FEEDS = st.sampled_from(
    [
        "<rss version='2.0' {0}><channel>{1}<item>{2}</item><item>{3}</item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom' {0}>{1}<entry>{2}</entry><entry>{3}</entry></feed>",
        f"<rdf:RDF {RDF} {{0}}><channel>{{1}}</channel><item>{{2}}</item><item>{{3}}</item></rdf:RDF>",
        "<rss xml:base='http://a.example/' xml:lang='it_IT' {0}>{1}<item>{2}</item>&<item>{3}</item>",
    ]
)


@settings(deadline=None, max_examples=150)
@given(FEEDS, *[st.lists(ELEMENTS, max_size=4).map("".join)] * 3)
@example("<rss version='2.0' {0}><channel>{1}{2}{3}</channel></rss>", "<title>Uno</title>", "", "")
def test_of_any_feed_both_say_the_same(frame: str, head: str, first: str, second: str) -> None:
    content = frame.format(SPACES, head, first, second).encode()
    assert said(feedparser, content) == said(UNTOUCHED, content)


@pytest.mark.parametrize("name", ["feed_rss.xml", "feed_atom.xml", ""])
def test_of_a_common_feed_both_say_the_same(name: str) -> None:
    content = (DATA / name).read_bytes() if name else feed(1)
    found = said(feedparser, content)
    assert isinstance(found, dict)
    assert found["entries"]
    assert found == said(UNTOUCHED, content)


@needs_shared
def test_of_every_real_and_torture_feed_both_say_the_same() -> None:
    paths = [path for path in sorted(SHARED.glob("feeds/**/*")) if path.suffix in (".xml", ".html")]
    contents = {path.name: path.read_bytes() for path in paths}
    short = {name: content for name, content in contents.items() if content.count(b"<") <= parser.MOST_TAGS}
    different = [
        name for name, content in short.items() if said(feedparser, content) != said(UNTOUCHED, content)
    ]
    assert different == []
    assert len(short) > 70
