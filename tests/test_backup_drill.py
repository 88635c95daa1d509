"""A drill proves that the safe's key opens the newest archive, and that nothing can be sent from it."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pyrage import decrypt
from sqlalchemy import Engine, make_url, text

from db import bulletins, handovers, schema
from db.engine import make_engine, transaction
from db.models import BulletinStatus, HandoverKind
from flows.__main__ import main
from flows.backup import drill
from flows.backup.shelf import ARCHIVE, REGISTERS, Shelf
from flows.doctor.restored import look
from flows.sending import witness
from tests.bench import send_town
from tests.world.safe import Safe, path_with_tools
from tests.world.small_town import Town, tree_of

pytestmark = pytest.mark.slow  # a backup is restored for each test


@pytest.fixture(autouse=True)
def _town(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Town:
    found = Town(engine, tmp_path)
    found.join("+393999999999")
    found.begin(found.fill(30))
    return found


def tried(town: Town, safe: Safe | None = None) -> tuple[drill.Report, Path]:
    return drill.run(town.settings, [(safe or town.safe).identity], look, now=datetime.now(UTC))


def databases_of(engine: Engine) -> list[str]:
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT datname FROM pg_database ORDER BY 1")).scalars())


def test_a_good_one_tells_age_size_rows_and_leaves_nothing_but_its_report(town: Town) -> None:
    town.safe.take(town.settings)
    newest = town.safe.take(town.settings, datetime.now(UTC) + timedelta(seconds=1))
    before, others = tree_of(town.settings.state), databases_of(town.engine)
    report, path = tried(town)
    assert report.is_good, report
    assert (report.archive, report.size) == (newest.name, newest.stat().st_size)
    assert report.rows
    assert report.rows > 60
    assert report.left == 0
    assert json.loads(path.read_text(encoding="utf-8"))["is_good"] is True
    after = tree_of(town.settings.state)
    assert after.keys() - before.keys() == {path.relative_to(town.settings.state).as_posix()}
    assert not (town.settings.state / drill.STAGING).exists()
    assert databases_of(town.engine) == others
    schema.check(town.engine)


def test_one_whose_registers_are_kept_apart_is_tried_without_them(sqlite: Engine, tmp_path: Path) -> None:
    town = Town(sqlite, tmp_path)
    town.join("+393999999999")
    path = town.safe.take(town.settings)
    path.with_name(path.name.replace(".age", REGISTERS)).unlink()
    report, _ = tried(town)
    assert report.is_good, report
    assert any("--without-journal" in line for line in report.missing)


def test_one_while_somebody_sends_by_hand_is_good(town: Town) -> None:
    with transaction(town.engine) as session:
        (sending,) = bulletins.with_status(session, BulletinStatus.sending)
        handovers.begin(session, sending.id, HandoverKind.assisted, now=datetime.now(UTC))
    town.safe.take(town.settings)
    report, _ = tried(town)
    assert report.is_good, report


def test_one_of_a_restore_that_held_no_send_fails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.safe.take(town.settings)
    monkeypatch.setattr("flows.sending.restored.hold", lambda *_, **__: [])
    report, _ = tried(town)
    assert "stand as approved or on their way" in report.trouble


def test_it_asks_no_network(sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(sqlite, tmp_path)
    town.safe.take(town.settings)

    asked: list[object] = []
    others = set(threading.enumerate()) - {threading.main_thread()}  # left by tests before this one
    connect = socket.socket.connect

    def refuse(own: socket.socket, address: Any) -> None:
        if threading.current_thread() in others:
            connect(own, address)
            return
        asked.append(address)  # of the doctor's checks one that crashes would be a finding
        raise AssertionError("a drill asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    report, _ = tried(town)
    assert report.is_good
    assert report.checks
    assert asked == []


def _no_archive(town: Town) -> None:
    for path in town.safe.archives.iterdir():
        path.unlink()


def _harmed(town: Town) -> None:
    (path,) = [path for _, path in Shelf(town.safe.archives, town.settings.profile.slug).files(ARCHIVE)]
    path.write_bytes(path.read_bytes()[:-1])


def _folder_away(town: Town) -> None:
    town.safe.archives.rename(town.folder / "away")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_no_archive, "holds no archive of esempio"),
        (_harmed, "is harmed"),
        (_folder_away, "is not there: mount its disk"),
    ],
    ids=["none", "harmed", "away"],
)
def test_one_that_fails_says_why_and_keeps_that(town: Town, harm: Callable[[Town], None], words: str) -> None:
    town.safe.take(town.settings)
    harm(town)
    report, path = tried(town)
    assert not report.is_good
    assert words in report.trouble
    assert words in json.loads(path.read_text(encoding="utf-8"))["trouble"]


def test_another_key_than_the_safe_s_fails(town: Town, tmp_path: Path) -> None:
    town.safe.take(town.settings)
    report, _ = tried(town, Safe.make(tmp_path / "other"))
    assert "other keys than this identity's" in report.trouble


def test_one_from_which_anything_could_be_sent_fails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof is a proof: a restore that forgot the witness is seen."""
    town.safe.take(town.settings)
    monkeypatch.setattr(witness.StateFolder, "write", lambda *_: None)
    report, _ = tried(town)
    assert "the witness does not hold" in report.trouble


