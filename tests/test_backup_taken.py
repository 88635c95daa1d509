"""A backup holds all that it must and no secret; half of one is never there; an old one goes last."""

import json
import os
import re
import sqlite3
import subprocess
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from db import schema
from db.canary import StrangeKeyError
from db.engine import make_engine, transaction
from flows.backup import archive, databases, taking
from flows.backup.archive import BackupError
from flows.backup.manifest import DATABASE, DUMP, JOURNAL, WITNESS, Sidecar
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR, Shelf
from flows.settings import Settings
from tests.bench import send_town
from tests.world.builders import make_recipient
from tests.world.safe import TOOLS, path_with_tools
from tests.world.small_town import Town, tree_of
from tests.world.tiny_disk import TinyDisk, no_file_grows_beyond

ANNA = "+393331234567"
DAY = timedelta(days=1)


@pytest.fixture
def town(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())
    found = Town(engine, tmp_path)
    found.join(ANNA)
    return found


def test_it_holds_both_databases_and_the_registers_lie_apart(town: Town, tmp_path: Path) -> None:
    town.begin(town.fill(20))
    path = town.safe.take(town.settings)
    read = archive.read(path, [town.safe.identity], tmp_path / "open")
    ours = DATABASE if town.engine.dialect.name == "sqlite" else DUMP
    assert tree_of(tmp_path / "open").keys() == {
        *(ours, "certificati/bollettino-1.json", "prefect/prefect.db", "prefect/storage/a1b2", "profilo.toml")
    }
    assert read.counts == databases.counts(town.engine)
    assert (read.counts["recipient"], read.starts, read.revision) == (21, 1, schema.head())
    registers = Shelf(town.safe.archives, read.slug).newest(REGISTERS)
    assert registers is not None
    archive.read(registers, [town.safe.identity], tmp_path / "apart")
    assert tree_of(tmp_path / "apart") == {
        name: (town.settings.state / name).read_bytes() for name in (JOURNAL, WITNESS)
    }
    with closing(sqlite3.connect(tmp_path / "open" / "prefect" / "prefect.db")) as connection:
        assert connection.execute("SELECT name FROM flow_run").fetchall() == [("componi",)]


def test_no_secret_is_in_it_and_nothing_of_a_person_in_clear(town: Town, tmp_path: Path) -> None:
    path = town.safe.take(town.settings)
    archive.read(path, [town.safe.identity], tmp_path / "open")
    for content in tree_of(tmp_path / "open").values():
        assert not any(secret in content for secret in town.secrets())
        assert ANNA.encode() not in content
    sidecar = Sidecar.model_validate_json(path.with_suffix(".json").read_bytes())
    assert (sidecar.file, sidecar.size) == (path.name, path.stat().st_size)
    assert {one.stat().st_mode & 0o777 for one in town.safe.archives.iterdir()} == {0o600}
    assert not (town.settings.state / taking.STAGING).exists()


