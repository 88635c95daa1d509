"""E-mail addresses, links and phone numbers."""

import re

from flows.bulletin.facts.fact import Kind, Sheet

_X = re.IGNORECASE | re.VERBOSE
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
_LINK = re.compile(
    r"""(?:https?://|(?<![\w.@/])www\.)[^\s<>"«»)\]\x00]+
    |(?<![\w.@/-])(?:[a-z0-9-]+\.)+(?:it|com|org|eu|net|info|gov|edu|me|ly)\b(?:/[^\s<>"«»)\]\x00]*)?(?![\w@])""",
    _X,
)
_DOMAIN = re.compile(r"\.(?:[a-z]{2,})|://", re.IGNORECASE)
_TRAILING = ".,;:!?'’…*_~"
_TRACKING = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid|mc_[ce]id)=[^&#]*&?", re.IGNORECASE)
_PHONE = re.compile(
    r"""(?<![\w.-])(?:(?:\+|00)\s?39[\s.]?)?(?P<prefix>0\d{1,3}|3\d\d|80[03]|84[08]|89[29]|199)
    (?:\s?[/.–-]\s?|\s|\)\s?)?(?P<rest>\d(?:[\s.-]?\d){3,8})(?!\d|[.,]\d\d?\b|\s?(?:€|euro|%))""",
    _X,
)
_NO_PHONE = re.compile(
    r"""(?:\bp\.?\s?(?:\.?\s?)iva|\biva|\bc\.?\s?f\.?|\bcodice\s+fiscale|\bprot(?:ocollo)?\.?|\bcig|\bcup|\biban|\bc/c|\bccp
    |\bconto|\bpratica|\brep(?:ertorio)?\.?|\bpartita\s+iva)[\s:.,-]*(?:n(?:r|um|umero)?\.?°?\s*)?$""",
    _X,
)


def read(sheet: Sheet) -> None:
    """Take addresses of mail and pages."""
    if not _DOMAIN.search(sheet.text):
        return
    for match in sheet.matches(_EMAIL) if "@" in sheet.text else ():
        end = match.end()
        sheet.take(Kind.email, match[0].lower().rstrip("."), match.start(), end)
    for match in sheet.matches(_LINK):
        address = match[0].rstrip(_TRAILING)
        sheet.take(Kind.link, link(address), match.start(), match.start() + len(address))


def read_phones(sheet: Sheet) -> None:
    """Take phone numbers: after the dates, whose figures look like them."""
    for match in sheet.matches(_PHONE):
        digits = re.sub(r"\D", "", match["prefix"] + match["rest"])
        longest = 10 if digits[0] in "38" else 11
        shortest = 9 if digits[0] in "38" and not digits.startswith(("803", "199", "89")) else 6
        if not shortest <= len(digits) <= longest or (digits[0] == "0" and len(digits) < 7):
            continue
        if _NO_PHONE.search(sheet.text[max(0, match.start() - 30) : match.start()]):
            continue
        sheet.take(Kind.phone, digits, *match.span())


def link(address: str) -> str:
    """An address without scheme, `www.`, tracking parameters and the last slash; its host in lower case."""
    bare = re.sub(r"^https?://", "", address, flags=re.IGNORECASE)
    host, mark, path = bare.partition("/")
    host = re.sub(r"^www\.", "", host.lower())
    return _TRACKING.sub("", f"{host}{mark}{path}").rstrip("/?&#")
