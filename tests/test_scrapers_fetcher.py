import gzip
import io
import pickle
import socket
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.errors import FetchError, PermanentError, TemporaryError
from scrapers.fetching.fetcher import Fetcher, NotModified, Response, read
from scrapers.fetching.pace import retry_after
from tests.world.loopback_site import Handler, Site


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(user_agent="Bollettino test", timeout=5) as fetcher:
        yield fetcher


def test_a_body_arrives_with_its_type_and_validators(site: Site, fetcher: Fetcher) -> None:
    body = gzip.compress("città".encode(), mtime=0)
    modified = "Thu, 12 Nov 2026 08:00:00 GMT"
    headers = {"Content_Type": "text/html; charset=utf-8", "ETag": '"1"', "Last_Modified": modified}
    site.answer("/", 200, body, Content_Encoding="gzip", **headers)
    answer = fetcher.get(site.url + "/")
    assert answer == Response(
        site.url + "/", 200, "città".encode(), "text/html; charset=utf-8", '"1"', modified
    )
    assert site.asked[0]["User-Agent"] == "Bollettino test"
    assert "If-None-Match" not in site.asked[0]


def test_validators_are_sent_and_304_is_not_modified(site: Site, fetcher: Fetcher) -> None:
    site.answer("/feed", 304)
    answer = fetcher.get(site.url + "/feed", etag='"1"', last_modified="Thu, 12 Nov 2026 08:00:00 GMT")
    assert answer == NotModified(site.url + "/feed")
    assert site.asked[0]["If-None-Match"] == '"1"'
    assert site.asked[0]["If-Modified-Since"] == "Thu, 12 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, PermanentError),
        (403, PermanentError),
        (204, PermanentError),
        (304, PermanentError),  # nothing was asked conditionally
        (429, TemporaryError),
        (500, TemporaryError),
        (503, TemporaryError),
    ],
)
def test_whether_a_status_is_worth_another_try_is_the_type(
    site: Site, fetcher: Fetcher, status: int, kind: type[FetchError]
) -> None:
    site.answer("/feed", status)
    with pytest.raises(kind, match=f"answers {status}"):
        fetcher.get(site.url + "/feed")


def test_redirects_within_the_site_are_followed(site: Site, fetcher: Fetcher) -> None:
    site.answer("/old", 301, Location="/new")
    site.answer("/new", 302, Location=f"{site.url}/newest")
    site.answer("/newest", 200, b"ok")
    answer = fetcher.get(site.url + "/old")
    assert isinstance(answer, Response)
    assert (answer.url, answer.content) == (site.url + "/newest", b"ok")


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("https://www.altro.example/pagina", "redirects elsewhere, to https://www.altro.example/pagina"),
        ("http://169.254.169.254/latest", "redirects elsewhere"),
        ("file:///etc/passwd", "redirects elsewhere"),
        ("/again", "more than 5 redirects"),
        ("", "without saying where to"),
        ("http://[", "redirects elsewhere"),
        ("mailto:comune@comune.example", "redirects elsewhere"),
    ],
)
def test_a_redirect_elsewhere_or_without_end_is_refused(
    site: Site, fetcher: Fetcher, target: str, says: str
) -> None:
    site.answer("/again", 302, Location=target)
    with pytest.raises(PermanentError) as caught:
        fetcher.get(site.url + "/again")
    assert str(caught.value).startswith(f"{site.url}/again: ")
    assert says in str(caught.value)