def test_the_two_keys_are_all_that_it_needs(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its unit is given them."""
    for name in send_town.SECRETS:
        if name not in ("BOLLETTINO_ENCRYPTION_KEYS", "BOLLETTINO_LOOKUP_KEY"):
            monkeypatch.delenv(name)
    at = town.settings
    fresh = Settings(at.profile, at.path, at.state, at.database)
    path = town.safe.take(fresh)
    assert archive.read(path, [town.safe.identity]).keys is not None


def test_what_is_counted_is_what_is_copied_while_others_write(town: Town, tmp_path: Path) -> None:
    """On PostgreSQL the rows are counted in the very snapshot that is dumped."""
    is_over = threading.Event()
    written = [0]

    def write() -> None:
        engine = make_engine(town.settings.database)
        while not is_over.is_set():
            with transaction(engine) as session:
                make_recipient(session, town.settings.vault(), now=datetime.now(UTC))
            written[0] += 1
        engine.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = town.safe.take(town.settings)
    finally:
        is_over.set()
        writer.join()
    assert written[0] > 0
    read = archive.read(path, [town.safe.identity], tmp_path / "open")
    if read.database == "sqlite":
        with closing(sqlite3.connect(tmp_path / "open" / DATABASE)) as connection:
            counted = connection.execute("SELECT count(*) FROM recipient").fetchone()[0]
    else:
        listed = subprocess.run(
            [TOOLS / "pg_restore", "--data-only", "--table=recipient", tmp_path / "open" / DUMP, "-f", "-"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        rows = listed.partition("FROM stdin;\n")[2].partition("\n\\.\n")[0]
        counted = len(rows.splitlines())
    assert counted == read.counts["recipient"]


def test_an_older_one_goes_only_when_a_new_one_is_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    shelf = Shelf(town.safe.archives, town.settings.profile.slug)
    names = {
        days: [shelf.name(now - days * DAY, kind) for kind in (ARCHIVE, REGISTERS, SIDECAR)]
        for days in (40, 31, 29)
    }
    others = [
        ".bollettino-esempio-alto-20200101T000000Z.age.half",  # of a neighbour that is at it
        "bollettino-altro-20200101T000000Z.age",
        "bollettino-esempio-2020.age",
        "note.txt",
    ]
    for name in [*others, *(name for group in names.values() for name in group)]:
        (town.safe.archives / name).touch()
    half = town.safe.archives / f".{names[31][0]}.half"
    half.touch()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "write", fail)
        with pytest.raises(BackupError, match=r"cannot be written \(No space left on device\)"):
            town.safe.take(town.settings, now)
    assert set(town.safe.names()) == {*others, *(name for group in names.values() for name in group)}
    planned = taking.plan(town.settings, now=now)
    assert {path.name for path in planned.removed} == {*names[40], *names[31]}
    made = town.safe.take(town.settings, now)
    stem = made.name.removesuffix(ARCHIVE)
    assert set(town.safe.names()) == {
        *others,
        *names[29],
        *(stem + kind for kind in (ARCHIVE, REGISTERS, SIDECAR)),
    }


def test_a_folder_that_is_not_there_is_never_made(town: Town, tmp_path: Path) -> None:
    away = town.safe.profiled(town.settings, folder=tmp_path / "away")
    with pytest.raises(BackupError, match="is not there: mount its disk"):
        town.safe.take(away)
    assert not (tmp_path / "away").exists()
    inside = town.safe.profiled(town.settings, folder=town.settings.state / "copie")
    with pytest.raises(BackupError, match="lies in the state folder"):
        town.safe.take(inside)


def test_without_a_table_in_the_profile_it_says_which(town: Town) -> None:
    without = town.settings.profile.model_copy(update={"backup": None})
    town.settings.profile = without
    with pytest.raises(BackupError, match=r"holds no \[backup\]"):
        taking.take(town.settings, now=datetime.now(UTC))


def test_a_full_disk_leaves_nothing_half(town: Town, tmp_path: Path) -> None:
    tiny = TinyDisk(tmp_path / "tiny")
    try:
        town.fill(400)
        full = town.safe.profiled(town.settings, folder=tiny.folder)
        (tiny.folder / "filler").write_bytes(bytes(200 * 1024 if tiny.is_mounted else 0))
        with (
            no_file_grows_beyond(1 << 30 if tiny.is_mounted else 20_000),
            pytest.raises(BackupError) as caught,
        ):
            town.safe.take(full)
        assert "cannot be" in str(caught.value) or "failed" in str(caught.value)
        assert [path.name for path in tiny.folder.iterdir()] == ["filler"]
        assert not (town.settings.state / taking.STAGING).exists()
    finally:
        tiny.close()


def test_a_harmed_database_costs_no_archive(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    town = Town(sqlite, tmp_path)
    town.fill(400)
    first = town.safe.take(town.settings)
    town.engine.dispose()
    path = Path(str(town.engine.url.database))
    content = bytearray(path.read_bytes())
    for start in range(8 * 4096, len(content) - 4096, 3 * 4096):
        content[start : start + 4096] = bytes(4096)
    path.write_bytes(content)
    late = datetime.now(UTC) + 60 * DAY
    with pytest.raises((BackupError, schema.SchemaError), match=r"harmed|malformed"):
        town.safe.take(town.settings, late)
    assert first.exists()


def test_under_other_keys_none_is_made(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLLETTINO_LOOKUP_KEY", "another look-up key made up for tests only")
    with pytest.raises(StrangeKeyError):
        town.safe.take(town.safe.profiled(town.settings))
    assert town.safe.names() == []


def test_prefect_s_database_may_be_lost(town: Town, tmp_path: Path) -> None:
    path = town.settings.state / "prefect" / "prefect.db"
    path.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    taken = taking.take(town.settings, now=datetime.now(UTC))
    assert "without Prefect's database" in taken.warnings[0]
    read = archive.read(town.safe.archives / taken.sidecar.file, [town.safe.identity])
    assert not read.holds("prefect/prefect.db")


def test_two_at_once_are_one(town: Town) -> None:
    state = town.settings.state
    with taking.staging(state, taking.STAGING), pytest.raises(BackupError, match="another process is at it"):
        town.safe.take(town.settings)


def test_postgresql_s_tools_that_are_missing_are_named(
    postgresql: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    town = Town(postgresql, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not on the PATH"):
        town.safe.take(town.settings)
    fake = tmp_path / "pg_dump"
    fake.write_text(
        "#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\nexit 1\n"
    )
    fake.chmod(0o755)
    with pytest.raises(BackupError, match="pg_dump failed: pg_dump: error: aborting because of server"):
        town.safe.take(town.settings)
    assert town.safe.names() == []


def test_postgresql_s_tools_are_told_a_password_where_no_other_user_sees_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "pg_dump"
    fake.write_text('#!/bin/sh\necho "$1 with $PGPASSWORD" >&2\nexit 1\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    url = make_url("postgresql+psycopg://anna:a%2Fb@db.example:5433/comune?sslmode=require")
    told = "--dbname=postgresql://anna@db.example:5433/comune?sslmode=require with a/b"
    with pytest.raises(BackupError, match=f"{re.escape(told)}$"):
        databases.tool(settings, url, "pg_dump")


def test_the_sidecar_is_plain_json(town: Town) -> None:
    told = json.loads(town.safe.take(town.settings).with_suffix(".json").read_text(encoding="utf-8"))
    assert set(told) == set(Sidecar.model_fields)
