"""What is sent: a template or a free text for one person, and the body of its request."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

Category = Literal["MARKETING", "UTILITY"]

TEXT_LIMIT = 4096  # of a free-form text
OPAQUE_LIMIT = 512  # of biz_opaque_callback_data

PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164: `to` is safest with + and country code
# Meta refuses these with 132012 or 100: new lines, tabs and more than four spaces in a row.
_BREAKS = re.compile(r"[\n\r\t\v\f\x85\u2028\u2029]| {5,}")


class InvalidAddress(ValueError):
    """No message can go to this address."""


def utf16(text: str) -> int:
    """Length in UTF-16 units. Meta does not say what it counts; this is the upper bound."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(maxsize=64)  # a bulletin's few values, asked of each of its messages
def parameter_problem(text: str) -> str | None:
    """Why Meta would refuse this value of a template variable; None when it would not."""
    if not text.strip():
        return "is empty"
    if _BREAKS.search(text):
        return "holds a new line, a tab or more than four spaces in a row"
    return None


def _check_recipient(to: str | None, bsuid: str | None, opaque: str) -> None:
    """The value itself is never in the message: it is a person's number."""
    if to is None and not bsuid:
        raise InvalidAddress("neither a phone number nor a BSUID to send to")
    if to is not None and not PHONE.fullmatch(to):
        raise InvalidAddress("the phone number is not + and 7 to 15 digits")
    if not 0 < utf16(opaque) <= OPAQUE_LIMIT:
        raise ValueError(f"opaque is empty or over {OPAQUE_LIMIT} characters")


def _envelope(to: str | None, bsuid: str | None, opaque: str, kind: str) -> dict[str, Any]:
    address = {"to": to} if to is not None else {"recipient": bsuid}  # BSUIDs travel in a field of their own
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "type": kind,
        "biz_opaque_callback_data": opaque,
    }


@dataclass(frozen=True)
class OutgoingTemplate:
    """An approved template for one person; the phone number wins over the BSUID when both are known.

    `parameters` are the values of {{1}}, {{2}}, ... of the body. `button_suffix` is what follows the
    template's own address in its first button; None for a template without one. `category` is the latest
    that Meta gave the template. ValueError names the parameter that Meta would refuse.
    """

    to: str | None = field(repr=False)
    bsuid: str | None = field(repr=False)
    name: str
    language: str
    category: Category
    parameters: tuple[str, ...] = field(repr=False)  # an editor's message names people on duty
    button_suffix: str | None
    opaque: str

    def __post_init__(self) -> None:
        _check_recipient(self.to, self.bsuid, self.opaque)
        named = {f"parameter {{{{{n}}}}}": text for n, text in enumerate(self.parameters, 1)}
        if self.button_suffix is not None:
            named["button suffix"] = self.button_suffix
        for name, text in named.items():
            if problem := parameter_problem(text):
                raise ValueError(f"{self.name}: {name} {problem}")

    def payload(self) -> dict[str, Any]:
        components: list[dict[str, Any]] = []
        if self.parameters:
            components.append({"type": "body", "parameters": [_text(value) for value in self.parameters]})
        if self.button_suffix is not None:
            button = {"type": "button", "sub_type": "url", "index": "0"}
            components.append({**button, "parameters": [_text(self.button_suffix)]})
        template = {"name": self.name, "language": {"code": self.language}, "components": components}
        return {**_envelope(self.to, self.bsuid, self.opaque, "template"), "template": template}


@dataclass(frozen=True)
class OutgoingText:
    """A free text, allowed within 24 hours of the person's last message."""

    to: str | None = field(repr=False)
    bsuid: str | None = field(repr=False)
    body: str = field(repr=False)
    opaque: str

    def __post_init__(self) -> None:
        _check_recipient(self.to, self.bsuid, self.opaque)
        if not self.body.strip() or utf16(self.body) > TEXT_LIMIT:
            raise ValueError(f"the text is empty or over {TEXT_LIMIT} characters")

    def payload(self) -> dict[str, Any]:
        text = {"body": self.body, "preview_url": False}
        return {**_envelope(self.to, self.bsuid, self.opaque, "text"), "text": text}


def _text(value: str) -> dict[str, str]:
    return {"type": "text", "text": value}
