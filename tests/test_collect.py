from datetime import timedelta

import pytest
from prefect import Flow
from sqlmodel import select

from db import sources
from db.models import Hazard, Level, Origin, Source, WeatherAlert
from flows.backfill import backfill
from flows.collect import collect
from tests.world.comune import Comune

GARIBALDI = "Via Garibaldi chiusa al traffico per lavori all'acquedotto"
SITE = "/sito/_prova/articoli"


def article(comune: Comune, title: str = GARIBALDI) -> dict[str, str]:
    found: dict[str, str] = next(one for one in comune.ask("GET", SITE) if one["title"] == title)
    return found


@pytest.mark.parametrize("flow", [collect, backfill])
def test_a_flow_that_reads_what_others_serve_ends(flow: Flow[..., object]) -> None:
    """An editor's round and a send read for `rereading.LATEST` at most; these read as long as there is."""
    assert 0 < (flow.timeout_seconds or 0) <= timedelta(hours=12).total_seconds()


def test_the_first_reading_stores_every_article_with_abstract_and_body(comune: Comune) -> None:
    online = comune.ask("GET", SITE)
    alerts, news = comune.collect("all")
    assert (news.new, news.updated, news.failure, news.problems) == (10, 0, None, ())
    assert alerts.new == 6
    assert len(online) >= 10, "a feed holds ten at most"
    stored = comune.news()
    assert set(stored) <= {one["title"] for one in online}
    for one in online:
        if item := stored.get(one["title"]):
            assert item.abstract == one["abstract"]
            assert len(item.body) > 200
            assert item.origin == Origin.collected
            assert item.page_failure is None
    assert "strada è aperta" in stored[GARIBALDI].body


def test_a_second_reading_is_conditional_and_stores_nothing(comune: Comune) -> None:
    comune.collect("all")
    with comune.look() as session:
        before = {source.address: source.etag for source in session.exec(select(Source))}
    assert all(before.values())
    comune.now += timedelta(minutes=30)
    alerts, news = comune.collect("all")
    assert (news.new, news.updated, news.unchanged) == (0, 0, 0), "304: the feed was not even parsed"
    assert (alerts.new, alerts.unchanged) == (0, 0)
    with comune.look() as session:
        marks = session.exec(select(Source)).all()
        assert {source.address: source.etag for source in marks} == before
        assert [source.succeeded_at for source in marks] == [comune.now] * 2


def test_only_what_was_edited_is_read_again(comune: Comune) -> None:
    comune.collect()
    first = comune.news()[GARIBALDI]
    slug = article(comune)["slug"]
    comune.ask("PUT", f"{SITE}/{slug}", {"body": "<p>I lavori in via Garibaldi sono rinviati a marzo.</p>"})
    comune.now += timedelta(minutes=30)
    (news,) = comune.collect()
    assert (news.new, news.updated, news.unchanged) == (0, 1, 9)
    second = comune.news()[GARIBALDI]
    assert second.body == "I lavori in via Garibaldi sono rinviati a marzo."
    assert (second.id, second.guid) == (first.id, first.guid)
    assert second.content_sha256 != first.content_sha256
    assert (second.first_seen_at, second.changed_at) == (first.first_seen_at, comune.now)


def test_a_new_article_joins_the_others(comune: Comune) -> None:
    comune.collect()
    comune.ask(
        "POST", SITE, {"title": "Il parco di via Po riapre", "abstract": "Da domani, dalle 8 alle 20."}
    )
    (news,) = comune.collect()
    assert (news.new, news.updated) == (1, 0)
    assert comune.news()["Il parco di via Po riapre"].abstract == "Da domani, dalle 8 alle 20."


def test_a_withdrawn_article_keeps_what_was_read(comune: Comune) -> None:
    comune.collect()
    before = comune.news()[GARIBALDI]
    comune.ask("DELETE", f"{SITE}/{article(comune)['slug']}")
    (news,) = comune.collect()
    assert (news.updated, news.failure) == (0, None)
    assert comune.news()[GARIBALDI].body == before.body


def test_an_item_whose_feed_body_is_a_mere_break_gets_the_text_of_its_page(comune: Comune) -> None:
    body = "<p>Lo sportello dei tributi resta chiuso per formazione del personale.</p>"
    comune.ask("POST", SITE, {"title": "Tributi, sportello chiuso", "body": body, "quick_edited": True})
    comune.collect()
    assert comune.news()["Tributi, sportello chiuso"].body == (
        "Lo sportello dei tributi resta chiuso per formazione del personale."
    )


def test_alerts_of_the_zone_are_stored_once(comune: Comune) -> None:
    issued = comune.now.isoformat()
    levels = {"Lomb-09": {"today": {"idraulico": "arancione"}, "tomorrow": {"temporali": "rossa"}}}
    comune.ask("POST", "/dpc/_prova", {"zones": levels, "issued": issued})
    (first,) = comune.collect("alerts")
    with comune.look() as session:  # without its mark the same archive comes whole again
        source = sources.find(session, comune.settings.profile.sources.alerts_dpc)
        assert source is not None
        source.etag = source.last_modified = None
    (second,) = comune.collect("alerts")
    assert (first.new, second.new, second.unchanged) == (6, 0, 6)
    with comune.look() as session:
        rows = session.exec(select(WeatherAlert)).all()
    assert {row.zone for row in rows} == {"Lomb-09"}
    assert {(row.hazard, row.level) for row in rows if row.level != Level.verde} == {
        (Hazard.idraulico, Level.arancione),
        (Hazard.temporali, Level.rossa),
    }


def test_an_archive_that_stands_still_is_a_failure_and_never_green(comune: Comune) -> None:
    issued = comune.now.isoformat()
    comune.ask("POST", "/dpc/_prova", {"zones": {}, "issued": issued})
    comune.collect("alerts")
    comune.now += timedelta(days=2)
    (reading,) = comune.collect("alerts")
    assert reading.failure is not None
    assert "stale: issued on 2026-11-24" in reading.failure


def test_a_dry_run_counts_and_writes_nothing(comune: Comune) -> None:
    alerts, news = comune.collect("all", dry_run=True)
    assert (news.new, alerts.new) == (10, 6)
    with comune.look() as session:
        assert session.exec(select(Source)).all() == []
    assert comune.news() == {}
