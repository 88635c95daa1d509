"""The provider's one door to all Comuni: a post is authenticated, taken apart, stored with whom it is for.

Who cannot be served now costs the others nothing: theirs is stored, and the answer is a 503. The provider
then brings the whole post again, and what is stored already is passed over. The same for who has gone
elsewhere, until the provider knows where.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from flows.fleet.front.directory import Directory
from flows.fleet.front.sorting import Sorter
from flows.fleet.front.tenant import ClosedError, Tenant
from flows.fleet.rounds import OF
from flows.web import webhook
from flows.web.inbound.store import NotJsonError, read
from flows.web.webhook import PATIENCE, shut

NAMED = "comune"  # in a request's scope: the Comune that its address names

log = logging.getLogger(__name__)


class Door:
    """`strange`: updates that were nobody's since the process began."""

    def __init__(
        self, directory: Directory, tenants: Mapping[str, Tenant], clock: Callable[[], datetime]
    ) -> None:
        self.strange: Counter[str] = Counter()
        self._directory, self._tenants, self._clock = directory, tenants, clock
        self._late: set[asyncio.Task[bool]] = set()

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/webhook", tags=["webhook"])
        # one at a time: where every Comune has a secret of its own each is tried
        turn = asyncio.Lock()

        @routes.get("")
        async def verify(request: Request) -> Response:
            return webhook.verified(request, self._directory.verify_tokens(request.scope.get(NAMED)))

        @routes.post("")
        async def receive(request: Request) -> Response:
            raw = await webhook.taken(request)
            if isinstance(raw, Response):
                return raw
            signature, named = request.headers.get("x-hub-signature-256"), request.scope.get(NAMED)
            try:
                async with asyncio.timeout(PATIENCE):
                    await turn.acquire()
            except TimeoutError:
                return PlainTextResponse("busy", status_code=503)
            try:
                slugs = await run_in_threadpool(self._directory.signers, raw, signature, named)
            finally:
                turn.release()
            if not slugs:
                return shut(401, "wrong signature")
            try:
                is_whole = await self._hand_out(await run_in_threadpool(read, raw), slugs)
            except NotJsonError:
                return shut(400, "signed, and not JSON")
            return PlainTextResponse("ok") if is_whole else PlainTextResponse("not stored", status_code=503)

        return routes

    async def _hand_out(self, payload: object, slugs: frozenset[str]) -> bool:
        """Whether each has what is its own, and nothing may be of one of whom nothing is known."""
        known = [self._directory.comuni[slug] for slug in sorted(slugs) if slug in self._directory.comuni]
        found = Sorter(known).sort(payload)
        self.strange.update(found.strange)
        for number, count in found.strange.items():
            log.warning("webhook: %d updates of no Comune here, number %s", count, number)
        tasks = [asyncio.create_task(self._to(slug, part)) for slug, part in found.parts.items()]
        is_ours = not (found.strange and self._directory.unknown)
        if found.strangers:
            gone = await run_in_threadpool(self._directory.gone, now=self._clock())
            is_ours = is_ours and not found.strangers & gone
        if not tasks:
            return is_ours
        done, late = await asyncio.wait(tasks, timeout=PATIENCE)
        for task in late:  # goes on: a thread cannot be ended, and what it stores need not come again
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        return is_ours and not late and all(task.result() for task in done)

    async def _to(self, slug: str, part: object) -> bool:
        OF.set(slug)  # of this task
        try:
            await self._tenants[slug].keep(part)
        except (ClosedError, KeyError) as exc:
            log.error("webhook: %s", exc)
            return False
        except Exception as exc:  # noqa: BLE001  (the type only: the text of an error could quote the citizen)
            log.error("webhook: not stored: %s", type(exc).__name__)
            return False
        return True
