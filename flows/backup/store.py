"""What a copy elsewhere is asked for, whichever protocol speaks to it, and how it fails."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from flows.backup.archive import BackupError

ANSWERS = 20.0  # seconds for a connection to stand
STALLS = 60.0  # seconds in which nothing moves


class OffsiteError(BackupError):
    """The copy elsewhere cannot be made, or read. The local one is none the worse."""


class AwayError(OffsiteError):
    """It does not answer, broke off, or took too long: another try may go well."""


class RefusedError(OffsiteError):
    """It answers and will not have it, or it is not the one we know: a person has to mend that."""


class Store(Protocol):
    """A flat folder of files elsewhere. All of it raises OffsiteError."""

    def sizes(self) -> dict[str, int]:
        """Name -> bytes of every file that is whole."""

    def put(self, name: str, path: Path) -> None:
        """The file under this name, once all of it is there and was read back by its SHA-256."""

    def fetch(self, name: str, out: BinaryIO) -> None: ...

    def remove(self, name: str) -> None: ...

    def sweep(self, is_ours: Callable[[str], bool]) -> None:
        """What uploads that were killed have left of names that are ours."""
