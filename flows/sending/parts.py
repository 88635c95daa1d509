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

from db import acts, audience_limits, bulletins, deliveries, handovers, senders, told_news
from db.engine import alone, reading, transaction
from db.models import WAITING, Bulletin, BulletinStatus
from flows.bulletin.language.dates import giorno_ora
from flows.sending import hold
from flows.sending.checks import IN_PARTS, QUOTA, Preflight, Verdict
from flows.sending.drain import DispatchError, HeldError, RefusedError, UntrueError
from flows.sending.outbox import ALERTS, TODAY_IS_FULL
from flows.settings import Settings

FIELD_TITLE = (
    "A scaglioni (se oggi WhatsApp non permette tutte le persone: lo dice l'e-mail): oggi a quante può, alle "
    "altre nei giorni dopo"
)
OVER = "parts_over"  # of one whose text is past its time before everybody was written to
DAY, MINUTE = timedelta(hours=24), timedelta(minutes=1)
UNKNOWN = "WhatsApp non dice quante persone al giorno permette: a scaglioni non si può inviare senza saperlo."
ALERT_FIRST = "Prima parte l'allerta: il bollettino {number} riprende dopo."
ONE_AT_A_TIME = "Un altro bollettino è in invio: il bollettino {number} parte a scaglioni solo dopo."
MOVED = "Intanto sono partiti altri messaggi: quanti ne restano oggi per il bollettino {number} va richiesto."
BEING_CORRECTED = "Il bollettino {number} aspetta: qualcuno deve ancora decidere della sua correzione."
PLAIN = "chi lo ha ripreso non ha scelto «a scaglioni»"  # why what waited goes on no more by itself
ROOM = "room of the day"  # one at a time takes of it
NO_MORE = "A scaglioni: adesso fino a {room} persone, le altre nei giorni dopo, nello stesso modo."


class NotYetError(RefusedError):
    """A next part cannot leave at this moment; it is tried again, and nobody need do anything."""


def chosen_by(session: Session, bulletin_id: int, *, is_asked: bool = False) -> str | None:
    """Who chose that it leaves in parts; None where nobody did, or somebody let it go otherwise since.

    Who asked in vain let nothing go: a *riprendi* that a check refused takes no choice back. `is_asked`: by
    whoever starts this send, whose word is the last one and has had no time to be followed by anything.
    An alert never does: it leaves to as many as there is room for, at once.
    """
    done, begun = acts.of(session, bulletin_id), [start.at for start in senders.of(session, bulletin_id)]
    until = [*(act.at for act in done[1:]), None]
    chosen = [
        act
        for act, ends in zip(done, until, strict=False)
        if act.verb == acts.IN_PARTS
        or (
            act.verb == acts.RESUME
            and (
                (is_asked and ends is None)
                or any(act.at <= at and (ends is None or at < ends) for at in begun)
            )
        )
    ]
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
    last = audience_limits.last_to_anybody(session, since=bulletin.status_at - DAY) or bulletin.status_at
    return settings.profile.urgent.quiet.over_at(last + DAY + MINUTE)


def ends_at(settings: Settings, session: Session, bulletin: Bulletin) -> datetime | None:
    """Until when its text may still be sent; None while no hour is set to it."""
    return hold.lasts_until(settings, bulletin, hold.sealed_items(session, bulletin.id))


def may_leave_at(settings: Settings, session: Session, bulletin: Bulletin, *, now: datetime) -> datetime:
    """`now`, or the first moment after it at which its next part may leave: a round that was late, or a run
    that waited, is no reason to wake anybody.
    """
    return settings.profile.urgent.quiet.over_at(max(next_at(settings, session, bulletin), now))


