"""Takes a backup: what it is made of, in which order, and what must be whole before an older one goes."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine

from db import canary, disk, schema
from flows.backup import archive, databases, documents, keys, manifest
from flows.backup.archive import BackupError
from flows.backup.manifest import CHUNK, Manifest, Sidecar
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR, Shelf
from flows.profiles.backup import Backup
from flows.settings import ROOT, Settings

STAGING = ".copia"  # in the state folder
SPARE = 1.1  # of what is copied: room that must be there before


@dataclass(frozen=True)
class Plan:
    """Where a backup would go, and what it would do there."""

    shelf: Shelf
    keep: timedelta
    recipients: tuple[str, ...]
    size: int  # bytes that are copied, before they are packed
    removed: tuple[Path, ...]  # what would be older than is kept


@dataclass
class Taken:
    """One backup that was made."""

    sidecar: Sidecar
    removed: list[Path]
    warnings: list[str] = field(default_factory=list)


def table(settings: Settings) -> Backup:
    """[backup] of the profile. BackupError where there is none, or it leads into the state folder."""
    found = settings.profile.backup
    if found is None:
        raise BackupError(f"{settings.path}: holds no [backup]: say where archives go, and for whose keys")
    if found.folder.resolve().is_relative_to(settings.state.resolve()):
        raise BackupError(f"{settings.path}: backup.folder lies in the state folder: take another disk")
    return found


def plan(settings: Settings, *, now: datetime) -> Plan:
    """Changes nothing. BackupError says why none could be made."""
    chosen = table(settings)
    shelf = Shelf(chosen.folder, settings.profile.slug)
    shelf.require()
    keep = timedelta(days=chosen.keep_days)
    if not settings.state.is_dir():
        raise BackupError(f"{settings.state} is not there: there is nothing to back up")
    engine = settings.engine()
    try:
        if databases.kind(engine) == "postgresql":
            databases.require_tool("pg_dump")
            size = 0
        else:
            size = _size(Path(str(engine.url.database)))
    finally:
        engine.dispose()
    if settings.prefect_database:
        databases.require_tool("pg_dump")
    else:
        size += _size(settings.state / manifest.PREFECT)
    free = shutil.disk_usage(settings.state).free
    if free < size * SPARE:
        raise BackupError(f"{settings.state}: {free} bytes are free, a copy needs {round(size * SPARE)}")
    return Plan(shelf, keep, tuple(chosen.recipients), size, tuple(shelf.old(keep, now=now)))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def take(settings: Settings, *, now: datetime) -> Taken:
    """Both databases, profile, documents, certificates; and apart, after them, the journal and the witness.

    Ours first: a Prefect that knows a run more than we do is harmless, one that knows a run less is not.
    """
    planned = plan(settings, now=now)
    keys.bring(settings)  # the two are enough: whoever lets it run each night need not give it the others
    with staging(settings.state, STAGING) as folder:
        planned.shelf.sweep()
        engine = settings.engine()
        warnings: list[str] = []
        try:
            made = _cut(settings, engine, folder, warnings)
        except OSError as exc:
            raise BackupError(f"{settings.state}: cannot be copied ({exc.strerror or exc})") from exc
        finally:
            engine.dispose()
        sidecar = _publish(planned, made, _registers(settings, made, folder), folder)
        removed = planned.shelf.old(planned.keep, now=now)
        for path in removed:
            path.unlink(missing_ok=True)
        return Taken(sidecar, removed, warnings)


@contextmanager
def staging(state: Path, name: str) -> Iterator[Path]:
    """An empty folder for what lies in clear for a while, for this process alone, and gone afterwards.

    Beside what it is a copy of, and never where archives lie. BackupError where another is at it.
    """
    folder = state / name
    folder.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise BackupError(f"{folder}: another process is at it") from exc
        try:
            _empty(folder)  # of one that was killed
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _cut(settings: Settings, engine: Engine, folder: Path, warnings: list[str]) -> Manifest:
    _require_keys(settings, engine)
    cut_at = datetime.now(UTC)
    extent = settings.ledger().journal.extent()  # before the database: whatever holds this holds no less
    copied = databases.copy(settings, engine, folder)
    _copy_prefect(settings, folder, warnings)
    copy_folder(settings.state / "certificati", folder / "certificati")
    shutil.copyfile(settings.path, folder / manifest.PROFILE)
    warnings += documents.copy(settings.path, folder)
    return Manifest(
        kind="database",
        slug=settings.profile.slug,
        version=version(),
        cut_at=cut_at,
        members=_members(folder),
        database=copied.kind,
        revision=copied.revision,
        counts=copied.counts,
        starts=copied.starts,
        keys=manifest.fingerprints(settings.secrets),
        journal=(extent.size, extent.last_sha256) if extent else None,
    )


def _require_keys(settings: Settings, engine: Engine) -> None:
    """StrangeKeyError: an archive that names other keys than it is sealed with would mislead whoever needs
    it. Before an upgrade the database is of an older revision, and is copied all the same.
    """
    vault = settings.vault()
    with schema.explained(engine):
        if schema.current(engine) == schema.head():
            canary.check(engine, vault)


def _copy_prefect(settings: Settings, folder: Path, warnings: list[str]) -> None:
    """Prefect's own database may be lost: what cannot be copied of it does not cost ours."""
    (folder / "prefect").mkdir(mode=disk.PRIVATE_FOLDER)
    state = settings.state
    if (engine := databases.of_prefect(settings)) is not None:
        try:
            databases.dump(settings, engine, folder / manifest.PREFECT_DUMP)
            copy_folder(state / "prefect" / "storage", folder / "prefect" / "storage")
        except BackupError as exc:
            (folder / manifest.PREFECT_DUMP).unlink(missing_ok=True)
            warnings.append(f"the archive is without Prefect's database: {exc}")
        finally:
            engine.dispose()
        return
    if not (state / manifest.PREFECT).exists():
        warnings.append(f"{state / manifest.PREFECT} is not there: the archive is without Prefect's database")
        return
    try:
        databases.copy_sqlite(state / manifest.PREFECT, folder / manifest.PREFECT)
        copy_folder(state / "prefect" / "storage", folder / "prefect" / "storage")
    except (BackupError, sqlite3.Error) as exc:
        (folder / manifest.PREFECT).unlink(missing_ok=True)
        warnings.append(f"the archive is without Prefect's database: {exc}")


