"""Backfill beside other runs, over what is stored already, and with texts that no database holds."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlmodel import select

import flows.backfill
from db.models import Edit, NewsRevision
from flows.backfill import backfill_all
from flows.sources.past_ways import Window
from flows.sources.readings import Reading
from scrapers.archives.rest import MOST_KINDS
from scrapers.fetching.patience import LONGEST_WAIT, Patient
from tests.world.comune import Comune
from tests.world.shelf import Shelf, article, only_feed

FEED = "/comune/feed"
TITLE = "Mercato contadino in piazza Garibaldi"


def run(comune: Comune, *, dry_run: bool = False, **options: Any) -> list[Reading]:
    day = comune.now.date()
    window = Window(day - timedelta(days=7), day)
    return backfill_all(comune.settings, window, dry_run=dry_run, now=comune.now, **options)


def feed(comune: Comune, title: str, text: str) -> str:
    site, day = comune.loopback.address, format_datetime(comune.now - timedelta(hours=5))
    return (
        f"<rss version='2.0'><channel><title>t</title><link>{site}</link><item><title>{title}</title>"
        f"<guid isPermaLink='false'>n-1</guid><link>{site}/novita/1</link><pubDate>{day}</pubDate>"
        f"<description>{text}</description></item></channel></rss>"
    )


def rest(shelf: Shelf, site: str, **fields: str) -> None:
    """One post of WordPress' interface with these fields."""
    post = {
        "guid": {"rendered": fields.get("guid", "una-guida")},
        "link": f"{site}/novita/99",
        "title": {"rendered": fields.get("title", "Gita al lago")},
        "excerpt": {"rendered": fields.get("excerpt", "")},
        "content": {"rendered": fields.get("content", "Il testo della gita.")},
        "date_gmt": "2026-11-20T10:00:00",
    }
    shelf.put("/sito/wp-json/wp/v2/types", json.dumps({"post": {"rest_base": "posts"}}), "application/json")
    shelf.put("/sito/wp-json/wp/v2/posts", json.dumps([post]), "application/json")


def test_two_backfills_at_once_store_each_item_once(comuni: Comune) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [list(done) for done in pool.map(lambda _: run(comuni), range(2))]
    first = [readings[0] for readings in both]
    assert [one.failure for readings in both for one in readings] == [None] * 8
    stored = len(comuni.news())
    assert stored > 0
    assert sum(one.new for one in first) == stored
    assert sum(one.new + one.unchanged for one in first) == 2 * stored


def test_an_edit_that_came_while_the_page_failed_is_kept_and_marked(comune: Comune, shelf: Shelf) -> None:
    text = "Il mercato si tiene il 1 dicembre 2026 alle ore 8."
    shelf.put("/novita/1", "", "text/html", 500)
    shelf.put(FEED, feed(comune, TITLE, text))
    only_feed(comune, FEED)
    comune.collect()
    assert comune.news()[TITLE].page_failure
    late = f"RINVIATO: {TITLE}"
    moved = text.replace("1 dicembre", "20 dicembre")
    shelf.put(FEED, feed(comune, late, moved))
    shelf.put("/novita/1", article(f"{moved} Il resto della pagina del Comune.", late), "text/html")
    comune.now += timedelta(minutes=30)
    assert run(comune)[0].updated == 1
    item = comune.news()[late]
    assert (item.page_failure, item.changed_at, item.facts_changed_at) == (None, comune.now, comune.now)
    with comune.look() as session:
        (revision,) = session.exec(select(NewsRevision)).all()
    assert (revision.title, revision.edit) == (TITLE, Edit.updated)
    assert any("2026-12-20" in str(fact) for fact in revision.gained)


