"""Template definitions, reviewed by the rules that Meta publishes or that practice has shown."""

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.limits import BODY_LIMIT, first_fault, length

Category = Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
_VARIABLE = re.compile(r"\{\{(.*?)\}\}")
_TTL = {"MARKETING": (43_200, 2_592_000), "UTILITY": (30, 43_200), "AUTHENTICATION": (30, 900)}  # seconds
_PREFIX_LIMIT = 2000


class _Definition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Examples(_Definition):
    """Sample values: one list of them for a body, a list for a header."""

    header_text: list[str] | None = None
    body_text: list[list[str]] | None = None


class Button(_Definition):
    """A link; `url` may end in `{{1}}`."""

    type: Literal["URL"]
    text: Annotated[str, Field(min_length=1, max_length=25)]
    url: Annotated[str, Field(pattern=r"^https?://", max_length=_PREFIX_LIMIT)]
    example: list[str] | None = None


class Component(_Definition):
    """A header of text, a body, a footer, or the buttons."""

    type: Literal["HEADER", "BODY", "FOOTER", "BUTTONS"]
    format: Literal["TEXT"] | None = None
    text: str | None = None
    example: Examples | None = None
    buttons: Annotated[list[Button], Field(min_length=1, max_length=10)] | None = None


Feature = Literal[
    "image_brightness_and_contrast",
    "image_touchups",
    "image_animation",
    "image_background_gen",
    "image_banner",
    "add_text_overlay",
    "auto_promotion_tag",
    "dynamic_cta_text",
    "hyperlink_formatting",
    "product_extensions",
    "text_extraction_for_headline",
    "text_extraction_for_tap_target",
    "text_formatting_optimization",
]


class Enrolment(_Definition):
    """Whether Meta may apply one of its creative optimizations."""

    enroll_status: Literal["OPT_IN", "OPT_OUT"]


class DegreesOfFreedom(_Definition):
    """What Meta may change by itself in a marketing message; a feature that is not named is on."""

    creative_features_spec: dict[Feature, Enrolment] = {}

    def as_read(self) -> dict[str, list[dict[str, Any]]]:
        """As Meta gives it back: a list, with the names in capitals."""
        on = Enrolment(enroll_status="OPT_IN")
        return {
            "creative_features_spec": [
                {"key": name.upper(), "value": self.creative_features_spec.get(name, on).model_dump()}
                for name in get_args(Feature)
            ]
        }


class TemplateOrder(_Definition):
    """What is POSTed to `/{waba}/message_templates`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")]
    category: Category
    components: Annotated[list[Component], Field(min_length=1)]
    message_send_ttl_seconds: int | None = None
    allow_category_change: bool | None = None
    degrees_of_freedom_spec: DegreesOfFreedom = DegreesOfFreedom()
    parameter_format: Literal["POSITIONAL"] = "POSITIONAL"


def review(payload: object) -> TemplateOrder:
    """The definition if Meta would approve it; raises GraphError (code 100 and Meta's subcode) if not."""
    try:
        order = TemplateOrder.model_validate(payload)
    except ValidationError as exc:
        raise GraphError(100, first_fault(exc)[1]) from None
    kinds = [component.type for component in order.components]
    if len(kinds) != len(set(kinds)) or "BODY" not in kinds:
        raise refused("A template has one body and at most one header, footer and set of buttons.")
    for component in order.components:
        _CHECKS[component.type](component)
    _check_ttl(order)
    return order


def variables(text: str) -> list[int]:
    """Numbers of the variables in the order of the text; raises GraphError on any other placeholder."""
    names = _VARIABLE.findall(text)
    if not all(name.isdecimal() for name in names):
        raise refused("Variables are {{1}}, {{2}}, ... without special characters.")
    numbers = [int(name) for name in names]
    if numbers != list(range(1, len(numbers) + 1)):
        raise refused("Variables are numbered from {{1}} on, each used once, none skipped.")
    return numbers


def _check_header(header: Component) -> None:
    text = header.text or ""
    if header.format != "TEXT" or not text or length(text) > 60 or re.search(r"[*_~`\n]", text):
        raise refused("A header is a text of at most 60 characters, without markup or new lines.")
    if len(variables(text)) > 1:
        raise refused("A header has at most one variable.")
    _check_samples(len(variables(text)), (header.example and header.example.header_text) or [])


def _check_body(body: Component) -> None:
    text = body.text or ""
    if not text or length(text) > BODY_LIMIT:
        raise refused(f"A body has from 1 to {BODY_LIMIT} characters.", 2388040)
    count = len(variables(text))
    if re.match(r"\s*\{\{", text) or re.search(r"\}\}\s*$", text):
        raise refused("Variables cannot be at the start or the end of the body.", 2388299)
    if re.search(r"\}\}\s*\{\{", text):
        raise refused("Two variables need words between them.", 2388299)
    # Meta publishes no ratio; in the field words and variables together have to be at least 3n + 1
    words = re.findall(r"\w+", _VARIABLE.sub(" ", text))
    if count and len(words) + count < 3 * count + 1:
        raise refused("This template has too many variables for its length.", 2388293)
    samples = (body.example and body.example.body_text) or [[]]
    _check_samples(count, samples[0])


def _check_footer(footer: Component) -> None:
    text = footer.text or ""
    if not text or length(text) > 60 or "{{" in text:
        raise refused("A footer is a text of at most 60 characters, without variables.")


def _check_buttons(component: Component) -> None:
    for button in component.buttons or []:
        if variables(button.url) and not button.url.endswith("{{1}}"):
            raise refused("A URL has at most one variable, at its end.")
        _check_samples(len(variables(button.url)), button.example or [])
    if not component.buttons:
        raise refused("A set of buttons has at least one.")


def _check_samples(count: int, samples: list[str]) -> None:
    if len(samples) != count or not all(samples):
        raise refused("Each variable needs a sample value.", 2388043)


def _check_ttl(order: TemplateOrder) -> None:
    seconds, (least, most) = order.message_send_ttl_seconds, _TTL[order.category]
    if seconds is not None and seconds != -1 and not least <= seconds <= most:
        raise refused(f"The time to live of {order.category} is -1 or from {least} to {most} seconds.")


def refused(details: str, subcode: int = 2388273) -> GraphError:
    """Of a template, in Meta's words and with its subcode."""
    return GraphError(100, details, subcode=subcode, user_title="Message template not accepted")


_CHECKS = {"HEADER": _check_header, "BODY": _check_body, "FOOTER": _check_footer, "BUTTONS": _check_buttons}
