"""The templates submitted to Meta: read from the texts, checked against Meta's rules, put in its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

from flows.whatsapp.messages import Category

# What Meta's reviewers see in a news slot: examples are compulsory, and a real item is not known yet.
ITEM_EXAMPLE = "Biblioteca comunale: dal 5 ottobre è aperta anche il sabato, dalle 9 alle 12:30."

VARIABLE = re.compile(r"\{\{([1-9][0-9]?)\}\}")
_VALUE = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")


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
        return VARIABLE.sub(lambda found: self.examples[int(found[1]) - 1], self.body)


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
    }


def from_toml(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, TemplateDefinition]:
    """The `[modelli.*]` tables of the texts, with `{comune}` and its like filled and `{{1}}` left.

    `document` is the whole file: an example "@consigli.neve" is that key of its table `consigli`, and an
    empty one is ITEM_EXAMPLE. Raises TemplateError for a missing key or value.
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
        examples = tuple(_example(text, document, values) for text in table["esempio"])
    except KeyError as exc:
        raise TemplateError(f"modelli.{name}: {exc.args[0]} is missing") from exc
    except (TypeError, AttributeError) as exc:
        raise TemplateError(f"modelli.{name}: a value is not a text") from exc
    if category not in get_args(Category) or not isinstance(ttl, int):
        raise TemplateError(f"modelli.{name}: categoria or ttl_secondi is not one that Meta has")
    return replace(draft, examples=examples)


def _example(text: str, document: Mapping[str, Any], values: Mapping[str, str]) -> str:
    if text.startswith("@"):
        found: Any = document
        for key in text[1:].split("."):
            found = found[key]
        text = found
    return _fill(text, values) or ITEM_EXAMPLE


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda found: values[found[1]], text)
