"""What whoever runs the service is told of by mail: webhooks that nobody could read, answers come too late.

Never a word or a number of a citizen. Without an operator in the profile the editors on duty are asked to
pass it on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from db import inbound, letters, replies, templates
from db.replies import LATE_WELCOME, WELCOME
from flows.bulletin.dates import in_rome
from flows.bulletin.desk.rota import Person
from flows.editors import desk
from flows.editors.mail import tell
from flows.letters.answered import TOLD_WITHIN
from flows.settings import Settings

NAME = "Gestore del servizio"
UNREAD, UNSAID = "avviso_sconosciuto", "risposte_perse"


@dataclass(frozen=True)
class Operator:
    """An addressee like an editor, who is never called to decide."""

    email: str
    name: str = NAME
    on_duty: bool = False


def operator(settings: Settings, session: Session, now: datetime) -> tuple[Iterable[Person], str]:
    """Who is written to, and what the letter asks of them."""
    mail = settings.profile.mail
    if mail and mail.operator:
        return [Operator(mail.operator)], ""
    people = desk.on_duty(session, settings.profile, now).people
    return people, "Inoltra questa e-mail a chi gestisce il servizio: tu non devi fare niente."


def unknown_webhooks(settings: Settings, session: Session, now: datetime) -> None:
    """Once a week for each shape: WhatsApp changes, and what it adds may be somebody's word to leave."""
    known = letters.abouts(session, UNREAD, since=now - inbound.WEEK)
    people, request = operator(settings, session, now)
    for shape, count in sorted(inbound.unread(session, since=now - inbound.WEEK).items()):
        if any(about.rpartition(" on ")[0] == shape for about in known):
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
    known = templates.find(session, LATE_WELCOME, settings.profile.whatsapp.language)
    count, welcomes = lost.total(), lost[WELCOME] + lost[LATE_WELCOME]
    tell(
        settings,
        session,
        UNSAID,
        people,
        {
            "n_risposte": "1 risposta" if count == 1 else f"{count} risposte",
            "non_partite": "non è partita" if count == 1 else "non sono partite",
            "n_conferme": "1 conferma di iscrizione"
            if welcomes == 1
            else f"{welcomes} conferme di iscrizione",
            "modello": LATE_WELCOME,
            "stato": known.status if known else "non ancora detto da WhatsApp",
            "richiesta": request,
        },
        about=f"answers on {in_rome(now).date()}",
        until=now + TOLD_WITHIN,
        now=now,
    )
