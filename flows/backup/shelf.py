"""The folder where archives lie: their names, the newest, what is put there, what is too old.

A file gets its name when all of it is on the disk: whoever is killed leaves a hidden half, which the next
backup removes.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from db import disk
from flows.backup.archive import BackupError

ARCHIVE, REGISTERS, SIDECAR = ".age", ".registri.age", ".json"
KINDS = (ARCHIVE, REGISTERS, SIDECAR)
HALF = ".half"
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Names:
    """Of the archives of one Comune, and of what lies beside them; every other name is somebody else's."""

    slug: str

    def name(self, cut_at: datetime, kind: str) -> str:
        return f"bollettino-{self.slug}-{cut_at.astimezone(UTC).strftime(_TIME)}{kind}"

    def of(self, kind: str, names: Iterable[str]) -> list[tuple[datetime, str]]:
        """Those of a kind with the times in them, the oldest first. One slug may begin another."""
        pattern = re.compile(rf"bollettino-{re.escape(self.slug)}-(\d{{8}}T\d{{6}}Z){re.escape(kind)}")
        found = [(match[1], name) for name in names if (match := pattern.fullmatch(name))]
        return sorted((datetime.strptime(at, _TIME).replace(tzinfo=UTC), name) for at, name in found)

    def is_ours(self, name: str) -> bool:
        return any(self.of(kind, [name]) for kind in KINDS)

    def halves(self, names: Iterable[str]) -> list[str]:
        """What backups that were killed have left of these."""
        return [
            name
            for name in names
            if name == half(whole := name.removeprefix(".").removesuffix(HALF)) and self.is_ours(whole)
        ]

    def old(self, names: Collection[str], keep: timedelta, *, now: datetime) -> list[str]:
        """What may go; never the newest archive, nor the newest registers."""
        return [name for kind in KINDS for at, name in self.of(kind, names)[:-1] if at < now - keep]


def half(name: str) -> str:
    """What a file is called until all of it is there."""
    return f".{name}{HALF}"


@dataclass(frozen=True)
class Shelf:
    """The archives of one Comune; whatever else lies in the folder is none of its business."""

    folder: Path
    slug: str

    @property
    def names(self) -> Names:
        return Names(self.slug)

    def require(self) -> None:
        """BackupError where the folder is not there, or takes no file."""
        if not self.folder.is_dir():
            raise BackupError(
                f"backup.folder {self.folder} is not there: mount its disk, or make the folder (it is never "
                "made by itself, beside a disk that is away)"
            )
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise BackupError(f"backup.folder {self.folder}: this user may not write there")

    def name(self, cut_at: datetime, kind: str) -> str:
        return self.names.name(cut_at, kind)

    def files(self, kind: str) -> list[tuple[datetime, Path]]:
        """Those of a kind with their times, the oldest first."""
        return [(at, self.folder / name) for at, name in self.names.of(kind, self._lying())]

    def _lying(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir()]
        except OSError as exc:
            raise BackupError(f"{self.folder}: cannot be read ({exc.strerror})") from exc

    def newest(self, kind: str = ARCHIVE) -> Path | None:
        found = self.files(kind)
        return found[-1][1] if found else None

    def put(self, name: str, write: Callable[[BinaryIO], None]) -> Path:
        """What `write` writes, under its name once all of it is on the disk; nothing otherwise."""
        hidden = self.folder / half(name)
        try:
            handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, disk.PRIVATE_FILE)
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            hidden.replace(self.folder / name)
            disk.sync_folder(self.folder)
        except OSError as exc:
            raise BackupError(f"{self.folder}: cannot be written ({exc.strerror or exc})") from exc
        finally:
            hidden.unlink(missing_ok=True)
        return self.folder / name

    def sweep(self) -> None:
        """Halves of backups that were killed."""
        for name in self.names.halves(self._lying()):
            (self.folder / name).unlink(missing_ok=True)

    def old(self, keep: timedelta, *, now: datetime) -> list[Path]:
        """What may go, as `Names.old` says."""
        return [self.folder / name for name in self.names.old(self._lying(), keep, now=now)]
