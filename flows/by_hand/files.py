"""The files of a handover in the state folder: for this user of the machine only, and gone when declared.

They are the one place where numbers stand in clear on disk. Each replaces the one before it in one step: who
copies a list never copies half of it. Whoever writes or removes holds the bulletin's row.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from flows.settings import Settings

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def home(settings: Settings) -> Path:
    return settings.state / "liste"


def folder(settings: Settings, bulletin_id: int) -> Path:
    return home(settings) / f"bollettino-{bulletin_id}"


def differ(settings: Settings, bulletin_id: int, wanted: Mapping[str, str]) -> bool:
    """Whether `write` would change anything."""
    place = folder(settings, bulletin_id)
    there = {path.name for path in place.iterdir()} if place.is_dir() else set()
    return there != set(wanted) or any(_read(place / name) != text for name, text in wanted.items())


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def write(settings: Settings, bulletin_id: int, wanted: Mapping[str, str]) -> Path:
    """Make the folder hold exactly these files, text by name; a list that was declared is deleted by it."""
    place = folder(settings, bulletin_id)
    for one in (home(settings), place):
        one.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        one.chmod(PRIVATE_FOLDER)  # mkdir's mode is cut by the umask, and it may have been there
    for path in place.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        _replace(place / name, text)
    return place


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(text.encode())
    half.replace(path)


def remove(settings: Settings, bulletin_id: int) -> None:
    place = folder(settings, bulletin_id)
    if place.exists():
        shutil.rmtree(place)


def left(settings: Settings) -> list[int]:
    """Bulletins that have a folder."""
    place = home(settings)
    names = [path.name for path in place.iterdir()] if place.is_dir() else []
    return sorted(int(name.removeprefix("bollettino-")) for name in names if name[11:].isdecimal())
