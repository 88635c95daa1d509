"""A telephone number as people write it, and as it may be shown."""

import re

import phonenumbers
from phonenumbers import PhoneNumberType

from db.recipients import Address
from flows.settings import BollettinoError

_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,126}")
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_COUNTRY = "IT"  # of a number that is written without its prefix


class NumberError(BollettinoError):
    """Not a number that WhatsApp could reach; never quotes it."""


def mobile(text: str) -> str:
    """E.164 of a mobile number; NumberError says why it is none."""
    number = _parsed(text)
    if phonenumbers.number_type(number) not in _MOBILE:
        raise NumberError("a landline, or no mobile number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def address(text: str) -> Address:
    """Of one person, as a clerk types it: a number with or without +39, or the BSUID (`IT.123...`)."""
    text = text.strip()
    if _BSUID.fullmatch(text):
        return Address(bsuid=text)
    return Address(phone=phonenumbers.format_number(_parsed(text), phonenumbers.PhoneNumberFormat.E164))


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    text = text.strip()
    if text.startswith("00"):
        text = f"+{text[2:]}"
    # 39 333 1234567 without a plus would be read as the Italian number 393331234567
    if re.fullmatch(r"39[\s.-]?3\d{2}[\s.-]?\d{3}[\s.-]?\d{3,4}", text):
        text = f"+{text}"
    try:
        number = phonenumbers.parse(text, _COUNTRY)
    except phonenumbers.NumberParseException:
        raise NumberError("no telephone number") from None
    if not phonenumbers.is_valid_number(number):
        raise NumberError("no telephone number that exists")
    return number


def masked(phone: str) -> str:
    """`+39333*****67`: enough to find the line of a list, not enough to call."""
    return f"{phone[:6]}{'*' * max(len(phone) - 8, 3)}{phone[-2:]}"