def test_the_body_of_a_redirect_is_not_read(site: Site, fetcher: Fetcher) -> None:
    left = threading.Event()

    def endless(handler: Handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/new")
        handler.end_headers()
        try:
            while not left.wait(0.001):
                handler.wfile.write(bytes(1_000_000))
        except OSError:
            left.set()

    site.answers["/old"] = endless
    site.answer("/new", 200, b"ok")
    assert isinstance(fetcher.get(site.url + "/old"), Response)
    assert left.wait(5)


def test_nothing_that_a_site_says_makes_it_know_us_again(site: Site, fetcher: Fetcher) -> None:
    site.answer("/", 200, b"ok", Set_Cookie="who=1; Path=/")
    site.answer("/old", 302, Location="/", Set_Cookie="who=2; Path=/")
    for path in ("/old", "/"):
        fetcher.get(site.url + path)
    assert not any("Cookie" in asked for asked in site.asked)


def test_a_validator_goes_back_byte_for_byte(site: Site, fetcher: Fetcher) -> None:
    """`http.server` writes and reads latin-1; as UTF-8 these two bytes would be one letter."""
    etag = b'"\xc3\xa8"'.decode("latin-1")
    site.answer("/", 200, b"ok", ETag=etag)
    for _ in range(2):
        answer = fetcher.get(site.url + "/", etag=etag)
        assert isinstance(answer, Response)
        assert answer.etag == etag
    assert site.asked[0]["If-None-Match"].encode("latin-1") == etag.encode("latin-1")


def test_the_limit_counts_unpacked_bytes_and_stops_reading(site: Site, fetcher: Fetcher) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(50)) + packer.flush()
    assert len(bomb) < 100_000
    site.answer("/bomb", 200, bomb, Content_Encoding="gzip")
    with pytest.raises(PermanentError, match="limit of 10,000,000 bytes"):
        fetcher.get(site.url + "/bomb")


