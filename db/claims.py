"""Messages on their way, in blocks: taken from the queue with their attempts, and settled by the answers.

Order of a send: `begin` is committed before the bytes leave, `settle` after the answer. Sender and webhook
may write at the same moment. Whoever locks more than one row locks the attempts first, then their
deliveries, then the recipients; several of a kind by rising id.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, insert, literal_column, not_, update
from sqlmodel import Session, col, func, or_, select

from db.deliveries import AFTER, move_all
from db.models import (
    Attempt,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.vault import Vault

RELEASED = "released"  # the code of an attempt whose POST was never made
STATUS = "status"  # the kind of an inbound event that is nobody's word
_WAITING = col(Delivery.status) == literal_column("'queued'")  # a parameter hides the partial index


@dataclass(frozen=True)
class Queued:
    """A delivery that this transaction holds, with what its message needs."""

    delivery_id: int
    recipient_id: int
    is_active: bool
    scope: Scope
    opted_in_at: datetime | None
    phone_sealed: bytes | None = field(repr=False)
    bsuid_sealed: bytes | None = field(repr=False)
    hashes: tuple[str | None, str | None] = field(repr=False)
    reply: str | None  # name of the answer, when there is no bulletin
    body: str | None = field(repr=False)
    last_inbound_at: datetime | None
    tried: int  # POSTs before


@dataclass(frozen=True)
class Result:
    """What came of one POST. `due_at`: when one that surely did not leave is tried again; None: at once."""

    attempt_id: UUID
    outcome: Outcome
    wamid: str | None = field(default=None, repr=False)
    code: str | None = None
    due_at: datetime | None = None


def take(session: Session, bulletin_id: int | None, *, limit: int, now: datetime) -> list[Queued]:
    """Up to `limit` queued deliveries that are due, of a bulletin or (None) of the answers.

    They are held until the commit. What another sender holds is passed over on PostgreSQL; SQLite has one
    writer at a time.
    """
    tried = (
        select(func.count())
        .where(Attempt.delivery_id == col(Delivery.id), col(Attempt.code).is_distinct_from(RELEASED))
        .correlate(Delivery)
        .scalar_subquery()
    )
    query = (
        select(
            col(Delivery.id),
            col(Delivery.recipient_id),
            col(Recipient.status),
            col(Recipient.phone_sealed),
            col(Recipient.bsuid_sealed),
            col(Recipient.phone_hash),
            col(Recipient.bsuid_hash),
            col(Delivery.body),
            col(Recipient.last_inbound_at),
            tried,
            col(Delivery.reply),
            col(Recipient.opted_in_at),
            col(Recipient.scope),
        )  # type: ignore[call-overload]
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(
            Delivery.bulletin_id == bulletin_id,
            _WAITING,
            or_(col(Delivery.due_at).is_(None), col(Delivery.due_at) <= now),
        )
        .order_by(col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    return [
        Queued(
            delivery_id=row[0],
            recipient_id=row[1],
            is_active=row[2] == RecipientStatus.active,
            phone_sealed=row[3],
            bsuid_sealed=row[4],
            hashes=(row[5], row[6]),
            body=row[7],
            last_inbound_at=row[8],
            tried=row[9],
            reply=row[10],
            opted_in_at=row[11],
            scope=Scope(row[12]),
        )
        for row in session.connection().execute(query)
    ]


def speaking(session: Session, queued: Sequence[Queued]) -> dict[int, datetime]:
    """Deliveries to those whose word is not handled yet, and since when it waits: it may be a DISATTIVA."""
    names = {name for row in queued for name in row.hashes if name}
    since = unread_since(session, names)
    waits = {row.delivery_id: [since[name] for name in row.hashes if name in since] for row in queued}
    return {delivery_id: min(moments) for delivery_id, moments in waits.items() if moments}


def unread_since(session: Session, names: Collection[str] | None = None) -> dict[str, datetime]:
    """Keyed hashes of who wrote what is not handled yet, a phone's and a BSUID's, and since when it waits.

    `names`: of these only.
    """
    earliest: dict[str, datetime] = {}
    for column in (col(InboundEvent.sender_hash), col(InboundEvent.bsuid_hash)):
        query = (
            select(column, func.min(InboundEvent.received_at))
            .where(
                col(InboundEvent.handled_at).is_(None), col(InboundEvent.kind) != STATUS, column.is_not(None)
            )
            .group_by(column)
        )
        for name, since in session.exec(query if names is None else query.where(column.in_(names))):
            if name is not None:
                earliest[name] = min(since, earliest.get(name, since))
    return earliest


def in_flight(session: Session, sender_id: UUID | None) -> int:
    """How many POSTs of one sender have no answer yet."""
    query = select(func.count()).where(Attempt.sender_id == sender_id, Attempt.outcome == Outcome.in_flight)
    return session.exec(query).one()


def begin(
    session: Session, delivery_ids: Sequence[int], *, sender_id: UUID | None, now: datetime
) -> list[UUID]:
    """Claim deliveries that this transaction holds; the ids of their attempts. Commit before the POST."""
    move_all(session, delivery_ids, DeliveryStatus.queued, DeliveryStatus.claimed, now=now)
    rows = [
        {"id": uuid4(), "delivery_id": delivery_id, "sender_id": sender_id, "started_at": now}
        for delivery_id in delivery_ids
    ]
    if rows:
        session.connection().execute(insert(Attempt).values(outcome=Outcome.in_flight), rows)
    return [row["id"] for row in rows]  # type: ignore[misc]


def defer(session: Session, delivery_ids: Sequence[int], *, until: datetime) -> None:
    """Leave them in the queue, to be looked at again then."""
    query = update(Delivery).where(col(Delivery.id).in_(delivery_ids), _WAITING).values(due_at=until)
    session.connection().execute(query)


def settle(session: Session, vault: Vault, results: Sequence[Result], *, now: datetime) -> None:
    """Store what came of POSTs. A status webhook may have settled one before: it is never undone.

    One whose attempt is gone, erased after such a webhook with the person it went to, changes nothing.
    """
    query = (
        select(col(Attempt.id), col(Attempt.delivery_id), col(Attempt.outcome))
        .where(col(Attempt.id).in_([result.attempt_id for result in results]))
        .order_by(col(Attempt.id))
        .with_for_update()
    )
    attempts = {row[0]: (row[1], Outcome(row[2])) for row in session.connection().execute(query)}
    held = _statuses(session, [delivery_id for delivery_id, _ in attempts.values()])
    ended = _left_before(
        session, [result.attempt_id for result in results if result.outcome == Outcome.not_sent]
    )
    rows: list[dict[str, Any]] = []
    moves: dict[tuple[DeliveryStatus, DeliveryStatus, str | None, datetime | None], list[int]]
    moves = defaultdict(list)
    for result in results:
        if result.attempt_id not in attempts:
            continue
        delivery_id, before = attempts[result.attempt_id]
        is_news = before == Outcome.in_flight or (
            before == Outcome.uncertain and result.outcome in (Outcome.accepted, Outcome.refused)
        )
        rows.append(_row(vault, result, is_news))
        status = held[delivery_id]
        # any other status was proved by the receipt of another attempt: this answer changes nothing then
        if is_news and status in (DeliveryStatus.claimed, DeliveryStatus.uncertain):
            to = DeliveryStatus.failed if delivery_id in ended else AFTER[result.outcome]
            due_at = result.due_at if to == DeliveryStatus.queued else None
            moves[status, to, result.code, due_at].append(delivery_id)
    _update_attempts(session, rows, now)
    for (status, to, code, due_at), delivery_ids in moves.items():
        move_all(session, delivery_ids, status, to, reason=code, due_at=due_at, now=now)


def _statuses(session: Session, delivery_ids: Collection[int]) -> dict[int, DeliveryStatus]:
    query = (
        select(col(Delivery.id), col(Delivery.status))
        .where(col(Delivery.id).in_(delivery_ids))
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    return {row[0]: DeliveryStatus(row[1]) for row in session.connection().execute(query)}


def _left_before(session: Session, attempt_ids: Collection[UUID]) -> set[int]:
    """Deliveries of which a webhook told meanwhile that an earlier attempt had left, and failed: no other may
    follow. One that was refused at once did not leave: a person may have it tried again."""
    if not attempt_ids:
        return set()
    deliveries = select(Attempt.delivery_id).where(col(Attempt.id).in_(attempt_ids))
    query = select(Attempt.delivery_id).where(
        col(Attempt.delivery_id).in_(deliveries),
        col(Attempt.id).not_in(attempt_ids),
        or_(col(Attempt.failed_at).is_not(None), col(Attempt.wamid_hash).is_not(None)),
    )
    return set(session.exec(query))


def _row(vault: Vault, result: Result, is_news: bool) -> dict[str, Any]:
    """What of an attempt changes. A key that is a column's name would be written, so that none is besides."""
    row: dict[str, Any] = {"this": result.attempt_id}
    if is_news:
        row |= {"outcome": result.outcome, "code": result.code}
    if result.wamid:
        row |= {"wamid_sealed": vault.seal(result.wamid), "wamid_hash": vault.hash(result.wamid)}
    return row


