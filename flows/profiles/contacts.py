"""`[names]` and `[contacts]` of a profile: what the Comune is called, and where it is reached."""

import phonenumbers
from pydantic import BaseModel, ConfigDict, field_validator

from flows.profile.addresses import Address
from flows.profile.file import PLACEHOLDER


class Names(BaseModel):
    """The Comune's name with its articles, written by hand: "della Città di ...", "dell'Unione ..."."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    comune: str
    del_comune: str
    dal_comune: str


class Contacts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

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
        if number != PLACEHOLDER and _e164(number) is None:
            raise ValueError("is no telephone number, like 333 123 4567: the one that sends")
        return number

    @property
    def service_number(self) -> str:
        """`+393331234567`; ValueError while the profile holds a placeholder."""
        number = _e164(self.numero_servizio)
        if number is None:
            raise ValueError("contacts.numero_servizio is not filled in")
        return number


def _e164(number: str) -> str | None:
    try:
        found = phonenumbers.parse(number, "IT")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
