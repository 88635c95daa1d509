"""How often a source is asked and believed, what of it may become news, and when its silence is told."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlmodel import select

from db import news_items
from db.models import Edit, NewsItem, Origin, Source
from flows.sources.news import PAGES_A_RUN
from flows.sources.pages import Now, reread
from flows.sources.readings import fetcher
from flows.sources.silence import unusual
from tests.world.builders import NOW
from tests.world.comune import Comune
from tests.world.shelf import Shelf, article, only_feed

FEED = "/comune/feed"


def dated(site: str, days_ago: Sequence[float | None], *, start: int = 0, now: datetime = NOW) -> str:
    """A feed of items that many days old; None for an item without a date."""
    items = "".join(
        f"<item><title>Notizia {n}</title><link>{site}/novita/{n}</link>"
        + (f"<pubDate>{format_datetime(now - timedelta(days=days))}</pubDate>" if days is not None else "")
        + f"<description>Testo della notizia {n}.</description></item>"
        for n, days in enumerate(days_ago, start=start)
    )
    return f"<rss version='2.0'><channel><title>t</title><link>{site}</link>{items}</channel></rss>"


def pages(shelf: Shelf, numbers: range) -> None:
    for n in numbers:
        text = f"Il testo intero della notizia {n}, com'è sulla pagina del Comune, con tutto ciò che serve."
        shelf.put(f"/novita/{n}", article(text, f"Notizia {n}"), "text/html")


def source(comune: Comune) -> Source:
    with comune.look() as session:
        return session.exec(select(Source).where(Source.address.endswith(FEED))).one()


def origins(comune: Comune) -> dict[str, Origin]:
    return {title: item.origin for title, item in comune.news().items()}


def test_a_frozen_etag_hides_a_change_for_a_day_at_most(comune: Comune, shelf: Shelf) -> None:
    pages(shelf, range(3))
    shelf.put(FEED, dated(comune.loopback.address, [1, 2]), etag='"frozen"')
    only_feed(comune, FEED)
    assert comune.collect()[0].new == 2
    shelf.put(FEED, dated(comune.loopback.address, [1, 2, 3]), etag='"frozen"')
    comune.now += timedelta(hours=23)
    assert comune.collect()[0].not_modified
    comune.now += timedelta(hours=1)
    assert comune.collect()[0].new == 1
    feeds = [sent for path, sent in zip(shelf.asked, shelf.validators, strict=True) if path == FEED]
    assert feeds == [None, '"frozen"', None]


def test_an_etag_that_moves_over_the_same_content_costs_nothing(comune: Comune, shelf: Shelf) -> None:
    pages(shelf, range(2))
    body = dated(comune.loopback.address, [1, 2])
    shelf.put(FEED, body, etag='"1"')
    only_feed(comune, FEED)
    comune.collect()
    shelf.put(FEED, body, etag='"2"')
    comune.now += timedelta(minutes=30)
    assert comune.collect()[0].not_modified
    assert source(comune).etag == '"2"'


def test_an_edit_of_the_page_alone_is_seen_within_a_day(comune: Comune, shelf: Shelf) -> None:
    shelf.put(
        "/novita/0", article("Il mercato si tiene sabato 28 novembre dalle 8 alle 13 in piazza."), "text/html"
    )
    shelf.put(FEED, dated(comune.loopback.address, [1]), etag='"1"')
    only_feed(comune, FEED)
    comune.collect()
    shelf.put(
        "/novita/0",
        article("Il mercato si tiene domenica 29 novembre dalle 8 alle 13 in piazza."),
        "text/html",
    )
    comune.now += timedelta(hours=24)
    assert comune.collect()[0].updated == 1
    item = comune.news()["Notizia 0"]
    assert item.facts_changed_at == comune.now
    with comune.look() as session:
        (kept,) = news_items.revisions(session, item.id)
    assert kept.edit == Edit.updated
    assert ("sabato 28" in kept.body, "domenica 29" in item.body) == (True, True)
    assert any("11-28" in str(value) for _, value in kept.lost)
    assert any("11-29" in str(value) for _, value in kept.gained)


def test_the_first_reading_floods_no_bulletin(comune: Comune, shelf: Shelf) -> None:
    pages(shelf, range(60))
    days = [0.1 * n for n in range(40)] + [8, 20, 400]
    shelf.put(FEED, dated(comune.loopback.address, days))
    only_feed(comune, FEED)
    assert comune.collect()[0].new == 43
    found = origins(comune)
    assert {title for title, origin in found.items() if origin == Origin.collected} == {
        f"Notizia {n}" for n in range(comune.settings.profile.first_reading.items)
    }
    assert len([path for path in shelf.asked if path != FEED]) == 10


def test_what_comes_after_the_first_reading_is_news(comune: Comune, shelf: Shelf) -> None:
    pages(shelf, range(60))
    shelf.put(FEED, dated(comune.loopback.address, [1]))
    only_feed(comune, FEED)
    comune.collect()
    days = [1, 9, None, 0]
    shelf.put(FEED, dated(comune.loopback.address, days))
    comune.now += timedelta(hours=1)
    assert comune.collect()[0].new == 3
    assert set(origins(comune).values()) == {Origin.collected}


def test_simultaneous_items_are_all_kept_and_their_feed_s_clock_is_not_believed(
    comune: Comune, shelf: Shelf
) -> None:
    pages(shelf, range(6))
    shelf.put(FEED, dated(comune.loopback.address, [0, 0, 0, 0, 0, 0]))
    only_feed(comune, FEED)
    assert comune.collect()[0].new == 6
    assert {item.published_at for item in comune.news().values()} == {None}


def test_one_run_reads_so_many_pages_and_the_next_goes_on(comune: Comune, shelf: Shelf) -> None:
    count = PAGES_A_RUN + 15
    pages(shelf, range(count + 1))
    shelf.put(FEED, dated(comune.loopback.address, [1], start=count))
    only_feed(comune, FEED)
    comune.collect()
    shelf.put(FEED, dated(comune.loopback.address, [1 + n / 1000 for n in range(count)]))
    counts = []
    for _ in range(3):
        comune.now += timedelta(minutes=30)
        counts.append(comune.collect()[0].new)
    assert counts == [count, 0, 0]  # all are stored at once: a feed may have moved on by the next run
    assert len([path for path in shelf.asked if path != FEED]) == count + 1
    assert {item.page_failure for item in comune.news().values()} == {None}


def test_a_source_that_asks_to_wait_is_not_asked_before(comune: Comune, shelf: Shelf) -> None:
    shelf.put(FEED, "piano", "text/plain", 429, retry_after="3600")
    only_feed(comune, FEED)
    assert "429" in (comune.collect()[0].failure or "")
    comune.now += timedelta(minutes=59)
    assert "si riprova" in (comune.collect()[0].failure or "")
    pages(shelf, range(1))
    shelf.put(FEED, dated(comune.loopback.address, [1]))
    comune.now += timedelta(minutes=1)
    assert comune.collect()[0].new == 1
    assert len([path for path in shelf.asked if path == FEED]) == 2
    assert (source(comune).failures, source(comune).retry_at) == (0, None)


def test_a_source_that_keeps_failing_is_asked_less_and_less(comune: Comune, shelf: Shelf) -> None:
    shelf.put(FEED, "guasto", "text/plain", 503)
    only_feed(comune, FEED)
    asked = []
    for _ in range(24 * 6):
        before = len(shelf.asked)
        assert comune.collect()[0].failure
        asked.append(len(shelf.asked) - before)
        comune.now += timedelta(minutes=10)
    assert asked[:4] == [1, 1, 1, 0]
    assert sum(asked[: 6 * 12]) > 5
    assert 2 <= sum(asked[6 * 12 :]) <= 4


def test_a_poll_without_any_known_entry_is_a_gap(comune: Comune, shelf: Shelf) -> None:
    pages(shelf, range(30))
    shelf.put(FEED, dated(comune.loopback.address, [1, 2, 3]))
    only_feed(comune, FEED)
    assert comune.collect()[0].problems == ()
    shelf.put(FEED, dated(comune.loopback.address, [0.5, 1], start=10))
    comune.now += timedelta(hours=1)
    (reading,) = comune.collect()
    assert reading.new == 2
    assert any("nessuna delle voci lette era già nota" in problem for problem in reading.problems)
    assert source(comune).gap_at == comune.now
    assert any("era già nota" in line for line in comune.compose(dry_run=True).blind)
    shelf.put(FEED, dated(comune.loopback.address, [0, 0.5], start=11))
    comune.now += timedelta(hours=1)
    assert comune.collect()[0].problems == ()


def test_a_silence_longer_than_usual_is_told(comune: Comune, shelf: Shelf) -> None:
    pages(shelf, range(10))
    shelf.put(FEED, dated(comune.loopback.address, [0.1, 2, 4, 6, 8, 10]))
    only_feed(comune, FEED)
    assert comune.collect()[0].problems == ()
    comune.now += timedelta(days=12)
    (reading,) = comune.collect()
    words = "nessuna notizia nuova da 12 giorni; di solito ne arriva ogni 2 giorni"
    assert any(words in one for one in reading.problems)
    assert any(words in line for line in comune.compose(dry_run=True).blind)


@pytest.mark.parametrize(
    ("ago", "found"),
    [
        ([], None),
        ([30, 31, 32], None),  # too few to call anything usual
        ([12, 14, 16, 18, 20], (12, 2)),
        ([6, 7, 8, 9, 10], None),  # less than a week
        ([20, 40, 60, 80, 100], None),  # a small Comune
        ([-3, 12, 14, 16, 18, 20], (12, 2)),  # a date to come is no news
    ],
)
def test_silence_is_measured_by_what_is_usual(ago: list[int], found: tuple[int, int] | None) -> None:
    today = date(2026, 11, 25)
    assert unusual([today - timedelta(days=n) for n in ago], today) == found


def test_an_item_can_be_read_again_on_demand(comune: Comune, shelf: Shelf) -> None:
    shelf.put(
        "/novita/0", article("Il concerto è domenica 29 novembre alle ore 21 in piazza Italia."), "text/html"
    )
    shelf.put(FEED, dated(comune.loopback.address, [1]))
    only_feed(comune, FEED)
    comune.collect()
    item = comune.news()["Notizia 0"]
    states = []
    with fetcher(comune.settings) as client:
        for text, status in [
            ("Il concerto è domenica 29 novembre alle ore 21 in piazza Italia.", 200),
            ("Il concerto è rinviato a domenica 6 dicembre alle ore 21 in piazza Italia.", 200),
            ("non c'è più", 404),
            ("guasto", 503),
        ]:
            shelf.put("/novita/0", article(text, "Notizia 0"), "text/html", status)
            states.append(reread(client, item))
    assert [one.state for one in states] == [Now.same, Now.changed, Now.gone, Now.unreadable]
    change = states[1].change
    assert change is not None
    assert change.edit == Edit.updated
    assert {"--12-06", "--11-29"} <= {str(fact.value) for fact in (*change.gained, *change.lost)}
    assert "404" in states[2].reason
    assert {"--12-06", "21:00"} <= {str(fact.value) for fact in states[1].facts}
    stored = comune.news()["Notizia 0"]
    assert (stored.body, stored.changed_at) == (item.body, None)  # it only looks


def test_items_without_an_address_are_stored_once_each(comune: Comune, shelf: Shelf) -> None:
    item = "<item><title>Avviso {n}</title><description>Testo dell'avviso numero {n}.</description></item>"
    body = "".join(item.format(n=n) for n in range(3))
    only_feed(comune, FEED)
    for order in (body, body + "<!-- -->", body + item.format(n=9)):
        shelf.put(FEED, f"<rss version='2.0'><channel><title>t</title>{order}</channel></rss>")
        comune.now += timedelta(days=1, hours=1)
        comune.collect()
    with comune.look() as session:
        assert len(session.exec(select(NewsItem)).all()) == 4
