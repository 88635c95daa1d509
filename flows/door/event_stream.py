"""Whoever listens to the server's events, for as long as they may."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from flows.door.asgi import Message, Send

AGAIN = 20.0  # seconds after which who listens is looked at once more
NOT_ALLOWED = 1008  # RFC 6455, 7.4.1: against the policy


async def while_allowed(
    listening: Awaitable[None], is_allowed: Callable[[], Awaitable[bool]], send: Send
) -> None:
    """Until it ends; cut off, and the WebSocket closed, once it is not allowed any more."""

    async def ended() -> None:
        while await is_allowed():
            await asyncio.sleep(AGAIN)

    tasks = [asyncio.ensure_future(listening), asyncio.ensure_future(ended())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
            return
        tasks[1].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await send({"type": "websocket.close", "code": NOT_ALLOWED})


def token(message: Message) -> str:
    """Of a first message; "" where it has none."""
    try:
        body = json.loads(message.get("text") or message.get("bytes") or "")
    except (ValueError, RecursionError):
        return ""
    found = body.get("token") if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""
