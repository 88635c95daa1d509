"""What editors are told of a send: withheld by a check, stopped, going on, done; read from the rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, deliveries, handovers, outcomes, recipients, starts
from db.models import Bulletin, BulletinKind, BulletinStatus
from flows.assisted import desk
from flows.bulletin.dates import giorno_ora, in_rome, mese
from flows.bulletin.desk.letters import bullets, title
from flows.bulletin.message.exact import frame_name
from flows.dispatching import money
from flows.dispatching.certificate import words
from flows.dispatching.checks import SITE, Preflight, Verdict
from flows.editors.mail import tell
from flows.settings import Settings
from flows.upkeep import Operator, operator

TOLD_WITHIN = timedelta(hours=24)
REASONS = {
    "stopped_by_hand": "lo ha fermato una persona",
    "retry": "si ritenta con chi non l'ha ricevuto",
    "handed_out": "inviato a mano e dichiarato",
}
CALLED = {
    BulletinKind.ordinary: "bollettino",
    BulletinKind.urgent: "messaggio urgente",
    BulletinKind.correction: "messaggio di correzione",
    BulletinKind.all_clear: "messaggio di fine allerta",
}
REPORTED_ON = (3, 20)  # days of the month after: WhatsApp's word on a price takes a day or two
QUIET = ("retry",)  # a person has just asked for it


def of_send(settings: Settings, session: Session, bulletin: Bulletin, *, now: datetime) -> None:
    """Queue what is new; for `notify`, which watch and every verb call."""
    if bulletin.sent_at is None or now - bulletin.status_at > TOLD_WITHIN:
        return
    begun = starts.of(session, bulletin.id)
    if bulletin.status == BulletinStatus.stopped and bulletin.status_reason not in QUIET:
        _tell(settings, session, "invio_fermato", bulletin, f"stopped {bulletin.status_at.isoformat()}", now)
    elif (handover := desk.in_hand(session, bulletin)) is not None:
        if handover.run_id:  # a window that was lost has another address
            _tell(settings, session, "da_inviare_a_mano", bulletin, f"run {handover.run_id}", now)
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


def warned(settings: Settings, session: Session, found: Preflight, *, now: datetime) -> None:
    """What lets this send go and may hold a later one, once a week for the same checks."""
    lines = [one for one in found.checks if one.verdict == Verdict.attention and one.name != SITE]
    if not lines:
        return
    names = ", ".join(sorted(one.name for one in lines))
    people, request = operator(settings, session, now)
    tell(
        settings,
        session,
        "avvertimenti",
        people,
        {
            "nomi": names,
            "controlli": bullets([f"{one.name}: {one.words}" for one in lines], ""),
            "richiesta": request,
        },
        about=f"{names} in {in_rome(now):%G-W%V}",
        now=now,
    )


def of_month(settings: Settings, session: Session, now: datetime) -> None:
    """What last month's messages cost, once, when its last receipts have come; nothing sent, nothing told."""
    today = in_rome(now).date()
    first, last = REPORTED_ON
    if not first <= today.day <= last:
        return
    before = today.replace(day=1) - timedelta(days=1)
    month = money.month_of(settings, session, before.year, before.month)
    if not month.messages:
        return
    mail = settings.profile.mail
    others = [Operator(mail.operator)] if mail and mail.operator else []
    prices = settings.profile.prices
    name = f"{mese(before.month)} {before.year}"
    tell(
        settings,
        session,
        "conto_del_mese",
        [*settings.profile.editors, *others],
        {
            "mese": name,
            "n_messaggi": "1 messaggio" if month.messages == 1 else f"{month.messages} messaggi",
            "categorie": ", ".join(f"{one} {count}" for one, count in sorted(month.categories.items())),
            "costo_mese": money.amount_of(month, prices),
            "note": " ".join(money.remarks(month, prices)),
            "n_iscritti": str(recipients.subscribed(session)),
        },
        about=f"{before:%Y-%m}",
        until=now + timedelta(days=last),
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
    first, last = handovers.span(session, bulletin.id) or (span.first_at, span.last_at)
    handover = handovers.of(session, bulletin.id)
    version = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, version[1]) if version else []
    category = money.category_of(settings, frame_name(bulletin, items)) if items else ""
    reason = bulletin.status_reason or ""
    return {
        "bollettino": title(bulletin.slot_at) if bulletin.slot_at else CALLED[bulletin.kind],
        "numero": str(bulletin.id),
        "accettati": str(found.accepted + found.declared),
        "previsti": str(found.planned),
        "restanti": str(found.open),
        "conto": words(found) + ".",
        "inizio": giorno_ora(first) if first else "mai",
        "fine": giorno_ora(last) if last else "mai",
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
        "modulo": settings.run_link(handover.run_id) if handover and handover.run_id else "",
    }


def _rest(bulletin: Bulletin) -> str:
    if bulletin.kind == BulletinKind.ordinary:
        return "Correggere il testo: chi l'ha ricevuto riceve la correzione, gli altri il testo giusto"
    return "Correggere il testo per chi l'ha ricevuto"
