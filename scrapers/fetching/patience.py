"""A fetcher that has time: it keeps its distance and waits when a server asks it to."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection

from scrapers.errors import TemporaryError
from scrapers.fetching.addresses import host_of
from scrapers.fetching.fetcher import NotModified, Response
from scrapers.fetching.robots import Crawler

BACK_OFF = (5, 30)  # pauses before the second and the third try
LONGEST_WAIT = 900.0  # seconds that a Retry-After may ask for; longer is another day's work
BUDGET = 1800.0  # seconds of such waiting in one run, for one host


class OutOfPatience(TemporaryError):
    """One host made us wait as long as one run may; it is not asked again in this run."""


class Patient(Crawler):
    """Asks up to three times where the trouble may pass, not before the server's own Retry-After.

    `pause` is in seconds, between any two requests to one host; `sleep` is for tests.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] = (),
        pause: float,
        own: Collection[str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(user_agent=user_agent, hosts=hosts, pause=pause, own=own, sleep=sleep)
        self._back_off = [pause * times for times in BACK_OFF]
        self._rest = sleep
        self._waited: dict[str, float] = defaultdict(float)  # seconds, by host
        self._given_up: set[str] = set()  # hosts

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        self.require_patience(url)
        self.require_allowed(url)  # here, so that waiting for robots.txt is not repeated for each try
        for wait in self._back_off:
            try:
                return super().get(url, etag=etag, last_modified=last_modified)
            except TemporaryError as exc:
                asked = exc.retry_after or 0.0
                if asked > LONGEST_WAIT:
                    raise
                self._wait(url, max(wait, asked))
        return super().get(url, etag=etag, last_modified=last_modified)

    def require_patience(self, url: str) -> None:
        """Raise OutOfPatience where this run does not ask the host of `url` any more."""
        host = host_of(url)
        if host in self._given_up:
            minutes = round(self._waited[host] / 60)
            raise OutOfPatience(
                url,
                f"{host} asks again and again to wait; after {minutes} minutes of waiting it is left alone: "
                "start the same again later, it goes on where it stopped",
            )

    def _wait(self, url: str, seconds: float) -> None:
        host = host_of(url)
        if self._waited[host] + seconds > BUDGET:
            self._given_up.add(host)
            self.require_patience(url)
        self._waited[host] += seconds
        self._rest(seconds)
