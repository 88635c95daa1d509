from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import bulletins, news_items
from db.engine import transaction
from db.models import LIVING, Bulletin, BulletinStatus, NewsItem, Origin, Summary
from db.news_items import Change
from tests.builders import item_of, make_bulletin, make_news_item, make_source, news_data


def _unsent(session: Session, besides: int | None = None) -> set[int]:
    return {item.id for item in news_items.unsent(session, besides=besides)}


@given(st.lists(st.sampled_from([" ", "\n", "\t", "\u00a0"]), min_size=1).map("".join))
def test_white_space_is_no_change(space: str) -> None:
    one, other = news_data(body="Via Roma chiude."), news_data(body=f"{space}Via{space}Roma chiude.{space}")
    assert one.content_sha256 == other.content_sha256
    assert one.content_sha256 != news_data(body="Via Roma apre.").content_sha256


def test_a_word_cannot_slip_from_the_title_into_the_body() -> None:
    one = news_data(title="Via Roma chiude", abstract="", body="")
    assert one.content_sha256 != news_data(title="Via Roma", abstract="chiude", body="").content_sha256


def test_an_item_is_stored_once_and_tells_what_changed(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        changes = []
        for hours, title in enumerate(["Mercato", "Mercato", "Mercato sospeso"]):
            data = news_data(guid="a", url="https://a.example/a", title=title)
            at = now + timedelta(hours=hours)
            changes.append(news_items.store(session, source.id, data, origin=Origin.collected, now=at))
        assert changes == [Change.new, Change.same, Change.updated]
        item = session.exec(select(NewsItem)).one()
        assert (item.title, item.first_seen_at) == ("Mercato sospeso", now)
        assert item.last_seen_at == item.changed_at == now + timedelta(hours=2)
        assert news_items.known(session, source.id, ["a", "b"]) == {"a": item}


def test_one_guid_may_come_from_two_sources(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        for address in ("https://a.example/feed", "https://b.example/feed"):
            source = make_source(session, address=address)
            data = news_data(guid="1")
            stored = news_items.store(session, source.id, data, origin=Origin.collected, now=now)
            assert stored == Change.new


def test_a_page_that_fails_never_wipes_the_body_read_before(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        for body, failure in (("Testo intero.", None), ("", "timeout")):
            data = news_data(guid="a", body=body, page_failure=failure)
            news_items.store(session, source.id, data, origin=Origin.collected, now=now)
        item = session.exec(select(NewsItem)).one()
        assert (item.body, item.page_failure, item.changed_at) == ("Testo intero.", "timeout", None)


def test_only_a_living_or_sent_bulletin_holds_its_items(engine: Engine) -> None:
    with transaction(engine) as session:
        for status in BulletinStatus:
            item = make_news_item(session)
            make_bulletin(session, [item_of(item)], status=status)
            assert (item.id in _unsent(session)) == (status not in LIVING), status


def test_an_item_that_an_editor_took_out_is_free_again(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        kept, out = make_news_item(session), make_news_item(session)
        bulletin = make_bulletin(session, [item_of(kept), item_of(out)])
        assert _unsent(session) == set()
        bulletins.add_version(session, bulletin, [item_of(kept)], author="anna", now=now)
        assert _unsent(session) == {out.id}


def test_a_bulletin_may_be_left_out_of_the_count(engine: Engine) -> None:
    with transaction(engine) as session:
        mine, others = make_news_item(session), make_news_item(session)
        bulletin = make_bulletin(session, [item_of(mine)])
        make_bulletin(session, [item_of(others)])
        assert _unsent(session, besides=bulletin.id) == {mine.id}


def test_what_an_editor_discarded_and_what_is_of_the_past_is_never_news(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        make_news_item(session, origin=Origin.backfilled)
        discarded, news = make_news_item(session), make_news_item(session)
        news_items.discard(session, [discarded.id], now=now)
        assert _unsent(session) == {news.id}


def test_the_newest_comes_first_and_the_undated_last(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        days = (2, None, 1, 3)
        items = [
            make_news_item(session, news_data(published_at=now - timedelta(days=day) if day else None))
            for day in days
        ]
        expected = [items[2], items[0], items[3], items[1]]
        assert news_items.unsent(session) == expected


def test_an_alert_item_without_news_does_not_hide_the_news(engine: Engine) -> None:
    """`NOT IN (NULL)` is never true in SQL."""
    with transaction(engine) as session:
        item = make_news_item(session)
        alert = bulletins.ItemData(title="Allerta", category="allerta", url="", text="Arancione.")
        make_bulletin(session, [alert])
        assert _unsent(session) == {item.id}
        assert session.exec(select(Bulletin)).one().status == BulletinStatus.draft


def test_a_summary_belongs_to_one_state_of_the_item(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        item = make_news_item(session)
        made = Summary(
            news_item_id=item.id,
            content_sha256=item.content_sha256,
            budget=224,
            text="Via Roma chiude.",
            method="abstract",
            created_at=now,
        )
        session.add(made)
        assert news_items.summary(session, item, 224) is made
        assert news_items.summary(session, item, 301) is None
        item.content_sha256 = news_data(title="Altro").content_sha256
        assert news_items.summary(session, item, 224) is None
