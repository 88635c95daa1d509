from datetime import date, timedelta

import pytest
from sqlmodel import select

from db.models import NewsItem, Origin, Source
from deployments.sandbox.articles import ArticleOrder, publish
from flows.backfill import Window, backfill, backfill_source, paged
from flows.collect import Reading
from flows.settings import BollettinoError
from tests.comune import Comune


def fill_archive(comune: Comune) -> None:
    """One article a day, back to 40 days ago: five pages of the feed."""
    for days in range(3, 41):
        order = ArticleOrder(title=f"Notizia di {days} giorni fa", abstract="Una notizia del Comune.")
        publish(comune.world.store, order, comune.now - timedelta(days=days))


def run(comune: Comune, window: Window, *, dry_run: bool = False) -> Reading:
    (address,) = comune.settings.profile.sources.feeds
    return backfill_source(
        comune.settings, comune.engine, address, window, dry_run=dry_run, now=comune.now, pause=0
    )


def days_ago(comune: Comune, first: int, last: int) -> Window:
    return Window((comune.now - timedelta(days=first)).date(), (comune.now - timedelta(days=last)).date())


def test_only_the_days_of_the_window_are_stored_and_marked(comuni: Comune) -> None:
    fill_archive(comuni)
    reading = run(comuni, days_ago(comuni, 20, 15))
    assert (reading.new, reading.failure) == (6, None)
    with comuni.look() as session:
        stored = session.exec(select(NewsItem)).all()
    assert {item.title for item in stored} == {f"Notizia di {days} giorni fa" for days in range(15, 21)}
    assert {item.origin for item in stored} == {Origin.backfilled}


def test_no_bulletin_takes_what_was_backfilled(comune: Comune) -> None:
    reading = run(comune, days_ago(comune, 5, 0))
    assert reading.new > 0
    assert comune.compose().items == ()


def test_collect_does_not_turn_a_backfilled_item_into_news(comune: Comune) -> None:
    run(comune, days_ago(comune, 30, 0))
    comune.collect()
    assert {item.origin for item in comune.news().values()} == {Origin.backfilled}


def test_a_dry_run_tells_what_it_would_store_and_writes_nothing(comune: Comune) -> None:
    fill_archive(comune)
    reading = run(comune, days_ago(comune, 8, 7), dry_run=True)
    assert reading.new == 2
    assert sorted(reading.found) == ["2026-11-16 Notizia di 8 giorni fa", "2026-11-17 Notizia di 7 giorni fa"]
    assert reading.problems == ()
    with comune.look() as session:
        assert session.exec(select(Source)).all() == []
        assert session.exec(select(NewsItem)).all() == []


def test_a_run_that_was_stopped_goes_on_where_it_was(comune: Comune) -> None:
    fill_archive(comune)
    window = days_ago(comune, 18, 12)

    def stop(reading: Reading) -> None:
        if reading.new == 3:
            raise KeyboardInterrupt

    (address,) = comune.settings.profile.sources.feeds
    with pytest.raises(KeyboardInterrupt):
        backfill_source(
            comune.settings,
            comune.engine,
            address,
            window,
            dry_run=False,
            now=comune.now,
            pause=0,
            progress=stop,
        )
    assert len(comune.news()) == 3
    reading = run(comune, window)
    assert (reading.new, reading.unchanged) == (4, 3)
    assert len(comune.news()) == 7


def test_a_site_that_ignores_the_page_number_is_no_endless_loop(comune: Comune) -> None:
    sandbox = comune.loopback.app
    assert sandbox is not None
    asked: list[bytes] = []

    async def one_page_only(scope, receive, send):  # type: ignore[no-untyped-def]
        if b"paged" in scope.get("query_string", b""):
            asked.append(scope["query_string"])
            scope = {**scope, "query_string": b"post_type=notizia"}
        await sandbox(scope, receive, send)

    comune.loopback.app = one_page_only
    reading = run(comune, Window(date(2000, 1, 1), date(2030, 1, 1)), dry_run=True)
    assert (reading.new, len(asked)) == (10, 1)


def test_a_feed_that_cannot_be_read_is_a_named_failure(comune: Comune) -> None:
    comune.reprofile(("/sito/feed/?post_type=notizia", "/sito/novita/niente/"))
    reading = run(comune, days_ago(comune, 3, 0))
    assert reading.failure is not None
    assert reading.failure.startswith(f"{comune.loopback.address}/sito/novita/niente: answers 404")


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BollettinoError, match=r"ends .2026-01-01. before it begins .2026-01-02."):
        Window(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(BollettinoError, match=r"Il periodo finisce .2026-01-01. prima di cominciare"):
        backfill.fn(date(2026, 1, 2), date(2026, 1, 1))


def test_the_pages_of_a_feed_keep_its_other_parameters() -> None:
    assert paged("https://x.example/feed/?post_type=notizia&tag=", 3) == (
        "https://x.example/feed/?post_type=notizia&tag=&paged=3"
    )
    assert paged("https://x.example/feed/", 1) == "https://x.example/feed/"
    assert paged("https://x.example/feed/", 2) == "https://x.example/feed/?paged=2"
