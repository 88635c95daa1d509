"""The templates submitted to Meta: read from the texts, checked against Meta's rules, put in its words."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast, get_args
from urllib.parse import urlsplit

from flows.whatsapp.loopback import is_loopback
from flows.whatsapp.messages import Category, parameter_problem, utf16

# What Meta's reviewers see in the news slots: examples are compulsory, and a real item is not known yet.
ITEM_EXAMPLES = (
    "Biblioteca comunale: dal 5 ottobre è aperta anche il sabato, dalle 9 alle 12:30.",
    "Via Roma chiude al traffico giovedì 1 ottobre dalle 8 alle 18, per lavori all'acquedotto.",
    "Iscrizioni al servizio di mensa scolastica: la domanda si presenta online entro il 16 ottobre.",
    "Centro di raccolta di via dell'Industria: da ottobre chiude alle 17:30.",
    "Consiglio comunale lunedì 12 ottobre alle 20:30 in sala consiliare, seduta aperta a tutti.",
)

# What Meta may do by itself to a message on its way to a phone: a headline or another button made out of the
# body, phrases in bold, links written anew. What is not opted out is on; done on `/marketing_messages` only.
# Sources: Meta's page "Send Marketing Messages" (2026), and pywa 4.5 for the two whose keys it does not tell.
ALTERATIONS = (
    "add_text_overlay",
    "auto_promotion_tag",
    "dynamic_cta_text",
    "hyperlink_formatting",
    "image_animation",
    "image_background_gen",
    "image_banner",
    "image_brightness_and_contrast",
    "image_touchups",
    "product_extensions",
    "text_extraction_for_headline",
    "text_extraction_for_tap_target",
    "text_formatting_optimization",
)
PARTS = {"HEADER": "il titolo", "BODY": "il testo", "FOOTER": "il piede", "BUTTONS": "il pulsante"}

VARIABLE = re.compile(r"\{\{([1-9][0-9]?)\}\}")
_VALUE = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")

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


class TemplateError(ValueError):
    """The texts file cannot be read as templates; names the template and the key."""


@dataclass(frozen=True)
class TemplateDefinition:
    """A template before Meta's review. Lengths are UTF-16 units; `examples` are one for each body variable.

    `ttl_seconds` is how long Meta tries to deliver; -1 is 30 days, which only UTILITY may ask for.
    """

    name: str
    category: Category
    header: str
    body: str
    footer: str
    button: str
    ttl_seconds: int
    examples: tuple[str, ...]

    @property
    def example_body(self) -> str:
        return VARIABLE.sub(lambda match: self.examples[int(match[1]) - 1], self.body)


def marked(template: TemplateDefinition, mark: str) -> TemplateDefinition:
    """With this mark before its header, or where a Comune's name fills that one behind its footer."""
    if not mark:
        return template
    if len(header := mark + template.header) <= HEADER_LIMIT:
        return replace(template, header=header)
    return replace(template, footer=f"{template.footer} · PROVA")


def variables(body: str) -> int:
    """How many different {{n}} a body holds."""
    return len(set(VARIABLE.findall(body)))


def creation_payload(
    definition: TemplateDefinition, button_url_base: str, language: str = "it"
) -> dict[str, Any]:
    """The JSON for POST /{waba}/message_templates; the button opens `button_url_base` and a suffix."""
    body: dict[str, Any] = {"type": "BODY", "text": definition.body}
    if definition.examples:
        body["example"] = {"body_text": [list(definition.examples)]}
    button = {
        "type": "URL",
        "text": definition.button,
        "url": button_url_base + "{{1}}",
        "example": [button_url_base + "esempio"],
    }
    return {
        "name": definition.name,
        "language": language,
        "category": definition.category,
        "message_send_ttl_seconds": definition.ttl_seconds,
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": definition.header},
            body,
            {"type": "FOOTER", "text": definition.footer},
            {"type": "BUTTONS", "buttons": [button]},
        ],
        "degrees_of_freedom_spec": {
            "creative_features_spec": {key: {"enroll_status": "OPT_OUT"} for key in ALTERATIONS}
        },
    }


