"""What editors are told of a send: withheld by a check, stopped, going on, done; read from the rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, deliveries, handovers, outcomes, recipients, senders, told_news
from db.deliveries import Certificate
from db.models import Approval, Bulletin, BulletinItem, BulletinKind, BulletinStatus, DeliveryStatus
from db.recipients import PUT_RIGHT
from flows.bulletin.language.dates import giorno_ora, in_rome, mese, scadenza
from flows.bulletin.language.measure import thousands
from flows.bulletin.message.exact import frame_name
from flows.bulletin.status import REASONS, counted, named, people
from flows.by_hand import lists
from flows.letters.briefing import TOLD_WITHIN
from flows.letters.upkeep import tell_operator
from flows.profiles.comune import Editor
from flows.review import acts
from flows.review.page import of_what
from flows.runs.pages import certificates
from flows.sending import costs, ending, hold, parts
from flows.sending.certificate import proofs, signers, unproved, words
from flows.sending.certificate import reason as reason_of
from flows.sending.checks import SITE, Preflight, Verdict
from flows.sending.restored import RESTORED
from flows.settings import Settings
from flows.staff import duty as desk
from flows.staff.mail import OPERATOR, tell
from flows.staff.mail_text import bullets
from flows.staff.rota import Addressee
from flows.whatsapp.errors import RETRIED

REPORTED_ON = (3, 20)  # days of the month after: WhatsApp's word on a price takes a day or two
NOTHING: Mapping[str, str] = {}
CONFIRMED_LATER = (
    " «Accettati» vuol dire presi in consegna da WhatsApp. Che siano arrivati lo confermano i telefoni, "
    "anche giorni dopo: il certificato si aggiorna dopo un'ora, un giorno e una settimana. {page}"
)
UNCERTAIN = (
    "Incerti vuol dire: forse arrivati. Non li rimandiamo; di solito si chiariscono da soli entro 24 ore.\n\n"
)
NOT_AGAIN = "«riprendi» non scrive a loro: 24 ore dopo decide un redattore, con «incerti»."
AFTER_RESTORE = (
    "Il database è stato ripristinato da una copia: prima di usare uno di questi comandi senti chi gestisce "
    "il servizio. Finché non ha guardato e accettato non parte niente."
)
QUIET = ("retry",)  # a person has just asked for it


def of_send(settings: Settings, session: Session, bulletin: Bulletin, *, now: datetime) -> None:
    """Queue what is new; for `drafts`, which watch and every verb call."""
    if bulletin.sent_at is None or now - bulletin.status_at > TOLD_WITHIN:
        return
    begun = senders.of(session, bulletin.id)
    if bulletin.status == BulletinStatus.stopped and deliveries.on_their_way(session, bulletin.id):
        return  # how many it reached is known when these have an answer: its sender tells it then, or watch
    if parts.waits(bulletin):
        kind, what = "a_parti", f"part after start {begun[-1].number if begun else 0}"
    elif bulletin.status == BulletinStatus.stopped and bulletin.status_reason not in QUIET:
        kind, what = "invio_fermato", f"stopped {bulletin.status_at.isoformat()}"
    elif (handover := lists.in_hand(session, bulletin)) is not None:
        if not handover.run_id:
            return
        kind, what = "da_inviare_a_mano", f"run {handover.run_id}"  # a lost window has another address
    elif bulletin.status == BulletinStatus.sending and parts.chosen_by(session, bulletin.id):
        return  # each part is told when it has ended
    elif ending.is_resumed(bulletin, begun):
        kind, what = "invio_ripreso", f"start {begun[-1].number}"
    elif bulletin.status == BulletinStatus.sent:
        kind, what = "esito", f"sent after start {begun[-1].number if begun else 0}"
    else:
        return
    about = f"bulletin {bulletin.id} {what}"
    if kind == "invio_fermato":
        for person, line in _deciders(settings, session, bulletin, now).items():
            values = {"chi_decide": line, "motivo": _why_stopped(bulletin, person.name)}
            values |= _if_right(settings, session, bulletin)
            _tell(settings, session, kind, bulletin, about, values, to=[person], now=now)
    elif kind == "esito":
        for person, lines in without_anything(settings, session, bulletin, now).items():
            certificate = deliveries.certificate(session, bulletin.id)
            values = {"esito_in_breve": _in_brief(session, bulletin), "senza_niente": lines}
            values |= {"chiuso": _closed(bulletin, certificate, person.name)}
            _tell(settings, session, kind, bulletin, about, values, to=[person], now=now)
    else:
        _tell(settings, session, kind, bulletin, about, now=now)


def _deciders(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> dict[Editor, str]:
    """For each editor who decides of a stopped send."""
    editors, words = settings.profile.editors, settings.texts["chi_decide"]
    duty, has_stopped_it = desk.of_stopped(session, settings.profile, bulletin, now)
    how = "ferma" if has_stopped_it else "di_turno"
    yours = "tu_che_fermi" if has_stopped_it else "tu_di_turno"
    if duty.is_everybody:
        return dict.fromkeys(editors, words["chiunque"])
    return {
        person: words[yours if person in duty.people else f"chi_{how}"].format(chi=duty.names)
        for person in editors
    }


def withheld(
    settings: Settings, session: Session, bulletin_id: int, why: Sequence[str], *, now: datetime
) -> None:
    """A check refuses it: told once for the same checks, since it is tried again every few minutes."""
    bulletin = session.get_one(Bulletin, bulletin_id)
    until = bulletins.send_at(session, bulletin) + timedelta(minutes=settings.profile.grace_minutes)
    names = ", ".join(sorted(line.split(":", 1)[0] for line in why))
    values = ending.so_far(session, bulletin) | {"controlli": bullets(why, ""), "fino_a": giorno_ora(until)}
    _tell(
        settings, session, "invio_trattenuto", bulletin, f"bulletin {bulletin_id}: {names}", values, now=now
    )


def despite(
    settings: Settings, session: Session, bulletin_id: int, why: Sequence[str], *, by: str, now: datetime
) -> None:
    """It leaves although a check refuses it: to everybody, before the first message, each time."""
    bulletin = session.get_one(Bulletin, bulletin_id)
    values = {
        "chi": by,
        "quando": giorno_ora(now),
        "prova": acts.last_proof(session, bulletin_id, by),
        "controlli": bullets(why, ""),
        "ferma": settings.order_link("ferma"),
    }
    about = f"bulletin {bulletin_id} at {now.isoformat()}"
    _tell(settings, session, "parte_nonostante", bulletin, about, values, now=now)


def warned(settings: Settings, session: Session, preflight: Preflight, *, now: datetime) -> None:
    """What lets this send go and may hold a later one, once a week for the same checks."""
    lines = [check for check in preflight.checks if check.verdict == Verdict.attention and check.name != SITE]
    if not lines:
        return
    names = ", ".join(sorted(check.name for check in lines))
    values = {"nomi": names, "controlli": bullets([check.sentence for check in lines], "")}
    about = f"{names} in {in_rome(now):%G-W%V}"
    tell_operator(settings, session, "avvertimenti", values, about=about, now=now)


def of_month(settings: Settings, session: Session, now: datetime) -> None:
    """What last month's messages cost, once, when its last receipts have come; nothing sent, nothing told."""
    today = in_rome(now).date()
    first, last = REPORTED_ON
    if not first <= today.day <= last:
        return
    before = today.replace(day=1) - timedelta(days=1)
    month = costs.month_of(settings, session, before.year, before.month)
    if not month.messages:
        return
    mail = settings.profile.mail
    others = [Addressee(OPERATOR, mail.operator)] if mail and mail.operator else []
    prices = settings.profile.prices
    name = f"{mese(before.month)} {before.year}"
    tell(
        settings,
        session,
        "conto_del_mese",
        [*settings.profile.editors, *others],
        {
            "mese": name,
            "n_messaggi": counted(month.messages, "messaggio", "messaggi"),
            "categorie": ", ".join(
                f"{category} {count}" for category, count in sorted(month.categories.items())
            ),
            "costo_mese": costs.amount_of(month, prices),
            "note": " ".join(costs.remarks(month, prices)),
            "n_iscritti": str(recipients.subscribed(session)),
        },
        about=f"{before:%Y-%m}",
        until=now + timedelta(days=last),
        now=now,
    )


