"""Prefect's own database on PostgreSQL: in the archive, restored, tried; and who is told its address."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from db.engine import make_engine
from flows.backup import archive, drill, placing, taking
from flows.backup.archive import BackupError
from flows.backup.manifest import PREFECT, PREFECT_DUMP
from flows.backup.restoring import report_of
from flows.doctor.restored import look
from flows.door import environment
from flows.settings import DEMO, Settings, load_profile
from tests.bench import send_town
from tests.world.postgresql import new_postgresql
from tests.world.safe import path_with_tools
from tests.world.small_town import Town, tree_of

ADDRESS = "postgresql://somebody:password@db.comune.it/prefect"


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())


@pytest.fixture
def town(engine: Engine, tmp_path: Path, empty_postgresql: str) -> Iterator[Town]:
    """Its Prefect keeps a run in a database of PostgreSQL."""
    found = Town(engine, tmp_path)
    found.settings.prefect_database = new_postgresql(empty_postgresql)
    own = make_engine(found.settings.prefect_database)
    with own.begin() as connection:
        connection.execute(text("CREATE TABLE flow_run (name TEXT)"))
        connection.execute(text("INSERT INTO flow_run VALUES ('componi')"))
    yield found
    own.dispose()


def moved(town: Town, empty: str) -> Settings:
    """Another machine, with empty databases."""
    found = town.moved(lambda: new_postgresql(empty))
    found = Settings(found.profile, found.path, found.state, found.database)
    found.prefect_database = new_postgresql(empty)
    return found


def runs(address: str | None) -> list[str]:
    assert address is not None
    own = make_engine(address)
    try:
        with own.connect() as connection:
            return list(connection.execute(text("SELECT name FROM flow_run")).scalars())
    finally:
        own.dispose()


def test_it_is_in_the_archive_and_comes_back(town: Town, tmp_path: Path, empty_postgresql: str) -> None:
    path = town.safe.take(town.settings)
    archive.read(path, [town.safe.identity], tmp_path / "open")
    found = tree_of(tmp_path / "open")
    assert PREFECT_DUMP in found
    assert PREFECT not in found
    assert "prefect/storage/a1b2" in found
    new = moved(town, empty_postgresql)
    town.safe.restore(new, town.safe.wish(path, tmp_path / "new"))
    assert runs(new.prefect_database) == ["componi"]
    assert not (tmp_path / "new" / PREFECT_DUMP).exists()
    assert report_of(tmp_path / "new")["is_finished"] is True
    again = moved(town, empty_postgresql)
    again.prefect_database = new.prefect_database
    with pytest.raises(
        BackupError, match=r"Prefect's database, \S+, is not empty: name a new one in BOLLETTINO_"
    ):
        town.safe.restore(again, town.safe.wish(path, tmp_path / "again"))


def test_one_that_was_killed_before_it_goes_on(
    town: Town, tmp_path: Path, empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, new = town.safe.take(town.settings), moved(town, empty_postgresql)
    wish = town.safe.wish(path, tmp_path / "new", registers=town.settings.state)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(placing, "_end", die)
        with pytest.raises(KeyboardInterrupt):
            town.safe.restore(new, wish)
    assert report_of(wish.into)["is_finished"] is False
    settings, placed = town.safe.restore(new, wish)
    assert (placed.people, placed.number > 0) == (0, True)
    assert runs(new.prefect_database) == ["componi"]
    assert report_of(settings.state)["is_finished"] is True


def test_the_drill_tries_it_beside_and_leaves_nothing(town: Town) -> None:
    town.safe.take(town.settings)

    def there() -> list[str]:
        own = make_engine(str(town.settings.prefect_database))
        with own.connect() as connection:
            names = list(connection.execute(text("SELECT datname FROM pg_database ORDER BY 1")).scalars())
        own.dispose()
        return names

    before = there()
    report, _ = drill.run(town.settings, [town.safe.identity], look, now=datetime.now(UTC))
    assert report.is_good, report.trouble
    assert not any("Prefect" in line for line in report.missing)
    assert there() == before
    assert runs(town.settings.prefect_database) == ["componi"]


def test_one_that_does_not_answer_does_not_cost_ours(sqlite: Engine, tmp_path: Path) -> None:
    town = Town(sqlite, tmp_path)
    town.settings.prefect_database = "postgresql://somebody@127.0.0.1:9/prefect"
    taken = taking.take(town.settings, now=datetime.now(UTC))
    (line,) = taken.warnings
    assert line.startswith("the archive is without Prefect's database: pg_dump failed: ")
    found = archive.read(town.safe.archives / taken.sidecar.file, [town.safe.identity])
    assert not found.holds(PREFECT_DUMP)


def test_its_address_is_for_the_server_and_the_backup_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLETTINO_PREFECT_DATABASE", ADDRESS)
    assert Settings(load_profile(DEMO), DEMO, tmp_path).environment()[environment.OWN_DATABASE]
    told = environment.of_prefect(ADDRESS)
    (value,) = told.values()
    assert make_url(value).drivername == "postgresql+asyncpg"
    assert make_url(value).set(drivername="postgresql") == make_url(ADDRESS)
    assert environment.of_prefect("postgres://a@b/c") == {
        environment.OWN_DATABASE: "postgresql+asyncpg://a@b/c"
    }
    assert environment.of_prefect(None) == {}
    whole = {**os.environ, **told}
    knows = {
        process
        for process in ("sandbox", "prefect", "worker", "web", "watchdog", "backup", "drill", "doctor", "pg")
        if "password@db" in str(environment.given_to(process, whole))
    }
    assert knows == {"prefect", "backup", "drill", "doctor"}
