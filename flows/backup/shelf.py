"""The folder where archives lie: their names, the newest, what is put there, what is too old.

A file gets its name when all of it is on the disk: whoever is killed leaves a hidden half, which the next
backup removes.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from db import disk
from flows.backup.archive import BackupError

ARCHIVE, REGISTERS, SIDECAR = ".age", ".registri.age", ".json"
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Shelf:
    """The archives of one Comune; whatever else lies in the folder is none of its business."""

    folder: Path
    slug: str

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
        return f"bollettino-{self.slug}-{cut_at.astimezone(UTC).strftime(_TIME)}{kind}"

    def files(self, kind: str) -> list[tuple[datetime, Path]]:
        """Those of a kind with their times, the oldest first."""
        names = self._named("", kind, "")
        return sorted((datetime.strptime(at, _TIME).replace(tzinfo=UTC), path) for at, path in names)

    def _named(self, before: str, kind: str, after: str) -> list[tuple[str, Path]]:
        """Files of this Comune alone, with the time in their names: one slug may begin another."""
        start, end = re.escape(f"{before}bollettino-{self.slug}"), re.escape(f"{kind}{after}")
        pattern = re.compile(rf"{start}-(\d{{8}}T\d{{6}}Z){end}")
        try:
            return [
                (match[1], path) for path in self.folder.iterdir() if (match := pattern.fullmatch(path.name))
            ]
        except OSError as exc:
            raise BackupError(f"{self.folder}: cannot be read ({exc.strerror})") from exc

    def newest(self, kind: str = ARCHIVE) -> Path | None:
        found = self.files(kind)
        return found[-1][1] if found else None

    def put(self, name: str, write: Callable[[BinaryIO], None]) -> Path:
        """What `write` writes, under its name once all of it is on the disk; nothing otherwise."""
        half = self.folder / f".{name}.half"
        try:
            handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, disk.PRIVATE_FILE)
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.folder / name)
            disk.sync_folder(self.folder)
        except OSError as exc:
            raise BackupError(f"{self.folder}: cannot be written ({exc.strerror or exc})") from exc
        finally:
            half.unlink(missing_ok=True)
        return self.folder / name

    def sweep(self) -> None:
        """Halves of backups that were killed."""
        for kind in (ARCHIVE, REGISTERS, SIDECAR):
            for _, half in self._named(".", kind, ".half"):
                half.unlink(missing_ok=True)

    def old(self, keep: timedelta, *, now: datetime) -> list[Path]:
        """What may go; never the newest archive, nor the newest registers."""
        return [
            path
            for kind in (ARCHIVE, REGISTERS, SIDECAR)
            for at, path in self.files(kind)[:-1]
            if at < now - keep
        ]