def differences(
    definition: TemplateDefinition, button_url_base: str, components: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What a phone would show otherwise than ours, in Italian; `components` are Meta's, in its own words.

    Examples are for reviewers and do not count.
    """
    ours = _shown(creation_payload(definition, button_url_base)["components"])
    theirs = _shown(components)
    unlike = [name for kind, name in PARTS.items() if ours.get(kind) != theirs.get(kind)]
    return unlike + [f"una parte in più ({kind})" for kind in sorted(theirs.keys() - PARTS.keys())]


def altered(alterations: Mapping[str, str] | None) -> list[str]:
    """What Meta may do by itself to a template's messages; a kind that is new is on until it is opted out."""
    return sorted(name for name, status in (alterations or {}).items() if status != "OPT_OUT")


def _shown(components: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """By kind of component, what is shown of each."""
    shown: dict[str, list[Any]] = {}
    for component in components:
        buttons = component.get("buttons")
        texts: list[Any] = [_plain(component.get("text")), str(component.get("format") or "TEXT").upper()]
        if isinstance(buttons, list):
            texts = [
                [_plain(button.get(key)) for key in ("type", "text", "url")]
                for button in buttons
                if isinstance(button, Mapping)
            ]
        shown.setdefault(str(component.get("type")).upper(), []).append(texts)
    return shown


def _plain(value: object) -> object:
    """Without what no reader sees: two ways to write a letter or a line's end, spaces around."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()


def from_toml(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, TemplateDefinition]:
    """The `[modelli.*]` tables of the texts, with `{comune}` and its like filled and `{{1}}` left.

    `document` is the whole file: an example "@consigli.neve" is that key of its table `consigli`, and an
    empty one is the next of ITEM_EXAMPLES. Raises TemplateError for a missing key or value.
    """
    tables = document.get("modelli")
    if not isinstance(tables, Mapping) or not tables:
        raise TemplateError("the texts hold no table [modelli.*]")
    return {name: _definition(name, table, document, values) for name, table in tables.items()}


def _definition(
    name: str, table: Mapping[str, Any], document: Mapping[str, Any], values: Mapping[str, str]
) -> TemplateDefinition:
    try:
        category, ttl = table["categoria"], table["ttl_secondi"]
        draft = TemplateDefinition(
            name=name,
            category=cast(Category, category),
            header=_fill(table["titolo"], values),
            body=_fill(table["corpo"], values).strip(),
            footer=_fill(table["piede"], values),
            button=_fill(table["pulsante"], values),
            ttl_seconds=ttl,
            examples=(),
        )
        items = iter(ITEM_EXAMPLES)
        examples = tuple(_example(text, items, document, values) for text in table["esempio"])
    except KeyError as exc:
        raise TemplateError(f"modelli.{name}: {exc.args[0]} is missing") from exc
    except (TypeError, AttributeError) as exc:
        raise TemplateError(f"modelli.{name}: a value is not a text") from exc
    if category not in get_args(Category) or not isinstance(ttl, int):
        raise TemplateError(f"modelli.{name}: categoria or ttl_secondi is not one that Meta has")
    return replace(draft, examples=examples)


def _example(text: str, items: Iterator[str], document: Mapping[str, Any], values: Mapping[str, str]) -> str:
    if text.startswith("@"):
        value: Any = document
        for key in text[1:].split("."):
            value = value[key]
        text = value
    return _fill(text, values) or next(items, ITEM_EXAMPLES[0])


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda match: values[match[1]], text)


def problems(definition: TemplateDefinition, button_url: str) -> list[str]:
    """What Meta would reject, one line each, naming the template; empty when nothing.

    Asked before a template is submitted: a rejection costs a day of review. `button_url` is the address that
    the button's suffix follows.
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
    for part, text in (("header", definition.header), ("footer", definition.footer)):
        if _MARKUP.search(text) or _PICTOGRAM.search(text):
            yield f"the {part} may hold neither markup nor pictograms"


def _body(definition: TemplateDefinition) -> Iterator[str]:
    body = definition.body
    if not body.strip():
        yield "the body is empty"
        return
    if utf16(body) > BODY_LIMIT:
        yield f"the body has {utf16(body)} characters, {BODY_LIMIT} are allowed"
    if re.search(r"\t| {5}|\n{3}", body):
        yield "the body may hold neither a tab, nor five spaces, nor two empty lines in a row"
    numbers = [int(digits) for digits in VARIABLE.findall(body)]
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
    for position, text in enumerate(definition.examples, 1):
        if problem := parameter_problem(text):
            yield f"the example of {{{{{position}}}}} {problem}"
    is_numbered = all(int(digits) <= count for digits in VARIABLE.findall(definition.body))
    if is_numbered and utf16(definition.example_body) > BODY_LIMIT:
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
