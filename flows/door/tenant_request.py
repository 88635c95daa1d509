"""What the rules of a Comune's wall are given: a request, and what of the server is this Comune's."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import parse_qs

from flows.door import request_bodies, tenant_filters
from flows.door.asgi import Receive, Scope, body_of
from flows.door.permissions import Operation
from flows.door.request_bodies import RejectedRequest
from flows.door.tenant_filters import canonical

ABSENT = "Qui non c'è niente."


@dataclass(frozen=True)
class Deployment:
    name: str
    flow: str  # its id
    queue: str | None


class Holdings(Protocol):
    """What of a server is one Comune's. RejectedRequest where it cannot be asked."""

    async def deployments(self) -> Mapping[str, Deployment]:
        """By id."""

    async def runs(self, ids: Collection[str]) -> frozenset[str]:
        """Those of these runs that are of one of its deployments."""

    def has_key(self, key: str | None) -> bool:
        """Whether an artifact of this key is its own, whichever run made it."""

    async def keys(self) -> Sequence[str]:
        """Those keys of which there is an artifact."""

    async def coming(self) -> Sequence[Mapping[str, Any]]:
        """Its runs that are planned, the next first."""

    async def ask(self, method: Literal["GET", "POST"], path: str, body: Any = None) -> Any:
        """Whatever the server answers, whosever it is; None where there is nothing."""


class Asked:
    """A request, as far as a rule looks into it."""

    def __init__(self, operation: Operation, scope: Scope, receive: Receive) -> None:
        self.operation, self._query, self._receive = operation, scope["query_string"], receive

    @property
    def id(self) -> str:
        return self.operation.places["id"].lower()

    async def body(self) -> dict[str, Any]:
        return request_bodies.read(await body_of(self._receive))

    def value(self, name: str) -> str:
        """Of the query: of two the server might take the other."""
        values = parse_qs(self._query.decode("latin-1")).get(name, [])
        if len(values) != 1:
            raise RejectedRequest(tenant_filters.UNREADABLE, 422)
        value: str = values[0]
        return value


@dataclass(frozen=True)
class Passed:
    """The request goes on: with this body or query, if any, in place of its own."""

    body: dict[str, Any] | None = None
    query: dict[str, str] | None = None
    hides: str = ""  # a field of the answer that is of all Comuni


@dataclass(frozen=True)
class Told:
    """The request is answered here."""

    value: Any


@dataclass(frozen=True)
class TenantScope:
    """What a wall stands around. `pool`: the work pool of all, the only one that is seen."""

    holdings: Holdings
    pool: str

    async def require_run(self, id: Any) -> None:
        if not isinstance(id, str) or not await self.holdings.runs([canonical(id)]):
            raise RejectedRequest(ABSENT, 404)

    async def thing(self, path: str) -> dict[str, Any]:
        """What stands there, whosever it is."""
        found = await self.holdings.ask("GET", path)
        if not isinstance(found, dict):
            raise RejectedRequest(ABSENT, 404)
        return found


Rule = Callable[[TenantScope, Asked], Awaitable[Passed | Told]]
