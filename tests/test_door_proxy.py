"""What the gate hands on to the server behind it, on real wires: whole, as it was asked, and nothing kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.door.proxy import Proxy
from tests.world.behind import Behind, Passage, serving, told, typed, wire, wired

pytestmark = pytest.mark.slow

LARGE = 5_000_000


# ------------------------------------------------------------ what is asked


def test_a_request_goes_on_as_it_came() -> None:
    behind = Behind(status=201, headers=[(b"x-of-the-server", b"1"), (b"content-type", b"text/plain")])

    async def story(way: Passage) -> None:
        said = await way.ask(
            "POST",
            "/api/flow_runs/filter?limit=3&limit=%2F&q=a+b'c%zz",
            content=b"{}",
            headers={"X-One": "1", "Prefect-Csrf-Token": "abc", "Authorization": "Basic eDp5"},
        )
        assert (said.status_code, said.content) == (201, b"here")
        assert said.headers["x-of-the-server"] == "1"
        (asked,) = behind.asked
        assert (asked["method"], behind.bodies) == ("POST", [b"{}"])
        assert asked["query_string"] == b"limit=3&limit=%2F&q=a+b'c%zz"
        assert behind.header(b"host") == [f"127.0.0.1:{way.behind}".encode()]
        assert behind.header(b"x-one") == [b"1"]
        assert behind.header(b"prefect-csrf-token") == [b"abc"]
        assert behind.header(b"authorization") == [b"Basic eDp5"]

    told(story, behind)


class Nothing(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


PARTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=150)
@given(st.lists(PARTS, max_size=4), st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
@example(["api", "", "x"], "")
@example(["a;b", "c%2Fd", "?#", "è\u202e\0"], "a=%C3%A8&b#c")
@example(["@evil.example", "1"], "?")
def test_the_path_that_the_door_judged_is_the_one_that_is_asked(parts: list[str], query: str) -> None:
    path = "/" + "/".join(part for part in parts if part not in (".", ".."))
    if {".", ".."} & set(path.split("/")):
        return
    reached: list[httpx.Request] = []

    class Wire(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            reached.append(request)
            return httpx.Response(204, stream=Nothing())

    async def sent(_message: Any) -> None: ...

    app = Proxy("http://127.0.0.1:4200")
    app._wire = Wire()
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    asyncio.run(app(scope, sent, sent))  # type: ignore[arg-type]
    (request,) = reached
    target: bytes = request.extensions["target"]
    assert (request.url.host, request.url.port) == ("127.0.0.1", 4200)
    asked, mark, rest = target.decode("ascii").partition("?")
    assert unquote(asked) == path, "as uvicorn reads it"
    assert (bool(mark), rest) == (bool(query), query.replace("#", "%23"))
    assert asked.startswith("/")
    assert not set(asked) & set(' \t\r\n#?\\";')


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/a//b", b"/a//b"),
        (b"//127.0.0.1/x", b"//127.0.0.1/x"),
        (b"/%2e%2e%2fx", None),
        (b"/a/../b", None),
        (b"/./b", None),
        (b"/a%2Fb", b"/a/b"),
        (b"/a%3Fb?c=%2E", b"/a%3Fb?c=%2E"),
        (b"/%C3%A8%20x", b"/%C3%A8%20x"),
        (b"/%FF", b"/%EF%BF%BD"),
        (b"/v2/..;/x", b"/v2/..%3B/x"),
        (b"/%0d%0aHost:%20b", b"/%0D%0AHost:%20b"),
    ],
)
def test_how_a_path_is_spelled_on_the_wire(target: bytes, path: bytes | None) -> None:
    behind = Behind()

    async def story(way: Passage) -> None:
        said = await way.type(target)
        if path is None:
            assert said.startswith(b"HTTP/1.1 404")
            assert behind.asked == []
        else:
            assert said.endswith(b"\r\n\r\n4\r\nhere\r\n0\r\n\r\n")
            assert behind.target == path

    told(story, behind)


@pytest.mark.parametrize("before", ["@127.0.0.1:{}/x", "1/x", ".example/x", "*", "x"])
def test_nobody_chooses_which_server_is_asked(before: str) -> None:
    """`GET @elsewhere/` put behind http://127.0.0.1:4200 is an address of elsewhere."""
    behind, elsewhere = Behind(), Behind()

    async def story(way: Passage) -> None:
        async with serving(elsewhere) as other:
            target = before.format(other).encode()
            assert (await way.type(target)).startswith(b"HTTP/1.1 404")
            listening = (
                b"Upgrade: websocket",
                b"Sec-WebSocket-Version: 13",
                b"Sec-WebSocket-Key: " + b"a" * 24,
            )
            said = await typed(
                way.port,
                b"\r\n".join(
                    [b"GET " + target + b" HTTP/1.1", b"host: a", b"connection: Upgrade", *listening]
                )
                + b"\r\n\r\n",
            )
            assert b"101" not in said.split(b"\r\n")[0]
        assert (behind.asked, elsewhere.asked) == ([], [])

    told(story, behind)


