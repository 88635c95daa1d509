"""A counter of the sends that began, kept outside the database: it recognises one that was restored.

A restored database has forgotten whom it wrote to, and would write to them again. So every start is counted
in our rows, in the state folder and in a variable of the Prefect server, in this order; where one outside is
ahead of our rows a person has to look. Who restores all three together restores the witness, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from db import disk
from db.journal import Extent, Journal
from flows.bulletin.language.dates import giorno_ora
from flows.privacy.intact import JOURNAL, WITNESS
from flows.settings import Settings

FILE = WITNESS
SECONDS = 3.0  # for the server to take a connection


class Mark(BaseModel):
    """The latest start, as it is written outside."""

    model_config = ConfigDict(frozen=True)

    number: int
    bulletin_id: int | None
    at: datetime
    journal_size: int | None = None  # of the journal of consent at that time
    journal_sha256: str | None = None  # of its last line
    is_restore: bool = False  # no start: a restore, which waits for a person

    @property
    def journal(self) -> Extent | None:
        """How far the journal of consent went; None where there was none, or an older version wrote this."""
        if self.journal_size is None or self.journal_sha256 is None:
            return None
        return Extent(self.journal_size, self.journal_sha256)

    def __str__(self) -> str:
        by_hand = "ripristino di una copia" if self.is_restore else "conferma di una persona"
        what = f"bollettino {self.bulletin_id}" if self.bulletin_id else by_hand
        return f"{self.number} ({what}, {giorno_ora(self.at)})"


class WitnessError(Exception):
    """A place that keeps the counter could not be read or written; the text is Italian."""


class Place(Protocol):
    """Where the counter is kept; both may raise WitnessError."""

    name: str

    def read(self) -> Mark | None: ...

    def write(self, mark: Mark) -> None: ...


class StateFolder:
    """A file, replaced at once and on the disk before a message leaves."""

    name = "cartella dell'installazione"

    def __init__(self, settings: Settings) -> None:
        self._path = settings.state / FILE

    def read(self) -> Mark | None:
        try:
            return Mark.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as exc:
            raise WitnessError(f"{FILE} non si legge ({type(exc).__name__})") from exc

    def write(self, mark: Mark) -> None:
        try:
            disk.replace(self._path, mark.model_dump_json().encode())
        except OSError as exc:
            raise WitnessError(f"{FILE} non si scrive ({type(exc).__name__})") from exc


@dataclass(frozen=True)
class Heard:
    """What the places outside say. `latest` None: they have seen no start."""

    latest: Mark | None
    unread: tuple[str, ...]  # which could not be asked, and why
    asked: int  # how many answered

    def is_ahead_of(self, number: int) -> bool:
        return self.latest is not None and self.latest.number > number


def hear(asked: Sequence[Place]) -> Heard:
    marks, unread = [], []
    for place in asked:
        try:
            marks.append(place.read())
        except WitnessError as exc:
            unread.append(f"{place.name}: {exc}")
    latest = max((mark for mark in marks if mark), key=lambda mark: mark.number, default=None)
    return Heard(latest, tuple(unread), len(marks))


def mark(number: int, bulletin_id: int | None, journal: Journal, *, at: datetime) -> Mark:
    """Of a start, with how far the journal of consent goes."""
    extent = journal.extent()
    size, digest = (extent.size, extent.last_sha256) if extent else (None, None)
    return Mark(number=number, bulletin_id=bulletin_id, at=at, journal_size=size, journal_sha256=digest)


def outrun(settings: Settings, number: int, *, now: datetime) -> None:
    """Be ahead of the rows by this number: their database is an old copy from now on, as after a restore, and
    sends nothing until a person has accepted it.
    """
    latest = mark(number, None, Journal(settings.state / JOURNAL), at=now)
    StateFolder(settings).write(latest.model_copy(update={"is_restore": True}))


def lost_words(heard: Heard, journal: Journal, *, has_words: bool) -> str:
    """What is not right with the journal of consent, in Italian; "" when it is whole.

    `has_words`: whether the database holds any word of consent, each of which was written there, too.
    """
    who = "Chi è uscito dopo l'ultima copia del database potrebbe ricevere ancora messaggi."
    if journal.extent() is None and (has_words or (heard.latest and heard.latest.journal)):
        return f"Il registro dei consensi ({JOURNAL}) non c'è, o è vuoto. {who}"
    if heard.latest and (then := heard.latest.journal) and not journal.reaches(then):
        return (
            f"Il registro dei consensi ({JOURNAL}) non è quello della partenza {heard.latest}: mancano "
            f"righe, o è una copia più vecchia. {who}"
        )
    return ""


def tell(places: Sequence[Place], mark: Mark) -> Iterator[str]:
    """Write the start in each place; what could not be written is told, in Italian.

    A place that is ahead of us (two sends began at once) keeps what it has.
    """
    for place in places:
        try:
            before = place.read()
            if before is None or before.number < mark.number:
                place.write(mark)
        except WitnessError as exc:
            yield f"Il testimone non è aggiornato: {place.name}: {exc}."
