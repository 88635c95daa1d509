"""What the end of a send's process makes of its bulletin: sent, stopped, or left to a next run's process."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from db import bulletins, deliveries
from db.deliveries import Certificate
from db.engine import reading, transaction
from db.models import Bulletin, BulletinStatus, DispatchStart
from flows.sending.conductor import GIVES_WAY
from flows.sending.outbox import why_ended

IN_TURN = "in_turn"  # the reason of a bulletin that has given way: since when, its `status_at`
REST = "Il resto parte da solo, appena sono partiti anche gli altri Comuni."


def close(engine: Engine, bulletin_id: int, reason: str | None, *, now: datetime) -> Certificate:
    """Sent when nothing is left; stopped when it ended early, but for who gave way: that one goes on."""
    with transaction(engine) as session:
        certificate = deliveries.certificate(session, bulletin_id)
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            if reason == GIVES_WAY and not certificate.adds_up:
                bulletin.status_reason, bulletin.status_at = IN_TURN, now
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


def is_resumed(bulletin: Bulletin, begun: Sequence[DispatchStart]) -> bool:
    """Whether its last start goes on with what had ended before its time: of which people are told, and not
    where it goes on after others' turn.
    """
    since = [start for start in begun if start.at >= bulletin.status_at]
    in_turn = bulletin.status_reason == IN_TURN and len(since) == 1
    return bulletin.status == BulletinStatus.sending and len(begun) > 1 and not in_turn
