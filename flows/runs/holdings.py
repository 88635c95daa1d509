"""What of a fleet's Prefect server is one Comune's, asked of the server and kept for a while."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Protocol

from flows import deploy
from flows.door.tenant_request import Deployment
from flows.settings import Settings

FRESH = 3.0  # seconds that its deployments, and the keys of its pages, are taken to be as they were
KNOWN = 2_000  # runs of its own that are remembered: whose a run is never changes
AT_ONCE = 200  # of anything in one answer, as Prefect has it
PAGES = 25  # of Prefect's artifacts in one answer: each holds its whole text


class Archive(Protocol):
    """The server (`flows.runs.server_access.RemoteServerAccess`)."""

    async def ask(self, method: Literal["GET", "POST"], path: str, body: Any = None) -> Any:
        """What it answers; None where there is nothing."""


class OwnHoldings:
    """One Comune's (`flows.door.tenant_request.Holdings`).

    Its own are the deployments whose runs take it on, which `deploy` alone says of them; a name or a tag
    might be like another's. Whatever a run's deployment is, it is for ever.
    """

    def __init__(self, settings: Settings, archive: Archive) -> None:
        self._slug, self._archive = settings.profile.slug, archive
        self._names = [settings.deployment(block["name"]) for block in deploy.blocks()[0]]
        self._end = settings.own("")
        self._deployments: Mapping[str, Deployment] = {}
        self._runs: dict[str, None] = {}  # in the order in which they were last asked for
        self._keys: dict[str, None] = {}
        self._looked = dict.fromkeys(("deployments", "keys"), -FRESH)  # monotonic
        self._looking = asyncio.Lock()

    async def ask(self, method: Literal["GET", "POST"], path: str, body: Any = None) -> Any:
        return await self._archive.ask(method, path, body)

    async def deployments(self) -> Mapping[str, Deployment]:
        async with self._looking:
            if self._is_stale("deployments"):
                wanted = {"deployments": {"name": {"any_": self._names}}, "limit": AT_ONCE}
                found = await self.ask("POST", "/deployments/filter", wanted)
                self._deployments = {
                    one["id"]: Deployment(one["name"], one["flow_id"], one["work_queue_id"])
                    for one in found
                    if deploy.whose(one["pull_steps"]) == self._slug
                }
                self._looked["deployments"] = time.monotonic()
        return self._deployments

    async def runs(self, ids: Collection[str]) -> frozenset[str]:
        unknown = [id for id in ids if id not in self._runs]
        if unknown:
            for run in await self._of_ours({"id": {"any_": unknown}}):
                self._runs[run["id"]] = None
        found = [id for id in ids if id in self._runs]
        for id in found:
            self._runs[id] = self._runs.pop(id)
        while len(self._runs) > KNOWN:
            del self._runs[next(iter(self._runs))]
        return frozenset(found)

    async def coming(self) -> Sequence[Mapping[str, Any]]:
        planned = {"state": {"type": {"any_": ["SCHEDULED"]}}}
        return await self._of_ours(planned, "NEXT_SCHEDULED_START_TIME_ASC")

    async def _of_ours(self, wanted: dict[str, Any], sort: str = "ID_DESC") -> list[dict[str, Any]]:
        mine = list(await self.deployments())
        if not mine:
            return []
        wanted = {**wanted, "deployment_id": {"any_": mine}}
        body = {"flow_runs": wanted, "sort": sort, "limit": AT_ONCE}
        found: list[dict[str, Any]] = await self.ask("POST", "/flow_runs/filter", body)
        return found

    def has_key(self, key: str | None) -> bool:
        return key is not None and key.partition("--")[2] == self._slug  # none of our keys has two hyphens

    async def keys(self) -> Sequence[str]:
        """By what is new since the last look: of those that were there by then none changes its key."""
        async with self._looking:
            if self._is_stale("keys"):
                await self._look_for_keys()
                self._looked["keys"] = time.monotonic()
        return [*self._keys]

    async def _look_for_keys(self) -> None:
        body: dict[str, Any] = {"artifacts": {"key": {"like_": self._end}}, "sort": "CREATED_DESC"}
        body, found, is_last = {**body, "limit": PAGES, "offset": 0}, dict[str, None](), False
        while not is_last:
            page = await self.ask("POST", "/artifacts/latest/filter", body)
            mine = dict.fromkeys(one["key"] for one in page if self.has_key(one["key"]))
            is_last = len(page) < PAGES or not self._keys.keys().isdisjoint(mine)
            found |= mine
            body["offset"] += PAGES
        self._keys |= found  # once all that is older is known, too

    def _is_stale(self, what: str) -> bool:
        return time.monotonic() - self._looked[what] >= FRESH
