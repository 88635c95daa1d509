"""What was restored is looked at with the network forbidden; the report says what was found."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from db import disk
from db.engine import transaction
from flows.backup import drill, placing
from flows.backup.checked import Checked
from flows.backup.placing import Placed
from flows.backup.restoring import REPORT, Found, Wish
from flows.doctor import backups, database
from flows.doctor.examination import CHECKS
from flows.doctor.finding import Case, Finding, Verdict
from flows.doctor.restored import OF_A_COPY, examine_restored, kept, look
from flows.machine import upgrade_state
from flows.settings import Settings
from tests.bench import send_town
from tests.test_backup_drill import typed
from tests.world.safe import path_with_tools
from tests.world.small_town import Town

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
APART = {check.id for check in CHECKS if not check.needs_network}
ASKING = {check.id for check in CHECKS if check.needs_network}


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
    found.begin(found.fill(5))
    return found


def troubles(checks: list[Checked]) -> set[str]:
    """But that the PostgreSQL which tests start writes nothing through to the disk, which is true of it."""
    return {one.id for one in checks if one.is_trouble} - {"database.durable"}


def test_a_drill_looks_at_what_it_restored_and_asks_nobody(town: Town) -> None:
    town.safe.take(town.settings)
    report, path = drill.run(town.settings, [town.safe.identity], look, now=datetime.now(UTC))
    assert report.is_good, report
    assert troubles(report.checks) == set()
    by_id = {one.id: one for one in report.checks}
    assert by_id.keys() <= APART
    assert not by_id.keys() & ASKING
    assert {"database.whole", "database.revision", "database.keys", "people.duty"} <= by_id.keys()
    held = by_id["database.restored"]  # of the copy: the installation's own witness is well
    assert (held.verdict, held.of_a_copy) == ("failed", "nobody has accepted it yet")
    assert "(as of any copy: nobody has accepted it yet)" in str(report)
    assert drill.Report.model_validate_json(path.read_text(encoding="utf-8")) == report


def test_a_report_of_a_drill_holds_no_name(town: Town) -> None:
    town.safe.take(town.settings)
    _, path = drill.run(town.settings, [town.safe.identity], look, now=datetime.now(UTC))
    told = path.read_text(encoding="utf-8")
    assert "In turno" in told
    assert not [editor.name for editor in town.settings.profile.editors if editor.name in told]
    assert str(town.settings.state) not in json.dumps(json.loads(told)["checks"])


def test_a_check_that_fails_is_told_and_makes_no_copy_a_bad_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks at the copy: the harm is done to what is restored, and the installation has none."""
    town.safe.take(town.settings)
    restore = placing.restore

    def harmed(settings: Settings, found: Found, wish: Wish, *, now: datetime) -> Placed:
        placed = restore(settings, found, wish, now=now)
        engine = found.settings.engine()
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        engine.dispose()
        return placed

    monkeypatch.setattr(placing, "restore", harmed)
    report, _ = drill.run(town.settings, [town.safe.identity], look, now=datetime.now(UTC))
    assert (report.is_good, report.code) == (True, 0)
    assert troubles(report.checks) == {"database.revision"}
    assert "failed: Database, Versione: È della revisione 0001" in str(report)
    case = Case(town.settings, datetime.now(UTC))
    assert database.revision(case).verdict == Verdict.good
    said = backups.trial(case)
    assert said.verdict == Verdict.attention
    assert "In ciò che ha ripristinato non va bene: database.revision" in said.words


