"""Files of the machine that a program writes: planned, compared, and never put over a person's work.

The hash in a line at the head is that of all the rest: where it does not fit, a person has been there.
"""

import difflib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from db import disk
from flows.settings import BollettinoError

MARK = re.compile(r"^# `python -m flows install` wrote this file, sha256 ([0-9a-f]{64})\n", re.MULTILINE)


class FilesError(BollettinoError):
    """A file cannot be written; the text says which, and what to do."""


class Standing(StrEnum):
    new = "new"
    same = "same"
    changed = "changed"  # in a newer version, or with another profile
    foreign = "foreign"  # a person wrote or changed what lies there


@dataclass(frozen=True)
class Planned:
    """A file as it is to be, by its path on the machine."""

    path: Path
    text: str
    mode: int = 0o644

    @property
    def marked(self) -> str:
        """The text with its line at the head, behind the `#!` of a program."""
        line = f"# `python -m flows install` wrote this file, sha256 {_digest(self.text)}\n"
        head, rest = self.text.split("\n", 1) if self.text.startswith("#!") else ("", self.text)
        return f"{head}\n{line}{rest}" if head else line + rest

    def place(self, root: Path) -> Path:
        return root / self.path.relative_to("/")

    def standing(self, root: Path) -> Standing:
        found = self._found(root)
        if found is None:
            return Standing.new
        if found == self.marked:
            is_mode_right = self.place(root).stat().st_mode & 0o777 == self.mode
            return Standing.same if is_mode_right else Standing.changed
        return Standing.changed if is_as_written(found) else Standing.foreign

    def difference(self, root: Path) -> str:
        """From what lies there to what is to be; the whole text where nothing lies there."""
        before = (self._found(root) or "").splitlines(keepends=True)
        lines = difflib.unified_diff(before, self.marked.splitlines(keepends=True), "there", "planned", n=2)
        return "".join(lines)

    def write(self, root: Path) -> None:
        """Whole or not at all; its folders are for everybody to look into, as those of /etc are."""
        place = self.place(root)
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        disk.replace(place, self.marked.encode())
        place.chmod(self.mode)

    def _found(self, root: Path) -> str | None:
        try:
            return self.place(root).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as exc:
            raise FilesError(f"{self.place(root)} cannot be read ({exc}): are you root?") from exc


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def is_as_written(text: str) -> bool:
    """Whether this is what we once wrote, to the letter."""
    marks = MARK.findall(text)
    return len(marks) == 1 and _digest(MARK.sub("", text)) == marks[0]


def require_ours(planned: Iterable[Planned], root: Path) -> None:
    """FilesError, with the differences, where a person's work would be lost."""
    foreign = [one for one in planned if one.standing(root) == Standing.foreign]
    if foreign:
        told = "\n".join(f"{one.place(root)}\n{one.difference(root)}" for one in foreign)
        raise FilesError(
            "a person wrote or changed what lies there; nothing was written. Move it away, or into a drop-in "
            f"(`systemctl edit`), and type this again:\n{told}"
        )
