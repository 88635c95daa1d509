"""A registered template and the values of one request -> what the phone shows."""

import re
from datetime import datetime

from pydantic import BaseModel, Field

from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.limits import BODY_LIMIT, ButtonComponent, TemplateUse, TextComponent, length
from deployments.sandbox.review import Component, TemplateOrder, variables


class Template(BaseModel):
    """A registered definition; its category is the one that Meta holds now."""

    id: str
    status: str
    order: TemplateOrder
    rejected_reason: str = "NONE"
    edits: list[datetime] = []


class Display(BaseModel):
    """A message as displayed: texts with WhatsApp markup still in them."""

    header: str = Field(default="", repr=False)
    text: str = Field(repr=False)
    footer: str = ""
    button_text: str = ""
    button_url: str = ""


def compose(template: Template, use: TemplateUse) -> Display:
    """Fill the definition in; raises GraphError 132000, 132005, 132012 or 131008 where Meta does."""
    kinds = [(c.type, c.index if isinstance(c, ButtonComponent) else "") for c in use.components]
    if len(kinds) != len(set(kinds)):
        raise GraphError(132012, "components: each of them may be given once")
    values = {c.type: [p.text for p in c.parameters] for c in use.components if isinstance(c, TextComponent)}
    header, body, footer, buttons = (
        _find(template, kind) for kind in ("HEADER", "BODY", "FOOTER", "BUTTONS")
    )
    text = _fill("body", (body and body.text) or "", values.get("body", []))
    if length(text) > BODY_LIMIT:
        raise GraphError(132005, f"Translated text too long: {length(text)} of {BODY_LIMIT} characters")
    button_text, button_url = _button(buttons, use)
    return Display(
        header=_fill("header", (header and header.text) or "", values.get("header", [])),
        text=text,
        footer=(footer and footer.text) or "",
        button_text=button_text,
        button_url=button_url,
    )


def parameters(use: TemplateUse) -> list[str]:
    """The values of the body, as they were sent."""
    return [p.text for c in use.components if c.type == "body" for p in c.parameters]


def _find(template: Template, kind: str) -> Component | None:
    return next((c for c in template.order.components if c.type == kind), None)


def _fill(part: str, text: str, values: list[str]) -> str:
    expected = len(variables(text))
    if len(values) != expected:
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(values)}) does not match the expected number "
            f"of params ({expected})",
        )
    # in one pass, so that a value that contains {{2}} stays as it is
    return re.sub(r"\{\{(\d+)\}\}", lambda match: values[int(match[1]) - 1], text)


def _button(component: Component | None, use: TemplateUse) -> tuple[str, str]:
    sent = {c.index: c.parameters[0].text for c in use.components if isinstance(c, ButtonComponent)}
    buttons = (component and component.buttons) or []
    expected = {str(i) for i, button in enumerate(buttons) if variables(button.url)}
    if missing := expected - set(sent):
        index = min(missing)
        raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
    if set(sent) - expected:
        raise GraphError(132012, "buttons: a parameter was sent for a button that takes none")
    if not buttons:
        return "", ""
    return buttons[0].text, _fill("button", buttons[0].url, [sent["0"]] if "0" in sent else [])
