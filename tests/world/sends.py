"""A send as its rows show it, without a provider: what became of whom, in one POST each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, senders
from db.bulletins import ItemData
from db.models import (
    Attempt,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Outcome,
    Receipt,
)
from db.vault import Vault
from tests.world.builders import NOW, make_bulletin, make_recipient

SEAL = "5" * 64
OUTCOMES = {
    DeliveryStatus.claimed: Outcome.in_flight,
    DeliveryStatus.accepted: Outcome.accepted,
    DeliveryStatus.failed: Outcome.refused,
    DeliveryStatus.uncertain: Outcome.uncertain,
}
"""Of the POST behind a delivery; what was never tried has none."""


def make_delivery(
    session: Session,
    vault: Vault,
    bulletin: Bulletin,
    status: DeliveryStatus,
    *,
    reason: str | None = None,
    receipt: Receipt | None = None,
    at: datetime = NOW,
    phone: str | None = None,
) -> Delivery:
    """To a new citizen, with its attempt."""
    delivery = Delivery(
        bulletin_id=bulletin.id,
        recipient_id=make_recipient(session, vault, phone=phone).id,
        status=status,
        status_at=at,
        reason=reason,
        receipt=receipt,
        receipt_at=at + timedelta(seconds=5) if receipt else None,
    )
    session.add(delivery)
    session.flush()
    if outcome := OUTCOMES.get(status):
        session.add(Attempt(delivery_id=delivery.id, started_at=at, outcome=outcome, code=reason))
        session.flush()
    return delivery


def make_send(
    session: Session,
    vault: Vault,
    came_of: Sequence[tuple[DeliveryStatus, str | None]],
    *,
    items: Sequence[ItemData] | None = None,
    kind: BulletinKind = BulletinKind.ordinary,
    status: BulletinStatus = BulletinStatus.sent,
    now: datetime = NOW,
) -> Bulletin:
    """Begun at `now` by its hour, a POST a second; `came_of`: status and reason of each delivery."""
    bulletin = make_bulletin(session, items, kind=kind, status=status, now=now)
    sealed = bulletins.approved(session, bulletin.id)
    assert sealed is not None, "a send that nobody approved"
    sealed[0].seal = SEAL
    session.add(sealed[0])
    senders.add(session, bulletin.id, by="invio", now=now)
    for second, (outcome, reason) in enumerate(came_of, start=1):
        at = now + timedelta(seconds=second)
        make_delivery(session, vault, bulletin, outcome, reason=reason, at=at)
    return bulletin
