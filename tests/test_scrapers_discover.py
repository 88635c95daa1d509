"""What `discover` finds on each kind of site, and what it asks for."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.fetching.fetcher import Fetcher
from scrapers.sites.discover import FoundFeed, Survey, best_first, kind_of, survey
from scrapers.sites.families import FAMILIES, UNKNOWN, family_of
from scrapers.sites.home import site_of
from tests.world.served import DATA, Answer, home, html, serve, xml
from tests.world.served import rss as feed_of
from tests.world.shared import SHARED, needs_shared

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EMPTY = xml("<rss version='2.0'><channel><title>Comune</title></channel></rss>")


def rss(days_old: int = 1) -> Answer:
    return feed_of(NOW - timedelta(days=days_old))


def listing(*paths: str) -> Answer:
    cards = "".join(f"<article><h3><a href='{path}'>Avviso {path[-4:]}</a></h3></article>" for path in paths)
    return html(f"<!doctype html><html><title>Notizie</title><body><main>{cards}</main></body></html>")


def look(pages: dict[str, Answer], path: str = "") -> tuple[Survey, list[str]]:
    """The survey, addresses without the server's own, and the paths that were asked for."""
    with serve(pages) as served, Fetcher(user_agent="test") as fetcher:
        return survey(served.address + path, fetcher), served.asked


def path_of(found: FoundFeed | None) -> str:
    assert found is not None
    return re.sub(r"^http://[^/]*", "", found.address)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("municipium", "Municipium"),
        ("comweb", "ComWeb"),
        ("peopleweb", "PeopleWeb"),
        ("wordpress", "WordPress design-comuni"),
        ("egov", "eGov"),
        ("unknown", "unknown"),
    ],
)
def test_a_home_page_gives_its_system_away(name: str, family: str) -> None:
    assert family_of((DATA / f"home_{name}.html").read_text("utf-8")).name == family


@pytest.mark.parametrize(
    ("source", "family"),
    [
        ('<meta name="generator" content="WordPress 6.8">', "WordPress"),
        ('<link rel="stylesheet" href="/wp-content/themes/x/a.css">', "WordPress"),
        ('<meta name="generator" content="Drupal 10 (https://www.drupal.org)">', "Drupal"),
        ('<meta name="generator" content="Plone - http://plone.com">', "Plone / io-Comune"),
        ('<script src="/++api++/@site"></script>', "Plone / io-Comune"),
        ('<link href="/extension/openpa_bootstrapitalia/design/a.css">', "OpenPA"),
        ('<img src="/.imaging/mte/theme/a.png">', "Magnolia"),
        ("<p>Nulla</p>", "unknown"),
    ],
)
def test_other_systems_are_known_by_their_signs(source: str, family: str) -> None:
    assert family_of(source).name == family


@needs_shared
@pytest.mark.parametrize(
    ("file", "family"),
    [
        ("comweb_home_alpignano.html", "ComWeb"),
        ("egov_home_marino.html", "eGov"),
        ("municipium_ufficio_tributi.html", "Municipium"),
        ("openweb_home_collegno.html", "WordPress design-comuni"),
        ("peopleweb_andrate_home.html", "PeopleWeb"),
    ],
)
def test_real_pages_are_known_too(file: str, family: str) -> None:
    assert family_of((SHARED / "pages" / file).read_text("utf-8", "replace")).name == family


def test_every_family_says_where_to_look() -> None:
    assert all(one.lists for one in (*FAMILIES, UNKNOWN))
    assert len({one.name for one in FAMILIES}) == len(FAMILIES)


def test_municipium_lists_its_feeds_on_a_page() -> None:
    found, asked = look(
        {
            "/": home("municipium"),
            "/it/feeds": home("municipium_feeds"),
            "/it/rss/eventi.xml": rss(),
            "/it/rss/notizie.xml": rss(),
        }
    )
    assert path_of(found.feed) == "/it/rss/notizie.xml"
    assert [(path_of(feed), feed.kind) for feed in found.feeds] == [
        ("/it/rss/notizie.xml", "news"),
        ("/it/rss/eventi.xml", "events"),
    ]
    assert "Feed RSS notizie" in found.feeds[0].how
    assert len(asked) == len(set(asked)) < 15


