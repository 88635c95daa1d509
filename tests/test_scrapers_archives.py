"""Ways into a site's past: against the sandbox on loopback, and against servers that misbehave."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.sandbox.articles import ArticleOrder, publish
from scrapers.archives import pages as lists
from scrapers.archives import pages as paged_feed
from scrapers.archives import plone, rest, sitemaps
from scrapers.archives.walk import Batch, NoArchive, follow, json_of
from scrapers.errors import ParseError, PermanentError, TemporaryError
from scrapers.feeds.feeds import Entry, truly_dated
from scrapers.fetching.fetcher import Response
from scrapers.fetching.patience import LONGEST_WAIT, Patient
from scrapers.lists.listing import Listing
from tests.world.comune import Comune

SITE = "https://www.comune.esempio.mi.it"
DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
Get = Callable[[str], Response]


@pytest.fixture
def get() -> Iterator[Get]:
    with Patient(user_agent="test", pause=0) as client:
        yield client.whole


def served(pages: dict[str, str | bytes]) -> Get:
    """A site of these addresses below SITE; any other answers 404."""

    def answer(url: str) -> Response:
        content = pages.get(url.removeprefix(SITE))
        if content is None:
            raise PermanentError(url, "answers 404 Not Found; check the address in the profile")
        return Response(url, 200, content if isinstance(content, bytes) else content.encode())

    return answer


def entry(number: int) -> Entry:
    """The newer the smaller the number."""
    url = f"{SITE}/novita/notizia-{number}/"
    return Entry(url, url, f"Notizia {number}", "", DAY - timedelta(hours=number), None)


def publish_many(comune: Comune, count: int) -> None:
    for number in range(count):
        order = ArticleOrder(title=f"Vecchia notizia {number}", abstract="Una notizia.")
        publish(comune.world.store, order, comune.now - timedelta(days=10 + number))


def titles(batches: Iterator[Batch]) -> list[str]:
    return [found.title for batch in batches for found in batch.entries]


def every_article(comune: Comune) -> list[str]:
    articles = comune.ask("GET", "/sito/_prova/articoli")
    return [one["title"] for one in sorted(articles, key=lambda one: one["published"], reverse=True)]


def test_the_feed_of_the_sandbox_goes_back_to_its_first_article(comune: Comune, get: Get) -> None:
    publish_many(comune, 15)
    address = f"{comune.loopback.address}/sito/feed/?post_type=notizia"
    batches = list(paged_feed.feed_pages(get, address))
    assert titles(iter(batches)) == every_article(comune)
    assert [problem for batch in batches for problem in batch.problems] == []


def test_the_list_pages_of_the_sandbox_are_followed_to_the_last(comune: Comune, get: Get) -> None:
    publish_many(comune, 15)
    address = f"{comune.loopback.address}/sito/novita"
    batches = list(lists.list_pages(get, Listing(address)))
    assert titles(iter(batches)) == every_article(comune)
    assert all(one.published for batch in batches for one in batch.entries)


def test_rest_is_asked_only_for_kinds_that_the_site_shows(comune: Comune, get: Get) -> None:
    site, day = f"{comune.loopback.address}/sito", comune.now.date()
    assert titles(rest.pages(get, site, day - timedelta(days=400), day)) == []  # no `notizia` in REST
    comune.ask("PUT", "/sito/_prova/rest", {"notizia": True})
    publish_many(comune, 120)
    found = list(rest.pages(get, site, day - timedelta(days=400), day))
    assert titles(iter(found)) == every_article(comune)
    assert len(found) == 3
    newest = found[0].entries[0]
    (feed, *_) = paged_feed.feed_pages(get, f"{site}/feed/?post_type=notizia")
    assert (newest.guid, newest.url, newest.published) == (
        feed.entries[0].guid,
        feed.entries[0].url,
        feed.entries[0].published,
    )


def test_rest_asks_for_the_days_of_the_window_with_room_for_time_zones(comune: Comune, get: Get) -> None:
    comune.ask("PUT", "/sito/_prova/rest", {"notizia": True})
    publish_many(comune, 60)
    first = comune.now.date() - timedelta(days=30)
    found = titles(rest.pages(get, f"{comune.loopback.address}/sito", first, first + timedelta(days=2)))
    assert set(found) >= {f"Vecchia notizia {number}" for number in (18, 19, 20)}
    assert len(found) <= 7


def test_the_sandbox_answers_as_wordpress_does(comune: Comune) -> None:
    comune.ask("PUT", "/sito/_prova/rest", {"notizia": True})
    root = f"{comune.loopback.address}/sito/wp-json/wp/v2"
    with httpx.Client(trust_env=False, base_url=root) as http:
        shown = http.get("/notizie", params={"per_page": 5, "_fields": "link,title"})
        past = http.get("/notizie", params={"per_page": 5, "page": 4})
        assert (shown.headers["X-WP-Total"], shown.headers["X-WP-TotalPages"]) == ("12", "3")
        assert [set(item) for item in shown.json()] == [{"link", "title"}] * 5
        assert (past.status_code, past.json()["code"]) == (400, "rest_post_invalid_page_number")
        assert http.get("/posts").json() == []
        assert http.get("/niente").json()["code"] == "rest_no_route"
        assert http.get("/posts", params={"per_page": 101}).json()["code"] == "rest_invalid_param"


def test_the_sitemap_of_the_sandbox_lists_the_news_and_no_other_page(comune: Comune, get: Get) -> None:
    publish_many(comune, 60)
    first = comune.now.date() - timedelta(days=200)
    batches = list(sitemaps.pages(get, f"{comune.loopback.address}/sito", first))
    found = [one for batch in batches for one in batch.entries]
    assert len(found) == len(every_article(comune)) == batches[0].total
    assert {one.url.split("/sito/")[1].split("/")[0] for one in found} == {"novita"}
    assert [one.published for one in found] == [None] * len(found)
    changed = [one.updated for one in found if one.updated]
    assert changed == sorted(changed, reverse=True)
    assert len(changed) == len(found)


def test_plone_is_searched_newest_first(comune: Comune, get: Get) -> None:
    publish_many(comune, 60)
    found = list(plone.pages(get, f"{comune.loopback.address}/plone"))
    assert titles(iter(found)) == every_article(comune)
    assert found[0].total == len(every_article(comune))
    page = get(found[0].entries[0].url)
    assert b"main-content-section" in page.content


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (lambda get, site: rest.pages(get, site, DAY.date(), DAY.date()), "no WordPress REST interface"),
        (lambda get, site: sitemaps.pages(get, site, DAY.date()), "no sitemap"),
        (plone.pages, "no search of Plone"),
    ],
    ids=["rest", "sitemap", "plone"],
)
@pytest.mark.parametrize("answer", [None, "<!doctype html><title>Pagina</title>", "[]", "null", "{}"])
def test_a_site_without_such_an_archive_says_so(
    way: Callable[[Get, str], Iterator[Batch]], words: str, answer: str | None
) -> None:
    def get(url: str) -> Response:
        if answer is None:
            raise PermanentError(url, "answers 404 Not Found")
        return Response(url, 200, answer.encode())

    with pytest.raises(
        NoArchive, match=r"no (WordPress REST|news in the REST|sitemap|search of Plone)"
    ) as found:
        list(way(get, SITE))
    assert words.split()[-1] in str(found.value)


def test_rest_tells_which_kinds_there_are_when_none_is_news() -> None:
    get = served(
        {"/wp-json/wp/v2/types": '{"servizio": {"rest_base": "servizi"}, "page": {"rest_base": "pages"}}'}
    )
    with pytest.raises(NoArchive, match="no news in the REST interface, only servizio, page"):
        list(rest.pages(get, SITE, DAY.date(), DAY.date()))


def test_one_bad_item_of_rest_costs_no_other() -> None:
    items = [
        {
            "link": f"{SITE}/novita/a/",
            "title": {"rendered": "L&#8217;avviso"},
            "date_gmt": "0000-00-00T00:00:00",
        },
        {"link": "javascript:1", "title": {"rendered": "B"}},
        {"link": f"{SITE}/novita/c/", "title": None},
        7,
    ]
    kinds = {"avviso": {"rest_base": "avvisi"}, "post": {"rest_base": "posts"}}

    def get(url: str) -> Response:
        if "/avvisi" in url:
            raise PermanentError(url, "answers 401 Unauthorized")
        found: Any = kinds if url.endswith("/types") else items if "page=1&" in url else []
        return Response(url, 200, json.dumps(found).encode())

    closed, batch = rest.pages(get, SITE, DAY.date(), DAY.date())
    assert "answers 401" in closed.problems[0]
    assert [(one.title, one.published, one.guid) for one in batch.entries] == [
        ("L’avviso", None, f"{SITE}/novita/a/")
    ]
    assert len(batch.problems) == 3


def test_dates_of_the_request_are_no_dates_of_news() -> None:
    polled = [Entry(str(n), "", "x", "", DAY + timedelta(seconds=n), None) for n in range(3)]
    assert [one.published for one in truly_dated(polled)] == [None] * 3
    assert truly_dated(polled[:2]) == tuple(polled[:2])
    real = [entry(number) for number in range(3)]
    assert truly_dated(real) == tuple(real)


def test_the_pages_of_a_feed_keep_its_other_parameters() -> None:
    assert paged_feed.paged("https://x.example/feed/?post_type=notizia&tag=", 3) == (
        "https://x.example/feed/?post_type=notizia&tag=&paged=3"
    )
    assert paged_feed.paged("https://x.example/feed/", 1) == "https://x.example/feed/"
    assert paged_feed.paged("https://x.example/feed/", 2) == "https://x.example/feed/?paged=2"


SERVERS: dict[str, Callable[[int, int], int | None]] = {  # page asked, last page -> page given
    "honest": lambda page, last: page if page <= last else None,
    "starts again": lambda page, last: (page - 1) % last + 1,
    "stays on the last": lambda page, last: min(page, last),
    "is one page late": lambda page, last: max(page - 1, 1) if page - 1 <= last else None,
}


@given(
    count=st.integers(1, 60),
    size=st.integers(1, 12),
    server=st.sampled_from(sorted(SERVERS)),
    order=st.randoms(use_true_random=False),
)
def test_every_item_is_found_once_whatever_the_server_does_with_page_numbers(
    count: int, size: int, server: str, order: Any
) -> None:
    last = -(-count // size)
    asked: list[int] = []

    def read(page: int) -> tuple[Batch, int]:
        asked.append(page)
        given = SERVERS[server](page, last)
        if given is None:
            raise PermanentError(SITE, "answers 404 Not Found")
        entries = [entry(number) for number in range((given - 1) * size, min(given * size, count))]
        order.shuffle(entries)
        return Batch((*entries, *entries[:1])), page + 1

    found = [one.guid for batch in follow(1, read) for one in batch.entries]
    assert sorted(found) == sorted(entry(number).guid for number in range(count))
    assert len(asked) <= last + 3


def test_a_server_that_ignores_page_numbers_is_asked_three_times() -> None:
    asked = []

    def read(page: int) -> tuple[Batch, int]:
        asked.append(page)
        return Batch((entry(1), entry(2))), page + 1

    assert len(titles(follow(1, read))) == 2
    assert asked == [1, 2, 3]


def test_a_server_that_invents_pages_is_left_after_a_limit_and_that_is_told() -> None:
    *_, last = follow(1, lambda page: (Batch((entry(page),)), page + 1))
    assert last.problems == ("stopped after 500 pages; what is older was not read",)


@pytest.mark.parametrize(
    "error", [PermanentError(SITE, "answers 403 Forbidden"), TemporaryError(SITE, "answers 503")]
)
def test_a_refusal_in_the_middle_is_no_end(error: Exception) -> None:
    def read(page: int) -> tuple[Batch, int]:
        if page == 2:
            raise error
        return Batch((entry(page),)), page + 1

    walk = follow(1, read)
    assert len(next(walk).entries) == 1
    with pytest.raises(type(error)):
        next(walk)


def test_one_damaged_page_of_a_feed_costs_no_other(comune: Comune, get: Get) -> None:
    publish_many(comune, 30)
    address = f"{comune.loopback.address}/sito/feed/?post_type=notizia"

    def damaged(url: str) -> Response:
        answer = get(url)
        return Response(url, 200, b"<rss") if "paged=2" in url else answer

    batches = list(paged_feed.feed_pages(damaged, address))
    assert titles(iter(batches)) == [*every_article(comune)[:10], *every_article(comune)[20:]]
    (problem,) = [problem for batch in batches for problem in batch.problems]
    assert problem.startswith("page 2 of the feed was left out: ")


def test_a_server_is_asked_again_when_it_said_and_not_before(comune: Comune) -> None:
    asked: list[str] = []
    slept: list[float] = []

    async def busy(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        status = 200 if len(asked) == 3 else 503
        headers = [(b"retry-after", b"7")] if len(asked) == 1 else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"eccomi"})

    comune.loopback.app = busy
    with Patient(user_agent="test", pause=0, sleep=slept.append) as client:
        assert client.whole(comune.loopback.address).content == b"eccomi"
    assert (len(asked), slept) == (3, [7, 0])


def test_a_server_that_asks_for_hours_is_left_alone(comune: Comune) -> None:
    slept: list[float] = []

    async def closed(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"retry-after", str(int(LONGEST_WAIT) + 1).encode())]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    comune.loopback.app = closed
    with (
        Patient(user_agent="test", pause=0, sleep=slept.append) as client,
        pytest.raises(TemporaryError, match="503"),
    ):
        client.whole(comune.loopback.address)
    assert slept == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=())), inner),
    )
)
def test_no_text_of_json_can_break_a_database(value: Any) -> None:
    found = json_of(Response(SITE, 200, json.dumps(value).encode()))
    written = json.dumps(found, ensure_ascii=False).encode()
    assert b"\\u0000" not in written
    sound = json.dumps(value)
    if not re.search(r"\\u0000|\\ud[89a-f]", sound):
        assert found == value


def test_plone_lists_and_sitemaps_bring_no_text_that_breaks_a_database() -> None:
    bad = "Gi\x00ta \ud83d al lago"
    item = {"@id": f"{SITE}/novita/gi\x00ta-\ud83d1", "UID": bad, "title": bad, "description": bad}
    link = "<a href='/novita/gita-&#0;1'>Gita &#xD83D; al\0 lago</a>"
    urls = f"<urlset><url><loc>{SITE}/novita/gita-1</loc></url></urlset>"
    ask = served(
        {
            "/novita": f"<main>{link}</main>",
            "/mappa.xml": urls,
            "/rotta.xml": urls.replace("gita", "gi&#55357;ta"),
        }
    )

    def search(url: str) -> Response:
        return Response(url, 200, json.dumps({"items": [item] if "b_start=0" in url else []}).encode())

    walks = [
        plone.pages(search, SITE),
        lists.list_pages(ask, Listing(f"{SITE}/novita")),
        sitemaps.pages(ask, SITE, DAY.date(), address=f"{SITE}/mappa.xml"),
    ]
    found = [one for walk in walks for batch in walk for one in batch.entries]
    assert len(found) == 3
    for one in found:
        told = "".join((one.guid, one.url, one.title, one.summary)).encode()
        assert b"\0" not in told
    assert (found[0].guid, found[0].title) == ("Gita  al lago", "Gita al lago")
    with pytest.raises(ParseError, match="not a sitemap"):
        next(sitemaps.pages(ask, SITE, DAY.date(), address=f"{SITE}/rotta.xml"))
