"""The files of a handover in the state folder: for this user of the machine only, and gone when declared.

They are the one place where numbers stand in clear on disk. Each replaces the one before it in one step: who
copies a list never copies half of it. Whoever writes or removes holds the bulletin's row.

A list is vCard 3.0 or CSV, as a telephone or a spreadsheet takes it in. A contact's name is the number of its
row with us, the same in every bulletin: a telephone that takes the list in again updates its contacts.
"""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from db import disk
from flows.settings import Settings


def home(settings: Settings) -> Path:
    return settings.state / "liste"


def folder(settings: Settings, bulletin_id: int) -> Path:
    return home(settings) / f"bollettino-{bulletin_id}"


def differ(settings: Settings, bulletin_id: int, wanted: Mapping[str, str]) -> bool:
    """Whether `write` would change anything."""
    place = folder(settings, bulletin_id)
    existing = {path.name for path in place.iterdir()} if place.is_dir() else set()
    return existing != set(wanted) or any(_read(place / name) != text for name, text in wanted.items())


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def write(settings: Settings, bulletin_id: int, wanted: Mapping[str, str]) -> Path:
    """Make the folder hold exactly these files, text by name; a list that was declared is deleted by it."""
    place = folder(settings, bulletin_id)
    for path in (home(settings), place):
        path.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        path.chmod(disk.PRIVATE_FOLDER)  # mkdir's mode is cut by the umask, and it may have been there
    for path in place.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        disk.replace(place / name, text.encode())
    return place


def remove(settings: Settings, bulletin_id: int) -> None:
    place = folder(settings, bulletin_id)
    if place.exists():
        shutil.rmtree(place)


def left(settings: Settings) -> list[int]:
    """Bulletins that have a folder."""
    place = home(settings)
    names = [path.name for path in place.iterdir()] if place.is_dir() else []
    return sorted(int(name.removeprefix("bollettino-")) for name in names if name[11:].isdecimal())


@dataclass(frozen=True)
class Line:
    """One number of a list. Never printed."""

    recipient_id: int
    phone: str = field(repr=False)  # +digits

    @property
    def name(self) -> str:
        return f"Iscritto {self.recipient_id:05}"


def vcard(lines: Sequence[Line]) -> str:
    """RFC 2426, which every telephone reads; lines end in CRLF as it says."""
    cards = (
        ["BEGIN:VCARD", "VERSION:3.0", f"N:{line.name};;;;", f"FN:{line.name}", f"TEL;TYPE=CELL:{line.phone}",
         "END:VCARD"]
        for line in lines
    )  # fmt: skip
    return "".join(f"{row}\r\n" for card in cards for row in card)


def table(lines: Sequence[Line]) -> str:
    """CSV with a heading, as `subscribers import` reads it."""
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";")
    rows.writerow(("nome", "telefono"))
    rows.writerows((line.name, line.phone) for line in lines)
    return file.getvalue()
