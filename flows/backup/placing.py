"""Puts a restored installation in place: built in a hidden folder, and there all at once or not at all.

It sends nothing: the witness beside the database is ahead of it by one, until a named person accepts it
(`python -m flows witness --accept-by`).
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import canary, disk, schema, senders
from db.engine import forget_pages, transaction
from db.journal import Journal
from flows.accounts import mark
from flows.backup import archive, databases, keys
from flows.backup.archive import BackupError, HarmedError
from flows.backup.checked import Checked
from flows.backup.manifest import DATABASE, DUMP, JOURNAL, PREFECT, PREFECT_DUMP, WITNESS, Manifest
from flows.backup.restoring import REPORT, Found, Wish, hidden, report_of, unpacked, unwritable
from flows.backup.taking import staging
from flows.privacy import intact, people
from flows.profiles import secrets_file
from flows.sending import restored, witness
from flows.sending.witness import StateFolder
from flows.settings import Settings


@dataclass(frozen=True)
class Placed:
    """What was done."""

    people: int  # who left since the copy, and did so again
    held: list[str]  # what may have left since, a line each
    number: int  # of the start that a person has to accept


def restore(settings: Settings, found: Found, wish: Wish, *, now: datetime) -> Placed:
    """All of it. BackupError where it cannot be done: then nothing is there that was not there before.

    A database of PostgreSQL is no part of the folder: the folder with its hold is there first, then all of
    the database at once. Killed in between, a restore of the same archive goes on.
    """
    if found.manifest.database == "postgresql":
        return _restore_apart(settings, found, wish, now=now)
    has_more = found.manifest.holds(PREFECT_DUMP)  # which is no part of the folder, either
    if not found.is_resumed:
        with _building(wish.into) as folder:
            _unpack(settings, found, wish, folder)
            built = _settings(found, folder)
            _compare(built, found.manifest)
            _, _, last = revived = _revive(built, now=now)
            _testify(built, found, last + 1, now=now)
            _report(folder, wish, found, now, is_counted=True, is_finished=not has_more)
            move(folder, wish.into)
    else:
        revived = _revive(_settings(found, wish.into), now=now)
    return _end(settings, found, wish, revived, now=now)


def _restore_apart(settings: Settings, found: Found, wish: Wish, *, now: datetime) -> Placed:
    if not found.is_resumed:
        with _building(wish.into) as folder:
            _unpack(settings, found, wish, folder)
            _testify(_settings(found, folder), found, found.manifest.starts + 1, now=now)
            _report(folder, wish, found, now)
            move(folder, wish.into)
    placed = _settings(found, wish.into)
    if not report_of(wish.into).get("is_counted"):
        _load(placed, wish.into)
        _compare(placed, found.manifest)
        _report(wish.into, wish, found, now, is_counted=True)
    (wish.into / DUMP).unlink(missing_ok=True)
    return _end(settings, found, wish, _revive(placed, now=now), now=now)


def _end(
    settings: Settings, found: Found, wish: Wish, revived: tuple[int, list[str], int], *, now: datetime
) -> Placed:
    """Prefect's own database on PostgreSQL last: without it nothing is lost but the history of runs."""
    dump, engine = wish.into / PREFECT_DUMP, databases.of_prefect(settings)
    if engine is not None:
        try:
            if dump.exists() and databases.is_empty(engine):
                databases.load(settings, engine, dump)
        finally:
            engine.dispose()
    dump.unlink(missing_ok=True)
    _report(wish.into, wish, found, now, is_counted=True, is_finished=True)
    left, held, _ = revived
    mark = StateFolder(_settings(found, wish.into)).read()
    return Placed(left, held, mark.number if mark else 0)


def keep_checks(into: Path, checks: Sequence[Checked]) -> None:
    """In the report of a restore that has come to its end."""
    document = {**report_of(into), "checks": [one.model_dump() for one in checks]}
    disk.replace(into / REPORT, json.dumps(document, ensure_ascii=False, indent=1).encode())


def _settings(found: Found, folder: Path) -> Settings:
    is_apart = found.manifest.database == "postgresql"
    at = found.settings
    moved = Settings(at.profile, at.path, folder, at.database if is_apart else None)
    keys.bring(moved)
    return moved


@contextmanager
def _building(into: Path) -> Iterator[Path]:
    """Beside the folder that it becomes; gone again unless it became it."""
    folder = hidden(into, "ripristino")
    try:
        with staging(folder.parent, folder.name) as found:
            yield found
    except OSError as exc:
        raise unwritable(into, exc.strerror or str(exc)) from exc


