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
    whatsapp = settings.profile.whatsapp
    pace = Pace(engine, whatsapp.phone_number_id, whatsapp.messages_per_second, priority)
    one_at_a_time = asyncio.Lock()
    until = time.monotonic() + PATIENCE

    def is_too_late(at: float) -> bool:
        return at > until

    async with open_client(settings) as client:

        async def send(message: OutgoingTemplate) -> None:
            async with one_at_a_time:
                departure = await turn(pace, is_too_late)
            if departure is None:
                store(message, PostOutcome("not_sent", reason=NO_TURN))
                return
            answer = await client.send(message, departure.leave)
            if answer.action == Action.OTHER_ENDPOINT:  # as in a bulletin's send: the other path, once
                async with one_at_a_time:
                    departure = await turn(pace, is_too_late)
                if departure is not None:
                    other: Category = "UTILITY" if message.category == "MARKETING" else "MARKETING"
                    answer = await client.send(replace(message, category=other), departure.leave)
            store(message, answer)
            heed(pace, answer)

        await asyncio.gather(*(send(message) for message in messages))


async def turn(pace: Pace, is_too_late: Callable[[float], bool]) -> Departure | None:
    """The next moment at which one message may leave; None when that is too late."""
    while (departure := pace.take(time.monotonic())) is None:
        if pace.next_at is None:  # none in hand, or they grew old while this process was held up
            pace.learn(await asyncio.to_thread(pace.question(1, lambda _session: None)))
        at = pace.again_at if pace.next_at is None else pace.next_at
        if is_too_late(at):
            return None
        await asyncio.sleep(max(0.001, at - time.monotonic()))
    return departure


def heed(pace: Pace, answer: PostOutcome) -> None:
    """What the provider says of the rate holds for all senders of the number. Blocking."""
    if answer.action == Action.BACK_OFF:
        pace.slow()
    seconds = PAUSES[0] if answer.action == Action.PAUSE_ALL else 0.0
    if seconds := max(seconds, answer.retry_after or 0.0):
        pace.pause(seconds)
