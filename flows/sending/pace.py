"""One sender's part of the rate that all senders of the number share: `db.rate`, slot by slot.

Kept on the monotonic clock of this process. The database's clock is read with each lease: when it jumped
against ours, the slots are not used and a whole second passes first, so that no second carries two budgets.
"""

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from db import rate
from db.engine import transaction
from db.rate import Lease, Priority, Slot

JUMP = 0.25  # seconds that two clocks may drift apart between two leases
READ_IN = 0.05  # a clock that took longer to read tells too little to judge by


@dataclass
class Departure:
    """A slot in use; `at` and `held` on the database's clock."""

    at: float
    held: float
    left_at: float | None = None  # monotonic

    def leave(self) -> None:
        """To be called as the bytes leave: only then is the slot used."""
        self.left_at = time.monotonic()


@dataclass(frozen=True)
class Grant:
    """`error`: seconds by which `offset` may be too great, as long as the clock took to be read."""

    lease: Lease
    offset: float
    error: float
    jumped: bool


class Pace:
    """`per_second`: the profile's limit. Times in and out are monotonic seconds."""

    def __init__(self, engine: Engine, number: str, per_second: float, priority: Priority) -> None:
        self._engine, self._number = engine, number
        self._per_second, self._priority = per_second, priority
        self._slots: deque[Slot] = deque()
        self._departures: list[Departure] = []
        self._offset: float | None = None  # database's clock - ours, or up to `_error` more
        self._error = 0.0
        self._period = 1.0
        self.again_at = 0.0  # when to ask for more
        self.paused = False

    def __len__(self) -> int:
        """Slots in hand."""
        return len(self._slots)

    def _theirs(self, at: float) -> float:
        """The database's clock then, or earlier: of two senders one may have read it more slowly."""
        return at + (self._offset or 0.0) - self._error

    def within(self, until: float) -> int:
        """Slots in hand whose moment comes before that."""
        return bisect_right(self._slots, self._theirs(until), key=lambda slot: slot.at)

    @property
    def next_at(self) -> float | None:
        """When the next message may leave, as far as that is known."""
        return self._slots[0].at - self._theirs(0.0) if self._slots else None

    def take(self, now: float) -> Departure | None:
        """A slot whose moment has come."""
        their_now = self._theirs(now)
        while self._slots and self._slots[0].at <= their_now:
            slot = self._slots.popleft()
            departure = Departure(slot.at, slot.held)
            self._departures.append(departure)
            if their_now < slot.at + rate.HOLD:
                return departure
            departure.left_at = slot.at - (self._offset or 0.0)  # too old to be used: given back
        return None

    def question(self, wanted: int, beside: Callable[[Session], None]) -> Callable[[], Grant]:
        """To be asked in a thread: slots up to `wanted` in hand, and used ones given back.

        `beside` runs in the same transaction. What comes back is for `learn`.
        """
        gone = [departure for departure in self._departures if departure.left_at is not None]
        self._departures = [departure for departure in self._departures if departure.left_at is None]
        still_there, more = list(self._departures), wanted - len(self._slots)
        old, old_error, period = self._offset, self._error, self._period

        def ask() -> Grant:
            with transaction(self._engine) as session:
                beside(session)
                before = time.monotonic()
                now = rate.clock(session)
                after = time.monotonic()
                jumped = old is not None and not now - after - JUMP <= old <= now - before + JUMP
                offset, error = now - before, after - before
                if old is not None and not jumped and error >= READ_IN:
                    offset, error = old, old_error
                until = now + rate.HOLD + period
                returned = [
                    (departure.held, rate.reopens(departure.at, (departure.left_at or 0.0) + offset, period))
                    for departure in gone
                ]
                lease = rate.lease(
                    session,
                    self._number,
                    per_second=self._per_second,
                    wanted=0 if jumped else max(0, more),
                    priority=self._priority,
                    returned=returned + [(departure.held, until) for departure in still_there],
                    now=now,
                )
            for departure in still_there:
                departure.held = until
            return Grant(lease, offset, error, jumped)

        return ask

    def learn(self, grant: Grant) -> None:
        self._offset, self._error = grant.offset, grant.error
        self._period, self.paused = grant.lease.period, grant.lease.paused
        self._slots.extend(grant.lease.slots)
        self.again_at = grant.lease.again_at - grant.offset
        if grant.jumped or self.paused:
            self._slots.clear()  # their lanes open by themselves
        if grant.jumped:
            self.again_at = time.monotonic() + rate.HOLD + self._period

    def slow(self) -> None:
        """The provider said "too fast". Blocking."""
        with transaction(self._engine) as session:
            now = rate.clock(session)
            rate.slow(session, self._number, per_second=self._per_second, now=now)

    def pause(self, seconds: float) -> None:
        """Nobody sends for so long, once they ask again. Blocking."""
        with transaction(self._engine) as session:
            now = rate.clock(session)
            rate.pause(session, self._number, per_second=self._per_second, seconds=seconds, now=now)
