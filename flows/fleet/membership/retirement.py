"""A Comune leaves a fleet: nothing of it starts any more, what waits is cancelled, what it has is kept."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, disk, senders
from db.engine import opened, reading, transaction
from db.models import WAITING, Bulletin, BulletinStatus
from flows.bulletin.status import BY_OPERATOR, REASONS
from flows.fleet.membership.registrar import Registrar
from flows.fleet.registry import Fleet
from flows.privacy import intact
from flows.profiles import documents
from flows.sending import parts
from flows.settings import BollettinoError, Settings

if TYPE_CHECKING:
    from flows.runs.departed import Run

RETIRED = "ritirati"  # beside the profiles, where no Comune is looked for
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

    @property
    def lines(self) -> list[str]:
        """What would be done, for who decides of it."""
        return [
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


def consider(fleet: Fleet, slug: str, registrar: Registrar, *, now: datetime) -> Leave:
    """RetirementError where it cannot leave, StoreError where its database does not answer."""
    from flows import deploy
    from flows.runs import departed

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
    secrets = fleet.folder / slug
    kept = [f"database {engine.url.render_as_string(hide_password=True)}", f"state folder {settings.state}"]
    return Leave(
        settings,
        waiting,
        tuple(departed.waiting(client, settings)),
        tuple(departed.working(client, settings)),
        tuple(deploy.registered(client, settings)),
        target,
        (*kept, *([f"secrets {secrets}"] if secrets.is_dir() else [])),
    )


def leave(leaving: Leave, registrar: Registrar, *, now: datetime) -> None:
    """Killed in between, the same again goes on. RetirementError where a send has begun meanwhile."""
    from flows import deploy
    from flows.runs import departed

    settings, client = leaving.settings, registrar.client
    with opened(settings.database) as engine:
        _cancel(engine, now=now)  # first: what is refused leaves all as it is
        for run in departed.waiting(client, settings):
            departed.cancel(client, run, WHY)
        deploy.take_away(client, settings)
        _cancel(engine, now=now)  # what was drafted by a run that was under way
    leaving.target.parent.mkdir(mode=disk.PRIVATE_FOLDER, exist_ok=True)
    texts = documents.folder(settings.path)
    if texts.is_dir():
        texts.rename(documents.folder(leaving.target))
    settings.path.rename(leaving.target)  # last: until then it is of the fleet, and this can be done again
    for folder in (leaving.target.parent, settings.path.parent):
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


def _cancel(engine: Engine, *, now: datetime) -> None:
    with transaction(engine) as session:
        held = [bulletins.locked(session, row.id) for row in bulletins.with_status(session, *OPEN)]
        for bulletin in _waiting(session, held, now=now):
            if bulletin.status == BulletinStatus.stopped:
                parts.hold_back(session, bulletin, reason=REASON, by=BY_OPERATOR, now=now)
                continue
            is_decided = bulletin.status == BulletinStatus.approved
            to = BulletinStatus.missed if is_decided else BulletinStatus.expired
            bulletins.move(session, bulletin, to, by=BY_OPERATOR, now=now, reason=REASON)
