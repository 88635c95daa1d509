"""Requests that nobody thought of, made by schemathesis; half of them ask for what is there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import schemathesis.openapi
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

# of who sends it
OURS = {"cookie", "origin", "host", "connection", "prefect-csrf-client", "prefect-csrf-token"}
# the version of a client; whatever is no such version ends there
OURS |= {"x-prefect-api-version"}

Place = Callable[[str], str]  # a path of the OpenAPI with something that is there in its places
Counts = Callable[[tuple[str, str]], tuple[int, int]]  # of an operation: how many that fit it, and do not


@dataclass(frozen=True)
class Made:
    """One request, whoever sends it."""

    operation: tuple[str, str]
    address: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


def _made_of(operation: Any, place: Place, examples: int, mode: GenerationMode) -> list[Made]:
    found: list[Made] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_there=st.booleans())
    def make(case: Case[Any], is_there: bool) -> None:
        asked = case.as_transport_kwargs(base_url="http://127.0.0.1/api")
        url = httpx.URL(asked["url"], params=asked["params"])
        address, _, query = url.raw_path.decode().partition("?")
        if is_there:
            address = place(operation.path)
        given = {"Content-Type": "application/json", **asked["headers"]}
        headers = [
            (name.encode(), value.encode("latin-1"))
            for name, value in given.items()
            if name.lower() not in OURS
        ]
        body = json.dumps(asked["json"]).encode() if "json" in asked else asked.get("data") or b""
        found.append(Made((operation.method.upper(), operation.path), f"{address}?{query}", headers, body))

    make()
    return found


def thought_up(openapi: dict[str, Any], place: Place, counts: Counts) -> list[Made]:
    found: list[Made] = []
    for result in schemathesis.openapi.from_dict(openapi).get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        fitting, other = counts((operation.method.upper(), operation.path))
        if fitting:
            found += _made_of(operation, place, fitting, GenerationMode.POSITIVE)
        if other and operation.body:
            found += _made_of(operation, place, other, GenerationMode.NEGATIVE)
    return found
