"""flows, started by an editor: what to do with failed messages, and with those whose fate nobody knows.

Nothing here sends by itself: what is to be tried again is queued, and the send is resumed like a stopped one.
The person's code is used up by that decision; the resume that follows is the same one.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from prefect import State, get_run_logger
from prefect.runtime import flow_run
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, outcomes
from db.engine import make_engine, reading, transaction
from db.models import Bulletin, BulletinStatus
from flows.bulletin.status import STATUS, counted
from flows.door.sealed_code import NO_CODE, Proof
from flows.letters import drafts, orders
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NOTHING_DONE, NOTHING_TO_DO, NotDoneError
from flows.runs import choices, client
from flows.runs.flow import flow
from flows.sending import parts
from flows.sending.certificate import SETTLED_AFTER
from flows.sending.drain import UntrueError
from flows.sending.hold import is_in_force, require_right, sealed_items
from flows.sending.seal import not_as_approved
from flows.settings import Settings
from flows.whatsapp.errors import RETRIED

DECLARE = "Si può solo dichiarare se sono arrivati o no."
AGAIN, GOT = "manda di nuovo agli incerti", "sono arrivati"
Choice = Literal["manda di nuovo agli incerti", "sono arrivati", "non sono arrivati"]
TO_SEND = "Non è cambiato niente: per mandare di nuovo togli la spunta a «Dimmi solo quanti sono»."


def retry_failed(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    who: str,
    proof: Proof = NO_CODE,
    dry_run: bool = False,
    now: datetime,
) -> tuple[int, str]:
    """Queue again what failed by a passing trouble and surely did not leave; how many, and what to say.

    NotDoneError says why nothing is. A dry run changes nothing, asks for no code, and may count none.
    """
    person = acts.judge(settings, engine, who, proof, is_final=True, now=now) if not dry_run else None
    with transaction(engine) as session:
        bulletin = acts.held(session, bulletin_id)
        _require_can(settings, session, bulletin, now, instead=NOTHING_TO_DO)
        retriable = outcomes.may_be_retried(session, bulletin_id, RETRIED)
        if not retriable:
            outcome = (
                f"Bollettino {bulletin_id}: nessun messaggio fallito si può ritentare. {acts.NOTHING_TO_DO}"
            )
            if dry_run:
                return 0, outcome
            raise NotDoneError(outcome)
        if person is None:
            verb = "si ritenterebbe" if len(retriable) == 1 else "si ritenterebbero"
            messages = counted(len(retriable), "messaggio", "messaggi")
            return len(retriable), f"Bollettino {bulletin_id}: {verb} {messages}."
        count = deliveries.retry(session, retriable, now=now)
        return _again(settings, session, bulletin, count, person, "ritenta", now)


def settle_uncertain(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    choice: str,
    who: str,
    proof: Proof = NO_CODE,
    now: datetime,
) -> tuple[int, str]:
    """A person's word on what is uncertain for 24 hours; how many are queued again, and what to say.

    NotDoneError says why it changes nothing.
    """
    person = acts.judge(settings, engine, who, proof, is_final=choice == AGAIN, now=now)
    with transaction(engine) as session:
        bulletin = acts.held(session, bulletin_id)
        _require_can(settings, session, bulletin, now, again=choice == AGAIN, instead=DECLARE)
        uncertain_ids = deliveries.uncertain_since(session, bulletin_id, before=now - SETTLED_AFTER)
        if not uncertain_ids:
            if not deliveries.certificate(session, bulletin_id).uncertain:
                raise NotDoneError(
                    f"Bollettino {bulletin_id}: nessun messaggio è incerto. {acts.NOTHING_TO_DO}"
                )
            raise NotDoneError(
                f"Bollettino {bulletin_id}: nessun messaggio è incerto da più di 24 ore. "
                "Prima di allora di solito si chiariscono da soli."
            )
        if choice == AGAIN:
            count = deliveries.send_again(session, uncertain_ids, now=now)
            return _again(settings, session, bulletin, count, person, "incerti", now)
        count = deliveries.declare(session, uncertain_ids, arrived=choice == GOT, now=now)
        what = "arrivati" if choice == GOT else "non arrivati"
        outcome = f"Bollettino {bulletin_id}: {count} messaggi incerti dichiarati {what} da {who}."
        acts.note(settings, session, person, "incerti", outcome, bulletin_id=bulletin_id, now=now)
        return 0, outcome


def _again(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    count: int,
    person: acts.Person,
    verb: str,
    now: datetime,
) -> tuple[int, str]:
    if bulletin.status == BulletinStatus.sent:
        bulletins.move(session, bulletin, BulletinStatus.stopped, by=person.name, now=now, reason="retry")
    outcome = f"Bollettino {bulletin.id}: si ritentano {count} messaggi, per decisione di {person.name}."
    acts.note(settings, session, person, verb, outcome, bulletin_id=bulletin.id, now=now)
    return count, outcome


def _require_can(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    now: datetime,
    *,
    again: bool = True,
    instead: str,
) -> None:
    """NotDoneError where nothing can be done. `again`: messages would leave, so only while the text tells
    something and is what was approved: what cannot be resumed then is not taken out of its end. `instead`:
    what there is to do for a send that is over, since the same order would be refused for ever.
    """
    if bulletin.status not in (BulletinStatus.sent, BulletinStatus.stopped):
        raise NotDoneError(
            f"Il bollettino {bulletin.id} è {STATUS[bulletin.status]}: aspetta che l'invio sia finito."
        )
    if not again:
        return
    items = sealed_items(session, bulletin.id)
    end = instead if bulletin.status == BulletinStatus.sent else NOTHING_DONE
    try:
        require_right(settings, session, bulletin, items, now=now)
    except UntrueError as exc:
        raise NotDoneError(f"{exc} {end}") from exc
    if not is_in_force(settings, session, bulletin, items, now):
        left = "" if bulletin.status == BulletinStatus.sent else "Chiudilo con «chiudi». "
        raise NotDoneError(f"Il testo del bollettino {bulletin.id} non vale più: non si rimanda. {left}{end}")
    if why := not_as_approved(settings, session, bulletin):
        raise NotDoneError(f"{why} {end}")


def _go_on(
    settings: Settings, engine: Engine, bulletin_id: int, count: int, outcome: str, who: str
) -> str | State[str]:
    get_run_logger().info("%s", outcome)
    drafts.told_at_once(settings, engine, bulletin_id, now=datetime.now(UTC))
    if not count:
        return orders.done(settings, engine, outcome)
    try:  # Prefect takes an entry of the list only
        choices.store(settings, engine, now=datetime.now(UTC))
        with reading(engine) as session:
            entry = choices.label(session, session.get_one(Bulletin, bulletin_id))
            in_parts = parts.chosen_by(session, bulletin_id) is not None
        client.start(
            settings,
            "riprendi",
            {"bollettino": entry, "chi": who, "nonostante": False, "a_parti": in_parts},
            key=f"retry-{bulletin_id}-{flow_run.id}",
            name=f"Riprendi (bollettino {bulletin_id})",
        )
    except Exception as exc:  # noqa: BLE001  what is queued stays queued, and a person is told how it goes on
        get_run_logger().error("riprendi: %s", type(exc).__name__)
        why = f"{outcome} Da solo non riparte: avvia «riprendi»."
        return orders.refused(settings, engine, why, who=who, what=orders.HALF)
    return orders.done(settings, engine, outcome)


@flow(name="ritenta", flow_run_name=client.titled("Ritenta i falliti (bollettino {bollettino})"))
def retry(
    bollettino: Annotated[str, choices.which("Quale bollettino", choices.SENT)],
    chi: Annotated[str, choices.WHO] = "",
    prova: Annotated[bool, Field(title="Dimmi solo quanti sono, senza ritentare")] = True,
    codice: Annotated[str, Field(title=acts.FIELD_TITLE)] = "",
) -> str | State[str]:
    """Rimanda il bollettino a chi non l'ha ricevuto per un guasto passeggero, e a nessun altro."""
    settings = load()
    engine = make_engine(settings.database)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    try:
        number, _ = acts.chosen(engine, bollettino)
        count, outcome = retry_failed(
            settings, engine, number, who=chi, proof=proof, dry_run=prova, now=datetime.now(UTC)
        )
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    if prova and count:
        outcome += f" {TO_SEND}"
    return _go_on(settings, engine, number, 0 if prova else count, outcome, chi)


@flow(name="incerti", flow_run_name=client.titled("Incerti (bollettino {bollettino})"))
def uncertain(
    bollettino: Annotated[str, choices.which("Quale bollettino", choices.SENT)],
    che_cosa: Annotated[Choice, Field(title="Che cosa sai, o che cosa vuoi fare")],
    chi: Annotated[str, choices.WHO] = "",
    codice: Annotated[str, Field(title=acts.FIELD_TITLE)] = "",
) -> str | State[str]:
    """Dopo 24 ore: dichiara arrivati o no gli incerti, o li manda di nuovo finché il testo vale ancora."""
    settings = load()
    engine = make_engine(settings.database)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    try:
        number, _ = acts.chosen(engine, bollettino)
        count, outcome = settle_uncertain(
            settings, engine, number, choice=che_cosa, who=chi, proof=proof, now=datetime.now(UTC)
        )
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    return _go_on(settings, engine, number, count, outcome, chi)
