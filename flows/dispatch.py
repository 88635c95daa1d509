"""flow: approved Bulletin -> Delivery rows -> WhatsApp -> sent, with a certificate.

Sends only what the seal of the approval covers, and never late.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, get_args

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, recipients, templates
from db.deliveries import Certificate
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinStatus
from flows import runs
from flows.bulletin.dates import giorno_ora
from flows.bulletin.message import compile_message
from flows.bulletin.words import STATUS
from flows.sender import Order, drain
from flows.settings import BollettinoError, Settings, load
from flows.whatsapp.messages import Category

DEAD_AFTER = timedelta(minutes=5)  # an attempt in flight for longer lost its sender: a POST ends in 30 s


class DispatchError(BollettinoError):
    """This bulletin must not be sent (now). The text is Italian, for the editor."""


def due(engine: Engine, settings: Settings, now: datetime) -> list[int]:
    """Approved bulletins whose moment is now: within the slot's grace, or to go at approval."""
    grace = timedelta(minutes=settings.profile.grace_minutes)
    with transaction(engine) as session:
        return [
            bulletin.id
            for bulletin in bulletins.with_status(session, BulletinStatus.approved)
            if bulletin.slot_at is None or bulletin.slot_at <= now <= bulletin.slot_at + grace
        ]


def prepare(settings: Settings, session: Session, bulletin_id: int, *, now: datetime) -> Order:
    """Check status, slot and seal; DispatchError says what does not fit. Changes nothing."""
    bulletin = bulletins.locked(session, bulletin_id)
    if bulletin.status not in (BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped):
        raise DispatchError(f"Il bollettino {bulletin_id} non è approvato: è {STATUS[bulletin.status]}.")
    _check_slot(settings, bulletin, now)
    sealed = bulletins.approved(session, bulletin_id)
    if sealed is None:
        raise DispatchError(f"Il bollettino {bulletin_id} non è mai stato approvato.")
    approval, version = sealed
    message = compile_message(
        bulletins.items(session, version),
        dated=bulletin.slot_at or approval.decided_at,
        code=bulletin.code,
        language=settings.profile.whatsapp.language,
    )
    if message.sealed(recipients.AUDIENCE_RULE[bulletin.kind]) != approval.seal:
        raise DispatchError(
            f"Il bollettino {bulletin_id} non è più quello approvato da {approval.approver}: non parte."
        )
    known = templates.find(session, message.template, message.language)
    asked = settings.templates[message.template].category
    category: Category = known.category if known and known.category in get_args(Category) else asked  # type: ignore[assignment]
    return Order(bulletin_id, message, category)


def _check_slot(settings: Settings, bulletin: Bulletin, now: datetime) -> None:
    if bulletin.slot_at is None:
        return
    if now < bulletin.slot_at:
        raise DispatchError(f"È presto: il bollettino parte {giorno_ora(bulletin.slot_at)}.")
    if now > bulletin.slot_at + timedelta(minutes=settings.profile.grace_minutes):
        raise DispatchError(
            f"È tardi: doveva partire {giorno_ora(bulletin.slot_at)}. Da solo non parte: decide una persona."
        )


def begin(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> Order:
    """Move to sending and queue a delivery for each recipient; a resumed one goes on with who is left."""
    with transaction(engine) as session:
        order = prepare(settings, session, bulletin_id, now=now)
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.approved:
            deliveries.plan(session, bulletin_id, recipients.audience(session, bulletin.kind), now=now)
        if bulletin.status != BulletinStatus.sending:
            bulletins.move(session, bulletin, BulletinStatus.sending, by="invio", now=now)
        deliveries.abandon(session, bulletin_id, before=now - DEAD_AFTER, now=now)
        bulletin.sent_at = bulletin.sent_at or now
        session.add(bulletin)
        return order


def close(engine: Engine, bulletin_id: int, reason: str | None, *, now: datetime) -> Certificate:
    """Sent when nothing is left, stopped when it ended early; as it was while another sender holds claims."""
    with transaction(engine) as session:
        certificate = deliveries.certificate(session, bulletin_id)
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending and (certificate.adds_up or reason):
            to = BulletinStatus.sent if certificate.adds_up else BulletinStatus.stopped
            bulletins.move(session, bulletin, to, by="invio", now=now, reason=reason)
        return certificate


def dispatch_bulletin(
    settings: Settings, engine: Engine, bulletin_id: int, progress: bool = False
) -> tuple[Certificate, str | None]:
    """The whole send of one bulletin; also resumes one that was stopped or whose sender died."""
    order = begin(settings, engine, bulletin_id, now=datetime.now(UTC))
    advance = _progress(engine, bulletin_id) if progress else lambda: None
    reason = asyncio.run(drain(settings, engine, order, advance))
    return close(engine, bulletin_id, reason, now=datetime.now(UTC)), reason


def words(certificate: Certificate) -> str:
    """The certificate as a sentence that adds up, in Italian."""
    parts = [
        f"accettati {certificate.accepted}",
        f"falliti {certificate.failed}",
        f"saltati {certificate.skipped}",
        f"incerti {certificate.uncertain}",
    ]
    parts += [f"dichiarati {certificate.declared}"] if certificate.declared else []
    parts += [f"ancora aperti {certificate.open}"] if certificate.open else []
    return f"Previsti {certificate.planned} = " + " + ".join(parts)


def _progress(engine: Engine, bulletin_id: int) -> Callable[[], None]:
    artifact: Any = create_progress_artifact(  # a UUID here, though typed for async flows too
        0.0, key=f"invio-{bulletin_id}", description="Avanzamento dell'invio"
    )

    def advance() -> None:
        with transaction(engine) as session:
            now = deliveries.certificate(session, bulletin_id)
        update_progress_artifact(artifact, 100.0 * (now.planned - now.open) / max(now.planned, 1))

    return advance


@flow(name="invia", flow_run_name=runs.titled("Invio (bollettino {bulletin_id})"))
def dispatch(
    bulletin_id: Annotated[
        int | None, Field(title="Numero del bollettino (vuoto: quelli approvati per questo momento)")
    ] = None,
) -> str:
    """Invia il bollettino approvato; senza approvazione, o a un'ora sbagliata, non parte niente."""
    settings = load()
    engine = make_engine(settings.database)
    log = get_run_logger()
    chosen = due(engine, settings, datetime.now(UTC)) if bulletin_id is None else [bulletin_id]
    said = []
    for number in chosen:
        certificate, reason = dispatch_bulletin(settings, engine, number, progress=True)
        text = f"Bollettino {number}. {words(certificate)}." + (f" Fermato: {reason}" if reason else "")
        create_markdown_artifact(text, key=f"certificato-{number}", description="Certificato di invio")
        log.info("%s", text)
        said.append(text)
        if reason:
            raise DispatchError(text)
    return "\n".join(said) or "Nessun bollettino approvato per questo momento."
