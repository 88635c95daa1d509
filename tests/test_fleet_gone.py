"""A fleet whose Prefect server goes away while it is asked: each is told in a line, and goes on later."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from db.engine import opened, reading, transaction
from db.models import Bulletin, BulletinStatus
from flows import deploy
from flows.__main__ import main
from flows.door import keys
from flows.settings import load
from tests.world.builders import make_bulletin
from tests.world.door_server import DoorServer, door_server
from tests.world.fleet import Land, land

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("server")]

GONE = "the Prefect server did not answer as it should ("
LATER = "): what is done stays done; type the same again once it answers"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DoorServer]:
    (tmp_path / "server").mkdir()
    tries_once = temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1})  # else for a minute
    with door_server(tmp_path / "server") as found, found.entered(), tries_once:
        yield found


@pytest.fixture
def here(server: DoorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Two Comuni, registered."""
    monkeypatch.setattr("os.environ", {**os.environ})
    made = land(tmp_path, monkeypatch)
    made.say(f'[prefect]\naddress = "{server.address}"\n')
    (made.states / "_fleet").mkdir(parents=True)
    shutil.copy(server.settings.server_state / keys.FILE, made.states / "_fleet")
    for slug in ("alfa", "beta"):
        made.add(slug)
    assert main(["fleet", "apply"]) == 0
    return made


def dying(server: DoorServer, before: Callable[..., Any]) -> Callable[..., Any]:
    """The server is killed, and then asked this."""

    def asked(*words: Any, **told: Any) -> Any:
        server.process.kill()
        server.process.wait(60)
        return before(*words, **told)

    return asked


def test_who_was_leaving_is_told_and_goes_later(
    here: Land, server: DoorServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "take_away", dying(server, deploy.take_away))
    capsys.readouterr()
    assert main(["fleet", "retire", "alfa"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"bollettino: {GONE}")
    assert told.endswith(f"{LATER}\n")
    assert (told.count("\n"), "Traceback" in told) == (1, False)
    assert "alfa" in here.fleet.slugs, "until all is done it is of the fleet"
    assert main(["fleet", "retire", "alfa"]) == 2
    told, err = capsys.readouterr()
    assert (told, err.count("\n")) == ("", 1), "one that is gone already is asked nothing"


@pytest.mark.rehearsal
def test_who_was_to_take_all_along_has_it_all_here(
    here: Land, server: DoorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(load("alfa").database) as engine, transaction(engine) as session:
        draft = make_bulletin(session).id
    monkeypatch.setattr(deploy, "take_away", dying(server, deploy.take_away))
    assert main(["fleet", "retire", "alfa", "--export", str(tmp_path / "uscita")]) == 2
    assert "alfa" in here.fleet.slugs
    assert not list(tmp_path.glob("*uscita*"))
    with opened(load("alfa").database) as engine, reading(engine) as session:
        assert session.get_one(Bulletin, draft).status == BulletinStatus.draft


@pytest.mark.parametrize(
    ("verb", "asked"), [pytest.param("plan", "changes", marks=pytest.mark.rehearsal), ("apply", "deploy")]
)
def test_it_is_asked_no_more_and_all_else_is_done(
    here: Land,
    server: DoorServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    asked: str,
) -> None:
    """A fleet of three hundred would else wait for as many minutes."""
    for slug in ("alfa", "beta"):
        told = (here.folder / f"{slug}.toml").read_text(encoding="utf-8")
        (here.folder / f"{slug}.toml").write_text(told.replace("tue 11:00", "wed 11:00"), encoding="utf-8")
    tries = Mock(side_effect=dying(server, getattr(deploy, asked)))
    monkeypatch.setattr(deploy, asked, tries)
    capsys.readouterr()
    assert main(["fleet", verb]) == 2
    assert tries.call_count == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"bollettino: deployments were not looked at, nor registered: {GONE}")
    assert said.err.endswith(f"{LATER}\n")
    lines = said.out.splitlines()
    assert lines[-1] == "beta: nothing to do"
    assert ("alfa: ill: " in said.out) == (verb == "apply"), "it was to be registered"
