"""What was sent elsewhere comes back: listed, fetched, tried, restored on a machine that has nothing else."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import reading
from db.recipients import Address
from flows.__main__ import main
from flows.backup import drill, offsite, restoring, taking
from flows.backup.archive import BackupError, HarmedError
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR, Shelf
from flows.backup.store import AwayError, OffsiteError
from flows.doctor import backups
from flows.doctor.finding import Verdict
from flows.doctor.restored import look
from flows.kit import inventory
from flows.profiles.offsite import SSH_KEY
from flows.settings import Settings
from tests.bench import send_town
from tests.world.comune import Comune
from tests.world.elsewhere import Sftp
from tests.world.examined import answer
from tests.world.small_town import Town

pytestmark = pytest.mark.slow  # a backup is restored for each test

ANNA, BRUNO = "+393331234567", "+393331234568"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[Sftp]:
    with Sftp(tmp_path / "elsewhere").running() as found:
        os.environ[SSH_KEY] = found.private
        yield found


@pytest.fixture
def town(sqlite: Engine, tmp_path: Path) -> Town:
    found = Town(sqlite, tmp_path)
    found.join(ANNA, BRUNO)
    found.begin(found.fill(5))
    return found


def table(sftp: Sftp) -> dict[str, object]:
    return {"address": sftp.address(), "host_keys": [sftp.public]}


def sending(town: Town, sftp: Sftp) -> Settings:
    return town.safe.profiled(town.settings, offsite=table(sftp))


def sent(town: Town, sftp: Sftp, now: datetime | None = None) -> str:
    """The archive's name."""
    settings, at = sending(town, sftp), now or datetime.now(UTC)
    sidecar = taking.take(settings, now=at).sidecar
    told = offsite.send(settings, sidecar, now=at)
    assert told.is_there, told
    return sidecar.file


def typed(town: Town, sftp: Sftp, *words: str, state: Path | None = None) -> int:
    path = town.folder / "profile.toml"
    demo = town.settings.path.read_text(encoding="utf-8")
    tables = (
        f'[backup]\nfolder = "{town.safe.archives}"\nrecipients = ["{town.safe.public}"]\n\n'
        f'[backup.offsite]\naddress = "{sftp.address()}"\nhost_keys = ["{sftp.public}"]\n\n[notice] '
    )
    path.write_text(demo.replace("[notice] ", tables, 1), encoding="utf-8")
    os.environ["BOLLETTINO_STATE"] = str(state or town.settings.state)
    if state is None:
        os.environ["BOLLETTINO_DATABASE"] = town.settings.database
    else:
        os.environ.pop("BOLLETTINO_DATABASE", None)
    return main([words[0], "--profile", str(path), *words[1:]])


