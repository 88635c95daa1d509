"""A fetcher that has time: it keeps its distance and waits when a server asks it to."""

import time
from collections.abc import Callable, Collection

from scrapers.errors import PermanentError, TemporaryError
from scrapers.http import Fetcher, NotModified, Response

BACK_OFF = (5, 30)  # pauses before the second and the third try
LONGEST = 900.0  # seconds that a Retry-After may ask for; longer is another day's work


class Patient(Fetcher):
    """Asks up to three times where the trouble may pass, not before the server's own Retry-After.

    `pause` is in seconds, between any two requests to one host; `sleep` is for tests.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] = (),
        pause: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(user_agent=user_agent, hosts=hosts, pause=pause, sleep=sleep)
        self._back_off = [pause * times for times in BACK_OFF]
        self._rest = sleep

    def __enter__(self) -> "Patient":
        return self

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        for wait in self._back_off:
            try:
                return super().get(url, etag=etag, last_modified=last_modified)
            except TemporaryError as exc:
                asked = exc.retry_after or 0.0
                if asked > LONGEST:
                    raise
                self._rest(max(wait, asked))
        return super().get(url, etag=etag, last_modified=last_modified)

    def whole(self, url: str) -> Response:
        """The body behind `url`, asked for without validators."""
        answer = self.get(url)
        if isinstance(answer, NotModified):
            raise PermanentError(url, "answers 304 to a request without validators")
        return answer
