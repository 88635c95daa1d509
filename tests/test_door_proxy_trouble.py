"""Where the server behind the gate is gone or ends; and who listens to it, until either leaves."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from flows.door import proxy
from flows.door.proxy import NO_SERVER, Proxy
from tests.world.behind import Behind, Passage, passage, serving, told, wired
from tests.world.ports import free_ports

pytestmark = pytest.mark.slow

# ------------------------------------------------------------ what goes wrong


def test_a_server_that_is_gone_is_told_in_words(caplog: pytest.LogCaptureFixture) -> None:
    async def story(way: Passage) -> None:
        for method in ("GET", "POST"):
            said = await way.ask(method, "/api/x?token=secret", headers={"Authorization": "Basic c2VjcmV0"})
            assert (said.status_code, said.json()["detail"]) == (503, NO_SERVER)
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{way.port}/api/events/out", proxy=None)

    async def go() -> None:
        async with passage(free_ports(1)[0]) as way:
            await story(way)

    with caplog.at_level(logging.WARNING):
        asyncio.run(go())
    assert "ConnectError" in caplog.text
    assert not any(word in caplog.text for word in ("secret", "c2VjcmV0", "Traceback"))


def test_a_server_that_is_not_there_ends_who_listens_by_try_again() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    app = Proxy(f"http://127.0.0.1:{free_ports(1)[0]}")
    scope = {"type": "websocket", "path": "/api/events/out", "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1013}]


def test_a_server_that_answers_too_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "ANSWERING", 0.2)

    async def handle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(3)

    async def story(way: Passage) -> None:
        assert (await way.ask("GET", "/")).status_code == 503

    wired(story, handle)


@pytest.mark.parametrize("framing", [b"content-length: 100", b"transfer-encoding: chunked"])
def test_half_an_answer_does_not_look_whole(framing: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n5\r\nhello\r\n")
        await writer.drain()

    async def story(way: Passage) -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            await way.ask("GET", "/")

    wired(story, handle)


def test_nothing_is_asked_twice() -> None:
    """A start that the server has taken, and died of, is not started once more."""
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))

    async def story(way: Passage) -> None:
        assert (await way.ask("POST", "/", content=b"{}")).status_code == 503
        assert len(asked) == 1

    wired(story, handle)


def test_a_connection_that_the_server_is_about_to_end_is_used_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is said on it meanwhile would be lost: so ours end before uvicorn's, after 5 seconds."""
    assert proxy.IDLE < 5
    monkeypatch.setattr(proxy, "IDLE", 0.05)
    peers = Behind()

    async def story(way: Passage) -> None:
        for _ in range(2):
            await way.ask("GET", "/")
            await asyncio.sleep(0.2)
        first, second = (one["client"][1] for one in peers.asked)
        assert first != second

    told(story, peers)


