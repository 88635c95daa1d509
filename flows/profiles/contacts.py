"""`[names]` and `[contacts]` of a profile, and which addresses a profile may hold."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

import phonenumbers
from pydantic import AfterValidator, field_validator

from flows.profiles.file import PLACEHOLDER, Strict
from flows.whatsapp.loopback import is_loopback as names_this_machine
from scrapers.fetching.identity import address_key


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


class Names(Strict):
    """The Comune's name with its articles, written by hand: "della Città di ...", "dell'Unione ..."."""

    comune: str
    del_comune: str
    dal_comune: str


class Contacts(Strict):
    telefono: str
    orari: str
    email: str
    email_dpo: str
    url_segnalazioni: Address
    emergenza: str = "112"
    telefono_pc: str
    numero_servizio: str  # as citizens read it and save it: "333 123 4567"

    @field_validator("numero_servizio")
    @classmethod
    def _is_a_number(cls, number: str) -> str:
        if number != PLACEHOLDER and e164(number) is None:
            raise ValueError("is no telephone number, like 333 123 4567: the one that sends")
        return number

    @property
    def service_number(self) -> str:
        """`+393331234567`; ValueError while the profile holds a placeholder."""
        number = e164(self.numero_servizio)
        if number is None:
            raise ValueError("contacts.numero_servizio is not filled in")
        return number


def e164(number: str) -> str | None:
    """A telephone number, with or without +39, as `+393331234567`; None where it is none."""
    try:
        parsed = phonenumbers.parse(number, "IT")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