def test_what_is_of_one_connection_or_of_the_door_stays_there() -> None:
    behind = Behind()
    kept = {"cookie": "bollettino=secret", "x-forwarded-for": "192.0.2.1", "forwarded": "for=192.0.2.1"}
    kept |= {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-real-ip": "192.0.2.1"}
    of_one = {"connection": "close, X-Named", "x-named": "1", "te": "trailers", "keep-alive": "timeout=5"}
    of_one |= {"proxy-connection": "close", "trailer": "x", "upgrade": "h2c"}

    async def story(way: Passage) -> None:
        await way.ask("GET", "/", headers={**kept, **of_one, "x-other": "1"})
        names = {name for name, _ in behind.asked[0]["headers"]}
        assert names == {b"host", b"accept", b"accept-encoding", b"user-agent", b"x-other"}
        assert behind.asked[0]["scheme"] == "http"

    told(story, behind)


def test_a_body_flows_while_it_comes() -> None:
    """The server has the first part before the last was sent."""
    came: list[int] = []
    first = asyncio.Event()

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        more, size = True, 0
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
            first.set()
        came.append(size)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * 10
        await asyncio.wait_for(first.wait(), 10)
        for _ in range(50):
            yield b"x" * 100_000

    async def story(way: Passage) -> None:
        assert (await way.ask("POST", "/", content=parts())).status_code == 204
        assert came == [10 + LARGE]
        assert (await way.ask("PUT", "/", content=b"x" * LARGE)).status_code == 204
        assert came[1:] == [LARGE]

    told(story, app)


def test_a_question_without_a_body_by_its_nature_holds_no_connection_with_one() -> None:
    """Else two hundred slow ones would be all there are."""
    behind = Behind()

    async def story(way: Passage) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
        writer.write(b"GET /x HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nx")
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
        writer.close()
        assert behind.header(b"content-length") == behind.header(b"transfer-encoding") == []

    told(story, behind)


SMUGGLED = b"\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0" + SMUGGLED,
        b"content-length: 0\r\ncontent-length: 39" + SMUGGLED,
        b"content-length: 39\r\nconnection: close, content-length" + SMUGGLED,
        b"transfer-encoding: chunked\r\nconnection: close, transfer-encoding\r\n\r\n2\r\nab\r\n0" + SMUGGLED,
        b"transfer-encoding: xchunked\r\n\r\n0" + SMUGGLED,
    ],
)
def test_no_request_hides_in_the_body_of_another(framing: bytes) -> None:
    """Whatever is a request of its own to the server was one to the door, too."""
    behind, judged = Behind(), list[str]()

    async def go() -> None:
        async with serving(behind) as port:
            inner = Proxy(f"http://127.0.0.1:{port}")

            async def door(scope: Any, receive: Any, send: Any) -> None:
                judged.append(scope["path"])
                await inner(scope, receive, send)

            async with serving(door) as outer:
                head = b"POST /shown HTTP/1.1\r\nhost: a\r\n"
                with suppress(TimeoutError):
                    await asyncio.wait_for(typed(outer, head + framing), 1)
            await inner.close()

    asyncio.run(go())
    assert [one["path"] for one in behind.asked] == judged[: len(behind.asked)]


