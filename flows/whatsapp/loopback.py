"""Whether an address is this machine's own: there the sandbox plays Meta."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """`host` is a name or an address without port and brackets."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
