"""Those whom an alert did not reach, since its send was stopped and its text is not right any more.

Nothing of that text leaves any more, so they are spared it: `urgente` drafts what holds by now for them.
"""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, weather_alerts
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus
from db.recipients import SPARED
from flows.bulletin.alerts.urgent import AUTHOR
from flows.draft.alerts import picture_at
from flows.sending import liveness
from flows.sending.hold import UNTRUE
from flows.settings import Settings
from flows.sources.rereading import alerts_by_now


def spare(settings: Settings, engine: Engine, *, now: datetime) -> tuple[list[str], list[Exception]]:
    """Close each stopped send of an alert that is not right, where there is something to announce instead.

    One whose day has nothing left that cannot wait rests, for a person to close. Says in Italian what was
    closed. A transaction for each, and what went wrong is for the caller, as in `held_sends.take_back_wrong`.
    """
    with transaction(engine) as session:
        stopped = bulletins.with_status(session, BulletinStatus.stopped)
        numbers = [bulletin.id for bulletin in stopped if bulletin.kind == BulletinKind.urgent]
    lines: list[str] = []
    errors: list[Exception] = []
    for bulletin_id in numbers:
        try:
            with transaction(engine) as session:
                count = _spare(settings, session, bulletin_id, now)
        except Exception as exc:  # noqa: BLE001  told together by the caller
            exc.add_note(f"bulletin {bulletin_id}: those whom it did not reach could not be spared it")
            errors.append(exc)
        else:
            if count:
                lines.append(f"Bollettino {bulletin_id}: chiuso, {count} persone non l'hanno ricevuto.")
    return lines, errors


def _spare(settings: Settings, session: Session, bulletin_id: int, now: datetime) -> int:
    bulletin = bulletins.locked(session, bulletin_id)
    sealed = bulletins.approved(session, bulletin_id)
    if bulletin.status != BulletinStatus.stopped or sealed is None:
        return 0
    items = bulletins.items(session, sealed[1])
    days = {row.day for item in items for row in weather_alerts.told_by(session, item)}
    picture, watched = picture_at(settings, session, now), settings.profile.urgent.levels
    if not any(span.row.day in days and span.row.level in watched for span in picture.spans):
        return 0
    if bulletin.status_reason != UNTRUE and not alerts_by_now(settings, session, bulletin, items, at=now):
        return 0
    liveness.reap(session, bulletin_id, now=now)  # what a sender that died had begun is uncertain
    if deliveries.on_their_way(session, bulletin_id):  # the next round closes it
        return 0
    count = deliveries.skip_rest(session, bulletin_id, SPARED, now=now)
    if count:
        bulletins.move(session, bulletin, BulletinStatus.sent, by=AUTHOR, now=now, reason=SPARED)
    return count