def test_after_an_error_of_the_server_the_next_is_asked_on_another_connection() -> None:
    """uvicorn ends the connection on which an application failed, without a word in the answer before."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\nno")
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")

    async def story(way: Passage) -> None:
        for _ in range(3):
            said = await way.ask("GET", "/")
            assert (said.status_code, said.text) == (500, "no")

    wired(story, handle)


def test_a_server_that_has_been_started_again_is_asked_again() -> None:
    async def go() -> None:
        (port,) = free_ports(1)
        behind = Behind()
        async with passage(port) as way:
            for _ in range(2):
                async with serving(behind, port):
                    assert (await way.ask("POST", "/", content=b"{}")).status_code == 200
                assert (await way.ask("POST", "/", content=b"{}")).status_code == 503
        assert len(behind.asked) == 2

    asyncio.run(go())


def test_who_leaves_in_the_middle_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "MOST", 2)
    ended: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        more = scope["path"] == "/body"
        while more:
            message = await receive()
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(20):
            await send({"type": "http.response.body", "body": b"x" * 50_000, "more_body": True})
            await asyncio.sleep(0.005)
        await send({"type": "http.response.body", "body": b""})
        ended.append(scope["path"])

    async def story(way: Passage) -> None:
        for _ in range(4):  # more than there are connections
            reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
            writer.write(b"POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 9999\r\n\r\nhalf")
            await writer.drain()
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
            writer.write(b"GET /answer HTTP/1.1\r\nhost: a\r\n\r\n")
            await reader.readline()
            writer.close()
        said = await way.ask("GET", "/whole")
        assert len(said.content) == 1_000_000

    told(story, app)


# ------------------------------------------------------------ who listens


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says again what is said; `/end/<code>` ends so at the first word."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
    HEARD.clear()
    while (message := await receive())["type"] == "websocket.receive":
        if scope["path"].startswith("/end/"):
            code = int(scope["path"].removeprefix("/end/"))
            await send({"type": "websocket.close", "code": code, "reason": "perché sì"})
            return
        await send({**message, "type": "websocket.send"})
    HEARD.append((message["code"], scope["path"], scope["query_string"]))


HEARD: list[Any] = []


def test_who_listens_is_heard_and_told() -> None:
    async def story(way: Passage) -> None:
        address = f"ws://127.0.0.1:{way.port}/api/events/out?a=1"
        prefect = [websockets.Subprotocol("prefect")]
        large = "è" * 750_000  # 1.5 million bytes, as many as Prefect allows an event
        async with connect(address, subprotocols=prefect, proxy=None, max_size=None) as listener:
            assert listener.subprotocol == "prefect"
            for word in ("testo", "", b"\0\xff", b"", large):
                await listener.send(word)
                assert await listener.recv() == word
            await listener.close(4001, "basta")
        for _ in range(100):
            if HEARD:
                break
            await asyncio.sleep(0.02)
        assert HEARD == [(4001, "/api/events/out", b"a=1")]
        async with connect(address, proxy=None) as listener:
            assert listener.subprotocol is None

    told(story, echo)


@pytest.mark.parametrize(("code", "shown"), [(1000, 1000), (1008, 1008), (1011, 1011), (4404, 4404)])
def test_how_the_server_ends_it_is_told(code: int, shown: int) -> None:
    async def story(way: Passage) -> None:
        async with connect(f"ws://127.0.0.1:{way.port}/end/{code}", proxy=None) as listener:
            await listener.send("x")
            with pytest.raises(ConnectionClosed):
                await listener.recv()
            assert (listener.close_code, listener.close_reason) == (shown, "perché sì")

    told(story, echo)


@pytest.mark.parametrize(
    ("given", "shown"),
    [(None, 1013), (1005, 1000), (1006, 1013), (1015, 1013), (1004, 1013), (999, 1013), (5000, 1013)]
    + [(code, code) for code in (1000, 1001, 1008, 1011, 1012, 1013, 3000, 4999)],
)
def test_a_code_that_is_never_sent_is_not_sent_on(given: int | None, shown: int) -> None:
    assert proxy._code(given) == shown


@pytest.mark.parametrize("how", ["dies", "without a code"])
def test_a_listener_of_a_server_that_ends_is_told_to_come_again(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def handle(server: ServerConnection) -> None:
        await server.recv()
        if how == "dies":
            server.transport.abort()
        else:
            server.transport.write(b"\x88\x00")  # a closing frame with nothing in it
        await asyncio.sleep(1)

    async def go() -> None:
        (port,) = free_ports(1)
        async with (
            serve(handle, "127.0.0.1", port),
            passage(port) as way,
            connect(f"ws://127.0.0.1:{way.port}/x", proxy=None) as listener,
        ):
            await listener.send("x")
            with pytest.raises(ConnectionClosed):
                await listener.recv()
            assert listener.close_code == (1013 if how == "dies" else 1000)

    asyncio.run(go())
    assert "Traceback" not in caplog.text


def test_a_page_that_is_closed_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a defect in the log nor a connection to the server."""
    before: set[asyncio.Task[Any]] = set()

    async def story(way: Passage) -> None:
        before.update(asyncio.all_tasks())
        for how in ("well", "suddenly"):
            listener = await connect(f"ws://127.0.0.1:{way.port}/x", proxy=None)
            await listener.send("x")
            await listener.recv()
            if how == "well":
                await listener.close()
            else:
                listener.transport.abort()
            for _ in range(250):
                left = {task for task in asyncio.all_tasks() - before if "_say" in repr(task)}
                if not left and HEARD:
                    break
                await asyncio.sleep(0.02)
            assert (left, len(HEARD)) == (set(), 1)

    with caplog.at_level(logging.ERROR):
        told(story, echo)
    # a client of Prefect's that another test has left behind may still look for its server
    assert [record for record in caplog.records if not record.name.startswith("prefect.")] == []


def test_a_server_that_refuses_who_listens_is_told() -> None:
    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    async def story(way: Passage) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{way.port}/x", proxy=None)
        assert refused.value.response.status_code == 403

    told(story, app)
