"""The files of Prefect's pages, kept as they were compressed once."""

import asyncio
import gzip
from pathlib import Path

import httpx
import pytest
from prefect import __ui_v2_static_subpath__
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.runs.assets import Assets

SCRIPT = "export const page = 1;\n" * 5_000


class Counted:
    """The files as Prefect serves them, and how often each path was asked for."""

    def __init__(self, folder: Path) -> None:
        (folder / "assets").mkdir()
        (folder / "assets" / "index-BD_kIOMy.js").write_text(SCRIPT)
        (folder / "index.html").write_text("<script></script>" * 100)
        files = Mount("/v2", StaticFiles(directory=folder, html=True))
        self.app: ASGIApp = Starlette(routes=[files], middleware=[Middleware(GZipMiddleware)])
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await self.app(scope, receive, send)


@pytest.fixture
def served(tmp_path: Path) -> Counted:
    return Counted(tmp_path)


def get(served: Counted, *asked: tuple[str, dict[str, str]]) -> list[httpx.Response]:
    async def each() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Assets(served))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200") as client:
            return [await client.get(path, headers=headers) for path, headers in asked]

    return asyncio.run(each())


FILE, PRESSED = "/v2/assets/index-BD_kIOMy.js", {"accept-encoding": "gzip, deflate"}


def test_a_file_is_compressed_for_the_first_visitor_alone(served: Counted) -> None:
    first, again, third = get(served, (FILE, PRESSED), (FILE, PRESSED), (FILE, PRESSED))
    assert served.asked == [FILE]
    assert first.text == again.text == third.text == SCRIPT
    assert first.headers == third.headers
    assert first.headers["content-encoding"] == "gzip"


def test_what_wants_less_than_the_whole_or_another_form_is_asked_for(served: Counted) -> None:
    (first,) = get(served, (FILE, PRESSED))
    known = {**PRESSED, "if-none-match": first.headers["etag"]}
    part = {**PRESSED, "range": "bytes=0-9"}
    whole, plain, unchanged, start = get(
        served, (FILE, PRESSED), (FILE, {"accept-encoding": "identity"}), (FILE, known), (FILE, part)
    )
    assert "content-encoding" not in plain.headers
    assert plain.text == whole.text == SCRIPT
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert start.status_code == 206
    assert len(served.asked) == 5


def test_a_visitor_who_leaves_amid_a_file_does_not_empty_it_for_the_next(served: Counted) -> None:
    """As Prefect serves it: behind a middleware that ends what was broken off as if it were whole.

    The first to come reloaded the page, and nobody could open a form until the server was started again.
    """

    async def on(request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)

    served.app = BaseHTTPMiddleware(served.app, dispatch=on)
    scope = {
        "type": "http",
        "method": "GET",
        "path": FILE,
        "raw_path": FILE.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"accept-encoding", b"gzip")],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }

    async def both() -> tuple[list[Message], httpx.Response]:
        assets, told = Assets(served), list[Message]()

        async def leaves() -> Message:
            return {"type": "http.disconnect"}

        async def note(message: Message) -> None:
            told.append(message)

        await assets(scope, leaves, note)
        transport = httpx.ASGITransport(assets)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200") as client:
            return told, await client.get(FILE, headers=PRESSED)

    _, second = asyncio.run(both())
    assert second.text == SCRIPT


def test_an_answer_that_is_shorter_than_it_says_is_not_kept(served: Counted) -> None:
    """Whatever breaks it off: the next one is asked for anew."""

    async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/javascript"), (b"content-length", b"377")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    served.app = breaks_off
    get(served, (FILE, PRESSED), (FILE, PRESSED))
    assert served.asked == [FILE, FILE]


def test_a_page_and_what_is_not_there_are_asked_for_each_time(served: Counted) -> None:
    for path, status in (("/v2/", 200), ("/v2/assets/gone.js", 404)):
        served.asked.clear()
        answers = get(served, (path, PRESSED), (path, PRESSED))
        assert [answer.status_code for answer in answers] == [status, status]
        assert served.asked == [path, path]


@pytest.mark.slow
def test_only_files_are_kept_of_what_prefect_gives_for_a_path() -> None:
    """Whoever navigates to a path that is none is given the page, and a script of that name is none."""
    from prefect.server.api.server import create_app  # late: three seconds of a processor

    assets = Assets(create_app(final=True))
    script = next(__ui_v2_static_subpath__.glob("assets/index-*.js"))
    file, other, gone = (f"/v2/assets/{name}" for name in (script.name, f"/{script.name}", "gone.js"))

    async def statuses() -> list[int]:
        transport = httpx.ASGITransport(assets)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200") as client:
            navigated = {**PRESSED, "accept": "text/html"}
            asked = ((gone, navigated), (gone, PRESSED), (file, navigated), (file, PRESSED), (other, PRESSED))
            return [(await client.get(path, headers=headers)).status_code for path, headers in asked]

    assert asyncio.run(statuses()) == [200, 404, 200, 200, 200]
    assert list(assets._kept) == [file]


def ask(assets: Assets) -> tuple[list[bytes], bytes]:
    """Names of the headers, one of them added as the door adds its own, and the body as it was sent."""
    headers = [(b"accept-encoding", b"gzip")]
    asked = {"type": "http", "method": "GET", "path": FILE, "root_path": "", "query_string": b""}
    told: list[Message] = []

    async def nothing() -> Message:
        await asyncio.sleep(60)
        raise AssertionError("a request for a file has no body")

    async def heard(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"x-added", b"by the door"))
        told.append(message)

    asyncio.run(assets({**asked, "headers": headers}, nothing, heard))
    return [name for name, _ in told[0]["headers"]], b"".join(part["body"] for part in told[1:])


def test_what_others_add_to_an_answer_is_not_kept(served: Counted) -> None:
    assets = Assets(served)
    for _ in range(3):
        names, body = ask(assets)
        assert names.count(b"x-added") == 1
        assert gzip.decompress(body).decode() == SCRIPT


def test_an_answer_that_breaks_off_is_not_kept(served: Counted) -> None:
    """A visitor who leaves may have it end early: the next ones would all get half a script."""
    assets, whole = Assets(served), served.app

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        async def cut(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": message["body"][:9], "more_body": True}
            await send(message)

        await whole(scope, receive, cut)

    served.app = broken
    _, body = ask(assets)
    assert len(body) < 100
    served.app = whole
    _, body = ask(assets)
    assert gzip.decompress(body).decode() == SCRIPT
    assert served.asked == [FILE, FILE]
