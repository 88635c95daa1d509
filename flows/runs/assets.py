"""The files of Prefect's pages, pressed once instead of at each visit.

Prefect 3.9.1 reads and compresses its scripts for every browser anew: a first visit to a form took its server
0.89 s of CPU, and takes 0.30. Names have a digest of the content, so an answer holds as long as the process.
"""

import asyncio
import copy
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILE = re.compile(r"/v2/assets/[\w-][\w.-]*")  # one path a file: others lead to it, too, without end
ASIDE = ("range", "if-none-match", "if-modified-since")  # what asks for less than the whole


class Assets:
    """An application whose compressed files are kept in memory: about four megabytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, list[Message]] = {}  # by path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_for_whole_file(scope):
            await self._app(scope, receive, send)
            return
        answer = self._kept.get(scope["path"]) or await self._asked(scope)
        for message in answer:
            await send(copy.deepcopy(message))  # others add headers to what they pass on

    async def _asked(self, scope: Scope) -> list[Message]:
        """The answer, kept where it is a whole file.

        It is asked for by one who stays: where a browser leaves amid a file, Starlette breaks it off and a
        middleware of Prefect's ends it as if it were whole. Kept, it would be empty for everybody after.
        """
        told: list[Message] = []
        stays = _Stays()

        async def note(message: Message) -> None:
            told.append(message)

        await self._app(scope, stays, note)
        if _is_file(told[0]) and _is_whole(told):
            self._kept[scope["path"]] = told
        return told


class _Stays:
    """The other end of a request without a body, which never hangs up."""

    def __init__(self) -> None:
        self._has_asked = False

    async def __call__(self) -> Message:
        if self._has_asked:
            await asyncio.Event().wait()
        self._has_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}


def _is_whole(told: list[Message]) -> bool:
    """Whether an answer came to its end with as many bytes as it said, and some."""
    length = sum(len(message.get("body", b"")) for message in told)
    said = Headers(raw=told[0]["headers"]).get("content-length", str(length))
    return length > 0 and said == str(length) and not told[-1].get("more_body")


def _is_file(start: Message) -> bool:
    """Whoever navigates to a path that is none is given the page itself, and there is no end of those."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return bool(start["status"] == 200) and not kind.startswith("text/html")


def _is_for_whole_file(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or not FILE.fullmatch(scope["path"]):
        return False
    headers = Headers(scope=scope)
    return "gzip" in headers.get("accept-encoding", "") and not any(name in headers for name in ASIDE)
