"""The short form of `tests.bench.rehearsal_backup`: kill -9 of backups and restores, on both."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from flows.profiles.offsite import SSH_KEY
from tests.bench import send_town
from tests.bench.rehearsal_backup import send_storm, storm
from tests.world.postgresql import new_postgresql
from tests.world.safe import path_with_tools
from tests.world.small_town import Town


@pytest.mark.slow
def test_what_is_killed_leaves_the_old_state_or_the_new_one(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())

    def new_database() -> str:
        if engine.dialect.name == "sqlite":
            return ""
        return new_postgresql(request.getfixturevalue("empty_postgresql"))

    found = storm(Town(engine, tmp_path), new_database, kills=3, seed=7)
    assert found.wrong == []
    assert found.seen.total() >= 6


@pytest.mark.slow
def test_a_copy_that_is_killed_on_its_way_never_looks_like_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(SSH_KEY, "")  # so that what the storm sets is taken back
    found = send_storm(tmp_path, kills=4, seed=7)
    assert found.wrong == []
    assert found.seen["send: none"] >= 1