def test_the_verbs_send_list_try_and_restore_it_where_nothing_else_is_left(
    town: Town, sftp: Sftp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(town, sftp, "backup", "--dry-run") == 0
    assert f"would then send it to {sftp.address()}" in capsys.readouterr().out
    assert sftp.names() == []
    assert typed(town, sftp, "backup", "--folder-only", "--json") == 0
    assert "offsite" not in json.loads(capsys.readouterr().out)
    assert sftp.names() == []
    assert typed(town, sftp, "backup", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["offsite"], told["offsite_trouble"]) == (sftp.address(), "")
    assert told["archive"] in sftp.names()
    identity = ("--identity", str(town.safe.file))
    assert typed(town, sftp, "drill", *identity, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["offsite"], report["offsite_trouble"]) == (told["archive"], "")
    assert 0 <= report["offsite_age_hours"] < 1
    shutil.rmtree(town.safe.archives)
    shutil.rmtree(town.settings.state)  # all that is left is elsewhere
    empty = tmp_path / "empty"
    assert typed(town, sftp, "restore", "--list", "--json", state=empty) == 0
    out, err = capsys.readouterr()
    (one,) = json.loads(out)["archives"]
    assert (one["archive"], list(one["places"])) == (told["archive"], ["offsite"])
    assert "cannot be read" in err, "the folder is gone"
    words = ("restore", "latest", "--offsite", *identity, "--into", str(empty))
    assert typed(town, sftp, *words, "--plan", state=empty) == 0
    assert "nothing was done" in capsys.readouterr().out
    assert not empty.exists()
    assert typed(town, sftp, *words, "--json", state=empty) == 0
    assert json.loads(capsys.readouterr().out)["left"] == 0
    settings = Settings(town.settings.profile, town.settings.path, empty)
    engine = settings.engine()
    with reading(engine) as session:
        assert not settings.ledger().has_left(session, Address(ANNA))
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_copy_that_does_not_leave_is_code_1_and_the_local_one_stands(
    town: Town, sftp: Sftp, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsite, "PAUSES", ())
    shutil.rmtree(sftp.folder / "copie")
    assert typed(town, sftp, "backup", "--json") == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert "never made by itself" in told["offsite_trouble"]
    assert "its copy did NOT leave" in err
    assert (town.safe.archives / told["archive"]).stat().st_size == told["size"]
    assert typed(town, sftp, "drill", "--identity", str(town.safe.file)) == 1
    assert "nothing can be sent from it" in (said := capsys.readouterr().out)
    assert "the copy elsewhere FAILED" in said
    assert typed(town, sftp, "restore", "--list") == 0
    out, err = capsys.readouterr()
    assert told["archive"] in out
    assert "never made by itself" in err


def test_what_a_restore_lacks_is_named(town: Town, sftp: Sftp, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(town, sftp, "restore") == 2
    assert "ARCHIVE and --identity and --into must be named" in capsys.readouterr().err


def test_an_older_one_is_fetched_by_name_with_the_newest_registers(
    town: Town, sftp: Sftp, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    first = sent(town, sftp, now)
    town.leave(BRUNO)
    settings = sending(town, sftp)
    later = [Shelf(town.safe.archives, "esempio").name(now + HOUR, kind) for kind in (ARCHIVE, REGISTERS)]
    taken = taking.take(settings, now=now).sidecar  # what the next night sends
    for name, at in zip((taken.file, taken.registers), later, strict=True):
        sftp.lay(at, (town.safe.archives / name).read_bytes())
    with offsite.fetched(settings, first, tmp_path / "new") as path:
        assert path.name == first
        found = restoring.look(settings, town.safe.wish(path, tmp_path / "new"))
        assert found.registers is not None
        assert found.registers.name == later[1]
        restored, placed = town.safe.restore(settings, town.safe.wish(path, tmp_path / "new"))
    assert placed.people == 1, "who left since is out again"
    assert restored.state == tmp_path / "new"
    with offsite.fetched(settings, offsite.LATEST, tmp_path / "other") as path:
        assert path.name == later[0]
    with (
        pytest.raises(OffsiteError, match=r"holds no nothing\.age of esempio"),
        offsite.fetched(settings, "nothing.age", tmp_path / "other"),
    ):
        pass


def test_no_folder_is_made_on_the_way(town: Town, sftp: Sftp, tmp_path: Path) -> None:
    into = tmp_path / "nowhere" / "new"
    with (
        pytest.raises(BackupError, match="make the folder"),
        offsite.fetched(sending(town, sftp), offsite.LATEST, into),
    ):
        pass
    assert not into.parent.exists()


def test_one_that_was_harmed_there_is_refused_and_fails_the_drill(
    town: Town, sftp: Sftp, tmp_path: Path
) -> None:
    name = sent(town, sftp)
    content = bytearray(sftp.content(name))
    content[len(content) // 2] ^= 1
    sftp.lay(name, bytes(content))
    settings = sending(town, sftp)
    with (
        pytest.raises(HarmedError, match="is harmed there"),
        offsite.fetched(settings, offsite.LATEST, tmp_path / "new"),
    ):
        pass
    report, _ = drill.run(settings, [town.safe.identity], look, now=datetime.now(UTC))
    assert (report.is_good, report.code) == (True, 1)
    assert "is harmed there" in report.offsite_trouble
    sftp.lay(name.removesuffix(ARCHIVE) + SIDECAR, b"{}")
    with (
        pytest.raises(HarmedError, match="is no description of an archive"),
        offsite.fetched(settings, name, tmp_path / "new"),
    ):
        pass
    (sftp.folder / "copie" / (name.removesuffix(ARCHIVE) + SIDECAR)).unlink()
    with offsite.fetched(settings, name, tmp_path / "new") as path, pytest.raises(BackupError):
        restoring.look(settings, town.safe.wish(path, tmp_path / "new"))


@pytest.fixture
def examined(sftp: Sftp, comune: Comune, town: Town) -> Comune:
    backup = town.safe.profiled(comune.settings, offsite=table(sftp)).profile.backup
    comune.settings.profile = comune.settings.profile.model_copy(update={"backup": backup})
    return comune


def test_the_doctor_tells_how_old_the_last_one_there_is(sftp: Sftp, examined: Comune) -> None:
    shelf = Shelf(sftp.folder / "copie", examined.settings.profile.slug)
    said = answer(examined, backups.offsite)
    assert (said.verdict, said.words) == (Verdict.failed, "Fuori dalla macchina non c'è nessuna copia.")
    sftp.lay("bollettino-altro-20990101T000000Z.age")
    for age, verdict in ((4 * DAY, Verdict.failed), (31 * HOUR, Verdict.attention), (5 * HOUR, Verdict.good)):
        sftp.lay(shelf.name(examined.now - age, ARCHIVE))
        assert answer(examined, backups.offsite).verdict == verdict
    assert answer(examined, backups.offsite).words == "L'ultima copia fuori dalla macchina è di 5 ore fa."
    sftp.lay(shelf.name(examined.now - 40 * DAY, ARCHIVE))
    said = answer(examined, backups.offsite)
    assert said.verdict == Verdict.attention
    assert "Ne restano di 40 giorni fa, e il profilo le tiene 30 giorni." in said.words


def test_the_doctor_tells_an_address_that_cannot_be_looked_at(
    sftp: Sftp, examined: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(sftp.folder / "copie")
    said = answer(examined, backups.offsite)
    assert (said.verdict, "never made by itself" in said.detail) == (Verdict.failed, True)

    def away(*_: object) -> None:
        raise AwayError("nobody answers")

    monkeypatch.setattr(backups, "opened", away)
    assert answer(examined, backups.offsite).verdict == Verdict.attention, "for now"
    at = examined.settings.profile
    assert at.backup is not None
    without = at.backup.model_copy(update={"offsite": None})
    examined.settings.profile = at.model_copy(update={"backup": without})
    assert answer(examined, backups.offsite).is_left_out


def test_what_is_handed_over_names_the_address_and_how_the_last_one_went(
    sftp: Sftp, examined: Comune, town: Town
) -> None:
    def told() -> list[str]:
        return [line for line in inventory._copies(examined.settings) if "Fuori dalla macchina" in line]

    assert told() == [f"Fuori dalla macchina in `{sftp.address()}`; l'ultimo invio: mai"]
    sidecar = taking.take(sending(town, sftp), now=examined.now).sidecar
    there, away = sftp.folder / "copie", sftp.folder / "away"
    there.rename(away)
    offsite.send(examined.settings, sidecar, now=examined.now)
    assert "l'ultimo invio: NON riuscito (backup.offsite.address" in told()[0]
    away.rename(there)
    offsite.send(examined.settings, sidecar, now=examined.now)
    assert told()[0].endswith(f"l'ultimo invio: {sidecar.file}")


def test_the_doctor_tells_a_drill_in_which_only_the_copy_there_failed(examined: Comune) -> None:
    report = drill.Report(at=examined.now - HOUR, is_good=True, offsite_trouble="is harmed there")
    (examined.settings.state / drill.FOLDER).mkdir()
    path = examined.settings.state / drill.FOLDER / "1.json"
    path.write_text(report.model_dump_json(), encoding="utf-8")
    said = answer(examined, backups.trial)
    assert said.verdict == Verdict.attention
    assert said.words == "L'ultima prova è riuscita 1 ora fa. Della copia fuori dalla macchina no."
