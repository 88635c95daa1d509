"""flow, every 5 minutes: what nobody decided in time, what missed its slot, windows that were lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import flow, get_run_logger
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinStatus
from flows import runs
from flows.settings import Settings, load

BY = "sorveglianza"


@dataclass(frozen=True)
class Watched:
    """What one round found; ids of bulletins."""

    expired: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()  # each must have a live window
    to_send: tuple[int, ...] = ()  # approved to go at once: a dispatch must have been started

    def __str__(self) -> str:
        return (
            f"non approvati in tempo: {list(self.expired)}, non inviati in tempo: {list(self.missed)}, "
            f"in attesa di un redattore: {list(self.waiting)}, da inviare subito: {list(self.to_send)}"
        )


def look(settings: Settings, engine: Engine, *, dry_run: bool = False, now: datetime) -> Watched:
    """Move what is past its time, and tell what needs a run."""
    grace = timedelta(minutes=settings.profile.grace_minutes)
    expired, missed, waiting, to_send = [], [], [], []
    with transaction(engine) as session:
        for bulletin in _held(session, BulletinStatus.draft, BulletinStatus.in_review):
            if bulletin.deadline_at is not None and now > bulletin.deadline_at:
                expired.append(bulletin.id)
                if not dry_run:
                    bulletins.move(
                        session, bulletin, BulletinStatus.expired, by=BY, now=now, reason="deadline"
                    )
            else:
                waiting.append(bulletin.id)
        for bulletin in _held(session, BulletinStatus.approved):
            if bulletin.slot_at is None:
                to_send.append(bulletin.id)
            elif now > bulletin.slot_at + grace:
                missed.append(bulletin.id)
                if not dry_run:
                    bulletins.move(session, bulletin, BulletinStatus.missed, by=BY, now=now, reason="grace")
    return Watched(tuple(expired), tuple(missed), tuple(waiting), tuple(to_send))


def _held(session: Session, *statuses: BulletinStatus) -> list[Bulletin]:
    """Those with these statuses, each locked: an editor or a dispatch may be moving one at this moment."""
    held = [bulletins.locked(session, found.id) for found in bulletins.with_status(session, *statuses)]
    return [bulletin for bulletin in held if bulletin.status in statuses]


def act(settings: Settings, engine: Engine, found: Watched, *, now: datetime) -> None:
    """Start and end the runs that `look` asked for; one that fails never costs the others."""
    errors = []
    tasks: list[Callable[[], object]] = [
        *(partial(runs.open_review, settings, engine, number, now=now) for number in found.waiting),
        *(partial(runs.start_dispatch, settings, engine, number, now=now) for number in found.to_send),
        *(
            partial(runs.close_review, settings, engine, number, "non approvato in tempo", now=now)
            for number in found.expired
        ),
    ]
    for run in tasks:
        try:
            run()
        except Exception as exc:  # noqa: BLE001  told together below
            errors.append(exc)
    if errors:
        raise ExceptionGroup("some runs could not be started or ended", errors)


@flow(name="sorveglia", flow_run_name=runs.titled("Controllo"))
def watch() -> str:
    """Chiude ciò che è scaduto e riapre i moduli andati persi."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    found = look(settings, engine, now=now)
    act(settings, engine, found, now=now)
    get_run_logger().info("%s", found)
    return str(found)
