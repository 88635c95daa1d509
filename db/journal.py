"""Each word of consent once more, in a file beside the database that only grows.

A restored backup knows nothing of who left since it was made: this file does. It holds keyed hashes and no
number, so that it may be kept as long as the ledger. Never restore an older copy of it over a newer one.
"""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.models import Consent

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """Who (keyed hashes of the phone, the BSUID, or both) said what, and when."""

    at: datetime
    event: Consent
    subjects: tuple[str, ...]


class Journal:
    """One line of JSON an entry. Several processes may append: each line is one write at the file's end."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: Entry) -> None:
        """On the disk when this returns, a power cut included; call it before the commit it belongs to.

        A word that is here and was not committed is still the citizen's word, and will be handled again.
        """
        line = json.dumps({"at": entry.at.isoformat(), "event": entry.event, "subjects": entry.subjects})
        is_new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            torn = self._is_torn(handle)  # by a power cut: what stands there was never confirmed to anybody
            os.write(handle, f"{chr(10) if torn else ''}{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync_folder(self.path.parent)

    @staticmethod
    def _is_torn(handle: int) -> bool:
        size = os.fstat(handle).st_size
        return size > 0 and os.pread(handle, 1, size - 1) != b"\n"

    def entries(self) -> Iterator[Entry]:
        """All of them, in their order; a line that cannot be read is told in the log and passed over."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    try:
                        yield _read(line)
                    except (ValueError, KeyError, TypeError) as exc:
                        log.error("%s:%d cannot be read (%s)", self.path, number, type(exc).__name__)


def _read(line: str) -> Entry:
    told = json.loads(line)
    at = datetime.fromisoformat(told["at"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return Entry(at, Consent(told["event"]), tuple(map(str, told["subjects"])))


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
