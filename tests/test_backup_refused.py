"""What a restore refuses: then nothing is there that was not there before, and the words name the remedy."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from db import schema
from flows.backup import placing, restoring
from flows.backup.archive import BackupError, HarmedError
from flows.backup.shelf import REGISTERS
from flows.settings import Settings
from tests.bench import send_town
from tests.world.postgresql import new_postgresql
from tests.world.safe import path_with_tools
from tests.world.small_town import Town

PHONES = [f"+393{number:09}" for number in range(3)]


@pytest.fixture(autouse=True)
def _town(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Town:
    return Town(engine, tmp_path)


@pytest.fixture
def elsewhere(town: Town, request: pytest.FixtureRequest) -> Settings:
    """The machine on which it is restored."""
    return town.moved(lambda: new_postgresql(request.getfixturevalue("empty_postgresql")))


def test_registers_that_are_not_there_are_missed_before_anything_is_done(
    town: Town, elsewhere: Settings
) -> None:
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    path.with_name(path.name.replace(".age", REGISTERS)).unlink()
    nothing_comes_of(town, elsewhere, "only where they are lost for good, --without-registers", path)


def test_registers_that_are_older_than_the_archive_are_refused(
    town: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    town.join(*PHONES[:3])
    older = town.safe.archives / town.safe.take(town.settings).name.replace(".age", REGISTERS)
    kept = tmp_path / "older.age"
    kept.write_bytes(older.read_bytes())
    town.leave(PHONES[0])
    path = town.safe.take(town.settings)
    (tmp_path / "empty").mkdir()
    for registers in (kept, tmp_path / "empty"):
        nothing_comes_of(town, elsewhere, "is older than the archive", path, registers=registers)
    nothing_comes_of(town, elsewhere, "holds no consensi.jsonl", path, registers=path)
    nothing_comes_of(town, elsewhere, "holds journal and witness only", kept)


def test_a_newer_journal_of_the_old_state_folder_is_never_passed_over(
    town: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    town.leave(PHONES[0])
    nothing_comes_of(town, elsewhere, "is newer than .*: name it with --registers", path)
    beside = path.with_name(path.name.replace(".age", REGISTERS))
    assert restoring.look(elsewhere, town.safe.wish(path, tmp_path / "new", registers=beside))
    wish = town.safe.wish(path, tmp_path / "new", registers=town.settings.state)
    assert town.safe.restore(elsewhere, wish)[1].people == 1


def test_a_newer_journal_of_another_house_is_none_of_its_business(
    town: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    journal = town.settings.state / "consensi.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"opt_in", b"opt_on") * 2)
    assert town.safe.restore(elsewhere, town.safe.wish(path, tmp_path / "new"))[1].people == 0


def nothing_comes_of(town: Town, elsewhere: Settings, words: str, path: Path, **changes: object) -> None:
    """Refused in these words, by the plan and without it; what was there is there, and nothing else."""
    before = sorted(str(one) for one in town.folder.rglob("*"))
    wish = town.safe.wish(path, town.folder / "new", **changes)
    with pytest.raises((BackupError, schema.SchemaError), match=words):
        town.safe.restore(elsewhere, wish)
    assert sorted(str(one) for one in town.folder.rglob("*")) == before
    if town.engine.dialect.name == "postgresql":
        assert schema.current(elsewhere.engine()) is None


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.77, 0.9999])
@pytest.mark.parametrize("harm", ["bit", "cut"])
def test_a_harmed_archive_leaves_nothing_behind(
    town: Town, elsewhere: Settings, share: float, harm: str
) -> None:
    town.fill(200)
    path = town.safe.take(town.settings)
    content = bytearray(path.read_bytes())
    if harm == "bit":
        content[int(len(content) * share)] ^= 4
    else:
        del content[int(len(content) * share) :]
    path.write_bytes(content)
    nothing_comes_of(town, elsewhere, r"is harmed|other keys", path)


def test_one_that_is_harmed_after_it_was_looked_at_leaves_nothing_behind(
    town: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    path = town.safe.take(town.settings)
    wish = town.safe.wish(path, tmp_path / "new")
    found = restoring.look(elsewhere, wish)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(HarmedError):
        placing.restore(elsewhere, found, wish, now=datetime.now(UTC))
    assert not wish.into.exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".new")]


def test_what_does_not_fit_is_refused_with_the_remedy(
    town: Town, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town.safe.take(town.settings)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "any").touch()
    nothing_comes_of(town, elsewhere, "is not empty: move it away", path)
    (tmp_path / "new" / "any").unlink()
    (tmp_path / "new").rmdir()
    other = elsewhere.profile.model_copy(update={"slug": "altrove"})
    strange = Settings(other, elsewhere.path, elsewhere.state, elsewhere.database)
    nothing_comes_of(town, strange, "is of 'esempio'.* give its profile", path)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
        nothing_comes_of(town, elsewhere, "0 bytes are free there", path)
    unlike = "postgresql://127.0.0.1:9/x" if town.engine.dialect.name == "sqlite" else "sqlite:///x.db"
    with pytest.raises(BackupError, match="set BOLLETTINO_DATABASE to one of its kind"):
        restoring.look(
            Settings(elsewhere.profile, elsewhere.path, elsewhere.state, unlike),
            town.safe.wish(path, tmp_path / "new"),
        )


@pytest.mark.parametrize("harm", ["told", "found out", "hidden"])
def test_a_folder_that_may_not_be_written_is_named_with_the_remedy(
    town: Town, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    path = town.safe.take(town.settings)
    make = Path.mkdir

    def refuse(folder: Path, *rest: object, **options: object) -> None:
        if folder.name.startswith(".new"):
            raise PermissionError(13, "Permission denied", str(folder))
        make(folder, *rest, **options)  # type: ignore[arg-type]

    if harm == "told":
        monkeypatch.setattr("os.access", lambda *_: False)
    elif harm == "hidden":
        seen = Path.exists
        monkeypatch.setattr(
            Path, "exists", lambda one: refuse(one / ".new") if one.name == "new" else seen(one)
        )
    else:  # by a disk that is read-only, of which a test may be root
        monkeypatch.setattr(Path, "mkdir", refuse)
    for registers in (None, town.settings.state):  # met by the look, and by what is done after it
        nothing_comes_of(town, elsewhere, "cannot be written .* root move it", path, registers=registers)


def test_one_of_a_newer_version_is_refused(town: Town, elsewhere: Settings) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    path = town.safe.take(town.settings)
    nothing_comes_of(town, elsewhere, "9999, which this version does not know: install the newer", path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOLLETTINO_LOOKUP_KEY", "another look-up key made up for benches only"),
        ("BOLLETTINO_ENCRYPTION_KEYS", Fernet.generate_key().decode()),
    ],
    ids=["lookup", "encryption"],
)
def test_under_other_keys_it_is_refused_and_none_is_quoted(
    town: Town, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    path = town.safe.take(town.settings)
    monkeypatch.setenv(name, value)
    fresh = Settings(elsewhere.profile, elsewhere.path, elsewhere.state, elsewhere.database)
    nothing_comes_of(town, fresh, f"by their fingerprints: {name} ", path)
    monkeypatch.delenv(name)
    fresh = Settings(elsewhere.profile, elsewhere.path, elsewhere.state, elsewhere.database)
    nothing_comes_of(town, fresh, f"not set in the environment: {name}; take", path)
