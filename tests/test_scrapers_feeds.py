from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import ParseError
from scrapers.feeds.feeds import Feed, parse_feed
from scrapers.fetching.fetcher import Response
from scrapers.text import line, plain
from tests.world.shared import SHARED, needs_shared

DATA = Path(__file__).parent / "data"
SITE = "https://www.comune.collefiorito.example"


def feed(content: bytes | str, content_type: str = "application/rss+xml") -> Feed:
    body = content.encode() if isinstance(content, str) else content
    return parse_feed(Response(f"{SITE}/feed/", 200, body, content_type))


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>Avvisi</title>{items}</channel></rss>'


def item(**parts: str) -> str:
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in parts.items()) + "</item>"


def test_rss_entries_are_identified_dated_and_cleaned() -> None:
    read = feed((DATA / "feed_rss.xml").read_bytes())
    assert read.title == "Comune di Collefiorito – Novità"
    road, library, nowhere = read.entries
    assert road.guid == f"{SITE}/?p=101"
    assert road.url == f"{SITE}/novita/via-gramsci-senso-unico/"
    assert road.title == "Via Gramsci, senso unico & sosta vietata"
    assert road.published == datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
    assert road.updated is None
    assert road.categories == ("Viabilità",)
    assert road.summary == "Dal 16 al 20 novembre si viaggia solo verso la stazione.\nL’ordinanza è la n. 45."
    assert "Testo completo" in road.content_html
    assert (library.guid, library.title) == (library.url, "Biblioteca: orario d’inverno")
    assert (nowhere.url, len(nowhere.guid)) == ("", 16)
    assert read.problems == ("item 4 has neither title nor link and was skipped",)


def test_atom_has_both_dates_and_markup_in_titles_is_stripped() -> None:
    (entry,) = feed((DATA / "feed_atom.xml").read_bytes()).entries
    assert entry.title == "Mensa: iscrizioni aperte"
    assert entry.published == datetime(2026, 11, 10, 7, tzinfo=UTC)
    assert entry.updated == datetime(2026, 11, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"  ", "empty"),
        (b"<!DOCTYPE html><html><body><p>Manutenzione</p></body></html>", "an HTML page"),
        (b"<data/>", "neither RSS nor Atom"),
        (rss(item(title="&#99999999999;")).encode(), "too damaged"),
        (rss("").encode(), "the channel is empty"),
        (rss(item(title="Uno", link="https://a.example/1")).encode()[:-25], "cut off"),
        (rss(item(description="solo testo")).encode(), "none of its items"),
    ],
)
def test_what_must_not_pass_as_no_news_is_a_named_error(content: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        feed(content)
    assert str(caught.value).startswith(f"{SITE}/feed/: ")


def test_broken_xml_that_is_whole_keeps_its_entries_and_says_so() -> None:
    read = feed(rss(item(title="Acqua & luce", link="https://a.example/1")))
    assert [entry.title for entry in read.entries] == ["Acqua & luce"]
    assert "not well formed" in read.problems[0]


def test_one_guid_on_several_articles_is_several_entries() -> None:
    twice = item(title="Primo", link="https://a.example/1", guid="x")
    others = [
        item(title="Secondo", link="https://a.example/2", guid="x"),
        item(title="Terzo", link="https://a.example/2", guid="x"),
        item(title="Quarto", link="https://a.example/1", guid="x"),
    ]
    read = feed(rss(twice + twice + "".join(others)))
    assert [entry.title for entry in read.entries] == ["Primo", "Secondo", "Quarto"]
    assert len({entry.guid for entry in read.entries}) == 3
    assert read.entries[0].guid == "x"
    assert len(read.problems) == 2


@pytest.mark.parametrize(
    ("charset", "header", "prolog"),
    [
        ("utf-8", "", "utf-8"),
        ("utf-8", "application/rss+xml; charset=ISO-8859-1", "utf-8"),
        ("utf-8", "", "iso-8859-1"),
        ("cp1252", "", "utf-8"),
        ("cp1252", "text/xml; charset=windows-1252", "windows-1252"),
        ("utf-16", "", "utf-16"),
    ],
)
def test_accents_survive_lying_charsets(charset: str, header: str, prolog: str) -> None:
    text = f'<?xml version="1.0" encoding="{prolog}"?>' + rss(
        item(title="Perché la città è più verde", link="https://a.example/1")
    )
    assert feed(text.encode(charset), header).entries[0].title == "Perché la città è più verde"


def test_one_broken_byte_does_not_turn_the_other_accents_to_mojibake() -> None:
    good = rss(item(title="Città, perché, più, così", link="https://a.example/1")).encode()
    assert feed(good.replace(b"Avvisi", b"Avvisi \xe8")).entries[0].title == "Città, perché, più, così"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "mailto:a@b.example", "http://[", "   "])
