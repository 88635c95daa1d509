"""Types, transactions and the two readers' marks: the same on both databases."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread, Timer
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col, select

from db import claims, inbound, sources, weather_alerts
from db.engine import StoreError, make_engine, reading, transaction
from db.models import InboundEvent, Level, Source, SourceKind, WeatherAlert
from db.vault import Vault
from db.weather_alerts import AlertData
from tests.world.builders import make_source, make_weather_alert
from tests.world.volatile import prepare_durably


def test_what_a_comune_commits_has_reached_the_disk(tmp_path: Path) -> None:
    """As https://www.sqlite.org/pragma.html#pragma_synchronous has it: 2 is FULL, which waits in WAL, too."""
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        prepare_durably(connection, 1000)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_brought_back_is_opened_while_another_writes_to_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", check_same_thread=False)) as other:
        other.execute("CREATE TABLE a (b)")
        other.execute("BEGIN IMMEDIATE")
        writer = Timer(0.3, other.rollback)
        writer.start()
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            prepare_durably(connection, 10_000)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        writer.join()


def test_a_file_that_stays_held_is_waited_for_no_longer_than_allowed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("CREATE TABLE a (b)")
        other.execute("BEGIN IMMEDIATE")
        with (
            closing(sqlite3.connect(tmp_path / "a.db")) as connection,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            prepare_durably(connection, 50)


def test_a_naive_time_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 11, 24, 10, 30)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"), transaction(engine) as session:
        session.add(Source(kind=SourceKind.feed, address="https://a.example", checked_at=naive))


def test_a_time_comes_back_as_the_same_instant_in_utc(engine: Engine) -> None:
    rome = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Rome"))
    with transaction(engine) as session:
        session.add(Source(kind=SourceKind.feed, address="https://a.example", checked_at=rome))
    with transaction(engine) as session:
        found = session.exec(select(Source)).one()
        assert found.checked_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        assert found.checked_at.tzinfo is UTC
        assert session.exec(select(Source).where(col(Source.checked_at) >= rome)).one()


def test_an_enum_is_stored_by_value(engine: Engine) -> None:
    with transaction(engine) as session:
        make_weather_alert(session, level=Level.rossa)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT level FROM weatheralert")).scalar() == "rossa"


