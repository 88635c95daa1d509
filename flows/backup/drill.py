"""Tries the newest archive: restored into a temporary folder, counted, and proved to send nothing.

Of no use on the machine alone: the identity lies in the Comune's safe, and whoever tries it proves that the
safe's key opens what the machine keeps.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pyrage import x25519
from sqlalchemy import make_url

from db import bulletins, disk, handovers, senders
from db.engine import StoreError, make_engine, reading
from db.models import BulletinStatus
from flows.backup import archive, databases, offsite, placing, restoring, taking
from flows.backup.archive import BackupError
from flows.backup.checked import Checked, Look, summary
from flows.backup.restoring import Found, Wish
from flows.backup.shelf import ARCHIVE, REGISTERS, Shelf
from flows.sending import witness
from flows.sending.checks import FINAL, Verdict, check_witness
from flows.sending.witness import StateFolder
from flows.settings import BollettinoError, Settings

STAGING = ".prova"  # in the state folder, and so are the reports
log = logging.getLogger(__name__)
FOLDER = "prove-di-ripristino"
ELSEWHERE, FAILED = 1, 2  # what cannot be relied on: the copy elsewhere alone, or that of the folder


class Report(BaseModel):
    """One drill; nothing of a person in it."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    is_good: bool
    trouble: str = ""
    archive: str = ""
    age_hours: float | None = None  # of the archive
    size: int | None = None  # of the archive, in bytes
    rows: int | None = None
    left: int | None = None  # people who left since the copy, and did so again
    missing: list[str] = []
    checks: list[Checked] = []  # of the doctor's, without the network, on what was restored
    offsite: str = ""  # the newest archive at `[backup.offsite]`: fetched, and read to its end
    offsite_age_hours: float | None = None
    offsite_trouble: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        if not self.is_good:
            return (
                f"the drill of {self.archive or 'the newest archive'} FAILED: {self.trouble}{self._elsewhere}"
            )
        return (
            f"{self.archive}: {self.age_hours:.1f} hours old, {self.size} bytes, {self.rows} rows as counted "
            f"at the cut, {self.left} left since; nothing can be sent from it; {self.seconds:.1f} s"
            f"{self._looked}{self._elsewhere}"
        )

    @property
    def _looked(self) -> str:
        return "".join(f"\n{line}" for line in summary(self.checks)) if self.checks else ""

    @property
    def _elsewhere(self) -> str:
        if self.offsite_trouble:
            return f"\nthe copy elsewhere FAILED: {self.offsite_trouble}"
        return (
            f"\nelsewhere: {self.offsite}, {self.offsite_age_hours:.1f} hours old, whole"
            if self.offsite
            else ""
        )

    @property
    def code(self) -> int:
        """Of the verb: 0 where all can be relied on."""
        return FAILED if not self.is_good else ELSEWHERE if self.offsite_trouble else 0


