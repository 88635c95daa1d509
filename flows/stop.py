"""flows, started by an editor: stop a bulletin that is being sent, close it; re-open an approved one."""

from datetime import UTC, datetime
from typing import Annotated

from prefect import flow, get_run_logger
from pydantic import Field
from sqlalchemy import Engine

from db import bulletins, closing, deliveries, senders
from db.engine import make_engine, transaction
from db.models import BulletinStatus
from flows import checklist, runs
from flows.bulletin.desk.words import STATUS
from flows.desk import windows
from flows.dispatching.certificate import words
from flows.letters import notify
from flows.sending import life
from flows.settings import Settings, load

Number = Annotated[int, Field(title="Numero del bollettino")]
Who = Annotated[str, Field(title="Chi sei")]


def stop_sending(settings: Settings, engine: Engine, bulletin_id: int, *, who: str, now: datetime) -> str:
    """Stop after the messages that are on their way; what happened, in Italian.

    The sender looks at the status before each block of messages. Going on is a person's word, too.
    """
    with transaction(engine) as session:
        if trouble := _unknown(settings, who):
            return trouble
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.approved:
            return f"Il bollettino {bulletin_id} non è ancora partito: usa «riapri» per ritirarlo."
        if bulletin.status != BulletinStatus.sending:
            return f"Il bollettino {bulletin_id} è {STATUS[bulletin.status]}: non c'è niente da fermare."
        bulletins.move(session, bulletin, BulletinStatus.stopped, by=who, now=now, reason="stopped_by_hand")
        told = deliveries.certificate(session, bulletin_id)
        return f"Invio del bollettino {bulletin_id} fermato: {told.planned - told.open} di {told.planned}."


def close_stopped(settings: Settings, engine: Engine, bulletin_id: int, *, who: str, now: datetime) -> str:
    """End a stopped send where it is: whoever was not tried gets nothing of it. What happened, in Italian."""
    with transaction(engine) as session:
        if trouble := _unknown(settings, who):
            return trouble
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            return f"Il bollettino {bulletin_id} è ancora in invio: prima usa «ferma»."
        if bulletin.status != BulletinStatus.stopped:
            return (
                f"Il bollettino {bulletin_id} è {STATUS[bulletin.status]}: si chiude solo un invio fermato."
            )
        life.reap(session, bulletin_id, now=now)
        is_sending = senders.is_sending(session, bulletin_id, now=now)
        if is_sending and (left := closing.on_their_way(session, bulletin_id)):
            return f"Messaggi ancora in viaggio: {left}. Riprova fra un minuto: non è cambiato niente."
        closing.skip_rest(session, bulletin_id, "closed_by_hand", now=now)
        bulletins.move(session, bulletin, BulletinStatus.sent, by=who, now=now, reason="closed_by_hand")
        told = deliveries.certificate(session, bulletin_id)
        return f"Bollettino {bulletin_id} chiuso. {words(told)}."


def reopen_approved(settings: Settings, engine: Engine, bulletin_id: int, *, who: str, now: datetime) -> str:
    """Take an approval back before anything leaves; what happened, in Italian."""
    with transaction(engine) as session:
        if trouble := _unknown(settings, who):
            return trouble
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            return f"Il bollettino {bulletin_id} sta già partendo: usa «ferma»."
        if bulletin.status != BulletinStatus.approved:
            return f"Il bollettino {bulletin_id} è {STATUS[bulletin.status]}: si riapre solo se approvato."
        bulletins.reopen(session, bulletin, by=who, now=now)
        return f"Bollettino {bulletin_id} riaperto: l'approvazione non vale più, va approvato di nuovo."


def _unknown(settings: Settings, who: str) -> str:
    known = who in {editor.name for editor in settings.profile.editors}
    return "" if known else "Scrivi il tuo nome come sta nel profilo: non è cambiato niente."


@flow(name="ferma", flow_run_name=runs.titled("Ferma l'invio (bollettino {bollettino})"))
def stop(bollettino: Number, chi: Who) -> str:
    """Ferma subito l'invio di un bollettino: parte solo ciò che è già in viaggio."""
    settings = load()
    engine = make_engine(settings.database)
    said = stop_sending(settings, engine, bollettino, who=chi, now=datetime.now(UTC))
    get_run_logger().info("%s", said)
    checklist.close_if_stopped(settings, engine, bollettino, f"fermato da {chi}", now=datetime.now(UTC))
    notify.told_at_once(settings, engine, bollettino, now=datetime.now(UTC))
    return said


@flow(name="chiudi", flow_run_name=runs.titled("Chiudi l'invio (bollettino {bollettino})"))
def close(bollettino: Number, chi: Who) -> str:
    """Chiude un invio fermato: chi non l'ha ancora ricevuto non lo riceve più."""
    settings = load()
    engine = make_engine(settings.database)
    said = close_stopped(settings, engine, bollettino, who=chi, now=datetime.now(UTC))
    get_run_logger().info("%s", said)
    notify.told_at_once(settings, engine, bollettino, now=datetime.now(UTC))
    return said


@flow(name="riapri", flow_run_name=runs.titled("Riapri (bollettino {bollettino})"))
def reopen(bollettino: Number, chi: Who) -> str:
    """Riapre un bollettino approvato che non è ancora partito: va approvato di nuovo."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    said = reopen_approved(settings, engine, bollettino, who=chi, now=now)
    get_run_logger().info("%s", said)
    windows.open_review(settings, engine, bollettino, now=now)
    return said
