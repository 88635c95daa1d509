"""A new sandbox: nothing is left behind before `migrate`, which makes its keys before its database."""

import os
from pathlib import Path

import pytest

from db import schema
from db.engine import make_engine
from flows.__main__ import parser
from flows.cli import tour
from flows.sending import witness
from flows.settings import ROOT, SettingsError
from tests.test_privacy_intact import Place, _own_environment
from tests.world.comune import SECRETS, Comune

__all__ = ["_own_environment"]  # a fixture


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def new(place: Place) -> Place:
    """The sandbox, whose secrets nobody gave, in a state folder that is there and empty."""
    for name in SECRETS:
        del os.environ[name], place.environment[name]
    place.state.mkdir()
    return place


VERBS = [["history", "1"], ["numbers"], ["watch", "--dry-run"], ["web"], ["migrate", "--dry-run"]]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_no_verb_before_migrate_leaves_anything_behind(new: Place, verb: list[str]) -> None:
    assert new.verb(*verb) == (0 if "migrate" in verb else 2)
    assert list(new.state.iterdir()) == []
    assert new.verb("migrate") == 0


def test_migrate_makes_the_sandbox_s_keys_before_it_makes_a_database(new: Place) -> None:
    assert new.verb("migrate") == 0
    kept = (new.state / "secrets.json").read_text(encoding="utf-8")
    assert (new.state / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert not SECRETS.keys() & os.environ.keys()
    assert new.verb("numbers") == new.verb("migrate") == 0
    new.settings.prepare_secrets(make=True)  # as `run` does
    assert (new.state / "secrets.json").read_text(encoding="utf-8") == kept
    (new.state / "secrets.json").unlink()
    with pytest.raises(SettingsError, match=r"although bollettino\.db are sealed"):
        new.settings.prepare_secrets(make=True)


def test_a_database_that_nothing_is_sealed_in_yet_costs_no_keys(new: Place) -> None:
    """As a `migrate` that ended before it had any left it."""
    schema.upgrade(make_engine(new.settings.database))
    assert new.verb("migrate") == 0
    assert (new.state / "secrets.json").exists()


def test_a_real_comune_without_keys_gets_no_database(new: Place, capsys: pytest.CaptureFixture[str]) -> None:
    path = new.state.parent / "profile.toml"
    path.write_text(path.read_text().replace('stage = "sandbox"', 'stage = "trial"'))
    assert new.verb("migrate") == 2
    assert "not set in the environment: BOLLETTINO_ENCRYPTION_KEYS" in capsys.readouterr().err
    assert list(new.state.iterdir()) == []


@pytest.mark.parametrize("waits", [True, False])
def test_a_first_look_leads_to_the_guide_the_mailbox_and_a_next_draft(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """As the README shows it; each leads somewhere."""
    if waits:
        comune.collect()
        comune.draft()
    monkeypatch.setattr(tour, "_wait_for_window", lambda *_: "run-1")
    said: list[str] = []
    tour.links(comune.settings, said.append)
    shown = "\n".join(said)
    assert "/posta" in shown
    assert f"guide:           {tour.GUIDE}" in shown
    assert ("a next draft, after this one: " if waits else "nothing waits for approval:   ") in shown
    assert tour.COMPOSE in shown
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"  a next draft, after this one: {tour.COMPOSE}\n" in readme
    assert f"  the editors' guide:           {tour.GUIDE}\n" in readme
    assert (ROOT / tour.GUIDE).is_file()
    assert "restored from a backup" not in shown
    arguments = parser().parse_args(tour.COMPOSE.partition("-m flows ")[2].split())
    assert arguments.at_approval


def test_the_first_start_after_a_restore_says_that_it_waits_for_a_person(comune: Comune) -> None:
    """Else who restored it sees that all runs, and takes it for done."""
    ahead = witness.mark(1, None, comune.settings.ledger().journal, at=comune.now)
    witness.StateFolder(comune.settings).write(ahead)
    said: list[str] = []
    tour.links(comune.settings, said.append)
    assert "restored from a backup: " in "\n".join(said)
    (typed,) = (
        line.partition("`.venv/bin/python -m flows ")[2].rstrip("`")
        for line in said
        if "`.venv" in line and "witness" in line
    )
    assert parser().parse_args(typed.split()).accept_by == "NAME"
