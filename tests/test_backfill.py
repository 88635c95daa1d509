from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

import flows.backfill
from db.models import NewsItem, Origin, Source, SourceKind
from deployments.sandbox.articles import ArticleOrder, publish
from flows.backfill import backfill, backfill_all
from flows.bulletin.language.dates import ROME
from flows.settings import BollettinoError
from flows.sources.past import Order, Past
from flows.sources.past_ways import Way, Window, day_of, ways
from flows.sources.readings import Reading
from scrapers.archives.walk import Batch
from scrapers.errors import TemporaryError
from scrapers.feeds.feeds import Entry
from scrapers.fetching.patience import Patient
from tests.world.comune import Comune

FEED = "/sito/feed/?post_type=notizia"
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
MOMENTS = st.integers(0, 4000 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def fill_archive(comune: Comune) -> None:
    """One article a day, from 3 to 40 days ago: five pages of the feed."""
    for days in range(3, 41):
        order = ArticleOrder(title=f"Notizia di {days} giorni fa", abstract="Una notizia del Comune.")
        publish(comune.world.store, order, comune.now - timedelta(days=days))


def run(comune: Comune, window: Window, *, dry_run: bool = False, **options: Any) -> list[Reading]:
    return backfill_all(comune.settings, window, dry_run=dry_run, now=comune.now, **options)


def total(readings: list[Reading]) -> tuple[int, int]:
    """New, and stored already."""
    return sum(one.new for one in readings), sum(one.unchanged for one in readings)


def days_ago(comune: Comune, first: int, last: int) -> Window:
    return Window((comune.now - timedelta(days=first)).date(), (comune.now - timedelta(days=last)).date())


def archive(comune: Comune, kind: str, path: str) -> None:
    """Go on with a profile that names this one way."""
    own = f'archive = {{kind = "{kind}", address = "{comune.loopback.address}{path}"}}'
    comune.reprofile(("feeds = [", f"{own}\nfeeds = ["))


def test_only_the_days_of_the_window_are_stored_and_marked(comuni: Comune) -> None:
    fill_archive(comuni)
    feed, rest, sitemap, plone = run(comuni, days_ago(comuni, 20, 15))
    assert (feed.new, feed.failure) == (6, None)
    assert [(way.new, way.failure, way.undated) for way in (rest, sitemap, plone)] == [(0, None, 0)] * 3
    assert str(plone).startswith(f"{comuni.loopback.address}/sito (Plone): not there (no search of Plone")
    with comuni.look() as session:
        stored = session.exec(select(NewsItem)).all()
    assert {item.title for item in stored} == {f"Notizia di {days} giorni fa" for days in range(15, 21)}
    assert {item.origin for item in stored} == {Origin.backfilled}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("feed", FEED),
        ("list", "/sito/novita"),
        ("rest", "/sito"),
        ("sitemap", "/sito/wp-sitemap-posts-notizia-1.xml"),
        ("plone", "/plone"),
    ],
)
def test_every_way_alone_finds_the_same_news(comune: Comune, kind: str, path: str) -> None:
    fill_archive(comune)
    comune.ask("PUT", "/sito/_prova/rest", {"notizia": True})
    archive(comune, kind, path)
    (reading,) = run(comune, days_ago(comune, 20, 15))
    assert (reading.new, reading.failure, reading.problems) == (6, None, ())
    news = comune.news()
    assert set(news) == {f"Notizia di {days} giorni fa" for days in range(15, 21)}
    assert {day_of(item.published_at) for item in news.values() if item.published_at} == {
        (comune.now - timedelta(days=days)).date() for days in range(15, 21)
    }


def test_what_several_ways_find_is_stored_once(comune: Comune) -> None:
    fill_archive(comune)
    window = days_ago(comune, 20, 15)
    for kind, path, new in (
        ("sitemap", "/sito/wp-sitemap-posts-notizia-1.xml", 6),
        ("feed", FEED, 0),
        ("list", "/sito/novita", 0),
    ):
        archive(comune, kind, path)
        assert total(run(comune, window)) == (new, 6 - new)
    comune.ask("PUT", "/sito/_prova/rest", {"notizia": True})
    comune.reprofile()
    assert total(run(comune, window)) == (0, 6)
    assert len(comune.news()) == 6


