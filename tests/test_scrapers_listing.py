from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import ParseError
from scrapers.feeds.feeds import Entry, Feed
from scrapers.fetching.fetcher import Response
from scrapers.lists.addresses import is_article
from scrapers.lists.listing import Listing, next_page, parse_listing
from tests.world.shared import SHARED, needs_shared

SITE = "https://www.comune.esempio.mi.it"
DESIGN_COMUNI = """
<header class="it-header-wrapper"><nav><a href="/novita/">Novità</a>
<a href="/novita/menu-della-mensa/">Mensa</a></nav></header><main>
<ul class="breadcrumb"><li><a href="/novita/">Novità</a></li></ul><h1>Novità</h1>
<div class="card card-teaser"><div class="card-body">
  <div class="category-top"><a class="category" href="/tipi_notizia/avviso/">Avviso</a>
    <span class="data">12 Nov 2026</span></div>
  <a class="text-decoration-none" href="/novita/strada-chiusa/"><h3 class="card-title">Strada chiusa</h3></a>
  <p class="card-text">Via Roma chiusa il 20 novembre 2026.</p>
  <a class="chip" href="/argomento/mobilita/"><span>Mobilità</span></a>
  <a class="read-more" href="/novita/strada-chiusa/#inizio"><span>Leggi di più</span></a></div></div>
<div class="card card-teaser"><div class="card-body">
  <div class="category-top"><span class="data">1° ottobre 2026</span></div>
  <h3 class="card-title">
    <a href="https://comune.esempio.mi.it/novita/mercato/?utm_source=home">Mercato &amp; fiera</a></h3>
  <a class="read-more" href="/novita/mercato/" aria-label="Leggi di più su Mercato">Vai alla pagina</a>
</div></div>
<a href="https://www.regione.esempio.it/novita/bando/">Bando della Regione</a>
<a href="/amministrazione/sindaco/">Il sindaco</a><a href="/novita/">Tutte le novità</a>
<a href="mailto:urp@comune.esempio.mi.it">Scrivi</a><a href="/novita/bando.pdf">Bando</a>
<nav class="pagination-wrapper" aria-label="Navigazione delle pagine"><ul class="pagination">
<li class="page-item active"><a class="page-link" aria-current="page" href="/novita/?page=1">1</a></li>
<li class="page-item"><a class="page-link" href="/novita/?page=2">2</a></li></ul></nav></main>
<footer><a href="/novita/privacy-del-sito/">Privacy</a></footer>
"""
MUNICIPIUM = """<main><div class="row"><div class="card"><div class="card-body">
<span class="date">26/09/2026</span><h3><a href="/it/news/orari-uffici">Orari degli uffici</a></h3>
<p>Chiusi sabato.</p><a href="/it/news/orari-uffici">Leggi tutto</a></div></div>
<div class="card"><div class="card-body"><h3><a href="/it/news/biblioteca">Biblioteca</a></h3></div></div>
</div><a href="/it/news?type=1">Notizie</a><a href="/it/civil-defence-alerts">Allerte</a>
<a href="/it/news?type=1&page=2" rel="next">»</a></main>"""
TARI = f"/it-it/novita/avvisi/2026/tributi/tari-ridotta-397541-1-{'ab' * 16}"
COMWEB = f"""<main><div class="card"><div class="card-body"><div class="category-top">
<a class="category" href="/it-it/novita/avvisi">Avvisi</a><span class="data">30 Lug 2026</span></div>
<a href="{TARI}"><h3>TARI ridotta</h3></a>
<a class="read-more" href="{TARI}">Leggi tutto</a>
</div></div><a href="/it-it/novita/avvisi/2026/tributi">Tributi</a></main>"""
PEOPLEWEB = """<body><form><div class="card"><div class="card-body"><a href="Notizie?idCat=1">NOTIZIE</a>
<h3><a href="Dettaglionews?IDNews=400812">Adozione del piano</a></h3><div>18/06/2026</div>
<a href="Dettaglionews?IDNews=400812"></a></div></div>
<div class="card"><div class="card-body"><a class="card-title" href="Dettaglionews?IDNews=405906">Mostra</a>
<a href="Dettaglionews?IDNews=405906">Vai alla pagina</a></div></div></form></body>"""


def response(html: str, path: str = "/novita/") -> Response:
    return Response(f"{SITE}{path}", 200, html.encode(), "text/html; charset=utf-8")


def parsed(html: str, path: str = "/novita/", links: str | None = None) -> Feed:
    return parse_listing(response(html, path), Listing(f"{SITE}{path}", links))


def noon(year: int, month: int, day: int) -> datetime:
    """At noon in Rome, in summer time."""
    return datetime(year, month, day, 10, tzinfo=UTC)


def test_cards_of_design_comuni_become_entries_and_nothing_else_does() -> None:
    strada, mercato = parsed(DESIGN_COMUNI).entries
    assert (strada.guid, strada.url) == (f"{SITE}/novita/strada-chiusa/", f"{SITE}/novita/strada-chiusa/")
    assert (strada.title, strada.summary) == ("Strada chiusa", "Via Roma chiusa il 20 novembre 2026.")
    assert strada.published == datetime(2026, 11, 12, 11, tzinfo=UTC)
    assert (mercato.title, mercato.published) == ("Mercato & fiera", noon(2026, 10, 1))


@pytest.mark.parametrize(
    ("html", "path", "found"),
    [
        (MUNICIPIUM, "/it/news", [("Orari degli uffici", noon(2026, 9, 26)), ("Biblioteca", None)]),
        (COMWEB, "/it-it/novita/avvisi", [("TARI ridotta", noon(2026, 7, 30))]),
        (PEOPLEWEB, "/Notizie", [("Adozione del piano", noon(2026, 6, 18)), ("Mostra", None)]),
    ],
    ids=["municipium", "comweb", "peopleweb"],
)
def test_each_family_of_sites_is_recognised(
    html: str, path: str, found: list[tuple[str, datetime | None]]
) -> None:
    assert [(entry.title, entry.published) for entry in parsed(html, path).entries] == found


