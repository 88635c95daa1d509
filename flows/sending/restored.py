"""What a restored database may have sent since its copy was made: it waits for a person, or leaves no more.

The copy knows nothing of the hours after it. What it holds as approved may have left in them, and of a send
that was on its way anybody may have got the rest. Whose account was closed in them has one again.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from db import accounts, bulletins, deliveries, handovers, senders
from db.models import Bulletin, BulletinStatus
from flows.accounts import enrolment
from flows.bulletin.alerts.text import ALERT
from flows.bulletin.alerts.urgent import MAY_HAVE_LEFT
from flows.bulletin.status import numbered
from flows.sending import liveness, witness
from flows.sending.hold import reopen
from flows.sending.outbox import TODAY_IS_FULL
from flows.sending.witness import StateFolder
from flows.settings import Settings

BY = "ripristino"
RESTORED = "restored"
RECENT = timedelta(hours=48)  # an alert of the day before the copy may hold until tomorrow's end


def hold(settings: Settings, session: Session, *, before: datetime, by: str = BY, now: datetime) -> list[str]:
    """Hold all that stands as it stood at `before` or earlier; a line of Italian for each bulletin.

    `before`: of the last start that is known outside, or of the restore. What persons decided since is
    theirs. Done again it changes nothing.
    """
    senders.end_all(session, before=before)
    lines = [
        *_sends(session, before, by, now),
        *_approvals(settings, session, before, by, now),
        *_orders(settings, session, before, by, now),
    ]
    liveness.reap(session, None, now=now)
    lines += _accounts(settings, session, before, now)
    if answers := deliveries.skip_answers(session, RESTORED, before=before, now=now):
        lines.append(f"Risposte in attesa che non partono più: {answers}.")
    return lines


def waits(settings: Settings, session: Session) -> bool:
    """Whether a restore waits for a person's word, by the witness in the state folder."""
    heard = witness.hear([StateFolder(settings)])  # before our rows, in which a start is counted first
    return heard.is_ahead_of(senders.last_number(session))


def is_recent(settings: Settings, session: Session, *, now: datetime) -> bool:
    """Whether a restore waits for a person's word, or got it less than `RECENT` ago.

    An alert that had left after the copy is then collected, and drafted, once more: as if it were new.
    """
    if waits(settings, session):
        return True
    accepted_at = senders.accepted_at(session)
    return accepted_at is not None and now - accepted_at < RECENT


def _of(session: Session, before: datetime, *statuses: BulletinStatus) -> list[Bulletin]:
    rows = [bulletins.locked(session, row.id) for row in bulletins.with_status(session, *statuses)]
    return [row for row in rows if row.status_at <= before]


def _sends(session: Session, before: datetime, by: str, now: datetime) -> list[str]:
    """Stopped, and who is left counts as uncertain: only a person's word sends to them again (`incerti`).

    A send by hand is in a person's hands already.
    """
    lines = []
    for bulletin in _of(session, before, BulletinStatus.sending, BulletinStatus.stopped):
        if handovers.of(session, bulletin.id) is not None:
            lines.append(f"{_called(bulletin)}: si invia a mano, guarda quali liste sono già partite.")
            continue
        liveness.reap(session, bulletin.id, now=now)
        left = deliveries.forget(session, bulletin.id, RESTORED, now=now)
        is_moving = bulletin.status == BulletinStatus.sending
        if is_moving:
            bulletins.move(session, bulletin, BulletinStatus.stopped, by=by, now=now, reason=RESTORED)
        elif bulletin.status_reason == TODAY_IS_FULL:  # its next part would not know whom it has reached
            bulletin.status_reason = RESTORED
        if is_moving or left:
            count = deliveries.certificate(session, bulletin.id).uncertain  # with what was under way
            lines.append(
                f"{_called(bulletin)}: era in invio, è fermo; {count} messaggi sono incerti, e «riprendi» "
                "non li manda: dopo 24 ore una persona decide con «incerti»."
            )
    return lines


def _approvals(settings: Settings, session: Session, before: datetime, by: str, now: datetime) -> list[str]:
    lines = []
    for bulletin in _of(session, before, BulletinStatus.approved):
        reopen(settings, session, bulletin, by=by, now=now)
        bulletin.status_reason = RESTORED
        lines.append(f"{_called(bulletin)}: era approvato, va approvato di nuovo se non è già partito.")
    return lines


def _orders(settings: Settings, session: Session, before: datetime, by: str, now: datetime) -> list[str]:
    """A standing order sends a text that nobody touched: from now on somebody has to read it first."""
    if settings.profile.urgent.standing_order is None:
        return []
    lines = []
    for bulletin in bulletins.with_status(session, BulletinStatus.draft, BulletinStatus.in_review):
        version = bulletins.latest(session, bulletin.id)
        if bulletin.template != ALERT or version is None or version.created_at > before:
            continue
        items = [bulletins.data_of(item) for item in bulletins.items(session, version)]
        bulletins.add_version(session, bulletin, items, author=by, note=MAY_HAVE_LEFT, now=now)
        lines.append(f"{_called(bulletin)}: non parte da solo per ordine permanente.")
    return lines


BY_PROVIDER = (
    "Con l'accesso del Comune entra chi sta nel profilo: chi se n'è andato va tolto anche da lì, prima di "
    "riaprire."
)


def _accounts(settings: Settings, session: Session, before: datetime, now: datetime) -> list[str]:
    """The copy has forgotten whose account was closed since: nobody is signed in, and a person looks."""
    accounts.void(session, before=before, now=now)
    found = enrolment.states(settings, session, now=now)
    others = [BY_PROVIDER] if settings.profile.sign_in.oidc else []
    if not (active := [one.name for one in found if one.state == "active"]):
        if not settings.signs_in:
            return others
        return ["Nella copia nessuno ha un accesso: invita con `python -m flows accounts add NOME`.", *others]
    return [
        f"Ha un accesso: {', '.join(active)}. Chi se n'è andato dopo la copia va tolto di nuovo con "
        "`python -m flows accounts close NOME`; chi è connesso deve entrare di nuovo, un invito va rifatto.",
        *others,
    ]


def _called(bulletin: Bulletin) -> str:
    return numbered(bulletin.kind, bulletin.id)
