"""The way from one version to another, on the disk beside the state folder: who is killed goes on from it.

Beside, since on the way back the folder itself is put aside. Nothing in it is secret.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from db import disk
from flows.settings import BollettinoError

FORWARD: Literal["forward"] = "forward"
BACK: Literal["back"] = "back"


class UpgradeError(BollettinoError):
    """An upgrade, or its way back, cannot go on; the text says how things stand, and what to do."""


class UpgradeRecord(BaseModel):
    """One upgrade. `done`: steps of the present `way` that are behind it, in their order.

    `commit`, `old_commit`: of the checkout, where the upgrade brings the code itself; None where a person
    does. `steps`: what migrates the database. `archive`: the copy that was made before it; `restores`: the
    way back needs it. `prefect`: the newer Prefect. `broken`: what the doctor found broken before.
    `is_touched`: the code, or what lies on the machine, may be another by now; `is_migrating`: so may the
    database. Of a fleet's host, `is_rolling`: others work on with the version of before; `contracting`:
    migrations after which that may not go on; `uncopied`: Comuni without a new copy;
    `left`: that could not be migrated.
    """

    model_config = ConfigDict(extra="ignore")  # an older version reads it, too, on the way back

    format: Literal[1] = 1
    way: Literal["forward", "back"] = FORWARD
    done: list[str] = []
    is_over: bool = False
    at: AwareDatetime
    old_version: str | None = None
    old_commit: str | None = None
    old_revision: str | None = None
    commit: str | None = None
    steps: list[str] = []
    archive: str | None = None
    restores: bool = False
    prefect: str | None = None
    broken: list[str] = []
    is_touched: bool = False
    is_migrating: bool = False
    is_rolling: bool = False
    contracting: list[str] = []
    uncopied: list[str] = []
    left: list[str] = []

    def has(self, step: str) -> bool:
        return step in self.done


def path(state: Path) -> Path:
    return state.with_name(f".{state.name}.aggiornamento.json")


def read(state: Path) -> UpgradeRecord | None:
    """The last one; None where there was none. UpgradeError where it cannot be read."""
    try:
        return UpgradeRecord.model_validate_json(path(state).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as exc:
        raise UpgradeError(f"{path(state)} cannot be read ({type(exc).__name__})") from exc


def write(state: Path, record: UpgradeRecord) -> None:
    """On the disk when this returns. All may read it: root writes it, the account's doctor tells it."""
    disk.replace(path(state), f"{record.model_dump_json(indent=1)}\n".encode())
    path(state).chmod(0o644)


def forget(state: Path) -> None:
    path(state).unlink(missing_ok=True)


@contextmanager
def alone(state: Path) -> Iterator[int]:
    """UpgradeError where another one is at it. What it starts inherits the lock, whose handle is given: a
    verb of one that was killed comes to its end before the next one begins.
    """
    lock = path(state).with_suffix(".lock")
    lock.parent.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, disk.PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise UpgradeError(f"{lock}: another upgrade is at it") from exc
        os.set_inheritable(handle, True)
        yield handle
    finally:
        os.close(handle)
