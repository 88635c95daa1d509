"""What a source can do wrong: each time one named error for that source, and the others are collected."""

import io
import logging
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from db.models import Source
from flows import collect
from flows.collect import tell_editor
from flows.runs import client
from flows.settings import Settings, load_profile
from flows.sources import pages
from flows.sources.readings import Reading, told_briefly
from flows.sources.visit import collect_sources
from scrapers.pages.pages import Page, parse_page
from tests.world.comune import Comune, write_profile
from tests.world.shelf import LONG, PAGE, Shelf, rss, with_feed


def empty_zip(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "niente")
    return buffer.getvalue()


BAD: dict[str, tuple[int, str, bytes, str]] = {
    "truncated XML": (200, "application/rss+xml", rss("http://x", range(5)).encode()[:-60], "cut off"),
    "an empty channel": (200, "application/rss+xml", rss("http://x", range(0)).encode(), "channel is empty"),
    "an HTML page": (200, "text/html", PAGE.format(LONG).encode(), "an HTML page"),
    "nothing there": (404, "text/html", b"no", "answers 404"),
    "an empty answer": (200, "application/rss+xml", b"", "the answer is empty"),
    "50 MB": (200, "application/rss+xml", b" " * 50_000_000, "larger than the limit"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_feed_is_one_named_error_and_costs_no_other_source(
    comune: Comune, shelf: Shelf, case: str
) -> None:
    status, kind, body, words = BAD[case]
    shelf.put("/rotto", body, kind, status)
    with_feed(comune, "/rotto")
    alerts, bad, good = comune.collect("all")
    assert bad.failure is not None
    assert bad.failure.startswith(f"{comune.loopback.address}/rotto: ")
    assert words in bad.failure
    assert "\n" not in bad.failure
    assert (good.new, alerts.new) == (10, 6)
    with comune.look() as session:
        marks = {one.address: (one.failures, one.failure) for one in session.exec(select(Source))}
    failures, told = marks[f"{comune.loopback.address}/rotto"]
    assert failures == 1
    assert words in (told or "")
    assert sorted(failed for failed, _ in marks.values()) == [0, 0, 1]


def test_failures_are_counted_until_a_reading_succeeds(comune: Comune, shelf: Shelf) -> None:
    address = f"{comune.loopback.address}/a-volte"
    with_feed(comune, "/a-volte")
    marks = []
    for body in ("", "", rss(comune.loopback.address, range(1))):
        shelf.put("/a-volte", body)
        comune.collect()
        comune.now += timedelta(minutes=10)
        with comune.look() as session:
            source = session.exec(select(Source).where(Source.address == address)).one()
            marks.append((source.failures, source.failure is None))
    assert marks == [(1, False), (2, False), (0, True)]


def test_an_archive_without_its_table_is_one_named_error_and_the_news_are_collected(
    comune: Comune, shelf: Shelf
) -> None:
    shelf.put("/dpc/files/all/latest_all.zip", empty_zip("Cap_20261124_1000.xml"), "application/zip")
    alerts, news = comune.collect("all")
    assert news.new == 10
    assert alerts.failure == (
        f"{comune.settings.profile.sources.alerts_dpc}: "
        "no DBF table for today in the archive; the alerts are unavailable"
    )


def test_a_feed_without_guids_gives_each_item_once(comune: Comune, shelf: Shelf) -> None:
    for number in range(3):
        shelf.put(f"/novita/{number}", PAGE.format(f"Notizia {number}. {LONG}"), "text/html")
    shelf.put("/senza-guid", rss(comune.loopback.address, range(3), guids=False))
    with_feed(comune, "/senza-guid")
    assert comune.collect()[0].new == 3
    assert comune.collect()[0].not_modified
    shelf.put("/senza-guid", rss(comune.loopback.address, [2, 0, 1], guids=False))
    again = comune.collect()[0]
    assert (again.new, again.unchanged) == (0, 3)
    assert comune.news()["Notizia 1"].guid == f"{comune.loopback.address}/novita/1"


def test_a_page_that_redirects_elsewhere_leaves_the_feeds_text_and_says_so(
    comune: Comune, shelf: Shelf
) -> None:
    shelf.answers["/novita/0"] = (302, {"location": "https://www.altrove.example/login"}, b"")
    shelf.put("/novita/1", PAGE.format(LONG), "text/html")
    shelf.put("/feed", rss(comune.loopback.address, range(2)))
    with_feed(comune, "/feed")
    reading = comune.collect()[0]
    assert (reading.new, reading.failure, reading.unread_pages) == (2, None, 1)
    assert len(reading.problems) == 1
    assert "redirects elsewhere" in reading.problems[0]
    item = comune.news()["Notizia 0"]
    assert item.body == "Testo della notizia 0 nel feed."
    assert "redirects elsewhere" in (item.page_failure or "")
    assert comune.news()["Notizia 1"].page_failure is None


def test_a_defect_met_on_one_page_costs_that_page_alone(
    comune: Comune, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defective(content: bytes, url: str, content_type: str = "") -> Page:
        if url.endswith("/1"):
            raise KeyError("nobody thought of this")
        return parse_page(content, url, content_type)

    monkeypatch.setattr(pages, "parse_page", defective)
    for number in range(3):
        shelf.put(f"/novita/{number}", PAGE.format(f"Notizia {number}. {LONG}"), "text/html")
    shelf.put("/feed", rss(comune.loopback.address, range(3)))
    with_feed(comune, "/feed")
    reading = comune.collect()[0]
    assert (reading.new, reading.failure, reading.unread_pages) == (3, None, 1)
    assert "please report it (KeyError: 'nobody thought of this')" in reading.problems[0]
    assert comune.news()["Notizia 1"].body == "Testo della notizia 1 nel feed."
    assert [comune.news()[f"Notizia {number}"].page_failure for number in (0, 2)] == [None, None]


def test_a_page_that_could_not_be_read_is_tried_again_although_the_feed_stands_still(
    comune: Comune, shelf: Shelf
) -> None:
    shelf.put("/novita/0", "guasto", "text/html", status=503)
    shelf.put("/feed", rss(comune.loopback.address, range(1)))
    shelf.answers["/feed"][1]["etag"] = '"same"'
    with_feed(comune, "/feed")
    comune.collect()
    with comune.look() as session:
        assert [one.etag for one in session.exec(select(Source)) if one.address.endswith("/feed")] == [None]
    shelf.put("/novita/0", PAGE.format(LONG), "text/html")
    assert comune.collect()[0].unread_pages == 1
    comune.now += timedelta(minutes=30)
    assert comune.collect()[0].unread_pages == 0
    assert comune.news()["Notizia 0"].page_failure is None


def test_a_page_that_is_gone_never_wipes_the_text_that_was_read(comune: Comune, shelf: Shelf) -> None:
    shelf.put("/novita/0", PAGE.format(LONG), "text/html")
    shelf.put("/feed", rss(comune.loopback.address, range(1)))
    with_feed(comune, "/feed")
    comune.collect()
    before = comune.news()["Notizia 0"].body
    assert "sabato mattina" in before
    shelf.put("/novita/0", "", "text/html", status=404)
    shelf.put("/feed", rss(comune.loopback.address, range(1)).replace("nel feed", "cambiato nel feed"))
    reading = comune.collect()[0]
    assert "answers 404" in reading.problems[0]
    assert comune.news()["Notizia 0"].body == before


def test_a_site_that_does_not_answer_is_a_temporary_error(comune: Comune) -> None:
    path = write_profile(comune.folder, 9)  # the discard port: nobody listens
    settings = Settings(load_profile(path), path, comune.folder, comune.settings.database)
    readings = collect_sources(settings, "all", now=comune.now)
    assert ["the connection failed" in (reading.failure or "") for reading in readings] == [True, True]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What a run's log in the UI shows."""
    for module in (collect, client):
        monkeypatch.setattr(module, "get_run_logger", lambda: logging.getLogger("run"))
    caplog.set_level(logging.INFO, "run")
    return caplog


def test_a_run_is_red_when_one_source_of_several_failed_and_the_others_are_stored(
    comune: Comune, shelf: Shelf, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put("/rotto", "", status=404)
    with_feed(comune, "/rotto")
    monkeypatch.setattr(collect, "load", lambda: comune.settings)
    monkeypatch.setattr(collect, "task", lambda **_: lambda function: function)  # no server to report to
    comune.now = datetime.now(UTC)  # the flow has no clock but the machine's
    names = list[str]()
    monkeypatch.setattr(client, "rename", lambda _settings, _run, name: names.append(name))
    ended = collect.collect.fn("tutto")
    assert ended is not None
    assert ended.is_failed()
    address = f"{comune.loopback.address}/rotto"
    why = f"Fonti non lette: 1 su 3 (le altre sì): {address}. Perché, lo dice il registro qui sotto."
    assert ended.message == why
    assert names == [f"NON FATTO · {why}"]
    assert len(comune.news()) == 10
    red = [record.getMessage() for record in log.records if record.levelno == logging.ERROR]
    assert red[0].startswith(f"Fonte non letta: {address}: answers 404")
    assert red[1:] == [f"NON FATTO: {why}"]


def test_every_source_that_failed_is_named(log: pytest.LogCaptureFixture) -> None:
    readings = [Reading("a", failure="a: answers 404"), Reading("b", failure="b: the answer is empty")]
    assert tell_editor(readings).startswith("Fonti non lette: 2 su 2: a, b.")


def test_the_editor_reads_italian_where_the_operator_reads_english(log: pytest.LogCaptureFixture) -> None:
    readings = [
        Reading("a", 3, 2, 1, undated=4, problems=("item 4 was skipped",), found=("2026-11-20 Nidi",)),
        Reading("b", not_modified=True),
    ]
    assert [str(reading) for reading in readings] == [
        "a: 3 new, 2 updated, 1 unchanged, 4 without a date",
        "b: not changed since the last reading",
    ]
    assert tell_editor(readings) == ""
    assert tell_editor([]) == ""
    assert [record.getMessage() for record in log.records] == [
        "a: 3 nuove, 2 aggiornate, 1 invariate, 4 senza data",
        "Si salverebbe: 2026-11-20 Nidi",
        "Da controllare: item 4 was skipped",
        "b: nessun cambiamento dall'ultima lettura",
        "Nessuna fonte da leggere: il profilo non ne indica.",
    ]


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ([], "niente di nuovo"),
        ([Reading("a", not_modified=True), Reading("b", unchanged=20)], "niente di nuovo"),
        ([Reading("a", new=1), Reading("b", updated=2)], "1 nuova, 2 aggiornate"),
        ([Reading("a", new=2), Reading("b", new=3)], "5 nuove"),
    ],
)
def test_a_reading_says_in_a_word_what_it_brought(readings: list[Reading], words: str) -> None:
    assert told_briefly(readings) == words
