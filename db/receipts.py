"""What the provider's status webhooks say of our attempts. A receipt proves that its message left.

Meta may answer a POST with "try again" (131000) and deliver all the same: the delivery is then back in the
queue, or claimed for the next attempt. What is proved is never sent again. Statuses come in any order and
more than once, so that what is stored is made of the statuses themselves and not of the way they came: of
receipts the highest, of failures the newest by the provider's time; and a delivery is judged from all its
attempts at once. Locks: see `db.claims`. Rows are read and written by columns: a thousand come at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from db.deliveries import move
from db.engine import padded
from db.models import DELIVERY_TRANSITIONS, Attempt, Delivery, DeliveryStatus, Outcome, Receipt

MANY = 8  # rows that are alike; for fewer a statement of their own costs more than a row each
MAY_HAVE_IT = (Outcome.in_flight, Outcome.uncertain, Outcome.accepted)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One status. `opaque` is our id that it echoes; `receipt` None means failed, with its code."""

    opaque: str | None
    wamid_hash: str = field(repr=False)
    receipt: Receipt | None
    at: datetime
    code: str | None = None
    pricing_category: str | None = None
    billable: bool | None = None


@dataclass(slots=True)
class _Attempt:
    id: UUID
    delivery_id: int
    outcome: Outcome
    code: str | None
    failed_at: datetime | None
    pricing_category: str | None
    billable: bool | None
    is_new: bool = False  # to be written
    has_ended: bool = False


@dataclass(slots=True)
class _Delivery:
    id: int
    recipient_id: int
    status: DeliveryStatus
    reason: str | None
    receipt: Receipt | None
    receipt_at: datetime | None
    is_new: bool = False


def settle(session: Session, told: Sequence[StatusReport], *, now: datetime) -> list[int | None]:
    """Store what statuses say, however many.

    Returns for each the recipient of its message; None when it speaks of no attempt of ours.
    """
    owners = _owners(session, told)
    attempts = _locked_attempts(session, {owner for owner in owners if owner})
    deliveries = _locked_deliveries(session, {attempt.delivery_id for attempt in attempts.values()})
    for one, owner in zip(told, owners, strict=True):
        if owner:
            _tell(attempts[owner], one)
            _receive(deliveries[attempts[owner].delivery_id], one)
    _write(session, attempts.values(), deliveries.values(), now)
    _judge(session, attempts.values(), deliveries, now)
    return [deliveries[attempts[owner].delivery_id].recipient_id if owner else None for owner in owners]


def _owners(session: Session, told: Sequence[StatusReport]) -> list[UUID | None]:
    """The attempt of each status: by our id, else by the wamid."""
    asked = [_uuid(one.opaque) for one in told]
    known = set(
        session.exec(select(Attempt.id).where(col(Attempt.id).in_(padded({one for one in asked if one}))))
    )
    rest = {one.wamid_hash for one, number in zip(told, asked, strict=True) if number not in known}
    by_wamid: dict[str | None, UUID] = {}
    if rest:
        rows = session.exec(
            select(Attempt.wamid_hash, Attempt.id).where(col(Attempt.wamid_hash).in_(padded(rest)))
        )
        by_wamid = dict(rows.all())
    return [
        number if number in known else by_wamid.get(one.wamid_hash)
        for one, number in zip(told, asked, strict=True)
    ]


def _uuid(opaque: str | None) -> UUID | None:
    try:
        return UUID(opaque) if opaque else None
    except ValueError:  # somebody else's opaque data
        return None


def _locked_attempts(session: Session, ids: Collection[UUID]) -> dict[UUID, _Attempt]:
    query = (
        select(  # type: ignore[call-overload]
            Attempt.id,
            Attempt.delivery_id,
            Attempt.outcome,
            Attempt.code,
            Attempt.failed_at,
            Attempt.pricing_category,
            Attempt.billable,
        )
        .where(col(Attempt.id).in_(padded(ids)))
        .order_by(col(Attempt.id))
        .with_for_update()
    )
    return {row[0]: _Attempt(*row) for row in session.exec(query)}


