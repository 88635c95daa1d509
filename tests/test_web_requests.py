"""Requests that nobody thought of, made by schemathesis from the web app's own description, over a socket.

The description is served to nobody (`openapi_url=None`); it exists for this test.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import schemathesis.openapi
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from sqlmodel import select

from db.models import InboundEvent
from flows.web.headers import HEADERS
from tests.test_whatsapp_webhook_payload import sign
from tests.world.comune import Loopback
from tests.world.public_site import plant
from tests.world.web_site import Site

EXAMPLES = 30  # of each operation
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
# what Meta posts, loosely: schemathesis fills it with what no Meta would
ANY: dict[str, Any] = {}
TEXT = {"type": "string"}
POST = {
    "type": "object",
    "properties": {
        "object": TEXT,
        "entry": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "properties": {
                    "id": TEXT,
                    "changes": {
                        "type": "array",
                        "maxItems": 2,
                        "items": {
                            "type": "object",
                            "properties": {
                                "field": {"enum": ["messages", "account_update", "user_preferences", "x"]},
                                "value": {
                                    "type": "object",
                                    "properties": {
                                        "messages": {
                                            "type": "array",
                                            "maxItems": 2,
                                            "items": {
                                                "type": "object",
                                                "properties": {
                                                    "from": TEXT,
                                                    "id": TEXT,
                                                    "timestamp": TEXT,
                                                    "type": {"enum": ["text", "image", "system", "x"]},
                                                    "text": ANY,
                                                },
                                            },
                                        },
                                        "statuses": {"type": "array", "maxItems": 2, "items": ANY},
                                        "contacts": ANY,
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def address(site: Site, loopback: Loopback) -> str:
    loopback.app = site.app
    return loopback.address


def operations(site: Site) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(site.app.openapi())
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def test_no_request_breaks_the_app(site: Site, address: str) -> None:
    with site.look() as session:
        plant(session)
    asked = set()
    for operation in operations(site):
        asked.add(operation.path)

        @BOUNDED
        @given(case=operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            answer = case.call(base_url=address, allow_redirects=False)
            # without the loops `/salute` is right to answer 503
            assert answer.status_code < 500 or case.path == "/salute", case.formatted_path
            for name, value in HEADERS.items():
                assert answer.headers.get(name.lower()) == [value], name
            assert "set-cookie" not in answer.headers

        ask()
    expected = {"/", "/webhook", "/b/{code}", "/b/{code}/{form}.txt", "/archivio/{month}", "/feed.atom"}
    assert expected <= asked


def test_whatever_is_posted_and_signed_is_answered_and_read(site: Site, address: str) -> None:
    described = site.app.openapi()
    body = {"required": True, "content": {"application/json": {"schema": POST}}}
    described["paths"]["/webhook"]["post"]["requestBody"] = body
    schema = schemathesis.openapi.from_dict(described)
    operation = schema["/webhook"]["POST"]
    taken = []

    @BOUNDED
    @given(case=operation.as_strategy())
    def post(case: Case[Any]) -> None:
        raw = json.dumps(case.body).encode()
        headers = {"X-Hub-Signature-256": sign(raw, "new-secret"), "Content-Type": "application/json"}
        answer = site.request("POST", "/webhook", content=raw, headers=headers)
        assert answer.status_code in (200, 400)
        taken.append(site.handle())  # never raises: what cannot be read is parked

    post()
    assert sum(taken) > 0, "some of it is stored and read"


def test_what_is_not_signed_is_never_stored(site: Site, address: str) -> None:
    operation = schemathesis.openapi.from_dict(site.app.openapi())["/webhook"]["POST"]

    @BOUNDED
    @given(case=operation.as_strategy())
    def forge(case: Case[Any]) -> None:
        headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
        answer = case.call(base_url=address, headers=headers, data=json.dumps({"entry": []}))
        assert answer.status_code in (401, 413, 415)

    forge()
    with site.look() as session:
        assert session.exec(select(InboundEvent)).all() == []
