"""httpx over connections of our own, each request and its redirects within one deadline.

httpx's own transport lets nobody say which address of a name is connected to, and counts seconds for each
read: a server that drips bytes would never end.
"""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpcore
import httpx

from scrapers.errors import FetchError, PermanentError, TemporaryError
from scrapers.fetching.addresses import names_loopback, web_address
from scrapers.fetching.body import read_body
from scrapers.fetching.pace import Turn
from scrapers.fetching.pinned import Pinned, PrivateAddress, Resolver, left
from scrapers.fetching.pools import Pools
from scrapers.fetching.tls import missing_between

EXCHANGE = "exchange"  # the extension of a request that holds its Exchange; httpx hands it to each redirect
Headers = list[tuple[bytes, bytes]]
UNKNOWN_ISSUER = (20, 21)  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ..._TO_VERIFY_LEAF_SIGNATURE
MOST_REDIRECTS = 5
MOST_OF_AN_ISSUER = 100_000  # bytes
_BROKEN = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


@dataclass
class Exchange:
    """What holds for a request and for all the redirects that follow it."""

    asked: str
    deadline: float  # on the clock of `time.monotonic()`
    turn: Turn
    here: str = ""  # where it has got to


class Transport(httpx.BaseTransport):
    """Connections that are kept for the next request; threads may share one."""

    def __init__(self, context: ssl.SSLContext, resolver: Resolver) -> None:
        self._context = context
        self._resolver = resolver
        self._lock = threading.Lock()
        self._completed: dict[str, bool] = {}  # hosts that forgot an authority, and whether it was found
        self._pools = Pools(context, resolver)

    def close(self) -> None:
        self._pools.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _in_words_of_httpx():
            answer = self._answer(request.url, request.headers.raw, request.extensions[EXCHANGE].deadline)
        response = httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )
        if response.has_redirect_location:  # httpx would read its body, however long, and nobody looks at it
            answer.close()
            response.stream = httpx.ByteStream(b"")
        return response

    def _answer(self, url: httpx.URL, headers: Headers, deadline: float) -> httpcore.Response:
        """An answer whose body is still to be read.

        A connection that breaks before it answers, like one that the server closed while it was idle, is
        replaced once; so is one that failed because the server forgot to send an authority between itself
        and its root.
        """
        pool = self._pools.towards(url.scheme, _host(url), url.port)
        try:
            return pool.handle_request(_request(url, headers, deadline))
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            return pool.handle_request(_request(url, headers, deadline))
        except httpcore.ConnectError as exc:
            refused = _refused_certificate(exc)
            if refused is None or refused.verify_code not in UNKNOWN_ISSUER or pool is not self._pools.direct:
                raise
            if not self._complete_chain(url, deadline):
                raise
            return pool.handle_request(_request(url, headers, deadline))

    def _complete_chain(self, url: httpx.URL, deadline: float) -> bool:
        """Look up, once, the authorities that the server forgot; the context then knows them."""
        with self._lock:
            if url.host not in self._completed:
                self._completed[url.host] = False
                with contextlib.suppress(PrivateAddress, FetchError, ValueError, httpx.InvalidURL, *_BROKEN):
                    self._completed[url.host] = self._look_up(url, deadline)
            return self._completed[url.host]

    def _look_up(self, url: httpx.URL, deadline: float) -> bool:
        leaf = Pinned(self._resolver).certificate(_host(url), url.port or 443, deadline)

        def fetch(address: str) -> bytes:
            issuer = httpx.URL(web_address(address).url)
            if names_loopback(_host(issuer)) and not names_loopback(_host(url)):
                raise PrivateAddress(issuer.host)
            pool = self._pools.towards(issuer.scheme, _host(issuer), issuer.port)
            request = _request(issuer, httpx.Request("GET", issuer).headers.raw, deadline)
            with contextlib.closing(pool.handle_request(request)) as answer:
                chunks = answer.iter_stream()
                return read_body(address, chunks, encoding="", length="", limit=MOST_OF_AN_ISSUER)

        trusted = self._context.get_ca_certs(binary_form=True)
        pem = missing_between(leaf, trusted, fetch, now=datetime.now(UTC))
        if pem:
            self._context.load_verify_locations(cadata=pem)
        return bool(pem)


class _Stream(httpx.SyncByteStream):
    """The body as it comes, still packed."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _in_words_of_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextlib.contextmanager
def named_errors(exchange: Exchange, timeout: float) -> Iterator[None]:
    """What goes wrong on the way becomes a TemporaryError or PermanentError about what was asked."""
    url = exchange.asked
    try:
        yield
    except PrivateAddress as exc:
        raise PermanentError(
            url, f"{exchange.here} leads to the private address {exc}; it is not fetched"
        ) from exc
    except httpx.TooManyRedirects as exc:
        raise PermanentError(
            url, f"more than {MOST_REDIRECTS} redirects, the last to {exc.request.url}; correct the address"
        ) from exc
    except httpx.TimeoutException as exc:
        raise TemporaryError(url, f"no complete answer within {timeout:g} seconds") from exc
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as exc:
        raise PermanentError(url, f"not an address that can be fetched: {exchange.here or url}") from exc
    except httpx.RequestError as exc:
        if refused := _refused_certificate(exc):
            reason = f"its certificate cannot be verified ({refused.verify_message})"
            raise PermanentError(url, reason) from exc
        raise TemporaryError(url, f"the connection failed ({exc})") from exc


@contextlib.contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """httpx has an exception of the same name for each of httpcore's."""
    try:
        yield
    except _BROKEN as exc:
        raise getattr(httpx, type(exc).__name__)(str(exc)) from exc


def _request(url: httpx.URL, headers: Headers, deadline: float) -> httpcore.Request:
    address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    # for the pinned streams the first three are the deadline itself; the pool counts seconds
    ends = {"connect": deadline, "read": deadline, "write": deadline, "pool": left(deadline)}
    return httpcore.Request(b"GET", address, headers=headers, extensions={"timeout": ends})


def _host(url: httpx.URL) -> str:
    """As it is connected to: `URL.host` would undo IDNA."""
    return url.raw_host.decode()


def _refused_certificate(exc: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while exc is not None:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return exc
        exc = exc.__cause__ or exc.__context__
    return None