def why_not_yet(session: Session, bulletin: Bulletin) -> str:
    """What has to end before a part of it leaves, in Italian; "" for nothing.

    Two sends at a time would each take the whole room of the day; one in a person's hands takes none. Whose
    text an editor is just correcting may be wrong.
    """
    sending = [
        row
        for row in bulletins.with_status(session, BulletinStatus.sending)
        if row.id != bulletin.id and handovers.of(session, row.id) is None
    ]
    if sending:
        is_alert = any(row.kind in ALERTS for row in sending)
        return (ALERT_FIRST if is_alert else ONE_AT_A_TIME).format(number=bulletin.id)
    if told_news.follow_ups(session, bulletin.id, *WAITING, kinds=hold.WRONG):
        return BEING_CORRECTED.format(number=bulletin.id)
    return ""


def require_room(session: Session, bulletin: Bulletin, *, goes_on: bool, since: datetime) -> None:
    """NotYetError where the room that the checks found at `since` may be another's by now.

    In the transaction that begins the send: no other begins one in parts until it ends. A first part beside
    an alert begins all the same, and waits at once (`Outbox`).
    """
    alone(session, ROOM)
    why = why_not_yet(session, bulletin)
    if why and (goes_on or why == ONE_AT_A_TIME.format(number=bulletin.id)):
        raise NotYetError(why)
    if audience_limits.last_to_anybody(session, since=since) is not None:
        raise NotYetError(MOVED.format(number=bulletin.id))


def hold_back(session: Session, bulletin: Bulletin, *, reason: str, by: str, now: datetime) -> None:
    """An ordinary stopped send of one that waits: it goes on by a person's word only, and they are told."""
    bulletin.status_reason, bulletin.status_by, bulletin.status_at = reason, by, now
    session.add(bulletin)
    session.flush()


def end(session: Session, bulletin: Bulletin, *, by: str, now: datetime) -> None:
    """Whoever is left gets nothing of it."""
    deliveries.skip_rest(session, bulletin.id, OVER, now=now)
    bulletins.move(session, bulletin, BulletinStatus.sent, by=by, now=now, reason=OVER)


def goes_on(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """By whose choice its next part leaves now; None for a bulletin that waits for none.

    DispatchError before its time, whoever starts a run; NotYetError while another bulletin leaves, or its
    own text is being corrected.
    """
    with reading(engine) as session:
        bulletin = session.get(Bulletin, bulletin_id)
        if bulletin is None or not waits(bulletin) or (who := chosen_by(session, bulletin_id)) is None:
            return None
        at = may_leave_at(settings, session, bulletin, now=now)
        why = why_not_yet(session, bulletin)
    if now < at:
        raise DispatchError(
            f"Il bollettino {bulletin_id} parte a scaglioni: continua da solo {giorno_ora(at)}."
        )
    if why:
        raise NotYetError(why)
    return who


def told(settings: Settings, engine: Engine, bulletin_id: int, reason: str) -> str:
    """Why a send ended before its end, in Italian: its part did, or it was stopped."""
    if reason != TODAY_IS_FULL:
        return f"Invio fermato: {reason}"
    with reading(engine) as session:
        at = next_at(settings, session, session.get_one(Bulletin, bulletin_id))
    return f"Per oggi è tutto: continua da solo {giorno_ora(at)}."


def judged(
    engine: Engine, bulletin_id: int, checked: Preflight, *, goes_on: bool, is_asked: bool = False
) -> Preflight:
    """The checks as they hold for this send; with its room where it leaves in parts, without one otherwise.

    `is_asked`: a person has just started it, in parts or not.
    RefusedError for a next part that one refuses: nobody is asked first whether it goes all the same.
    NotYetError where nobody has room, or the provider does not say how many have.
    """
    with reading(engine) as session:
        if chosen_by(session, bulletin_id, is_asked=is_asked) is None:
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
                    reason = _trouble(session, bulletin, exc)
                    hold_back(session, bulletin, reason=reason, by=bulletin.status_by, now=now)
        raise


def _trouble(session: Session, bulletin: Bulletin, exc: DispatchError) -> str:
    """Why it stays stopped, as people are told."""
    if not isinstance(exc, HeldError):
        return str(exc)
    if hold.is_corrected(session, bulletin):
        return hold.CORRECTED
    return hold.UNTRUE if isinstance(exc.__cause__, UntrueError) else hold.CHANGED
