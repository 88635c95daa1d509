"""The further copy at `[backup.offsite]`: sent and read back, listed, fetched; what is too old there goes.

It comes after the local one and costs it nothing: what goes wrong here is told, and the folder keeps its own.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from db import disk
from flows.backup import keys, taking
from flows.backup.archive import BackupError, HarmedError
from flows.backup.manifest import Sidecar
from flows.backup.restoring import hidden, unwritable
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR, Names
from flows.backup.store import AwayError, OffsiteError, RefusedError, Store
from flows.profiles.offsite import ACCESS_KEY, SECRET_KEY, SFTP, SSH_KEY, Offsite
from flows.settings import Settings

RECORD = "copia-fuori.json"  # in the state folder: how the last one went
LOCK = ".invio"  # there, too
LATEST = "latest"  # in place of an archive's name
PAUSES = (5.0, 60.0)  # seconds before another try
PATIENCE = 2 * 3600.0  # seconds for all of them: less than the unit is given
GLANCE = 60.0  # seconds for a list


class Sent(BaseModel):
    """How it went; `trouble` is "" where the copy is there, whole."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    address: str
    archive: str
    trouble: str = ""
    removed: list[str] = []
    warnings: list[str] = []  # of what there could not be taken away, although it is too old

    @property
    def is_there(self) -> bool:
        return not self.trouble


def table(settings: Settings) -> Offsite | None:
    """`[backup.offsite]`; None where copies stay in the folder."""
    return settings.profile.backup.offsite if settings.profile.backup else None


