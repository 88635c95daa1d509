"""What editors are told of a send: withheld by a check, stopped, going on, done; read from the rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, deliveries, outcomes, starts
from db.models import Bulletin, BulletinKind, BulletinStatus
from flows import money
from flows.bulletin.dates import giorno_ora
from flows.bulletin.desk.letters import bullets, title
from flows.bulletin.message.exact import frame_name
from flows.certificate import words
from flows.editors.mail import tell
from flows.settings import Settings

TOLD_WITHIN = timedelta(hours=24)
REASONS = {
    "stopped_by_hand": "lo ha fermato una persona",
    "retry": "si ritenta con chi non l'ha ricevuto",
}
CALLED = {
    BulletinKind.ordinary: "bollettino",
    BulletinKind.urgent: "messaggio urgente",
    BulletinKind.correction: "messaggio di correzione",
    BulletinKind.all_clear: "messaggio di fine allerta",
}
QUIET = ("retry",)  # a person has just asked for it


def of_send(settings: Settings, session: Session, bulletin: Bulletin, *, now: datetime) -> None:
    """Queue what is new; for `notify`, which watch and every verb call."""
    if bulletin.sent_at is None or now - bulletin.status_at > TOLD_WITHIN:
        return
    begun = starts.of(session, bulletin.id)
    if bulletin.status == BulletinStatus.stopped and bulletin.status_reason not in QUIET:
        _tell(settings, session, "invio_fermato", bulletin, f"stopped {bulletin.status_at.isoformat()}", now)
    elif bulletin.status == BulletinStatus.sending and len(begun) > 1:
        _tell(settings, session, "invio_ripreso", bulletin, f"start {begun[-1].number}", now)
    elif bulletin.status == BulletinStatus.sent:
        last = begun[-1].number if begun else 0
        _tell(settings, session, "esito", bulletin, f"sent after start {last}", now)


def withheld(
    settings: Settings, session: Session, bulletin_id: int, why: Sequence[str], *, now: datetime
) -> None:
    """A check refuses it: told once for the same checks, since it is tried again every few minutes."""
    bulletin = session.get_one(Bulletin, bulletin_id)
    until = bulletins.send_at(session, bulletin) + timedelta(minutes=settings.profile.grace_minutes)
    names = ", ".join(sorted(line.split(":", 1)[0] for line in why))
    tell(
        settings,
        session,
        "invio_trattenuto",
        settings.profile.editors,
        {**_values(settings, session, bulletin), "controlli": bullets(why, ""), "fino_a": giorno_ora(until)},
        about=f"bulletin {bulletin_id}: {names}",
        bulletin_id=bulletin_id,
        now=now,
    )


def _tell(
    settings: Settings, session: Session, kind: str, bulletin: Bulletin, what: str, now: datetime
) -> None:
    tell(
        settings,
        session,
        kind,
        settings.profile.editors,
        _values(settings, session, bulletin),
        about=f"bulletin {bulletin.id} {what}",
        bulletin_id=bulletin.id,
        now=now,
    )


def _values(settings: Settings, session: Session, bulletin: Bulletin) -> dict[str, str]:
    found = deliveries.certificate(session, bulletin.id)
    span = outcomes.span(session, bulletin.id)
    version = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, version[1]) if version else []
    category = money.category_of(settings, frame_name(bulletin, items)) if items else ""
    reason = bulletin.status_reason or ""
    return {
        "bollettino": title(bulletin.slot_at) if bulletin.slot_at else CALLED[bulletin.kind],
        "numero": str(bulletin.id),
        "accettati": str(found.accepted),
        "previsti": str(found.planned),
        "restanti": str(found.open),
        "conto": words(found) + ".",
        "inizio": giorno_ora(span.first_at) if span.first_at else "mai",
        "fine": giorno_ora(span.last_at) if span.last_at else "mai",
        "quando": giorno_ora(bulletin.status_at),
        "chi": bulletin.status_by,
        "motivo": REASONS.get(reason, reason).rstrip(".") or "non si sa",
        "costo": money.estimated(settings, found.accepted, category) if category else money.UNKNOWN,
        "pagina": f"{settings.profile.servers.public}/b/{bulletin.code}",
        "azioni": f"{settings.prefect_ui}/deployments",
        "riprendi": settings.deployment("riprendi"),
        "chiudi": settings.deployment("chiudi"),
        "correggi": settings.deployment("correggi"),
        "resto": _rest(bulletin),
    }


def _rest(bulletin: Bulletin) -> str:
    if bulletin.kind == BulletinKind.ordinary:
        return "Correggere il testo: chi l'ha ricevuto riceve la correzione, gli altri il testo giusto"
    return "Correggere il testo per chi l'ha ricevuto"
