"""One Comune of the web app: its database is open while somebody asks, its loops run while there is work."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from db import canary, schema
from db.engine import StoreError, opened
from db.writes import Mark
from flows.fleet.rounds import OF, reason
from flows.settings import BollettinoError, Settings
from flows.web.app import at_work
from flows.web.ground.context import Web, woken
from flows.web.inbound import rest, store
from flows.whatsapp.client import WhatsAppClient

IDLE = 60.0  # seconds after the last request that the database stays open
ASK_ANYWAY = 15 * 60.0  # seconds that a database is believed to be at rest because nobody wrote to it
QUIET = 5.0  # seconds between two looks whether the loops have more to do
AT_ONCE = 3  # requests: those of one whose database hangs must not take the 40 threads of all
PATIENCE = 10.0  # seconds for a turn

log = logging.getLogger(__name__)


class ClosedError(Exception):
    """It cannot be served now; the text says why and quotes nothing."""


class Tenant:
    """Not to be used again once it was stopped."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        client: Callable[[Settings], WhatsAppClient],
        *,
        after: "asyncio.Task[None] | None" = None,
    ) -> None:
        """`after`: the end of what the same Comune had until its profile changed; its loops wait for it."""
        self.settings = settings
        self._clock, self._client, self._after = clock, client, after
        self._later: dict[int, datetime] = {}
        self._opening = asyncio.Lock()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._turn = asyncio.Lock()  # of posts that are stored
        self._open_now: tuple[Web, ExitStack] | None = None
        self._guests = 0
        self.left_at = 0.0  # by whom it was asked last; monotonic
        self._work: asyncio.Task[None] | None = None
        self._is_wanted = False
        self._leaving = asyncio.Event()
        self._due: datetime | None = None  # when it last was asked
        self._found: tuple[Mark, float] | None = None  # as what it was found at rest, and when; monotonic

    @property
    def is_open(self) -> bool:
        return self._open_now is not None

    @property
    def is_idle(self) -> bool:
        return self.is_open and not self._guests

    @property
    def is_working(self) -> bool:
        return self._work is not None and not self._work.done()

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[Web]:
        """For a request to its pages; ClosedError where it cannot be answered."""
        async with _within(self._places), self._opened() as web:
            yield web

    async def keep(self, payload: object) -> None:
        """Store a part of a post, and have it handled. ClosedError where it is not stored."""
        async with _within(self._turn), self._opened() as web:
            try:
                await run_in_threadpool(store.keep, web, payload)
            except (SQLAlchemyError, store.GoneError) as exc:
                raise ClosedError(f"not stored: {type(exc).__name__}") from exc
            web.stored.set()
            self.call()

    def call(self) -> None:
        """There is work."""
        self._is_wanted = True
        self._found = None  # work that fails is tried again, also where a mark was lost: see `db/writes.py`
        if not self.is_working and not self._leaving.is_set():
            self._work = asyncio.create_task(self._while_wanted())

    def is_due(self, engine: Engine) -> bool:
        """Whether there is, asked with an engine of its database."""
        self._due = rest.next_due(engine, self._later, now=self._clock())
        return self._is_due_now()

    def is_to_be_asked(self, mark: Mark | None) -> bool:
        """Whether its database may say another thing than when it was found at rest; `mark` is of now."""
        seen, at = self._found or (None, 0.0)
        is_old = time.monotonic() - at >= ASK_ANYWAY
        return mark is None or mark != seen or is_old or self._is_due_now()

    def _is_due_now(self) -> bool:
        return self._due is not None and self._due <= self._clock()

    def found_at_rest(self, mark: Mark | None) -> None:
        """`mark`: of before it was asked."""
        if not self.is_working:  # it was called meanwhile
            self._found = (mark, time.monotonic()) if mark else None

    async def tidy(self) -> None:
        """Close what nobody has used for a while."""
        if self.is_idle and time.monotonic() - self.left_at >= IDLE:
            await self.close()

    async def stop(self) -> None:
        """What is on its way ends well."""
        self._leaving.set()
        if self._work:
            await asyncio.gather(self._work, return_exceptions=True)
        await self.close()

    async def close(self) -> None:
        """Unless somebody asks right now."""
        async with self._opening:
            if self._open_now and not self._guests:
                (_, resources), self._open_now = self._open_now, None
                await run_in_threadpool(resources.close)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Web]:
        self._guests += 1
        try:
            async with self._opening:
                if self._open_now is None:
                    self._open_now = await run_in_threadpool(self._open)
            yield self._open_now[0]
        finally:
            self._guests -= 1
            self.left_at = time.monotonic()
            if self._leaving.is_set():
                await self.close()

    def _open(self) -> tuple[Web, ExitStack]:
        """In a thread: a database may not answer for long."""
        with ExitStack() as stack:
            try:
                vault, ledger = self.settings.vault(), self.settings.ledger()
                engine = stack.enter_context(opened(self.settings.database))
                schema.check(engine)
                canary.check(engine, vault)
            except (BollettinoError, StoreError, SQLAlchemyError, ValueError, OSError) as exc:
                raise ClosedError(reason(exc)) from exc
            web = Web(self.settings, engine, vault, ledger, self._clock, later=self._later)
            return web, stack.pop_all()

    async def _while_wanted(self) -> None:
        OF.set(self.settings.profile.slug)  # of this task
        if self._after:
            await asyncio.wait([self._after])
            self._after = None
        try:
            while self._is_wanted and not self._leaving.is_set():
                self._is_wanted = False
                async with self._opened() as web, self._client(self.settings) as sender:
                    await self._work_on(web, sender)
        except ClosedError as exc:
            log.error("fleet: its work waits: %s", exc)
        except Exception as exc:  # noqa: BLE001  it costs no other Comune anything; the next look tries again
            log.error("fleet: its work waits: %s", reason(exc))

    async def _work_on(self, web: Web, sender: WhatsAppClient) -> None:
        """Until nothing is left to do, or a loop died."""
        web.stopping.clear()
        async with at_work(web, sender) as loops:
            while not any(loop.done() for loop in loops):
                await woken(self._leaving, QUIET, clear=False)
                if self._leaving.is_set():
                    return
                self._is_wanted = False  # before it is asked: who calls meanwhile is heard
                if not await run_in_threadpool(self.is_due, web.engine):
                    return


@asynccontextmanager
async def _within(turns: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
    """ClosedError where no turn comes in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            await turns.acquire()
    except TimeoutError:
        raise ClosedError("no turn came in time") from None
    try:
        yield
    finally:
        turns.release()
