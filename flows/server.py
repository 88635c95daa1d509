"""Starts the Prefect server as `prefect server start` does, and is patient where its page is not.

Prefect 3.9.1 resumes a run in a transaction that first reads and then writes. When another one wrote in
between (the worker's polls alone do, every 2 s), SQLite refuses at once, however long its busy timeout. The
server then answers 503, which it means for "errors clients can retry on". Its Python clients do; its page
tells the editor "Failed to resume flow run", and nobody has approved. So these requests are tried again here.
Nothing is stored of a try that was refused: each is one transaction.
"""

import argparse
import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from prefect.server.api.server import create_app

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

PRESSED = re.compile(r"/api/(flow_runs/[^/]+/resume|deployments/[^/]+/create_flow_run)")
REFUSED = 503
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # seconds before each further try


class Patient:
    """ASGI: what a person presses, answered with 503, is asked again before the person hears of it."""

    def __init__(self, app: App, pauses: tuple[float, ...] = PAUSES) -> None:
        self.app, self.pauses = app, pauses

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST" or not PRESSED.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        for pause in self.pauses:
            answer, error = await self._ask(scope, body, receive)
            if not answer or answer[0].get("status") != REFUSED:
                break
            await asyncio.sleep(pause)
        else:
            answer, error = await self._ask(scope, body, receive)
        for message in answer:
            await send(message)
        if error:
            raise error

    async def _ask(
        self, scope: Message, body: bytes, receive: Receive
    ) -> tuple[list[Message], Exception | None]:
        """One try: what it answered, and what it raised after that (the server's log tells it)."""
        answer: list[Message] = []
        unread = [{"type": "http.request", "body": body, "more_body": False}]

        async def take() -> Message:
            return unread.pop() if unread else await receive()

        async def keep(message: Message) -> None:
            answer.append(message)

        try:
            await self.app(dict(scope), take, keep)
        except Exception as exc:  # noqa: BLE001  raised again, unless it is tried again
            return answer, exc
        return answer, None


async def _body(receive: Receive) -> bytes:
    """Of the whole request; a form is small."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):  # a client that went away says no more either
            return b"".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser("python -m flows.server", description="Start the Prefect server.")
    parser.add_argument("action", choices=["start"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    app: Any = Patient(create_app(final=True))
    uvicorn.run(app, host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