def _tell(
    settings: Settings,
    session: Session,
    kind: str,
    bulletin: Bulletin,
    about: str,
    values: Mapping[str, str] = NOTHING,
    *,
    to: Sequence[Editor] = (),
    now: datetime,
) -> None:
    """To every editor, or those named; `values` go before what is known of the send."""
    tell(
        settings,
        session,
        kind,
        to or settings.profile.editors,
        {**_values(settings, session, bulletin), **values},
        about=about,
        bulletin_id=bulletin.id,
        now=now,
    )


def _values(settings: Settings, session: Session, bulletin: Bulletin) -> dict[str, str]:
    certificate = deliveries.certificate(session, bulletin.id)
    span = outcomes.span(session, bulletin.id)
    first, last = handovers.span(session, bulletin.id) or (span.first_at, span.last_at)
    handover = handovers.of(session, bulletin.id)
    version = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, version[1]) if version else []
    category = costs.category_of(settings, frame_name(bulletin, items)) if items else ""
    page = certificates(settings, bulletin.id)
    return {
        "in_parole": _in_words(certificate),
        "di_che": of_what(bulletin, items),
        "approvato_da": f", approvato da {_signed_by(settings, session, version[0])}" if version else "",
        "bollettino": named(bulletin),
        "numero": str(bulletin.id),
        "accettati": str(certificate.accepted + certificate.declared),
        "previsti": str(certificate.planned),
        "restanti": str(certificate.open),
        "chi_resta": _who_is_left(certificate.open),
        "conto": words(certificate) + ".",
        "conferme": CONFIRMED_LATER.format(page=page) if certificate.accepted else "",
        "non_arrivati": _undelivered(settings, session, bulletin),
        "inizio": giorno_ora(first) if first else "mai",
        "fine": giorno_ora(last) if last else "mai",
        "quando": giorno_ora(bulletin.status_at),
        "chi": bulletin.status_by,
        "costo": costs.estimated(settings, certificate.accepted, category) if category else costs.UNKNOWN,
        "pagina": f"{settings.profile.servers.public}/b/{bulletin.code}",
        "riprendi": settings.order_link("riprendi"),
        "chiudi": settings.order_link("chiudi"),
        "correggi": settings.order_link("correggi"),
        "se_sbagliato": _if_wrong(settings, session, bulletin),
        "incerti": _unsure(bulletin, certificate),
        "continua": giorno_ora(parts.next_at(settings, session, bulletin)) if parts.waits(bulletin) else "",
        "decisioni": _decisions(session, bulletin),
        "che_vuol_dire": UNCERTAIN if certificate.uncertain else "",
        "modulo": settings.run_link(handover.run_id) if handover and handover.run_id else "",
    }


