"""One HTTP exchange, and the only question that matters of one that failed: may its bytes have left?"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Literal, Protocol, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

# Not httpx, as elsewhere: a durable message costs 0.32 ms of CPU this way and about 0.5 that way, and aiohttp
# knows whether bytes may have left. httpx-aiohttp, which would join the two, calls a server that took the
# whole request and hung up a ConnectTimeout: "not sent", an invitation to send twice.
import aiohttp
import certifi
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict
from yarl import URL

from flows.whatsapp.loopback import is_loopback

Method = Literal["GET", "POST"]

LONGEST = 4  # timeouts that a whole exchange may take: an answer that trickles in never ends by itself
IDLE = 15.0  # seconds that an unused connection is kept: shorter than servers do, or a POST meets its closing


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = field(repr=False)  # may quote a citizen's number
    retry_after: str | None = None  # the headers, as they came
    date: str | None = None


class WireError(Exception):
    """There is no answer. The text is the kind of failure and quotes nothing."""


class NotSentError(WireError):
    """No byte of the request left: repeating it is safe."""


class LostError(WireError):
    """It may have arrived."""


class Wire(Protocol):
    """What a client needs of HTTP; a test puts its own in place."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def exchange(
        self, method: Method, url: str, body: bytes | None = None, leaves: Callable[[], None] | None = None
    ) -> Reply:
        """Raises NotSentError or LostError, nothing else. `leaves` is called as the body is written."""
        ...


class Aiohttp:
    """Connections of this process to one host. `timeout` is in seconds, for connecting and for each read."""

    def __init__(self, host: str, headers: dict[str, str], *, connections: int, timeout: float) -> None:
        self._host, self._connections = host, connections
        # with each request: what a session has by default, aiohttp shows to the office's proxy too (tested)
        self._headers = CIMultiDict({**headers, "Content-Type": "application/json"})
        self._timeout = aiohttp.ClientTimeout(
            total=timeout * LONGEST, sock_connect=timeout, sock_read=timeout, connect=None
        )
        self._urls: dict[str, URL] = {}  # parsing an address costs as much as sending it

    async def __aenter__(self) -> Self:
        secure = urlsplit(self._host).scheme == "https"
        connector = aiohttp.TCPConnector(
            limit=self._connections, keepalive_timeout=IDLE, ssl=trusted() if secure else False
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=proxy_of(self._host),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def exchange(
        self, method: Method, url: str, body: bytes | None = None, leaves: Callable[[], None] | None = None
    ) -> Reply:
        address = self._urls.get(url)
        if address is None:
            address = self._urls[url] = URL(url)
        data = None if body is None else _Stamped(body, leaves)
        try:
            # a POST is never repeated by aiohttp itself (tested): only GET and the like are
            async with self._session.request(
                method, address, data=data, headers=self._headers, allow_redirects=False
            ) as response:
                raw, headers = await response.read(), response.headers
                return Reply(response.status, raw, headers.get("Retry-After"), headers.get("Date"))
        except _NOT_SENT as exc:
            raise NotSentError(type(exc).__name__) from None  # its text would name the address
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise LostError(type(exc).__name__) from None


class _Stamped(aiohttp.BytesPayload):
    """A body that says when it is written: a connection may have taken seconds to open before."""

    def __init__(self, body: bytes, leaves: Callable[[], None] | None) -> None:
        super().__init__(body)
        self._leaves = leaves

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        if self._leaves:
            self._leaves()
        await super().write_with_length(writer, content_length)


# All are raised before the request is written: while resolving, connecting, shaking hands, or while the
# office's proxy opens the tunnel. An error page that a proxy sends later is an answer without Meta's words.
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


def proxy_of(address: str) -> str | None:
    """The office's proxy as the system names it, asked once; it does not know this machine's sandbox.

    aiohttp's own look (`trust_env`) costs two threads a request, and would take a password from ~/.netrc.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxy = getproxies().get(parts.scheme)
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


@cache
def trusted() -> ssl.SSLContext:
    """The machine's authorities and certifi's: a slim container has none, an office may have its own.

    Read once a process: it takes longer than a short exchange.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