def last(state: Path) -> Sent | None:
    """How the last one went; None where none was sent from this state folder."""
    try:
        return Sent.model_validate_json((state / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


@contextmanager
def opened(settings: Settings, patience: float = GLANCE) -> Iterator[Store]:
    """A connection. RefusedError names the variable that is not set, or the packages that are missing."""
    at = table(settings)
    if at is None:
        raise RefusedError(f"{settings.path}: holds no [backup.offsite]")
    values = keys.of_offsite(settings)
    if unset := [name for name, value in values.items() if not value]:
        raise RefusedError(f"not set in the environment: {', '.join(unset)} (for {at.address})")
    if at.scheme == SFTP:
        from flows.backup.sftp import Sftp

        with Sftp.opened(at, values[SSH_KEY], patience) as store:
            yield store
    else:
        from flows.backup.bucket import Bucket

        yield Bucket(at, values[ACCESS_KEY], values[SECRET_KEY], patience)


def send(
    settings: Settings, made: Sidecar, *, now: datetime, pause: Callable[[float], None] = time.sleep
) -> Sent:
    """A backup that stands in the folder, to the address; what is too old there goes afterwards.

    Raises nothing: the local copy is made, and whoever made it tells how this went. It is kept, too.
    """
    backup = taking.table(settings)
    at = backup.offsite
    if at is None:
        raise BackupError(f"{settings.path}: holds no [backup.offsite]")
    told = Sent(at=now, address=at.address, archive=made.file)
    killed = told.model_copy(update={"trouble": "it ended before it was done"})
    try:
        _keep(settings, killed)
        if _sha256(backup.folder / made.file) != made.sha256:
            raise HarmedError(f"{backup.folder / made.file}: has changed since it was made: back up again")
        with taking.staging(settings.state, LOCK):
            removed, warnings = _send_patiently(settings, made, now=now, pause=pause)
            told = told.model_copy(update={"removed": removed, "warnings": warnings})
    except (BackupError, OSError) as exc:
        told = told.model_copy(update={"trouble": str(exc)})
    try:
        _keep(settings, told)
    except OSError as exc:
        words = f"{settings.state / RECORD}: cannot be written ({exc.strerror})"
        told = told.model_copy(update={"warnings": [*told.warnings, words]})
    return told


def _keep(settings: Settings, told: Sent) -> None:
    disk.replace(settings.state / RECORD, f"{told.model_dump_json(indent=1)}\n".encode())


def forget(settings: Settings) -> None:
    """Before a new backup: one that ends before it sends anything is not told as one that could not send."""
    (settings.state / RECORD).unlink(missing_ok=True)


def _send_patiently(
    settings: Settings, made: Sidecar, *, now: datetime, pause: Callable[[float], None]
) -> tuple[list[str], list[str]]:
    ends = time.monotonic() + PATIENCE
    done: set[str] = set()  # names that were read back
    for wait in (*PAUSES, None):
        try:
            with opened(settings, ends - time.monotonic()) as store:
                return _send(settings, store, made, done, now=now)
        except AwayError:
            if wait is None or time.monotonic() + wait >= ends:
                raise
            pause(wait)
    raise AssertionError("the last try returns or raises")


def _send(
    settings: Settings, store: Store, made: Sidecar, done: set[str], *, now: datetime
) -> tuple[list[str], list[str]]:
    """Registers first, as into the folder: an archive without them has forgotten who left."""
    backup, names = taking.table(settings), Names(made.slug)
    warnings: list[str] = []
    try:
        store.sweep(names.is_ours)
    except OffsiteError as exc:  # an account that may add and not take away is a good one
        warnings.append(f"what a killed one left there stays: {exc}")
    for name in (made.registers, made.file, made.file.removesuffix(ARCHIVE) + SIDECAR):
        if name not in done:
            store.put(name, backup.folder / name)
            done.add(name)
    there = store.sizes()
    if there.get(made.file) != made.size:
        raise OffsiteError(
            f"{made.file} was sent, and the address does not list it with its {made.size} bytes"
        )
    removed: list[str] = []
    for name in names.old(there, timedelta(days=backup.keep_days), now=now):
        try:
            store.remove(name)
            removed.append(name)
        except OffsiteError as exc:
            warnings.append(f"{name} is too old and stays: {exc}")
    return removed, warnings


def archives(settings: Settings, sizes: Collection[str]) -> list[tuple[datetime, str]]:
    """The archives among the names, with their times, the oldest first."""
    return Names(settings.profile.slug).of(ARCHIVE, sizes)


@contextmanager
def fetched(settings: Settings, name: str, into: Path) -> Iterator[Path]:
    """The archive of this name, or LATEST, with the newest registers beside it, for as long as it is read.

    In a hidden folder beside `into`. OffsiteError where it is not there; HarmedError where it is not what its
    sidecar there says.
    """
    folder = hidden(into, "lontano")
    if not folder.parent.is_dir():
        raise BackupError(f"--into {into}: make the folder {folder.parent} first")
    with ExitStack() as stack:
        try:
            found = stack.enter_context(taking.staging(folder.parent, folder.name))
            path = fetch(settings, name, found)
        except OSError as exc:
            raise unwritable(into, exc.strerror or str(exc)) from exc
        yield path


def fetch(settings: Settings, name: str, folder: Path) -> Path:
    """As `fetched`, into an empty folder."""
    names = Names(settings.profile.slug)
    with opened(settings, PATIENCE) as store:
        sizes = store.sizes()
        found = [one for _, one in names.of(ARCHIVE, sizes)]
        if not found or (name != LATEST and name not in found):
            raise OffsiteError(
                f"{_address(settings)}: holds no {'archive' if name == LATEST else name} of {names.slug}; "
                "`python -m flows restore --list` lists what is there"
            )
        chosen = found[-1] if name == LATEST else name
        beside = [one for _, one in names.of(REGISTERS, sizes)[-1:]]
        wanted = [chosen, *beside]
        told = chosen.removesuffix(ARCHIVE) + SIDECAR
        wanted += [told] if told in sizes else []
        needed, free = sum(sizes[one] for one in wanted), shutil.disk_usage(folder).free
        if free < needed:
            raise BackupError(f"{folder.parent}: {free} bytes are free there, what is fetched needs {needed}")
        for one in wanted:
            with (folder / one).open("xb") as file:
                store.fetch(one, file)
    _require_whole(folder / chosen, folder / told)
    return folder / chosen


def _address(settings: Settings) -> str:
    at = table(settings)
    return at.address if at else ""


def _require_whole(archive: Path, told: Path) -> None:
    """What age reads is judged there; this tells a harmed file from a wrong key."""
    if not told.exists():
        return
    try:
        sidecar = Sidecar.model_validate_json(told.read_text(encoding="utf-8"))
    except ValidationError as exc:
        raise HarmedError(f"{told.name}: is no description of an archive") from exc
    if _sha256(archive) != sidecar.sha256:
        raise HarmedError(f"{archive.name}: is harmed there: it is not what {told.name} says of it")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