def test_on_postgresql_it_needs_the_right_to_make_a_database_and_no_other(
    empty_postgresql: str, tmp_path: Path
) -> None:
    role, owner = f"role_{uuid4().hex}", make_engine(empty_postgresql)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN CREATEDB"))
        connection.execute(text(f"CREATE DATABASE {role} OWNER {role}"))
        address = make_url(empty_postgresql).set(username=role, database=role)
        engine = send_town.make_database(address.render_as_string(hide_password=False))
        town = Town(engine, tmp_path)
        town.fill(10)
        town.safe.take(town.settings)
        report, _ = tried(town)
        assert report.is_good, report
        connection.execute(text(f"ALTER ROLE {role} NOCREATEDB"))
        report, _ = tried(town)
        assert "InsufficientPrivilege" in report.trouble
        assert "CREATEDB" in report.trouble
    engine.dispose()
    owner.dispose()


def test_rows_that_do_not_add_up_fail(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.safe.take(town.settings)
    monkeypatch.setattr("flows.backup.databases.counts", lambda _: {"recipient": 1})
    report, _ = tried(town)
    assert "does not hold the rows that the archive counts" in report.trouble


def typed(town: Town, *words: str) -> int:
    path = town.folder / "profile.toml"
    table = f'[backup]\nfolder = "{town.safe.archives}"\nrecipients = ["{town.safe.public}"]\n\n[notice] '
    demo = town.settings.path.read_text(encoding="utf-8")
    path.write_text(demo.replace("[notice] ", table, 1), encoding="utf-8")
    os.environ |= {
        "BOLLETTINO_STATE": str(town.settings.state),
        "BOLLETTINO_DATABASE": town.settings.database,
    }
    return main([words[0], "--profile", str(path), *words[1:]])


def test_the_three_verbs_are_typed(
    sqlite: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(sqlite, tmp_path)
    town.join("+393999999999")
    identity = ("--identity", str(town.safe.file))
    assert typed(town, "backup", "--dry-run") == 0
    assert town.safe.names() == []
    assert "would write to" in capsys.readouterr().out
    assert typed(town, "backup", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    archive = town.safe.archives / told["archive"]
    assert archive.stat().st_size == told["size"]
    into = ("--into", str(tmp_path / "new"))
    assert typed(town, "restore", str(archive), *identity, *into, "--plan") == 0
    told = capsys.readouterr().out
    assert "0 words in that journal since the copy, the last of all 20" in told
    assert "nothing was done" in told
    assert not (tmp_path / "new").exists()
    assert typed(town, "drill", *identity) == 0
    assert "nothing can be sent from it" in capsys.readouterr().out
    assert typed(town, "restore", str(archive), *identity, *into, "--json") == 0
    assert json.loads(capsys.readouterr().out)["left"] == 0
    assert typed(town, "restore", str(archive), *identity, *into) == 2
    assert "is not empty" in capsys.readouterr().err
    archive.write_bytes(b"x")
    assert typed(town, "drill", *identity, "--json") == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["is_good"] is False
    assert "FAILED" in err


def test_before_an_upgrade_an_older_database_is_backed_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'older.db'}")
    schema.upgrade(engine, schema.INITIAL)
    town = Town(engine, tmp_path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0023'"))
    assert typed(town, "backup") == 0
    identity = ("--identity", str(town.safe.file))
    assert typed(town, "drill", *identity) == 0
    capsys.readouterr()


def test_an_archive_is_a_tar_in_age_and_needs_no_code_of_ours(sqlite: Engine, tmp_path: Path) -> None:
    """By the same library as a command would: `age -d -i KEY ARCHIVE | tar xz`."""
    town = Town(sqlite, tmp_path)
    path = town.safe.take(town.settings)
    plain = decrypt(path.read_bytes(), [town.safe.identity])
    listed = subprocess.run(["tar", "tz"], input=plain, capture_output=True, check=True).stdout.decode()
    assert listed.splitlines()[:2] == ["manifesto.json", "bollettino.db"]


def test_a_report_that_cannot_be_read_hides_no_older_one(tmp_path: Path) -> None:
    older = drill.Report(at=datetime.now(UTC), is_good=True, archive="one.age")
    folder = tmp_path / drill.FOLDER
    folder.mkdir(parents=True)
    (folder / "2026-11-01.json").write_text(older.model_dump_json())
    (folder / "2026-12-01.json").write_text("{")
    assert drill.last(tmp_path) == older
