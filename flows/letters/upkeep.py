"""What whoever runs the service is told of by mail: webhooks that nobody could read, answers come too late,
a journal of consent that lacked something, templates that WhatsApp shows or counts otherwise than we asked,
forms without a stamp.

Never a word or a number of a citizen. Without an operator in the profile the editors on duty are asked to
pass it on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import inbound, mail_outbox, provider, replies
from db.engine import reading, transaction
from db.models import BulletinVersion, Declaration
from db.replies import LATE_WELCOME, WELCOME
from flows.bulletin.alerts.text import ALERT, END, NOTICE
from flows.bulletin.language.dates import giorno_ora, in_rome
from flows.bulletin.status import UNSTAMPED, counted
from flows.letters.briefing import TOLD_WITHIN
from flows.settings import Settings
from flows.staff import duty
from flows.staff.mail import OPERATOR, tell
from flows.staff.rota import Addressee, Person

FORWARD = "Inoltra questa e-mail a chi gestisce il servizio: tu non devi fare niente."
UNREAD, UNSAID, UNWRITTEN = "avviso_sconosciuto", "risposte_perse", "registro_incompleto"
EDITED, MADE_MARKETING, UNPROVED = "modello_cambiato", "modello_promozionale", "conferma_estranea"
URGENT = (ALERT, END, NOTICE, "redazione_urgente")  # they must reach everybody


def tell_operator(
    settings: Settings,
    session: Session,
    kind: str,
    values: Mapping[str, str],
    *,
    about: str,
    bulletin_id: int | None = None,
    until: datetime | None = None,
    now: datetime,
) -> None:
    """To who runs the service; where nobody is named, to the editors on duty with what is asked of them."""
    mail = settings.profile.mail
    people: Sequence[Person]
    if mail and mail.operator:
        people, request = [Addressee(OPERATOR, mail.operator)], ""
    else:
        people, request = duty.on_duty(session, settings.profile, now).people, FORWARD
    values = {**values, "richiesta": request}
    tell(settings, session, kind, people, values, about=about, bulletin_id=bulletin_id, until=until, now=now)


def unknown_webhooks(settings: Settings, session: Session, now: datetime) -> None:
    """Once a week for each shape: WhatsApp changes, and what it adds may be somebody's word to leave."""
    abouts = mail_outbox.abouts(session, UNREAD, since=now - inbound.WEEK)
    for shape, count in sorted(inbound.unread(session, since=now - inbound.WEEK).items()):
        if any(about.rpartition(" on ")[0] == shape for about in abouts):
            continue
        values = {"forma": shape, "n": str(count), "giorni": str(settings.profile.privacy.raw_event_days)}
        about = f"{shape} on {in_rome(now).date()}"
        tell_operator(settings, session, UNREAD, values, about=about, now=now)


def unsaid_answers(settings: Settings, session: Session, now: datetime) -> None:
    """Once a day: most often the service stood still for a day, or the template is not approved."""
    lost = replies.unsaid(session, since=now - TOLD_WITHIN)
    if not lost:
        return
    template = provider.find(session, LATE_WELCOME, settings.profile.whatsapp.language)
    count, welcomes = lost.total(), lost[WELCOME] + lost[LATE_WELCOME]
    tell_operator(
        settings,
        session,
        UNSAID,
        {
            "n_risposte": counted(count, "risposta", "risposte"),
            "non_partite": "non è partita" if count == 1 else "non sono partite",
            "n_conferme": counted(welcomes, "conferma di iscrizione", "conferme di iscrizione"),
            "modello": LATE_WELCOME,
            "stato": template.status if template else "non ancora detto da WhatsApp",
        },
        about=f"answers on {in_rome(now).date()}",
        until=now + TOLD_WITHIN,
        now=now,
    )


def complete_journal(settings: Settings, engine: Engine, *, now: datetime) -> list[str]:
    """Add to the journal what the ledger knows and it does not; what came of it, for operator and log.

    A journal that is not there at all is not begun anew here: a person has to look (`witness`).
    """
    ledger = settings.ledger()
    with reading(engine) as session:
        lacking = ledger.unwritten(session)
        is_lost = ledger.journal.extent() is None and not ledger.is_empty(session)
    if not lacking and not is_lost:
        return []
    count = len(lacking)
    what = "non c'è più" if is_lost else f"non aveva {'una parola' if count == 1 else f'{count} parole'}"
    end = "Finché una persona non ha guardato non parte nessun bollettino: `python -m flows witness`."
    if lacking:
        try:
            ledger.journal.append(*lacking)
            end = "Il programma ha aggiunto ciò che mancava: nessuno ha perso la sua richiesta."
        except OSError as exc:
            end = f"Non si riesce ad aggiungere ciò che manca ({exc.strerror}): si riprova ogni 5 minuti."
    with transaction(engine) as session:
        tell_operator(
            settings,
            session,
            UNWRITTEN,
            {"che_cosa": what, "esito": end},
            about=f"journal on {in_rome(now).date()}",
            until=now + TOLD_WITHIN,
            now=now,
        )
    return [f"REGISTRO DEI CONSENSI: {what}. {end}"]


def changed_templates(settings: Settings, session: Session, now: datetime) -> None:
    """Once for each change: a text edited at the provider, an urgent template made MARKETING (131049)."""
    changes: list[tuple[str, datetime, dict[str, str]]] = []
    for template in provider.templates(session, settings.profile.whatsapp.language):
        values = {"modello": template.name}
        if template.unlike and template.text_at:
            changes.append((EDITED, template.text_at, values | {"parti": template.unlike}))
        if template.name in URGENT and template.category == "MARKETING" and template.category_at:
            changes.append((MADE_MARKETING, template.category_at, values))
    for kind, at, values in changes:
        about = f"{values['modello']} at {at.isoformat()}"
        tell_operator(settings, session, kind, values | {"quando": giorno_ora(at)}, about=about, now=now)


def unproved_answers(settings: Settings, session: Session, now: datetime) -> None:
    """Once for each form that somebody filled in past the door: who can do that knows a key of ours."""
    since = now - TOLD_WITHIN
    versions = session.exec(
        select(BulletinVersion.bulletin_id, BulletinVersion.answered_run_id, BulletinVersion.answered_version)
        .where(col(BulletinVersion.created_at) >= since)
        .where(col(BulletinVersion.problems).contains(UNSTAMPED))
    ).all()
    lists = session.exec(
        select(Declaration.bulletin_id, Declaration.run_id, Declaration.answered_round)
        .where(col(Declaration.at) >= since)
        .where(Declaration.remark == UNSTAMPED)
    ).all()
    for bulletin_id, run_id, version in [*versions, *lists]:
        values = {"numero": str(bulletin_id), "modulo": settings.run_link(str(run_id))}
        about = f"answer {version} of run {run_id}"
        tell_operator(settings, session, UNPROVED, values, about=about, bulletin_id=bulletin_id, now=now)
