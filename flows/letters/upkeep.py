"""What whoever runs the service is told of by mail: webhooks that nobody could read, answers come too late,
a journal of consent that lacked something, templates that WhatsApp shows or counts otherwise than we asked,
forms without a stamp.

Never a word or a number of a citizen. Without an operator in the profile the editors on duty are asked to
pass it on.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import inbound, letters, provider, replies
from db.engine import reading, transaction
from db.models import BulletinVersion, Declaration
from db.replies import LATE_WELCOME, WELCOME
from flows.bulletin.language.dates import giorno_ora, in_rome
from flows.bulletin.status import UNSTAMPED, counted
from flows.letters.receipts import TOLD_WITHIN
from flows.settings import Settings
from flows.staff import duty
from flows.staff.mail import tell
from flows.staff.rota import Addressee, Person

NAME = "Gestore del servizio"
UNREAD, UNSAID, UNWRITTEN = "avviso_sconosciuto", "risposte_perse", "registro_incompleto"
EDITED, MADE_MARKETING, UNPROVED = "modello_cambiato", "modello_promozionale", "conferma_estranea"
URGENT = ("allerta_meteo", "fine_allerta", "avviso_urgente", "redazione_urgente")  # they must reach everybody


def operator(settings: Settings, session: Session, now: datetime) -> tuple[Iterable[Person], str]:
    """Who is written to, and what the letter asks of them."""
    mail = settings.profile.mail
    if mail and mail.operator:
        return [Addressee(NAME, mail.operator)], ""
    people = duty.on_duty(session, settings.profile, now).people
    return people, "Inoltra questa e-mail a chi gestisce il servizio: tu non devi fare niente."


def unknown_webhooks(settings: Settings, session: Session, now: datetime) -> None:
    """Once a week for each shape: WhatsApp changes, and what it adds may be somebody's word to leave."""
    abouts = letters.abouts(session, UNREAD, since=now - inbound.WEEK)
    people, request = operator(settings, session, now)
    for shape, count in sorted(inbound.unread(session, since=now - inbound.WEEK).items()):
        if any(about.rpartition(" on ")[0] == shape for about in abouts):
            continue
        tell(
            settings,
            session,
            UNREAD,
            people,
            {"forma": shape, "n": str(count), "giorni": str(settings.profile.privacy.raw_event_days)}
            | {"richiesta": request},
            about=f"{shape} on {in_rome(now).date()}",
            now=now,
        )


def unsaid_answers(settings: Settings, session: Session, now: datetime) -> None:
    """Once a day: most often the service stood still for a day, or the template is not approved."""
    lost = replies.unsaid(session, since=now - TOLD_WITHIN)
    if not lost:
        return
    people, request = operator(settings, session, now)
    template = provider.find(session, LATE_WELCOME, settings.profile.whatsapp.language)
    count, welcomes = lost.total(), lost[WELCOME] + lost[LATE_WELCOME]
    tell(
        settings,
        session,
        UNSAID,
        people,
        {
            "n_risposte": counted(count, "risposta", "risposte"),
            "non_partite": "non è partita" if count == 1 else "non sono partite",
            "n_conferme": counted(welcomes, "conferma di iscrizione", "conferme di iscrizione"),
            "modello": LATE_WELCOME,
            "stato": template.status if template else "non ancora detto da WhatsApp",
            "richiesta": request,
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
        people, request = operator(settings, session, now)
        tell(
            settings,
            session,
            UNWRITTEN,
            people,
            {"che_cosa": what, "esito": end, "richiesta": request},
            about=f"journal on {in_rome(now).date()}",
            until=now + TOLD_WITHIN,
            now=now,
        )
    return [f"REGISTRO DEI CONSENSI: {what}. {end}"]


def changed_templates(settings: Settings, session: Session, now: datetime) -> None:
    """Once for each change: a text edited at the provider, an urgent template made MARKETING (131049)."""
    people, request = operator(settings, session, now)
    changes: list[tuple[str, datetime, dict[str, str]]] = []
    for template in provider.templates(session, settings.profile.whatsapp.language):
        values = {"modello": template.name, "richiesta": request}
        if template.unlike and template.text_at:
            changes.append((EDITED, template.text_at, values | {"parti": template.unlike}))
        if template.name in URGENT and template.category == "MARKETING" and template.category_at:
            changes.append((MADE_MARKETING, template.category_at, values))
    for kind, at, values in changes:
        tell(
            settings,
            session,
            kind,
            people,
            values | {"quando": giorno_ora(at)},
            about=f"{values['modello']} at {at.isoformat()}",
            now=now,
        )


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
    people, request = operator(settings, session, now)
    for bulletin_id, run_id, version in [*versions, *lists]:
        tell(
            settings,
            session,
            UNPROVED,
            people,
            {"numero": str(bulletin_id), "modulo": settings.run_link(str(run_id)), "richiesta": request},
            about=f"answer {version} of run {run_id}",
            bulletin_id=bulletin_id,
            now=now,
        )
