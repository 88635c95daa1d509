"""What the gate asks of a Prefect server in another process: once, and in words where it cannot be asked."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.door.request_bodies import RejectedRequest
from flows.runs.server_access import NO_ANSWER, RemoteServerAccess, remote
from tests.world.behind import Behind, serving, wire

ID = "08efb67e-99fa-44ca-b0f6-41348aaa7de3"
QUESTIONS: dict[str, Callable[[RemoteServerAccess], Awaitable[object]]] = {
    "deployment": lambda access: access.deployment(ID),
    "answer_key": lambda access: access.answer_key(ID),
    "deployment_of": lambda access: access.deployment_of("componi", "componi-alfa"),
    "newest": lambda access: access.newest("redazione--alfa"),
}


async def asked(port: int, question: Callable[[RemoteServerAccess], Awaitable[Any]]) -> Any:
    """As the gate asks: opened as the process starts, asked from a request, which has another context."""
    ready, end = asyncio.Event(), asyncio.Event()
    found: list[RemoteServerAccess] = []

    async def living() -> None:
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
            async with remote() as access:
                found.append(access)
                ready.set()
                await end.wait()

    async def request() -> Any:
        return await question(found[0])

    life = asyncio.create_task(living(), context=contextvars.copy_context())
    await asyncio.wait_for(ready.wait(), 10)
    try:
        return await asyncio.create_task(request(), context=contextvars.copy_context())
    finally:
        end.set()
        await life


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_the_server_does_not_have_is_nothing(name: str) -> None:
    """A list of none, or "not found"."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        is_list = scope["path"].endswith("/artifacts/filter")
        kind = [(b"content-type", b"application/json")]
        await Behind(200 if is_list else 404, kind, [b"[]" if is_list else b"{}"])(scope, receive, send)

    async def go() -> None:
        async with serving(app) as port:
            assert await asked(port, QUESTIONS[name]) is None

    asyncio.run(go())


@pytest.mark.parametrize("name", [*QUESTIONS, "keep"])
@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_a_server_that_cannot_be_asked_is_asked_once_and_told(name: str, status: int) -> None:
    """Prefect's client by itself tries five times more, for a minute; a stamp could be stored twice."""
    heard: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        if status:  # else it hangs up
            answer = b"HTTP/1.1 %d x\r\ncontent-length: 2\r\nretry-after: 0\r\nconnection: close\r\n\r\n{}"
            writer.write(answer % status)

    question = QUESTIONS.get(name, lambda access: access.keep(ID, "a-key", "a stamp"))

    async def go() -> None:
        async with wire(handle) as port:
            with pytest.raises(RejectedRequest, match=NO_ANSWER) as refused:
                await asyncio.wait_for(asked(port, question), 10)
            assert refused.value.status == 503

    asyncio.run(go())
    assert len(heard) == 1


def test_a_stamp_that_cannot_be_taken_away_stays(caplog: pytest.LogCaptureFixture) -> None:
    async def handle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async def go() -> None:
        async with wire(handle) as port:
            await asked(port, lambda access: access.drop(ID, "a-key"))

    asyncio.run(go())
    assert "the stamp of an answer that was not taken could not be taken away" in caplog.text
