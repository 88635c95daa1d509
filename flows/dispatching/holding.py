"""What keeps an approved bulletin from leaving, and who is told: a site that says something else, a check."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinStatus
from flows.desk.rereading import call_editors, overridden, reread_bulletin
from flows.dispatching.checks import Preflight
from flows.editors.mail import post
from flows.letters import reports
from flows.settings import BollettinoError, Settings

LOG = logging.getLogger(__name__)
CHANGED = "una notizia è cambiata sul sito"  # why it was re-opened


class DispatchError(BollettinoError):
    """This bulletin must not be sent (now). The text is Italian, for the editor."""


class HeldError(DispatchError):
    """The site says something else by now than what was approved: an editor is asked, nothing failed."""


class RefusedError(DispatchError):
    """A check before the send says that it must not leave; it is tried again until its grace ends."""


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

    An approved bulletin is re-opened, and can be approved again until its grace ends; one that was on its way
    stays stopped. `open_window` comes before the letters, which link to it. A page that cannot be read is
    only returned, for the checks to tell.
    """
    seen = reread_bulletin(settings, engine, bulletin_id, now=now)
    with transaction(engine) as session:
        known = overridden(session, bulletin_id)
        held = [one for one in seen if one.holds and one.line not in known]
        bulletin = bulletins.locked(session, bulletin_id)
        if held and bulletin.status == BulletinStatus.approved:
            bulletins.reopen(session, bulletin, by="invio", now=now)
            bulletin.status_reason = CHANGED
            if bulletin.slot_at is not None:
                bulletin.deadline_at = bulletin.slot_at + timedelta(minutes=settings.profile.grace_minutes)
        elif held and bulletin.status == BulletinStatus.sending:
            bulletins.move(session, bulletin, BulletinStatus.stopped, by="invio", now=now, reason=CHANGED)
    doubtful = [one.line for one in seen if not one.holds]
    if not held:
        return [*doubtful, *(f"Approvata nonostante: {one.line}" for one in seen if one.holds)]
    try:
        open_window()
    finally:
        with transaction(engine) as session:
            call_editors(settings, session, bulletin_id, held, now=now)
        if trouble := post(settings, engine, now=now).trouble:
            warn(trouble)
    for line in doubtful:
        warn(line)
    told = " ".join(one.line for one in held)
    raise HeldError(f"Il bollettino {bulletin_id} non parte, aspetta un redattore. {told}")


def require_checks(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    found: Preflight,
    *,
    despite_by: str | None,
    now: datetime,
    warn: Callable[[str], object] = LOG.warning,
) -> Sequence[str]:
    """RefusedError, told to the editors once, unless a person decides otherwise; what they override."""
    for line in found.doubts:
        warn(line)
    with transaction(engine) as session:
        reports.warned(settings, session, found, now=now)
    if not found.refusals or despite_by is not None:
        return found.refusals
    with transaction(engine) as session:
        reports.withheld(settings, session, bulletin_id, found.refusals, now=now)
    if trouble := post(settings, engine, now=now).trouble:
        warn(trouble)
    raise RefusedError(f"Il bollettino {bulletin_id} non parte. {' '.join(found.refusals)}")
