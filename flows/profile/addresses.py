"""Addresses of a profile: which are allowed, and which are kept as they were written."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from flows.whatsapp.loopback import is_loopback as names_this_machine
from scrapers.identity import address_key


def is_loopback(address: str) -> bool:
    return names_this_machine(urlsplit(address).hostname or "")


def _web_address(value: str) -> str:
    """The address itself; an error never quotes it, for a password may stand in it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not a web address like https://www.comune.esempio.mi.it")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or a password, which no profile may: write it without them")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError("must begin with https:// (plain http only on loopback)")
    return value


def _without_slash(value: str) -> str:
    return value.rstrip("/")


def named_twice(addresses: Iterable[str]) -> str | None:
    """The first address that means the same as one before it."""
    seen: set[str] = set()
    for address in addresses:
        key = address_key(address)
        if key in seen:
            return address
        seen.add(key)
    return None


Address = Annotated[str, AfterValidator(_web_address)]  # as written: WordPress' feeds end in a slash
Base = Annotated[Address, AfterValidator(_without_slash)]  # of a site or a server: paths are put behind it
