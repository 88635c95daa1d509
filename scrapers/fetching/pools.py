"""The ways that a request can take: to the address that was checked, or through the office's proxy."""

import contextlib
import ssl
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from scrapers.fetching.addresses import names_loopback
from scrapers.fetching.pinned import Bounded, Pinned, Resolver, require_public

_POOL: dict[str, Any] = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 30.0}


class Pools:
    """Connections that are kept for the next request, by way.

    A proxy of the environment is used for what is not loopback and not excepted by `no_proxy`; it resolves
    names itself, so that a name is refused only if we too know that it is private.
    """

    def __init__(self, context: ssl.SSLContext, resolver: Resolver) -> None:
        self._resolver = resolver
        self.direct = httpcore.ConnectionPool(ssl_context=context, network_backend=Pinned(resolver), **_POOL)
        self._proxied = {
            scheme: _proxy(address, context)
            for scheme, address in getproxies().items()
            if scheme in ("http", "https", "all")
        }

    def close(self) -> None:
        for pool in (self.direct, *self._proxied.values()):
            if pool is not None:
                pool.close()

    def towards(self, scheme: str, host: str, port: int | None) -> httpcore.ConnectionPool:
        way = next((name for name in (scheme, "all") if name in self._proxied), None)
        if way is None or names_loopback(host) or proxy_bypass(host):
            return self.direct
        proxied = self._proxied[way]
        if proxied is None:
            raise httpcore.ProxyError(
                f"{way}_proxy of the environment is neither an http nor an https address"
            )
        with contextlib.suppress(OSError, UnicodeError):  # a name that only the proxy knows
            require_public(host, self._resolver(host, port or 0))
        return proxied


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
        **_POOL,
    )
