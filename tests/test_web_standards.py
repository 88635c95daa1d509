"""What auditors, search engines and caches ask of the public pages."""

import re
import struct
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree as xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from flows.web.app import create_app
from flows.web.pages.documents import html
from tests.world.public_site import plant
from tests.world.web_site import Site, below_path


@pytest.fixture
def code(site: Site) -> str:
    with site.look() as session:
        return plant(session).alert.code


def head(site: Site, path: str) -> dict[str, str]:
    """The page's links and properties by name."""
    page = site.request("GET", path).text
    found = re.findall(r'<link rel="(\w+)"[^>]* href="([^"]*)"', page)
    found += re.findall(r'<meta (?:property|name)="([\w:-]+)"[^>]* content="([^"]*)"', page)
    return {name: unescape(text) for name, text in found}


@pytest.mark.parametrize(
    ("public", "said"), [("https://avvisi.comune.esempio.it", True), ("http://a.it", False)]
)
def test_who_came_encrypted_comes_so_again(site: Site, public: str, said: bool) -> None:
    settings = site.web.settings
    servers = settings.profile.servers.model_copy(update={"public": public})
    settings.profile = settings.profile.model_copy(update={"servers": servers})
    client = TestClient(create_app(settings, site.web.engine))  # without its loops
    assert ("strict-transport-security" in client.get("/").headers) == said


def test_a_page_says_what_it_is_and_where_it_stands(site: Site, code: str) -> None:
    public = site.web.settings.profile.servers.public
    for path, kind in (("/", "website"), ("/iscriviti", "website"), (f"/b/{code}", "article")):
        told = head(site, path)
        assert told["canonical"] == told["og:url"] == f"{public}{path}"
        assert told["og:type"] == kind
        assert told["og:image"] == f"{public}/static/anteprima.png"
        assert re.fullmatch("#[0-9a-f]{6}", told["theme-color"])
        assert site.request("GET", told["icon"]).headers["content-type"].startswith("image/svg+xml")
    assert "canonical" not in head(site, "/b/altro"), "a page that is none stands nowhere"
    assert "su un foglio da stampare" in head(site, f"/b/{code}/foglio")["description"]


def test_the_picture_of_a_card_is_a_png_of_the_size_that_it_says(site: Site) -> None:
    told = head(site, "/")
    answer = site.request("GET", urlsplit(told["og:image"]).path)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", answer.content[16:24])
    assert (str(width), str(height)) == (told["og:image:width"], told["og:image:height"])
    assert len(answer.content) < 300_000, "what WhatsApp takes"


def test_the_policy_lets_nothing_of_others_in_and_our_own_be_read(site: Site) -> None:
    policy = site.request("GET", "/").headers["content-security-policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == rules["img-src"] == rules["style-src"] == "'self'"
    assert not any("http" in value or "unsafe" in value for value in rules.values())


def test_robots_are_told_the_map_and_the_map_lists_what_may_be_listed(site: Site, code: str) -> None:
    public = site.web.settings.profile.servers.public
    robots = site.request("GET", "/robots.txt")
    assert robots.headers["content-type"].startswith("text/plain")
    assert robots.text.splitlines()[-1] == f"Sitemap: {public}/sitemap.xml"
    tree = xml.fromstring(site.request("GET", "/sitemap.xml").text)
    listed = [one.text or "" for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert {f"{public}/", f"{public}/archivio/2026-11", f"{public}/informativa"} <= set(listed)
    assert not any(f"/b/{code}" in address for address in listed)
    for address in listed:
        path = urlsplit(address).path
        assert head(site, path)["robots"] == "index", path
        assert head(site, path).get("canonical", address) == address, path


@pytest.mark.parametrize("path", ["/", "/feed.atom", "/static/anteprima.png", "/robots.txt"])
def test_whoever_has_a_page_is_not_sent_it_again(site: Site, path: str) -> None:
    etag = site.request("GET", path).headers["etag"]
    for known, status in (("*", 304), (f'"x", {etag}', 304), (f"W/{etag}", 304), ('"x"', 200), ("", 200)):
        assert site.request("GET", path, headers={"If-None-Match": known}).status_code == status, known


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/b/abc", "GET, HEAD"),
        ("PUT", "/static/bollettino.css", "GET, HEAD"),
        ("PATCH", "/r/abc", "GET, HEAD"),
        ("DELETE", "/webhook", "GET, POST"),
    ],
)
def test_a_method_that_is_not_known_is_answered_with_all_that_are(
    site: Site, method: str, path: str, allowed: str
) -> None:
    answer = site.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"].startswith("text/plain")
    if "HEAD" in allowed:
        assert site.request("HEAD", path).status_code != 405


def test_below_a_path_every_link_begins_with_it(site: Site, code: str) -> None:
    settings = below_path(site.web.settings, "/notizie/whatsapp")
    app = create_app(settings, site.web.engine, clock=site.web.clock)
    moved = Site(app, app.state.web)
    for path in ("/", f"/b/{code}", f"/b/{code}/foglio", "/b/altro", "/archivio", "/r/altro"):
        page = moved.request("GET", path).text
        ours = re.findall(r'(?:href|src)="(/[^"]*)"', page)
        assert ours
        assert all(link.startswith("/notizie/whatsapp/") for link in ours), path
        for link in ours:  # whatever stands in front takes the path away
            inner = link.removeprefix("/notizie/whatsapp").partition("#")[0]
            assert moved.request("GET", inner).status_code == 200, link


@pytest.mark.parametrize(
    ("markdown", "tags"),
    [
        ("## a\n\n#### b", "h3 h4"),
        ("#### a\n\n## b\n\n###### c\n\n### d", "h3 h3 h4 h4"),
        ("# a\n\n### b\n\n## c\n\n# d", "h3 h4 h4 h3"),
        ("# a\n\n## b\n\n### c\n\n#### d\n\n##### e", "h3 h4 h5 h6 h6"),
    ],
)
def test_no_level_of_a_heading_is_left_out(markdown: str, tags: str) -> None:
    assert re.findall(r"<(h\d)>", html(markdown, top=3)) == tags.split()


@given(st.lists(st.integers(1, 6), max_size=12), st.integers(1, 4))
def test_headings_of_any_news_descend_step_by_step(levels: list[int], top: int) -> None:
    page = html("\n\n".join(f"{'#' * level} x" for level in levels), top=top)
    found = [int(level) for level in re.findall(r"<h(\d)>", page)]
    assert len(found) == len(levels)
    assert all(after <= before + 1 for before, after in zip([top - 1, *found], found, strict=False))
    assert all(level >= top for level in found)


@pytest.mark.parametrize("markdown", ["[apri]()", "[apri](<>)", "[**apri**]( )", "[apri][x]\n\n[x]: <>"])
def test_a_link_without_an_address_keeps_its_words_alone(markdown: str) -> None:
    page = html(markdown, top=3)
    assert "<a" not in page
    assert "apri" in page
    assert "<a" in html(f"{markdown.replace('[x]: <>', '')} e [vai](https://a.example/)", top=3)
