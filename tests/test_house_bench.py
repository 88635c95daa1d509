"""The benches' own parts work; how fast is for `make bench`."""

from pathlib import Path

import pytest

from scrapers.feeds.feeds import parse_feed
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from tests.bench import alerts, fleet
from tests.bench.feed_server import ITEMS
from tests.bench.feeds import ours, server
from tests.world.towns import PATH, Issuer


def test_the_server_of_the_benches_gives_whole_feeds_and_answers_304() -> None:
    with server() as port, Fetcher(user_agent="t") as fetcher:
        url = f"http://127.0.0.1:{port}/feed/7.xml"
        answer = fetcher.get(url)
        assert isinstance(answer, Response)
        assert len(parse_feed(answer).entries) == ITEMS
        assert isinstance(fetcher.get(url, etag=answer.etag), NotModified)
        assert isinstance(fetcher.get(url, etag='"other"'), Response)


def test_the_bench_reads_every_feed_whole_and_then_304s() -> None:
    with server() as port:
        figures = ours(port, 2, 1)
    assert (figures["failed"], figures["stored"]) == (0, 2 * ITEMS)


@pytest.mark.parametrize("together", [True, False])
def test_the_bench_of_alerts_serves_every_comune_in_each_round(tmp_path: Path, together: bool) -> None:
    assert [alerts.opening(3, together=together)(number) for number in range(2)] == [3, 3]
    issuer = Issuer()
    once = alerts.polled(tmp_path, issuer.url + PATH, 3, together=together)
    for number, shown in enumerate((0, 0, 1)):
        issuer.shows(alerts.content(shown), f'"{shown}"')
        assert once(number) == 3
    issuer.close()
    assert len(issuer.asked) == (3 if together else 9)


@pytest.mark.rehearsal
@pytest.mark.slow
@pytest.mark.xdist_group("server")  # a server of Prefect's too: one at a time
def test_the_bench_of_a_fleet_serves_every_comune_in_each_round() -> None:
    found = fleet.measured(3, rounds=1)
    assert found.keys() == {*fleet.HOURLY, "server"}
    assert all(found[name]["cpu"] > 0 for name in fleet.HOURLY)
