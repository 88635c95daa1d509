"""What a Comune that leaves a fleet takes with it: a folder from which it goes on alone.

No backup that is restored somewhere: nothing is sent from here any more once the folder bears its name, so
whatever waited may go on there, and nobody has to say that it may.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from db import bulletins, claims, disk, inbound, recipients, schema
from db.engine import only_writer, opened, reading, transaction
from db.journal import Extent, Journal
from db.models import PUBLIC
from db.transfer import pour
from flows.accounts import mark
from flows.backup import databases, keys, manifest, placing, taking
from flows.backup.manifest import DATABASE, JOURNAL, WITNESS
from flows.backup.restoring import hidden
from flows.bulletin.language.dates import in_rome
from flows.door.environment import FOLDER, handed_over
from flows.fleet.membership import leaflet, own_secrets
from flows.fleet.membership.own_secrets import OwnSecrets
from flows.fleet.registry import Fleet
from flows.machine.secret_files import IDENTITY
from flows.privacy import intact
from flows.profiles import documents, secrets_file
from flows.sending import liveness
from flows.settings import BollettinoError, Settings, load_profile

STATE, SECRETS, README, SUMS = "stato", "segreti", "README.md", "SHA256SUMS"
KEPT = (
    JOURNAL,
    WITNESS,
    mark.FILE,
    secrets_file.FILE,
)  # of the state folder, beside database and certificates
PATIENCE, AGAIN = 60.0, 1.0  # seconds: an answer that is on its way takes 30 at most


class ExportError(BollettinoError):
    """It cannot take its things along; the text says why, and nothing was changed."""


@dataclass(frozen=True)
class Counted:
    """By what the copy is known for the whole."""

    people: int  # who get bulletins
    rows: dict[str, int]  # by table
    lines: int  # of the journal
    extent: Extent | None

    @property
    def words(self) -> int:
        """Of consent, in the ledger."""
        return self.rows["consentevent"]


@dataclass(frozen=True)
class Export:
    """What would be taken along, and where to."""

    settings: Settings
    folder: Path
    counted: Counted
    last_send: datetime | None
    size: int  # of the database, in bytes
    secrets: OwnSecrets

    @property
    def line(self) -> str:
        """What would be done, for who decides of it."""
        counted, kind = self.counted, make_url(self.settings.database).get_backend_name()
        last = f"{in_rome(self.last_send):%Y-%m-%d %H:%M}" if self.last_send else "never"
        return (
            f"write {self.folder}: {counted.people} subscribers, {counted.words} words of consent, "
            f"{counted.lines} lines of the journal, the database ({kind}, {self.size} bytes) as SQLite; "
            f"sent last: {last}; secrets in clear: {', '.join(sorted(self.secrets.values))}"
            + (
                f"; NOT {', '.join(self.secrets.shared)}, which others have, too"
                if self.secrets.shared
                else ""
            )
        )

    @property
    def document(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "folder": str(self.folder),
            "subscribers": self.counted.people,
            "words": self.counted.words,
            "lines": self.counted.lines,
            "last_send": self.last_send.isoformat() if self.last_send else None,
            "bytes": self.size,
            "shared": list(self.secrets.shared),
        }


def plan(fleet: Fleet, settings: Settings, session: Session, folder: Path) -> Export:
    """Changes nothing. ExportError where the folder cannot be written, or holds what is not to be lost."""
    folder = folder.absolute()
    if any(
        folder.resolve().is_relative_to(one) for one in (fleet.folder, settings.state, settings.server_state)
    ):
        raise ExportError(f"--export {folder}: lies within the fleet's own folders: name one elsewhere")
    if not folder.parent.is_dir() or not os.access(folder.parent, os.W_OK | os.X_OK):
        raise ExportError(f"--export {folder}: this user cannot write in {folder.parent}")
    if os.path.lexists(folder) and not (
        folder.is_dir() and (not any(folder.iterdir()) or _is_of_a_try(settings, folder))
    ):
        raise ExportError(f"--export {folder}: is there already, and never overwritten: name a new folder")
    _ = settings.secrets  # SettingsError where one is missing
    if (at := schema.current(session.connection().engine)) != schema.head():
        raise ExportError(
            f"the database is at revision {at}, of which this version, {schema.head()}, does not know all: "
            "type it on a host that has the newer one"
        )
    size = _size(session.connection())
    if (free := shutil.disk_usage(folder.parent).free) < size * taking.SPARE:
        raise ExportError(
            f"--export {folder}: {free} bytes are free there, it needs {round(size * taking.SPARE)}"
        )
    last = bulletins.newest(session, *PUBLIC, limit=1)
    return Export(
        settings,
        folder,
        _count(settings, session),
        (last[0].sent_at or last[0].status_at) if last else None,
        size,
        own_secrets.of(fleet, settings),
    )


@contextmanager
def closed(engine: Engine, clock: Callable[[], datetime]) -> Iterator[Session]:
    """Within it nobody writes into the database but this session, and no answer is on its way.

    The lock is the database's own, and ends with this process. What the web app is told meanwhile it cannot
    store, so WhatsApp brings it again; once the profile is away it stores nothing here, though it waited for
    the lock (`flows/web/inbound/store.py`). So what was said is in the copy, or was never taken.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        with (
            _free(engine),
            transaction(engine) as session,
        ):  # what a dead web app had begun would wait for ever
            liveness.reap(session, None, now=clock())
        with transaction(engine) as session:
            with _free(engine):
                only_writer(session)
            rest = claims.rest(session, None, now=clock())
            is_late = time.monotonic() > ends
            if not rest.claimed and (is_late or not (rest.due or inbound.is_waiting(session))):
                yield session
                return
        if is_late:
            raise ExportError("answers to citizens are on their way all the time: try again")
        time.sleep(AGAIN)  # the web app handles what it has, and sends what it has begun


