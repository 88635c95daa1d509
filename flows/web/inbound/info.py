"""INFO: what we know of a citizen, in the words of an answer."""

from sqlmodel import Session, col, select

from db.ledger import LEFT, Ledger
from db.models import Bulletin, ConsentEvent, Delivery, Recipient, RecipientStatus, Scope
from db.replies import GOT
from flows.bulletin.language.dates import giorno
from flows.settings import Settings
from flows.web.ground import texts

LAST = 3  # last bulletins
SCOPES = {
    Scope.everything: "notizie, allerte e avvisi urgenti",
    Scope.alerts: "solo allerte e avvisi urgenti",
}


def info(settings: Settings, session: Session, ledger: Ledger, recipient: Recipient) -> tuple[str, str]:
    """The answer's name and text."""
    joined = [event for event in ledger.history(session, recipient) if event.event not in LEFT]
    if recipient.status != RecipientStatus.active or recipient.opted_in_at is None or not joined:
        return "info_non_iscritto", texts.reply(settings, "info_non_iscritto")
    body = texts.reply(
        settings,
        "info",
        data_iscrizione=texts.day_and_year(recipient.opted_in_at),
        come=how(joined[-1]),
        scelta=SCOPES[recipient.scope],
        versione_informativa=joined[-1].notice_version,
        ultimi=", ".join(last_bulletins(session, recipient)) or "ancora nessuno",
    )
    return "info", body


def how(event: ConsentEvent) -> str:
    if event.source == "import":
        return f"da un elenco del Comune ({event.act})"
    return f"con la parola {event.word.partition(',')[0]}"


def last_bulletins(session: Session, recipient: Recipient) -> list[str]:
    """Their days, the oldest first."""
    rows = session.exec(
        select(Bulletin.sent_at)
        .join(Delivery, col(Delivery.bulletin_id) == Bulletin.id)
        .where(Delivery.recipient_id == recipient.id, col(Delivery.status).in_(GOT))
        .order_by(col(Bulletin.sent_at).desc())
        .limit(LAST)
    )
    days = dict.fromkeys(giorno(at) for at in reversed(rows.all()) if at is not None)
    return list(days)  # two of one day are one day