def _locked_deliveries(session: Session, ids: Collection[int]) -> dict[int, _Delivery]:
    query = (
        select(  # type: ignore[call-overload]
            Delivery.id,
            Delivery.recipient_id,
            Delivery.status,
            Delivery.reason,
            Delivery.receipt,
            Delivery.receipt_at,
        )
        .where(col(Delivery.id).in_(padded(ids)))
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    return {row[0]: _Delivery(*row) for row in session.exec(query)}


def _tell(attempt: _Attempt, told: StatusReport) -> None:
    if told.receipt is not None:
        end = Outcome.accepted
    else:
        end = Outcome.accepted if attempt.outcome == Outcome.accepted else Outcome.refused
        code = told.code or "failed"
        if attempt.failed_at is None or (told.at, code) > (attempt.failed_at, attempt.code or ""):
            attempt.failed_at, attempt.code, attempt.is_new = told.at, code, True
    if attempt.outcome != end:
        attempt.outcome, attempt.is_new, attempt.has_ended = end, True, True
    # several statuses tell the price, and the same one; should they differ, the one that costs stands
    price, known = _price(told), _price(attempt)
    if price > known:
        attempt.pricing_category, attempt.billable = told.pricing_category, told.billable
        attempt.is_new = True


def _price(of: StatusReport | _Attempt) -> tuple[bool, bool, str]:
    return (of.pricing_category is not None, bool(of.billable), of.pricing_category or "")


def _receive(delivery: _Delivery, told: StatusReport) -> None:
    """Never lower; of two attempts that came equally far the earlier time stands."""
    receipt, known, at = told.receipt, delivery.receipt, delivery.receipt_at
    if receipt is None or (known and receipt.rank < known.rank):
        return
    if known is None or at is None or receipt.rank > known.rank or told.at < at:
        delivery.receipt, delivery.receipt_at, delivery.is_new = receipt, told.at, True


def _write(
    session: Session, attempts: Iterable[_Attempt], deliveries: Iterable[_Delivery], now: datetime
) -> None:
    """One statement for all that end alike, where these are many; of a thousand most say the same."""
    columns = ("outcome", "code", "failed_at", "pricing_category", "billable")
    ends: list[tuple[object, dict[str, object]]] = [
        (one.id, {name: getattr(one, name) for name in columns}) for one in attempts if one.is_new
    ]
    _write_alike(session, Attempt, ends)
    ended = [one.id for one in attempts if one.has_ended]
    _write_alike(session, Attempt, [(number, {"finished_at": now}) for number in ended])
    came = ("receipt", "receipt_at")
    ends = [(one.id, {name: getattr(one, name) for name in came}) for one in deliveries if one.is_new]
    _write_alike(session, Delivery, ends)
    session.expire_all()  # what the session read before is not what stands there now


def _write_alike(
    session: Session, table: type[Attempt] | type[Delivery], rows: Iterable[tuple[object, dict[str, object]]]
) -> None:
    """`rows`: ids with their new values, the same columns for all."""
    alike: dict[tuple[object, ...], list[object]] = defaultdict(list)
    names: tuple[str, ...] = ()
    for number, row in rows:
        names = tuple(row)
        alike[tuple(row.values())].append(number)
    single: list[dict[str, object]] = []
    for values, numbers in alike.items():
        new = dict(zip(names, values, strict=True))
        if len(numbers) < MANY:
            single += [{"key": number, **new} for number in numbers]
        else:
            query = update(table).where(col(table.id).in_(padded(numbers)))
            session.connection().execute(query.values(new))
    if single:
        session.connection().execute(
            update(table).where(col(table.id) == bindparam("key")),
            single,
        )


def _judge(
    session: Session, told: Iterable[_Attempt], deliveries: dict[int, _Delivery], now: datetime
) -> None:
    """Moves each delivery to what all its attempts say together.

    One that left makes it accepted. It is failed when one failed and no other may have reached the citizen.
    """
    doubtful = {attempt.delivery_id for attempt in told if attempt.failed_at}
    others: dict[int, list[Attempt]] = defaultdict(list)
    if doubtful:
        query = select(Attempt).where(col(Attempt.delivery_id).in_(padded(doubtful)))
        for attempt in session.exec(query):
            others[attempt.delivery_id].append(attempt)
    for number, delivery in deliveries.items():
        if number not in doubtful:
            _go(session, delivery, DeliveryStatus.accepted, None, now)
            continue
        alive = [one for one in others[number] if one.outcome in MAY_HAVE_IT and one.failed_at is None]
        left = any(one.outcome == Outcome.accepted for one in others[number])
        if alive and left:  # one left, and not all that may have it have failed
            _go(session, delivery, DeliveryStatus.accepted, None, now)
        elif not alive:
            ends = [one for one in others[number] if one.failed_at or one.outcome == Outcome.refused]
            last = max(ends, key=lambda one: (one.started_at, one.id))
            _go(session, delivery, DeliveryStatus.failed, last.code, now)


def _go(session: Session, known: _Delivery, to: DeliveryStatus, reason: str | None, now: datetime) -> None:
    moves = to in DELIVERY_TRANSITIONS[known.status]
    if moves or (known.status == to and reason not in (None, known.reason)):
        delivery = session.get_one(Delivery, known.id)
        if moves:
            move(delivery, to, now=now, reason=reason)
        delivery.reason = reason
        session.add(delivery)
        session.flush()
