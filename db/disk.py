"""Files that are on the disk, whole or not at all, for this user of the machine alone."""

import fcntl
import os
import secrets
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def replace(path: Path, content: bytes) -> None:
    """On the disk when this returns, a power cut included; OSError, and what stood there before, otherwise.

    A file that was written straight to its name is an empty one when the disk is full.
    """
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # nobody else's: containers have one number
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    sync_folder(path.parent)


def has_room(path: Path) -> bool:
    """Whether the disk takes another page beside it; what is left of its own last page proves nothing."""
    trial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.trial")
    try:
        replace(trial, bytes(4096))
        trial.unlink()
    except OSError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, content: bytes) -> None:
    """Appended whole; else cut off again, and an OSError: `os.write` may write less than it is given.

    Nobody else may append meanwhile.
    """
    before = os.fstat(handle).st_size
    try:
        written = 0
        while written < len(content):
            written += os.write(handle, content[written:])
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before)
        raise


def is_locked(path: Path) -> bool:
    """Whether a living process holds this lock file; False where there is none."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
