"""One budget for all senders of a number: never more messages in any second than the limit.

The limit of 40 a second is 40 lanes, each of which carries one message and is then closed for a second and
a little more (`CYCLE`). A sender takes the lanes of the next moments in one small transaction and gives them
back with the moments at which the messages really left, so that one that left late cannot meet the next in
the same second (`reopens`). Lanes of a sender that died open again by themselves.

The lanes are used in an even row. A row that was held up goes on a little closer together, as far as its
lanes are open, until it has caught up: no second holds more than the limit for it.

Times are Unix seconds of the database's clock (`clock`), which all machines share.
"""

import math
import time
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlmodel import Session, func, select

from db.engine import insert_into
from db.models import SendRate

# A provider sees messages some milliseconds closer together than they left: the plan is 98.3 % of the limit.
CYCLE = 1.017  # times the second: from a lane's moment to its next one
CLOSED = 1.014  # the same, from when its message really left; a delay of 3 ms costs nothing
AHEAD = 0.75  # seconds of sending in one lease: an alert waits no longer behind ordinary messages
REFILL = 0.5  # seconds of slots in hand below which it is worth asking for more
LAG = 0.25  # seconds by which a row that was held up is caught up with
HOLD = 1.0  # after its moment, in which a message must leave or be told of
RECOVERY = 5.0  # seconds between two steps up after a "too fast"
STEP = 1.25
LONGEST_PAUSE = 3600.0


class Priority(IntEnum):
    """Who goes first while there is not enough for all."""

    alert = 0
    answer = 1
    ordinary = 2


@dataclass(frozen=True)
class Slot:
    """One message may leave at `at`, and until `at + HOLD`; `held` is what the lane shows meanwhile."""

    at: float
    held: float


@dataclass(frozen=True)
class Lease:
    slots: tuple[Slot, ...]
    period: float  # seconds for which a lane is closed after its message left
    again_at: float  # when it is worth asking for more
    now: float
    paused: bool


