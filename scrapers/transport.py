"""The ways a request can take, direct or through a proxy, and what can go wrong on them."""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from scrapers.addresses import Place, names_loopback, place
from scrapers.body import read_body
from scrapers.errors import FetchError, PermanentError, TemporaryError
from scrapers.issuers import missing_between
from scrapers.pinned import Bounded, Pinned, PrivateAddress, Resolver, left, require_public

Headers = list[tuple[bytes, bytes]]
Answer = httpcore.Response
UNKNOWN_ISSUER = (20, 21)  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ..._TO_VERIFY_LEAF_SIGNATURE
MOST_OF_AN_ISSUER = 100_000  # bytes
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.TimeoutException)
_KEPT: dict[str, Any] = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 30.0}


class Transport:
    """Connections that are kept for the next request; threads may share one.

    A proxy of the environment is used for what is not loopback and not excepted by `no_proxy`; it resolves
    names itself, so that a name is refused only if we too know that it is private.
    """

    def __init__(self, context: ssl.SSLContext, resolver: Resolver) -> None:
        self._context = context
        self._resolver = resolver
        self._lock = threading.Lock()
        self._completed: dict[str, bool] = {}  # hosts that forgot an authority, and whether it was found
        self._direct = httpcore.ConnectionPool(ssl_context=context, network_backend=Pinned(resolver), **_KEPT)
        self._proxied = {
            scheme: _proxy(address, context)
            for scheme, address in getproxies().items()
            if scheme in ("http", "https", "all")
        }

    def close(self) -> None:
        for pool in (self._direct, *self._proxied.values()):
            if pool is not None:
                pool.close()

    def get(self, where: Place, headers: Headers, deadline: float) -> Answer:
        """An answer whose body is still to be read; the caller closes it.

        `deadline` is on the clock of `time.monotonic()`. A connection that breaks before it answers, like one
        that the server closed while it was idle, is replaced once; so is one that failed because the server
        forgot to send an authority between itself and its root.
        """
        pool = self._pool(where)
        try:
            return pool.handle_request(_request(where, headers, deadline))
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            return pool.handle_request(_request(where, headers, deadline))
        except httpcore.ConnectError as exc:
            refused = _refused_certificate(exc)
            if refused is None or refused.verify_code not in UNKNOWN_ISSUER or pool is not self._direct:
                raise
            if not self._complete_chain(where, deadline):
                raise
            return pool.handle_request(_request(where, headers, deadline))

    def _complete_chain(self, where: Place, deadline: float) -> bool:
        """Look up, once, the authorities that the server forgot; the context then knows them."""
        with self._lock:
            if where.host not in self._completed:
                self._completed[where.host] = False
                with contextlib.suppress(PrivateAddress, FetchError, ValueError, *_BROKEN):
                    self._completed[where.host] = self._look_up(where, deadline)
            return self._completed[where.host]

    def _look_up(self, where: Place, deadline: float) -> bool:
        leaf = Pinned(self._resolver).certificate(where.host, where.port, deadline)

        def fetch(address: str) -> bytes:
            issuer = place(address)
            if names_loopback(issuer.host) and not names_loopback(where.host):
                raise PrivateAddress(issuer.host)
            with contextlib.closing(
                self._pool(issuer).handle_request(_request(issuer, [], deadline))
            ) as answer:
                chunks = answer.iter_stream()
                return read_body(address, chunks, encoding="", length="", limit=MOST_OF_AN_ISSUER)

        known = self._context.get_ca_certs(binary_form=True)
        pem = missing_between(leaf, known, fetch, now=datetime.now(UTC))
        if pem:
            self._context.load_verify_locations(cadata=pem)
        return bool(pem)

    def _pool(self, where: Place) -> httpcore.ConnectionPool:
        way = next((one for one in (where.scheme, "all") if one in self._proxied), None)
        if way is None or names_loopback(where.host) or proxy_bypass(where.host):
            return self._direct
        proxied = self._proxied[way]
        if proxied is None:
            raise httpcore.ProxyError(
                f"{way}_proxy of the environment is neither an http nor an https address"
            )
        with contextlib.suppress(OSError, UnicodeError):  # a name that only the proxy knows
            require_public(where.host, self._resolver(where.host, where.port))
        return proxied


@contextlib.contextmanager
def named_errors(url: str, here: str, timeout: float) -> Iterator[None]:
    """What goes wrong with the connection becomes a TemporaryError or PermanentError about `url`."""
    try:
        yield
    except PrivateAddress as exc:
        raise PermanentError(url, f"{here} leads to the private address {exc}; it is not fetched") from exc
    except httpcore.TimeoutException as exc:
        raise TemporaryError(url, f"no complete answer within {timeout:g} seconds") from exc
    except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as exc:
        raise PermanentError(url, f"not an address that can be fetched: {here}") from exc
    except _BROKEN as exc:  # but for time-outs, see above
        raise _broken(url, exc) from exc


def _request(where: Place, headers: Headers, deadline: float) -> httpcore.Request:
    address = httpcore.URL(
        scheme=where.scheme.encode(),
        host=where.host.encode(),
        port=where.explicit_port,
        target=where.target.encode(),
    )
    # for scrapers.pinned the first three are the deadline itself; the pool counts seconds
    ends = {"connect": deadline, "read": deadline, "write": deadline, "pool": left(deadline)}
    host = (b"Host", where.authority.encode())
    return httpcore.Request(b"GET", address, headers=[host, *headers], extensions={"timeout": ends})


def _proxy(address: str, context: ssl.SSLContext) -> httpcore.ConnectionPool | None:
    """None for a proxy that speaks neither http nor https."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return httpcore.HTTPProxy(
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        proxy_auth=(parts.username, parts.password or "") if parts.username else None,
        ssl_context=context,
        proxy_ssl_context=context if parts.scheme == "https" else None,
        network_backend=Bounded(),
        **_KEPT,
    )


def _refused_certificate(exc: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while exc is not None:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return exc
        exc = exc.__cause__ or exc.__context__
    return None


def _broken(url: str, exc: Exception) -> TemporaryError | PermanentError:
    if refused := _refused_certificate(exc):
        return PermanentError(url, f"its certificate cannot be verified ({refused.verify_message})")
    return TemporaryError(url, f"the connection failed ({exc or type(exc).__name__})")
