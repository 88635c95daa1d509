"""What the end of a send's process makes of its bulletin: sent, stopped, or left to a next run's process."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries
from db.deliveries import Certificate
from db.engine import reading, transaction
from db.models import Bulletin, BulletinStatus, DispatchStart
from flows.bulletin.language.measure import thousands
from flows.sending.conductor import GIVES_WAY
from flows.sending.outbox import why_ended

IN_TURN = "in_turn"  # the reason of a bulletin that has given way, until its send is over
REST = "Il resto parte da solo, appena sono partiti anche gli altri Comuni."


def close(engine: Engine, bulletin_id: int, reason: str | None, *, now: datetime) -> Certificate:
    """Sent when nothing is left; stopped when it ended early, but for who gave way: that one goes on."""
    with transaction(engine) as session:
        certificate = deliveries.certificate(session, bulletin_id)
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            if reason == GIVES_WAY and not certificate.adds_up:
                bulletin.status_reason = IN_TURN
                session.add(bulletin)
            else:
                to = BulletinStatus.sent if certificate.adds_up else BulletinStatus.stopped
                why = None if reason == GIVES_WAY else reason
                bulletins.move(session, bulletin, to, by="invio", now=now, reason=why)
        return certificate


def after_all(engine: Engine, bulletin_id: int) -> str | None:
    """Of a send that gave way and is over by now: why it was stopped; None where it is sent."""
    with reading(engine) as session:
        bulletin = session.get_one(Bulletin, bulletin_id)
        return None if bulletin.status == BulletinStatus.sent else why_ended(bulletin)


def so_far(session: Session, bulletin: Bulletin) -> dict[str, str]:
    """Of what a check holds, before its first message or before its rest: for the letter that says so."""
    if bulletin.sent_at is None:
        return {"il_resto": "", "a_chi": "Agli iscritti non è arrivato niente."}
    count = deliveries.certificate(session, bulletin.id)
    done = f"{thousands(count.accepted)} di {thousands(count.planned)}"  # who was skipped has nothing
    return {"il_resto": " IL RESTO", "a_chi": f"È già partito per {done} iscritti: gli altri aspettano."}


def is_resumed(bulletin: Bulletin, begun: Sequence[DispatchStart]) -> bool:
    """Whether its last start goes on with what had ended before its time: of which people are told, and not
    where the second one is that of its rest.
    """
    planned = 2 if bulletin.status_reason == IN_TURN else 1
    return bulletin.status == BulletinStatus.sending and len(begun) > planned
