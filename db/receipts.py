"""What the provider's status webhooks say of our attempts. A receipt proves that its message left.

Meta may answer a POST with "try again" (131000) and deliver all the same: the delivery is then back in the
queue, or claimed for the next attempt. What is proved is never sent again. Statuses come in any order and
more than once, so that what is stored is made of the statuses themselves and not of the way they came: of
receipts the highest, of failures the newest by the provider's time; and a delivery is judged from all its
attempts at once. Locks: see `db.claims`. Rows are read and written by columns: a thousand come at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar
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


State = TypeVar("State", _Attempt, _Delivery)


def settle(session: Session, reports: Sequence[StatusReport], *, now: datetime) -> list[int | None]:
    """Store what statuses say, however many.

    Returns for each the recipient of its message; None when it speaks of no attempt of ours.
    """
    owners = _owners(session, reports)
    attempts = _locked(session, Attempt, _Attempt, {owner for owner in owners if owner})
    delivery_ids = {attempt.delivery_id for attempt in attempts.values()}
    deliveries = _locked(session, Delivery, _Delivery, delivery_ids)
    for report, owner in zip(reports, owners, strict=True):
        if owner:
            _tell(attempts[owner], report)
            _receive(deliveries[attempts[owner].delivery_id], report)
    _write(session, attempts.values(), deliveries.values(), now)
    _judge(session, attempts.values(), deliveries, now)
    return [deliveries[attempts[owner].delivery_id].recipient_id if owner else None for owner in owners]


def _owners(session: Session, reports: Sequence[StatusReport]) -> list[UUID | None]:
    """The attempt of each status: by our id, else by the wamid."""
    ids = [own_id(report.opaque) for report in reports]
    ours = set(session.exec(select(Attempt.id).where(col(Attempt.id).in_(padded(set(filter(None, ids)))))))
    rest = {report.wamid_hash for report, key in zip(reports, ids, strict=True) if key not in ours}
    by_wamid: dict[str | None, UUID] = {}
    if rest:
        rows = session.exec(
            select(Attempt.wamid_hash, Attempt.id).where(col(Attempt.wamid_hash).in_(padded(rest)))
        )
        by_wamid = dict(rows.all())
    return [
        key if key in ours else by_wamid.get(report.wamid_hash)
        for report, key in zip(reports, ids, strict=True)
    ]


def own_id(opaque: str | None) -> UUID | None:
    """The id of ours that a status echoes; None for somebody else's opaque data."""
    try:
        return UUID(opaque) if opaque else None
    except ValueError:
        return None


def _locked(
    session: Session, table: type[Attempt] | type[Delivery], state: type[State], ids: Collection[Any]
) -> dict[Any, State]:
    """The rows with these ids, held until the transaction ends; what has a default is no column."""
    columns = [getattr(table, field.name) for field in fields(state) if field.default is MISSING]
    query = select(*columns).where(col(table.id).in_(padded(ids))).order_by(col(table.id)).with_for_update()
    return {row[0]: state(*row) for row in session.exec(query)}


def _tell(attempt: _Attempt, report: StatusReport) -> None:
    if report.receipt is not None:
        end = Outcome.accepted
    else:
        end = Outcome.accepted if attempt.outcome == Outcome.accepted else Outcome.refused
        code = report.code or "failed"
        if attempt.failed_at is None or (report.at, code) > (attempt.failed_at, attempt.code or ""):
            attempt.failed_at, attempt.code, attempt.is_new = report.at, code, True
    if attempt.outcome != end:
        attempt.outcome, attempt.is_new, attempt.has_ended = end, True, True
    # several statuses tell the price, and the same one; should they differ, the one that costs stands
    price, stored = _price(report), _price(attempt)
    if price > stored:
        attempt.pricing_category, attempt.billable = report.pricing_category, report.billable
        attempt.is_new = True


def _price(of: StatusReport | _Attempt) -> tuple[bool, bool, str]:
    return (of.pricing_category is not None, bool(of.billable), of.pricing_category or "")


