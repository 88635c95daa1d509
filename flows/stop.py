"""flows, started by an editor: stop a bulletin that is being sent, close it; re-open one that was decided on.

Also a stop asks for the code: whoever could stop an alert in another's name would silence it. A stop after
which the bulletin is not stopped ends red, whatever kept it, and says why in its name, since the messages go
on meanwhile; any colleague stops it with a code of their own, and who has the machine at its command line
(`python -m flows stop`).
"""

from datetime import UTC, datetime
from typing import Annotated

from prefect import State, get_run_logger
from pydantic import Field
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from db import bulletins, deliveries, senders
from db.acts import REOPEN
from db.engine import alone, make_engine, reading, transaction
from db.models import TURNED_DOWN, Bulletin, BulletinKind, BulletinStatus
from flows.bulletin.language.dates import giorno_ora, scadenza
from flows.bulletin.status import DECIDED, STATUS, named, people
from flows.by_hand import window
from flows.deploy import ELSE
from flows.door.sealed_code import NO_CODE, Proof
from flows.draft import undo
from flows.draft.items import PURPOSE
from flows.draft.undo import UndoError
from flows.letters import drafts, orders
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NotDoneError, NotProvedError
from flows.runs import choices, client, forms
from flows.runs.flow import flow
from flows.sending import hold, liveness, parts
from flows.sending.certificate import words
from flows.sending.outbox import BY_HAND
from flows.settings import Settings

NOT_STOPPED = "NON FERMATO"
CLOSED = "closed_by_hand"  # the bulletin's reason
GOES_ON = "Ciò che sta partendo continua a partire."  # where elsewhere nothing has changed

TITLE = "Quale bollettino"
Who = Annotated[str, choices.WHO]
Code = Annotated[str, Field(title=acts.FIELD_TITLE)]


def stop_sending(
    settings: Settings, engine: Engine, bulletin_id: int, *, who: str, proof: Proof = NO_CODE, now: datetime
) -> str:
    """Stop after the messages that are on their way; what happened, in Italian. NotDoneError where the
    bulletin is not stopped then.

    The sender looks at the status before each block of messages. Going on is a person's word, too.
    """
    person = acts.judge(settings, engine, who, proof, now=now)
    with transaction(engine) as session:
        bulletin = acts.held(session, bulletin_id)
        if bulletin.status == BulletinStatus.approved:
            raise NotDoneError(
                f"Il bollettino {bulletin_id} non è ancora partito: usa «riapri» per ritirarlo."
            )
        is_between_parts = parts.waits(bulletin)
        if bulletin.status != BulletinStatus.sending and not is_between_parts:
            outcome = f"Il bollettino {bulletin_id} è {STATUS[bulletin.status]}: non c'è niente da fermare."
            if bulletin.status == BulletinStatus.stopped:
                return outcome
            raise NotDoneError(" ".join(filter(None, [outcome, acts.NEXT.get(bulletin.status)])))
        if is_between_parts:
            parts.hold_back(session, bulletin, reason=BY_HAND, by=who, now=now)
        else:
            bulletins.move(session, bulletin, BulletinStatus.stopped, by=who, now=now, reason=BY_HAND)
        certificate = deliveries.certificate(session, bulletin_id)
        tried = certificate.planned - certificate.open
        gone = "partito 1 messaggio" if tried == 1 else f"partiti {tried} messaggi"
        outcome = f"Invio del bollettino {bulletin_id} fermato: {gone} su {certificate.planned}"
        if on_way := deliveries.on_their_way(session, bulletin_id):
            outcome += f", altri {on_way} stavano partendo e possono arrivare"
        outcome += ". Gli altri scaglioni non partono da soli." if is_between_parts else "."
        acts.note(settings, session, person, "ferma", outcome, bulletin_id=bulletin_id, letter=False, now=now)
        return outcome


def only_sending(settings: Settings, engine: Engine) -> int:
    """The one bulletin that is being sent, or else the one that waits for its next part: a list that is a
    moment old must not keep it from being stopped.

    NotDoneError where there is none, or more than one.
    """
    with reading(engine) as session:
        sending = bulletins.with_status(session, BulletinStatus.sending)
        between = [row for row in bulletins.with_status(session, BulletinStatus.stopped) if parts.waits(row)]
        labels = [choices.label(session, one) for one in (*sending, *between)]
        if len(one := sending or between) == 1:
            return one[0].id
        ahead = [
            f"Il {named(row)} però parte {giorno_ora(row.slot_at)}: per bloccarlo usa «riapri»; poi, per "
            f"farlo partire, va approvato di nuovo{_in_two(hold.is_by_two(settings, session, row))} "
            f"{hold.again_by(settings, row.slot_at)}."
            for row in bulletins.with_status(session, BulletinStatus.approved)
            if row.slot_at is not None
        ]
    if ahead and not labels:
        raise NotDoneError(f"Nessun bollettino è in invio. {' '.join(ahead)}")
    if not labels:
        raise NotDoneError(f"Nessun bollettino è in invio. {acts.NOTHING_DONE}")
    raise NotDoneError(f"Ricarica la pagina e scegli quale: {'; '.join(labels)}.")


