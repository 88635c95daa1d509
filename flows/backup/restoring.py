"""Looks at an archive before it is restored: whether it is whole, fits here, and what will be missing."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyrage import x25519

from db import disk, schema
from db.engine import make_engine
from db.journal import Journal
from flows.backup import archive, databases, keys
from flows.backup.archive import BackupError
from flows.backup.manifest import JOURNAL, PREFECT, PREFECT_DUMP, WITNESS, Manifest
from flows.backup.shelf import REGISTERS, Shelf
from flows.settings import Settings

REPORT = "ripristino.json"
SPARE = 64 << 20  # bytes, for what migrating and replaying write


@dataclass(frozen=True)
class Wish:
    """What is to be restored, from where, and where to."""

    archive: Path
    identities: Sequence[x25519.Identity] = field(repr=False)
    into: Path
    registers: Path | None = None  # a file of registers, or a folder with the two files
    is_without_registers: bool = False


@dataclass(frozen=True)
class Known:
    """How far the journal goes by which a restore knows who left."""

    words: int  # since the copy, of joining too
    until: datetime | None  # of the last one, as the citizen wrote it; None: there is none at all


@dataclass(frozen=True)
class Found:
    """What a look at an archive told; nothing was written."""

    settings: Settings  # of the installation that it will be
    manifest: Manifest
    registers: Path | None
    is_resumed: bool  # a restore into PostgreSQL was killed half-way: the rest of it is done
    steps: tuple[str, ...]  # revisions that the database then goes through
    missing: tuple[str, ...]
    known: Known | None  # None without a journal


def look(settings: Settings, wish: Wish) -> Found:
    """Read all of the archive, and judge whether it can be restored here. BackupError says why not."""
    read = archive.read(wish.archive, wish.identities)
    if read.kind != "database" or read.keys is None or read.database is None:
        raise BackupError(f"{wish.archive}: holds journal and witness only: name the archive beside it")
    if settings.profile.slug != read.slug:
        raise BackupError(
            f"{wish.archive} is of {read.slug!r}, and {settings.path} of {settings.profile.slug!r}: give its "
            "profile with --profile (it lies in the archive, too: the manual says how to take it out)"
        )
    try:
        is_resumed = _require_empty(wish.into, read)
    except OSError as exc:  # of a folder that this user may not even look into
        raise unwritable(wish.into, exc.strerror or str(exc)) from exc
    _require_room(wish, read)
    into = Settings(
        settings.profile,
        settings.path,
        wish.into,
        settings.database if read.database == "postgresql" else None,
    )
    keys.require_same(read.keys, keys.bring(into))
    steps = schema.steps(read.revision)  # SchemaError where it is of a newer version
    _require_database(settings, read, is_resumed=is_resumed)
    if read.holds(PREFECT_DUMP) and settings.prefect_database:
        _require_prefect(settings, is_resumed=is_resumed)
    registers = _registers_of(wish, read)
    missing = [*keys.missing(into), *_elsewhere(settings, read)]
    missing += _without_prefect(settings, read)
    known = None
    if registers is None:
        missing.append(
            f"{JOURNAL} and {WITNESS}: who left since the copy is not known; nothing leaves until "
            "`python -m flows witness --accept-by NAME --without-journal`"
        )
    else:
        known = _require_registers(settings, wish, read, registers)
    return Found(into, read, registers, is_resumed, tuple(steps), tuple(missing), known)


def _require_empty(into: Path, read: Manifest) -> bool:
    """Whether a restore of this archive was begun there and killed."""
    if not into.exists() or (into.is_dir() and not any(into.iterdir())):
        if not into.absolute().parent.is_dir():
            raise BackupError(f"--into {into}: make the folder {into.absolute().parent} first")
        if not os.access(into.absolute().parent, os.W_OK | os.X_OK):
            raise unwritable(into, "this user may not write there")
        return False
    report = report_of(into)
    if report.get("is_finished") is False and report.get("cut_at") == read.cut_at.isoformat():
        return True
    raise BackupError(f"--into {into}: is not empty: move it away, what is in it is never overwritten")


def unwritable(into: Path, why: str) -> BackupError:
    """Of the folder in which it is built, beside the one that it becomes."""
    return BackupError(
        f"--into {into}: {into.absolute().parent} cannot be written ({why}): name a folder in one that this "
        "user owns, and let root move it into place afterwards (the manual: Restore a backup)"
    )


def report_of(into: Path) -> dict[str, object]:
    """What a restore wrote beside the database; empty where none did."""
    try:
        found = json.loads((into / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _require_room(wish: Wish, read: Manifest) -> None:
    free, needed = shutil.disk_usage(wish.into.absolute().parent).free, 2 * read.size + SPARE
    if free < needed:
        raise BackupError(f"--into {wish.into}: {free} bytes are free there, the restore needs {needed}")


def _require_database(settings: Settings, read: Manifest, *, is_resumed: bool) -> None:
    engine = make_engine(settings.database)
    try:
        if databases.kind(engine) != read.database:
            raise BackupError(
                f"the archive holds a database of {read.database}, and this installation has one of "
                f"{databases.kind(engine)}: set BOLLETTINO_DATABASE to one of its kind, or leave it out for "
                "SQLite"
            )
        if read.database == "postgresql":
            databases.require_tool("pg_restore")
            if not is_resumed and not databases.is_empty(engine):
                raise BackupError(f"{databases.address(engine)} is not empty: name a new one")
    finally:
        engine.dispose()


def _require_prefect(settings: Settings, *, is_resumed: bool) -> None:
    databases.require_tool("pg_restore")
    engine = make_engine(str(settings.prefect_database))
    try:
        if not is_resumed and not databases.is_empty(engine):
            raise BackupError(
                f"Prefect's database, {databases.address(engine)}, is not empty: name a new one in "
                "BOLLETTINO_PREFECT_DATABASE"
            )
    finally:
        engine.dispose()


def _without_prefect(settings: Settings, read: Manifest) -> list[str]:
    anew = "`run` makes it anew, without the past runs"
    if read.holds(PREFECT_DUMP) and not settings.prefect_database:
        return [
            "Prefect's database is of PostgreSQL in the archive, and BOLLETTINO_PREFECT_DATABASE names none "
            f"here: {anew}"
        ]
    if read.holds(PREFECT) and settings.prefect_database:
        return [
            "Prefect's database is of SQLite in the archive, and BOLLETTINO_PREFECT_DATABASE names another "
            f"here: {anew}"
        ]
    if not read.holds(PREFECT) and not read.holds(PREFECT_DUMP):
        return [f"Prefect's database is not in the archive: {anew}"]
    return []


def _elsewhere(settings: Settings, read: Manifest) -> list[str]:
    usual = f"sqlite:///{settings.state / 'bollettino.db'}"
    if read.database != "sqlite" or settings.database == usual:
        return []
    return ["BOLLETTINO_DATABASE names another file: leave it out, the restored one lies in the state folder"]


def _registers_of(wish: Wish, read: Manifest) -> Path | None:
    """Those that were named; else the newest that lie beside the archive."""
    if wish.is_without_registers:
        return None
    found = wish.registers or Shelf(wish.archive.absolute().parent, read.slug).newest(REGISTERS)
    if found is None:
        raise BackupError(
            f"{wish.archive.absolute().parent}: holds no {JOURNAL} and {WITNESS} of {read.slug}: name the "
            "old state folder, or the newest file of them, with --registers; only where they are lost for "
            "good, --without-registers"
        )
    return found


def _require_registers(settings: Settings, wish: Wish, read: Manifest, registers: Path) -> Known:
    """BackupError where they are older than the archive, of somebody else, or newer ones are at hand."""
    with unpacked(wish, registers) as folder:
        chosen = Journal(folder / JOURNAL)
        if read.extent is not None and not chosen.reaches(read.extent):
            raise BackupError(
                f"{registers}: its {JOURNAL} is older than the archive, or another one: give the newest with "
                "--registers; only where it is lost for good, --without-registers"
            )
        is_ours = settings.state.absolute() == wish.into.absolute()  # of a restore that goes on
        if wish.registers is None and not is_ours and _goes_on(settings.state / JOURNAL, chosen):
            raise BackupError(
                f"{settings.state}: its {JOURNAL} is newer than {registers}: name it with --registers "
                f"{settings.state}"
            )
        until = max((entry.at for entry in chosen.entries()), default=None)
        return Known(chosen.words_since(read.extent), until)


def _goes_on(path: Path, chosen: Journal) -> bool:
    """Whether the journal that lies there is the chosen one, and knows more."""
    here, then = Journal(path), chosen.extent()
    try:
        now = here.extent()
        return now is not None and (then is None or (now.size > then.size and here.reaches(then)))
    except OSError as exc:
        raise BackupError(
            f"{path}: cannot be read ({exc.strerror}): name the journal to go by with --registers"
        ) from exc


@contextmanager
def unpacked(wish: Wish, registers: Path) -> Iterator[Path]:
    """A folder with the two files, for as long as they are looked at."""
    if registers.is_dir():
        yield registers
        return
    folder = hidden(wish.into, "registri")
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    try:
        folder.mkdir(mode=disk.PRIVATE_FOLDER)
    except OSError as exc:
        raise unwritable(wish.into, exc.strerror or str(exc)) from exc
    try:
        if archive.read(registers, wish.identities, folder).kind != "registers":
            raise BackupError(f"{registers}: holds no {JOURNAL}")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hidden(into: Path, what: str) -> Path:
    """A folder beside the one that is restored, on the same disk, so that it can become it at once."""
    whole = into.absolute()
    return whole.with_name(f".{whole.name}.{what}")
