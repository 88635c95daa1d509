"""Politeness: requests to one host keep a distance in time."""

import threading
import time
from collections.abc import Callable


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
        self._lock = threading.Lock()

    def wait(self, host: str) -> float:
        """Wait for the host's turn; the seconds waited."""
        if not self.pause:
            return 0.0
        with self._lock:  # the turn is taken at once, the waiting is done outside
            now = self._clock()
            turn = max(self._next.get(host, now), now)
            self._next[host] = turn + self.pause
        if turn > now:
            self._sleep(turn - now)
        return turn - now
