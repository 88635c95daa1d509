"""What many feeds may hold that is stored already is asked for once, and each question stands for itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from db import news_items
from db.engine import transaction
from db.models import Origin, SourceKind
from flows.sources import visit
from flows.sources.already_stored import AlreadyStored
from scrapers.feeds.feeds import Entry, Feed
from tests.world.builders import NOW, make_source, news_data
from tests.world.comune import Comune
from tests.world.shelf import Shelf

STORED = replace(news_data(guid="a", title="Mercato sospeso sabato"), address_key="a.example/1")


def feed(*entries: tuple[str, str, str]) -> Feed:
    """Of guid, address and title."""
    return Feed("t", tuple(Entry(guid, url, title, "", None, None) for guid, url, title in entries))


NEW = ("n", "https://a.example/n", "Nuova")


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as session:
        news_items.add(session, make_source(session).id, [STORED], origin=Origin.collected, now=NOW)
        yield session


@pytest.mark.parametrize(
    ("entry", "held"),
    [
        (("a", "https://a.example/altro", "Altro"), True),
        (("b", "http://www.a.example/1/?utm_source=feed", "Altro"), True),
        (("b", "https://a.example/altro", "Mercato sospeso sabato"), True),
        (NEW, False),
    ],
)
def test_a_stored_item_is_found_by_guid_address_or_title(
    session: Session, entry: tuple[str, str, str], held: bool
) -> None:
    asked, other = feed(NEW, entry), feed(("z", "", "Zeta"))
    stock = AlreadyStored(session, [asked, other])
    assert (stock.may_hold(asked), stock.may_hold(other)) == (held, False)


def test_what_is_stored_meanwhile_is_held_too(session: Session) -> None:
    asked = feed(NEW)
    stock = AlreadyStored(session, [asked])
    stock.add([replace(news_data(guid="m", title="Mai vista"), address_key="a.example/n")])
    assert stock.may_hold(asked)


@pytest.mark.parametrize("refused", ["\0", "\ud83d"])
def test_a_text_that_no_database_takes_costs_no_other_feed(session: Session, refused: str) -> None:
    odd, good, new = feed((f"a{refused}", "", "Uno")), feed(("a", "", "Uno")), feed(NEW)
    stock = AlreadyStored(session, [odd, good, new])
    assert [stock.may_hold(asked) for asked in (odd, good, new)] == [True, True, False]


def test_thousands_of_entries_are_asked_for_in_blocks(session: Session) -> None:
    many = feed(*((f"g{n}", f"https://b.example/{n}", f"Titolo {n}") for n in range(3 * news_items.BLOCK)))
    last = feed(("a", "", "Z"))
    stock = AlreadyStored(session, [many, last])
    assert (stock.may_hold(many), stock.may_hold(last)) == (False, True)


def old_feed(site: str, *numbers: int) -> str:
    day = format_datetime(NOW - timedelta(days=300))
    items = "".join(
        f"<item><title>Notizia numero {n}</title><link>{site}/novita/{n}</link>"
        f"<pubDate>{day}</pubDate></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>t</title><link>{site}</link>{items}</channel></rss>"


def feeds_of(comune: Comune, shelf: Shelf, *contents: str) -> list[tuple[SourceKind, str]]:
    site = comune.loopback.address
    for number, content in enumerate(contents):
        shelf.put(f"/f/{number}", content)
    addresses = [f"{site}/f/{number}" for number in range(len(contents))]
    comune.reprofile((f"{site}/sito/feed/?post_type=notizia", '", "'.join(addresses)))
    return [(SourceKind.feed, address) for address in addresses]


def test_one_news_in_two_feeds_is_stored_once_at_the_first_reading_of_all(
    comune: Comune, shelf: Shelf
) -> None:
    site = comune.loopback.address
    feeds_of(comune, shelf, old_feed(site, 1, 2), old_feed(site, 2, 3))
    readings = comune.collect()
    assert [(reading.failure, reading.new) for reading in readings] == [(None, 2), (None, 1)]
    assert sorted(comune.news()) == ["Notizia numero 1", "Notizia numero 2", "Notizia numero 3"]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is said to any database, as it is said."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    def note_savepoint(_connection: object, name: str) -> None:
        said.append(f"SAVEPOINT {name}")

    listeners = (("before_cursor_execute", note), ("savepoint", note_savepoint))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield said
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


def test_a_first_reading_of_many_feeds_asks_once_what_is_stored(comune: Comune, shelf: Shelf) -> None:
    site = comune.loopback.address
    feeds_of(comune, shelf, old_feed(site, 1000))
    comune.collect()
    wanted = feeds_of(comune, shelf, *(old_feed(site, number) for number in range(12)))
    with statements() as said:
        readings = visit.read_sources(comune.settings, wanted[1:], dry_run=False, now=comune.now)
    assert [reading.new for reading in readings] == [1] * 11
    asked = [one for one in said if one.startswith("SELECT") and "FROM newsitem" in one]
    assert len(asked) == 4  # whether anything is stored; guids, addresses, titles


def test_sources_that_did_not_change_cost_no_statement_each(comune: Comune, shelf: Shelf) -> None:
    site = comune.loopback.address
    wanted = feeds_of(comune, shelf, *(old_feed(site, number) for number in range(12)))
    comune.collect()
    with statements() as said:
        readings = visit.read_sources(
            comune.settings, wanted, dry_run=False, now=comune.now + timedelta(minutes=30)
        )
    assert all(reading.not_modified for reading in readings)
    assert 0 < len(said) < len(wanted), said
