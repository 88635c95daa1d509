"""What the Prefect server's first start makes of its folder, and its OpenAPI, made once for all processes of
the suite.

Its migrations are 4 of the 8 seconds of a processor that a start takes; some twenty are in the suite. The one
that makes them here is a first start, too, as `run` does it.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

SHARED = "TESTS_SHARED"  # names a folder, to the processes that xdist starts too
OURS: list[str] = []  # the folder, in the process that made it
FILES = ("prefect.db", "memo_store.toml")  # the second tells that its blocks are registered


def share() -> None:
    """By the process that starts the others; a bench, which takes a part of this, shares nothing."""
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp(prefix="bollettino-tests-")
        OURS.append(os.environ[SHARED])


def forget() -> None:
    while OURS:
        shutil.rmtree(OURS.pop(), ignore_errors=True)


def bring(state: Path) -> None:
    """To the folder of a server that never started, so that its start is its second."""
    if SHARED not in os.environ:
        return
    made, home = _made(), state / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(made / name, home / name)


def _made() -> Path:
    from tests.world.door_server import door_server  # late: its other servers ask for these files

    folder = Path(os.environ[SHARED])
    made = folder / "state" / "prefect"
    with _turn(folder / "lock"):
        if not (folder / "made").exists():
            with pytest.MonkeyPatch.context() as patch:
                for name in ("BOLLETTINO_FLEET", "BOLLETTINO_STATE"):  # of the world that asks for them first
                    patch.delenv(name, raising=False)
                with door_server(folder, is_first=True):
                    pass
            with closing(sqlite3.connect(made / FILES[0])) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (folder / "made").touch()
    return made


def openapi() -> dict[str, Any]:
    """Its description of itself, by which tests are named; one of the processes has a second to make it."""
    folder = Path(os.environ[SHARED])
    made = folder / "openapi.json"
    with _turn(folder / "openapi.lock"):
        if not made.exists():
            from prefect.server.api.server import create_api_app  # late: two seconds of a processor

            made.write_text(json.dumps(create_api_app().openapi()), encoding="utf-8")
    found: dict[str, Any] = json.loads(made.read_text(encoding="utf-8"))
    return found


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