def test_a_site_without_a_feed_is_gone_back_by_its_list_pages(comune: Comune) -> None:
    fill_archive(comune)
    listing = f'listings = [{{address = "{comune.loopback.address}/sito/novita"}}]'
    comune.reprofile(("feeds = [", f"{listing}\n# feeds = ["))
    found, rest, _, _ = run(comune, days_ago(comune, 20, 15))
    assert (found.new, found.failure, rest.new) == (6, None, 0)
    with comune.look() as session:
        (source,) = session.exec(select(Source)).all()
    assert source.kind == SourceKind.listing


def test_a_way_that_fails_costs_no_other_and_is_told(comune: Comune) -> None:
    fill_archive(comune)
    comune.reprofile((FEED, "/sito/novita/niente/"))
    feed, _, sitemap, _ = run(comune, days_ago(comune, 20, 15))
    assert feed.failure is not None
    assert feed.failure.startswith(f"{comune.loopback.address}/sito/novita/niente/: answers 404")
    assert (sitemap.new, sitemap.failure) == (6, None)


def test_no_bulletin_takes_what_was_backfilled_unless_an_editor_says_so(comune: Comune) -> None:
    window = days_ago(comune, 5, 0)
    new, _ = total(run(comune, window))
    assert new > 0
    assert comune.compose().items == ()
    assert total(run(comune, window, offer=True, dry_run=True)) == (0, new)
    assert comune.compose().items == ()
    assert total(run(comune, window, offer=True)) == (0, new)
    assert comune.compose().items != ()


def test_what_is_offered_while_it_is_stored_enters_the_next_bulletin(comune: Comune) -> None:
    run(comune, days_ago(comune, 5, 0), offer=True)
    assert {item.offered_at for item in comune.news().values()} == {comune.now}
    assert comune.compose().items != ()


def test_collect_does_not_turn_a_backfilled_item_into_news(comune: Comune) -> None:
    archive(comune, "sitemap", "/sito/wp-sitemap-posts-notizia-1.xml")
    run(comune, days_ago(comune, 30, 0))
    stored = len(comune.news())
    comune.collect()
    assert {item.origin for item in comune.news().values()} == {Origin.backfilled}
    assert len(comune.news()) == stored


def test_a_dry_run_tells_what_it_would_store_and_writes_nothing(comune: Comune) -> None:
    fill_archive(comune)
    feed, *_ = run(comune, days_ago(comune, 8, 7), dry_run=True)
    site = f"{comune.loopback.address}/sito/novita"
    assert sorted(feed.found) == [
        f"2026-11-16 Notizia di 8 giorni fa ({site}/notizia-di-8-giorni-fa/)",
        f"2026-11-17 Notizia di 7 giorni fa ({site}/notizia-di-7-giorni-fa/)",
    ]
    assert feed.problems == ()
    archive(comune, "sitemap", "/sito/wp-sitemap-posts-notizia-1.xml")
    (sitemap,) = run(comune, days_ago(comune, 8, 7), dry_run=True)
    assert sorted(sitemap.found) == sorted(feed.found)
    with comune.look() as session:
        assert session.exec(select(Source)).all() == []
        assert session.exec(select(NewsItem)).all() == []


def test_a_run_that_was_stopped_goes_on_where_it_was(comune: Comune) -> None:
    fill_archive(comune)
    window = days_ago(comune, 18, 12)

    def stop(reading: Reading, _share: float) -> None:
        if reading.new == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(comune, window, progress=stop)
    assert len(comune.news()) == 3
    assert total(run(comune, window)) == (4, 3)
    assert len(comune.news()) == 7


