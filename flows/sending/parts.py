"""A send in parts: each day as many people as the provider still allows, where an editor chose that.

The choice is an act of theirs, a person's word like any *riprendi*. At the end of a day's room the sender
stops by itself (`Outbox`), and a day later `sorveglia` lets the send go on, after every check that a send
begins with. What comes in its way then makes an ordinary stopped send of it, in the editors' hands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import acts, bulletins, deliveries, limits
from db.engine import reading, transaction
from db.models import Bulletin, BulletinStatus
from flows.bulletin.language.dates import giorno_ora
from flows.sending import hold
from flows.sending.checks import IN_PARTS, QUOTA, Preflight, Verdict
from flows.sending.drain import DispatchError, HeldError, RefusedError
from flows.sending.outbox import ALERTS, TODAY_IS_FULL
from flows.settings import Settings

OVER = "parts_over"  # of one whose text is past its time before everybody was written to
DAY, MINUTE = timedelta(hours=24), timedelta(minutes=1)
UNKNOWN = "WhatsApp non dice quante persone al giorno permette: a parti non si può inviare senza saperlo."
ALERT_FIRST = "Prima parte l'allerta: il bollettino {number} riprende la sua parte dopo."
NO_MORE = "A parti: fino a {room} persone adesso, le altre da sole nei giorni dopo, nello stesso modo."


class NotYetError(RefusedError):
    """A next part cannot leave at this moment; it is tried again, and nobody need do anything."""


def chosen_by(session: Session, bulletin_id: int) -> str | None:
    """Who chose that it leaves in parts; None where nobody did, or somebody let it go otherwise since.

    An alert never does: it leaves to as many as there is room for, at once.
    """
    chosen = [act for act in acts.of(session, bulletin_id) if act.verb in (acts.RESUME, acts.IN_PARTS)]
    if not chosen or chosen[-1].verb != acts.IN_PARTS:
        return None
    return None if session.get_one(Bulletin, bulletin_id).kind in ALERTS else chosen[-1].name


def waits(bulletin: Bulletin) -> bool:
    """Whether it goes on by itself."""
    return bulletin.status == BulletinStatus.stopped and bulletin.status_reason == TODAY_IS_FULL


def next_at(settings: Settings, session: Session, bulletin: Bulletin) -> datetime:
    """From when on its next part may leave: a day after the last message of any bulletin, never at night.

    So an alert goes first, whoever it was that waited, and what it took of the room has come back by then.
    """
    last = limits.last_to_anybody(session, since=bulletin.status_at - DAY) or bulletin.status_at
    return settings.profile.urgent.quiet.over_at(last + DAY + MINUTE)


def ends_at(settings: Settings, session: Session, bulletin: Bulletin) -> datetime | None:
    """Until when its text may still be sent; None while no hour is set to it."""
    return hold.lasts_until(settings, bulletin, hold.sealed_items(session, bulletin.id))


def end(session: Session, bulletin: Bulletin, *, by: str, now: datetime) -> None:
    """Whoever is left gets nothing of it."""
    deliveries.skip_rest(session, bulletin.id, OVER, now=now)
    bulletins.move(session, bulletin, BulletinStatus.sent, by=by, now=now, reason=OVER)


def goes_on(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """By whose choice its next part leaves now; None for a bulletin that waits for none.

    DispatchError before its time, whoever starts a run; NotYetError while an alert leaves.
    """
    with reading(engine) as session:
        bulletin = session.get(Bulletin, bulletin_id)
        if bulletin is None or not waits(bulletin) or (who := chosen_by(session, bulletin_id)) is None:
            return None
        at = next_at(settings, session, bulletin)
        sending = bulletins.with_status(session, BulletinStatus.sending)
    if now < at:
        raise DispatchError(f"Il bollettino {bulletin_id} parte a parti: continua da solo {giorno_ora(at)}.")
    if any(row.kind in ALERTS for row in sending):
        raise NotYetError(ALERT_FIRST.format(number=bulletin_id))
    return who


def told(settings: Settings, engine: Engine, bulletin_id: int, reason: str) -> str:
    """Why a send ended before its end, in Italian: its part did, or it was stopped."""
    if reason != TODAY_IS_FULL:
        return f"Invio fermato: {reason}"
    with reading(engine) as session:
        at = next_at(settings, session, session.get_one(Bulletin, bulletin_id))
    return f"Per oggi è tutto: continua da solo {giorno_ora(at)}."


def judged(engine: Engine, bulletin_id: int, checked: Preflight, *, goes_on: bool) -> Preflight:
    """The checks as they hold for this send; with its room where it leaves in parts, without one otherwise.

    RefusedError for a next part that one refuses: nobody is asked first whether it goes all the same.
    NotYetError where nobody has room, or the provider does not say how many have.
    """
    with reading(engine) as session:
        if chosen_by(session, bulletin_id) is None:
            return replace(checked, room=None)
        is_begun = session.get_one(Bulletin, bulletin_id).status != BulletinStatus.approved
    # of one whose sender died that day: it waits for the next at once
    checked = within(checked, has_begun=is_begun and not goes_on)
    if goes_on and checked.refusals:
        quota = next((check.sentence for check in checked.checks if check.name == QUOTA), "")
        kind: type[RefusedError] = NotYetError if checked.refusals == [quota] else RefusedError
        raise kind(f"Il bollettino {bulletin_id} non continua. {' '.join(checked.refusals)}")
    return checked


def within(checked: Preflight, *, has_begun: bool = False) -> Preflight:
    """Of a send in parts: that not all have room today does not hold it; no room, or an unknown one, does.

    `has_begun`: without room it may begin, and waits at once.
    """
    found = next((check for check in checked.checks if check.name == QUOTA), None)
    if found is None or found.verdict in (Verdict.good, Verdict.attention):
        return checked
    if found.verdict == Verdict.unknown:
        instead = replace(found, verdict=Verdict.refused, words=UNKNOWN)
    elif checked.room or has_begun:
        words = f"{found.words.partition(IN_PARTS)[0]} {NO_MORE.format(room=checked.room)}"
        instead = replace(found, verdict=Verdict.attention, words=words)
    else:
        return checked
    return replace(checked, checks=tuple(instead if check is found else check for check in checked.checks))


@contextmanager
def ended_by_trouble(engine: Engine, bulletin_id: int, *, goes_on: bool, now: datetime) -> Iterator[None]:
    """What keeps a next part from leaving makes an ordinary stopped send of it, which a person resumes.

    What passes by itself is tried again by a later round.
    """
    try:
        yield
    except DispatchError as exc:
        if goes_on and not isinstance(exc, NotYetError):
            with transaction(engine) as session:
                bulletin = bulletins.locked(session, bulletin_id)
                if waits(bulletin):
                    bulletin.status_reason = hold.CHANGED if isinstance(exc, HeldError) else str(exc)
                    bulletin.status_at = now
                    session.add(bulletin)
        raise
