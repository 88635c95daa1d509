"""One GET, as a public service should do it: bounded in time, size and where it may end up."""

import ssl
import sys
import time
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin

import httpx

from scrapers.addresses import is_loopback, refuse_private, same_site
from scrapers.errors import PermanentError, TemporaryError

REDIRECTS = (301, 302, 303, 307, 308)
WORTH_RETRYING = (408, 425, 429)
# A proxy of the environment must not stand between us and our own machine.
DIRECT: dict[str, httpx.BaseTransport | None] = {
    f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")
}


@dataclass(frozen=True)
class Response:
    """A whole body, decoded from its transfer and content encodings but not from its charset."""

    url: str  # where it was found in the end
    status: int
    content: bytes = field(repr=False)
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class NotModified:
    """The server says that what the validators describe is still current."""

    url: str


class Fetcher:
    """Fetches addresses; a context manager that owns its connections.

    `hosts` may be redirected to, besides the host that was asked. `timeout` is in seconds and bounds the
    whole exchange, redirects included; `limit` is in bytes, after decompression.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] = (),
        timeout: float = 20.0,
        limit: int = 10_000_000,
    ) -> None:
        self.hosts = frozenset(hosts)
        self.timeout = timeout
        self.limit = limit
        # gzip only: it is the one encoding that can be unpacked to a limit without further packages
        headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}
        self._client = httpx.Client(headers=headers, follow_redirects=False, mounts=DIRECT)

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        """The body behind `url`, or NotModified when the validators given still hold.

        Raises TemporaryError or PermanentError, both named after the address that was asked.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in validators.items() if value}
        deadline = time.monotonic() + self.timeout
        here = url
        for _ in range(6):  # the first request and five redirects
            refuse_private(url, here, allow_loopback=is_loopback(url))
            answer = self._exchange(url, here, headers, deadline)
            if not isinstance(answer, str):
                return answer
            here = self._follow(url, here, answer)
        raise PermanentError(url, f"more than 5 redirects, the last to {here}; correct the address")

    def _follow(self, url: str, here: str, location: str) -> str:
        try:
            target = urljoin(here, location)
        except ValueError:  # "http://[" and the like
            target = location
        if not same_site(url, target, self.hosts):
            raise PermanentError(
                url, f"redirects elsewhere, to {target}; if that is right, put the new address in the profile"
            )
        if here.startswith("https:") and not target.startswith("https:"):
            raise PermanentError(url, f"redirects to an address without encryption, {target}")
        return target

    def _exchange(
        self, url: str, here: str, headers: dict[str, str], deadline: float
    ) -> Response | NotModified | str:
        """One request: the answer, or the Location of a redirect."""
        remaining = max(deadline - time.monotonic(), 0.001)
        try:
            with self._client.stream("GET", here, headers=headers, timeout=remaining) as response:
                if response.status_code in REDIRECTS:
                    return _location(url, response)
                if response.status_code == 304 and headers:
                    return NotModified(url)
                _require_success(url, response)
                return Response(
                    url=here,
                    status=response.status_code,
                    content=self._body(url, response, deadline),
                    content_type=response.headers.get("content-type", ""),
                    etag=response.headers.get("etag"),
                    last_modified=response.headers.get("last-modified"),
                )
        except httpx.TimeoutException as exc:
            raise TemporaryError(url, f"no complete answer within {self.timeout:g} seconds") from exc
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as exc:
            raise PermanentError(url, f"not an address that can be fetched: {here}") from exc
        except httpx.TransportError as exc:
            raise _broken(url, exc) from exc

    def _body(self, url: str, response: httpx.Response, deadline: float) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise PermanentError(url, f"compressed as {encoding}, although only gzip was asked for")
        unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        body = bytearray()
        for chunk in response.iter_raw():
            if time.monotonic() > deadline:
                raise TemporaryError(url, f"no complete answer within {self.timeout:g} seconds")
            try:
                body += unpack.decompress(chunk, self.limit + 1 - len(body)) if unpack else chunk
            except zlib.error as exc:
                raise TemporaryError(url, f"the compressed body is damaged ({exc})") from exc
            if len(body) > self.limit:
                raise PermanentError(url, f"larger than the limit of {self.limit:,} bytes; not read further")
        if unpack and not unpack.eof and body:
            raise TemporaryError(url, "the compressed body ends too early")
        return bytes(body)


def read(source: str, fetcher: Fetcher) -> Response:
    """A file, standard input (`-`) or an address alike; files and input have the same size limit."""
    if source.lower().startswith(("http://", "https://")):
        answer = fetcher.get(source)
        if isinstance(answer, NotModified):
            raise PermanentError(source, "answers 304 to a request without validators")
        return answer
    is_input = source == "-"
    name = "standard input" if is_input else source
    try:
        if is_input:
            content = sys.stdin.buffer.read(fetcher.limit + 1)
        else:
            with Path(source).open("rb") as stream:
                content = stream.read(fetcher.limit + 1)
    except (OSError, ValueError) as exc:  # a null byte in a path is a ValueError
        reason = getattr(exc, "strerror", None) or str(exc)
        raise PermanentError(name, f"neither a readable file nor an http address ({reason})") from exc
    if len(content) > fetcher.limit:
        raise PermanentError(name, f"larger than the limit of {fetcher.limit:,} bytes; not read further")
    return Response(url=name, status=200, content=content, content_type=guess_type(source)[0] or "")


def _location(url: str, response: httpx.Response) -> str:
    location = response.headers.get("location", "")
    if not location:
        raise PermanentError(url, f"answers {response.status_code} without saying where to")
    return str(location)


def _require_success(url: str, response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status >= 500 or status in WORTH_RETRYING:
        raise TemporaryError(url, f"answers {status} {response.reason_phrase}".rstrip())
    remedy = "; check the address in the profile" if status in (404, 410) else ""
    raise PermanentError(url, f"answers {status} {response.reason_phrase}".rstrip() + remedy)


def _broken(url: str, exc: httpx.TransportError) -> TemporaryError | PermanentError:
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return PermanentError(url, f"its certificate cannot be verified ({cause.verify_message})")
        cause = cause.__cause__ or cause.__context__
    return TemporaryError(url, f"the connection failed ({exc or type(exc).__name__})")
