"""Turns of a host over several Fetchers: no more at once than one alone makes, at the same distance."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from scrapers.errors import PermanentError
from scrapers.fetching import pace
from scrapers.fetching.fetcher import Fetcher
from scrapers.fetching.pace import AT_ONCE, Pace
from tests.world.loopback_site import Handler, Site


class Busy(Site):
    """Takes its time, and knows how many asked at once."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.now = self.most = 0
        self.answers["/"] = self.slowly

    def slowly(self, handler: Handler) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self.lock:
            self.now -= 1
        handler.send_response(200)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.close()


@pytest.fixture
def busy() -> Iterator[Busy]:
    found = Busy()
    yield found
    found.close()


def require_end(*jobs: Callable[[], None]) -> None:
    """Side by side, none fails and none waits for ever."""
    ended: list[Callable[[], None]] = []

    def run(job: Callable[[], None]) -> None:
        job()
        ended.append(job)

    threads = [threading.Thread(target=run, args=[job], daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    patience = time.monotonic() + 20
    for thread in threads:
        thread.join(max(patience - time.monotonic(), 0))
    assert len(ended) == len(jobs)


def test_one_host_is_asked_by_as_many_at_once_over_all_fetchers_as_by_one(busy: Busy) -> None:
    shared = Pace(0.0)

    def ask() -> None:
        with Fetcher(user_agent="t", pace=shared) as fetcher:
            fetcher.get(busy.url + "/")

    require_end(*[ask] * 4 * AT_ONCE)
    assert 1 < busy.most <= AT_ONCE


@pytest.mark.slow
def test_the_wait_for_a_place_is_no_part_of_the_time_that_the_answer_may_take(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "AT_ONCE", 1)
    shared = Pace(0.0)

    def ask() -> None:
        with Fetcher(user_agent="t", timeout=1.5, pace=shared) as fetcher:
            fetcher.get(busy.url + "/")

    require_end(*[ask] * 45)
    assert busy.most == 1


def test_hosts_that_redirect_to_each_other_never_wait_for_each_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "AT_ONCE", 1)
    here, there = f"http://127.0.0.1:{site.port}", f"http://localhost:{site.port}"
    site.answer("/here", 302, Location=f"{there}/end")
    site.answer("/there", 302, Location=f"{here}/end")
    site.answer("/end", 200, b"ok")
    shared = Pace(0.0)

    def ask(start: str) -> None:
        with Fetcher(user_agent="t", hosts=["localhost", "127.0.0.1"], pace=shared) as fetcher:
            for _ in range(5):
                assert fetcher.whole(start).content == b"ok"

    require_end(*[partial(ask, start) for start in (f"{here}/here", f"{there}/there") * 4])


def test_a_place_is_given_back_however_an_exchange_ends(site: Site) -> None:
    site.answer("/gone", 404)
    site.answer("/loop", 302, Location="/loop")
    site.answer("/away", 302, Location="https://altrove.example/")
    site.answer("/large", 200, b"x" * 100)
    site.answer("/", 200, b"ok")

    def ask() -> None:
        with Fetcher(user_agent="t", limit=50, pace=Pace(0.0)) as fetcher:
            for path in ("/gone", "/loop", "/away", "/large"):
                for _ in range(AT_ONCE):
                    with pytest.raises(PermanentError):
                        fetcher.get(site.url + path)
            assert fetcher.whole(site.url + "/").content == b"ok"

    require_end(ask)


def test_fetchers_that_share_a_pace_keep_one_distance_and_what_a_host_asked_of_one(site: Site) -> None:
    site.answer("/", 200, b"ok")
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    shared = Pace(2.0, lambda: now[0], sleep)
    with Fetcher(user_agent="a", pace=shared) as one, Fetcher(user_agent="b", pace=shared) as other:
        one.get(site.url + "/")
        other.get(site.url + "/")
        shared.slow("127.0.0.1", 5.0)
        one.get(site.url + "/")
    assert slept == [2.0, 5.0]
