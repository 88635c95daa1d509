"""What one person is sent: Meta's own JSON, and nothing that Meta would refuse."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.whatsapp.messages import OutgoingTemplate, OutgoingText, parameter_problem, utf16
from tests.world.shared import SHARED, needs_shared

PHONE = "+393330001122"


def template(**changes: Any) -> OutgoingTemplate:
    fields: dict[str, Any] = {
        "to": PHONE,
        "bsuid": None,
        "name": "bollettino_2",
        "language": "it",
        "category": "MARKETING",
        "parameters": ("Il mercato si sposta in piazza Roma.", "Biblioteca aperta.", "martedì 1 dicembre"),
        "button_suffix": "2026-12-01",
        "opaque": "attempt-1",
    }
    return OutgoingTemplate(**{**fields, **changes})


def text(**changes: Any) -> OutgoingText:
    return OutgoingText(**{"to": PHONE, "bsuid": None, "body": "Fatto.", "opaque": "attempt-2", **changes})


def test_the_template_body_is_metas() -> None:
    assert template().payload() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": PHONE,
        "type": "template",
        "biz_opaque_callback_data": "attempt-1",
        "template": {
            "name": "bollettino_2",
            "language": {"code": "it"},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Il mercato si sposta in piazza Roma."},
                        {"type": "text", "text": "Biblioteca aperta."},
                        {"type": "text", "text": "martedì 1 dicembre"},
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "2026-12-01"}],
                },
            ],
        },
    }


def test_a_person_without_a_number_is_addressed_by_bsuid() -> None:
    payload = text(to=None, bsuid="IT.13491208655302741918").payload()
    assert payload["recipient"] == "IT.13491208655302741918"
    assert "to" not in payload
    assert "recipient" not in text(bsuid="IT.13491208655302741918").payload()


@needs_shared
def test_payloads_satisfy_metas_schema_and_broken_ones_do_not() -> None:
    schema = json.loads((SHARED / "whatsapp/openapi/relaxed_v23.0.schema.json").read_text("utf-8"))

    def check(payload: object, name: str) -> None:
        root = {**schema, "$ref": f"#/components/schemas/{name}"}
        jsonschema.Draft202012Validator(root).validate(payload)

    marketing = template().payload()
    check(marketing, "TemplateMessage")
    check(text().payload(), "TextMessage")
    check(template(category="UTILITY", button_suffix=None, parameters=()).payload(), "TemplateMessage")
    del marketing["biz_opaque_callback_data"]  # that path's schema of v23 does not know it yet
    check(marketing, "MarketingMessageRequestPayload")
    with pytest.raises(jsonschema.ValidationError):
        check({**marketing, "template": {"name": "x"}}, "MarketingMessageRequestPayload")
    with pytest.raises(jsonschema.ValidationError):
        check({**text().payload(), "text": {"body": "a" * 4097}}, "TextMessage")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": ("bene", "due\nrighe")}, r"parameter \{\{2\}\} holds a new line"),
        ({"parameters": ("un\ttab",)}, r"parameter \{\{1\}\} holds"),
        ({"parameters": ("cinque     spazi",)}, r"parameter \{\{1\}\} holds"),
        ({"parameters": ("bene", " ")}, r"parameter \{\{2\}\} is empty"),
        ({"button_suffix": ""}, "button suffix is empty"),
        ({"to": None}, "neither"),
        ({"to": "393330001122"}, "phone number is not"),
        ({"opaque": "x" * 513}, "opaque"),
    ],
)
def test_what_meta_would_refuse_is_refused_before_it_is_sent(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        template(**changes)
    assert "3330001122" not in str(caught.value)


def test_a_text_over_the_limit_is_refused_counting_as_whatsapp_may() -> None:
    assert utf16("😀") == 2
    text(body="a" * 4096)
    for body in ("a" * 4097, "😀" * 2049, " "):
        with pytest.raises(ValueError, match="4096"):
            text(body=body)


@given(st.text())
def test_a_value_whose_spaces_are_joined_is_always_acceptable(value: str) -> None:
    joined = " ".join(value.split())
    assert (parameter_problem(joined) is None) == bool(joined)
