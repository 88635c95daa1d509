"""Whom a round of `sorveglia` may pass over: where nothing waited, and nobody wrote to the database since.

Of hundreds of Comuni most have nothing to look after for hours; each look is some fifty questions to its
database. Nobody is passed over for longer than a quarter of an hour: two rounds, and some of a third.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, RootModel, ValidationError

from db import disk, writes
from flows.settings import Settings

ANYWAY = timedelta(minutes=14)  # less than three rounds of five: the third may begin a second too early


class Found(BaseModel):
    """The digest of what was found where nothing was left to do, and when."""

    digest: str
    at: datetime

    def holds(self, digest: str | None, *, now: datetime, longest: timedelta) -> bool:
        """Whether it is the same by now, and that was not long ago.

        A clock may have been put back: what was so at that hour need not be now.
        """
        return self.digest == digest and timedelta() <= now - self.at < longest


class Memory(RootModel[dict[str, Found]]):
    """By slug; a file of the fleet's on each machine that works for it. Without it everybody is looked at."""


@dataclass(frozen=True)
class Resting:
    """Of one round. `marks`: digests by slug, from before anybody is looked at; of a database that tells."""

    path: Path
    memory: Mapping[str, Found]
    marks: Mapping[str, str]
    now: datetime

    def may_be_passed(self, slug: str) -> bool:
        found = self.memory.get(slug)
        return found is not None and found.holds(self.marks.get(slug), now=self.now, longest=ANYWAY)

    def keep(self, still: Iterable[str]) -> None:
        """Note where the round has looked and nothing waits; OSError where it cannot be written."""
        kept = {slug: found for slug, found in self.memory.items() if self.may_be_passed(slug)}
        kept |= {slug: Found(digest=self.marks[slug], at=self.now) for slug in still if slug in self.marks}
        disk.replace(self.path, Memory(kept).model_dump_json().encode())


def resting(comuni: Iterable[Settings], path: Path, now: datetime) -> Resting:
    """As a round begins."""
    comuni = list(comuni)
    marks = writes.marks(settings.database for settings in comuni)
    told = {one.profile.slug: _digest(one, marks[one.database]) for one in comuni if one.database in marks}
    return Resting(path, _read(path), told, now)


def _digest(settings: Settings, mark: writes.Mark) -> str:
    """Of what may bring something to look after: the database, and what the profile wants."""
    return hashlib.sha256(f"{mark!r} {settings.profile!r}".encode()).hexdigest()


def _read(path: Path) -> Mapping[str, Found]:
    try:
        return Memory.model_validate_json(path.read_bytes()).root
    except (OSError, ValidationError):  # not there, of another version, cut off: as good as none
        return {}
