"""The Comune's own documents: in each archive, back beside the profile, and never over what lies there."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from flows.__main__ import main
from flows.backup import archive, drill, taking
from flows.backup.manifest import is_known
from flows.profiles import documents
from flows.settings import Settings, load_profile
from tests.bench import send_town
from tests.world.safe import Safe
from tests.world.small_town import Town, tree_of
from tests.world.units import write_profile

pytestmark = pytest.mark.slow  # a backup is restored for each test

OWN = {"informativa.md": b"# La nostra informativa\n", "condizioni.md": b"# Le nostre condizioni\n"}


@pytest.fixture
def town(sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """With a profile of its own, and two documents beside it."""
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)

    def profile(safe: Safe) -> Path:
        table = f'[backup]\nfolder = "{safe.archives}"\nrecipients = ["{safe.public}"]\n# '
        path = write_profile(tmp_path, [("# [backup] ", table)])
        documents.folder(path).mkdir()
        for name, content in OWN.items():
            (documents.folder(path) / name).write_bytes(content)
        return path

    found = Town(sqlite, tmp_path, profile)
    found.join("+393331234567")
    return found


@pytest.fixture
def elsewhere(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The profile on another machine, nothing beside it."""
    path = tmp_path / "altrove" / "mio.toml"
    path.parent.mkdir()
    path.write_bytes(town.settings.path.read_bytes())
    monkeypatch.setenv("BOLLETTINO_STATE", str(path.parent / "stato"))
    return path


def restore(town: Town, profile: Path, *more: str) -> None:
    copy = town.safe.take(town.settings)
    words = ["restore", str(copy), "--identity", str(town.safe.file), "--into", str(profile.parent / "nuovo")]
    assert main([*words, "--registers", str(town.settings.state), "--profile", str(profile), *more]) == 0


def test_a_restore_puts_them_beside_the_profile_for_everybody_to_read(
    town: Town, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    restore(town, elsewhere, "--plan")
    assert "the Comune's own in it: informativa.md" in capsys.readouterr().out
    own = elsewhere.parent / "mio.testi"
    assert not own.exists(), "a plan changes nothing"
    restore(town, elsewhere, "--json")
    assert json.loads(capsys.readouterr().out)["documents"] == list(OWN)
    assert tree_of(own) == OWN
    assert [path.stat().st_mode & 0o777 for path in (own, *sorted(own.iterdir()))] == [0o755, 0o644, 0o644]
    there = Settings(load_profile(elsewhere), elsewhere, elsewhere.parent / "nuovo")
    assert there.notice_text == "# La nostra informativa\n"
    assert [path.name for path in elsewhere.parent.glob(".*")] == []


def test_what_lies_beside_the_profile_stays_and_is_told_where_it_differs(
    town: Town, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = elsewhere.parent / "mio.testi"
    own.mkdir()
    newer = {**OWN, "informativa.md": b"# Una nuova informativa\n"}
    for name, content in newer.items():
        (own / name).write_bytes(content)
    restore(town, elsewhere)
    assert tree_of(own) == newer
    told = [line for line in capsys.readouterr().err.splitlines() if "the copy's is another" in line]
    copied = elsewhere.parent / "nuovo" / "profilo.testi" / "informativa.md"
    assert [line.rpartition(" with ")[2] for line in told] == [str(copied)]
    assert copied.read_bytes() == OWN["informativa.md"]


def test_who_may_not_write_there_is_told_what_to_type(
    town: Town, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the account of the units; the tests may be root."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("flows.backup.documents._write", refuse)
    restore(town, elsewhere)
    folder, own = elsewhere.parent / "nuovo" / "profilo.testi", elsewhere.parent / "mio.testi"
    told = capsys.readouterr().err
    assert "could NOT be put back (Permission denied)" in told
    assert f"cp -r {folder} {own} && chmod -R a+rX {own}" in told
    assert tree_of(folder) == OWN


def test_a_drill_puts_nothing_beside_the_profile(town: Town) -> None:
    town.safe.take(town.settings)
    own = documents.folder(town.settings.path)
    for path in own.iterdir():
        path.unlink()
    own.rmdir()
    report, _ = drill.run(town.settings, [town.safe.identity], lambda *_: [], now=datetime.now(UTC))
    assert report.is_good, report.trouble
    assert not own.exists()


def test_one_that_cannot_be_read_costs_no_backup(town: Town, tmp_path: Path) -> None:
    path = documents.folder(town.settings.path) / "condizioni.md"
    path.unlink()
    path.mkdir()
    taken = taking.take(town.settings, now=datetime.now(UTC))
    assert f"the archive is without {path}, which cannot be read (Is a directory)" in taken.warnings
    read = archive.read(town.safe.archives / taken.sidecar.file, [town.safe.identity], tmp_path / "open")
    assert (read.holds("profilo.testi/informativa.md"), read.holds("profilo.testi/condizioni.md")) == (
        True,
        False,
    )


def test_an_archive_brings_no_other_file_among_them() -> None:
    assert is_known("profilo.testi/informativa.md")
    assert not any(is_known(name) for name in ("profilo.testi/altro.md", "profilo.testi/../informativa.md"))
