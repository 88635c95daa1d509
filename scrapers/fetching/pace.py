"""Politeness: requests to one host keep a distance in time, and a server that asks for peace gets it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime


class Pace:
    """Spaces requests to one host by `pause` seconds, over all threads; 0 is no pause at all."""

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