def test_a_page_that_failed_is_read_by_the_next_run(comune: Comune) -> None:
    fill_archive(comune)
    sandbox = comune.loopback.app
    assert sandbox is not None
    closed = True

    async def closing(scope: Any, receive: Any, send: Any) -> None:
        if closed and "/novita/notizia-di-9-giorni-fa" in scope["path"]:
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await sandbox(scope, receive, send)

    comune.loopback.app = closing
    window = days_ago(comune, 10, 8)
    feed, *_ = run(comune, window)
    assert (feed.new, len(feed.problems)) == (3, 1)
    assert "answers 403" in feed.problems[0]
    closed = False
    feed, *_ = run(comune, window)
    assert (feed.new, feed.updated, feed.unchanged) == (0, 1, 2)
    item = comune.news()["Notizia di 9 giorni fa"]
    assert (item.page_failure, item.abstract) == (None, "Una notizia del Comune.")


def test_an_item_without_a_day_is_told_and_not_stored(comune: Comune) -> None:
    entry = Entry("urn:1", "", "Senza giorno", "Testo", None, None)
    (reading,) = recovered(comune, [[entry]], Window(date(2000, 1, 1), date(2030, 1, 1)))
    assert (reading.new, reading.undated) == (0, 1)
    (problem,) = reading.problems
    assert problem.startswith("Senza giorno: not stored, its day is not known")
    assert comune.news() == {}


def test_a_failure_in_the_middle_keeps_what_was_stored_and_says_so(comune: Comune) -> None:
    def broken(get: Any) -> Any:
        yield Batch((entry_of(comune, 1),))
        raise TemporaryError("https://x.example/feed", "answers 503")

    (reading,) = recovered(comune, broken, days_ago(comune, 5, 0), dry_run=True)
    assert reading.new == 1
    assert reading.failure == "https://x.example/feed: answers 503 (until then: 1 new, 0 already stored)"


def entry_of(comune: Comune, days: int) -> Entry:
    url = f"https://x.example/novita/{days}/"
    return Entry(url, url, f"Notizia {days}", "", comune.now - timedelta(days=days), None)


def recovered(comune: Comune, pages: Any, window: Window, *, dry_run: bool = False) -> list[Reading]:
    """Go one way whose answers are these."""
    read = pages if callable(pages) else lambda _get: iter([Batch(tuple(page)) for page in pages])
    way = Way("way", read, (SourceKind.feed, "https://x.example/feed"), declared=True)
    with Patient(user_agent="test", pause=0) as client:
        order = Order(window, comune.now, dry_run)
        return [Past(comune.settings, comune.engine, client, order, lambda *_: None).read(way)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    count=st.integers(1, 60),
    size=st.integers(2, 8),
    first=st.integers(0, 70),
    length=st.integers(0, 30),
    pinned=st.integers(0, 59),
    order=st.randoms(use_true_random=False),
)
def test_all_of_a_window_is_found_once_in_any_order_within_a_page_and_below_a_pinned_item(
    comune: Comune, count: int, size: int, first: int, length: int, pinned: int, order: Any
) -> None:
    days = list(range(count))
    pages = [days[start : start + size] for start in range(0, count, size)]
    pages[0] = [*pages[0], min(pinned, count - 1)]  # an old item that the office keeps on top
    for page in pages:
        order.shuffle(page)
    entries = [[entry_of(comune, day) for day in page] for page in pages]
    window = days_ago(comune, first, max(first - length, 0))
    (reading,) = recovered(comune, entries, window, dry_run=True)
    wanted = {entry_of(comune, day).title for day in days if max(first - length, 0) <= day <= first}
    assert sorted(line.split(" ", 1)[1].split(" (")[0] for line in reading.found) == sorted(wanted)


def test_a_feed_without_further_pages_says_how_far_it_goes_back(comune: Comune) -> None:
    fill_archive(comune)
    sandbox = comune.loopback.app
    assert sandbox is not None

    async def one_page_only(scope: Any, receive: Any, send: Any) -> None:
        await sandbox({**scope, "query_string": b"post_type=notizia"}, receive, send)

    comune.loopback.app = one_page_only
    archive(comune, "feed", FEED)
    (reading,) = run(comune, days_ago(comune, 30, 0), dry_run=True)
    assert (reading.new, reading.failure) == (10, None)
    (problem,) = reading.problems
    assert problem.endswith("only; older news were not seen")
    (reading,) = run(comune, days_ago(comune, 1, 0), dry_run=True)
    assert reading.problems == ()


