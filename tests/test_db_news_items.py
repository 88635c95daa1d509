from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import bulletins, news_items
from db.engine import transaction
from db.models import LIVING, Bulletin, BulletinStatus, Edit, NewsItem, Origin, Summary
from db.news_items import StoredItem
from tests.world.builders import item_of, make_bulletin, make_news_item, make_source, news_data


def _unsent(session: Session, excluding: int | None = None) -> set[int]:
    return {item.id for item in news_items.unsent(session, excluding=excluding)}


@given(st.lists(st.sampled_from([" ", "\n", "\t", "\u00a0"]), min_size=1).map("".join))
def test_white_space_is_no_change(space: str) -> None:
    one, other = news_data(body="Via Roma chiude."), news_data(body=f"{space}Via{space}Roma chiude.{space}")
    assert one.content_sha256 == other.content_sha256
    assert one.content_sha256 != news_data(body="Via Roma apre.").content_sha256


def test_a_word_cannot_slip_from_the_title_into_the_body() -> None:
    one = news_data(title="Via Roma chiude", abstract="", body="")
    assert one.content_sha256 != news_data(title="Via Roma", abstract="chiude", body="").content_sha256


def _known(session: Session, source_id: int, guid: str) -> StoredItem:
    (found,) = news_items.matching(session, source_id, guids=[guid])
    return found


def test_an_edit_keeps_what_it_replaced_and_marks_what_it_is(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        said = [
            ("Mercato", None),
            ("Mercato", None),
            ("MERCATO", Edit.cosmetic),
            ("Mercato sospeso", Edit.updated),
        ]
        for hours, (title, edit) in enumerate(said):
            at = now + timedelta(hours=hours)
            data = news_data(guid="a", url="https://a.example/a", title=title)
            if not hours:
                news_items.add(session, source.id, [data], origin=Origin.collected, now=at)
                continue
            lost, gained = ([("critical", "x")], [("critical", "y")]) if edit == Edit.updated else ([], [])
            number = _known(session, source.id, "a").id
            news_items.revise(session, number, data, edit=edit, lost=lost, gained=gained, now=at)
            session.flush()
        item = session.exec(select(NewsItem)).one()
        assert (item.title, item.first_seen_at) == ("Mercato sospeso", now)
        assert item.last_seen_at == item.changed_at == item.facts_changed_at == now + timedelta(hours=3)
        kept = news_items.revisions(session, item.id)
        assert [(one.title, one.edit) for one in kept] == [
            ("Mercato", Edit.cosmetic),
            ("MERCATO", Edit.updated),
        ]
        assert (kept[1].lost, kept[1].gained) == ([["critical", "x"]], [["critical", "y"]])


def test_an_item_is_known_by_guid_address_or_title_within_its_source(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source, other = make_source(session), make_source(session, address="https://b.example/feed")
        data = replace(news_data(guid="a", title="Mercato"), address_key="a.example/mercato")
        for of in (source, other):
            news_items.add(session, of.id, [data], origin=Origin.collected, now=now)
        for by in ({"guids": ["a", "b"]}, {"keys": ["a.example/mercato"]}, {"titles": ["Mercato"]}):
            (found,) = news_items.matching(session, source.id, **by)
            assert (found.guid, found.title, found.page_failures) == ("a", "Mercato", 0)
        assert news_items.matching(session, source.id, guids=["c"], keys=["", "c"], titles=["Sagra"]) == []


def test_an_item_without_an_address_is_not_every_item_without_one(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        news_items.add(session, source.id, [news_data(guid="a")], origin=Origin.collected, now=now)
        assert news_items.matching(session, source.id, keys=[""]) == []


def test_a_page_that_fails_never_wipes_what_was_read_before(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        whole = replace(
            news_data(guid="a", body="Testo intero."),
            page_checked_at=now,
            topics=("Ambiente",),
            attachments=(("Ordinanza", "https://a.example/o.pdf"),),
            expires_on=date(2026, 12, 1),
        )
        news_items.add(session, source.id, [whole], origin=Origin.collected, now=now)
        failed = news_data(guid="a", title="Mercato", body="", page_failure="timeout")
        for _ in range(2):
            number = _known(session, source.id, "a").id
            news_items.revise(session, number, failed, edit=None, now=now)
            session.flush()
        item = session.exec(select(NewsItem)).one()
        assert (item.title, item.body, item.topics) == ("Mercato", "Testo intero.", ["Ambiente"])
        assert item.attachments == [{"title": "Ordinanza", "url": "https://a.example/o.pdf"}]
        assert (item.page_failure, item.page_failures, item.changed_at) == ("timeout", 2, None)
        assert item.expires_on == date(2026, 12, 1)


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
        assert _unsent(session, excluding=bulletin.id) == {mine.id}


def test_what_an_editor_discarded_and_what_is_of_the_past_is_never_news(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        past = [make_news_item(session, origin=of) for of in (Origin.backfilled, Origin.initial)]
        discarded, news = make_news_item(session), make_news_item(session)
        news_items.discard(session, [discarded.id], now=now)
        assert _unsent(session) == {news.id}
        news_items.offer(session, [past[0].id], now=now)
        assert _unsent(session) == {news.id, past[0].id}


def test_days_of_news_are_those_of_publication_or_of_the_first_sight(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        for days in (1, 1, 4, 200, None):
            published = now - timedelta(days=days) if days else None
            make_news_item(
                session, news_data(published_at=published), source=source, now=now - timedelta(days=2)
            )
        found = news_items.days_of_news(session, source.id, since=now - timedelta(days=30))
        wanted = [(now - timedelta(days=n)).date() for n in (1, 2, 4)]
        assert [day for day in found if day >= wanted[-1]] == wanted


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