@contextmanager
def _free(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as exc:
        raise ExportError(f"{databases.address(engine)}: others write all the time, try again") from exc


@contextmanager
def taken(export: Export, session: Session, *, now: datetime) -> Iterator[Callable[[], None]]:
    """All of it in a hidden folder, opened and counted as it will be elsewhere; what is given puts it in its
    place, at once. ExportError otherwise, and nothing is there.

    `session`: of `closed`.
    """
    with ExitStack() as stack:
        with _explained(export):
            hidden_one = hidden(export.folder, "uscita")
            built = stack.enter_context(taking.staging(hidden_one.parent, hidden_one.name))
            counted = _write(export, session, built, now)
            _verify(export.settings, built, counted)
            _sum(built)

        def publish() -> None:
            with _explained(export):
                if _is_of_a_try(export.settings, export.folder):
                    shutil.rmtree(export.folder)
                placing.move(built, export.folder)

        yield publish


@contextmanager
def _explained(export: Export) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise ExportError(f"--export {export.folder}: {exc.strerror or exc}") from exc


def _write(export: Export, session: Session, built: Path, now: datetime) -> Counted:
    settings, state = export.settings, built / STATE
    slug, counted = settings.profile.slug, _count(settings, session)
    state.mkdir(mode=disk.PRIVATE_FOLDER)
    _copy_database(settings, session.connection(), state / DATABASE)
    for name in KEPT:
        if (settings.state / name).is_file():
            disk.replace(state / name, (settings.state / name).read_bytes())
    taking.copy_folder(settings.state / "certificati", state / "certificati")
    (built / SECRETS).mkdir(mode=disk.PRIVATE_FOLDER)
    for name, value in export.secrets.values.items():
        disk.replace(built / SECRETS / name, f"{value}\n".encode())
    if (identity := settings.path.with_suffix("") / IDENTITY).is_file():  # of its drills
        disk.replace(built / SECRETS / IDENTITY, identity.read_bytes())
    disk.replace(built / f"{slug}.toml", settings.path.read_bytes())
    for path in documents.own(settings.path):
        disk.replace(documents.folder(built / f"{slug}.toml") / path.name, path.read_bytes())
    words = leaflet.text(
        settings.profile, when=now, people=counted.people, words=counted.words, lines=counted.lines,
        last=export.last_send, version=taking.version(), shared=export.secrets.shared,
    )  # fmt: skip
    disk.replace(built / README, words.encode())
    return counted


def _copy_database(settings: Settings, source: Connection, target: Path) -> None:
    if source.dialect.name == "sqlite":
        databases.copy_sqlite(Path(str(make_url(settings.database).database)), target)
        return
    with opened(f"sqlite:///{target}") as engine:
        schema.upgrade(engine)
        with engine.begin() as connection:
            pour(source, connection)


def _count(settings: Settings, session: Session) -> Counted:
    journal = Journal(settings.state / JOURNAL)
    rows = databases.counted(session.connection())
    return Counted(recipients.subscribed(session), rows, journal.words_since(None), journal.extent())


def _size(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    return Path(str(connection.engine.url.database)).stat().st_size


def _verify(settings: Settings, built: Path, counted: Counted) -> None:
    """Opened as the leaflet says: with the profile, secrets and state that lie there, and no others."""
    path = built / settings.path.name
    alone = Settings(
        load_profile(path), path, built / STATE, None, handed_over({FOLDER: str(built / SECRETS)})
    )
    alone.prepare_secrets(make=False)
    keys.bring(alone)  # BackupError without the two; what is shared is made anew there
    _ = alone.notice_text  # SettingsError where it cannot be published
    with opened(alone.database) as engine:
        intact.require_on(alone, engine)
        with reading(engine) as session:
            found = _count(alone, session)
    if found != counted:
        raise ExportError("the copy does not hold what was counted: nothing was changed, try again")


def _sum(built: Path) -> None:
    for path in built.rglob("*"):
        path.chmod(disk.PRIVATE_FOLDER if path.is_dir() else disk.PRIVATE_FILE)
    disk.replace(built / SUMS, _sums(built).encode())


def _sums(folder: Path) -> str:
    """As `sha256sum -c` reads them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)
    members = (manifest.member(path.relative_to(folder).as_posix(), path) for path in paths)
    return "".join(f"{one.sha256}  {one.name}\n" for one in members)


def _is_of_a_try(settings: Settings, folder: Path) -> bool:
    """Whether it is an export of this Comune, which was killed before all was done, and nobody has used."""
    try:
        told = (folder / SUMS).read_text(encoding="utf-8")
        return (folder / settings.path.name).is_file() and told == _sums(folder)
    except OSError:
        return False