def _update_attempts(session: Session, rows: Iterable[dict[str, Any]], now: datetime) -> None:
    """One statement for all that change the same columns."""
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        shapes[tuple(row)].append(row)
    table = Attempt.__table__  # type: ignore[attr-defined]
    for names, some in shapes.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names if name != "this"}
        if "outcome" in values:
            values["finished_at"] = bindparam("finished_at", now)
        if values:
            query = update(table).where(table.c.id == bindparam("this")).values(values)
            session.connection().execute(query, some)


def release(session: Session, attempt_ids: Sequence[UUID], *, now: datetime) -> None:
    """Claims whose POST was never made go back to the queue at once."""
    ids = sorted(attempt_ids)
    query = (
        update(Attempt)
        .where(col(Attempt.id).in_(ids), col(Attempt.outcome) == Outcome.in_flight)
        .values(outcome=Outcome.not_sent, finished_at=now, code=RELEASED)
    )
    session.connection().execute(query)
    deliveries = select(Attempt.delivery_id).where(
        col(Attempt.id).in_(ids), Attempt.outcome == Outcome.not_sent
    )
    move_all(session, list(session.exec(deliveries)), DeliveryStatus.claimed, DeliveryStatus.queued, now=now)


def abandon(session: Session, bulletin_id: int | None, *, living: Collection[UUID], now: datetime) -> int:
    """Attempts in flight of senders that live no more are uncertain; returns how many.

    A claim without an attempt never left and goes back to the queue.
    """
    claimed = and_(col(Delivery.bulletin_id) == bulletin_id, col(Delivery.status) == DeliveryStatus.claimed)
    begun = (
        select(col(Attempt.id), col(Attempt.delivery_id))
        .join(Delivery, col(Delivery.id) == Attempt.delivery_id)
        .where(
            claimed,
            Attempt.outcome == Outcome.in_flight,
            or_(col(Attempt.sender_id).is_(None), not_(col(Attempt.sender_id).in_(living))),
        )
        .order_by(col(Attempt.id))
        .with_for_update(of=Attempt)
    )
    lost = dict(session.connection().execute(begun).all())
    held = _statuses(session, lost.values())
    # one that a webhook settled in between stays as it is
    lost = {key: row_id for key, row_id in lost.items() if held[row_id] == DeliveryStatus.claimed}
    if lost:
        query = (
            update(Attempt)
            .where(col(Attempt.id).in_(lost), col(Attempt.outcome) == Outcome.in_flight)
            .values(outcome=Outcome.uncertain, finished_at=now, code="sender_died")
        )
        session.connection().execute(query)
        move_all(
            session,
            list(lost.values()),
            DeliveryStatus.claimed,
            DeliveryStatus.uncertain,
            reason="sender_died",
            now=now,
        )
    in_flight = select(Attempt.delivery_id).where(Attempt.outcome == Outcome.in_flight)
    idle = session.exec(select(Delivery.id).where(claimed, col(Delivery.id).not_in(in_flight))).all()
    move_all(session, idle, DeliveryStatus.claimed, DeliveryStatus.queued, now=now)
    return len(lost)


