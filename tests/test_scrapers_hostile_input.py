"""Input that was made to cost a reader hours or gigabytes: counted, and refused by name before it is read."""

import io
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html  # type: ignore[import-untyped]
from sqlalchemy import event

from db.models import Source
from flows.sources import visit
from flows.sources.pages import Now
from flows.sources.rereading import reread_bulletin
from scrapers.alerts import read_xml
from scrapers.alerts.cap12 import MOST_INFOS, Place, parse_cap
from scrapers.alerts.dbf import DbfError, read_dbf
from scrapers.alerts.dpc import open_archive
from scrapers.archives import rest
from scrapers.bounds import LARGEST_PAGE, MOST_ATTRIBUTES, MOST_LINES, MOST_TAGS, too_many_attributes
from scrapers.errors import ParseError
from scrapers.feeds.feeds import parse_feed
from scrapers.feeds.parser import MOST_IN_AN_ITEM, MOST_PREFIXES
from scrapers.fetching.fetcher import Response
from scrapers.lists.listing import Listing, parse_listing
from scrapers.pages import article as module
from scrapers.pages.article import STEPS, markdown, tidy
from scrapers.pages.fallback import read_unknown
from scrapers.pages.pages import parse_page
from scrapers.text import plain
from tests.test_scrapers_archives import SITE, served
from tests.test_scrapers_dpc import TODAY, TOMORROW, dbf, rows
from tests.test_sources_rereading import LIBRARY, waiting
from tests.world.builders import NOW
from tests.world.comune import Comune
from tests.world.shelf import Shelf, article

pytestmark = pytest.mark.slow  # megabytes that must come to an end

URL = "https://comune.example/novita/1"
BOMBS = (
    "<p " + " ".join(f"a{n}=1" for n in range(MOST_ATTRIBUTES + 1)) + ">",
    "<p " + " ".join(f"a{n}" for n in range(MOST_ATTRIBUTES + 1)) + ">",
    "<p " + "".join(f'a{n}="<"' for n in range(MOST_ATTRIBUTES + 1)) + ">",  # a tag within a tag
    "<p " + " ".join(f"a{n}='>'" for n in range(MOST_ATTRIBUTES + 1)) + ">",
    '<p " ' + "a/" * (MOST_ATTRIBUTES + 1),  # a quote that nobody closes
)


def page(inner: str) -> str:
    return article(f"Il Comune avvisa che via Roma resta chiusa al traffico fino a nuovo ordine. {inner}")


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_element_of_a_thousand_attributes_is_refused_by_every_reader(bomb: str) -> None:
    readers: tuple[Callable[[bytes], object], ...] = (
        lambda content: parse_page(content, URL),
        lambda content: parse_listing(Response(URL, 200, content), Listing(URL)),
        lambda content: parse_feed(Response(URL, 200, content)),
        lambda content: read_xml(content, URL),
    )
    for read in readers:
        with pytest.raises(ParseError, match="more than 1,000 attributes"):
            read(page(bomb).encode())
    wide = page(bomb).encode("utf-16")
    with pytest.raises(ParseError, match="more than 1,000 attributes"):
        parse_feed(Response(URL, 200, wide))
    assert plain(f"Prima {bomb} dopo").startswith("Prima")  # a title of a feed: without its tags


def test_what_real_pages_have_is_no_bomb() -> None:
    script = "<script>" + "a = b; " * 5000 + "</script>"
    styled = '<p style="' + "color: red; " * 5000 + '">x</p>'
    many = "".join(f'<a href="/{n}" class="x y z">n</a>' for n in range(3000))
    several = "<p " + " ".join(f"data-{n}='x'" for n in range(500)) + ">x</p>"
    assert not any(map(too_many_attributes, (script, styled, many, several, "a = b " * 5000)))


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        ("x" * LARGEST_PAGE, "larger than 3,000,000 bytes"),
        ("<td>" * MOST_TAGS, "more than 30,000 tags"),
        ("<pre>" + "\n" * MOST_LINES, "more than 100,000 lines"),
    ],
)
def test_a_page_that_is_larger_than_any_is_refused(inner: str, why: str) -> None:
    content = page(inner).encode()
    with pytest.raises(ParseError, match=why):
        parse_page(content, URL)
    with pytest.raises(ParseError, match=why):
        parse_listing(Response(URL, 200, content), Listing(URL))