def _signed_by(settings: Settings, session: Session, approval: Approval) -> str:
    """Who approved it and how each is proved, or how little that proves where no code was asked for."""
    names, how = signers(settings, session, approval), proofs(settings, session, approval)
    open_names = unproved(settings, session, approval)
    whose = f" di {' e '.join(open_names)}" if len(open_names) < len(names) else ""
    is_one = len(open_names) == 1
    declared = f"il nome{whose} è solo dichiarato" if is_one else f"i nomi{whose} sono solo dichiarati"
    proof = f" (senza codice: {declared})" if open_names else ""
    told = [f"{name} ({how[name]})" if name in how else name for name in names]
    return f"{' e '.join(told)}{proof}"


def _in_words(certificate: Certificate) -> str:
    """To how many it went, for who keeps no accounts."""
    done = certificate.accepted + certificate.declared
    return f"{people(done)} su {thousands(certificate.planned)}"


def _why_stopped(bulletin: Bulletin, reader: str) -> str:
    reason = bulletin.status_reason or ""
    if reason == "stopped_by_hand":
        if bulletin.status_by == reader:
            return "lo hai fermato tu"
        return f"lo ha fermato {bulletin.status_by}"
    return REASONS.get(reason, reason).rstrip(".") or "non si sa"


def _unsure(bulletin: Bulletin, certificate: Certificate) -> str:
    """Of a stopped send, who may have it already, and whose word comes first; with an empty line after it."""
    lines = []
    if bulletin.status_reason == RESTORED:
        lines.append(AFTER_RESTORE)
    if certificate.uncertain:
        lines.append(f"Forse già inviati: {certificate.uncertain}. {NOT_AGAIN}")
    return "\n\n".join([*lines, ""]) if lines else ""


def _undelivered(settings: Settings, session: Session, bulletin: Bulletin) -> str:
    """Whom it did not reach, why, and how some are sent to again, with an empty line after it; or ""."""
    failed = Counter[str]()
    for (status, code), count in outcomes.by_code(session, bulletin.id).items():
        if status == DeliveryStatus.failed:
            failed[reason_of(code) or "errore senza codice"] += count
    reasons = [f"{count} ({why})" for why, count in failed.most_common()]
    if not reasons:
        return ""
    again = 0 if hold.is_corrected(session, bulletin) else outcomes.retriable(session, bulletin.id, RETRIED)
    words = settings.texts["da_ritentare"]["uno" if again == 1 else "molti"] if again else ""
    way = f" {words.format(quanti=again, ritenta=settings.order_link('ritenta'))}" if words else ""
    return f"Non arrivati: {', '.join(reasons)}.{way}\n\n"


def _closed(bulletin: Bulletin, certificate: Certificate, reader: str) -> str:
    """For `reader`: that a person ended the send before everybody was written to; "" where nobody did."""
    if bulletin.status_reason != "closed_by_hand":
        return ""
    left = people(certificate.skipped)
    verb = "non lo riceve" if certificate.skipped == 1 else "non lo ricevono"
    is_news = bulletin.kind == BulletinKind.ordinary
    lost = " Le notizie di questo bollettino non tornano in un altro." if is_news else ""
    by = "te" if bulletin.status_by == reader else bulletin.status_by
    return f"L'invio è stato chiuso da {by} prima della fine: {left} {verb}.{lost}\n\n"


