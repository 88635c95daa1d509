"""Moves messages from the outbox to the provider: claims, slots, POSTs and answers, all at the same time.

One loop decides; the database is asked in threads, one question of a kind at a time. At every moment the
messages that are claimed and not settled are at most `window`: what a sender that dies leaves uncertain.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flows.sending.judge import Exchange, Judge
from flows.sending.outbox import Outbox, Ready
from flows.sending.pace import Departure, Pace
from flows.whatsapp.client import WhatsAppClient

BEAT = 0.25  # seconds between two looks at whether somebody said stop
APART = 0.05  # seconds between two questions for slots
LEAST_AHEAD, MOST_AHEAD = 0.08, 0.4  # seconds of sending that are claimed, as long as the database takes
SETTLE_AFTER = 0.08  # seconds that an answer waits for others
SETTLE_AT = 200  # answers that wait for no other
FRESH = timedelta(seconds=2)  # a claim whose message did not leave by then is given back
TELL_EVERY = 2.0  # seconds between two words on the progress
LOOK_AGAIN = 0.5  # seconds, while only others hold messages, or none is due
GIVES_WAY_AFTER = 5.0  # seconds of sending, after which one may give way: to begin takes a processor two
LEAST_REST = 4  # times the window: what is less has left before a next run has begun
GIVES_WAY = "lascia il passo"  # why one ended whose rest leaves in a next run: no trouble

log = logging.getLogger(__name__)


class Conductor:
    """`window`: the most messages claimed at a time; `connections`: POSTs at a time.

    `gives_way`: asked in a thread, each `GIVES_WAY_AFTER` from the first settlement on, whether others wait
    for their first message; None where that is no reason to end.
    """

    def __init__(
        self,
        outbox: Outbox,
        client: WhatsAppClient,
        pace: Pace,
        judge: Judge,
        *,
        window: int,
        connections: int,
        progress: Callable[[], None],
        gives_way: Callable[[], bool] | None = None,
        clock: Callable[[], datetime],
    ) -> None:
        self._outbox, self._client, self._pace, self._judge = outbox, client, pace, judge
        self._window, self._connections = window, connections
        self._progress, self._gives_way, self._clock = progress, gives_way, clock
        self._ready: deque[Ready] = deque()
        self._stale: list[Ready] = []
        self._answered: list[Exchange] = []
        self._posts: set[asyncio.Task[None]] = set()
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._busy = 0  # messages in the hands of a job
        self._claim_took = 0.0  # seconds, of the slowest claim of late
        self._dry = self._done = False
        self._reason: str | None = None
        self._failure: BaseException | None = None
        self._wake = asyncio.Event()
        self._asked = self._ask_at = self._settle_at = self._look_at = self._rest_until = 0.0  # monotonic
        self._tell_at = time.monotonic() + TELL_EVERY
        self._turn_at = math.inf  # until the first answer
        self._news = False

    async def run(self) -> str | None:
        """Until nothing is queued or claimed. Returns why it ended early, in Italian, or None.

        On an error the POSTs that are on their way end first, and their answers are stored.
        """
        await asyncio.to_thread(self._outbox.begin)
        try:
            while not self._failure and not self._is_over():
                now = time.monotonic()
                self._start_jobs(now)
                self._launch(now)
                await self._sleep(now)
        finally:
            await self._end()
        return self._reason

    def _is_over(self) -> bool:
        idle = not self._posts and not self._answered and not self._jobs
        return idle and (self._done or self._reason is not None)

    def _held(self) -> int:
        """Messages that are claimed and not settled."""
        waiting = len(self._ready) + len(self._stale) + len(self._answered)
        return waiting + len(self._posts) + self._busy

    # ------------------------------------------------------------ questions to the database

    def _start_jobs(self, now: float) -> None:
        if self._answered and (now >= self._settle_at or len(self._answered) >= SETTLE_AT):
            self._start("settle", self._settle)
        if self._reason is not None:
            return
        if now >= self._ask_at or (not self._dry and now >= max(self._pace.again_at, self._asked + APART)):
            self._start("ask", self._ask)
        if not self._dry:
            self._start("claim", self._claim)
        if self._dry and not self._done and now >= self._look_at:
            self._start("look", self._look)
        if self._stale:
            self._start("release", self._release)
        if self._news and now >= self._tell_at:
            self._start("tell", self._tell)
        if now >= self._turn_at and not self._dry and not self._is_careful:
            self._start("turn", self._turn)

    def _claimable(self) -> int:
        """As many as leave in the next moments: what waits is uncertain when this process is killed."""
        if self._is_resting:
            return 0
        if self._judge.probing:
            return max(0, 1 - self._held())
        soon = self._pace.within(time.monotonic() + self._ahead)
        limit = min(soon - len(self._ready), self._window - self._held())
        # many at once: a transaction costs the same for one
        is_worth_it = limit >= min(self._window / 8, soon / 2) or not self._ready
        return max(0, limit) if is_worth_it else 0

    @property
    def _is_resting(self) -> bool:
        """What were claimed now would be given back before it may leave."""
        return time.monotonic() + self._ahead < self._rest_until

    @property
    def _ahead(self) -> float:
        return min(MOST_AHEAD, LEAST_AHEAD + 2 * self._claim_took)

    @property
    def _is_careful(self) -> bool:
        """The provider answers badly: a next run would know nothing of it, and send on until it finds out."""
        return self._judge.probing or self._judge.holds_back or self._is_resting or self._pace.paused

    def _start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One of a kind at a time."""
        if name not in self._jobs and (name != "claim" or self._claimable()):
            self._jobs[name] = asyncio.create_task(self._watched(name, work()))

    async def _watched(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as exc:  # noqa: BLE001  raised again at the end
            self._failure = self._failure or exc
        finally:
            del self._jobs[name]
            self._wake.set()

    async def _ask(self) -> None:
        """For slots; whether to stop; and give a sign of life."""
        self._asked = time.monotonic()
        self._ask_at = self._asked + BEAT
        reasons: list[str | None] = []
        wanted = 0 if self._dry or self._is_resting else 1 if self._judge.probing else self._window
        question = self._pace.question(wanted, lambda session: reasons.append(self._outbox.beat(session)))
        self._pace.learn(await asyncio.to_thread(question))
        self._end_early(reasons[0])

    def _end_early(self, reason: str | None) -> None:
        """The first word holds, and before one that gives way only that of a stop."""
        if self._reason is None or (self._reason == GIVES_WAY and reason):
            self._reason = reason

    async def _claim(self) -> None:
        limit, began = self._claimable(), time.monotonic()
        self._busy += limit
        try:
            ready = await asyncio.to_thread(self._outbox.claim, limit, self._judge.category)
        finally:
            self._busy -= limit
        self._claim_took = max(time.monotonic() - began, 0.9 * self._claim_took)
        self._ready.extend(ready or ())
        self._dry = ready is None

    async def _look(self) -> None:
        """Nothing was waiting: is that the end, or do others still hold some, or is one put off?"""
        rest = await asyncio.to_thread(self._outbox.rest)
        if self._judge.holds_back and not rest.queued and not self._held():
            # no other answer of ours is to come that would show what these mean
            await asyncio.to_thread(self._outbox.close, self._judge)
            rest, self._news = await asyncio.to_thread(self._outbox.rest), True
        self._dry = rest.due == 0
        self._done = rest.claimed == rest.queued == 0
        wait = (rest.due_at - self._clock()).total_seconds() if rest.due_at else LOOK_AGAIN
        self._look_at = time.monotonic() + max(0.0, min(wait, LOOK_AGAIN))

    async def _settle(self) -> None:
        batch, self._answered = self._answered, []
        self._busy += len(batch)
        try:
            ruling = await asyncio.to_thread(self._outbox.settle, self._judge, batch)
        finally:
            self._busy -= len(batch)
        if ruling.stop and self._reason in (None, GIVES_WAY):
            self._end_early(ruling.stop)
            await asyncio.to_thread(self._outbox.stop, ruling.stop)
        if ruling.slow:
            await asyncio.to_thread(self._pace.slow)
        if ruling.pause:
            await asyncio.to_thread(self._pace.pause, ruling.pause)
            self._ask_at = 0.0
        if self._judge.rest:
            self._rest_until, self._judge.rest = time.monotonic() + self._judge.rest, 0.0
        if ruling.wait:
            self._rest_until = max(self._rest_until, time.monotonic() + ruling.wait)
        if ruling.pause or ruling.wait or self._judge.probing:
            self._stale.extend(self._ready)
            self._ready.clear()
        self._news, self._look_at = True, 0.0
        self._turn_at = min(self._turn_at, time.monotonic() + GIVES_WAY_AFTER)

    async def _release(self) -> None:
        batch, self._stale = self._stale, []
        self._busy += len(batch)
        try:
            await asyncio.to_thread(self._outbox.release, batch)
        except Exception:
            self._stale += batch  # the end tries once more: left like this they would count as sent, perhaps
            raise
        finally:
            self._busy -= len(batch)
        self._dry = False

    async def _turn(self) -> None:
        self._turn_at = time.monotonic() + GIVES_WAY_AFTER
        if self._gives_way is None:
            return
        rest = await asyncio.to_thread(self._outbox.rest)
        if rest.queued > LEAST_REST * self._window and await asyncio.to_thread(self._gives_way):
            self._end_early(GIVES_WAY)

    async def _tell(self) -> None:
        self._tell_at, self._news = time.monotonic() + TELL_EVERY, False
        try:
            await asyncio.to_thread(self._progress)
        except Exception as exc:  # noqa: BLE001  a picture that nobody takes ends no send
            log.warning("send: how far it is cannot be shown: %s", type(exc).__name__)

    # ------------------------------------------------------------ messages

    def _launch(self, now: float) -> None:
        while self._ready and self._ready[0].claimed_at + FRESH < self._clock():
            self._stale.append(self._ready.popleft())
        while self._ready and self._may_post(now):
            departure = self._pace.take(now)
            if departure is None:
                return
            task = asyncio.create_task(self._post(self._ready.popleft(), departure))
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)

    def _may_post(self, now: float) -> bool:
        if self._reason is not None or self._failure or now < self._rest_until:
            return False
        if self._judge.probing:
            return not self._posts and not self._answered and "settle" not in self._jobs
        return len(self._posts) < self._connections

    async def _post(self, ready: Ready, departure: Departure) -> None:
        category, round_ = self._judge.category, self._judge.round
        message = ready.message
        if message.category != category:  # it was found to be another since
            message = replace(message, category=category)
        was_full = len(self._posts) >= self._connections
        try:
            answer = await self._client.send(message, departure.leave)
        except Exception as exc:  # noqa: BLE001  raised again at the end; whether it left is not known
            self._failure = self._failure or exc
            self._wake.set()
            return
        if not departure.left_at:
            departure.leave()  # nothing left, or too long ago to matter
        if not self._answered:
            self._settle_at = time.monotonic() + SETTLE_AFTER
            self._wake.set()
        self._answered.append(
            Exchange(ready.attempt_id, ready.delivery_id, ready.recipient_id, category, round_, answer)
        )
        if was_full or len(self._answered) == SETTLE_AT:
            self._wake.set()

    async def _sleep(self, now: float) -> None:
        """Until a slot, an answer to store, or the next question."""
        moments = [] if "ask" in self._jobs else [self._ask_at]
        if self._reason is not None:
            moments = [now + BEAT]
        if self._answered and "settle" not in self._jobs:
            moments.append(self._settle_at)
        if self._ready and self._pace.next_at is not None and self._may_post(max(now, self._rest_until)):
            moments.append(max(self._pace.next_at, self._rest_until))
        elif not (self._ready or self._dry or self._is_resting) and self._pace.next_at is not None:
            moments.append(max(now + APART, self._pace.next_at - self._ahead))
        timer = asyncio.get_running_loop().call_at(min(moments, default=now + BEAT), self._wake.set)
        await self._wake.wait()
        timer.cancel()
        self._wake.clear()

    # ------------------------------------------------------------ the end

    async def _end(self) -> None:
        """Whatever happened: what is on its way comes to its end and is stored, the rest goes back."""
        while self._posts or self._jobs:
            await asyncio.wait([*self._posts, *self._jobs.values()])
        try:
            while self._answered:
                await self._settle()
            await asyncio.to_thread(self._outbox.close, self._judge)
            await asyncio.to_thread(self._outbox.release, [*self._stale, *self._ready])
            if self._news:
                await self._tell()
        except Exception as exc:
            if self._failure is None:
                raise
            self._failure.add_note(f"and at the end {type(exc).__name__}")
        finally:
            await asyncio.to_thread(self._outbox.end)
        if self._failure:
            raise self._failure
