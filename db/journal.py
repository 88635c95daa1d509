"""Each word of consent once more, in a file beside the database that only grows.

A restored backup knows nothing of who left since it was made: this file does. It holds keyed hashes and no
number, so that it may be kept as long as the ledger. Never restore an older copy of it over a newer one.
"""

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import disk
from db.models import Consent

LONGEST = 4096  # bytes, more than any line takes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """Who (keyed hashes of the phone, the BSUID, or both) said what, and when."""

    at: datetime
    event: Consent
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Extent:
    """How far a journal went at some time: its length, and the hash of the line that ended there."""

    size: int
    last_sha256: str


class Journal:
    """One line of JSON an entry. Several processes may append, one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, *entries: Entry) -> None:
        """On the disk when this returns, a power cut included; call it before the commit it belongs to.

        A word that is here and was not committed is still the citizen's word, and will be handled again.
        OSError where the disk is full: then it is not here at all, and must not be committed.
        """
        lines = "".join(_line(entry) for entry in entries)
        is_new = not self.path.exists()
        self.path.parent.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, disk.PRIVATE_FILE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # what is cut off again is never another's line
            torn = self._is_torn(handle)  # by a power cut: what stands there was never confirmed to anybody
            disk.write_all(handle, f"{chr(10) if torn else ''}{lines}".encode())
        finally:
            os.close(handle)
        if is_new:
            disk.sync_folder(self.path.parent)

    def has_room(self) -> bool:
        """Whether the disk takes another word."""
        return disk.has_room(self.path)

    def extent(self) -> Extent | None:
        """None while no word was ever written here."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return None
        return self._extent_at(size) if size else None

    def reaches(self, then: Extent) -> bool:
        """Whether it still holds what it held then: a file that only grows does."""
        now = self.extent()
        return now is not None and now.size >= then.size and self._extent_at(then.size) == then

    def words_since(self, then: Extent | None) -> int:
        """How many lines were added since it went that far; None: all of them."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            file.seek(then.size if then else 0)
            return sum(bool(line.strip()) for line in file)

    def _extent_at(self, size: int) -> Extent:
        """Of a journal that was cut off after `size` bytes."""
        with self.path.open("rb") as file:
            start = max(size - LONGEST, 0)
            file.seek(start)
            last = file.read(size - start).rstrip(b"\n").rpartition(b"\n")[2]
        return Extent(size, hashlib.sha256(last).hexdigest())

    @staticmethod
    def _is_torn(handle: int) -> bool:
        size = os.fstat(handle).st_size
        return size > 0 and os.pread(handle, 1, size - 1) != b"\n"

    def entries(self) -> Iterator[Entry]:
        """All of them, in their order; a line that cannot be read is told in the log and passed over."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for line_number, line in enumerate(lines, start=1):
                if line.strip():
                    try:
                        yield _read(line)
                    except (ValueError, KeyError, TypeError) as exc:
                        log.error("%s:%d cannot be read (%s)", self.path, line_number, type(exc).__name__)


def _line(entry: Entry) -> str:
    fields = {"at": entry.at.isoformat(), "event": entry.event, "subjects": entry.subjects}
    return f"{json.dumps(fields)}\n"


def _read(line: str) -> Entry:
    fields = json.loads(line)
    at = datetime.fromisoformat(fields["at"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return Entry(at, Consent(fields["event"]), tuple(map(str, fields["subjects"])))