def test_steps_and_columns_of_a_page_do_not_multiply_its_text() -> None:
    nested = "<ul><li>a" * 60 + "<li>b" * 500
    cells = "<table><tr>" + "<td colspan=1000>1</td>" * 300 + "</tr></table>"
    for inner in (nested, cells, "<blockquote>" * 90 + "<p>b</p>" * 300):
        part = html.fromstring(f"<div>{inner}</div>")
        assert len(markdown(part, URL)) < 12 * len(inner)
    part = html.fromstring("<div>" + "<ul><li>a" * STEPS + "</div>")
    assert markdown(part, URL).count("- a") == STEPS  # so many are left as they are


class Counted(str):
    """A row that tells how often its length was asked for."""

    asked = 0

    def __len__(self) -> int:
        Counted.asked += 1
        return super().__len__()


def test_lines_that_stand_beside_articles_are_weighed_once_each() -> None:
    Counted.asked = 0
    text = [Counted(row) for row in ["Testo.", *["Ultimo aggiornamento: 1"] * 500, "Testo più lungo." * 5000]]
    module._until_end(list(text))
    assert Counted.asked < 4 * len(text)
    assert (
        tidy("Testo lungo della notizia.\n\nUltimo aggiornamento\n\n12/11/2026")
        == "Testo lungo della notizia."
    )


@pytest.mark.parametrize(
    "inner", ["<p>a</p>", "<div>a</div>", "<div><p>a</p></div>", "<td>a", "<a href='/b'>a</a>"]
)
def test_an_unknown_page_of_twice_the_parts_takes_twice_the_steps(inner: str) -> None:
    def steps(count: int) -> int:
        told = 0

        def one_more(*_: object) -> None:
            nonlocal told
            told += 1

        deep = "<section>" * 40
        place = html.fromstring(f"<main>{deep}{inner * count}</main>")
        sys.setprofile(one_more)
        try:
            read_unknown(place, URL)
        finally:
            sys.setprofile(None)
        return told

    steps(10)  # fills the caches
    assert steps(160) < 2.5 * steps(80)


def feed(item: str) -> Response:
    head = (
        "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title><link>https://comune.example</link>"
    )
    return Response(URL, 200, f"{head}<item a='1'><title>Uno</title>{item}</item></channel></rss>".encode())