# ------------------------------------------------------------ what is answered


def test_of_an_answer_only_what_is_of_its_connection_is_left_out() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: nginx\r\n"
            b"Date: Mon, 01 Jan 2001 00:00:00 GMT\r\n"
            b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nKeep-Alive: timeout=9\r\nX-Named: 1\r\n"
            b"Connection: close, X-Named\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nzzzz"
        )

    async def story(way: Passage) -> None:
        async with way.http.stream("GET", "/") as said:
            raw = b"".join([part async for part in said.aiter_raw()])
        assert raw == b"zzzz", "pressed as it was"
        assert said.headers.get_list("set-cookie") == ["a=1", "b=2"]
        assert {"keep-alive", "x-named"}.isdisjoint(said.headers)
        assert len(said.headers.get_list("date")) == 1
        assert not said.headers["date"].endswith("2001 00:00:00 GMT")

    wired(story, handle)


def test_names_of_headers_are_such_as_the_door_looks_for() -> None:
    """By `content-type` it tells a page, which is for who has signed in, from a file, which is anybody's."""
    sent: list[Any] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx")

    async def note(message: Any) -> None:
        sent.append(message)

    async def go() -> None:
        async with wire(handle) as port:
            app = Proxy(f"http://127.0.0.1:{port}")
            scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
            await app(scope, note, note)  # type: ignore[arg-type]
            await app.close()

    asyncio.run(go())
    assert sent[0]["headers"] == [(b"content-type", b"text/html"), (b"content-length", b"1")]


def test_nobody_is_given_the_cookie_of_another() -> None:
    behind = Behind(headers=[(b"set-cookie", b"who=anna; Path=/")])

    async def story(way: Passage) -> None:
        first = await way.ask("GET", "/")
        assert first.headers["set-cookie"] == "who=anna; Path=/"
        way.http.cookies.clear()
        behind.headers = []
        second = await way.ask("GET", "/")
        assert "set-cookie" not in second.headers
        assert behind.header(b"cookie") == []

    told(story, behind)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body_has_none(method: str, status: int) -> None:
    headers = [(b"etag", b'"1"'), *([(b"content-length", b"1234")] if method == "HEAD" else [])]
    behind = Behind(status=status, headers=headers, parts=[])

    async def story(way: Passage) -> None:
        for _ in range(2):  # the connection is good for another
            said = await asyncio.wait_for(way.ask(method, "/"), 5)
            assert (said.status_code, said.content, said.headers["etag"]) == (status, b"", '"1"')
            assert said.headers.get("content-length") == ("1234" if method == "HEAD" else None)

    told(story, behind)


def test_a_redirect_is_the_browser_s_to_follow() -> None:
    behind = Behind(status=307)

    async def story(way: Passage) -> None:
        own = f"http://127.0.0.1:{way.behind}"
        for there, shown in (
            (f"{own}/v2/?a=1", "/v2/?a=1"),  # no browser knows the server by its own address
            (own, "/"),
            (f"{own}5/v2", f"{own}5/v2"),
            ("https://docs.example/x", "https://docs.example/x"),
            ("/v2", "/v2"),
        ):
            behind.headers = [(b"location", there.encode())]
            said = await way.ask("GET", "/")
            assert (said.status_code, said.headers["location"]) == (307, shown)
        assert len(behind.asked) == 5

    told(story, behind)


def test_a_large_answer_flows_while_it_comes() -> None:
    go_on = asyncio.Event()

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.wait_for(go_on.wait(), 10)
        for _ in range(50):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def story(way: Passage) -> None:
        async with way.http.stream("GET", "/") as said:
            parts = said.aiter_raw()
            assert await anext(parts) == b"first"
            go_on.set()
            assert sum([len(part) async for part in parts]) == LARGE

    told(story, app)
