"""One GET, as a public service should do it: bounded in time, size and where it may end up."""

import ssl
import sys
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin

from scrapers.addresses import Place, is_loopback, names_loopback, place, same_site
from scrapers.body import read_body
from scrapers.errors import GoneError, PermanentError, TemporaryError
from scrapers.pace import Pace
from scrapers.pinned import Resolver, resolve
from scrapers.retry import retry_after
from scrapers.tls import trusted
from scrapers.transport import Answer, Headers, Transport, named_errors

REDIRECTS = (301, 302, 303, 307, 308)
WORTH_RETRYING = (408, 425, 429)


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
    """Fetches addresses; a context manager that owns its connections. Threads may share one.

    `hosts` may be redirected to, besides the host that was asked. `timeout` is in seconds and bounds the
    whole exchange, redirects included; `limit` is in bytes, after decompression. `pause` is the least
    distance, in seconds, between two requests to one host. `own` are the addresses that the operator named:
    of this machine only their hosts and ports are asked, so that no link of a page leads to another service
    here; None trusts whoever calls, who typed the address. `resolver`, `context`, `clock` and `sleep` are
    for tests.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] = (),
        timeout: float = 20.0,
        limit: int = 10_000_000,
        pause: float = 0.0,
        own: Collection[str] | None = None,
        resolver: Resolver = resolve,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.hosts = frozenset(hosts)
        self.timeout = timeout
        self.limit = limit
        self._own = None if own is None else _origins(own)
        self._pace = Pace(pause, clock, sleep)
        # gzip only: it is the one encoding that can be unpacked to a limit without further packages
        self._headers = [
            (b"User-Agent", user_agent.encode("latin-1", "replace")),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"gzip"),
        ]
        self._transport = Transport(context or trusted(), resolver)

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        """The body behind `url`, or NotModified when the validators given still hold.

        Raises TemporaryError or PermanentError, both named after the address that was asked.
        """
        validators = [*_header(b"If-None-Match", etag), *_header(b"If-Modified-Since", last_modified)]
        deadline = time.monotonic() + self.timeout
        here = url
        for _ in range(6):  # the first request and five redirects
            where = self._place(url, here)
            deadline += self._pace.wait(where.host)
            answer = self._exchange(url, here, where, validators, deadline)
            if not isinstance(answer, str):
                return answer
            here = self._follow(url, here, answer)
        raise PermanentError(url, f"more than 5 redirects, the last to {here}; correct the address")

    def _place(self, asked: str, url: str) -> Place:
        try:
            found = place(url)
        except ValueError as exc:
            raise PermanentError(asked, f"not an address that can be fetched: {url} ({exc})") from exc
        if names_loopback(found.host):
            of_ours = is_loopback(asked) if self._own is None else (found.host, found.port) in self._own
            if not of_ours:
                raise PermanentError(
                    asked, f"{url} leads to the private address {found.host}; it is not fetched"
                )
        return found

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
        self, url: str, here: str, where: Place, validators: Headers, deadline: float
    ) -> Response | NotModified | str:
        """One request: the answer, or the Location of a redirect."""
        with named_errors(url, here, self.timeout):
            answer = self._transport.get(where, self._headers + validators, deadline)
            try:
                if answer.status == 304 and validators:
                    answer.read()  # it has no body, and the connection can be used again
                    return NotModified(url)
                headers = _headers(answer)
                if answer.status in REDIRECTS:
                    return _location(url, answer.status, headers)
                _require_success(url, answer, headers)
                content = read_body(
                    url,
                    answer.iter_stream(),
                    encoding=headers.get("content-encoding", ""),
                    length=headers.get("content-length", ""),
                    limit=self.limit,
                )
            finally:
                answer.close()
        return Response(
            url=here,
            status=answer.status,
            content=content,
            content_type=headers.get("content-type", ""),
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )


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


def _origins(addresses: Collection[str]) -> frozenset[tuple[str, int]]:
    """Host and port of those that are on this machine."""
    own = [place(address) for address in addresses if is_loopback(address)]
    return frozenset((one.host, one.port) for one in own)


def _header(name: bytes, value: str | None) -> Iterable[tuple[bytes, bytes]]:
    """A validator that cannot be sent back as it came is left out: the answer is then a whole body."""
    if value and value.isprintable() and all(character <= "\xff" for character in value):
        yield name, value.encode("latin-1")


def _headers(answer: Answer) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in answer.headers:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _location(url: str, status: int, headers: dict[str, str]) -> str:
    location = headers.get("location", "")
    if not location:
        raise PermanentError(url, f"answers {status} without saying where to")
    return location


def _require_success(url: str, answer: Answer, headers: dict[str, str]) -> None:
    status = answer.status
    if status == 200:
        return
    reason = answer.extensions.get("reason_phrase", b"").decode("latin-1")
    said = f"answers {status} {reason}".rstrip()
    if status >= 500 or status in WORTH_RETRYING:
        asked = headers.get("retry-after", "") if status in (429, 503) else ""
        raise TemporaryError(url, said, retry_after(asked, now=time.time()))
    if status in (404, 410):
        raise GoneError(url, f"{said}; check the address in the profile")
    raise PermanentError(url, said)
