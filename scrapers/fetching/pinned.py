"""Connections to the address that was checked, within one deadline for the whole exchange.

A name is resolved once: what is checked is what is connected to, so an answer of the DNS that changes in
between changes nothing. Every `timeout` here is a deadline, on the clock of `time.monotonic()`; httpcore
hands it through without reading it.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from scrapers.fetching.addresses import Address, embedded, is_public, literal, names_loopback

Resolver = Callable[[str, int], list[Address]]
_SYSTEM = httpcore.SyncBackend()


class PrivateAddress(Exception):
    """A name or literal leads where the public may not go; the argument is the address."""


def resolve(host: str, port: int) -> list[Address]:
    """The system's answer, in its order of preference. OSError or UnicodeError when there is none."""
    address = literal(host)
    if address is not None:
        return [address]
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(a for *_, where in answers if (a := literal(str(where[0]))) is not None))


def require_public(host: str, addresses: Iterable[Address]) -> None:
    """Raise PrivateAddress unless all are public; loopback passes for a host that says it is loopback."""
    for address in addresses:
        if not is_public(address) and not (embedded(address).is_loopback and names_loopback(host)):
            raise PrivateAddress(str(address))


def left(deadline: float | None) -> float:
    """Seconds until the deadline, at least a millisecond: a socket takes 0 for "never wait"."""
    return max((deadline or 0.0) - time.monotonic(), 0.001)


class BoundedStream(httpcore.NetworkStream):
    """A stream whose every operation ends at the deadline: a server that drips bytes gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _open(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _open(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Bounded(httpcore.NetworkBackend):
    """Connects anywhere, for a proxy: the operator chose it."""

    def __init__(self, resolver: Resolver = resolve) -> None:
        self._resolver = resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolver(host, port)
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {exc}") from exc
        self._require(host, addresses)
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for tried, address in enumerate(addresses):
            share = left(timeout) / (len(addresses) - tried)  # one dead address leaves time for the others
            try:
                stream = _SYSTEM.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return BoundedStream(stream)
        raise failure

    def _require(self, host: str, addresses: list[Address]) -> None:
        """Nothing to require."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Pinned(Bounded):
    """Connects only to public addresses, and to loopback when the host itself says so."""

    def certificate(self, host: str, port: int, deadline: float) -> bytes:
        """What a server presents as its own (DER), believed by no one; nothing is sent to it."""
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        stream = self.connect_tcp(host, port, deadline)
        try:
            secured = stream.start_tls(unverified, host, deadline)
            return secured.get_extra_info("ssl_object").getpeercert(True) or b""
        finally:
            stream.close()

    def _require(self, host: str, addresses: list[Address]) -> None:
        require_public(host, addresses)


def _open(deadline: float | None, late: type[httpcore.TimeoutException]) -> float:
    seconds = (deadline or 0.0) - time.monotonic()
    if seconds <= 0:
        raise late("the time for the whole exchange is over")
    return seconds