def test_a_walk_ends_soon_after_the_window_does(comune: Comune) -> None:
    asked = []

    def endless(_get: Any) -> Any:
        for day in range(1000):
            asked.append(day)
            yield Batch((entry_of(comune, day),))

    (reading,) = recovered(comune, endless, days_ago(comune, 9, 5), dry_run=True)
    assert (reading.new, len(asked)) == (5, 12)


@given(first=DAYS, length=st.integers(0, 400), moments=st.lists(MOMENTS, max_size=6))
def test_a_window_holds_its_days_in_rome_and_no_other(
    first: date, length: int, moments: list[datetime]
) -> None:
    window = Window(first, first + timedelta(days=length))
    days = [moment.astimezone(ROME).date() for moment in moments]
    for moment, day in zip(moments, days, strict=True):
        assert window.holds(moment) == (0 <= (day - first).days <= length)
    assert window.is_before(moments) == bool(days and all(day < first for day in days))


@given(first=DAYS, now=MOMENTS, moments=st.lists(MOMENTS, min_size=2, max_size=6))
def test_the_share_that_is_done_grows_from_nothing_to_all(
    first: date, now: datetime, moments: list[datetime]
) -> None:
    window = Window(first, first)
    shares = [window.share(moment, now) for moment in sorted(moments, reverse=True)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert window.share(datetime(first.year - 1, 1, 1, tzinfo=UTC), now) == 1


def test_the_hour_counts_in_rome() -> None:
    window = Window(date(2026, 11, 24), date(2026, 11, 24))
    assert window.holds(datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    assert not window.holds(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
    assert not window.holds(datetime(2026, 11, 23, 22, 59, tzinfo=UTC))


def test_requests_keep_a_second_apart_unless_the_profile_says_more(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    class Hurried(Patient):
        def __init__(self, **options: Any) -> None:
            assert options["pause"] == 60
            super().__init__(**options, sleep=slept.append)

    comune.reprofile(("pause_seconds = 0 ", "pause_seconds = 60 "))
    monkeypatch.setattr(flows.backfill, "Patient", Hurried)
    archive_of_two = days_ago(comune, 5, 0)
    (feed, *_) = run(comune, archive_of_two, dry_run=True)
    assert feed.failure is None
    assert len(slept) >= 5
    assert min(slept) > 50
    comune.reprofile(("pause_seconds = 0 ", "# "))
    assert comune.settings.profile.sources.pause_seconds == 1


def test_the_form_asks_for_days_and_offers_nothing_by_default() -> None:
    fields = backfill.parameters.properties
    assert {name: field["title"] for name, field in fields.items()} == {
        "first_day": "Dal giorno",
        "last_day": "Al giorno (compreso)",
        "dry_run": "Prova: di' che cosa troveresti, senza scrivere niente",
        "offer": "Offri queste notizie nel prossimo bollettino",
        "chi": "chi",  # `deploy.form` writes its title
    }
    assert {fields[name]["format"] for name in ("first_day", "last_day")} == {"date"}
    assert (fields["dry_run"]["default"], fields["offer"]["default"]) == (True, False)


def test_the_profile_tells_the_ways_and_their_order(comune: Comune) -> None:
    window = Window(date(2026, 1, 1), date(2026, 2, 1))
    site = f"{comune.loopback.address}/sito"
    assert [way.name for way in ways(comune.settings.profile, window)] == [
        f"{site}/feed/?post_type=notizia",
        f"{site} (REST)",
        f"{site} (sitemap)",
        f"{site} (Plone)",
    ]
    comune.reprofile(("feeds = [", "# feeds = ["))
    assert ways(comune.settings.profile, window) == []


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BollettinoError, match=r"ends .2026-01-01. before it begins .2026-01-02."):
        Window(date(2026, 1, 2), date(2026, 1, 1))