def test_a_body_of_50_megabytes_names_the_limit(site: Site, fetcher: Fetcher) -> None:
    def send(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(50):
                handler.wfile.write(bytes(1_000_000))
        except OSError:
            handler.close_connection = True  # the client has read enough

    site.answers["/big"] = send
    with pytest.raises(PermanentError, match="limit of 10,000,000 bytes"):
        fetcher.get(site.url + "/big")


@pytest.mark.parametrize("body", [b"not gzip at all", gzip.compress(b"x" * 5000, mtime=0)[:-12]])
def test_a_damaged_compression_may_be_better_next_time(site: Site, fetcher: Fetcher, body: bytes) -> None:
    site.answer("/", 200, body, Content_Encoding="gzip")
    with pytest.raises(TemporaryError, match="compressed body"):
        fetcher.get(site.url + "/")


def test_a_body_that_breaks_off_is_temporary(site: Site, fetcher: Fetcher) -> None:
    site.answer("/", 200, b"<rss>", Content_Length="5000", Connection="close")
    with pytest.raises(TemporaryError, match="the connection failed"):
        fetcher.get(site.url + "/")


def test_silence_and_a_closed_port_are_temporary() -> None:
    with socket.socket() as silent, Fetcher(user_agent="t", timeout=0.1) as fetcher:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TemporaryError, match="the connection failed"):
            fetcher.get(url)
        silent.listen()
        with pytest.raises(TemporaryError, match=r"no complete answer within 0\.1 seconds"):
            fetcher.get(url)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", 86_400.0),
        ("Thu, 12 Nov 2026 08:02:00 GMT", 120.0),
        ("Thursday, 12-Nov-26 08:02:00 GMT", 120.0),
        ("Thu Nov 12 08:02:00 2026", 120.0),
        ("Thu, 12 Nov 2020 08:02:00 GMT", 0.0),
        ("Thu, 12 Nov 2099 08:02:00 GMT", 86_400.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Thu, 99 Nov 2026 99:02:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded_to_a_day(value: str, seconds: float | None) -> None:
    assert retry_after(value, now=datetime(2026, 11, 12, 8, tzinfo=UTC).timestamp()) == seconds


@pytest.mark.parametrize(("status", "seconds"), [(429, 90.0), (503, 90.0), (500, None)])
def test_the_wait_that_a_server_asks_for_is_in_the_error(
    site: Site, fetcher: Fetcher, status: int, seconds: float | None
) -> None:
    site.answer("/", status, Retry_After="90")
    with pytest.raises(TemporaryError) as caught:
        fetcher.get(site.url + "/")
    assert caught.value.retry_after == seconds
    assert pickle.loads(pickle.dumps(caught.value)).retry_after == seconds  # noqa: S301


@pytest.mark.parametrize("phase", ["head", "body"])
def test_a_server_that_drips_bytes_does_not_outlast_the_deadline(site: Site, phase: str) -> None:
    """Each byte would come within a time-out of its own; the deadline is for all of them together."""
    dripped = threading.Event()

    def drip(handler: Handler) -> None:
        if phase == "body":
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        try:
            while not dripped.wait(0.02):
                handler.wfile.write(b"x")
        except OSError:
            handler.close_connection = True

    site.answers["/"] = drip
    with Fetcher(user_agent="t", timeout=0.3) as fetcher:
        started = time.monotonic()
        with pytest.raises(TemporaryError, match=r"no complete answer within 0\.3 seconds"):
            fetcher.get(site.url + "/")
        assert time.monotonic() - started < 3
    dripped.set()


def test_a_length_that_promises_too_little_cuts_the_body_and_spoils_no_other(
    site: Site, fetcher: Fetcher
) -> None:
    site.answer("/lie", 200, b"<rss/>and more than was promised\r\n\r\n", Content_Length="6")
    site.answer("/next", 200, b"next")
    for path, body in (("/lie", b"<rss/>"), ("/next", b"next")):
        answer = fetcher.get(site.url + path)
        assert isinstance(answer, Response)
        assert answer.content == body


def test_a_length_beyond_the_limit_is_believed_at_once(site: Site, fetcher: Fetcher) -> None:
    site.answer("/", 200, b"x", Content_Length="10000001")
    with pytest.raises(PermanentError, match="limit of 10,000,000 bytes"):
        fetcher.get(site.url + "/")


def test_a_gzip_body_of_several_members_is_read_to_its_end(site: Site, fetcher: Fetcher) -> None:
    body = gzip.compress(b"<rss>", mtime=0) + gzip.compress(b"</rss>", mtime=0) + b"\0\0"
    site.answer("/", 200, body, Content_Encoding="gzip")
    answer = fetcher.get(site.url + "/")
    assert isinstance(answer, Response)
    assert answer.content == b"<rss></rss>"


def test_a_connection_that_was_closed_while_idle_is_replaced(site: Site, fetcher: Fetcher) -> None:
    def once(handler: Handler) -> None:
        if len(site.asked) == 1:
            handler.close_connection = True
            return
        site.answer("/", 200, b"ok")
        site.answers["/"](handler)

    site.answers["/"] = once
    answer = fetcher.get(site.url + "/")
    assert isinstance(answer, Response)
    assert answer.content == b"ok"


@pytest.mark.parametrize("etag", ['"a\r\nX: y"', '"è€"', ""])
def test_a_validator_that_cannot_be_sent_is_left_out(site: Site, fetcher: Fetcher, etag: str) -> None:
    site.answer("/", 200, b"ok")
    assert isinstance(fetcher.get(site.url + "/", etag=etag), Response)
    assert "If-None-Match" not in site.asked[0]


def test_requests_to_one_host_keep_their_distance(site: Site) -> None:
    site.answer("/", 200, b"ok")
    site.answer("/old", 301, Location="/")
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    with Fetcher(user_agent="t", pause=2.0, clock=lambda: now[0], sleep=sleep) as fetcher:
        fetcher.get(site.url + "/")
        now[0] += 0.5
        fetcher.get(site.url + "/")
        fetcher.get(site.url + "/old")  # and each hop
        now[0] += 10
        fetcher.get(site.url + "/")
        fetcher.get(f"http://localhost:{site.port}/")  # another host
    assert slept == [1.5, 2.0, 2.0]


def test_files_and_standard_input_are_read_like_addresses(
    tmp_path: Path, site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(b"<rss/>")
    assert read(str(path), fetcher).content_type in ("application/xml", "text/xml")
    site.answer("/", 200, b"<rss/>")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"<rss/>")))
    assert {read(source, fetcher).content for source in (str(path), site.url + "/", "-")} == {b"<rss/>"}
    with pytest.raises(PermanentError, match="neither a readable file nor an http address"):
        read(str(tmp_path / "absent.xml"), fetcher)
    fetcher.limit = 3
    with pytest.raises(PermanentError, match="limit of 3 bytes"):
        read(str(path), fetcher)
