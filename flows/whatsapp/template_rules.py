"""Meta's rules for a template, applied before it is submitted: a rejection costs a day of review."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from flows.whatsapp.loopback import is_loopback
from flows.whatsapp.messages import parameter_problem, utf16
from flows.whatsapp.templates import VARIABLE, TemplateDefinition

HEADER_LIMIT = 60
BODY_LIMIT = 1024  # also with the values in
FOOTER_LIMIT = 60
BUTTON_LIMIT = 25
URL_LIMIT = 2000

_HALF_DAY, _MONTH = 43_200, 2_592_000
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_MARKUP = re.compile(r"[*_~`]")
_PICTOGRAM = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
_SHORTENERS = frozenset({"bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "cutt.ly", "wa.me"})


def problems(definition: TemplateDefinition, button_url: str) -> list[str]:
    """What Meta would reject, one line each, naming the template; empty when nothing.

    `button_url` is the address that the button's suffix follows.
    """
    rules = (_frame(definition), _body(definition), _examples(definition), _ttl(definition), _url(button_url))
    return [f"{definition.name}: {problem}" for rule in rules for problem in rule]


def _frame(definition: TemplateDefinition) -> Iterator[str]:
    if not _NAME.fullmatch(definition.name):
        yield "the name may hold only lower-case letters, digits and _"
    parts = (
        ("header", definition.header, HEADER_LIMIT),
        ("footer", definition.footer, FOOTER_LIMIT),
        ("button", definition.button, BUTTON_LIMIT),
    )
    for part, text, limit in parts:
        if not text.strip():
            yield f"the {part} is empty"
        if utf16(text) > limit:
            yield f"the {part} has {utf16(text)} characters, {limit} are allowed"
        if "{{" in text or "\n" in text:
            yield f"the {part} may hold neither a variable nor a new line"
    if _MARKUP.search(definition.header) or _PICTOGRAM.search(definition.header):
        yield "the header may hold neither markup nor pictograms"


def _body(definition: TemplateDefinition) -> Iterator[str]:
    body = definition.body
    if not body.strip():
        yield "the body is empty"
        return
    if utf16(body) > BODY_LIMIT:
        yield f"the body has {utf16(body)} characters, {BODY_LIMIT} are allowed"
    numbers = [int(number) for number in VARIABLE.findall(body)]
    if re.search(r"\{\{|\}\}", VARIABLE.sub("", body)):
        yield "the body holds a variable that is not {{1}}, {{2}}, ..."
    if numbers != list(range(1, len(numbers) + 1)):
        yield "the body's variables are not 1, 2, 3, ... in this order, each once"
    bare = _MARKUP.sub("", body).strip()  # the markers vanish on the phone
    if VARIABLE.match(bare) or re.search(r"\{\{[0-9]+\}\}\Z", bare):
        yield "the body begins or ends with a variable"
    if re.search(r"\}\}\s*\{\{", bare):
        yield "two variables of the body stand next to each other"
    # Meta publishes no ratio (error 2388293); this is the rule that two providers found in the field.
    words = len(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", VARIABLE.sub(" ", body)))
    if words + len(numbers) < 3 * len(numbers) + 1:
        yield f"the body has {words} words for {len(numbers)} variables, too few"


def _examples(definition: TemplateDefinition) -> Iterator[str]:
    count = len(VARIABLE.findall(definition.body))
    if len(definition.examples) != count:
        yield f"there are {len(definition.examples)} examples for {count} variables"
        return
    for number, text in enumerate(definition.examples, 1):
        if problem := parameter_problem(text):
            yield f"the example of {{{{{number}}}}} {problem}"
    numbered = all(int(number) <= count for number in VARIABLE.findall(definition.body))
    if numbered and utf16(definition.example_body) > BODY_LIMIT:
        yield f"the body has {utf16(definition.example_body)} characters with its examples in"


def _ttl(definition: TemplateDefinition) -> Iterator[str]:
    ttl = definition.ttl_seconds
    if definition.category == "MARKETING" and not _HALF_DAY <= ttl <= _MONTH:
        yield f"a marketing template lives {_HALF_DAY} to {_MONTH} seconds, not {ttl}"
    if definition.category == "UTILITY" and ttl != -1 and not 30 <= ttl <= _HALF_DAY:
        yield f"a utility template lives 30 to {_HALF_DAY} seconds, or -1, not {ttl}"


def _url(button_url: str) -> Iterator[str]:
    try:
        parts = urlsplit(button_url)
        host = parts.hostname or ""
    except ValueError:
        yield "the button's address cannot be read"
        return
    # Loopback is the sandbox's; Meta itself takes only public https since 2026.
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host))):
        yield "the button's address does not begin with https://"
    if host.removeprefix("www.") in _SHORTENERS:
        yield f"the button's address is a shortener ({host})"
    if "{{" in button_url or len(button_url) > URL_LIMIT:
        yield f"the button's address holds a variable of its own or is over {URL_LIMIT} characters"