def test_comweb_keeps_the_alert_bulletin_apart_from_the_news() -> None:
    found, _ = look(
        {
            "/": home("comweb"),
            "/it-it/feed-rss": home("comweb_feeds"),
            "/it-it/feed-rss/bollettino.xml": rss(0),
            "/it-it/feed-rss/bandi.xml": rss(0),
            "/it-it/feed-rss/avvisi.xml": rss(20),
        }
    )
    assert path_of(found.feed) == "/it-it/feed-rss/avvisi.xml"
    assert {feed.kind for feed in found.feeds[1:]} == {"alerts", "acts"}


def test_peopleweb_has_a_relative_link() -> None:
    articles = [f"/Dettaglionews?IDNews={number}" for number in (1001, 1002, 1003)]
    found, _ = look(
        {"/": home("peopleweb"), "/Rss": rss(), "/Notizie?idCat=1": listing(*articles)},
    )
    assert path_of(found.feed) == "/Rss"
    assert [one.entries for one in found.lists] == [3]


@pytest.mark.parametrize("plain", [EMPTY, rss(400)], ids=["empty", "old"])
def test_the_plain_feed_of_wordpress_does_not_hide_the_news(plain: Answer) -> None:
    found, _ = look(
        {
            "/": home("wordpress"),
            "/feed/": plain,
            "/comments/feed/": rss(0),
            "/feed/?post_type=notizia": rss(2),
            "/wp-json/wp/v2/types": (
                200,
                {"Content-Type": "application/json"},
                b'{"post": {"rest_base": "posts"}, "servizio": {"rest_base": "servizi"}}',
            ),
            "/wp-sitemap.xml": xml(
                "<sitemapindex><sitemap><loc>https://x.example/a.xml</loc></sitemap></sitemapindex>"
            ),
        }
    )
    assert path_of(found.feed) == "/feed/?post_type=notizia"
    assert {path_of(feed) for feed in found.feeds[1:]} == {"/feed/", "/comments/feed/"}
    assert found.sitemaps[0].endswith("/wp-sitemap.xml")
    told = {step.address.rpartition("127.0.0.1")[2].partition("/")[2]: step.outcome for step in found.steps}
    assert "has no `notizia`; it has posts, servizi" in told["wp-json/wp/v2/types"]
    if plain is EMPTY:
        assert "which is not the same as no news" in told["feed/"]


def test_an_empty_feed_alone_is_no_source_of_news() -> None:
    found, _ = look({"/": home("wordpress"), "/feed/": EMPTY})
    assert found.feed is None
    assert [feed.entries for feed in found.feeds] == [0]


def test_a_feed_only_of_events_is_no_source_of_news() -> None:
    front = html("<!doctype html><html><title>Comune</title><link rel='alternate' type='application/rss+xml'"
                " title='Eventi' href='/a.xml'><p>x</p></html>")  # fmt: skip
    found, _ = look({"/": front, "/a.xml": rss()})
    assert found.feed is None
    assert [feed.kind for feed in found.feeds] == ["events"]


def test_without_a_feed_a_list_page_is_proposed_from_the_home_page_itself() -> None:
    found, _ = look({"/": home("egov")})
    assert found.feeds == ()
    (one,) = found.lists
    assert (one.entries, one.links, one.first) == (3, None, "Bando per i libri di testo")


def test_a_list_that_is_not_understood_by_itself_gets_its_selector() -> None:
    front = html(
        '<meta name="generator" content="Drupal 10"><title>Comune</title><a href="/notizie">Notizie</a>'
    )
    paths = [f"/notizie/tag/sagra-{number}" for number in range(4)]
    found, _ = look({"/": front, "/notizie": listing(*paths)})
    (one,) = found.lists
    assert (one.entries, one.links) == (4, found.family.links)
    assert one.address.endswith("/notizie")


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({"/": home("captcha")}, "captcha"),
        ({"/": html("no", 503)}, "answers 503"),
        ({}, "answers 404"),
        ({"/": html("")}, "empty"),
        (
            {"/": (302, {"Location": "https://www.comune.altrove.mi.it/"}, b"")},
            "https://www.comune.altrove.mi.it/",
        ),
        ({"/": html("<div>" * 5000)}, "nested"),
    ],
    ids=["captcha", "unavailable", "absent", "empty", "moved", "nested"],
)
def test_a_site_that_cannot_be_read_says_why(pages: dict[str, Answer], words: str) -> None:
    found, asked = look(pages)
    assert found.failure is not None
    assert words in found.failure
    assert asked == ["/"]


