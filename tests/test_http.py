import gzip
import io
import socket
import ssl
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.addresses import refuse_private, same_site
from scrapers.errors import FetchError, PermanentError, TemporaryError
from scrapers.http import Fetcher, NotModified, Response, read

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A loopback server that answers each path as told, and remembers what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        site = self
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(dict(self.headers))
                site.answers[self.path](self)

            def log_message(self, *args: object) -> None:  # it would write to the test's standard error
                del args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def answer(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> None:
        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = send

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


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


def test_a_host_of_the_profile_may_still_not_be_private(site: Site) -> None:
    site.answer("/", 302, Location="http://10.0.0.1/")
    with (
        Fetcher(user_agent="t", hosts=["10.0.0.1"]) as fetcher,
        pytest.raises(PermanentError, match=r"private address 10\.0\.0\.1"),
    ):
        fetcher.get(site.url + "/")


def test_the_limit_counts_unpacked_bytes_and_stops_reading(site: Site, fetcher: Fetcher) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(50)) + packer.flush()
    assert len(bomb) < 100_000
    site.answer("/bomb", 200, bomb, Content_Encoding="gzip")
    with pytest.raises(PermanentError, match="limit of 10,000,000 bytes"):
        fetcher.get(site.url + "/bomb")


def test_a_body_of_50_megabytes_names_the_limit(site: Site, fetcher: Fetcher) -> None:
    def send(handler: BaseHTTPRequestHandler) -> None:
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


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, fetcher: Fetcher) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "site.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    site = Site(tls)
    try:
        with pytest.raises(PermanentError, match="certificate cannot be verified"):
            fetcher.get(site.url + "/")
    finally:
        site.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/",
        "http://[fe80::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://0.0.0.0/",
        "ftp://www.comune.example/feed",
        "http:///nohost",
        "nonsense",
    ],
)
def test_private_and_senseless_addresses_are_never_asked(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(PermanentError):
        fetcher.get(url)


def test_a_public_address_may_not_lead_to_loopback() -> None:
    with pytest.raises(PermanentError, match=r"private address 127\.0\.0\.1"):
        refuse_private("https://www.comune.example/", "http://127.0.0.1/", allow_loopback=False)


@pytest.mark.parametrize(
    ("target", "same"),
    [
        ("https://comune.example/feed", True),
        ("https://WWW.comune.example./feed", True),
        ("https://cdn.fornitore.example/x", True),  # in the profile
        ("https://comune.example.evil.example/feed", False),
        ("https://altro.comune.example/feed", False),
        ("https://user@evil.example/www.comune.example", False),
    ],
)
def test_the_same_site_is_the_same_host_but_for_www(target: str, same: bool) -> None:
    assert same_site("http://www.comune.example/feed", target, ["cdn.fornitore.example"]) is same


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
