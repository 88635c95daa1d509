"""What editors are told: of a bulletin from draft to end, of sources that fall silent, of lost mail.

Everything is read from the database, whoever did it: watch tells every five minutes what is not told yet, and
a verb that has just done something calls `tell_bulletin` so that nobody waits for that.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, mail_outbox, sign_offs
from db.engine import reading, transaction
from db.models import Bulletin, BulletinStatus, BulletinVersion, SignOffWord
from flows.letters import boards, sends, unsent, urgent_calls
from flows.letters.briefing import CALLS, NOBODY, Briefing, briefing
from flows.letters.receipts import APPROVED, changing, reasons, receipts
from flows.review.choices import WHILE_IT_STAYS
from flows.review.sign_off import signed_by
from flows.settings import Settings
from flows.sources.rereading import Rereading
from flows.staff import duty as desk
from flows.staff.mail import Posted, post, tell, wait_for_others
from flows.staff.mail_text import left, to_whom
from flows.staff.rota import Duty

LOG = logging.getLogger(__name__)
SLOW = "La posta non ha ancora preso tutte le e-mail che dicono dell'approvazione."


def told_at_once(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    left_out: Sequence[str] = (),
    within: float | None = None,
    now: datetime,
) -> Posted:
    """Queue what is new of a bulletin, call who has to decide at once, and hand it over, as `post`.

    For a verb that has committed what it did. Never raises: what was done stands, and watch tries to tell it
    again, and fails loudly if it cannot.
    """
    troubles: list[str] = []
    posted = Posted()

    def letters_of_it() -> None:
        with transaction(engine) as session:
            tell_bulletin(settings, session, bulletin_id, left_out=left_out, now=now)

    def hand_over() -> None:
        nonlocal posted
        posted = post(settings, engine, within=within, now=now)

    for step in (
        partial(urgent_calls.call, settings, engine, bulletin_id, now=now),
        letters_of_it,
        lambda: troubles.extend(urgent_calls.deliver(settings, engine, now=now)),
        hand_over,
    ):
        try:
            step()
        except Exception as exc:
            LOG.exception("bulletin %s: the editors could not be told", bulletin_id)
            troubles.append(f"non si è potuto scrivere ai redattori ({type(exc).__name__})")
    return replace(posted, trouble="; ".join(filter(None, [*troubles, posted.trouble])))


def tell_approval(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    now: datetime,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """See that the mail server has the letters of an approval before its first message leaves.

    The form's run writes them while the send's process starts: what it has queued is not worked out again,
    and what it hands over is waited for. All of it for as long as the mail server may take for one answer,
    and one letter: no alert waits for a slow one. Returns what went wrong, in Italian; never raises.
    """
    patience = settings.profile.mail.timeout_seconds if settings.profile.mail else 0.0
    until = clock() + patience
    try:
        with reading(engine) as session:
            sealed = bulletins.approved(session, bulletin_id)
            about = f"bulletin {bulletin_id} version {sealed[1].number}" if sealed else ""
            told = mail_outbox.addressees(session, APPROVED, about)
        if told.issuperset(editor.name for editor in settings.profile.editors):
            posted = post(settings, engine, within=patience, now=now, clock=clock)
        else:
            posted = told_at_once(settings, engine, bulletin_id, within=patience, now=now)
        rest = max(0.0, until - clock())
        is_handed_over = wait_for_others(settings, engine, bulletin_id, APPROVED, within=rest)
    except Exception as exc:
        LOG.exception("bulletin %s: the editors could not be told of its approval", bulletin_id)
        return f"non si è potuto scrivere ai redattori ({type(exc).__name__})"
    return "; ".join(filter(None, [posted.trouble, "" if is_handed_over and not posted.left else SLOW]))


def tell_bulletin(
    settings: Settings, session: Session, bulletin_id: int, *, left_out: Sequence[str] = (), now: datetime
) -> None:
    """Queue what its editors have not been told yet.

    `left_out` are lines of compose's report, which are stored nowhere; without them the titles that wait.
    """
    if settings.profile.mail is None:
        return
    bulletin = session.get_one(Bulletin, bulletin_id)
    version = bulletins.latest(session, bulletin_id)
    if version is None:
        return
    about = briefing(settings, session, bulletin, version, left_out, now=now)
    receipts(settings, session, bulletin, about, now=now)  # who is called by one needs no reminder
    if bulletin.status == BulletinStatus.in_review:
        _waiting(settings, session, bulletin, version, about, now)
    if bulletin.status in (BulletinStatus.expired, BulletinStatus.missed):
        unsent.of_end(settings, session, bulletin, about, now)
    sends.of_send(settings, session, bulletin, now=now)
    boards.mail_sheet(settings, session, bulletin, now=now)


def tell_changes(
    settings: Settings, session: Session, bulletin_id: int, seen: Iterable[Rereading], *, now: datetime
) -> None:
    """Call everybody for what holds the bulletin; each change once, whoever finds it."""
    for change in seen:
        if change.holds:
            _tell_change(settings, session, bulletin_id, change, now)


def _tell_change(
    settings: Settings, session: Session, bulletin_id: int, change: Rereading, now: datetime
) -> None:
    line = f"bulletin {bulletin_id}: {change.title}: "
    is_alert = change.news_item_id is None
    if is_alert and _is_told(session, bulletin_id, line, change.mark):
        return
    bulletin = session.get_one(Bulletin, bulletin_id)
    about = briefing(settings, session, bulletin, bulletins.latest(session, bulletin_id), now=now)
    values = {**about.values, "titolo": change.title, "prima": change.before, "dopo": change.after}
    if is_alert:
        is_going_on = bulletin.status in (BulletinStatus.sending, BulletinStatus.stopped)
        remedy = f"{bulletin.kind}_fermato" if is_going_on else bulletin.kind.value
        values["numero"] = str(bulletin_id)
        values["rimedio"] = settings.texts["allerta_cambiata"][remedy]
    tell(
        settings,
        session,
        "allerta_cambiata" if is_alert else "cambiata_sul_sito",
        settings.profile.editors,
        values,
        about=f"{line}{change.mark if is_alert else change.after}",
        bulletin_id=bulletin_id,
        now=now,
    )


def _is_told(session: Session, bulletin_id: int, line: str, mark: str) -> bool:
    """Whether what holds by now of an alert was told before, whole or with hours that have run out since.

    The words of a letter are no sign of a further change: they are of their moment, hours are cut at it.
    """
    parts = set(mark.split("; "))
    return any(
        letter.about.startswith(line) and parts <= set(letter.about.removeprefix(line).split("; "))
        for letter in mail_outbox.of_bulletin(session, bulletin_id, ["allerta_cambiata"])
    )


def _waiting(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    about: Briefing,
    now: datetime,
) -> None:
    """The draft, the reminder and the call of the deputy, each at its time."""
    profile = settings.profile
    due = bulletin.deadline_at
    to = partial(tell, settings, session, bulletin_id=bulletin.id, until=due, now=now)
    signed = signed_by(settings.vault(), session, bulletin, version)  # they have done their part
    duty = desk.on_duty(session, profile, now, excluding=signed)
    if due is not None and now > due:  # its run decides whether an answer was in time
        return
    # composed: what an editor wrote is answered by a receipt; what cannot wait is called for
    if version.answered_run_id is None and bulletin.kind not in urgent_calls.KINDS:
        to(
            "bozza_pronta",
            duty.people,
            about.values,
            about=f"bulletin {bulletin.id} version {version.number}",
        )
    subject = f"bulletin {bulletin.id}"
    if due and about.reminder_at and now >= about.reminder_at:
        asked = mail_outbox.of_bulletin(session, bulletin.id, ["serve_la_tua_firma"])  # what is later reminds
        fresh = {letter.editor for letter in asked if letter.created_at >= about.reminder_at}
        late = [person for person in duty.people if person.name not in fresh]
        to("sollecito", late, {**about.values, "tempo": left(now, due)}, about=subject)
    if (
        about.deputy_at
        and now >= about.deputy_at
        and not mail_outbox.addressees(session, "tocca_al_vice", subject)
    ):
        called = {letter.editor for letter in mail_outbox.of_bulletin(session, bulletin.id, CALLS)}
        called |= {person.name for person in duty.people}
        deputy = desk.next_on_duty(session, profile, now, called, excluding=signed)
        first = " e ".join(editor.name for editor in profile.editors if editor.id in signed)
        words = sign_offs.of(session, bulletin.id)
        standing = [row for row in words if row.editor in signed and row.said == SignOffWord.approve]
        lines = (
            [reasons(session, standing[-1], bulletin, version), changing(settings, standing[-1])]
            if standing
            else []
        )
        reason = "".join(f"{line}\n\n" for line in lines if line)
        for person in deputy.people:
            others = [one.name for one in deputy.people if one.name not in called]
            is_away = deputy.is_everybody and not duty.is_everybody and person.name in others
            why = (
                _while_away(duty, about)
                if is_away
                else _why(duty, first, others if person.name in called else None)
            )
            told = {
                "perche_tu": f"{why[:1].lower()}{why[1:]}",
                "decidi": "Se puoi, decidi" if is_away else "Decidi",
                "perche": reason,
            }
            to("tocca_al_vice", [person], {**about.values, **told}, about=subject)


def _while_away(duty: Duty, about: Briefing) -> str:
    """Why somebody is called who is absent: whoever is there did not answer, and no other is."""
    have = "hanno" if len(duty.people) > 1 else "ha"
    enough = "servono due approvazioni" if about.needs_two else "basta che decida uno"
    if about.needs_two and about.is_by_one:
        enough += f", {WHILE_IT_STAYS}"
    return (
        f"Risulti assente, ma {duty.names} non {have} ancora risposto e non c'è un altro sostituto: abbiamo "
        f"scritto anche {to_whom(duty.names)}, {enough}."
    )


def _why(duty: Duty, first: str, also: Sequence[str] | None) -> str:
    """Why somebody is called after who is on duty did not answer; `first` has approved already.

    `also`: of who is called again, those who are called now for the first time; None of these.
    """
    if duty.is_everybody:
        return NOBODY
    if also is not None:
        approved = f" {first} ha già approvato: manca la tua approvazione." if first else ""
        told = f": abbiamo scritto anche {' e '.join(map(to_whom, also))}" if also else ""
        return f"Aspettiamo ancora la tua risposta, e non c'è un altro sostituto{told}.{approved}"
    return f"Non c'è ancora una risposta di {duty.names}."
