"""flows, started by an editor: what to do with failed messages, and with those whose fate nobody knows.

Nothing here sends by itself: what is to be tried again is queued, and the send is resumed like a stopped one.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from prefect.runtime import flow_run
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, closing, outcomes, weather_alerts
from db.engine import make_engine, transaction
from db.models import Bulletin, BulletinStatus
from flows import runs
from flows.bulletin.desk.words import STATUS
from flows.bulletin.message.exact import frame_name
from flows.settings import Settings, load
from flows.whatsapp.errors import RESENDS, TABLE, classify

SETTLED_AFTER = timedelta(hours=24)  # a status webhook that has not come by then does not come
AT_MOST = timedelta(hours=72)  # for texts that Meta would try to deliver for a month
RETRIED = frozenset(str(code) for code in TABLE if classify(code, 400) in RESENDS)
"""Codes of trouble that passes; and "unreadable_address", once its key is back."""

AGAIN, GOT = "rimanda agli incerti", "sono arrivati"
Choice = Literal["rimanda agli incerti", "sono arrivati", "non sono arrivati"]


def is_in_force(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> bool:
    """Whether its text still tells something: an alert until it ends, any other for its time to live.

    The time to live is that of the template: after it the provider would not deliver the message either.
    """
    sealed = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, sealed[1]) if sealed else []
    named = [one.weather_alert_id for one in items if one.weather_alert_id]
    if named:
        return not weather_alerts.over(session, named, at=now)
    ttl = settings.templates[frame_name(bulletin, items)].ttl_seconds if items else -1
    lasts = min(timedelta(seconds=ttl), AT_MOST) if ttl > 0 else AT_MOST
    return now <= (bulletin.sent_at or bulletin.status_at) + lasts


def retry_failed(
    settings: Settings, engine: Engine, bulletin_id: int, *, who: str, dry_run: bool = False, now: datetime
) -> tuple[int, str]:
    """Queue again what failed by a passing trouble and surely did not leave; how many, and what to say."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if trouble := _cannot(settings, session, bulletin, who, now):
            return 0, trouble
        found = outcomes.may_be_retried(session, bulletin_id, {*RETRIED, "unreadable_address"})
        if not found:
            return 0, f"Bollettino {bulletin_id}: nessun messaggio fallito si può ritentare."
        if dry_run:
            return len(found), f"Bollettino {bulletin_id}: si ritenterebbero {len(found)} messaggi."
        return _again(session, bulletin, closing.retry(session, found, now=now), who, now)


def settle_uncertain(
    settings: Settings, engine: Engine, bulletin_id: int, *, choice: str, who: str, now: datetime
) -> tuple[int, str]:
    """A person's word on what is uncertain for 24 hours; how many are queued again, and what to say."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if trouble := _cannot(settings, session, bulletin, who, now, in_force=choice == AGAIN):
            return 0, trouble
        found = closing.uncertain_since(session, bulletin_id, before=now - SETTLED_AFTER)
        if not found:
            return 0, (
                f"Bollettino {bulletin_id}: nessun messaggio è incerto da più di 24 ore. "
                "Prima di allora si chiariscono da soli."
            )
        if choice == AGAIN:
            return _again(session, bulletin, closing.send_again(session, found, now=now), who, now)
        count = closing.declare(session, found, arrived=choice == GOT, now=now)
        what = "arrivati" if choice == GOT else "non arrivati"
        return 0, f"Bollettino {bulletin_id}: {count} messaggi incerti dichiarati {what} da {who}."


def _again(session: Session, bulletin: Bulletin, count: int, who: str, now: datetime) -> tuple[int, str]:
    if bulletin.status == BulletinStatus.sent:
        bulletins.move(session, bulletin, BulletinStatus.stopped, by=who, now=now, reason="retry")
    return count, f"Bollettino {bulletin.id}: si ritentano {count} messaggi, per decisione di {who}."


def _cannot(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    who: str,
    now: datetime,
    *,
    in_force: bool = True,
) -> str:
    """Why nothing can be done, in Italian, or "". `in_force`: only while the text tells something."""
    if who not in {editor.name for editor in settings.profile.editors}:
        return "Scrivi il tuo nome come sta nel profilo: non è cambiato niente."
    if bulletin.status not in (BulletinStatus.sent, BulletinStatus.stopped):
        return f"Il bollettino {bulletin.id} è {STATUS[bulletin.status]}: aspetta che l'invio sia finito."
    if in_force and not is_in_force(settings, session, bulletin, now):
        return f"Il testo del bollettino {bulletin.id} non vale più: non si rimanda. Non è cambiato niente."
    return ""


def _go_on(settings: Settings, number: int, count: int, said: str, who: str) -> str:
    get_run_logger().info("%s", said)
    if count:
        runs.start(
            settings,
            "riprendi",
            {"bollettino": number, "chi": who, "nonostante": False},
            key=f"retry-{number}-{flow_run.id}",
            name=f"Riprendi (bollettino {number})",
        )
    return said


@flow(name="ritenta", flow_run_name=runs.titled("Ritenta i falliti (bollettino {bollettino})"))
def retry(
    bollettino: Annotated[int, Field(title="Numero del bollettino")],
    chi: Annotated[str, Field(title="Chi sei")],
    prova: Annotated[bool, Field(title="Dimmi solo quanti sono, senza ritentare")] = True,
) -> str:
    """Rimanda il bollettino a chi non l'ha ricevuto per un guasto passeggero, e a nessun altro."""
    settings = load()
    engine = make_engine(settings.database)
    count, said = retry_failed(settings, engine, bollettino, who=chi, dry_run=prova, now=datetime.now(UTC))
    return _go_on(settings, bollettino, 0 if prova else count, said, chi)


@flow(name="incerti", flow_run_name=runs.titled("Incerti (bollettino {bollettino})"))
def uncertain(
    bollettino: Annotated[int, Field(title="Numero del bollettino")],
    che_cosa: Annotated[Choice, Field(title="Che cosa sai, o che cosa vuoi fare")],
    chi: Annotated[str, Field(title="Chi sei")],
) -> str:
    """Dopo 24 ore: dichiara arrivati o no i messaggi incerti, o li rimanda finché il testo vale ancora."""
    settings = load()
    engine = make_engine(settings.database)
    count, said = settle_uncertain(
        settings, engine, bollettino, choice=che_cosa, who=chi, now=datetime.now(UTC)
    )
    return _go_on(settings, bollettino, count, said, chi)
