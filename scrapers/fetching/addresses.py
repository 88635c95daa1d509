"""Which addresses may be asked, and which of them are the same place."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

Address = IPv4Address | IPv6Address

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are the address that is reached
NEVER = (  # not for the public, and not known as such to every version of `ipaddress`
    IPv6Network("64:ff9b:1::/48"),  # RFC 8215, NAT64 within a network
    IPv6Network("fec0::/10"),  # RFC 3879, site-local
    IPv6Network("3fff::/20"),  # RFC 9637, documentation
    IPv6Network("5f00::/16"),  # RFC 9602, segment routing
)
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http(s) address in the form in which it is asked: ASCII, without user and fragment."""

    scheme: str
    host: str  # lower case, IDNA, without brackets and final dot
    port: int
    target: str  # path and query

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@lru_cache(maxsize=1024)  # an exchange asks for the same ones several times
def web_address(url: str) -> WebAddress:
    """The address, taken apart; ValueError, with the reason, for what cannot be asked."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("only http and https addresses are fetched")
    if parts.username is not None:
        raise ValueError("an address with a user name in it is not fetched")
    host = parts.hostname.rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode()  # UnicodeError is a ValueError
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if _UNSAFE.search(target):
        target = quote(target, safe="-._~:/?#@!$&'()*+,;=%[]")
    return WebAddress(parts.scheme, host.lower(), parts.port or _PORTS[parts.scheme], target)


def same_site(asked: str, target: str, hosts: Collection[str]) -> bool:
    """Whether a redirect from `asked` may end at `target`: the same host but for `www.`, or among `hosts`."""
    host = _bare(host_of(target))
    return host == _bare(host_of(asked)) or host in {_bare(other.lower()) for other in hosts}


def is_loopback(url: str) -> bool:
    """Whether the address names this very machine by a literal, or as `localhost`."""
    return names_loopback(host_of(url))


@lru_cache(maxsize=1024)
def names_loopback(host: str) -> bool:
    """The same for a bare host name."""
    if host == "localhost":
        return True
    address = literal(host)
    return address is not None and embedded(address).is_loopback


def literal(host: str) -> Address | None:
    """The address when the host is one, not a name; a zone (`%eth0`) is left out."""
    if not host or not (host[-1].isdigit() or ":" in host):
        return None
    try:
        return ip_address(host.split("%")[0])
    except ValueError:
        return None


def embedded(address: Address) -> Address:
    """What is reached in the end: the IPv4 address inside a mapped, NAT64 or 6to4 one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether the whole Internet may reach it: not private, link-local, loopback, multicast or reserved."""
    reached = embedded(address)
    refused = reached.is_multicast or reached.is_reserved or any(reached in net for net in NEVER)
    return reached.is_global and not refused


def host_of(url: str) -> str:
    """In lower case, without a final dot; '' for what names no host."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:  # "http://[1"
        return ""


def _bare(host: str) -> str:
    return host.removeprefix("www.")
