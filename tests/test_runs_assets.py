"""The files of Prefect's pages, kept as they were compressed once."""

import asyncio
import gzip
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from flows.runs.assets import Assets

SCRIPT = "export const page = 1;\n" * 5_000


class Counted:
    """The files as Prefect serves them, and how often each path was asked for."""

    def __init__(self, folder: Path) -> None:
        (folder / "assets").mkdir()
        (folder / "assets" / "index-BD_kIOMy.js").write_text(SCRIPT)
        (folder / "index.html").write_text("<script></script>" * 100)
        files = Mount("/v2", StaticFiles(directory=folder, html=True))
        self.app = Starlette(routes=[files], middleware=[Middleware(GZipMiddleware)])
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


def test_a_page_and_what_is_not_there_are_asked_for_each_time(served: Counted) -> None:
    for path, status in (("/v2/", 200), ("/v2/assets/gone.js", 404)):
        served.asked.clear()
        answers = get(served, (path, PRESSED), (path, PRESSED))
        assert [answer.status_code for answer in answers] == [status, status]
        assert served.asked == [path, path]


def test_what_others_add_to_an_answer_is_not_kept(served: Counted) -> None:
    """The door puts headers of its own on whatever passes."""
    assets = Assets(served)
    scope = {
        "type": "http",
        "method": "GET",
        "path": FILE,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"accept-encoding", b"gzip")],
    }

    async def nothing() -> Message:
        await asyncio.sleep(60)
        raise AssertionError("a request for a file has no body")

    async def ask() -> list[Message]:
        told: list[Message] = []

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-added", b"by the door"))
            told.append(message)

        await assets(dict(scope), nothing, heard)
        return told

    for _ in range(3):
        start, body = asyncio.run(ask())
        assert [name for name, _ in start["headers"]].count(b"x-added") == 1
        assert gzip.decompress(body["body"]).decode() == SCRIPT
