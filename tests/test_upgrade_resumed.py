"""An upgrade that was interrupted, and whose processes ran again before it went on."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.machine import checkout, upgrade, upgrade_state, way_back
from flows.machine.checkout import Checkout
from flows.machine.service_manager import ByUnits
from flows.machine.upgrade_state import BACK, UpgradeError, UpgradeRecord
from flows.machine.upgrade_targets import Kind, OneComune
from flows.machine.verb_process import Say, VerbResult
from flows.settings import Settings

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Machine:
    """Units that are started and stopped; `steps` are what happened, and whether something ran then."""

    sees_all, tries = True, 1

    def __init__(self, folder: Path) -> None:
        self.project, self.state, self.profile = folder, folder / "state", folder / "mio.toml"
        self.state.mkdir()
        self.running = True
        self.steps: list[tuple[str, bool]] = []
        self.fails: set[str] = set()
        self.typed = 0
        self.backups: list[tuple[str, ...]] = []  # as they were typed
        self.before: Callable[[str], None] = lambda _: None
        self.kind: Kind = OneComune(self)

    def _at(self, step: str) -> None:
        self.steps.append((step, self.running))
        self.before(step)
        if step in self.fails:
            raise UpgradeError(f"{step}: no network")

    def type(self, *words: str) -> VerbResult:
        if words[0] not in ("doctor", "drain") and "--dry-run" not in words:
            self._at(words[0])
        self.typed += 1
        if words[0] == "backup":
            self.backups.append(words)
        told = {"archive": f"copia-{self.typed}", "revision": "0023", "steps": ["x"]}
        return VerbResult(words, 0, told, "")

    def is_running(self) -> bool:
        return self.running

    def silent(self) -> list[str]:
        return []

    def stop(self, say: Say) -> None:
        say("stopping")
        self.running = False
        self._at("stop")

    def check(self) -> None: ...

    def renew(self) -> None:
        self._at("renew")

    def start(self, say: Say) -> None:
        say("starting")
        self.running = True

    def lent(self, identity: Path) -> AbstractContextManager[Path]:
        return nullcontext(identity)

    def bring(self, commit: str) -> None:
        """Of the code."""
        assert commit in ("a", "b")
        self._at("bring")

    def prefect(self) -> str:
        return "3.9.1"

    @property
    def at(self) -> UpgradeRecord:
        found = upgrade_state.read(self.state)
        assert found is not None
        return found

    def forward(self) -> list[str]:
        """The steps of one more `upgrade --apply`."""
        self.steps.clear()
        begun = upgrade_state.read(self.state)
        new = UpgradeRecord(at=NOW, old_version="0.1.0", old_commit="a", commit="b")
        found = upgrade.Look(begun or new, self.running, begun)
        upgrade.Upgrade(self, cast(Checkout, self), lambda _: None, lambda: None).go(found)
        return [step for step, _ in self.steps]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("fails", "again"),
    [
        ("bring", ["stop", "backup", "bring", "renew", "migrate"]),
        ("renew", ["stop", "backup", "renew", "migrate"]),
        ("migrate", ["stop", "migrate"]),  # no copy of a database that may be half changed
    ],
)
def test_what_ran_again_is_stopped_and_copied_anew(machine: Machine, fails: str, again: list[str]) -> None:
    machine.fails = {fails}
    with pytest.raises(UpgradeError, match="no network"):
        machine.forward()
    first = machine.at.archive
    machine.fails, machine.running = set(), True
    assert machine.forward() == again
    assert {step for step, is_running in machine.steps if is_running} == set()
    assert (machine.at.archive != first, machine.at.is_over) == ("backup" in again, True)


def test_its_copy_goes_nowhere_else_while_the_service_is_down(machine: Machine) -> None:
    machine.forward()
    assert [words for words in machine.backups if "--dry-run" not in words] == [
        ("backup", "--folder-only", "--json")
    ]


def test_what_stands_still_is_neither_stopped_nor_copied_again(machine: Machine) -> None:
    machine.fails = {"renew"}
    with pytest.raises(UpgradeError):
        machine.forward()
    machine.fails = set()
    assert machine.forward() == ["renew", "migrate"]


def test_a_copy_that_fails_over_new_code_does_not_say_that_nothing_was_changed(machine: Machine) -> None:
    machine.fails = {"renew"}
    with pytest.raises(UpgradeError):
        machine.forward()
    machine.fails, machine.running = {"backup"}, True
    with pytest.raises(UpgradeError) as said:
        machine.forward()
    assert "nothing was changed" not in str(said.value)
    assert "`--back` goes back" in str(said.value)
    assert machine.at.done == ["bring", "rest"]
    machine.running = True  # and killed after it was stopped: still no copy of before
    machine.fails = set()
    assert machine.forward() == ["stop", "backup", "renew", "migrate"]


def test_the_way_back_restores_again_what_ran_meanwhile(machine: Machine) -> None:
    """Who left since stands in the registers of the folder that ran, not in what was restored before."""
    archive, key = Path("copia.age"), Path("chiave")
    at = UpgradeRecord(at=NOW, old_commit="a", archive=archive.name, restores=True, way=BACK)
    at.done = ["rest", "bring", "renew", "restore"]
    upgrade_state.write(machine.state, at)
    new = machine.state / way_back.NEW

    def restore(step: str) -> None:
        if step == "restore":
            new.mkdir()
            (new / way_back.REPORT).write_text('{"is_finished": true}')

    restore("restore")
    machine.before = restore
    backup = SimpleNamespace(folder=Path("/copie"))
    settings = cast(Settings, SimpleNamespace(profile=SimpleNamespace(backup=backup), prefect_database=""))
    with pytest.raises(UpgradeError, match="--identity FILE"):
        way_back.look(machine, settings, None)
    found = way_back.look(machine, settings, key)
    way_back.Return(machine, settings, cast(Checkout, machine), lambda _: None).go(found, key)
    assert machine.steps == [("stop", False), ("restore", False)]
    assert (machine.state / way_back.REPORT).exists()
    at.done.append("place")
    machine.steps.clear()
    upgrade_state.write(machine.state, at)
    found = way_back.look(machine, settings, None)
    way_back.Return(machine, settings, cast(Checkout, machine), lambda _: None).go(found, None)
    assert machine.steps == [("stop", False)]


def test_a_service_without_its_target_runs_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive, typed = {"bollettino-esempio-worker.service"}, list[list[str]]()

    def run(words: list[str], _: Path) -> Any:
        typed.append(words)
        is_alive = bool(alive & {*words})
        if words[1] == "stop":
            alive.difference_update(words)
        return SimpleNamespace(returncode=0 if words[1] != "is-active" or is_alive else 3, stderr="")

    monkeypatch.setattr(checkout, "run", run)
    places = SimpleNamespace(project=tmp_path, profile=tmp_path / "mio.toml")
    home = ByUnits(cast(Any, SimpleNamespace(name="bollettino-esempio", places=places, state=tmp_path)))
    assert home.is_running()
    home.stop(lambda _: None)
    assert not home.is_running()
    assert [
        f"bollettino-esempio-{one}" for one in ("prefect.service", "worker.service", "web.service")
    ] == next(words[3:] for words in typed if words[1] == "stop")