def _receive(delivery: _Delivery, report: StatusReport) -> None:
    """Never lower; of two attempts that came equally far the earlier time stands."""
    receipt, stored, at = report.receipt, delivery.receipt, delivery.receipt_at
    if receipt is None or (stored and receipt.rank < stored.rank):
        return
    if stored is None or at is None or receipt.rank > stored.rank or report.at < at:
        delivery.receipt, delivery.receipt_at, delivery.is_new = receipt, report.at, True


def _write(
    session: Session, attempts: Iterable[_Attempt], deliveries: Iterable[_Delivery], now: datetime
) -> None:
    """One statement for all that end alike, where these are many; of a thousand most say the same."""
    columns = ("outcome", "code", "failed_at", "pricing_category", "billable")
    ends: list[tuple[object, dict[str, object]]] = [
        (row.id, {name: getattr(row, name) for name in columns}) for row in attempts if row.is_new
    ]
    _write_alike(session, Attempt, ends)
    ended = [attempt.id for attempt in attempts if attempt.has_ended]
    _write_alike(session, Attempt, [(attempt_id, {"finished_at": now}) for attempt_id in ended])
    came = ("receipt", "receipt_at")
    ends = [(row.id, {name: getattr(row, name) for name in came}) for row in deliveries if row.is_new]
    _write_alike(session, Delivery, ends)
    session.expire_all()  # what the session read before is not what stands there now


def _write_alike(
    session: Session, table: type[Attempt] | type[Delivery], rows: Iterable[tuple[object, dict[str, object]]]
) -> None:
    """`rows`: ids with their new values, the same columns for all."""
    alike: dict[tuple[object, ...], list[object]] = defaultdict(list)
    names: tuple[str, ...] = ()
    for row_id, row in rows:
        names = tuple(row)
        alike[tuple(row.values())].append(row_id)
    single: list[dict[str, object]] = []
    for values, row_ids in alike.items():
        new = dict(zip(names, values, strict=True))
        if len(row_ids) < MANY:
            single += [{"key": row_id, **new} for row_id in row_ids]
        else:
            query = update(table).where(col(table.id).in_(padded(row_ids)))
            session.connection().execute(query.values(new))
    if single:
        session.connection().execute(
            update(table).where(col(table.id) == bindparam("key")),
            single,
        )


def _judge(
    session: Session, attempts: Iterable[_Attempt], deliveries: dict[int, _Delivery], now: datetime
) -> None:
    """Moves each delivery to what all its attempts say together.

    One that left makes it accepted. It is failed when one failed and no other may have reached the citizen.
    """
    doubtful = {attempt.delivery_id for attempt in attempts if attempt.failed_at}
    others: dict[int, list[Attempt]] = defaultdict(list)
    if doubtful:
        query = select(Attempt).where(col(Attempt.delivery_id).in_(padded(doubtful)))
        for attempt in session.exec(query):
            others[attempt.delivery_id].append(attempt)
    for delivery_id, delivery in deliveries.items():
        if delivery_id not in doubtful:
            _go(session, delivery, DeliveryStatus.accepted, None, now)
            continue
        rows = others[delivery_id]
        alive = [row for row in rows if row.outcome in MAY_HAVE_IT and row.failed_at is None]
        left = any(row.outcome == Outcome.accepted for row in rows)
        if alive and left:  # one left, and not all that may have it have failed
            _go(session, delivery, DeliveryStatus.accepted, None, now)
        elif not alive:
            ends = [row for row in rows if row.failed_at or row.outcome == Outcome.refused]
            last = max(ends, key=lambda row: (row.started_at, row.id))
            _go(session, delivery, DeliveryStatus.failed, last.code, now)


def _go(session: Session, state: _Delivery, to: DeliveryStatus, reason: str | None, now: datetime) -> None:
    moves = to in DELIVERY_TRANSITIONS[state.status]
    if moves or (state.status == to and reason not in (None, state.reason)):
        delivery = session.get_one(Delivery, state.id)
        if moves:
            move(delivery, to, now=now, reason=reason)
        delivery.reason = reason
        session.add(delivery)
        session.flush()
