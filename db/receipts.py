"""What the provider's status webhooks say of an attempt. A receipt proves that its message left.

Meta may answer a POST with "try again" (131000) and deliver all the same: the delivery is then back in the
queue, or claimed for the next attempt. What is proved is never sent again. Locks: see `db.deliveries`.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from db.deliveries import locked, move
from db.models import DELIVERY_TRANSITIONS, Attempt, DeliveryStatus, Outcome, Receipt
from db.vault import Vault

MAY_HAVE_IT = (Outcome.in_flight, Outcome.uncertain, Outcome.accepted)


def find_attempt(session: Session, vault: Vault, *, opaque: str | None, wamid: str | None) -> Attempt | None:
    """The attempt that a status webhook speaks of, by our id that it echoes, else by the wamid."""
    if opaque:
        try:
            found = session.get(Attempt, UUID(opaque))
        except ValueError:  # somebody else's opaque data
            found = None
        if found:
            return found
    if wamid:
        return session.exec(select(Attempt).where(Attempt.wamid_hash == vault.hash(wamid))).first()
    return None


def receive(session: Session, attempt: Attempt, receipt: Receipt, *, at: datetime, now: datetime) -> None:
    """A receipt: the attempt left, whatever its answer was; raises the rank, never lowers it.

    A delivery that waits for another attempt is accepted, so that none follows.
    """
    session.refresh(attempt, with_for_update=True)
    delivery = locked(session, attempt)
    if attempt.outcome != Outcome.accepted:
        attempt.outcome, attempt.finished_at = Outcome.accepted, now
        session.add(attempt)
    if DeliveryStatus.accepted in DELIVERY_TRANSITIONS[delivery.status]:
        move(delivery, DeliveryStatus.accepted, now=now)
    if delivery.receipt is None or receipt.rank > delivery.receipt.rank:
        delivery.receipt, delivery.receipt_at = receipt, at
    session.add(delivery)
    session.flush()


def fail(session: Session, attempt: Attempt, code: str, *, now: datetime) -> None:
    """A status webhook says `failed`: final, also after an acceptance, and also for a queued delivery.

    Only when another attempt may have reached the citizen does the delivery go on with that one.
    """
    session.refresh(attempt, with_for_update=True)
    delivery = locked(session, attempt)
    if attempt.outcome not in (Outcome.accepted, Outcome.refused):
        attempt.outcome, attempt.finished_at, attempt.code = Outcome.refused, now, code
        session.add(attempt)
    other = session.exec(
        select(Attempt.id).where(
            Attempt.delivery_id == attempt.delivery_id,
            Attempt.id != attempt.id,
            col(Attempt.outcome).in_(MAY_HAVE_IT),
        )
    ).first()
    if other is None and DeliveryStatus.failed in DELIVERY_TRANSITIONS[delivery.status]:
        move(delivery, DeliveryStatus.failed, now=now, reason=code)
    session.add(delivery)
    session.flush()
