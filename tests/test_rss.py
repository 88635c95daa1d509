"""The quick reader of common feeds must say what feedparser says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import feeds
from scrapers.errors import ParseError
from scrapers.feeds import Feed, parse_feed
from scrapers.http import Response
from scrapers.rss import Channel, TooDeep, read_rss
from tests.shared import SHARED, needs_shared

HEAD = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
HEAD += (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
)
CHANNEL = HEAD + "<channel><title>Avvisi &amp; novità</title><link>https://www.comune.example/</link>"


def feed(items: str) -> bytes:
    return f"{CHANNEL}{items}</channel></rss>".encode()


def outcome(response: Response) -> Feed | str:
    try:
        return parse_feed(response)
    except ParseError as exc:
        return str(exc)


def both(content: bytes) -> tuple[Feed | str, Feed | str]:
    """What the quick way gives, and what feedparser gives for the same bytes."""
    response = Response(
        "https://www.comune.example/feed/", 200, content, "application/rss+xml; charset=utf-8"
    )
    quick = outcome(response)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "read_rss", lambda _content: None)
        return quick, outcome(response)


@pytest.mark.parametrize(
    "item",
    [
        "<title>Uno</title><link>https://a.example/1</link>",
        "<title>Uno</title><guid>https://a.example/1</guid>",
        "<title>Uno</title><guid isPermaLink='false'>https://a.example/1</guid>",
        "<title>Uno</title><guid isPermaLink='true'>https://a.example/1</guid><link/>",
        "<title>Uno</title><link>/novita/1?a=1&amp;amp;b=2</link><guid isPermaLink='false'> 7 </guid>",
        "<title>Uno</title><link>https://a.example/1?a=1&amp;b;=2</link>",
        "<title>Uno</title><link>https://a.example/città 1</link>",
        "<title>&lt;b&gt;Uno&lt;/b&gt; &amp;amp; due</title><link>https://a.example/1</link>",
        "<title>Uno</title><description>&lt;p&gt;Breve&lt;/p&gt;</description>",
        "<title>Uno</title><content:encoded><![CDATA[<p>Lungo</p>]]></content:encoded>",
        "<title>Uno</title><description>Breve</description><content:encoded>Lungo</content:encoded>",
        "<title>Uno</title><content:encoded>Lungo</content:encoded><description>Breve</description>",
        "<title>Uno</title><content:encoded>Lungo</content:encoded><description/>",
        "<title>Uno</title><description><![CDATA[<p>Prima</p>]]> e <![CDATA[dopo]]></description>",
        "<title>Uno<!-- nota --> e due</title><link>https://a.example/1</link>",
        "<title>Uno</title><category>Viabilità</category><category domain='x'>Viabilità</category>",
        "<title>Uno</title><category/><category>Scuola</category><category>Scuola</category>",
        "<title>Uno</title><enclosure url='/bando 1.pdf' type='application/pdf' length='1'/>",
        "<title>Uno</title><enclosure url='https://a.example/a.pdf'/><enclosure url='data:text/plain,x'/>",
        "<title>Uno</title><pubDate>Thu, 12 Nov 2026 08:30:00 GMT</pubDate>",
        "<title>Uno</title><pubDate>Thu, 12 Nov 2026 08:30:00 EST</pubDate>",
        "<title>Uno</title><pubDate>2026-11-12T08:30:00+01:00</pubDate>",
        "<title>Uno</title><pubDate>12.11.2026, 08.30</pubDate>",
        "<title>Uno</title><pubDate>2004-W36-1</pubDate>",
        "<title>Uno</title><pubDate>domani</pubDate>",
        "<title>cittÃ\u00a0 e perchÃ©</title><link>https://a.example/1</link>",
        "<title>L\u0092acqua \u0093buona\u0094</title><link>https://a.example/1</link>",
        "<title>Uno</title><dc:creator>Ufficio</dc:creator><author>a@b.example</author>",
        "<title>Uno</title><dc:date>2026-11-12T08:30:00Z</dc:date>",
        "<title>Uno</title><atom:link rel='self' href='https://b.example/'/><link>https://a.example/</link>",
        "<title>Uno</title><atom:link href='https://b.example/'/><link>https://a.example/1</link>",
        "<title>Uno</title><title>Due</title><link>https://a.example/1</link>",
        "<title>Uno <b>due</b></title><link>https://a.example/1</link>",
    ],
)
def test_an_item_is_what_feedparser_says_it_is(item: str) -> None:
    quick, slow = both(feed(f"<item>{item}</item>"))
    assert isinstance(quick, Feed)
    assert quick == slow


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    max_size=30,
)
names = st.sampled_from(
    ["title", "link", "guid", "pubDate", "description", "category", "content:encoded", "comments", "dc:date"]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(st.tuples(names, texts), max_size=7), min_size=1, max_size=3))
def test_any_well_formed_feed_is_what_feedparser_says_it_is(items: list[list[tuple[str, str]]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    content = feed(
        "<item><title>Titolo</title></item>"
        + "".join(
            f"<item>{''.join(f'<{name}>{escaped(text)}</{name}>' for name, text in item)}</item>"
            for item in items
        )
    )
    quick, slow = both(content)
    assert quick == slow


def test_the_common_feed_takes_the_quick_way() -> None:
    channel = read_rss(feed("<item><title>Uno</title></item>"))
    assert isinstance(channel, Channel)
    assert (channel.title, [item.title for item in channel.items]) == ("Avvisi & novità", ["Uno"])


@pytest.mark.parametrize(
    "content",
    [
        b"<feed/>",
        b"<rss version='0.91'><channel/></rss>",
        b"<rss version='2.0'><channel/><channel/></rss>",
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'><channel/></rss>",
        b"<rss version='2.0' xml:base='https://a.example/'><channel/></rss>",
        b"<rss version='2.0'><channel><item><title>x</item></channel></rss>",
        b"",
    ],
)
def test_what_wants_a_guess_is_left_to_feedparser(content: bytes) -> None:
    assert read_rss(content) is None


def test_endless_nesting_is_refused_in_every_dialect() -> None:
    for start in (b"<rss version='2.0'><channel>", b"<feed>", b"<!DOCTYPE x><a>"):
        with pytest.raises(TooDeep):
            read_rss(start + b"<a>" * 10_000)


@needs_shared
def test_real_feeds_are_what_feedparser_says_they_are() -> None:
    quickly = 0
    for path in sorted(SHARED.glob("feeds/**/*.xml")):
        content = path.read_bytes()
        try:
            utf8 = bool(content.decode("utf-8"))
            quick = read_rss(content) if utf8 else None
        except (UnicodeDecodeError, TooDeep):
            continue
        if quick is None or not quick.items:
            continue
        quickly += 1
        ours, theirs = both(content)
        assert ours == theirs, path.name
    assert quickly > 20
