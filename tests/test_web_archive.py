"""The archive by month and the Atom feed: all that was sent, nothing of a draft, readable by others."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as xml

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.engine import transaction
from db.models import PUBLIC, BulletinStatus
from flows.settings import Settings
from flows.web.pages import archive, atom
from flows.web.pages.archive import ArchiveMonth
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, news_data
from tests.world.public_site import SECRET, Town, plant
from tests.world.web_site import Site


@pytest.fixture
def town(site: Site) -> Town:
    with site.look() as session:
        return plant(session)


def test_every_bulletin_is_listed_in_its_month(site: Site, town: Town) -> None:
    page = site.request("GET", "/archivio").text
    found = re.findall(r'<a href="/archivio/([\d-]+)">([\w ]+)</a>: (\d+ \w+)', page)
    assert found == [
        ("2026-11", "novembre 2026", "4 bollettini"),
        ("2026-10", "ottobre 2026", "1 bollettino"),
        ("2025-10", "ottobre 2025", "1 bollettino"),
    ]
    assert re.findall(r"<h2[^>]*>(\d+)", page) == ["2026", "2025"]
    month = site.request("GET", "/archivio/2026-10").text
    assert "<h1>Bollettini di ottobre 2026</h1>" in month
    assert f'href="/b/{town.partly_removed.code}"' in month
    assert town.ordinary.code not in month
    assert ">Novembre 2026</a>" in month
    assert ">Ottobre 2025</a>" in month


def test_the_archive_tells_the_topics_and_hides_what_is_hidden(site: Site, town: Town) -> None:
    november = site.request("GET", "/archivio/2026-11").text
    assert "<li>Mercatino di Natale</li>" in november
    assert november.count("Allerta meteo, mercoledì 25 novembre") == 1, "a fixed text is one topic"
    older = site.request("GET", "/archivio/2026-10").text + site.request("GET", "/archivio/2025-10").text
    assert SECRET not in older
    assert "<li>Testo rimosso</li>" in older
    assert "Questo testo è stato rimosso il 24 novembre 2026." in older


def test_nothing_of_a_draft_is_listed(site: Site) -> None:
    with site.look() as session:
        codes = {status: make_bulletin(session, status=status).code for status in BulletinStatus}
    for path in ("/", "/archivio/2026-11", "/feed.atom"):
        page = site.request("GET", path).text
        for status, code in codes.items():
            assert (code in page) == (status in PUBLIC), (path, status)


@pytest.mark.parametrize(
    "month",
    [
        "2026-12",
        "2026-13",
        "2026-00",
        "0000-01",
        "2999-12",
        "9999-12",
        "2026-1",
        "2026-011",
        "٢٠٢٦-11",
        "altro",
    ],
)
def test_a_month_without_bulletins_is_no_page(site: Site, town: Town, month: str) -> None:
    assert site.request("GET", f"/archivio/{month}").status_code == 404


def test_an_archive_without_bulletins_says_so(site: Site) -> None:
    assert "Non abbiamo ancora inviato bollettini." in site.request("GET", "/archivio").text


@pytest.mark.parametrize(
    ("sent", "month"),
    [
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), ArchiveMonth(2026, 10)),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), ArchiveMonth(2026, 11)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), ArchiveMonth(2027, 1)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), ArchiveMonth(2026, 7)),
    ],
)
def test_a_month_ends_at_midnight_in_rome(
    engine: Engine, settings: Settings, sent: datetime, month: ArchiveMonth
) -> None:
    with transaction(engine) as session:
        code = make_bulletin(session, status=BulletinStatus.sent, now=sent).code
        assert archive.months(session) == {month: 1}
        assert [one.address for one in archive.of_month(settings, session, month)] == [f"/b/{code}"]
        before = ArchiveMonth(month.year - (month.month == 1), month.month - 1 or 12)
        assert archive.of_month(settings, session, before) == []


def test_the_feed_is_read_by_a_reader(site: Site, town: Town) -> None:
    answer = site.request("GET", "/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["cache-control"] == "public, max-age=300"
    found = feedparser.parse(answer.content)
    assert (found.bozo, found.version, found.feed.language) == (False, "atom10", "it")
    assert found.feed.title == "PROVA · Bollettini del Comune di Esempio"
    first = next(one for one in found.entries if town.ordinary.code in one.id)
    public = site.web.settings.profile.servers.public
    assert first.link == first.id == f"{public}/b/{town.ordinary.code}"
    assert first.title == "PROVA · Bollettino di martedì 24 novembre 2026"
    assert first.published == "2026-11-24T09:30:00Z"
    words = first.content[0].value
    assert words.startswith("Abbiamo corretto questo messaggio.")
    assert "Mercatino di Natale. Il mercatino è sabato 5 dicembre" in words
    alert = next(one for one in found.entries if town.alert.code in one.id)
    assert "ARANCIONE (livello 3 su 4) per temporali forti" in alert.content[0].value
    assert alert.rights == "Allerte, fonte dei dati: Dipartimento della Protezione Civile (CC BY 4.0)."
    assert "rights" not in first
    assert SECRET not in answer.text
    hidden = next(one for one in found.entries if town.removed.code in one.id)
    assert hidden.content[0].value.endswith("Questo testo è stato rimosso il 24 novembre 2026.")
    assert hidden.updated == "2026-11-24T09:30:00Z", "readers look again at what was taken off"


def test_each_page_names_the_feed(site: Site, town: Town) -> None:
    for path in ("/", "/archivio", f"/b/{town.ordinary.code}"):
        page = site.request("GET", path).text
        assert 'rel="alternate" type="application/atom+xml"' in page.partition("</head>")[0]


def test_a_feed_without_bulletins_is_valid_and_stays_the_same(site: Site) -> None:
    answer = site.request("GET", "/feed.atom")
    found = feedparser.parse(answer.content)
    assert (found.bozo, found.entries) == (False, [])
    again = site.request("GET", "/feed.atom", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_feed_holds_the_newest_twenty(site: Site) -> None:
    with site.look() as session:
        for days in range(25):
            make_bulletin(session, status=BulletinStatus.sent, now=NOW - timedelta(days=days))
    found = feedparser.parse(site.request("GET", "/feed.atom").content)
    published = [one.published for one in found.entries]
    assert len(published) == 20
    assert published == sorted(published, reverse=True)
    assert found.feed.updated == published[0]


@given(st.text(max_size=60), st.text(min_size=1, max_size=200))
def test_whatever_a_title_or_text_holds_the_feed_is_xml(title: str, text: str) -> None:
    entry = xml.Element("entry")
    entry.text = told = atom.clean(f"{title}. {text}")
    read = xml.fromstring(xml.tostring(entry)).text
    assert read == told.replace("\r\n", "\n").replace("\r", "\n")


def test_a_control_character_does_not_break_the_feed(site: Site) -> None:
    text = "Scade\x1f il 30 ]]> novembre & <b>"
    with site.look() as session:
        news = make_news_item(session, news_data(title="Bando\x0b & <avviso>"))
        make_bulletin(session, [item_of(news, text=text)], status=BulletinStatus.sent)
    found = feedparser.parse(site.request("GET", "/feed.atom").content)
    assert not found.bozo
    assert found.entries[0].content[0].value == "Bando  & <avviso>. Scade  il 30 ]]> novembre & <b>"
