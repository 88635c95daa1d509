"""flow: approved Bulletin -> Delivery rows -> WhatsApp -> sent, with a certificate.

Sends only what the seal of the approval covers, and never late.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, get_args

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.runtime import flow_run
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, originals, recipients, templates, weather_alerts
from db.deliveries import Certificate
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinKind, BulletinStatus
from flows import runs, windows
from flows.bulletin.dates import giorno_ora
from flows.bulletin.desk.words import STATUS
from flows.bulletin.message.exact import compile_message, frame_name
from flows.editors.mail import post
from flows.rereading import call_editors, overridden, reread_bulletin
from flows.sender import BY_A_PERSON, DEAD_AFTER, Order, drain
from flows.settings import BollettinoError, Settings, load
from flows.whatsapp.messages import Category

LOG = logging.getLogger(__name__)
CHANGED = "una notizia è cambiata sul sito"  # why it was re-opened
EARLY = timedelta(seconds=90)  # a run that starts this much before its slot waits for it


class DispatchError(BollettinoError):
    """This bulletin must not be sent (now). The text is Italian, for the editor."""


class HeldError(DispatchError):
    """The site says something else by now than what was approved: an editor is asked, nothing failed."""


def due(engine: Engine, settings: Settings, now: datetime) -> list[int]:
    """Approved bulletins whose moment is now: within the grace of their slot, or of their approval."""
    grace = timedelta(minutes=settings.profile.grace_minutes)
    with transaction(engine) as session:
        return [
            bulletin.id
            for bulletin in bulletins.with_status(session, BulletinStatus.approved)
            if bulletins.send_at(session, bulletin) <= now <= bulletins.send_at(session, bulletin) + grace
        ]


def prepare(
    settings: Settings, session: Session, bulletin_id: int, *, late: bool = False, now: datetime
) -> Order:
    """Check status, time, alerts and seal; DispatchError says what does not fit. Changes nothing.

    `late` is a person's word that a send which was stopped goes on after its grace.
    """
    bulletin = bulletins.locked(session, bulletin_id)
    if bulletin.status not in (BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped):
        raise DispatchError(f"Il bollettino {bulletin_id} non è approvato: è {STATUS[bulletin.status]}.")
    if not (late and bulletin.status == BulletinStatus.stopped):
        _check_time(settings, session, bulletin, now)
    sealed = bulletins.approved(session, bulletin_id)
    if sealed is None:
        raise DispatchError(f"Il bollettino {bulletin_id} non è mai stato approvato.")
    approval, version = sealed
    items = bulletins.items(session, version)
    named = [one.weather_alert_id for one in items if one.weather_alert_id]
    is_news = bulletin.kind != BulletinKind.all_clear  # which is about what is over
    if is_news and weather_alerts.over(session, named, at=now):
        raise DispatchError(f"Il bollettino {bulletin_id} annuncia un'allerta che è già finita: non parte.")
    for number in originals.of(session, bulletin_id):
        if bulletins.locked(session, number).status == BulletinStatus.sending:
            raise DispatchError(
                f"Il bollettino {bulletin_id} corregge il {number}, che è ancora in invio: "
                "fermalo, poi riprova."
            )
    message = compile_message(
        items,
        settings.frame(frame_name(bulletin, items)),
        dated=bulletin.slot_at or approval.decided_at,
        code=bulletin.code,
        language=settings.profile.whatsapp.language,
    )
    if message.sealed(recipients.audience_rule(session, bulletin)) != approval.seal:
        raise DispatchError(
            f"Il bollettino {bulletin_id} non è più quello approvato da {approval.approver}: non parte."
        )
    known = templates.find(session, message.template, message.language)
    asked = settings.templates[message.template].category
    category: Category = known.category if known and known.category in get_args(Category) else asked  # type: ignore[assignment]
    return Order(bulletin_id, message, category)


def _check_time(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> None:
    at = bulletins.send_at(session, bulletin)
    if now < at:
        raise DispatchError(f"È presto: il bollettino parte {giorno_ora(at)}.")
    if now > at + timedelta(minutes=settings.profile.grace_minutes):
        raise DispatchError(f"È tardi: doveva partire {giorno_ora(at)}. Da solo non parte.")


def begin(
    settings: Settings, engine: Engine, bulletin_id: int, *, late_by: str | None = None, now: datetime
) -> Order:
    """Move to sending and queue a delivery for each recipient; a resumed one goes on with who is left."""
    with transaction(engine) as session:
        order = prepare(settings, session, bulletin_id, late=late_by is not None, now=now)
        bulletin = bulletins.locked(session, bulletin_id)
        lately = now - bulletins.last_sign_of_sending(session, bulletin) < DEAD_AFTER
        if bulletin.status == BulletinStatus.sending and lately:
            raise DispatchError(f"Il bollettino {bulletin_id} è già in invio: riprova fra 3 minuti.")
        if bulletin.status == BulletinStatus.approved:
            deliveries.plan(session, bulletin_id, recipients.audience_of(session, bulletin), now=now)
        if bulletin.status != BulletinStatus.sending:
            bulletins.move(session, bulletin, BulletinStatus.sending, by=late_by or "invio", now=now)
        # one sender at a time (above): what is still claimed was left by one that died
        deliveries.abandon(session, bulletin_id, before=now, now=now)
        bulletin.sent_at = bulletin.sent_at or now
        session.add(bulletin)
        return order


def require_same_site(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    late: bool = False,
    now: datetime,
    open_window: Callable[[], object] = lambda: None,
    warn: Callable[[str], object] = LOG.warning,
) -> None:
    """HeldError when a fact changed since the seal or a page is gone, unless approved in spite of that.

    An approved bulletin is re-opened, and can be approved again until its grace ends; one that was on its way
    stays stopped. `open_window` comes before the letters, which link to it. A page that cannot be read is
    only told to `warn`.
    """
    with transaction(engine) as session:
        prepare(settings, session, bulletin_id, late=late, now=now)
    seen = reread_bulletin(settings, engine, bulletin_id, now=now)
    with transaction(engine) as session:
        known = overridden(session, bulletin_id)
        held = [one for one in seen if one.holds and one.line not in known]
        bulletin = bulletins.locked(session, bulletin_id)
        if held and bulletin.status == BulletinStatus.approved:
            bulletins.reopen(session, bulletin, by="invio", now=now)
            bulletin.status_reason = CHANGED
            if bulletin.slot_at is not None:
                bulletin.deadline_at = bulletin.slot_at + timedelta(minutes=settings.profile.grace_minutes)
        elif held and bulletin.status == BulletinStatus.sending:
            bulletins.move(session, bulletin, BulletinStatus.stopped, by="invio", now=now, reason=CHANGED)
    for one in seen:
        if not one.holds:
            warn(one.line)
    if not held:
        return
    try:
        open_window()
    finally:
        with transaction(engine) as session:
            call_editors(settings, session, bulletin_id, held, now=now)
        if trouble := post(settings, engine, now=now).trouble:
            warn(trouble)
    told = " ".join(one.line for one in held)
    raise HeldError(f"Il bollettino {bulletin_id} non parte, aspetta un redattore. {told}")


def close(engine: Engine, bulletin_id: int, reason: str | None, *, now: datetime) -> Certificate:
    """Sent when nothing is left; stopped when it ended early."""
    with transaction(engine) as session:
        certificate = deliveries.certificate(session, bulletin_id)
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            to = BulletinStatus.sent if certificate.adds_up else BulletinStatus.stopped
            bulletins.move(session, bulletin, to, by="invio", now=now, reason=reason)
        return certificate


def dispatch_bulletin(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    late_by: str | None = None,
    now: datetime,
    progress: Callable[[], None] = lambda: None,
    open_window: Callable[[], object] = lambda: None,
    warn: Callable[[str], object] = LOG.warning,
) -> tuple[Certificate, str | None]:
    """The whole send of one bulletin; also resumes one that was stopped or whose sender died."""
    is_late = late_by is not None
    require_same_site(
        settings, engine, bulletin_id, late=is_late, now=now, open_window=open_window, warn=warn
    )
    order = begin(settings, engine, bulletin_id, late_by=late_by, now=now)
    reason = asyncio.run(drain(settings, engine, order, progress))
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


def wait_for_slot(scheduled: datetime, sleep: Callable[[float], None] = time.sleep) -> datetime:
    """Prefect starts a run up to half a second before its time: at 10:59:59.7 nothing would be due."""
    ahead = scheduled - datetime.now(UTC)
    if timedelta() < ahead < EARLY:
        sleep(ahead.total_seconds() + 0.05)
    return datetime.now(UTC)


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
    now = wait_for_slot(flow_run.scheduled_start_time)
    chosen = due(engine, settings, now) if bulletin_id is None else [bulletin_id]
    said, stopped = [], []
    for number in chosen:
        try:
            certificate, reason = dispatch_bulletin(
                settings,
                engine,
                number,
                now=now,
                progress=_progress(engine, number),
                open_window=partial(windows.open_review, settings, engine, number, now=now),
                warn=partial(log.warning, "%s"),
            )
        except HeldError as exc:
            log.warning("%s", exc)
            said.append(str(exc))
            continue
        text = f"Bollettino {number}. {words(certificate)}."
        if reason:
            text += f" Invio fermato: {reason}"
            if reason != BY_A_PERSON:  # what a person chose is no failure
                stopped.append(text)
        create_markdown_artifact(text, key=f"certificato-{number}", description="Certificato di invio")
        log.info("%s", text)
        said.append(text)
    if stopped:
        raise DispatchError(" ".join(stopped))
    return "\n".join(said) or "Nessun bollettino approvato per questo momento."