def test_a_check_that_crashes_hides_no_restore(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(sqlite, tmp_path)
    town.join("+393999999999")
    archive = town.safe.take(town.settings)

    def crash(_: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(upgrade_state, "read", crash)
    words = (str(archive), "--identity", str(town.safe.file), "--into", str(tmp_path / "new"))
    assert typed(town, "restore", *words) == 0
    out = capsys.readouterr().out
    assert "0 people left since the copy" in out
    assert "unknown: Macchina, Aggiornamento: Il controllo stesso si è interrotto" in out
    assert "No bulletin and no alert leaves" in out


def test_a_restore_tells_its_checks_and_keeps_them(
    sqlite: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(sqlite, tmp_path)
    town.join("+393999999999")
    archive = town.safe.take(town.settings)
    with transaction(town.engine) as session:  # since the copy, so that only the copy is well
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    new = tmp_path / "new"
    words = (str(archive), "--identity", str(town.safe.file), "--into", str(new), "--json")
    assert typed(town, "restore", *words[:-1], "--plan") == 0
    assert "checks without the network" not in capsys.readouterr().out
    del os.environ["BOLLETTINO_DATABASE"]
    assert typed_apart(town, *words) == 0
    told = json.loads(capsys.readouterr().out)["checks"]
    report = json.loads((new / REPORT).read_text(encoding="utf-8"))
    assert report["checks"] == told
    assert report["is_finished"] is True
    verdicts = {row["id"]: row["verdict"] for row in told}
    assert verdicts["database.revision"] == "good"
    assert verdicts.keys() <= APART


def typed_apart(town: Town, *words: str) -> int:
    """On another machine, whose database is not there yet."""
    at, town.settings.state = town.settings.state, town.folder / "other"
    try:
        return typed(town, "restore", *words)
    finally:
        town.settings.state = at


def test_a_report_that_finds_no_room_hides_no_restore(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(sqlite, tmp_path)
    archive = town.safe.take(town.settings)
    replace = disk.replace

    def full(path: Path, content: bytes) -> None:
        if b'"checks"' in content:
            raise OSError(28, "No space left on device")
        replace(path, content)

    monkeypatch.setattr(disk, "replace", full)
    words = (str(archive), "--identity", str(town.safe.file), "--into", str(tmp_path / "new"))
    assert typed(town, "restore", *words) == 0
    out, err = capsys.readouterr()
    assert "the checks are not in the report: No space left on device" in err
    assert "checks without the network are well there" in out
    assert (tmp_path / "new" / "bollettino.db").is_file()


def test_a_copy_cut_soon_after_a_send_has_nothing_that_came_back_of_it(town: Town) -> None:
    """Which says nothing of the copy, and nothing of the installation: its own doctor looks there."""
    found = [
        Finding("whatsapp.returns", "WhatsApp", "Ritorno", verdict, "Presto per le ricevute.", "guarda")
        for verdict in (Verdict.unknown, Verdict.failed)
    ]
    assert troubles(kept(found, town.settings)) == set()


def test_a_drill_is_not_held_for_ill_for_the_secrets_that_its_process_is_not_given(town: Town) -> None:
    """As by its unit (`flows/door/environment.py`); a key that is missing is told all the same."""
    real = town.settings.profile.model_copy(update={"stage": "production"})
    settings = Settings(real, town.settings.path, town.settings.state, town.settings.database)
    assert not settings.secrets.prefect_auth
    ill = {one.id: one.verdict for one in examine_restored(settings, NOW) if one.verdict == Verdict.failed}
    assert "config.login" in ill
    assert "config.secrets" not in ill
    assert "config.login" not in troubles(look(settings, NOW))
    found = [Finding("config.secrets", "Configurazione", "Segreti", Verdict.failed, "Manca.", "dallo")]
    assert troubles(kept(found, settings)) == {"config.secrets"}


def test_what_is_of_any_copy_is_named_by_checks_that_need_no_network() -> None:
    assert {id_ for id_, _ in OF_A_COPY} <= APART
    assert not [verdict for _, verdict in OF_A_COPY if verdict == Verdict.good]


def test_an_older_report_without_checks_is_still_read(tmp_path: Path) -> None:
    told = {"at": NOW.isoformat(), "is_good": True, "archive": "a.age"}
    (tmp_path / drill.FOLDER).mkdir()
    (tmp_path / drill.FOLDER / "1.json").write_text(json.dumps(told), encoding="utf-8")
    report = drill.last(tmp_path)
    assert report is not None
    assert (report.checks, report.at) == ([], NOW)
