"""Raw updates of the webhook: stored encrypted before they are understood, each once.

The provider repeats webhooks for up to seven days and keeps no order: an update is the same when its key is
(message id; status id and word). Only keyed hashes of keys and senders are stored.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, update
from sqlmodel import Session, col, func, or_, select

from db.engine import blocks, insert_into, padded
from db.models import InboundEvent, Recipient, RecipientStatus
from db.vault import Vault

STATUS = "status"  # the one kind that is nobody's word
WEEK = timedelta(days=7)  # for so long the operator is told of what nobody could read
EARLY = "early"  # in place of a failure: a status whose message we have no answer for, yet
AT_ONCE = 1000  # values in one statement; SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update before it is sealed. `person` is the phone or BSUID of whom it is about; `bsuid`: beside a
    phone. Either may be the only one that we know them by.
    """

    kind: str
    person: str | None = field(repr=False)
    payload: str = field(repr=False)
    unread: str | None = None
    bsuid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored update that is to be acted on."""

    id: int
    event_hash: str
    received_at: datetime


def seal(
    session: Session, vault: Vault, incoming: Mapping[str, Incoming], *, now: datetime
) -> list[dict[str, object]]:
    """The rows of those that are not known yet; `incoming` is by the keyed hash of what makes each the same.

    Sealing costs most of the work and needs no transaction.
    """
    stored: set[str] = set()
    for hashes in blocks(list(incoming), AT_ONCE):
        query = select(InboundEvent.event_hash).where(col(InboundEvent.event_hash).in_(padded(hashes)))
        stored |= set(session.exec(query))
    return [
        {
            "event_hash": event_hash,
            "kind": event.kind,
            "unread": event.unread,
            "sender_hash": vault.hash(event.person) if event.person else None,
            "bsuid_hash": vault.hash(event.bsuid) if event.bsuid else None,
            "payload_sealed": vault.seal(event.payload),
            "received_at": now,
        }
        for event_hash, event in incoming.items()
        if event_hash not in stored
    ]


def store(session: Session, rows: Sequence[dict[str, object]]) -> int:
    """Add the rows of `seal`; one that another post brought in between is passed over. How many were new.

    In the order of their keys: two posts with the same updates would else wait for each other for ever.
    """
    if not rows:
        return 0
    added = session.connection().execute(
        insert_into(session, InboundEvent).on_conflict_do_nothing(),
        sorted(rows, key=lambda row: str(row["event_hash"])),
        execution_options={"preserve_rowcount": True},
    )
    return added.rowcount


def _open() -> ColumnElement[bool]:
    return col(InboundEvent.handled_at).is_(None)


def waiting(session: Session, *, statuses: bool, limit: int) -> list[Waiting]:
    """Stored and never tried, oldest first; either statuses or all that is not one. A crash loses nothing."""
    kind = col(InboundEvent.kind) == STATUS if statuses else col(InboundEvent.kind) != STATUS
    return _waiting(session, col(InboundEvent.failure).is_(None), kind, limit=limit)


def _waiting(session: Session, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Waiting]:
    query = (
        select(InboundEvent.id, InboundEvent.event_hash, InboundEvent.received_at)
        .where(_open(), *conditions)
        .order_by(col(InboundEvent.id))
        .limit(limit)
    )
    return [Waiting(*row) for row in session.exec(query)]


def is_waiting(session: Session) -> bool:
    """Whether something was never tried, or came before its message is known."""
    untried = or_(col(InboundEvent.failure).is_(None), col(InboundEvent.failure) == EARLY)
    return bool(_waiting(session, untried, limit=1))


def payloads(session: Session, ids: Collection[int]) -> dict[int, bytes]:
    """What was sealed, by id."""
    query = select(InboundEvent.id, InboundEvent.payload_sealed).where(col(InboundEvent.id).in_(padded(ids)))
    return dict(session.exec(query).all()) if ids else {}


def take(session: Session, ids: Collection[int]) -> list[int]:
    """Those of `ids` that nobody has handled meanwhile, held until the transaction ends."""
    query = (
        select(InboundEvent.id)
        .where(col(InboundEvent.id).in_(padded(ids)), _open())
        .order_by(col(InboundEvent.id))
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(query))


def handled(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """What was understood is dropped at once, a citizen's words too; keys stay, and what nobody read, unless
    it names somebody who was erased.
    """
    of_erased = (
        select(Recipient.id)
        .where(
            Recipient.status == RecipientStatus.erased,
            or_(
                col(Recipient.phone_hash) == InboundEvent.sender_hash,
                col(Recipient.bsuid_hash).in_((InboundEvent.sender_hash, InboundEvent.bsuid_hash)),
            ),
        )
        .exists()
    )
    is_dropped = or_(col(InboundEvent.unread).is_(None), of_erased)
    payload = case((is_dropped, b""), else_=col(InboundEvent.payload_sealed))
    session.connection().execute(
        update(InboundEvent)
        .where(col(InboundEvent.id).in_(padded(ids)))
        .values(handled_at=now, failure=None, payload_sealed=payload)
    )


def fail(session: Session, event_id: int, name: str) -> None:
    """Parked, to be tried again. `name` is the type of the error: its text could quote the citizen."""
    session.connection().execute(
        update(InboundEvent).where(col(InboundEvent.id) == event_id, _open()).values(failure=name)
    )


def put_off(session: Session, ids: Collection[int], *, since: datetime) -> set[int]:
    """Those of `ids` that were received after that moment wait for their message to become known."""
    conditions = (col(InboundEvent.id).in_(padded(ids)), _open(), col(InboundEvent.received_at) > since)
    event_ids = set(session.exec(select(InboundEvent.id).where(*conditions))) if ids else set()
    if event_ids:
        new = (*conditions, col(InboundEvent.failure).is_distinct_from(EARLY))
        session.connection().execute(update(InboundEvent).where(*new).values(failure=EARLY))
    return event_ids


def early(session: Session, *, after: int, limit: int) -> list[Waiting]:
    """Statuses that were put off, by rising id from `after` on."""
    is_early = (col(InboundEvent.failure) == EARLY, col(InboundEvent.id) > after)
    return _waiting(session, *is_early, limit=limit)


def _failed() -> ColumnElement[bool]:
    return and_(col(InboundEvent.failure).is_not(None), col(InboundEvent.failure) != EARLY)


def failed(session: Session) -> list[Waiting]:
    """What could not be handled so far, oldest first. To be tried again."""
    return _waiting(session, _failed())


def parked(session: Session) -> int:
    """How many could not be handled so far."""
    return session.exec(select(func.count()).where(_open(), _failed())).one()


def unread(session: Session, *, since: datetime) -> Counter[str]:
    """Updates of shapes that we do not know, by where they were: for the operator."""
    rows = session.exec(
        select(InboundEvent.unread, func.count())
        .where(col(InboundEvent.unread).is_not(None), col(InboundEvent.received_at) >= since)
        .group_by(col(InboundEvent.unread))
    )
    return Counter({str(name): count for name, count in rows})


def last_received(session: Session, *, kind: str | None = None) -> datetime | None:
    """When the provider last reached us (with a `kind`: an update of it): the proof that webhooks arrive."""
    query = select(InboundEvent.received_at).order_by(col(InboundEvent.id).desc()).limit(1)
    if kind is not None:
        query = query.where(InboundEvent.kind == kind)
    return session.exec(query).first()
