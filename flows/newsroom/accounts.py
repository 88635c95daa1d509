"""What came of each send, counted once in a while: of a hundred thousand messages that takes a moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from db import deliveries, handovers, outcomes
from db.deliveries import Certificate
from db.models import Bulletin, HandoverKind, Receipt
from flows.bulletin.language.measure import thousands
from flows.bulletin.status import people

FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class Account:
    """One bulletin's messages, and the provider's last word on them."""

    at: datetime
    count: Certificate
    read: int
    arrived: int  # those that were read, too
    way: HandoverKind | None  # None: by the Cloud API

    @property
    def words(self) -> str:
        """`a 340 persone su 5.000; arrivati 320, letti almeno 200`."""
        if self.way == HandoverKind.channel:  # which is one recipient, whoever reads it
            return "pubblicato nel canale WhatsApp"
        count = self.count
        parts = [f"a {people(count.accepted + count.declared)} su {thousands(count.planned)}"]
        if self.way:
            parts = [f"inviato a mano: {thousands(count.declared)} dichiarati su {thousands(count.planned)}"]
        if self.arrived:
            least = f", letti almeno {thousands(self.read)}" if self.read else ""
            parts.append(f"arrivati {thousands(self.arrived)}{least}")
        rest = {"non arrivati": count.failed, "saltati": count.skipped, "incerti": count.uncertain}
        parts += [f"{name} {thousands(number)}" for name, number in rest.items() if number]
        return "; ".join(parts)


class Accounts:
    """Those of what has ended, kept for `FRESH`."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, datetime], Account] = {}

    def of(self, session: Session, row: Bulletin, now: datetime) -> Account:
        key = (row.id, row.status_at)
        known = self._known.get(key)
        if known is None or now - known.at > FRESH:
            receipts = outcomes.by_receipt(session, row.id)
            read = receipts[Receipt.read]
            handover = handovers.of(session, row.id)
            known = self._known[key] = Account(
                now,
                deliveries.certificate(session, row.id),
                read,
                read + receipts[Receipt.delivered],
                handover.kind if handover else None,
            )
        return known
