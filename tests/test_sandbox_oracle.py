"""The sandbox's verdicts beside those of Meta's own schema (repaired, see ../shared/data/README.md).

Every payload is judged by both. Where they are known to differ, the row says which is stricter and why; any
other difference is a failure of ours.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.sandbox.graph_errors import CODES, GraphError
from deployments.sandbox.limits import Endpoint, check_request
from tests.world.sandbox_town import ANNA, BRUNO, open_town, template_send
from tests.world.shared import SHARED, needs_shared

pytestmark = needs_shared

Payload = dict[str, Any]
Mutation = Callable[[Payload], None]


@cache
def validator(name: str) -> Any:
    document = json.loads((SHARED / "whatsapp/openapi/relaxed_v23.0.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})


def meta_accepts(payload: Payload, endpoint: Endpoint) -> bool:
    """The schema of the message's type, then of each component's: `discriminator` is no JSON Schema."""
    if endpoint == "marketing_messages":
        schema = "MarketingMessageRequestPayload"
    else:
        schema = "TextMessage" if payload.get("type") == "text" else "TemplateMessage"
    if not validator(schema).is_valid(payload):
        return False
    if payload["type"] != "template":
        return True
    return all(_component_accepted(component) for component in payload["template"].get("components", []))


def _component_accepted(component: Payload) -> bool:
    name = {"header": "HeaderComponent", "body": "BodyComponent", "button": "ButtonComponent"}[
        component["type"]
    ]
    parameters = {"text": "ButtonTextParameter" if name == "ButtonComponent" else "TextParameter"}
    return bool(validator(name).is_valid(component)) and all(
        validator(parameters.get(p["type"], "ParameterObject")).is_valid(p)
        for p in component.get("parameters", [])
    )


def our_code(payload: Payload, endpoint: Endpoint) -> int | None:
    """None when the sandbox accepts."""
    try:
        check_request(payload, endpoint)
    except GraphError as exc:
        return exc.code
    return None


def we_accept(payload: Payload, endpoint: Endpoint) -> bool:
    code = our_code(payload, endpoint)
    assert code is None or code in CODES, "a refusal uses one of Meta's codes"
    return code is None


def template_payload() -> Payload:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+393330000001",
        "type": "template",
        "template": {
            "name": "bollettino_2",
            "language": {"code": "it", "policy": "deterministic"},
            "components": [
                {"type": "header", "parameters": [{"type": "text", "text": "Comune di Esempio"}]},
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": "uno"}, {"type": "text", "text": "due"}],
                },
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "abc"}],
                },
            ],
        },
    }


def text_payload() -> Payload:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+393330000001",
        "type": "text",
        "text": {"body": "La tua iscrizione è attiva.", "preview_url": False},
    }


BASES: dict[str, tuple[Callable[[], Payload], Endpoint]] = {
    "template": (template_payload, "messages"),
    "marketing": (template_payload, "marketing_messages"),
    "text": (text_payload, "messages"),
}


@dataclass(frozen=True)
class Case:
    """A mutation, what the sandbox says, and why Meta's schema says otherwise (empty: it does not)."""

    name: str
    base: Literal["template", "marketing", "text"]
    mutate: Mutation
    accepted: bool
    differs: str = ""


def put(*path: str | int, value: Any) -> Mutation:
    def mutate(payload: Payload) -> None:
        place: Any = payload
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return mutate


def drop(*path: str | int) -> Mutation:
    def mutate(payload: Payload) -> None:
        place: Any = payload
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return mutate


def alone(_: Payload) -> None:
    """No mutation."""


BODY_TEXT = ("template", "components", 1, "parameters", 0, "text")
BUTTON = ("template", "components", 2)