def copy_folder(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if not path.is_file() or path.is_symlink():
            continue
        copied = target / path.relative_to(source)
        copied.parent.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, copied)
        except FileNotFoundError:  # Prefect's own upkeep has just ended it
            copied.unlink(missing_ok=True)


def _members(folder: Path) -> list[manifest.Member]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [manifest.member(path.relative_to(folder).as_posix(), path) for path in paths]


def _registers(settings: Settings, made: Manifest, folder: Path) -> tuple[Manifest, Path]:
    """Journal and witness as they are after the cut, in a folder of their own."""
    apart = folder / "registri"
    apart.mkdir(mode=disk.PRIVATE_FOLDER)
    journal, seen = settings.state / manifest.JOURNAL, settings.state / manifest.WITNESS
    try:
        if seen.exists():  # first: the journal that it tells of is then the shorter one
            shutil.copyfile(seen, apart / manifest.WITNESS)
        if journal.exists():
            with journal.open("rb") as source, (apart / manifest.JOURNAL).open("wb") as target:
                fcntl.flock(source, fcntl.LOCK_SH)  # no half line: see `Journal.append`
                shutil.copyfileobj(source, target, CHUNK)
    except OSError as exc:
        raise BackupError(f"{settings.state}: cannot be copied ({exc.strerror or exc})") from exc
    written = Manifest(
        kind="registers", slug=made.slug, version=made.version, cut_at=made.cut_at, members=_members(apart)
    )
    return written, apart


def _publish(planned: Plan, made: Manifest, registers: tuple[Manifest, Path], folder: Path) -> Sidecar:
    """The registers first: alone they do no harm, an archive without them has forgotten who left."""
    shelf, to = planned.shelf, planned.recipients
    names = {kind: shelf.name(made.cut_at, kind) for kind in (ARCHIVE, REGISTERS, SIDECAR)}
    written, apart = registers
    beside = {one.name: apart / one.name for one in written.members}
    lonely = shelf.put(names[REGISTERS], lambda out: archive.write(out, written, beside, to))
    files = {one.name: folder / one.name for one in made.members}
    try:
        path = shelf.put(names[ARCHIVE], lambda out: archive.write(out, made, files, to))
    except BackupError:
        lonely.unlink(missing_ok=True)
        raise
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    sidecar = Sidecar(
        file=path.name,
        registers=names[REGISTERS],
        slug=made.slug,
        version=made.version,
        revision=str(made.revision),
        database=str(made.database),
        cut_at=made.cut_at,
        size=path.stat().st_size,
        sha256=digest,
        rows=sum(made.counts.values()),
    )
    shelf.put(names[SIDECAR], lambda out: _write(out, sidecar))
    return sidecar


def _write(out: BinaryIO, sidecar: Sidecar) -> None:
    out.write(f"{sidecar.model_dump_json(indent=1)}\n".encode())


def version() -> str:
    """Of the program, as it stands in its project file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
