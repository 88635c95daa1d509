"""Politeness: requests to one host go by turns, and a server that asks for peace gets it.

One Pace may serve many Fetchers: a vendor's host carries the sites of many Comuni, and must not be asked by
more of them at once than by one alone.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from queue import SimpleQueue
from types import TracebackType

AT_ONCE = 8  # exchanges with one host
Places = SimpleQueue[None]  # that are free; a Semaphore does the same, at ten times the price


class Pace:
    """Spaces requests to one host by `pause` seconds, over all threads; 0 is no pause at all.

    At most `AT_ONCE` exchanges with one host are under way.
    """

    def __init__(
        self,
        pause: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pause = pause
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._asked: dict[str, float] = {}  # seconds that a host asked for itself
        self._places: dict[str, Places] = {}
        self._lock = threading.Lock()

    def slow(self, host: str, pause: float) -> None:
        """From now on at least `pause` seconds between two requests to this host."""
        with self._lock:
            self._asked[host] = pause
            self._next[host] = max(self._next.get(host, 0.0), self._clock() + pause)

    def wait(self, host: str) -> float:
        """Wait for the host's turn; the seconds waited."""
        pause = max(self.pause, self._asked.get(host, 0.0))
        if not pause:
            return 0.0
        with self._lock:  # the turn is taken at once, the waiting is done outside
            now = self._clock()
            turn = max(self._next.get(host, now), now)
            self._next[host] = turn + pause
        if turn > now:
            self._sleep(turn - now)
        return turn - now

    def places(self, host: str) -> Places:
        """Of which an exchange with the host takes one, and puts it back."""
        found = self._places.get(host)
        if found is None:
            with self._lock:
                found = self._places.setdefault(host, _free())
        return found


def _free() -> Places:
    places: Places = SimpleQueue()
    for _ in range(AT_ONCE):
        places.put(None)
    return places


class Turn:
    """The place of one exchange at the host that it has got to: one host's at a time, so that none waits for
    another that waits for it. A context manager that gives it back."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._host = ""
        self._held: Places | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def take(self, host: str) -> float:
        """Wait for a place at the host, and then for its turn; the seconds waited."""
        began = time.monotonic()
        if host != self._host:
            self._give_back()
            places = self._pace.places(host)
            places.get()
            self._host, self._held = host, places
        return time.monotonic() - began + self._pace.wait(host)

    def _give_back(self) -> None:
        if self._held is not None:
            self._held.put(None)
        self._host, self._held = "", None


LONGEST_SILENCE = 86_400.0  # a day: more is a fault of the server, and would silence a source


def retry_after(value: str, *, now: float) -> float | None:
    """Seconds from `now` (epoch), 0 to a day, that a Retry-After asks for (RFC 9110, 10.2.3), or None."""
    value = value.strip()
    if value.isdecimal():
        return min(float(value[:12]), LONGEST_SILENCE)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), LONGEST_SILENCE)
