"""A Comune leaves a fleet: nothing of it starts any more, what waits is cancelled, what it has is kept.

With an export it takes a copy of all of it along, made and tried before anything here is cancelled.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, disk, senders
from db.engine import opened, reading, transaction
from db.models import WAITING, Bulletin, BulletinStatus
from flows.bulletin.status import BY_OPERATOR, REASONS
from flows.fleet.former_members import RETIRED
from flows.fleet.former_members import note as note_move
from flows.fleet.membership import export
from flows.fleet.membership.export import Export
from flows.fleet.membership.registrar import Registrar
from flows.fleet.registry import Fleet
from flows.privacy import intact
from flows.profiles import documents
from flows.sending import parts, witness
from flows.settings import BollettinoError, Settings

if TYPE_CHECKING:
    from flows.runs.leftover_runs import Run
    from flows.runs.server_health import Client

REASON = "retired"  # of what waited
WHY = REASONS[REASON]
OPEN = (*WAITING, BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped)


class RetirementError(BollettinoError):
    """It cannot leave now; the text says why."""


@dataclass(frozen=True)
class Leave:
    """What there is of a Comune that leaves."""

    settings: Settings
    bulletins: tuple[int, ...]  # that wait for a person, their hour, or their next part
    runs: "tuple[Run, ...]"  # of Prefect's, that wait
    working: tuple[str, ...]  # names of runs that come to their own end
    deployments: tuple[str, ...]
    target: Path  # where its profile goes
    kept: tuple[str, ...]
    export: Export | None = None

    @property
    def lines(self) -> list[str]:
        """What would be done, for who decides of it."""
        return [
            *([self.export.line] if self.export else []),
            f"cancel bulletins: {', '.join(map(str, self.bulletins)) or 'none waits'}",
            f"cancel runs that wait: {', '.join(run.name for run in self.runs) or 'none'}",
            f"delete deployments and their schedules: {len(self.deployments)}",
            f"move {self.settings.path} to {self.target}",
        ]

    @property
    def facts(self) -> list[str]:
        """What stays as it is."""
        ends = [f"comes to its own end: {name}" for name in self.working]
        return [*ends, *(f"kept: {one}" for one in self.kept)]


def consider(
    fleet: Fleet, slug: str, registrar: Registrar, *, now: datetime, folder: Path | None = None
) -> Leave:
    """RetirementError where it cannot leave, StoreError where its database does not answer. `folder`: for
    what it takes along; ExportError where that cannot be.
    """
    from flows import deploy
    from flows.runs import leftover_runs

    if why := fleet.roll().ill.get(slug):  # its database may be another's
        raise RetirementError(f"{slug} is ill, and nobody can tell whether it sends: mend it first ({why})")
    settings = fleet.settings(slug)
    target = fleet.folder / RETIRED / f"{slug}.toml"
    for there in (target, documents.folder(target)):
        if os.path.lexists(there):
            raise RetirementError(f"{there} is there, of an earlier time: move it elsewhere first")
    client = registrar.client
    intact.require(settings)
    with opened(settings.database) as engine, reading(engine) as session:
        waiting = tuple(one.id for one in _waiting(session, bulletins.with_status(session, *OPEN), now=now))
        taken = export.plan(fleet, settings, session, folder) if folder else None
    secrets = fleet.folder / slug
    kept = [f"database {engine.url.render_as_string(hide_password=True)}", f"state folder {settings.state}"]
    return Leave(
        settings,
        waiting,
        tuple(leftover_runs.waiting(client, settings)),
        tuple(leftover_runs.working(client, settings)),
        tuple(deploy.registered(client, settings)),
        target,
        (*kept, *([f"secrets {secrets}"] if secrets.is_dir() else [])),
        taken,
    )


def leave(leaving: Leave, registrar: Registrar, *, clock: Callable[[], datetime]) -> None:
    """Killed in between, the same again goes on. RetirementError where a send has begun meanwhile."""
    settings, client = leaving.settings, registrar.client
    with opened(settings.database) as engine:
        if leaving.export is not None:
            _leave_with(leaving.export, leaving, client, engine, clock)
            return
        with transaction(engine) as session:  # first: what is refused leaves all as it is
            _cancel(session, now=clock())
        _take_away(client, settings)
        with transaction(engine) as session:  # what was drafted by a run that was under way
            _cancel(session, now=clock())
    note_move(settings, now=clock())  # who is taken in again hears then who has left meanwhile
    _move(leaving)


def _leave_with(
    taken: Export, leaving: Leave, client: "Client", engine: Engine, clock: Callable[[], datetime]
) -> None:
    """Its database is closed until the profile is away (`export.closed`), while the Prefect server is asked,
    too: nobody else's waits for that. It is kept, and is from then on an old copy, of which whoever brings it
    back is told as of any other.
    """
    settings = leaving.settings
    with export.closed(engine, clock) as session:
        now = clock()
        _waiting(session, bulletins.with_status(session, *OPEN), now=now)  # a send may have begun since
        with export.taken(taken, session, now=now) as publish:
            _take_away(client, settings)
            _cancel(session, now=now)
            deliveries.skip_answers(session, REASON, before=now, now=now)  # they are given from there
            number = senders.last_number(session) + 1
            note_move(settings, now=now)
            publish()
            _move(leaving)
        witness.outrun(settings, number, now=now)


def _take_away(client: "Client", settings: Settings) -> None:
    """What Prefect would start, or waits there."""
    from flows import deploy
    from flows.runs import leftover_runs

    for run in leftover_runs.waiting(client, settings):
        leftover_runs.cancel(client, run, WHY)
    deploy.take_away(client, settings)
    leftover_runs.forget(client, settings)


def _move(leaving: Leave) -> None:
    """Last: until the profile is away it is of the fleet, and this can be done again."""
    path, target = leaving.settings.path, leaving.target
    target.parent.mkdir(mode=disk.PRIVATE_FOLDER, exist_ok=True)
    texts = documents.folder(path)
    if texts.is_dir():
        texts.rename(documents.folder(target))
    path.rename(target)
    for folder in (target.parent, path.parent):
        disk.sync_folder(folder)


def _waiting(session: Session, found: Sequence[Bulletin], *, now: datetime) -> list[Bulletin]:
    """RetirementError while anything leaves: who has it and who has not could not be told any more."""
    for row in found:
        if row.status == BulletinStatus.sending or senders.is_sending(session, row.id, now=now):
            raise RetirementError(
                f"bulletin {row.id} is being sent: let it come to its end, or stop it "
                "(`python -m flows stop`) and wait for what is on its way"
            )
    return [row for row in found if row.status != BulletinStatus.stopped or parts.waits(row)]


def _cancel(session: Session, *, now: datetime) -> None:
    held = [bulletins.locked(session, row.id) for row in bulletins.with_status(session, *OPEN)]
    for bulletin in _waiting(session, held, now=now):
        if bulletin.status == BulletinStatus.stopped:
            parts.hold_back(session, bulletin, reason=REASON, by=BY_OPERATOR, now=now)
            continue
        is_decided = bulletin.status == BulletinStatus.approved
        to = BulletinStatus.missed if is_decided else BulletinStatus.expired
        bulletins.move(session, bulletin, to, by=BY_OPERATOR, now=now, reason=REASON)