def last(state: Path) -> Report | None:
    """The newest that is kept and can be read; None where no copy was ever tried."""
    for path in sorted((state / FOLDER).glob("*.json"), reverse=True):
        try:
            return Report.model_validate_json(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as exc:  # the one before it is older, and its age is told
            log.warning("%s cannot be read: %s", path, type(exc).__name__)
    return None


def run(
    settings: Settings, identities: Sequence[x25519.Identity], look: Look, *, now: datetime
) -> tuple[Report, Path]:
    """The report, and where it is kept; also of a drill that failed. `look` examines what was restored:
    what it finds is told, and makes no copy a bad one.
    """
    began = time.monotonic()
    chosen: Path | None = None
    try:
        shelf = Shelf(taking.table(settings).folder, settings.profile.slug)
        shelf.require()
        chosen = shelf.newest(ARCHIVE)
        if chosen is None:
            raise BackupError(f"{shelf.folder}: holds no archive of {settings.profile.slug}")
        report = _try(settings, chosen, identities, look, now=now)
    except (BollettinoError, StoreError, OSError) as exc:
        name = chosen.name if chosen else ""
        report = Report(at=now, is_good=False, trouble=str(exc), archive=name)
    report = _try_offsite(settings, report, identities)
    report = report.model_copy(update={"seconds": round(time.monotonic() - began, 3)})
    return report, _keep(settings, report)


def _try(
    settings: Settings, chosen: Path, identities: Sequence[x25519.Identity], look: Look, *, now: datetime
) -> Report:
    with _somewhere(settings) as (apart, folder):
        # named, as none of the installation's own is asked for: what lies beside the archive is tried
        registers = Shelf(chosen.parent, settings.profile.slug).newest(REGISTERS)
        wish = Wish(chosen, identities, folder / "stato", registers, is_without_registers=registers is None)
        found = restoring.look(apart, wish)
        placed = placing.restore(apart, found, wish, now=now)
        restored = _restored(found, wish.into)
        _require_silence(restored)
        return Report(
            at=now,
            is_good=True,
            archive=chosen.name,
            age_hours=round((now - found.manifest.cut_at).total_seconds() / 3600, 2),
            size=chosen.stat().st_size,
            rows=sum(found.manifest.counts.values()),
            left=placed.people,
            missing=list(found.missing),
            checks=look(restored, now),
        )


def _try_offsite(settings: Settings, report: Report, identities: Sequence[x25519.Identity]) -> Report:
    """Also where the folder is away: then it is the one that counts. All of it is read; a second
    restore would tell nothing more of one that was made here.
    """
    if offsite.table(settings) is None:
        return report
    found: dict[str, object] = {}
    try:
        with taking.staging(settings.state, STAGING) as folder:
            path = offsite.fetch(settings, offsite.LATEST, folder)
            found["offsite"] = path.name
            cut_at = archive.read(path, identities).cut_at
            found["offsite_age_hours"] = round((report.at - cut_at).total_seconds() / 3600, 2)
    except (BollettinoError, OSError) as exc:
        found["offsite_trouble"] = str(exc)
    return report.model_copy(update=found)


@contextmanager
def _somewhere(settings: Settings) -> Iterator[tuple[Settings, Path]]:
    """A folder, and on PostgreSQL a database (of Prefect's, too), that are gone afterwards."""
    apart, slug = copy(settings), settings.profile.slug
    with taking.staging(settings.state, STAGING) as folder, ExitStack() as stack:
        if make_url(settings.database).get_backend_name() != "sqlite":
            apart.database = stack.enter_context(_scratch(settings.database, slug))
        if settings.prefect_database:
            apart.prefect_database = stack.enter_context(
                _scratch(settings.prefect_database, f"{slug}-prefect")
            )
        yield apart, folder


@contextmanager
def _scratch(address: str, name: str) -> Iterator[str]:
    """The address of a new database beside it."""
    engine = make_engine(address)
    try:
        with databases.scratch(engine, name) as url:
            yield url.render_as_string(hide_password=False)
    finally:
        engine.dispose()


def _restored(found: Found, state: Path) -> Settings:
    at = found.settings
    restored = Settings(at.profile, at.path, state, at.database)
    restored.secrets = at.secrets
    return restored


def _require_silence(restored: Settings) -> None:
    """BackupError where anything could be sent from what was restored."""
    engine = restored.engine()
    ledger, heard = restored.ledger(), witness.hear([StateFolder(restored)])
    try:
        with reading(engine) as session:
            lost = witness.lost_words(heard, ledger.journal, has_words=not ledger.is_empty(session))
            held = check_witness(heard, senders.last_number(session), lost)
            moving = [
                *bulletins.with_status(session, BulletinStatus.approved),
                *(  # one that is sent by hand lies with a person: no process of ours goes on with it
                    row
                    for row in bulletins.with_status(session, BulletinStatus.sending)
                    if handovers.of(session, row.id) is None
                ),
            ]
    finally:
        engine.dispose()
    if held.verdict != Verdict.refused or held.name not in FINAL:
        raise BackupError("the witness does not hold what was restored: it could be sent from")
    if moving:
        raise BackupError(f"{len(moving)} bulletins of the copy stand as approved or on their way")


def _keep(settings: Settings, report: Report) -> Path:
    path = settings.state / FOLDER / f"{report.at.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
    disk.replace(path, f"{report.model_dump_json(indent=1)}\n".encode())
    return path
