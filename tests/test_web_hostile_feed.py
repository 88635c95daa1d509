"""feedparser's sanitiser is left off: what a feed would have a browser run comes to no page of ours."""

from html.parser import HTMLParser
from xml.sax.saxutils import escape

from db.models import BulletinStatus
from flows.newsroom.page import Page
from flows.sources.identity import match
from flows.sources.news import from_feed
from scrapers.feeds.feeds import Entry, parse_feed
from scrapers.fetching.fetcher import Response
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item
from tests.world.web_site import Site

HOSTILE = (
    "<script>alert(1)</script>Avviso",
    "<scr<script>ipt>alert(1)</script>Avviso",
    "<img src=x onerror=alert(1)>Avviso",
    "<svg/onload=alert(1)>Avviso",
    "<math><mi xlink:href='javascript:alert(1)'>Avviso</mi></math>",
    "<a href='javascript:alert(1)'>Avviso</a>",
    "[Avviso](javascript:alert(1)) ![x](javascript:alert(1)) <javascript:alert(1)>",
    "<iframe src='https://altri.example'></iframe>Avviso",
    "<style>*{background:url(https://altri.example)}</style>Avviso",
    "<form action='https://altri.example'><input autofocus onfocus=alert(1)>Avviso</form>",
    "<x onclick=alert(1)>Avviso</x>",
    "<![CDATA[<script>alert(1)</script>]]>Avviso",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">Avviso',
    "<!--<script>--><script>alert(1)</script>Avviso",
    "&lt;script&gt;alert(1)&lt;/script&gt;Avviso",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;Avviso",
    "&amp;amp;amp;lt;img src=x onerror=alert(1)&amp;amp;amp;gt;Avviso",
    "<\0img src=x onerror=alert(1)>Avviso",
)
RUN = {
    "script",
    "img",
    "svg",
    "math",
    "iframe",
    "object",
    "embed",
    "style",
    "form",
    "input",
    "x",
    "mi",
    "video",
}


class Runnable(HTMLParser):
    """What a browser would run or fetch of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in RUN:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "data:")):
                self.found.append(f"{tag} {name}={value}")


def entry_of(markup: str) -> Entry:
    told = escape(markup).replace("\0", "&#0;")
    words = "".join(
        f"<{name}>{told}</{name}>"
        for name in ("title", "guid", "category", "description", "content:encoded", "comments")
    )
    feed = (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<title>{told}</title><link>javascript:alert(1)</link><item>{words}<link>javascript:alert(1)</link>"
        "<enclosure url='javascript:alert(1)'/></item></channel></rss>"
    )
    (entry,) = parse_feed(Response("https://www.comune.esempio.it/feed", 200, feed.encode())).entries
    return entry


def test_what_a_feed_would_have_run_is_text_on_every_page(site: Site) -> None:
    entries = [entry_of(markup) for markup in HOSTILE]
    assert {(entry.url, entry.enclosures) for entry in entries} == {("", ())}
    with site.look() as session:
        news = [
            make_news_item(session, from_feed(matched)) for matched in match(entries, [], lambda _titles: [])
        ]
        items = [item_of(item, text=item.body) for item in news]
        sent = make_bulletin(session, items, status=BulletinStatus.sent)
    newsroom = Page(site.web.engine).html(site.web.settings, "Avviso", NOW)
    pages = {path: site.request("GET", path).text for path in ("/", f"/b/{sent.code}", "/archivio/2026-11")}
    for path, page in {**pages, "newsroom": newsroom}.items():
        assert Runnable(page).found == [], path
    assert pages[f"/b/{sent.code}"].count("Avviso") >= len(HOSTILE)


def test_the_reader_of_these_pages_sees_what_would_run() -> None:
    assert Runnable("<p onclick=a()><svg/onload=b()><a href=' JavaScript:c()'>").found == [
        "p onclick=a()",
        "svg",
        "svg onload=b()",
        "a href= JavaScript:c()",
    ]
