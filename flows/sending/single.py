"""A few messages that are no deliveries (calls to editors, samples), within the number's one rate."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Engine

from db.rate import Priority
from flows.sending.pace import Departure, Pace
from flows.sending.provider import open_client
from flows.settings import Settings
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.errors import PAUSES, Action
from flows.whatsapp.messages import Category, OutgoingTemplate

PATIENCE = 20.0  # seconds for a turn: whoever calls has other things to do, and what did not leave may wait
NO_TURN = "no_turn"


async def post(
    settings: Settings,
    engine: Engine,
    messages: Sequence[OutgoingTemplate],
    priority: Priority,
    store: Callable[[OutgoingTemplate, PostOutcome], None],
) -> None:
    """Post each message once, each at its turn; `store` is told what came of it as soon as it is known.

    One that gets no turn in time (a pause of the number's, a bulletin of those who go first) is not sent.
    """
    number = settings.profile.whatsapp
    pace = Pace(engine, number.phone_number_id, number.messages_per_second, priority)
    one_at_a_time = asyncio.Lock()
    until = time.monotonic() + PATIENCE
    async with open_client(settings) as client:

        async def send(message: OutgoingTemplate) -> None:
            async with one_at_a_time:
                departure = await _turn(pace, until)
            if departure is None:
                store(message, PostOutcome("not_sent", reason=NO_TURN))
                return
            answer = await client.send(message, departure.leave)
            if answer.action == Action.OTHER_ENDPOINT:  # as in a bulletin's send: the other path, once
                async with one_at_a_time:
                    departure = await _turn(pace, until)
                if departure is not None:
                    other: Category = "UTILITY" if message.category == "MARKETING" else "MARKETING"
                    answer = await client.send(replace(message, category=other), departure.leave)
            store(message, answer)
            _heed(pace, answer)

        await asyncio.gather(*(send(message) for message in messages))


async def _turn(pace: Pace, until: float) -> Departure | None:
    """The next moment at which a message may leave; None when that is after `until`."""
    while (departure := pace.take(time.monotonic())) is None:
        if pace.next_at is None:
            pace.learn(await asyncio.to_thread(pace.question(1, lambda _session: None)))
        at = pace.again_at if pace.next_at is None else pace.next_at
        if at > until:
            return None
        await asyncio.sleep(max(0.001, at - time.monotonic()))
    return departure


def _heed(pace: Pace, answer: PostOutcome) -> None:
    """What the provider says of the rate holds for all senders of the number."""
    if answer.action == Action.BACK_OFF:
        pace.slow()
    asked = PAUSES[0] if answer.action == Action.PAUSE_ALL else 0.0
    if asked := max(asked, answer.retry_after or 0.0):
        pace.pause(asked)
