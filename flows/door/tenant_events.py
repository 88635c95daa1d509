"""What somebody hears through a Comune's wall who listens to the server: their filter narrowed, and each
message looked at once more before it is told.
"""

import json
from typing import Any

from flows.door import tenant_filters
from flows.door.asgi import Message
from flows.door.request_bodies import RejectedRequest
from flows.door.tenant_request import TenantScope
from flows.door.tenant_rules import logs

EVENTS = "/events/out"
NO_FILTER = {"type": "websocket.receive", "text": json.dumps({"type": "unreadable"})}
OF_THE_CREDENTIAL = ("auth_success", "auth_failure")  # what the server says beside what is listened to
LATER = 1013  # try again later (registered with IANA, WebSocket close codes)


class Hearing:
    """One WebSocket of `flows.door.permissions.SUBSCRIPTIONS`."""

    def __init__(self, tenant: TenantScope, path: str) -> None:
        self._tenant, self._is_of_events = tenant, path.endswith(EVENTS)
        self._runs: frozenset[str] = frozenset()  # whose logs are listened to

    async def asked(self, message: Message) -> Message:
        """What is listened for, as it goes on; the server ends what it cannot read."""
        body = _read(message)
        if body.get("type") != "filter":
            return NO_FILTER
        try:
            narrowed = await (self._events if self._is_of_events else self._logs)(body.get("filter"))
        except RejectedRequest as exc:
            is_away = exc.status == 503
            return {"type": "websocket.disconnect", "code": LATER} if is_away else NO_FILTER
        return {"type": "websocket.receive", "text": json.dumps({**body, "filter": narrowed})}

    async def _events(self, given: Any) -> Any:
        return tenant_filters.events(given, [*await self._tenant.holdings.deployments()])

    async def _logs(self, given: Any) -> Any:
        found = await logs(self._tenant, given)
        if found is None:
            return tenant_filters.only(None, "flow_run_id", [])
        self._runs = frozenset(found["flow_run_id"]["any_"])
        return found

    async def may_tell(self, message: Message) -> bool:
        if message["type"] != "websocket.send":
            return True
        body = _read(message)
        if body.get("type") == "event":
            return await self._is_own(body["event"])
        if body.get("type") == "log":
            return body["log"]["flow_run_id"] in self._runs
        return body.get("type") in OF_THE_CREDENTIAL

    async def _is_own(self, event: dict[str, Any]) -> bool:
        try:
            mine = {tenant_filters.of_deployment(id) for id in await self._tenant.holdings.deployments()}
        except RejectedRequest:  # the server is away, as the log says: what is not known is not told
            return False
        return any(one.get("prefect.resource.id") in mine for one in (event["resource"], *event["related"]))


def _read(message: Message) -> dict[str, Any]:
    try:
        found = json.loads(message.get("text") or message.get("bytes") or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
