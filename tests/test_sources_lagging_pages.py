"""Feed and page that tell different things, pages that are none, and two runs at once."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine, Insert, column, table
from sqlmodel import select

from db import schema
from db.engine import transaction
from db.models import Edit, NewsItem, NewsRevision, Origin
from flows.sources import asking
from scrapers.feeds.feeds import Feed, parse_feed
from scrapers.fetching.fetcher import Response
from tests.world.comune import Comune
from tests.world.shelf import Shelf, article, only_feed

FEED = "/comune/feed"
ITEM = (
    "<item><title>{title}</title><guid>{guid}</guid><link>{link}</link>"
    "<description>{text}</description></item>"
)
CONCERT = "Il concerto della banda è sabato 28 novembre alle 21 in piazza Italia."
LATER = "Il concerto della banda è RINVIATO a domenica 20 dicembre alle 21 in piazza Italia."


def feed(comune: Comune, *items: tuple[str, str], base: str = "/novita", title: str = "Concerto") -> str:
    """Items of (slug, text)."""
    rows = "".join(
        ITEM.format(
            title=f"{title} {slug}",
            guid=f"urn:x:{base}:{slug}",
            link=f"{comune.loopback.address}{base}/{slug}",
            text=text,
        )
        for slug, text in items
    )
    return f"<rss version='2.0'><channel><title>t</title>{rows}</channel></rss>"


def edits(comune: Comune) -> list[Edit]:
    with comune.look() as session:
        return [one.edit for one in session.exec(select(NewsRevision).order_by("id"))]


@pytest.mark.parametrize("status", [200, 503])
def test_what_the_feed_says_first_is_seen_at_once_and_told_once(
    comune: Comune, shelf: Shelf, status: int
) -> None:
    """The page comes from a cache, or not at all."""
    shelf.put("/novita/a", article(CONCERT, "Concerto a"), "text/html")
    shelf.put(FEED, feed(comune, ("a", CONCERT)))
    only_feed(comune, FEED)
    comune.collect()
    shelf.put("/novita/a", article(CONCERT, "Concerto a"), "text/html", status)
    shelf.put(FEED, feed(comune, ("a", LATER)))
    comune.now += timedelta(minutes=30)
    assert comune.collect()[0].updated == 1
    (item,) = comune.news().values()
    assert (item.facts_changed_at, item.page_lags) == (comune.now, True)
    assert edits(comune) == [Edit.updated]
    told = comune.compose(dry_run=True)
    assert told.items == ()  # neither the old day nor half of the new one
    assert "la pagina non lo dice ancora" in told.left_out[0].reason
    shelf.put("/novita/a", article(LATER, "Concerto a"), "text/html")
    for _ in range(3):
        comune.now += timedelta(minutes=30)
        comune.collect()
    (item,) = comune.news().values()
    assert ("20 dicembre" in item.body, item.page_lags) == (True, False)
    assert edits(comune).count(Edit.updated) == 1


def test_a_site_in_maintenance_changes_nothing(comune: Comune, shelf: Shelf) -> None:
    texts = {n: f"Il corso numero {n} comincia {n} dicembre nella sala civica di via Roma." for n in "123"}
    for n, text in texts.items():
        shelf.put(f"/novita/{n}", article(text, f"Corso {n}"), "text/html")
    shelf.put(FEED, feed(comune, *texts.items(), title="Corso"))
    only_feed(comune, FEED)
    comune.collect()
    before = {title: item.body for title, item in comune.news().items()}
    for n in texts:
        words = "Il sito non è disponibile per lavori di manutenzione: torna più tardi, grazie."
        shelf.put(f"/novita/{n}", article(words, "Sito in manutenzione"), "text/html")
    comune.now += timedelta(hours=25)
    (reading,) = comune.collect()
    assert (reading.updated, len(reading.problems)) == (0, 3)
    assert "maintenance" in reading.problems[0]
    assert {title: item.body for title, item in comune.news().items()} == before
    assert edits(comune) == []


def test_a_redirect_to_the_home_page_is_no_article(comune: Comune, shelf: Shelf) -> None:
    shelf.put("/novita/a", article(CONCERT, "Concerto a"), "text/html")
    shelf.put(FEED, feed(comune, ("a", CONCERT)))
    only_feed(comune, FEED)
    comune.collect()
    shelf.put("/", article("Benvenuti nel Comune: concerto, notizie, eventi e servizi.", "Home"), "text/html")
    shelf.put("/novita/a", "", "text/html", 302, location="/")
    comune.now += timedelta(hours=25)
    (reading,) = comune.collect()
    assert "leads to the home page" in reading.problems[0]
    assert comune.news()["Concerto a"].body == CONCERT


def test_a_link_to_another_service_of_this_machine_is_not_followed(comune: Comune, shelf: Shelf) -> None:
    other = comune.loopback.port + 1
    body = feed(comune, ("a", CONCERT)).replace(f":{comune.loopback.port}/novita", f":{other}/novita")
    shelf.put(FEED, body)
    only_feed(comune, FEED)
    assert "private address" in comune.collect()[0].problems[0]


def test_one_news_in_two_feeds_is_one_item(comune: Comune, shelf: Shelf) -> None:
    shelf.put("/novita/a", article(CONCERT, "Concerto a"), "text/html")
    shelf.put(FEED, feed(comune, ("a", CONCERT)))
    shelf.put("/eventi/feed", feed(comune, ("a", CONCERT[:40] + "...")).replace("urn:x", "urn:y"))
    own = f"{comune.loopback.address}/sito/feed/?post_type=notizia"
    comune.reprofile(
        (f'"{own}"', f'"{comune.loopback.address}{FEED}", "{comune.loopback.address}/eventi/feed"')
    )
    for _ in range(3):
        comune.collect()
        comune.now += timedelta(hours=13)
    assert len(comune.news()) == 1
    assert edits(comune) == []


def test_a_feed_that_moved_brings_no_old_news(comune: Comune, shelf: Shelf) -> None:
    shelf.put("/novita/a", article(CONCERT, "Concerto a"), "text/html")
    shelf.put(FEED, feed(comune, ("a", CONCERT)))
    only_feed(comune, FEED)
    comune.collect()
    shelf.put("/altro/feed", feed(comune, ("a", CONCERT)))
    comune.reprofile(
        (f"{comune.loopback.address}/sito/feed/?post_type=notizia", f"{comune.loopback.address}/altro/feed")
    )
    for _ in range(2):
        comune.now += timedelta(hours=1)
        assert comune.collect()[0].new == 0
    with comune.look() as session:
        (item,) = session.exec(select(NewsItem)).all()
        assert item.origin == Origin.collected


def test_a_site_made_anew_brings_no_old_news(comune: Comune, shelf: Shelf) -> None:
    """Other guids, other addresses, and no text in the feed."""
    texts = {n: f"Il corso numero {n} comincia {n} dicembre nella sala civica di via Roma." for n in "1234"}
    for n, text in texts.items():
        for base in ("/novita", "/it/notizie"):
            shelf.put(f"{base}/{n}", article(text, f"Corso di pittura {n}"), "text/html")
    shelf.put(FEED, feed(comune, *texts.items(), title="Corso di pittura"))
    only_feed(comune, FEED)
    comune.collect()
    shelf.put(FEED, feed(comune, *((n, "") for n in texts), base="/it/notizie", title="Corso di pittura"))
    comune.now += timedelta(hours=1)
    assert comune.collect()[0].new == 0
    assert len(comune.news()) == 4


def test_an_item_that_left_the_feed_is_read_again(comune: Comune, shelf: Shelf) -> None:
    shelf.put("/novita/a", article(CONCERT, "Concerto a"), "text/html")
    shelf.put("/novita/b", article("Il mercato si tiene ogni martedì in piazza.", "Concerto b"), "text/html")
    shelf.put(FEED, feed(comune, ("a", CONCERT), ("b", "Il mercato si tiene ogni martedì in piazza.")))
    only_feed(comune, FEED)
    comune.collect()
    shelf.put(FEED, feed(comune, ("b", "Il mercato si tiene ogni martedì in piazza.")))
    shelf.put("/novita/a", article(LATER, "Concerto a"), "text/html")
    comune.now += timedelta(hours=25)
    assert comune.collect()[0].updated == 1
    assert "20 dicembre" in comune.news()["Concerto a"].body
    shelf.put("/novita/a", "", "text/html", 404)
    comune.now += timedelta(hours=25)
    assert "404" in comune.collect()[0].problems[0]


def test_a_feed_that_goes_back_and_forth_is_no_event_each_time(comune: Comune, shelf: Shelf) -> None:
    only_feed(comune, FEED)
    for number in range(8):
        text = (CONCERT, LATER)[number % 2]
        shelf.put("/novita/a", article(text, "Concerto a"), "text/html")
        shelf.put(FEED, feed(comune, ("a", text)))
        comune.collect()
        comune.now += timedelta(minutes=30)
    assert edits(comune) == [Edit.updated, Edit.updated]
    assert "20 dicembre" in comune.news()["Concerto a"].body


def test_a_defect_in_one_source_costs_no_other(
    comune: Comune, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parse_feed

    def broken(answer: Response) -> Feed:
        if answer.url.endswith("/rotto"):
            raise ZeroDivisionError("not foreseen")
        return real(answer)

    monkeypatch.setattr(asking, "parse_feed", broken)
    shelf.put("/rotto", feed(comune, ("a", CONCERT)))
    own = f"{comune.loopback.address}/sito/feed/?post_type=notizia"
    comune.reprofile((f'"{own}"', f'"{comune.loopback.address}/rotto", "{own}"'))
    alerts, bad, good = comune.collect("all")
    assert "ZeroDivisionError: not foreseen" in (bad.failure or "")
    assert (alerts.new, good.new) == (6, 10)


def test_two_runs_at_once_store_each_item_once(comuni: Comune) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            comuni.collect("all")
        except BaseException as exc:  # noqa: BLE001  judged below
            failures.append(exc)

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(comuni.news()) == 10
    with comuni.look() as session:
        assert session.exec(select(NewsRevision)).all() == []


def test_after_an_upgrade_nothing_is_news_or_edited_again(comune: Comune, empty_engine: Engine) -> None:
    """What an upgrade marks to be read anew: no key, no fingerprint, another reading of the page."""
    comune.collect()
    with comune.look() as session:
        old = [(item.guid, item.url, item.title) for item in session.exec(select(NewsItem))]
    schema.upgrade(empty_engine, schema.INITIAL)
    feed_address = comune.settings.profile.sources.feeds[0]
    at = "2026-11-24 09:00:00"
    with empty_engine.begin() as connection:
        source = {"id": 1, "kind": "feed", "address": feed_address, "failures": 0, "succeeded_at": at}
        connection.execute(_first("source", *source), source)
        for guid, url, title in old:
            row = {
                "source_id": 1,
                "guid": guid,
                "url": url,
                "title": title,
                "abstract": "",
                "body": "Altro",
                "origin": "collected",
                "content_sha256": "x",
                "entry_sha256": "",
                "first_seen_at": at,
                "last_seen_at": at,
            }
            connection.execute(_first("newsitem", *row), row)
    schema.upgrade(empty_engine)
    comune.settings.database = empty_engine.url.render_as_string(hide_password=False)
    comune.engine = empty_engine
    (reading,) = comune.collect()
    assert (reading.new, reading.updated, reading.unchanged) == (0, 0, 10)
    with transaction(empty_engine) as session:
        assert session.exec(select(NewsRevision)).all() == []
        stored = session.exec(select(NewsItem)).all()
        assert all(item.address_key and item.facts_changed_at is None for item in stored)


def _first(name: str, *columns: str) -> Insert:
    """An insert into a table as its first version had it: today's model may have more columns."""
    return table(name, *map(column, columns)).insert()