def test_a_link_that_leads_nowhere_is_no_address(link: str) -> None:
    (entry,) = feed(rss(item(title="Titolo", link=link))).entries
    assert entry.url == ""


def test_an_entity_bomb_stays_small() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    read = feed(bomb + rss(item(title="&c;x", link="https://a.example/1")))
    assert len(read.entries[0].title) < 100


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>uno</p><p>due<br>tre</p>", "uno\ndue\ntre"),
        ("gra<b>ss</b>etto", "grassetto"),
        ("&lt;p&gt;L&amp;rsquo;acqua&lt;/p&gt;", "L’acqua"),
        ("&lt;![CDATA[&lt;p&gt;Testo&lt;/p&gt;]]&gt;", "Testo"),
        ("età < 18 e > 3, 5<10", "età < 18 e > 3, 5<10"),
        ("scrivere a <ufficio@comune.example>", "scrivere a <ufficio@comune.example>"),
        ("<script>alert(1)</script>dopo<!-- nota -->", "dopo"),
        ("a\u00a0b\u00adc\u200b \x00<i>d\x01</i>", "a bc d"),
        ("mobilitÃ\u00a0 e perchÃ©, cittÃ  â€™", "mobilità e perché, città ’"),
        ("CAFFÈ” e perché»", "CAFFÈ” e perché»"),
        ("<p>a&#1;b</p>", "ab"),
        ("<br>", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_becomes_one_clean_line(markup: str) -> None:
    assert line(markup) == " ".join(line(markup).split())


@settings(deadline=None)
@given(st.integers(0, 1600), st.binary(max_size=6))
def test_a_damaged_feed_gives_entries_or_one_named_error(place: int, junk: bytes) -> None:
    good = (DATA / "feed_rss.xml").read_bytes()
    try:
        read = feed(good[:place] + junk + good[place + len(junk) :])
    except ParseError:
        return
    assert read.entries


@needs_shared
def test_every_real_and_torture_feed_gives_entries_or_one_named_error() -> None:
    paths = [path for path in sorted(SHARED.glob("feeds/**/*")) if path.suffix in (".xml", ".html")]
    failed = set()
    for path in paths:
        try:
            read = parse_feed(Response(path.name, 200, path.read_bytes()))
        except ParseError:
            failed.add(path.name)
            continue
        assert read.entries
        assert not any(sign in repr(read) for sign in ("Ã", "â€", "\ufffd")), path.name
    assert len(paths) > 70
    assert {path.name for path in paths if path.parent.name == "real"} & failed == {
        "scraped_bressanvido_TRUNCATED.xml",
        "scraped_provinciavicenza_20260822.xml",  # a valid channel without items
    }


def test_no_nul_reaches_what_is_stored() -> None:
    """PostgreSQL refuses it, and one bad entry would cost the others."""
    item = b"<item><guid>a&#0;b</guid><title>Un titolo&#0;</title><description>x&#0;y</description></item>"
    content = b'<rss version="2.0"><channel><title>t</title>' + item + b"</channel></rss>"
    (entry,) = parse_feed(Response("https://www.comune.esempio.it/feed/", 200, content)).entries
    assert "\0" not in repr(entry.__dict__)
    assert "\0" not in "".join((entry.guid, entry.url, entry.title, entry.summary, entry.content_html))


@pytest.mark.parametrize("name", ["links", "tags", "content", "enclosures", "authors", "contributors"])
def test_an_element_named_as_a_list_of_the_reader_costs_no_feed(name: str) -> None:
    """feedparser hands out its text where every other feed has a list (found by hypothesis, as `<links>`)."""
    item = f"<item><title>Avviso</title><link>{SITE}/a/</link><{name}>x</{name}></item>"
    read = feed(f'<rss version="2.0"><channel><title>C</title>{item}</channel></rss>'.encode())
    assert [entry.title for entry in read.entries] == ["Avviso"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#55357;&#56832;", "\U0001f600"),
        ("&#xD83D;&#xde00;", "\U0001f600"),
        ("&#55357;", ""),
        ("&#56832;&#55357;", ""),
        ("&#55357;&#55357;&#56832;&#128512;", "\U0001f600\U0001f600"),
        ("&#57344;", "\ue000"),
        ("&#55295;", "\ud7ff"),
    ],
)
def test_half_a_character_costs_no_feed(written: str, read: str) -> None:
    items = (
        f"<item><title>Gita{written} al lago</title><guid>a</guid></item><item><title>Altra</title></item>"
    )
    body = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
    found = parse_feed(Response("https://x.example/feed", 200, body.encode()))
    assert [one.title for one in found.entries] == [f"Gita{read} al lago", "Altra"]


SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def common(items: str) -> Feed:
    """A feed as WordPress heads it."""
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {SPACES}><channel>'
    return feed(f"{head}<title>Avvisi &amp; novità</title><link>{SITE}/</link>{items}</channel></rss>")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("<guid>https://a.example/1</guid>", {"url": "https://a.example/1"}),
        ("<guid isPermaLink='false'>https://a.example/1</guid>", {"url": "", "guid": "https://a.example/1"}),
        ("<guid isPermaLink='true'>https://a.example/1</guid><link/>", {"url": ""}),
        (
            "<link>/novita/1?a=1&amp;amp;b=2</link><guid isPermaLink='false'> 7 </guid>",
            {"url": f"{SITE}/novita/1?a=1&b=2", "guid": "7"},
        ),
        ("<link>https://a.example/1?a=1&amp;b;=2</link>", {"url": "https://a.example/1?a=1&b=2"}),
        ("<link>https://a.example/città 1</link>", {"url": "https://a.example/città 1"}),
        ("<atom:link rel='self' href='https://b.example/'/><link>https://a.example/</link>",
         {"url": "https://a.example/"}),
        ("<atom:link href='https://b.example/'/><link>https://a.example/1</link>",
         {"url": "https://a.example/1"}),
        ("<title>Due</title>", {"title": "Uno"}),
        ("<description>&lt;p&gt;Breve&lt;/p&gt;</description>",
         {"summary": "Breve", "content_html": "<p>Breve</p>"}),
        ("<content:encoded><![CDATA[<p>Lungo</p>]]></content:encoded>",
         {"summary": "Lungo", "content_html": "<p>Lungo</p>"}),
        ("<description>Breve</description><content:encoded>Più lungo</content:encoded>",
         {"summary": "Breve", "content_html": "Più lungo"}),
        ("<content:encoded>Più lungo</content:encoded><description>Breve</description>",
         {"summary": "Breve", "content_html": "Più lungo"}),
        ("<content:encoded>Lungo</content:encoded><description/>", {"summary": "Lungo"}),
        ("<description><![CDATA[<p>Prima</p>]]> e <![CDATA[dopo]]></description>",
         {"summary": "Prima\ne dopo"}),
        ("<category>Viabilità</category><category domain='x'>Viabilità</category>",
         {"categories": ("Viabilità",)}),
        ("<category/><category>Scuola</category><category>Nido</category>",
         {"categories": ("Scuola", "Nido")}),
        ("<enclosure url='/bando 1.pdf' type='application/pdf' length='1'/>",
         {"enclosures": (("bando 1.pdf", f"{SITE}/bando 1.pdf"),)}),
        ("<enclosure url='https://a.example/a.pdf'/><enclosure url='data:text/plain,x'/>",
         {"enclosures": (("a.pdf", "https://a.example/a.pdf"),)}),
        ("<pubDate>2004-W36-1</pubDate>", {"published": None}),
        ("<dc:date>2026-11-12T08:30:00Z</dc:date>",
         {"published": None, "updated": datetime(2026, 11, 12, 8, 30, tzinfo=UTC)}),
        ("<dc:creator>Ufficio</dc:creator><author>a@b.example</author>", {"summary": ""}),
    ],
)  # fmt: skip
def test_an_item_of_a_common_feed_is_read_so(parts: str, said: dict[str, object]) -> None:
    read = common(f"<item><title>Uno</title>{parts}</item>")
    assert (read.title, read.problems) == ("Avvisi & novità", ())
    assert {name: getattr(read.entries[0], name) for name in said} == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("&lt;b&gt;Uno&lt;/b&gt; &amp;amp; due", "Uno & due"),
        ("Uno<!-- nota --> e due", "Uno e due"),
        ("Uno <b>due</b>", "Uno due"),
        ("cittÃ\u00a0 e perchÃ©", "città e perché"),
        ("L\u0092acqua \u0093buona\u0094", "L’acqua “buona”"),
    ],
)
def test_a_title_is_one_line_of_text(title: str, said: str) -> None:
    assert common(item(title=title)).entries[0].title == said


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", ""])
def test_a_feed_that_is_called_a_page_is_read_without_a_word(content_type: str) -> None:
    read = feed(rss(item(title="Uno", link="https://a.example/1")), content_type)
    assert ([entry.title for entry in read.entries], read.problems) == (["Uno"], ())


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    max_size=30,
)
names = st.sampled_from(
    ["title", "link", "guid", "pubDate", "description", "category", "content:encoded", "comments", "dc:date"]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(st.tuples(names, texts), max_size=7), min_size=1, max_size=3))
def test_no_item_of_a_well_formed_feed_costs_another_one(items: list[list[tuple[str, str]]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    others = ["".join(f"<{name}>{escaped(text)}</{name}>" for name, text in parts) for parts in items]
    read = common("".join(f"<item>{parts}</item>" for parts in ["<title>Titolo</title>", *others]))
    assert read.entries[0].title == "Titolo"
    assert len({entry.guid for entry in read.entries}) == len(read.entries)
    assert len(read.entries) + len(read.problems) == len(items) + 1