def test_a_page_that_is_read_at_last_is_no_edit_though_the_archive_tells_only_its_address(
    comune: Comune, shelf: Shelf
) -> None:
    text = "Il mercato si tiene il 1 dicembre 2026 alle ore 8."
    shelf.put("/novita/1", "", "text/html", 500)
    shelf.put(FEED, feed(comune, TITLE, text))
    only_feed(comune, FEED)
    comune.collect()
    before = comune.news()[TITLE]
    shelf.put("/novita/1", article(f"{text} Il resto della pagina.", TITLE), "text/html")
    site = comune.loopback.address
    urls = f"<url><loc>{site}/novita/1</loc></url>"
    shelf.put("/mappa.xml", f"<urlset>{urls}</urlset>", "application/xml")
    own = f'archive = {{kind = "sitemap", address = "{site}/mappa.xml"}}'
    comune.reprofile(
        ("feeds = [", f"{own}\nfeeds = ["), (f"{site}/sito/feed/?post_type=notizia", f"{site}{FEED}")
    )
    (reading,) = run(comune)
    assert (reading.new, reading.updated, reading.failure) == (0, 1, None)
    item = comune.news()[TITLE]
    assert (item.page_failure, item.changed_at) == (None, None)
    assert (item.published_at, item.category) == (before.published_at, before.category)
    assert "Il resto della pagina." in item.body


@pytest.mark.parametrize("field", ["guid", "title", "excerpt", "content"])
def test_what_no_database_holds_is_left_out_of_a_text_of_rest(
    comuni: Comune, field: str, loopback: Any
) -> None:
    shelf = Shelf(loopback.app)
    loopback.app = shelf
    rest(shelf, comuni.loopback.address, **{field: "Gita\x00 al lago \ud83d del \U0001f642 Comune"})
    assert [one.failure for one in run(comuni)] == [None] * 4
    (item,) = [one for one in comuni.news().values() if one.url.endswith("/novita/99")]
    told = {"guid": item.guid, "title": item.title}.get(field, item.body)
    assert " ".join(told.split()) == "Gita al lago del \U0001f642 Comune"


def test_a_dry_run_says_what_it_would_offer(comune: Comune, shelf: Shelf) -> None:
    shelf.put(FEED, feed(comune, TITLE, "Il mercato si tiene il 1 dicembre 2026."))
    only_feed(comune, FEED)
    line = f"{comune.now.date()} {TITLE} ({comune.loopback.address}/novita/1)"
    assert [(one.found, one.offered) for one in run(comune, dry_run=True)[:1]] == [((line,), ())]
    assert [(one.found, one.offered) for one in run(comune, dry_run=True, offer=True)[:1]] == [
        ((line,), (line,))
    ]
    run(comune)
    (again, *_) = run(comune, dry_run=True, offer=True)
    assert (again.found, again.offered, again.unchanged) == ((), (line,), 1)
    assert comune.news()[TITLE].offered_at is None


def test_a_server_that_always_asks_to_wait_ends_the_way_and_not_the_week(
    comune: Comune, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    class Hurried(Patient):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options, sleep=slept.append)

    monkeypatch.setattr(flows.backfill, "Patient", Hurried)
    site = comune.loopback.address
    items = "".join(
        f"<item><title>Notizia {n}</title><link>{site}/novita/{n}</link>"
        f"<pubDate>{format_datetime(comune.now - timedelta(hours=n))}</pubDate></item>"
        for n in range(1, 9)
    )
    shelf.put(FEED, f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>")
    for n in range(1, 9):
        shelf.put(f"/novita/{n}", "", "text/html", 503, retry_after=str(int(LONGEST_WAIT)))
    only_feed(comune, FEED)
    (way, *others) = run(comune)
    assert way.failure is not None
    assert "it is left alone: start the same again later" in way.failure
    assert "2 new" in way.failure
    assert [one.failure is not None for one in others] == [True] * 3
    assert sum(slept) == 2 * LONGEST_WAIT
    assert len([path for path in shelf.asked if path.startswith("/novita/")]) == 4


def test_a_site_with_many_kinds_of_news_loses_none_of_its_feed_or_of_the_first_kinds(
    comune: Comune, shelf: Shelf
) -> None:
    rest(shelf, comune.loopback.address)
    kinds = {"avviso": "posts"} | {f"avviso{n}": f"avvisi{n}" for n in range(MOST_KINDS)}
    told = json.dumps({name: {"rest_base": base} for name, base in kinds.items()})
    shelf.put("/sito/wp-json/wp/v2/types", told, "application/json")
    feed_, rest_, *_ = run(comune)
    assert feed_.new
    assert (feed_.failure, rest_.failure, rest_.absent) == (None, None, None)
    assert "Gita al lago" in comune.news()
    assert "6 kinds of news, of which 5 are read and not avvisi4; name the site's list" in rest_.problems[0]
