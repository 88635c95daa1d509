"""The benches' own parts work; how fast is for `make bench`."""

from scrapers.feeds.feeds import parse_feed
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from tests.bench.feed_server import ITEMS
from tests.bench.feeds import ours, server


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
