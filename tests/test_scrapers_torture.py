"""Feeds as no one should write them: entries or one named error, soon, and never broken letters."""

import re
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.errors import ParseError
from scrapers.feeds.feeds import Feed, is_teaser, parse_feed
from scrapers.feeds.moments import moment
from scrapers.fetching.fetcher import Response
from tests.world.shared import SHARED, needs_shared

DATA = Path(__file__).parent / "data"
SITE = "https://www.comune.collefiorito.example"
BROKEN = re.compile("Ã|â€|Â[\u0080-\u00bf]|\ufffd")
GOOD = {path.name: path.read_bytes() for path in sorted(DATA.glob("feed_*.xml"))}


def feed(content: bytes, content_type: str = "") -> Feed:
    return parse_feed(Response(f"{SITE}/feed/", 200, content, content_type))


def rss(item: str) -> bytes:
    head = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    return f"{head}<item><title>Titolo</title>{item}</item></channel></rss>".encode()


@needs_shared
@pytest.mark.parametrize(
    "path",
    [path for path in sorted(SHARED.glob("feeds/**/*")) if path.is_file()],
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_every_feed_gives_entries_or_one_named_error(path: Path) -> None:
    try:
        read = feed(path.read_bytes())
    except ParseError as exc:
        failure = str(exc)
    else:
        failure = ""
    if failure:
        assert failure.startswith(f"{SITE}/feed/: ")
        return
    assert read.entries
    assert not BROKEN.search(repr(read))
    for entry in read.entries:
        assert entry.guid
        assert entry.title or entry.url
        assert not entry.published or entry.published.utcoffset() is not None
        assert "data:" not in entry.content_html
        assert all(title and url.startswith("http") for title, url in entry.enclosures)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A good feed with flipped bytes, a cut, doubled parts, or another charset."""
    content = bytearray(GOOD[draw(st.sampled_from(sorted(GOOD)))])
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content) - 1))
        end = min(place + draw(st.integers(1, 400)), len(content))
        kind = draw(st.sampled_from(["flip", "cut", "double", "insert"]))
        if kind == "flip":
            content[place] = draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place:end]
        elif kind == "double":
            content[place:place] = content[place:end]
        else:
            junk = st.sampled_from(
                [b"<item>", b"</item>", b"]]>", b"<![CDATA[", b"&", b"<!DOCTYPE a>", b"\x00"]
            )
            content[place:place] = draw(junk)
        if not content:
            break
    charset = draw(st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-16-le", "mac-roman"]))
    return bytes(content).decode("utf-8", "replace").encode(charset, "replace")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    mutations(), st.sampled_from(["", "text/html", "application/rss+xml; charset=iso-8859-1", "x; charset=y"])
)
def test_a_mutated_feed_gives_entries_or_one_named_error(content: bytes, content_type: str) -> None:
    try:
        read = feed(content, content_type)
    except ParseError:
        return
    assert read.entries
    assert len({entry.guid for entry in read.entries}) == len(read.entries)


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "laughs": f'<!DOCTYPE rss [<!ENTITY a0 "ha">{LAUGHS}]><rss version="2.0"><channel><item>'
    "<title>&a11;</title></item></channel></rss>",
    "quadratic": f'<!DOCTYPE rss [<!ENTITY a "{"ha" * 50_000}">]><rss version="2.0"><channel><item><title>'
    f"{'&a;' * 5_000}</title></item></channel></rss>",
    "nesting": '<rss version="2.0"><channel><item>' + "<a>" * 17_000_000,
    "nested atom": '<feed xmlns="http://www.w3.org/2005/Atom">' + "<a>" * 60_000,
    "nested doctype": "<!DOCTYPE rss><rss>" + "<a>" * 60_000,
    "nested and broken": '<rss version="2.0"><channel>&<item>' + "<a>" * 60_000,
    "many items": '<rss version="2.0"><channel>' + "<item/>" * 300_000 + "</channel></rss>",
}


@pytest.fixture(scope="module")
def alone() -> Iterator[Executor]:
    """A process without a thread: `tracemalloc.stop` beside others may end it (CPython's issue 128679, which
    3.11 keeps), and this one may hold a server.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def measured(name: str) -> tuple[list[str], int]:
    """The titles that are read, none where nothing is, and the most memory that it took, in bytes."""
    content = BOMBS[name].encode()
    tracemalloc.start()
    try:
        titles = [entry.title for entry in feed(content).entries]
    except ParseError:
        titles = []
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return titles, peak


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_one_error_or_stays_small(alone: Executor, name: str) -> None:
    """An entity that is not believed stays a name, and costs the other entries nothing."""
    titles, peak = alone.submit(measured, name).result()
    assert all(len(title) < 30_000 for title in titles)
    assert ("nest" in name or "many" in name) is (titles == [])
    assert peak < 60_000_000


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/x"])
def test_an_external_entity_is_never_read(tmp_path: Path, address: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("segreto")
    for where in (address, secret.as_uri()):
        content = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{where}">]>'.encode() + rss(
            "<description>&x;!</description>"
        )
        try:
            read = feed(content)
        except ParseError:
            continue
        assert "segreto" not in repr(read)
        assert "segreto" not in read.entries[0].content_html


def test_a_picture_in_the_text_reaches_neither_text_nor_body() -> None:
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 2000 + "=="
    lines = picture.replace("iVBORw0KGgo" * 7, "iVBORw0KGgo" * 7 + "\n")
    for body in (
        f'&lt;p&gt;Testo &lt;img src="{picture}"&gt; fine&lt;/p&gt;',
        f"Testo {picture} della fine",
        f"Testo {lines} della fine",
    ):
        (entry,) = feed(rss(f"<description>{body}</description>")).entries
        assert "iVBOR" not in entry.summary + entry.content_html
        assert entry.summary.startswith("Testo")
        assert entry.summary.endswith("fine")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Thu, 12 Nov 2026 08:30:00 +0100", (7, 30)),
        ("Thu, 12 Nov 2026 08:30:00 GMT", (8, 30)),
        ("Thu, 12 Nov 2026 08:30:00 -0000", (8, 30)),
        ("Thu, 12 Nov 2026 08:30:00 EST", (13, 30)),
        ("Thu, 12 Nov 2026 08:30:00", (7, 30)),
        ("Thu, 12 Nov 2026 08:30", (7, 30)),
        ("12 Nov 2026 08:30:00 CET", (7, 30)),
        ("Thu, 12 Nov 2026 08:30:00 +01:00", (7, 30)),
        ("Thu, 12 Nov 2026 08:30:00 +0100 (CET)", (7, 30)),
        ("2026-11-12T08:30:00Z", (8, 30)),
        ("2026-11-12T08:30:00+01:00", (7, 30)),
        ("2026-11-12 08:30:00 +0100", (7, 30)),
        ("2026-11-12T08:30:00", (7, 30)),
        ("2026-11-12 08:30", (7, 30)),
        ("gio, 12 nov 2026 08:30:00 +0100", (7, 30)),
        ("12/11/2026 08:30", (7, 30)),
        ("12.11.2026, 08.30", (7, 30)),
        ("12 novembre 2026 ore 8:30", (7, 30)),
    ],
)
def test_a_date_without_a_zone_is_of_rome(said: str, meant: tuple[int, int]) -> None:
    assert moment(said) == datetime(2026, 11, 12, *meant, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-07-01T08:30:00", datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),  # in summer
        ("gio, 01 ott 2026 08:30:00 +0200", datetime(2026, 10, 1, 6, 30, tzinfo=UTC)),
        ("2026-11-12", datetime(2026, 11, 11, 23, tzinfo=UTC)),
        ("Sat, 31 Nov 2026 08:30:00 GMT", None),
        ("2026-02-30T08:30:00Z", None),
        ("0001-01-01", None),
        ("Thu, 12 Nov 99999 08:30:00 GMT", None),
        ("domani", None),
        ("", None),
    ],
)
def test_a_date_that_is_none_is_none(said: str, meant: datetime | None) -> None:
    assert moment(said) == meant
    (entry,) = feed(rss(f"<pubDate>{said}</pubDate>")).entries
    assert entry.published == meant


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_date_or_none(said: str) -> None:
    found = moment(said)
    assert found is None or found.utcoffset() is not None


