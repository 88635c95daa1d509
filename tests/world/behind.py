"""The server behind a gate, on loopback and in the loop of a test: an application, or what its wire says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import uvicorn

from flows.door.proxy import Proxy
from tests.world.ports import free_ports


@asynccontextmanager
async def serving(app: Any, port: int = 0, *, lifespan: Literal["on", "off"] = "off") -> AsyncIterator[int]:
    """The port at which it answers meanwhile."""
    port = port or free_ports(1)[0]
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, lifespan=lifespan, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve())  # without the signals, which are the test's
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await running


@dataclass
class Behind:
    """An application that writes down what reaches it and answers what it is told to."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=lambda: [b"here"])
    asked: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for part in self.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    @property
    def target(self) -> bytes:
        """Of the last request, as it stood on the wire."""
        last = self.asked[-1]
        query: bytes = last["query_string"]
        path: bytes = last["raw_path"]
        return path + (b"?" + query if query else b"")

    def header(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.asked[-1]["headers"] if key == name]


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def wire(handle: Handler) -> AsyncIterator[int]:
    """A server that does what it likes with its connections."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def typed(port: int, request: bytes) -> bytes:
    """What a server says to just these bytes, until it has closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


@dataclass
class Passage:
    """The gate's port before a server; a client that keeps no cookie by itself."""

    port: int
    behind: int
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.http.request(method, path, **more)

    async def type(self, target: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
        lines = (method + b" " + target + b" HTTP/1.1", b"host: a", b"connection: close", *headers)
        return await typed(self.port, b"\r\n".join(lines) + b"\r\n\r\n")


@asynccontextmanager
async def passage(behind: int) -> AsyncIterator[Passage]:
    app = Proxy(f"http://127.0.0.1:{behind}")
    async with serving(app) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=20) as http:
            yield Passage(port, behind, http)
    await app.close()


def told(story: Callable[[Passage], Coroutine[Any, Any, None]], app: Any) -> None:
    """With this application as the server."""

    async def go() -> None:
        async with serving(app) as behind, passage(behind) as way:
            await story(way)

    asyncio.run(go())


def wired(story: Callable[[Passage], Coroutine[Any, Any, None]], handle: Any) -> None:
    """With a server that does what it likes with each connection."""

    async def go() -> None:
        async with wire(handle) as behind, passage(behind) as way:
            await story(way)

    asyncio.run(go())
