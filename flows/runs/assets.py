"""The files of Prefect's pages, pressed once instead of at each visit.

Prefect 3.9.1 reads and compresses its scripts for every browser anew: a first visit to a form took its server
0.89 s of CPU, and takes 0.30. Names have a digest of the content, so an answer holds as long as the process.
"""

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
        answer = self._kept.get(scope["path"]) or await self._asked(scope, receive)
        for message in answer:
            await send(copy.deepcopy(message))  # others add headers to what they pass on

    async def _asked(self, scope: Scope, receive: Receive) -> list[Message]:
        """The answer, kept where it is a file and came to its end."""
        told: list[Message] = []

        async def note(message: Message) -> None:
            told.append(message)

        await self._app(scope, receive, note)
        if _is_file(told[0]) and not told[-1].get("more_body"):
            self._kept[scope["path"]] = told
        return told


def _is_file(start: Message) -> bool:
    """Whoever navigates to a path that is none is given the page itself, and there is no end of those."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return bool(start["status"] == 200) and not kind.startswith("text/html")


def _is_for_whole_file(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or not FILE.fullmatch(scope["path"]):
        return False
    headers = Headers(scope=scope)
    return "gzip" in headers.get("accept-encoding", "") and not any(name in headers for name in ASIDE)
