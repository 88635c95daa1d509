"""Which addresses may be asked, and which of them are the same place."""

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from scrapers.errors import PermanentError

Address = IPv4Address | IPv6Address


def same_site(asked: str, target: str, hosts: Collection[str]) -> bool:
    """Whether a redirect from `asked` may end at `target`: the same host but for `www.`, or among `hosts`."""
    host = _bare(_host(target))
    return host == _bare(_host(asked)) or host in {_bare(other.lower()) for other in hosts}


def is_loopback(url: str) -> bool:
    """Whether the address names this very machine by a literal, or as `localhost`."""
    host = _host(url)
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def refuse_private(asked: str, url: str, *, allow_loopback: bool) -> None:
    """Raise PermanentError when `url` is not http(s) or leads into a private network (SSRF).

    A name that cannot be resolved passes: behind a proxy only the proxy knows it, and otherwise the
    connection itself will say so.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not _host(url):
        raise PermanentError(asked, f"only http and https addresses are fetched, not {url}")
    for address in _resolve(_host(url)):
        if address.is_loopback and allow_loopback:
            continue
        if not address.is_global or address.is_multicast:
            raise PermanentError(asked, f"{url} leads to the private address {address}; it is not fetched")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:  # "http://[1" and the like name no host
        return ""


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _literal(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _resolve(host: str) -> list[Address]:
    literal = _literal(host)
    if literal is not None:
        return [literal]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [address for *_, place in found if (address := _literal(str(place[0]).split("%")[0]))]
