"""Approves an urgent bulletin in the name of the Comune's standing order, and records it as such."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from db import bulletins, recipients, signatures
from db.engine import transaction
from db.models import Approval, Bulletin, BulletinStatus, BulletinVersion, Decision
from flows.bulletin.alerts.standing_order import standing_order_due
from flows.bulletin.alerts.statements import Span
from flows.draft.items import latest_items
from flows.profiles.fingerprint import fingerprint
from flows.sending import restored
from flows.sending.seal import message_of, seal_of
from flows.settings import Settings
from flows.sources import truth


def approve_by_order(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> bool:
    """Approve it in the order's name when that is due; tells whether. Without an order nothing happens.

    Nor does it after a restore: what is drafted then may have left already, and the database forgot it.
    """
    order = settings.profile.urgent.standing_order
    if order is None:
        return False
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if restored.is_recent(settings, session, now=now):
            return False
        versions = list(
            session.exec(select(BulletinVersion).where(BulletinVersion.bulletin_id == bulletin_id))
        )
        spans = _still_right(settings, session, bulletin, now)
        if not standing_order_due(bulletin, versions, spans, order, settings.profile.urgent.quiet, now):
            return False
        if bulletin.status == BulletinStatus.draft:
            bulletins.move(session, bulletin, BulletinStatus.in_review, by=order.approver, now=now)
        latest = max(versions, key=lambda version: version.number)
        items = bulletins.items(session, latest)
        version = bulletins.add_version(
            session,
            bulletin,
            [bulletins.data_of(item) for item in items],
            author=order.approver,
            now=now,
            note=f"Nessuna risposta in {order.minutes} minuti.",
        )
        message = message_of(settings, bulletin, items, now)
        approval = Approval(
            bulletin_id=bulletin_id,
            version_number=version.number,
            decision=Decision.approve,
            approver=order.approver,
            decided_at=now,
            seal=seal_of(settings, session, bulletin, message),
            profile_sha256=fingerprint(settings.profile),
            head_count=recipients.head_count(session, bulletin),
        )
        approval.mac = signatures.mac_of(settings.vault(), approval)
        session.add(approval)
        bulletins.move(
            session, bulletin, BulletinStatus.approved, by=order.approver, now=now, reason="standing_order"
        )
        return True


def _still_right(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> list[Span]:
    """What its text tells, all of which still holds; empty when something does not."""
    items = latest_items(session, bulletin.id)
    if truth.untrue(settings, session, bulletin, items, at=now):
        return []
    return truth.stated_spans(settings, session, items, at=now)