def test_a_captcha_widget_in_a_form_is_no_robot_check() -> None:
    found, _ = look({"/": home("municipium")})
    assert found.failure is None


def test_a_redirect_within_the_site_is_followed_and_told() -> None:
    found, _ = look({"/": (301, {"Location": "/it-it/home"}, b""), "/it-it/home": home("comweb"),
                     "/it-it/feed-rss": rss()})  # fmt: skip
    assert found.family.name == "ComWeb"
    assert "/it-it/home" in found.steps[0].outcome
    assert path_of(found.feed) == "/it-it/feed-rss"


@pytest.mark.parametrize(
    ("asked", "end", "site"),
    [
        ("https://x.example", "https://x.example/", "https://x.example/"),
        ("https://x.example", "https://www.x.example/it-it/home", "https://www.x.example/"),
        ("https://x.example/it-it/home", "https://x.example/it-it/home", "https://x.example/"),
        ("https://x.example/Home", "https://x.example/Home", "https://x.example/"),
        ("https://x.example/it", "https://x.example/it", "https://x.example/"),
        ("https://x.example/index.php", "https://x.example/index.php", "https://x.example/"),
        ("http://127.0.0.1:8600/sito", "http://127.0.0.1:8600/sito/", "http://127.0.0.1:8600/sito/"),
    ],
)
def test_what_the_addresses_of_a_site_are_below(asked: str, end: str, site: str) -> None:
    assert site_of(asked, end) == site


def test_a_site_with_countless_links_to_feeds_is_not_asked_for_ever() -> None:
    links = "".join(f"<a href='/rss/{number}.xml'>RSS {number}</a>" for number in range(500))
    found, asked = look({"/": html(f"<!doctype html><title>Comune</title>{links}")})
    assert len(asked) <= 31
    assert "30 requests are enough" in found.steps[-1].outcome


def test_robots_txt_names_the_sitemap() -> None:
    pages = {"/": home("unknown"), "/s.xml": xml("<urlset><url><loc>x</loc></url></urlset>")}
    with (
        serve(lambda path: pages.get(path, html("no", 404))) as served,
        Fetcher(user_agent="test") as fetcher,
    ):
        robots = f"User-agent: *\nSitemap: {served.address}/s.xml\nsitemap: https://altrove.example/s.xml\n"
        pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, robots.encode())
        found = survey(served.address, fetcher)
    assert found.sitemaps == (f"{served.address}/s.xml",)
    assert "/sitemap.xml" not in served.asked


def test_feeds_are_ordered_by_what_they_are_for_and_whether_they_are_alive() -> None:
    def feed(address: str, kind: str, days: int | None, entries: int = 5) -> FoundFeed:
        return FoundFeed(address, "", kind, entries, None if days is None else NOW - timedelta(days=days))

    feeds = [feed("a", "events", 0), feed("b", "", 200), feed("c", "news", 0, 0), feed("d", "", 3),
             feed("e", "news", 9), feed("f", "news", None)]  # fmt: skip
    assert [one.address for one in best_first(feeds)][:3] == ["e", "f", "d"]
    assert not best_first([feed("a", "events", 0)])[0].is_news


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("https://x.example/feed/?post_type=notizia",), "news"),
        (("https://x.example/rss", "Avvisi - Novità"), "news"),
        (("https://x.example/rss", "Eventi in città"), "events"),
        (("https://x.example/comments/feed/", "Feed dei commenti"), "comments"),
        (("https://x.example/rss", "Bollettino di allerta meteo"), "alerts"),
        (("https://x.example/rss", "Bandi di gara"), "acts"),
        (("https://www.comune.albonese.pv.it/feed/", "Comune di Albonese"), ""),
    ],
)
def test_what_a_feed_is_for(words: tuple[str, ...], kind: str) -> None:
    assert kind_of(*words) == kind