def test_an_item_of_tens_of_thousands_of_tags_is_refused() -> None:
    many = "".join(f"<category>{n}</category>" for n in range(MOST_IN_AN_ITEM // 2))
    with pytest.raises(ParseError, match="more than 30,000 tags in one item"):
        parse_feed(feed(many))


def test_a_long_table_in_the_text_of_an_item_costs_no_feed() -> None:
    rows = "<tr><td>1</td></tr>" * 2000
    (entry,) = parse_feed(feed(f"<description><![CDATA[<table>{rows}</table>]]></description>")).entries
    assert entry.content_html.count("<td>") == 2000


@pytest.mark.parametrize("name", ["category", "tags", "itunes:keywords", "media:keywords"])
def test_no_word_of_an_item_is_compared_with_all_before_it(name: str) -> None:
    # feedparser's comparing takes an hour for these
    space = (
        "http://www.itunes.com/dtds/podcast-1.0.dtd" if name[0] == "i" else "http://search.yahoo.com/mrss/"
    )
    declared = f" xmlns:{name.split(':')[0]}='{space}'" if ":" in name else ""
    words = ",".join(map(str, range(100_000)))
    (entry,) = parse_feed(feed(f"<{name}{declared}>{words}</{name}>")).entries
    assert len(entry.categories) == (1 if name == "category" else 100_000)


def test_a_feed_of_more_namespaces_than_any_is_refused() -> None:
    elements = "".join(f"<x{n}:a xmlns:x{n}='https://{n}.example'/>" for n in range(MOST_PREFIXES + 1))
    with pytest.raises(ParseError, match="more than 100 namespaces"):
        parse_feed(feed(elements))
    (entry,) = parse_feed(feed("<x:a xmlns:x='https://x.example'/>" * (MOST_PREFIXES + 1))).entries
    assert entry.title == "Uno"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("start", ["<rss version='2.0'><channel>", "<feed>", "<!DOCTYPE x><a>", "<rss>&"])
def test_endless_nesting_is_refused_in_every_dialect_and_charset(start: str, charset: str) -> None:
    deep = f"<?xml version='1.0'?>{start}<title>è</title>" + "<item><a>" * 10_000
    with pytest.raises(ParseError, match="nested too deep"):
        parse_feed(Response(URL, 200, deep.encode(charset)))


def test_authors_are_searched_for_no_mail_address() -> None:
    # feedparser's search takes a minute for these letters
    (entry,) = parse_feed(feed(f"<author>{'a' * 200_000}@</author>")).entries
    assert entry.title == "Uno"


def cap(infos: str) -> bytes:
    head = "<identifier>i</identifier><sender>s</sender><sent>2026-11-24T09:00:00+01:00</sent>"
    told = "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
    return f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{head}{told}{infos}</alert>'.encode()


def info(expires: str, language: str = "it-IT") -> str:
    return (
        f"<info><language>{language}</language><event>Temporali</event><severity>Severe</severity>"
        f"<onset>2026-11-24T12:00:00+01:00</onset><expires>{expires}</expires>"
        "<area><areaDesc>Lomb-09</areaDesc></area></info>"
    )


def test_a_cap_of_thousands_of_infos_or_years_is_refused() -> None:
    place, now = Place(("Lomb-09",)), datetime(2026, 11, 24, 9, tzinfo=UTC)
    with pytest.raises(ParseError, match="2,001 infos"):
        parse_cap(cap("<info/>" * (MOST_INFOS + 1)), URL, place, now)
    with pytest.raises(ParseError, match="dura più di 62 giorni"):
        parse_cap(cap(info("9999-12-31T00:00:00+01:00")), URL, place, now)
    told = parse_cap(
        cap(info("2026-11-25T00:00:00+01:00") + info("9999-12-31T00:00:00+01:00")), URL, place, now
    )
    assert {one.level for one in told.alerts} == {"arancione"}
    assert "non è stata letta" in told.warnings[0]


def test_infos_find_their_twin_of_another_language_in_the_order_they_come() -> None:
    place, now = Place(("Lomb-09",)), datetime(2026, 11, 24, 9, tzinfo=UTC)
    end = "2026-11-24T20:00:00+01:00"
    for languages, count in (
        ("it en", 1),
        ("en it", 1),
        ("en en it", 2),
        ("en it it en", 2),
        ("en en en", 3),
    ):
        told = parse_cap(cap("".join(info(end, one) for one in languages.split())), URL, place, now)
        hazards = {one.hazard for one in told.alerts}
        assert len(told.alerts) == count * len(hazards), languages


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_is_unpacked_only_by_methods_that_go_piece_by_piece(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(TODAY, dbf(rows()), compress_type=method)
        file.writestr(TOMORROW, dbf(rows()))
    with pytest.raises(ParseError, match=f"{TODAY} is packed by method {method}"):
        open_archive(buffer.getvalue(), URL)


def test_a_table_of_fields_without_a_byte_is_damaged() -> None:
    fields = b"".join(f"F{n}".encode().ljust(11, b"\0") + b"C" + bytes(20) for n in range(100))
    head = (3).to_bytes(4, "little") + (1000).to_bytes(4, "little")
    head += (33 + len(fields)).to_bytes(2, "little") + (1).to_bytes(2, "little") + bytes(20)
    with pytest.raises(DbfError, match="do not agree"):
        read_dbf(head + fields + b"\r" + b" " * 1000)


def test_rest_walks_a_handful_of_kinds_and_quotes_their_names() -> None:
    asked: list[str] = []
    kinds = ", ".join(f'"avviso{n}": {{"rest_base": "avvisi{n}"}}' for n in range(rest.MOST_KINDS + 1))
    get = served({"/wp-json/wp/v2/types": f"{{{kinds}}}"})
    day = NOW.date()
    told, *others = list(rest.pages(get, SITE, day, day))
    assert "6 kinds of news, of which 5 are read and not avvisi5" in told.problems[0]
    assert "name the site's list page" in told.problems[0]
    walked = [one.problems[0].split("?")[0] for one in others]  # each says 404
    assert walked == [f"{SITE}/wp-json/wp/v2/avvisi{n}" for n in range(rest.MOST_KINDS)]

    def odd(url: str) -> Response:
        asked.append(url)
        is_list = url.endswith("/types")
        return Response(url, 200, b'{"avviso": {"rest_base": "../../users?x="}}' if is_list else b"[]")

    list(rest.pages(odd, "https://comune.example", day, day))
    assert asked[1].startswith("https://comune.example/wp-json/wp/v2/..%2F..%2Fusers%3Fx%3D?per_page=")


def test_polls_of_unchanged_sources_load_each_of_them_once(
    comune: Comune, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "TOGETHER", 4)
    site, count = comune.loopback.address, 24
    addresses = [f"{site}/f/{n}" for n in range(count)]
    head = f"<rss version='2.0'><channel><title>t</title><link>{site}</link>"
    for n in range(count):
        item = f"<item><title>Notizia {n}</title><link>{site}/novita/{n}</link></item>"
        shelf.put(f"/novita/{n}", article(f"Il testo della notizia numero {n}.", f"Notizia {n}"), "text/html")
        shelf.put(f"/f/{n}", f"{head}{item}</channel></rss>", etag='"1"')
    own = f"{site}/sito/feed/?post_type=notizia"
    comune.reprofile((own, '", "'.join(addresses)))
    visit.collect_sources(comune.settings, "news", now=comune.now)
    loaded: list[object] = []

    def count_it(one: object, *_: object) -> None:
        loaded.append(one)

    event.listen(Source, "load", count_it)
    try:
        readings = visit.collect_sources(comune.settings, "news", now=comune.now + timedelta(minutes=30))
    finally:
        event.remove(Source, "load", count_it)
    assert all(one.not_modified for one in readings)
    assert len(loaded) == count


def test_a_page_that_takes_for_ever_to_understand_holds_nobody_up(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = waiting(comune)
    may_end = threading.Event()

    def endless(*_: object) -> None:
        may_end.wait(60)

    monkeypatch.setattr("flows.sources.pages.parse_page", endless)
    monkeypatch.setattr("flows.sources.rereading.LATEST", 0.0)
    try:
        seen = reread_bulletin(comune.settings, comune.engine, number, now=comune.now)
    finally:
        may_end.set()
    (library,) = (one for one in seen if one.title == LIBRARY)
    assert (library.state, library.holds) == (Now.unreadable, False)
    assert "non letta entro 0 secondi" in library.reason


@pytest.mark.parametrize("target", ["/pagina/{}", "/novita/avviso-{}/", "/novita/avviso/"])
def test_a_list_of_twice_the_links_takes_twice_the_steps(target: str) -> None:
    def steps(count: int) -> int:
        told = 0

        def one_more(*_: object) -> None:
            nonlocal told
            told += 1

        links = "".join(f'<a class="x" href="{target.format(n)}">Testo {n}</a>' for n in range(count))
        answer = Response(URL, 200, f"<html><body><main><div>{links}</div></main></body></html>".encode())
        sys.setprofile(one_more)
        try:
            found = parse_listing(answer, Listing(URL, "a.x"))
        finally:
            sys.setprofile(None)
        assert {entry.title for entry in found.entries} <= {f"Testo {n}" for n in range(count)}
        return told

    steps(10)  # fills the caches
    assert steps(160) < 2.5 * steps(80)
