"""What a site's robots.txt forbids is not crawled; what the profile names is asked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from scrapers.archives import sitemaps
from scrapers.errors import PermanentError, TemporaryError
from scrapers.fetching.fetcher import Response
from scrapers.fetching.patience import Patient
from scrapers.fetching.robots import Crawler
from scrapers.sites.discover import survey
from tests.world.loopback_site import Site
from tests.world.served import html, rss, serve, xml

AGENT = "Bollettino/0.1 (Comune di Prova; +https://bollettino.example)"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
FORBIDDEN = "robots.txt forbids it; if the Comune wants it read, name it in the profile"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    for path in ("/feed", "/novita/1", "/riservato/1"):
        site.answer(path, 200, b"ok")
    yield site
    site.close()


def rules(site: Site, text: str, status: int = 200) -> None:
    site.answer("/robots.txt", status, text.encode())


def crawler(site: Site, *named: str, slept: list[float] | None = None) -> Crawler:
    own = [site.url + path for path in named or ("/feed",)]
    return Crawler(user_agent=AGENT, own=own, sleep=(slept if slept is not None else []).append)


def is_asked(crawler: Crawler, url: str) -> bool:
    try:
        return isinstance(crawler.get(url), Response)
    except PermanentError as exc:
        if FORBIDDEN not in str(exc):
            raise
        return False


def test_what_is_forbidden_is_not_asked_unless_the_profile_names_it(site: Site) -> None:
    rules(site, "User-agent: *\nDisallow: /riservato/\nDisallow: /feed\n")
    with crawler(site, "/feed") as one:
        assert is_asked(one, site.url + "/feed")
        assert len(site.asked) == 1, "what is named needs nobody's leave"
        assert is_asked(one, site.url + "/novita/1")
        assert not is_asked(one, site.url + "/riservato/1")
        assert not is_asked(one, site.url + "/feed?paged=2")
        assert len(site.asked) == 3, "the robots.txt is asked once"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n", False),
        ("\ufeffUser-agent: *\nDisallow: /\n", False),
        ("User-agent: Bollettino\nDisallow:\n\nUser-agent: *\nDisallow: /\n", True),
        ("User-agent: bollettino\nDisallow: /novita\n\nUser-agent: *\nDisallow:\n", False),
        ("User-agent: AltroBot\nDisallow: /\n", True),
        ("<!doctype html><title>Comune</title>", True),
        ("", True),
    ],
)
def test_rules_are_those_for_us_or_for_all(site: Site, text: str, allowed: bool) -> None:
    rules(site, text)
    with crawler(site) as one:
        assert is_asked(one, site.url + "/novita/1") is allowed


@pytest.mark.parametrize("status", [404, 410, 403, 401])
def test_no_robots_txt_is_no_rule(site: Site, status: int) -> None:
    rules(site, "User-agent: *\nDisallow: /\n", status)
    with crawler(site) as one:
        assert is_asked(one, site.url + "/novita/1")


def test_a_robots_txt_that_cannot_be_read_now_forbids_for_this_run(site: Site) -> None:
    rules(site, "", 503)
    slept: list[float] = []
    own = [site.url + "/feed"]
    with Patient(user_agent=AGENT, pause=0, own=own, sleep=slept.append) as one:
        for _ in range(2):
            with pytest.raises(
                TemporaryError, match=r"not asked: .*/robots.txt cannot be read \(answers 503"
            ):
                one.whole(site.url + "/novita/1")
        assert one.whole(site.url + "/feed").content == b"ok"
    assert len(site.asked) == 4, "three tries, and the feed"


def test_a_robots_txt_that_no_parser_takes_forbids(site: Site) -> None:
    rules(site, "User-agent: *\nDisallow: //[\n")
    with crawler(site) as one, pytest.raises(PermanentError, match="holds no rules that can be read"):
        one.get(site.url + "/novita/1")


def test_crawl_delay_is_kept_from_the_robots_txt_on(site: Site) -> None:
    rules(site, "User-agent: *\nCrawl-delay: 5\n")
    slept: list[float] = []
    with crawler(site, slept=slept) as one:
        one.get(site.url + "/novita/1")
        one.get(site.url + "/riservato/1")
        one.get(site.url + "/feed")
    assert slept == pytest.approx([5, 10, 15], abs=2), "a clock that does not move while it sleeps"


def test_a_delay_that_no_run_can_keep_forbids(site: Site) -> None:
    rules(site, "User-agent: *\nCrawl-delay: 86400\n")
    with crawler(site) as one, pytest.raises(PermanentError, match="wants 86400 seconds between two"):
        one.get(site.url + "/novita/1")


def test_who_typed_the_address_is_not_crawling(site: Site) -> None:
    rules(site, "User-agent: *\nDisallow: /\n")
    with Crawler(user_agent=AGENT) as one:
        assert is_asked(one, site.url + "/riservato/1")
    assert len(site.asked) == 1


def test_an_archive_is_walked_where_it_may_be(site: Site) -> None:
    """The sitemap is open, the notices that it lists in one folder are not."""
    rows = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in ("/novita/1", "/riservato/1"))
    site.answer("/wp-sitemap.xml", 200, f"<urlset>{rows}</urlset>".encode())
    rules(site, "User-agent: *\nDisallow: /riservato/\n")
    with Patient(user_agent=AGENT, pause=0, own=[site.url + "/"]) as one:
        address = f"{site.url}/wp-sitemap.xml"
        (batch,) = sitemaps.pages(one.whole, site.url, date(2026, 1, 1), address=address)
        asked = {entry.url.removeprefix(site.url): is_asked(one, entry.url) for entry in batch.entries}
    assert asked == {"/novita/1": True, "/riservato/1": False}


def test_discover_tells_what_it_was_not_allowed_to_ask() -> None:
    page = html("<!doctype html><title>Comune</title><a href='/rss/avvisi.xml'>RSS avvisi</a>")
    text = "User-agent: *\nDisallow: /rss/\n"
    pages = {"/": page, "/rss/avvisi.xml": rss(NOW), "/robots.txt": xml(text)}
    with serve(pages) as served, Crawler(user_agent="Bollettino discover", own=[served.address]) as one:
        found = survey(served.address, one)
    assert found.feeds == ()
    assert "/rss/avvisi.xml" not in served.asked
    assert any(FORBIDDEN in step.outcome for step in found.steps)