CASES = [
    # both accept
    Case("as it is", "template", alone, True),
    Case("as it is", "marketing", alone, True),
    Case("as it is", "text", alone, True),
    Case("opaque data of 512", "template", put("biz_opaque_callback_data", value="x" * 512), True),
    Case("text of 4096", "text", put("text", "body", value="x" * 4096), True),
    Case("no link preview said", "text", drop("text", "preview_url"), True),
    Case("an answer to a message", "text", put("context", value={"message_id": "wamid.x"}), True),
    Case("no components", "template", drop("template", "components"), True),
    Case("no language policy", "template", drop("template", "language", "policy"), True),
    Case("strict policy", "marketing", put("product_policy", value="STRICT"), True),
    Case("activity sharing", "marketing", put("message_activity_sharing", value=True), True),
    # both refuse
    Case("no type", "text", drop("type"), False),
    Case("no template", "template", drop("template"), False),
    Case("no template", "marketing", drop("template"), False),
    Case("no text", "text", drop("text"), False),
    Case("no template name", "template", drop("template", "name"), False),
    Case("no language", "template", drop("template", "language"), False),
    Case("no language code", "template", drop("template", "language", "code"), False),
    Case(
        "another language policy", "template", put("template", "language", "policy", value="fallback"), False
    ),
    Case("opaque data of 513", "template", put("biz_opaque_callback_data", value="x" * 513), False),
    Case("text of 4097", "text", put("text", "body", value="x" * 4097), False),
    Case("text without body", "text", drop("text", "body"), False),
    Case("an unknown key in text", "text", put("text", "colour", value="red"), False),
    Case("preview that is no boolean", "text", put("text", "preview_url", value="yes"), False),
    Case("recipient of another type", "template", put("recipient_type", value="everybody"), False),
    Case("to that is a number", "template", put("to", value=393330000001), False),
    Case("neither to nor recipient", "template", drop("to"), False),
    Case("a name that is no string", "template", put("template", "name", value=1), False),
    Case("components that are no list", "template", put("template", "components", value={}), False),
    Case("a value that is no string", "template", put(*BODY_TEXT, value=7), False),
    Case("a value without text", "template", drop(*BODY_TEXT), False),
    Case("a button without index", "template", drop(*BUTTON, "index"), False),
    Case("a button with a numeric index", "template", put(*BUTTON, "index", value=0), False),
    Case("a button with index 10", "template", put(*BUTTON, "index", value="10"), False),
    Case("a button without sub type", "template", drop(*BUTTON, "sub_type"), False),
    Case("a button of an unknown sub type", "template", put(*BUTTON, "sub_type", value="flip"), False),
    Case("a button without values", "template", put(*BUTTON, "parameters", value=[]), False),
    Case("another product", "marketing", put("messaging_product", value="sms"), False),
    Case("text on the marketing endpoint", "marketing", put("type", value="text"), False),
    Case("another product policy", "marketing", put("product_policy", value="LOOSE"), False),
    Case("an unknown key", "marketing", put("colour", value="red"), False),
    # the sandbox is stricter
    Case(
        "an empty value",
        "template",
        put(*BODY_TEXT, value=""),
        False,
        "131008 in practice; no minLength there",
    ),
    Case(
        "a new line",
        "template",
        put(*BODY_TEXT, value="a\nb"),
        False,
        "132012; the schema checks no characters",
    ),
    Case(
        "a tab", "template", put(*BODY_TEXT, value="a\tb"), False, "132012; the schema checks no characters"
    ),
    Case("five spaces", "template", put(*BODY_TEXT, value="a     b"), False, "132012; as above"),
    Case(
        "an empty text", "text", put("text", "body", value=""), False, "an empty message is 100 in practice"
    ),
    Case(
        "to in words", "template", put("to", value="Anna"), False, "the schema takes any string as a number"
    ),
    Case(
        "a group",
        "template",
        put("recipient_type", value="group"),
        False,
        "this service writes to persons only",
    ),
    Case(
        "an unknown key",
        "template",
        put("colour", value="red"),
        False,
        "Graph answers 100; the schema was relaxed",
    ),
    Case(
        "another product",
        "template",
        put("messaging_product", value="sms"),
        False,
        "documented as a constant",
    ),
    Case(
        "a quick reply",
        "template",
        put(*BUTTON, "sub_type", value="quick_reply"),
        False,
        "our templates have links",
    ),
    Case(
        "an image in the header",
        "template",
        put("template", "components", 0, "parameters", 0, value={"type": "image", "image": {"id": "1"}}),
        False,
        "registered headers are texts, so Meta would answer 132012",
    ),
    # the sandbox is looser
    Case(
        "no recipient type",
        "template",
        drop("recipient_type"),
        True,
        "Meta's guide: individual is the default",
    ),
    Case("no recipient type", "marketing", drop("recipient_type"), True, "as above"),
    Case(
        "opaque data on the marketing endpoint",
        "marketing",
        put("biz_opaque_callback_data", value="attempt-1"),
        True,
        "missing from v23's schema; current clients send it, and without it no outcome could be settled",
    ),
    Case(
        "a BSUID instead of a number",
        "template",
        lambda payload: payload.update(recipient="IT.13491208655302741918", to=None) or payload.pop("to"),
        True,
        "usernames came in 2026, after v23",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.base}: {case.name}")
def test_the_sandbox_judges_as_meta_does_or_says_why_not(case: Case) -> None:
    make, endpoint = BASES[case.base]
    payload = make()
    case.mutate(payload)
    assert we_accept(payload, endpoint) is case.accepted
    assert meta_accepts(payload, endpoint) is (case.accepted is not bool(case.differs))


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of every value inside a payload."""
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [p for key, child in children for p in [(*path, key), *_places(child, (*path, key))]]


_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just([]), st.just({}), st.lists(st.integers(), min_size=1)
)


@given(st.sampled_from(sorted(BASES)), st.data(), _JUNK)
def test_whatever_meta_refuses_for_its_type_the_sandbox_refuses(
    base: str, data: st.DataObject, junk: Any
) -> None:
    make, endpoint = BASES[base]
    payload = make()
    path = data.draw(st.sampled_from(_places(payload)))
    put(*path, value=junk)(payload)
    before = copy.deepcopy(payload)
    accepted = we_accept(payload, endpoint)
    assert payload == before
    try:
        meta = meta_accepts(payload, endpoint)
    except (KeyError, TypeError):  # a component of no known type or shape has no schema of its own
        meta = False
    if accepted:
        assert meta


@given(st.text(max_size=60))
def test_any_value_that_the_sandbox_takes_is_one_that_meta_takes(text: str) -> None:
    payload = template_payload()
    put(*BODY_TEXT, value=text)(payload)
    if we_accept(payload, "messages"):
        assert meta_accepts(payload, "messages")
        assert not set("\n\r\t") & set(text)
        assert "     " not in text


def _reported(state: Path, error: int | None, *, inbound: bool = False) -> dict[str, Any]:
    """The value of the first webhook after one send, or after one word from a phone."""
    town = open_town(state)
    if inbound:
        town.write("ATTIVA")
    else:
        number = BRUNO if error is None else ANNA
        if error is not None:
            town.fault(phone=number, code=error)
        town.send(template_send(number))
    town.later(seconds=0)
    value: dict[str, Any] = json.loads(town.posts[0][0])["entry"][0]["changes"][0]["value"]
    return value


def test_a_status_that_the_sandbox_reports_fits_metas_schema(tmp_path: Path) -> None:
    """Also beside a recorded one: the same keys, less `conversation`, gone since v24."""
    values = [_reported(tmp_path / str(code), code) for code in (None, 131026)]
    for value in values:
        validator("StatusMessageValue").validate(value)
    recorded = json.loads((SHARED / "whatsapp/webhooks/updates__message_status.json").read_text("utf-8"))
    for value, name in zip(values, ("with_tracker", "failed"), strict=True):
        real = recorded[name]["entry"][0]["changes"][0]["value"]
        assert set(value) == set(real)
        missing = set(real["statuses"][0]) - set(value["statuses"][0])
        assert missing <= {"conversation"}
        assert set(value["contacts"][0]) >= set(real["contacts"][0]) - {"profile", "parent_user_id"}


def test_an_inbound_message_has_the_keys_of_a_recorded_one(tmp_path: Path) -> None:
    recorded = json.loads((SHARED / "whatsapp/webhooks/updates__message.json").read_text("utf-8"))
    real = recorded["text"]["entry"][0]["changes"][0]["value"]
    value = _reported(tmp_path, None, inbound=True)
    assert set(value) == set(real)
    assert set(value["messages"][0]) - {"from_user_id"} == set(real["messages"][0])
    assert value["messages"][0]["text"].keys() == real["messages"][0]["text"].keys()
    assert set(value["contacts"][0]) == set(real["contacts"][0]) - {"parent_user_id"}