def test_an_error_rolls_the_whole_transaction_back(engine: Engine) -> None:
    def work() -> None:
        with transaction(engine) as session:
            make_source(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    with transaction(engine) as session:
        assert session.exec(select(Source)).all() == []


def test_a_row_that_others_need_cannot_be_deleted(engine: Engine) -> None:
    with transaction(engine) as session:
        make_weather_alert(session)
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.connection().execute(text("DELETE FROM source"))


def test_writers_wait_for_each_other_instead_of_failing(engine: Engine, now: datetime) -> None:
    """Read, then write: on SQLite a deferred transaction would fail here with "database is locked"."""
    with transaction(engine) as session:
        source_id = make_source(session).id
    errors: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(5):
                with transaction(engine) as session:
                    session.get_one(Source, source_id, with_for_update=True)
                    sources.failed(session, source_id, "404", now=now)
        except Exception as exc:  # noqa: BLE001  (the main thread looks at it)
            errors.append(exc)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with transaction(engine) as session:
        assert session.get_one(Source, source_id).failures == 20


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    """A page must open while a dispatch writes."""
    with transaction(engine) as session:
        make_source(session)
    with transaction(engine) as writer:
        make_source(writer, address="https://b.example/feed")
        with reading(engine) as reader:
            assert len(reader.exec(select(Source)).all()) == 1


def test_a_source_counts_failures_in_a_row_and_forgets_them_at_the_next_success(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        source = make_source(session)
        assert make_source(session).id == source.id
        assert [sources.failed(session, source.id, "timeout", now=now) for _ in range(2)] == [1, 2]
        assert (source.failure, source.succeeded_at) == ("timeout", None)
        sources.succeeded(session, [sources.Mark(source.id, '"a"', None, "x", now)], now=now)
        assert (source.failures, source.failure, source.succeeded_at) == (0, None, now)
        assert (source.etag, source.content_sha256, source.whole_at) == ('"a"', "x", now)


def test_an_alert_read_twice_is_stored_once_and_the_newest_statement_comes_first(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        first = make_weather_alert(session, now=now - timedelta(hours=3))
        names = AlertData.__dataclass_fields__
        same = {name: getattr(first, name) for name in names}
        newer = AlertData(**{**same, "sent_at": now, "level": Level.gialla})
        assert weather_alerts.store(session, first.source_id, [AlertData(**same)], now=now) == 0
        assert weather_alerts.store(session, first.source_id, [newer, newer], now=now) == 1
        found = weather_alerts.not_over(session, ["Lomb-09"], now=now)
        assert [alert.level for alert in found] == [Level.gialla, Level.arancione]
        assert weather_alerts.not_over(session, ["Lomb-09"], now=first.expires) == []
        assert len(session.exec(select(WeatherAlert)).all()) == 2


def test_an_update_is_kept_once_encrypted_and_waits_until_it_is_handled(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        for keys in ("AB", "BA", "A"):  # another post may bring the same, in another order
            came = {vault.hash(one): inbound.Incoming("message", "+39333", '{"a": 1}') for one in keys}
            inbound.store(session, inbound.seal(session, vault, came, now=now))
        same = inbound.seal(session, vault, {"C": inbound.Incoming("status", None, "{}")}, now=now)
        inbound.store(session, same)
        inbound.store(session, same)  # sealed by two posts before either was stored
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM inboundevent")).all()
        assert "wamid" not in str(rows)
        assert "+39333" not in str(rows)
    with transaction(engine) as session:
        first, second = inbound.waiting(session, statuses=False, limit=10)
        assert first.id < second.id
        assert vault.open(inbound.payloads(session, [first.id])[first.id]) == '{"a": 1}'
        assert [one.event_hash for one in inbound.waiting(session, statuses=True, limit=10)] == ["C"]
        assert inbound.take(session, [second.id, first.id]) == [first.id, second.id]
        inbound.handled(session, [first.id], now=now)
        inbound.fail(session, second.id, "KeyError")
        inbound.fail(session, first.id, "TooLate")
    with transaction(engine) as session:
        assert inbound.waiting(session, statuses=False, limit=10) == []
        assert inbound.take(session, [first.id, second.id]) == [second.id]
        assert [one.id for one in inbound.failed(session)] == [second.id]
        assert inbound.parked(session) == 1
        assert set(claims.unread_since(session)) == {vault.hash("+39333")}, "of statuses none"
        assert inbound.last_received(session) == now
        assert len(session.exec(select(InboundEvent)).all()) == 3


def test_a_status_that_came_early_is_no_failure(engine: Engine, vault: Vault, now: datetime) -> None:
    minute = timedelta(minutes=1)
    with transaction(engine) as session:
        for place, at in enumerate((now - 9 * minute, now)):
            came = {f"{place}": inbound.Incoming("status", None, "{}")}
            inbound.store(session, inbound.seal(session, vault, came, now=at))
        old, young = (one.id for one in inbound.waiting(session, statuses=True, limit=10))
        for _ in range(2):
            assert inbound.put_off(session, [old, young], since=now - 5 * minute) == {young}
        assert inbound.put_off(session, [], since=now) == set()
    with transaction(engine) as session:
        assert [one.id for one in inbound.waiting(session, statuses=True, limit=10)] == [old]
        assert [one.id for one in inbound.early(session, after=0, limit=10)] == [young]
        assert inbound.early(session, after=young, limit=10) == []
        assert (inbound.failed(session), inbound.parked(session)) == ([], 0)
        inbound.handled(session, inbound.take(session, [young]), now=now)
        assert inbound.early(session, after=0, limit=10) == []


def test_what_was_compiled_for_one_database_serves_the_next(engine: Engine) -> None:
    """Whoever opens hundreds of them would else compile and keep each statement as often."""
    found = list[CacheStats]()
    other = make_engine(engine.url.render_as_string(hide_password=False))
    for each in (engine, other):
        event.listen(each, "after_cursor_execute", lambda *heard: found.append(heard[4].cache_hit))
        with transaction(each) as session:
            statement = select(Source.kind, Source.address).where(col(Source.address) == "https://b.example")
            assert session.exec(statement).all() == []
    other.dispose()
    assert found[-1] is CacheStats.CACHE_HIT


def test_a_server_that_is_known_is_not_asked_again_which_one_it_is(
    postgresql: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql.connect() as known:
        told = known.dialect.server_version_info
    asked: list[object] = []
    monkeypatch.setattr(PGDialect_psycopg, "initialize", lambda _, connection: asked.append(connection))
    other = make_engine(postgresql.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        assert connection.dialect.server_version_info == told
    other.dispose()
    assert asked == []


def test_an_error_quotes_no_value_of_the_statement(engine: Engine) -> None:
    """Values may be personal data, and errors end in logs."""
    with transaction(engine) as session:
        session.add(Source(kind=SourceKind.feed, address="https://example.org/segreto"))
    with pytest.raises(IntegrityError) as caught, transaction(engine) as session:
        session.add(Source(kind=SourceKind.feed, address="https://example.org/segreto"))
    assert "INSERT INTO source" in str(caught.value)
    assert "[SQL parameters hidden" in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["postgres//user:word@host/x", "mysql://user:word@host/x", "postgresql://u:a@b:word@host/x", ""],
)
def test_what_is_no_address_of_ours_is_said_in_a_line_without_it(address: str) -> None:
    with pytest.raises(StoreError, match=r"BOLLETTINO_DATABASE to postgresql://user:password@host") as caught:
        make_engine(address)
    assert "word@host/x" not in str(caught.value)