def close_stopped(
    settings: Settings, engine: Engine, bulletin_id: int, *, who: str, proof: Proof = NO_CODE, now: datetime
) -> str:
    """End a stopped send where it is: whoever was not tried gets nothing of it. What happened, in Italian.

    NotDoneError says why it cannot be closed.
    """
    person = acts.judge(settings, engine, who, proof, now=now)
    with transaction(engine) as session:
        bulletin = acts.held(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            raise NotDoneError(f"Il bollettino {bulletin_id} è ancora in invio: prima usa «ferma».")
        if bulletin.status == BulletinStatus.sent and bulletin.status_reason == CLOSED:
            raise NotDoneError(
                f"Il bollettino {bulletin_id} è già chiuso: lo ha chiuso {bulletin.status_by} "
                f"{giorno_ora(bulletin.status_at)}. {acts.NOTHING_TO_DO}"
            )
        if bulletin.status != BulletinStatus.stopped:
            raise NotDoneError(
                f"Il bollettino {bulletin_id} è {STATUS[bulletin.status]}: si chiude solo un invio fermato. "
                f"{acts.NOTHING_TO_DO if bulletin.status == BulletinStatus.sent else acts.NOTHING_DONE}"
            )
        liveness.reap(session, bulletin_id, now=now)
        is_sending = senders.is_sending(session, bulletin_id, now=now)
        if is_sending and (left := deliveries.on_their_way(session, bulletin_id)):
            raise NotDoneError(
                f"Messaggi ancora in viaggio: {left}. Riprova fra un minuto: non è cambiato niente."
            )
        deliveries.skip_rest(session, bulletin_id, CLOSED, now=now)
        bulletins.move(session, bulletin, BulletinStatus.sent, by=who, now=now, reason=CLOSED)
        certificate = deliveries.certificate(session, bulletin_id)
        outcome = f"Bollettino {bulletin_id} chiuso. {words(certificate)}."
        if bulletin.kind == BulletinKind.ordinary and certificate.skipped:
            remain = "resta" if certificate.skipped == 1 else "restano"
            outcome += (
                f" {people(certificate.skipped)} {remain} senza le notizie di questo bollettino, che non "
                "tornano in un altro."
            )
        acts.note(
            settings, session, person, "chiudi", outcome, bulletin_id=bulletin_id, letter=False, now=now
        )
        return outcome


def reopen_decided(
    settings: Settings, engine: Engine, bulletin_id: int, *, who: str, proof: Proof = NO_CODE, now: datetime
) -> str:
    """Take a decision back before its time: an approval before anything leaves, or that it is not sent.

    What happened, in Italian. NotDoneError says why not.
    """
    person = acts.judge(settings, engine, who, proof, now=now)
    with transaction(engine) as session:
        alone(session, PURPOSE)  # the news of what comes back must not be composed into another meanwhile
        bulletin = acts.held(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            raise NotDoneError(f"Il bollettino {bulletin_id} sta già partendo: usa «ferma».")
        if bulletin.status not in DECIDED:
            raise NotDoneError(
                f"Il bollettino {bulletin_id} è {STATUS[bulletin.status]}: si riapre solo se approvato, "
                f"rinviato o scartato. {_instead(bulletin)}"
            )
        if bulletin.status in TURNED_DOWN:
            outcome = _take_up(settings, session, bulletin, who, now)
        else:
            outcome = _take_approval_back(settings, session, bulletin, who, now)
        acts.note(settings, session, person, REOPEN, outcome, bulletin_id=bulletin_id, now=now)
        return outcome


def _instead(bulletin: Bulletin) -> str:
    """What there is to do for what does not come back."""
    is_over = bulletin.status in (BulletinStatus.expired, BulletinStatus.missed)
    if is_over and bulletin.kind == BulletinKind.ordinary:
        return "Per mandare le sue notizie usa «componi»."
    return acts.NEXT.get(bulletin.status, acts.NOTHING_DONE)


def _take_up(settings: Settings, session: Session, bulletin: Bulletin, who: str, now: datetime) -> str:
    was = DECIDED[bulletin.status]
    try:
        lines = undo.take_up(settings, session, bulletin, by=who, now=now)
    except UndoError as exc:
        raise NotDoneError(f"{exc} {acts.NOTHING_TO_DO}") from exc
    again = f"{_in_two(settings.profile.approvals == 2)}{_by(bulletin)}"
    return " ".join([f"Bollettino {bulletin.id} riaperto: non è più {was}, va approvato{again}.", *lines])


def _take_approval_back(
    settings: Settings, session: Session, bulletin: Bulletin, who: str, now: datetime
) -> str:
    if bulletin.slot_at is not None and now > hold.reopened_until(settings, bulletin.slot_at):
        when = giorno_ora(bulletin.slot_at)
        raise NotDoneError(
            f"Il bollettino {bulletin.id} doveva partire {when}: è tardi, e da solo non parte più."
        )
    is_by_two = hold.is_by_two(settings, session, bulletin)
    hold.reopen(settings, session, bulletin, by=who, now=now)
    void = "le approvazioni non valgono più" if is_by_two else "l'approvazione non vale più"
    again = f"va approvato di nuovo{_in_two(is_by_two)}{_by(bulletin)}"
    return f"Bollettino {bulletin.id} riaperto: {void}, {again}."


def _in_two(is_by_two: bool) -> str:
    return " in due" if is_by_two else ""


def _by(bulletin: Bulletin) -> str:
    return f" entro {scadenza(bulletin.deadline_at)}" if bulletin.deadline_at else ""


@flow(name="ferma", flow_run_name=client.titled("Ferma l'invio (bollettino {bollettino})"))
def stop(
    bollettino: Annotated[str, choices.which(TITLE, choices.SENDING)], chi: Who = "", codice: Code = ""
) -> str | State[str]:
    """Ferma subito l'invio di un bollettino: parte solo ciò che è già in viaggio."""
    settings = load()
    engine = make_engine(settings.database)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    try:
        number = only_sending(settings, engine) if bollettino == ELSE else acts.chosen(engine, bollettino)[0]
        outcome = stop_sending(settings, engine, number, who=chi, proof=proof, now=datetime.now(UTC))
    except NotProvedError as exc:
        why = str(exc).replace(acts.NOTHING_DONE, GOES_ON)
        return orders.refused(settings, engine, why, who=chi, what=NOT_STOPPED)
    except NotDoneError as exc:
        return orders.refused(settings, engine, str(exc), who=chi, what=NOT_STOPPED)
    except OperationalError as exc:
        get_run_logger().error("ferma: %s", type(exc).__name__)
        why = "Il database non risponde: l'invio va avanti. Riprova subito."
        return client.refused(settings, why, NOT_STOPPED)
    window.close_if_stopped(settings, engine, number, f"fermato da {chi}", now=datetime.now(UTC))
    return _done(settings, engine, number, outcome)


@flow(name="chiudi", flow_run_name=client.titled("Chiudi l'invio (bollettino {bollettino})"))
def close(
    bollettino: Annotated[str, choices.which(TITLE, choices.STOPPED)], chi: Who = "", codice: Code = ""
) -> str | State[str]:
    """Chiude un invio fermato: chi non l'ha ricevuto non lo riceve più, le notizie non tornano."""
    settings = load()
    engine = make_engine(settings.database)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    try:
        number, _ = acts.chosen(engine, bollettino)
        outcome = close_stopped(settings, engine, number, who=chi, proof=proof, now=datetime.now(UTC))
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    return _done(settings, engine, number, outcome)


@flow(name="riapri", flow_run_name=client.titled("Riapri (bollettino {bollettino})"))
def reopen(
    bollettino: Annotated[str, choices.which(TITLE, choices.TO_REOPEN)], chi: Who = "", codice: Code = ""
) -> str | State[str]:
    """Riporta al modulo un bollettino approvato, rinviato o scartato per sbaglio, prima che parta."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    try:
        number, _ = acts.chosen(engine, bollettino)
        outcome = reopen_decided(settings, engine, number, who=chi, proof=proof, now=now)
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    run_id = forms.open_review(settings, engine, number, now=now)
    return _done(settings, engine, number, outcome, client.link(settings, run_id) if run_id else "")


def _done(settings: Settings, engine: Engine, bulletin_id: int, outcome: str, link: str = "") -> str:
    """Told in the run's name, and by mail; what there is to do next stands at `link`, or in *Redazione*."""
    get_run_logger().info("%s", outcome)
    drafts.told_at_once(settings, engine, bulletin_id, now=datetime.now(UTC))
    return orders.done(settings, engine, outcome, link=link or settings.newsroom)