def stopped(session: Session, codes: Collection[str]) -> dict[int, datetime]:
    """Subscribers to whom a bulletin was refused with one of `codes`, and when it was last."""
    query = (
        select(col(Delivery.recipient_id), func.max(Attempt.finished_at))
        .join(Attempt, col(Attempt.delivery_id) == Delivery.id)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(
            col(Delivery.bulletin_id).is_not(None),
            Attempt.outcome == Outcome.refused,
            col(Attempt.code).in_(codes),
            Recipient.status == RecipientStatus.active,
        )
        .group_by(col(Delivery.recipient_id))
    )
    return {recipient_id: at for recipient_id, at in session.exec(query) if at is not None}


@dataclass(frozen=True)
class Rest:
    """What is left of a bulletin, or (None) of the answers: claimed by anybody, queued, and when the next
    queued one may be tried.
    """

    claimed: int
    queued: int
    due: int  # of the queued ones, at once
    due_at: datetime | None


def rest(session: Session, bulletin_id: int | None, *, now: datetime) -> Rest:
    """Of a bulletin or (None) of the answers."""
    claimed = session.exec(
        select(func.count()).where(
            Delivery.bulletin_id == bulletin_id, Delivery.status == DeliveryStatus.claimed
        )
    ).one()
    due_at = col(Delivery.due_at)
    later = func.count().filter(due_at > now)
    query = select(func.count(), later, func.min(due_at)).where(Delivery.bulletin_id == bulletin_id, _WAITING)
    queued, put_off, next_at = session.exec(query).one()
    return Rest(claimed, queued, queued - put_off, next_at)
