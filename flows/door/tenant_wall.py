"""The wall of a Comune in a Prefect server that many share: whoever stands at its door sees and moves only
what is this Comune's.

What has no rule is refused, and so is an operation that is new in the table until it has one.
"""

import json
from typing import Any
from urllib.parse import urlencode

from flows.door.asgi import Message, Receive, Scope, Send, answer, rewritten
from flows.door.permissions import Operation
from flows.door.request_bodies import RejectedRequest
from flows.door.tenant_request import Asked, Holdings, TenantScope, Told
from flows.door.tenant_rules import CLOSED, RULES


class Wall:
    def __init__(self, holdings: Holdings, pool: str) -> None:
        self.tenant = TenantScope(holdings, pool)

    async def through(
        self, operation: Operation, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Scope, Receive, Send] | None:
        """The request as it goes on, and where its answer goes; None where it has been answered."""
        rule = RULES.get(operation.name)
        if rule is None:
            raise RejectedRequest(CLOSED)
        found = await rule(self.tenant, Asked(operation, scope, receive))
        if isinstance(found, Told):
            await answer(send, 200, b"application/json", json.dumps(found.value).encode())
            return None
        if found.body is not None:
            scope, receive = rewritten(scope, found.body, whole=bool(found.hides))
        elif found.hides:
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}
        if found.query is not None:
            scope = {**scope, "query_string": urlencode(found.query).encode()}
        return scope, receive, _Without(found.hides, send) if found.hides else send


class _Without:
    """Hands an answer on without what a field says."""

    def __init__(self, field: str, send: Send) -> None:
        self._field, self._send = field, send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._body
        if self._start["status"] == 200:
            body = json.dumps(self._hidden(json.loads(body))).encode()
        headers = [one for one in self._start["headers"] if one[0].lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**self._start, "headers": [*headers, length]})
        await self._send({"type": "http.response.body", "body": body})

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._hidden(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: None if name == self._field else self._hidden(one) for name, one in value.items()}