LONG = "<p>" + "La strada resta chiusa per lavori. " * 60 + "</p>"
WORDPRESS = '<p>L’articolo <a href="https://a.example/1">Strada</a> proviene da <a href="/">Comune</a>.</p>'


@pytest.mark.parametrize(
    ("markup", "teaser"),
    [
        ("", True),
        ("<br>", True),
        ("&lt;br /&gt;", True),
        ("<p>&nbsp;</p>\u200b", True),
        ('<img src="https://a.example/a.png">', True),
        ("La strada resta chiusa per...", True),
        ("La strada resta chiusa per…", True),
        ("<p>La strada resta chiusa per […]</p>", True),
        ("La strada resta chiusa per [&#8230;]", True),
        ("La strada resta chiusa per [&amp;#8230;]", True),
        ("La strada resta chiusa (...)", True),
        ('<p>La strada resta chiusa.</p><a href="#">Leggi tutto »</a>', True),
        ("La strada resta chiusa. Leggi di più", True),
        ("La strada resta chiusa per […]" + WORDPRESS, True),
        ("<p>STRADA chiusa!</p>", True),  # the title
        (LONG + "<p>Per altro […]</p>", True),
        ("La strada resta chiusa.", False),
        ("Il 3... anzi il 4 novembre la strada resta chiusa.", False),
        ("<p>La strada resta chiusa.</p>" + WORDPRESS, False),
        ("<p>Strada chiusa</p><p>Dal 3 novembre, per lavori.</p>", False),
        (LONG, False),
        (LONG + WORDPRESS, False),
    ],
)
def test_a_body_that_is_no_whole_text_is_a_teaser(markup: str, teaser: bool) -> None:
    assert is_teaser(markup, "Strada chiusa") is teaser
    escaped = markup.replace("&", "&amp;").replace("<", "&lt;")
    (entry,) = feed(
        rss(f"<content:encoded>{escaped}</content:encoded>").replace(b"Titolo", b"Strada chiusa")
    ).entries
    assert entry.teaser is teaser


def test_the_files_of_an_item_have_a_title_and_an_absolute_address() -> None:
    (one,) = feed(rss("<enclosure url='/f/bando%20di%20gara.pdf' type='application/pdf'/>")).entries
    assert one.enclosures == (("bando di gara.pdf", f"{SITE}/f/bando%20di%20gara.pdf"),)
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>1</id><title>Uno</title>'
        b'<link href="https://a.example/1"/><link rel="enclosure" title="Il bando" href="https://a.example/b"/>'
        b'<link rel="enclosure" href="javascript:x"/></entry></feed>'
    )
    (two,) = feed(atom).entries
    assert two.enclosures == (("Il bando", "https://a.example/b"),)
