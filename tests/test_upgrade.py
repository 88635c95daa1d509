"""An upgrade and its way back: a draft that waits and a send half done are where they were, or held."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import schema, senders
from db.engine import reading
from db.models import BulletinStatus
from db.recipients import Address
from flows.__main__ import main
from flows.backup import databases
from flows.doctor import machine as doctor
from flows.doctor.finding import Case, Verdict
from flows.machine import upgrade, upgrade_state, upgrade_targets, way_back
from flows.machine.checkout import Checkout
from flows.machine.upgrade_state import UpgradeError
from flows.machine.verb_process import VerbResult
from flows.run import take
from flows.sending import witness
from flows.sending.checks import Verdict as OfSend
from flows.sending.checks import check_witness
from flows.sending.witness import StateFolder
from flows.settings import Settings
from tests.bench import send_town
from tests.test_db_migrations import RELEASED
from tests.world.builders import NOW
from tests.world.postgresql import new_postgresql
from tests.world.safe import path_with_tools
from tests.world.small_town import tree_of
from tests.world.tree import ROOT
from tests.world.upgraded import PHONES, TAKEN, Forked, Upgraded

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (send_town.SECRETS | {"BOLLETTINO_PREFECT_AUTH": "redazione:made up"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("revision", [TAKEN, *RELEASED])
def test_from_each_released_revision_nothing_is_lost(engine: Engine, tmp_path: Path, revision: str) -> None:
    world = Upgraded(engine, tmp_path, revision)
    before = (databases.counts(engine), world.statuses(), world.deliveries())
    engine.dispose()
    home, lines = world.home(), list[str]()
    assert world.forward(home, lines) == []
    rows = databases.counts(engine)
    came = {table: rows.pop(table) for table in rows.keys() - before[0].keys()}
    assert (rows, world.statuses(), world.deliveries()) == before
    assert not any(came.values())
    assert world.statuses()[world.draft] == BulletinStatus.in_review
    assert world.deliveries() == {"accepted": 30, "queued": 30}
    assert world.revision() == schema.head()
    found = upgrade_state.read(world.settings.state)
    assert found is not None
    assert (found.is_over, found.old_revision) == (True, revision)
    assert found.archive in world.town.safe.names()
    assert lines[-2:] == ["see: " + upgrade.WORDS["see"]] or "make run" in " ".join(lines)
    assert home.seen.index("backup") < home.seen.index("migrate", home.seen.index("doctor"))


def test_back_with_the_copy_holds_what_may_have_left_and_keeps_every_goodbye(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    world = Upgraded(engine, tmp_path, schema.head())
    world.forward(world.home())
    world.town.leave(*PHONES[:3])
    engine.dispose()
    before = tree_of(world.settings.state)
    at, database = world.settings, None
    if engine.dialect.name == "postgresql":
        database = new_postgresql(request.getfixturevalue("empty_postgresql"))
    moved = Settings(at.profile, at.path, at.state, database)
    assert world.back(Forked(moved), world.town.safe.file) == []
    assert world.statuses(moved) == {
        world.sending: BulletinStatus.stopped,  # and who was left of it may have got it
        world.draft: BulletinStatus.in_review,
        world.approved: BulletinStatus.in_review,
    }
    assert world.deliveries(moved) == {"accepted": 30, "uncertain": 30}
    restored = moved.engine()
    ledger, heard = moved.ledger(), witness.hear([StateFolder(moved)])
    with reading(restored) as session:
        assert sum(ledger.has_left(session, who) for who in map(Address, PHONES)) == 3
        assert check_witness(heard, senders.last_number(session)).verdict == OfSend.refused
    restored.dispose()
    aside = tree_of(at.state.with_name("state.prima"))
    assert {name: aside.get(name) for name in before} == before, "nothing of the newer version is thrown away"
    assert not list(tmp_path.glob(".state.*.half"))
    with pytest.raises(UpgradeError, match="no upgrade to go back from"):
        world.back(Forked(moved), None)


def test_back_where_the_database_was_not_changed_loses_nothing(sqlite: Engine, tmp_path: Path) -> None:
    world = Upgraded(sqlite, tmp_path, schema.head())
    world.forward(world.home())
    before = (world.statuses(), world.deliveries())
    home = world.home()
    assert world.back(home, None) == []
    assert "restore" not in home.seen
    assert (world.statuses(), world.deliveries()) == before


def test_an_older_prefect_gets_a_new_database_of_its_own(sqlite: Engine, tmp_path: Path) -> None:
    """It refuses what a newer one has migrated, and nothing of a bulletin stands in it alone."""
    world, code = Upgraded(sqlite, tmp_path, schema.head()), tmp_path / "code"
    (code / "deployments").mkdir(parents=True)
    own = world.settings.state / "prefect" / "prefect.db"
    for version, is_kept in ((Checkout(ROOT).prefect(), True), ("3.0.0", False)):
        (code / "deployments" / "requirements.lock").write_text(f"x==1\nprefect=={version} --hash=y\n")
        world.forward(world.home())
        world.back(world.home(), None, Checkout(code))
        assert own.exists() is is_kept
    assert own.with_name("prefect.db.prima").exists()


def test_a_state_folder_that_a_unit_made_in_between_is_put_aside(tmp_path: Path) -> None:
    state = tmp_path / "esempio"
    new = tmp_path / "esempio.prima" / way_back.NEW
    new.mkdir(parents=True)
    (new / way_back.REPORT).write_text('{"is_finished": true}')
    state.mkdir()  # by systemd's StateDirectory=, after a kill between the two names
    way_back.place(state)
    assert (state / way_back.REPORT).exists()
    assert (tmp_path / "esempio.prima1").is_dir()
    way_back.place(state)
    assert (state / way_back.REPORT).exists(), "done again it changes nothing"
    with pytest.raises(UpgradeError, match="is gone, and no restored one is beside it"):
        way_back.place(tmp_path / "altro")


def test_back_of_a_changed_database_takes_the_old_code_and_the_safe_s_key(
    sqlite: Engine, tmp_path: Path
) -> None:
    world = Upgraded(sqlite, tmp_path)
    world.forward(world.home())
    with pytest.raises(UpgradeError, match="still that of the newer version: bring the old one"):
        world.back(world.home(), world.town.safe.file)
    found = upgrade_state.read(world.settings.state)
    assert found is not None
    upgrade_state.write(world.settings.state, found.model_copy(update={"old_commit": "a" * 40}))
    with pytest.raises(UpgradeError, match=r"(?s)was changed.*key of the safe \(--identity FILE\)"):
        world.back(world.home(), None)
    assert upgrade_state.read(world.settings.state) == found.model_copy(update={"old_commit": "a" * 40})


def test_who_upgrades_once_more_keeps_the_way_back(sqlite: Engine, tmp_path: Path) -> None:
    """A second record of nothing would have taken the place of the first."""
    world = Upgraded(sqlite, tmp_path)
    world.forward(world.home())
    found = upgrade_state.read(world.settings.state)
    assert found is not None
    brought = found.model_copy(update={"commit": Checkout(world.home().project).commit()})
    upgrade_state.write(world.settings.state, brought)
    with pytest.raises(UpgradeError, match="here already"):
        world.forward(world.home())
    assert upgrade_state.read(world.settings.state) == brought


@pytest.mark.parametrize("verb", ["backup", "migrate"])
def test_a_step_that_fails_says_how_things_stand(sqlite: Engine, tmp_path: Path, verb: str) -> None:
    world = Upgraded(sqlite, tmp_path)
    home, count = world.home(), [0]
    database = Path(str(sqlite.url.database))

    def spoil(typed: str) -> None:
        count[0] += typed == verb
        if typed == verb and count[0] == (2 if verb == "backup" else 3):  # its dry runs are behind
            world.town.safe.archives.rename(tmp_path / "away")
            database.rename(tmp_path / "gone")

    home.before = spoil
    with pytest.raises(UpgradeError) as said:
        world.forward(home)
    (tmp_path / "away").rename(world.town.safe.archives)
    (tmp_path / "gone").rename(database)
    if verb == "backup":
        assert "is not there: mount its disk" in str(said.value)
        assert str(said.value).endswith("nothing was changed: the old version goes on")
        assert upgrade_state.read(world.settings.state) is None
        assert world.revision() == TAKEN
        return
    assert "`python -m flows upgrade --apply` goes on, `--back` goes back" in str(said.value)
    case = Case(world.settings, NOW)
    assert doctor.upgrade(case).verdict == Verdict.failed
    assert "ultimo passo fatto: renew" in doctor.upgrade(case).words
    assert world.forward(world.home()) == []
    assert world.revision() == schema.head()
    assert doctor.upgrade(case).verdict == Verdict.good


def test_what_the_doctor_finds_broken_of_the_database_comes_first(sqlite: Engine, tmp_path: Path) -> None:
    world = Upgraded(sqlite, tmp_path)
    (world.settings.state / "consensi.jsonl").unlink()
    with pytest.raises(UpgradeError, match=r"finds the database broken \(database.restored\)"):
        world.forward(world.home())
    assert upgrade_state.read(world.settings.state) is None


def test_the_verb_says_what_it_would_do_and_what_it_did(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = Upgraded(sqlite, tmp_path)
    monkeypatch.setattr("flows.machine.service_manager.of", lambda _: world.home())
    monkeypatch.setenv("BOLLETTINO_STATE", str(world.settings.state))
    monkeypatch.setenv("BOLLETTINO_DATABASE", world.settings.database)

    def typed(*words: str) -> tuple[int, str]:
        code = main(["upgrade", "--profile", str(world.settings.path), *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    code, told = typed()
    assert code == 2
    assert told.startswith(
        "bollettino: upgrade: either --plan or --apply, or --back (with --plan it only says"
    )
    code, told = typed("--plan")
    assert code == 0
    assert "would migrate: 0100: the same tables as at 0023" in told
    assert "it does not run" in told
    assert typed("--back", "--plan") == (2, "bollettino: there is no upgrade to go back from\n")
    assert upgrade_state.read(world.settings.state) is None
    with monkeypatch.context() as patch:
        patch.setattr(upgrade.Upgrade, "_do", _interrupt)
        code, told = typed("--apply")
    assert code == 2
    assert "interrupted: everything is as before; `python -m flows upgrade --apply` goes on" in told
    assert "an upgrade was begun: everything is as before" in typed("--plan")[1]
    code, told = typed("--apply", "--json")
    document = json.loads(told)
    assert (code, document["steps"], document["news"]) == (0, list(upgrade_targets.ALL), [])
    assert document["archive"] in world.town.safe.names()
    code, told = typed("--back", "--plan", "--json", "--identity", str(world.town.safe.file))
    assert (code, "still that of the newer version" in told) == (2, True)
    found = upgrade_state.read(world.settings.state)
    assert found is not None
    upgrade_state.write(world.settings.state, found.model_copy(update={"steps": []}))  # as of one without any
    code, told = typed("--back", "--plan")
    assert (code, "the database was not changed, and stays" in told) == (0, True)
    code, told = typed("--back")
    assert (code, "the old version is in place, and nothing is broken" in told) == (0, True)
    assert typed("--back") == (2, "bollettino: there is no upgrade to go back from\n")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_one_at_a_time_and_what_still_runs_is_waited_for(sqlite: Engine, tmp_path: Path) -> None:
    world = Upgraded(sqlite, tmp_path)
    state = world.settings.state
    with (
        upgrade_state.alone(state),
        pytest.raises(UpgradeError, match="another upgrade is at it"),
        upgrade_state.alone(state),
    ):
        pass
    home = world.home()
    assert not home.is_running()
    lock = take(state)
    assert home.is_running()
    lines: list[str] = []
    threading.Timer(1, lock.close).start()
    home.stop(lines.append)
    assert not home.is_running()
    assert len(lines) == 1
    assert "stop `run` now" in lines[0]


def test_a_send_that_does_not_end_in_time_keeps_the_old_version_at_work(
    sqlite: Engine, tmp_path: Path
) -> None:
    world = Upgraded(sqlite, tmp_path)
    home, lock = world.home(), take(world.settings.state)
    home.answers["drain"] = VerbResult(("drain",), 2, {"running": [{"name": "invia bollettino 1"}]}, "")
    try:
        with pytest.raises(UpgradeError) as said:
            world.forward(home)
    finally:
        lock.close()
    assert str(said.value) == (
        "still running: invia bollettino 1\nnothing was changed: the old version goes on"
    )
    assert home.seen[-2:] == ["drain", "drain"], "and the work pool goes on"
    assert world.revision() == TAKEN
    assert upgrade_state.read(world.settings.state) is None