def clock(session: Session) -> float:
    """Unix seconds: PostgreSQL's own, this machine's for SQLite."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.exec(select(func.extract("epoch", func.clock_timestamp()))).one())
    return time.time()


def lease(
    session: Session,
    number: str,
    *,
    per_second: float,
    wanted: int,
    priority: Priority,
    returned: Iterable[tuple[float, float]] = (),
    now: float,
) -> Lease:
    """Take up to `wanted` slots of the next moments (`AHEAD`).

    `returned`: (held, open again at) of lanes taken before: `reopens` of a message that left, its own `at`
    of one that was not needed, `now + HOLD + period` of one that is still about to leave.
    """
    row = _row(session, number, per_second)
    _adapt(row, per_second, now)
    lanes = _lanes(row, now)
    period = _period(row.per_second)
    _give_back(lanes, returned)
    paused = now < row.paused_until
    again_at, slots = row.paused_until, []
    if not paused and not (again_at := _waits_for_others(row, priority, now)):
        slots = _take(row, lanes, wanted, now)
        again_at = _again_at(lanes, slots, wanted, now)
        _tell_others(row, priority, now if len(slots) >= wanted else now + 2 * AHEAD)
    lanes.sort()
    row.lanes = array("d", lanes).tobytes()
    session.add(row)
    session.flush()
    return Lease(tuple(slots), period, again_at, now, paused)


def slow(session: Session, number: str, *, per_second: float, now: float) -> float:
    """The provider said "too fast": halve, once for all messages of the same second. The rate in force."""
    row = _row(session, number, per_second)
    if now - row.changed_at > 1.0 or row.per_second >= per_second:
        row.per_second, row.changed_at = max(1.0, row.per_second / 2), now
    session.add(row)
    session.flush()
    return row.per_second


def pause(session: Session, number: str, *, per_second: float, seconds: float, now: float) -> None:
    """Nobody sends for so long; a longer pause that is in force stays."""
    row = _row(session, number, per_second)
    row.paused_until = max(row.paused_until, now + min(seconds, LONGEST_PAUSE))
    session.add(row)
    session.flush()


def _row(session: Session, number: str, per_second: float) -> SendRate:
    query = select(SendRate).where(SendRate.number == number).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        new = SendRate(number=number, per_second=per_second).model_dump()
        session.connection().execute(insert_into(session, SendRate).values(new).on_conflict_do_nothing())
        row = session.exec(query.execution_options(populate_existing=True)).one()
    return row


def reopens(at: float, left_at: float, period: float) -> float:
    """When the lane of a message that was planned for `at` may carry the next one."""
    return max(at + period, left_at + period * CLOSED / CYCLE)


def _period(per_second: float) -> float:
    return math.ceil(per_second) / per_second * CYCLE


def _adapt(row: SendRate, per_second: float, now: float) -> None:
    """Up step by step, down at once when the profile says so; a clock that jumped back stops nothing."""
    row.changed_at = min(row.changed_at, now)
    row.paused_until = min(row.paused_until, now + LONGEST_PAUSE)
    row.next_at = min(row.next_at, now + 2 * AHEAD)
    row.urgent_until = min(row.urgent_until, now + 2 * AHEAD)
    row.answers_until = min(row.answers_until, now + 2 * AHEAD)
    if row.per_second < per_second and now - row.changed_at >= RECOVERY:
        row.per_second, row.changed_at = max(row.per_second * STEP, row.per_second + 1), now
    row.per_second = min(row.per_second, per_second)


def _lanes(row: SendRate, now: float) -> list[float]:
    """Sorted; as many as the rate in force has, the latest to open where there are too many."""
    stored = array("d")
    stored.frombytes(row.lanes)
    period = _period(row.per_second)
    latest = now + AHEAD + HOLD + 2 * period
    lanes = sorted(opens if opens <= latest else now + period for opens in stored)  # the clock jumped back
    count = math.ceil(row.per_second)
    return lanes[-count:] if len(lanes) >= count else sorted([now] * (count - len(lanes)) + lanes)


def _give_back(lanes: list[float], returned: Iterable[tuple[float, float]]) -> None:
    """A lane that was lost meanwhile (its rate went down) is not made again."""
    for held, opens in returned:
        place = bisect_left(lanes, held)
        if place < len(lanes) and lanes[place] == held:
            del lanes[place]
            insort(lanes, opens)


def _waits_for_others(row: SendRate, priority: Priority, now: float) -> float:
    """Until when those who go first want all there is; 0 when they do not."""
    before = [row.urgent_until] if priority > Priority.alert else []
    before += [row.answers_until] if priority > Priority.answer else []
    until = max(before, default=0.0)
    return until if until > now else 0.0


def _tell_others(row: SendRate, priority: Priority, until: float) -> None:
    if priority == Priority.alert:
        row.urgent_until = until
    elif priority == Priority.answer:
        row.answers_until = until


def _take(row: SendRate, lanes: list[float], wanted: int, now: float) -> list[Slot]:
    """The lanes that open first, in an even row, or closer where it was held up."""
    period, apart = _period(row.per_second), _period(row.per_second) / len(lanes)
    if now - row.next_at > LAG:  # nobody was sending
        row.next_at = now
    slots: list[Slot] = []
    closest = now
    for opens in lanes[:wanted]:
        at = max(opens, row.next_at, closest)
        if at > now + AHEAD:
            break
        slots.append(Slot(at, at + HOLD + period))
        row.next_at = max(row.next_at, at - LAG) + apart
        closest = at + apart / 2
    lanes[: len(slots)] = [slot.held for slot in slots]
    return slots


def _again_at(lanes: Sequence[float], slots: Sequence[Slot], wanted: int, now: float) -> float:
    if len(slots) < wanted and not slots:
        return max(now, min(lanes) - REFILL)
    return max(now, slots[-1].at - REFILL) if slots else now + AHEAD
