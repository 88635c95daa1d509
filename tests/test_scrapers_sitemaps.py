"""Sitemaps of every make, sound and broken, without a network."""

import gzip
from collections.abc import Callable
from datetime import date

import pytest

from scrapers.archives import sitemaps
from scrapers.archives.walk import NoArchive
from scrapers.errors import ParseError, PermanentError
from scrapers.fetching.fetcher import Response

SITE = "https://www.comune.esempio.mi.it"
Get = Callable[[str], Response]


def served(pages: dict[str, str | bytes]) -> Get:
    """A site of these addresses below SITE; any other answers 404."""

    def answer(url: str) -> Response:
        content = pages.get(url.removeprefix(SITE))
        if content is None:
            raise PermanentError(url, "answers 404 Not Found; check the address in the profile")
        return Response(url, 200, content if isinstance(content, bytes) else content.encode())

    return answer


def urlset(*rows: str) -> str:
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(rows)}</urlset>'


def index(*names: str) -> str:
    return (
        "<sitemapindex>"
        + "".join(f"<sitemap><loc>{SITE}{name}</loc></sitemap>" for name in names)
        + "</sitemapindex>"
    )


def row(path: str, changed: str = "") -> str:
    return f"<url><loc>{SITE}{path}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>"


def addresses(get: Get, address: str | None = None) -> list[str]:
    batches = sitemaps.pages(get, SITE, date(2026, 9, 1), address=address)
    return [one.url.removeprefix(SITE) for batch in batches for one in batch.entries]


def test_any_sitemap_is_read_compressed_or_not_and_sections_are_left_out() -> None:
    rows = urlset(
        row("/novita/a/", "2026-10-01"), row("/novita/b/"), row("/servizi/c/"), row("/novita/"),
        row("/novita/d/", "2026-11-01T10:00:00+01:00"), row("/novita/e/", "2025-01-01"),
        "<url><loc>https://altrove.example/novita/f/</loc></url>", "<url></url>",
    )  # fmt: skip
    plain = served({"/sitemap.xml": rows})
    packed = served(
        {"/robots.txt": f"Sitemap: {SITE}/mappa.xml.gz", "/mappa.xml.gz": gzip.compress(rows.encode())}
    )
    assert addresses(plain) == addresses(packed) == ["/novita/d/", "/novita/a/", "/novita/b/"]
    told = [problem for batch in sitemaps.pages(plain, SITE, date(2026, 9, 1)) for problem in batch.problems]
    assert told == [f"{SITE}/sitemap.xml: 1 addresses not changed since 2026-07-03 were not visited"]


def test_an_index_leads_to_the_sitemaps_of_the_news_and_a_broken_one_costs_no_other() -> None:
    get = served(
        {
            "/sitemap.xml": index(
                "/page-sitemap.xml", "/notizia-sitemap.xml", "/notizia-sitemap2.xml", "/sitemap.xml"
            ),
            "/notizia-sitemap.xml": urlset(row("/2026/strana/")),
            "/page-sitemap.xml": urlset(row("/novita/pagina/")),
        }
    )
    assert addresses(get) == ["/2026/strana/"]
    problems = [
        problem for batch in sitemaps.pages(get, SITE, date(2026, 9, 1)) for problem in batch.problems
    ]
    assert len(problems) == 1
    assert problems[0].startswith(f"{SITE}/notizia-sitemap2.xml: answers 404")


def test_a_sitemap_that_the_profile_names_is_taken_as_it_is() -> None:
    get = served({"/mappa.xml": urlset(row("/a"), row("/b"))})
    assert addresses(get, f"{SITE}/mappa.xml") == ["/a", "/b"]


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset><url><loc>&a;</loc></url></urlset>",
        gzip.compress(b"<urlset>" + b" " * 51_000_000 + b"</urlset>"),
        gzip.compress(b"<urlset></urlset>")[:-9],
        b"<urlset><url>",
        b"\x1f\x8b",
        b"",
    ],
    ids=["entities", "bomb", "cut gzip", "cut xml", "two bytes", "empty"],
)
def test_a_sitemap_that_cannot_be_trusted_is_one_named_error(content: bytes) -> None:
    with pytest.raises(ParseError, match=r"mappa\.xml: "):
        addresses(served({"/mappa.xml": content}), f"{SITE}/mappa.xml")


def test_sitemaps_that_name_each_other_are_no_endless_loop() -> None:
    get = served(
        {"/sitemap.xml": index("/a.xml"), "/a.xml": index("/b.xml"), "/b.xml": index("/c.xml", "/a.xml")}
    )
    with pytest.raises(NoArchive, match="too many sitemaps within sitemaps"):
        addresses(get)