def test_a_day_in_the_title_or_the_teaser_is_not_the_day_of_publication() -> None:
    html = """<main><article><h3 class="data-title"><a href="/novita/x/">Sciopero del 20/11/2026</a></h3>
    <p>Il 21/11/2026 riapre tutto.</p></article></main>"""
    (entry,) = parsed(html).entries
    assert entry.published is None
    assert entry.summary == "Il 21/11/2026 riapre tutto."


def test_a_selector_names_the_links_of_a_site_that_nobody_knows() -> None:
    html = """<div id="elenco"><p><a href="/index.php?id=7">Primo</a></p>
    <p><a href="/index.php?id=8">Secondo</a></p>
    <p><a href="https://altrove.example/9">Altrove</a></p><a href="/chi-siamo">Chi siamo</a></div>"""
    assert [e.title for e in parsed(html, "/index.php", links="#elenco p").entries] == ["Primo", "Secondo"]
    assert [e.title for e in parsed(html, "/index.php", links="#elenco p a").entries] == ["Primo", "Secondo"]
    with pytest.raises(ParseError, match=r"no link fits the selector '\.niente'"):
        parsed(html, links=".niente")
    with pytest.raises(ParseError, match="is no CSS selector"):
        Listing(SITE, "p[")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("", "the list page is empty"),
        ("<main><p>Non ci sono novità.</p></main>", "no link to an article on the list page"),
        ("<main><nav><a href='/novita/a/'>A</a></nav></main>", "no link to an article"),
        ("<main><a href='/novita/a/'>Leggi di più</a></main>", "no link to an article"),
        ("<div>" * 300 + "<a href='/novita/a/'>A</a>", "nested more than"),
    ],
    ids=["empty", "no news", "menu", "no title", "deep"],
)
def test_a_page_without_articles_is_an_error_and_never_no_news(html: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parsed(html)


@pytest.mark.parametrize(
    ("html", "after"),
    [
        (DESIGN_COMUNI, "/novita/?page=2"),
        (MUNICIPIUM, "/it/news?type=1&page=2"),
        ("<head><link rel='next' href='?p=3'></head>", "/novita/?p=3"),
        (
            "<div class='pager'><a href='?p=1'>1</a><a href='?p=9' title='Pagina successiva'>&gt;</a></div>",
            "?p=9",
        ),
        ("<ul class='pagination'><li class='active'>2</li><li><a href='?p=2'>3</a></li></ul>", "?p=2"),
        ("<ul class='pagination'><li><a href='?p=1'>1</a></li><li class='active'>2</li></ul>", None),
        ("<a rel='next' href='https://altrove.example/?p=2'>avanti</a>", None),
        ("<p>avanti</p><a href='?p=2'>Successiva edizione della festa</a>", None),
    ],
    ids=["design-comuni", "rel", "head", "arrow", "numbers", "last", "elsewhere", "text"],
)
def test_the_next_page_is_found(html: str, after: str | None) -> None:
    found = next_page(response(html))
    assert (found is None) if after is None else (found or "").endswith(after)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/novita/mercato-chiuso/", True),
        ("/novita/notizia/mercato-chiuso/", True),
        ("/novita/avvisi/novita_2929.html", True),
        ("/it/events/festa", True),
        ("/Novita/Avvisi/Elevate2", True),
        ("/novita/", False),
        ("/novita/avvisi", False),
        ("/novita/page/2/", False),
        ("/argomento/novita/sport/", False),
        ("/tipi_notizia/avviso/", False),
        ("/novita/avvisi/bando.pdf", False),
        ("/servizi/carta-di-identita/", False),
    ],
)
def test_addresses_of_articles_are_told_from_sections(path: str, expected: bool) -> None:
    assert is_article(SITE + path) == expected


@given(st.text(alphabet="<>a /='\"hrefnovit-div1&#;\u00e8\0\n", max_size=300))
def test_any_text_is_entries_or_one_named_error(html: str) -> None:
    entries: tuple[Entry, ...] = ()
    source = SITE
    try:
        entries = parsed(html).entries
    except ParseError as exc:
        source = exc.source
    assert source.startswith(SITE)
    assert all(entry.title and entry.url.startswith(("http://", "https://")) for entry in entries)


@needs_shared
@pytest.mark.parametrize(
    ("name", "site", "least", "dated"),
    [
        ("comweb_home_alpignano", "https://www.comune.alpignano.to.it/it-it/home", 6, 5),
        ("openweb_home_collegno", "https://www.comune.collegno.to.it/", 12, 0),
        ("egov_home_marino", "https://www.comune.marino.rm.it/", 4, 4),
        ("peopleweb_andrate_home", "https://www.comune.andrate.to.it/Home", 8, 8),
    ],
)
def test_real_pages_give_their_news_and_no_menu(name: str, site: str, least: int, dated: int) -> None:
    content = (SHARED / "pages" / f"{name}.html").read_bytes()
    feed = parse_listing(Response(site, 200, content, "text/html"), Listing(site))
    titles = [entry.title for entry in feed.entries]
    assert len(titles) >= least
    assert sum(entry.published is not None for entry in feed.entries) >= dated
    assert len({entry.url for entry in feed.entries}) == len(titles)
    menu = {"Novità", "Avvisi", "Amministrazione", "Servizi", "Vai alla pagina", "Leggi tutto", "NOTIZIE"}
    assert not menu & set(titles)
