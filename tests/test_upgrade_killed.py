"""The short form of `tests.bench.rehearsal_upgrade`: kill -9 of an upgrade, and of its way back."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from db.engine import make_engine
from tests.bench.rehearsal_upgrade import storm
from tests.test_upgrade import _own_environment

__all__ = ["_own_environment"]  # the fixture


@pytest.mark.slow
def test_what_is_killed_is_the_old_version_or_the_new_one(sqlite_template: Path, tmp_path: Path) -> None:
    def new() -> Engine:
        path = tmp_path / f"{uuid4().hex}.db"
        shutil.copy(sqlite_template, path)
        return make_engine(f"sqlite:///{path}")

    found = storm(tmp_path, new, lambda: "", kills=1, seed=11)
    assert found.wrong == []
    assert found.seen.total() == 2
