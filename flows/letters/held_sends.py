"""A send that must not leave: taken back or refused, and its editors told."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins
from db.engine import transaction
from db.models import PUBLIC, BulletinStatus
from flows.bulletin.status import STATUS, named
from flows.letters import sends
from flows.letters.drafts import tell_changes
from flows.sending.checks import Preflight
from flows.sending.drain import HeldError, RefusedError, UntrueError
from flows.sending.hold import CORRECTED, for_the_rest, remedy, take_back
from flows.settings import Settings
from flows.sources.rereading import Rereading, alerts_by_now, overridden, reread_bulletin
from flows.sources.truth import OVER
from flows.staff.mail import post

LOG = logging.getLogger(__name__)


def require_same_site(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    now: datetime,
    open_window: Callable[[], object] = lambda: None,
    warn: Callable[[str], object] = LOG.warning,
) -> list[str]:
    """HeldError when a fact changed since the seal or a page is gone, unless approved in spite of that.

    An approved bulletin is re-opened; one that was on its way stays stopped, also against a person's
    *nonostante*: its way out is a correction. `open_window` comes before the letters, which link to it. A
    page that cannot be read is only returned, for the checks to tell.
    """
    seen = reread_bulletin(settings, engine, bulletin_id, now=now)
    doubtful = [rereading.line for rereading in seen if not rereading.holds]
    changed = [rereading for rereading in seen if rereading.holds]
    if not changed:
        return doubtful
    with transaction(engine) as session:
        accepted = overridden(settings, session, bulletin_id)
    held = [rereading for rereading in changed if rereading.line not in accepted]
    if not held:
        return [*doubtful, *(f"Approvata nonostante: {rereading.line}" for rereading in changed)]
    for line in doubtful:
        warn(line)
    raise hold(settings, engine, bulletin_id, held, now=now, open_window=open_window, warn=warn)


def hold(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    held: Sequence[Rereading],
    *,
    now: datetime,
    open_window: Callable[[], object] = lambda: None,
    warn: Callable[[str], object] = LOG.warning,
) -> HeldError:
    """Take it back from its send, with its window and the letters; the error that says so.

    Nothing `held` means that it was corrected.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        take_back(settings, session, bulletin, held, by="invio", now=now)
        is_going_on = bulletin.status in PUBLIC
        way_out = remedy(bulletin.kind, held) if held else for_the_rest(session, bulletin)
        called = f"Il {named(bulletin)} (numero {bulletin_id})"
    try:
        if not is_going_on:
            open_window()
    finally:
        with transaction(engine) as session:
            tell_changes(settings, session, bulletin_id, held, now=now)
        if trouble := post(settings, engine, now=now).trouble:
            warn(trouble)
    lines = [rereading.line for rereading in held] or [f"{CORRECTED[:1].upper()}{CORRECTED[1:]}."]
    if is_going_on:
        return HeldError(f"{called} resta fermo. {' '.join(lines)} {way_out}")
    return HeldError(f"{called} non parte, aspetta un redattore. {' '.join(lines)}")


@contextmanager
def held_when_untrue(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    now: datetime,
    open_window: Callable[[], object],
    warn: Callable[[str], object],
) -> Iterator[None]:
    """A send whose text turns out not to be right, at any step until its first message, is held."""
    try:
        yield
    except UntrueError as exc:
        raise hold(
            settings, engine, bulletin_id, exc.seen, now=now, open_window=open_window, warn=warn
        ) from exc


@dataclass(frozen=True)
class TakenBack:
    """A bulletin that was about to reach citizens with what is not so."""

    bulletin_id: int
    was: BulletinStatus
    lines: tuple[str, ...]

    def __str__(self) -> str:
        lines = " ".join(self.lines)
        return f"Bollettino {self.bulletin_id}: era {STATUS[self.was]}, non parte più. {lines}"


ABOUT_TO_LEAVE = (BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped)


def take_back_wrong(
    settings: Settings, engine: Engine, *, by: str, now: datetime
) -> tuple[list[TakenBack], list[Exception]]:
    """Take back every bulletin that tells of an alert what is not so by now, and queue the letters.

    For who has just read what the issuers say, and for each round of `urgente`. Of a stopped one, which
    rests, people are only told, and not that its alert has ended. A transaction for each: a send locks a
    correction before its original, and one that cannot be judged must not keep the others going. Returns
    also what went wrong, for the caller to raise once it has done its own.
    """
    with transaction(engine) as session:
        ids = [bulletin.id for bulletin in bulletins.with_status(session, *ABOUT_TO_LEAVE)]
    taken_back: list[TakenBack] = []
    errors: list[Exception] = []
    for bulletin_id in ids:
        try:
            with transaction(engine) as session:
                bulletin = _taken_back(settings, session, bulletin_id, by=by, now=now)
        except Exception as exc:  # noqa: BLE001  told together by the caller
            exc.add_note(f"bulletin {bulletin_id}: whether its alerts are right could not be judged")
            errors.append(exc)
        else:
            taken_back += [bulletin] if bulletin else []
    return taken_back, errors


def _taken_back(
    settings: Settings, session: Session, bulletin_id: int, *, by: str, now: datetime
) -> TakenBack | None:
    bulletin = bulletins.locked(session, bulletin_id)
    sealed = bulletins.approved(session, bulletin_id)
    if bulletin.status not in ABOUT_TO_LEAVE or sealed is None:
        return None
    was, leaves = bulletin.status, max(now, bulletin.slot_at or now)
    seen = alerts_by_now(settings, session, bulletin, bulletins.items(session, sealed[1]), at=leaves)
    if was == BulletinStatus.stopped:
        seen = [rereading for rereading in seen if rereading.after != OVER]
    if not seen:
        return None
    take_back(settings, session, bulletin, seen, by=by, now=now)
    tell_changes(settings, session, bulletin_id, seen, now=now)
    if was == BulletinStatus.stopped:
        return None
    return TakenBack(bulletin_id, was, tuple(rereading.line for rereading in seen))


def require_checks(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    checked: Preflight,
    *,
    despite_by: str | None,
    now: datetime,
    warn: Callable[[str], object] = LOG.warning,
) -> Sequence[str]:
    """RefusedError, told to the editors once, unless a person decides otherwise; what they override.

    An override is told to everybody before the first message leaves. Of what is `final` there is none.
    """
    for line in checked.doubts:
        warn(line)
    with transaction(engine) as session:
        sends.warned(settings, session, checked, now=now)
    if not checked.refusals:
        return []
    if despite_by is not None and not checked.final:
        with transaction(engine) as session:
            sends.despite(settings, session, bulletin_id, checked.refusals, by=despite_by, now=now)
        if trouble := post(settings, engine, now=now).trouble:
            warn(trouble)
        return checked.refusals
    with transaction(engine) as session:
        sends.withheld(settings, session, bulletin_id, checked.refusals, now=now)
    if trouble := post(settings, engine, now=now).trouble:
        warn(trouble)
    never = " Questo controllo non si supera con «nonostante»." if despite_by is not None else ""
    raise RefusedError(f"Il bollettino {bulletin_id} non parte. {' '.join(checked.refusals)}{never}")