def _unpack(settings: Settings, found: Found, wish: Wish, folder: Path) -> None:
    if archive.read(wish.archive, wish.identities, folder) != found.manifest:
        raise HarmedError(f"{wish.archive}: has changed since it was looked at")
    for name in (DATABASE, PREFECT):
        if found.manifest.holds(name):
            databases.settle(folder / name)
    if found.registers is not None:
        with unpacked(wish, found.registers) as registers:
            for name in (JOURNAL, WITNESS, mark.FILE):
                if (registers / name).exists():
                    disk.replace(folder / name, (registers / name).read_bytes())
    if settings.signs_in:  # a copy from before the first enrolment re-opens no shared password
        shutil.copyfile(settings.state / mark.FILE, folder / mark.FILE)
    kept = settings.state / secrets_file.FILE
    if settings.profile.stage == "sandbox":  # the keys at hand, which are in no archive, and which open it
        at_hand = secrets_file.read(kept) or keys.of_a_sandbox(settings)
        secrets_file.write(folder / secrets_file.FILE, at_hand)


def _load(placed: Settings, into: Path) -> None:
    """Unless one that was killed has done it: it is all there, or nothing of it."""
    engine = placed.engine()
    try:
        if databases.is_empty(engine):
            databases.load(placed, engine, into / DUMP)
    except BackupError:
        if databases.is_empty(engine):
            shutil.rmtree(into, ignore_errors=True)
        raise
    finally:
        engine.dispose()


def _compare(settings: Settings, read: Manifest) -> None:
    """HarmedError where the database is not what the archive says of it."""
    engine = settings.engine()
    try:
        counted, told = databases.counts(engine), read.counts
    finally:
        engine.dispose()
    if wrong := sorted(name for name in counted.keys() | told if counted.get(name) != told.get(name)):
        raise HarmedError(f"the database does not hold the rows that the archive counts: {', '.join(wrong)}")


def _revive(settings: Settings, *, now: datetime) -> tuple[int, list[str], int]:
    """The database as this version wants it, under these keys, without who left since.

    Done again it changes nothing. Returns how many left, what is held, and the last start.
    """
    engine = settings.engine()
    try:
        if schema.pending(engine):
            schema.upgrade(engine)
        canary.check(engine, settings.vault())
        intact.keep_keys(settings, engine)
        left = people.replay(settings, engine, now=now)
        with transaction(engine) as session:
            held = restored.hold(settings, session, before=now, now=now)
            last = senders.last_number(session)
        forget_pages(engine)
        return left, held, last
    finally:
        engine.dispose()


def _testify(settings: Settings, found: Found, number: int, *, now: datetime) -> int:
    """A start that the database does not know, so that nothing leaves until somebody accepts it; its number.

    How far the journal went is what the latest start said of it: an older journal is told by that. Of one
    that is lost the archive says it: the journal that begins with the next citizen's word is no whole one.
    """
    place = StateFolder(settings)
    before = place.read()
    mark = witness.mark(number, None, Journal(settings.state / JOURNAL), at=now)
    if before is not None:
        extent = {"journal_size": before.journal_size, "journal_sha256": before.journal_sha256}
        mark = mark.model_copy(update={"number": max(number, before.number + 1), **extent})
    elif found.registers is None and (then := found.manifest.extent):
        mark = mark.model_copy(update={"journal_size": then.size, "journal_sha256": then.last_sha256})
    place.write(mark.model_copy(update={"is_restore": True}))
    return mark.number


def _report(folder: Path, wish: Wish, found: Found, now: datetime, **done: bool) -> None:
    document = {
        "is_counted": False,
        "is_finished": False,
        **done,
        "at": now.isoformat(),
        "archive": wish.archive.name,
        "cut_at": found.manifest.cut_at.isoformat(),
        "version": found.manifest.version,
        "revision": found.manifest.revision,
        "registers": found.registers.name if found.registers else None,
        "missing": list(found.missing),
    }
    disk.replace(folder / REPORT, json.dumps(document, ensure_ascii=False, indent=1).encode())


def move(folder: Path, into: Path) -> None:
    """All that is in it on the disk, then under its name."""
    for path in [folder, *folder.rglob("*")]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    folder.rename(into)  # takes the place of an empty folder, and of nothing else
    disk.sync_folder(into.absolute().parent)
