"""One GET, as a public service should do it: bounded in time, size and where it may end up."""

import ssl
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from scrapers.errors import ElsewhereError, GoneError, PermanentError, TemporaryError
from scrapers.fetching.addresses import WebAddress, is_loopback, names_loopback, same_site, web_address
from scrapers.fetching.body import read_body
from scrapers.fetching.pace import Pace, Turn, retry_after
from scrapers.fetching.pinned import Resolver, resolve
from scrapers.fetching.tls import trusted
from scrapers.fetching.transport import EXCHANGE, MOST_REDIRECTS, Exchange, Transport, named_errors

REDIRECTS = (301, 302, 303, 307, 308)
WORTH_RETRYING = (408, 425, 429)
Reach = tuple[frozenset[str], frozenset[tuple[str, int]] | None]


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


class _NoCookies(CookieJar):
    """Keeps none: nobody is to know us again. A policy that refuses all costs a tenth of a 304's time."""

    def extract_cookies(self, response: object, request: object) -> None:
        pass


class Fetcher:
    """Fetches addresses; a context manager that owns its connections. Threads may share one.

    `hosts` may be redirected to, besides the host that was asked. `timeout` is in seconds and bounds the
    whole exchange, redirects included; `limit` is in bytes, after decompression. `pause` is the least
    distance, in seconds, between two requests to one host; a `pace` instead is shared with other Fetchers,
    which then go by turns. `own` are the addresses that the operator named: of this machine only their hosts
    and ports are asked, so that no link of a page leads to another service here; None trusts whoever calls,
    who typed the address. `resolver`, `context`, `clock` and `sleep` are for tests.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] = (),
        timeout: float = 20.0,
        limit: int = 10_000_000,
        pause: float = 0.0,
        pace: Pace | None = None,
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
        self._pace = pace or Pace(pause, clock, sleep)
        self._client = httpx.Client(
            transport=Transport(context or trusted(), resolver),
            headers={
                b"User-Agent": user_agent.encode("latin-1", "replace"),
                b"Accept": b"*/*",
                b"Accept-Encoding": b"gzip",  # the one encoding that we unpack to a limit
            },
            cookies=_NoCookies(),
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            event_hooks={"request": [self._admit], "response": [_require_target]},
            trust_env=False,  # a proxy is the transport's business; a password from ~/.netrc is nobody's
        )

    def __enter__(self) -> Self:
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
        validators = {**_header(b"If-None-Match", etag), **_header(b"If-Modified-Since", last_modified)}
        exchange = Exchange(url, time.monotonic() + self.timeout, Turn(self._pace))
        asking = self._client.stream(
            "GET", _place(url, url).url, headers=validators, extensions={EXCHANGE: exchange}
        )
        with exchange.turn, named_errors(exchange, self.timeout), asking as answer:
            if answer.status_code == 304 and validators:
                for _ in answer.iter_raw():  # it has no body, and the connection can be used again
                    pass
                return NotModified(url)
            _require_success(url, answer)
            headers = answer.headers
            headers.encoding = "latin-1"  # a validator goes back byte for byte
            content = read_body(
                url,
                answer.iter_raw(),  # httpx would not see that a packed body ends too early
                encoding=headers.get("content-encoding", ""),
                length=headers.get("content-length", ""),
                limit=self.limit,
            )
        return Response(
            url=str(answer.url) if answer.history else url,
            status=answer.status_code,
            content=content,
            content_type=headers.get("content-type", ""),
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )

    def whole(self, url: str) -> Response:
        """The body behind `url`, asked for without validators."""
        answer = self.get(url)
        if isinstance(answer, NotModified):
            raise PermanentError(url, "answers 304 to a request without validators")
        return answer

    @property
    def reach(self) -> Reach:
        """Where else it may be led: two of one reach end at one place, or meet the same ElsewhereError."""
        return self.hosts, self._own

    def _admit(self, request: httpx.Request) -> None:
        """Each request on its way, the first one and every redirect: may it go there, and is it its turn?"""
        exchange: Exchange = request.extensions[EXCHANGE]
        asked, before, target = exchange.asked, exchange.here, str(request.url)
        if before and not same_site(asked, target, self.hosts):
            raise ElsewhereError(asked, _elsewhere(target))
        if before.startswith("https:") and not target.startswith("https:"):
            raise PermanentError(asked, f"redirects to an address without encryption, {target}")
        where = _place(asked, target)
        if names_loopback(where.host):
            of_ours = is_loopback(asked) if self._own is None else (where.host, where.port) in self._own
            if not of_ours:
                raise ElsewhereError(
                    asked, f"{target} leads to the private address {where.host}; it is not fetched"
                )
        exchange.here = target
        exchange.deadline += exchange.turn.take(where.host)


def read(source: str, fetcher: Fetcher) -> Response:
    """A file, standard input (`-`) or an address alike; files and input have the same size limit."""
    if source.lower().startswith(("http://", "https://")):
        return fetcher.whole(source)
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
    own = [web_address(address) for address in addresses if is_loopback(address)]
    return frozenset((where.host, where.port) for where in own)


def _header(name: bytes, value: str | None) -> dict[bytes, bytes]:
    """A validator that cannot be sent back as it came is left out: the answer is then a whole body."""
    if value and value.isprintable() and all(character <= "\xff" for character in value):
        return {name: value.encode("latin-1")}
    return {}


def _place(asked: str, url: str) -> WebAddress:
    try:
        return web_address(url)
    except ValueError as exc:
        raise PermanentError(asked, f"not an address that can be fetched: {url} ({exc})") from exc


def _elsewhere(target: str) -> str:
    return f"redirects elsewhere, to {target}; if that is right, put the new address in the profile"


def _require_target(answer: httpx.Response) -> None:
    """A redirect must name a web address: httpx asks again for no name, and gives `file:` a host."""
    asked, status = answer.request.extensions[EXCHANGE].asked, answer.status_code
    if status not in REDIRECTS:
        return
    location = answer.headers.get("location", "")
    if not location:
        raise PermanentError(asked, f"answers {status} without saying where to")
    try:
        scheme = httpx.URL(location).scheme
    except httpx.InvalidURL as exc:
        raise PermanentError(asked, _elsewhere(location)) from exc
    if scheme not in ("", "http", "https"):
        raise PermanentError(asked, _elsewhere(location))


def _require_success(url: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if status == 200:
        return
    message = f"answers {status} {answer.reason_phrase}".rstrip()
    if status >= 500 or status in WORTH_RETRYING:
        asked = answer.headers.get("retry-after", "") if status in (429, 503) else ""
        raise TemporaryError(url, message, retry_after(asked, now=time.time()))
    if status in (404, 410):
        raise GoneError(url, f"{message}; check the address in the profile")
    raise PermanentError(url, message)