def without_anything(
    settings: Settings, session: Session, bulletin: Bulletin, now: datetime
) -> dict[Editor, str]:
    """Of a correction, for each editor: who received nothing of what it puts right, since that send is
    stopped, who decides, and what can be done for them; with an empty line after it, "" where everybody
    received it or the send is over.
    """
    told = dict.fromkeys(settings.profile.editors, "")
    for original, left in _left_out(session, bulletin):
        words = settings.texts["senza_niente"]
        how = words["chiudi" if original.kind in PUT_RIGHT else "correggi"]
        values = {verb: settings.order_link(verb) for verb in ("correggi", "chiudi")}
        values["non_ha"] = "non ha" if left == 1 else "non hanno"
        values |= {"bollettino": named(original), "restanti": people(left)}
        version = bulletins.latest(session, bulletin.id)
        values["giusto"] = bulletins.items(session, version)[0].text if version else ""
        for person, decides in _deciders(settings, session, original, now).items():
            told[person] += f"{how.strip().format(**values, chi_decide=decides)}\n\n"
    return told


def _left_out(session: Session, bulletin: Bulletin) -> list[tuple[Bulletin, int]]:
    """Each stopped send that a correction is of, and how many it never reached."""
    if bulletin.kind != BulletinKind.correction:
        return []
    originals = [session.get_one(Bulletin, number) for number in told_news.of(session, bulletin.id)]
    stopped = [one for one in originals if one.status == BulletinStatus.stopped]
    counts = [(one, deliveries.certificate(session, one.id).open) for one in stopped]
    return [(one, left) for one, left in counts if left]


def _in_brief(session: Session, bulletin: Bulletin) -> str:
    """How the subject begins; with whom a correction leaves without anything, since a person has to act."""
    words = "Chiuso" if bulletin.status_reason == "closed_by_hand" else "Inviato"
    left = sum(count for _, count in _left_out(session, bulletin))
    stay = "resta" if left == 1 else "restano"
    return f"{words}, ma {people(left)} {stay} senza niente" if left else words


def _decisions(session: Session, bulletin: Bulletin) -> str:
    """What persons did to this send, and in spite of what; with an empty line after it, "" for nothing."""
    done = acts.lines(session, bulletin.id, is_over=bulletin.status == BulletinStatus.sent)
    for start in senders.of(session, bulletin.id):
        done += [
            f"{giorno_ora(start.at)}, {start.by} nonostante il controllo: {line}"
            for line in start.despite.splitlines()
        ]
    return f"Decisioni delle persone:\n{bullets(done, '')}\n\n" if done else ""


def _who_is_left(count: int) -> str:
    return f"{people(count)}, {'a cui' if count == 1 else 'alle quali'} non è arrivato niente"


def _if_right(settings: Settings, session: Session, bulletin: Bulletin) -> dict[str, str]:
    """The way of a stopped send whose text is right, and until when; one that was corrected has none."""
    if hold.is_corrected(session, bulletin):
        return {"se_giusto": "", "riprendi_entro": "«riprendi» non vale più.", "non_riprende": ""}
    words = settings.texts["se_giusto"]["riprendi"].format(riprendi=settings.order_link("riprendi"))
    items = hold.sealed_items(session, bulletin.id)
    return {
        "se_giusto": words,
        "riprendi_entro": _resumed_until(settings, bulletin, items),
        "non_riprende": settings.texts["se_sbagliato"]["non_riprende"],
    }


def _resumed_until(settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem]) -> str:
    """Until when a stopped send can go on, as it is refused after."""
    if until := hold.lasts_until(settings, bulletin, items):
        return f"«riprendi» vale fino a {scadenza(until)}: dopo restano «correggi» e «chiudi»."
    return "«riprendi» vale finché l'allerta è quella del testo."


def _if_wrong(settings: Settings, session: Session, bulletin: Bulletin) -> str:
    """The way of a stopped send whose text is wrong; "" where nothing is left but to close it."""
    words = settings.texts["se_sbagliato"]
    values = {"correggi": settings.order_link("correggi")}
    if not hold.is_corrected(session, bulletin):
        return str(words["correggi"].format(resto=_rest(bulletin), **values))
    right = hold.newest_right(session, bulletin)
    return str(words["corretto"].format(riga=right[0], giusto=right[1], **values)) if right else ""


def _rest(bulletin: Bulletin) -> str:
    if bulletin.kind == BulletinKind.ordinary:
        return (
            "Correggi: chi l'ha ricevuto riceve la correzione; con la casella «L'invio è "
            "fermato» gli altri ricevono il testo giusto"
        )
    return "Correggilo per chi l'ha ricevuto"
