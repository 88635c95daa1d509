"""The files of Prefect's pages, pressed once instead of at each visit.

Prefect 3.9.1 reads and compresses its scripts for every browser anew: over half of its server's work while
editors are at it (sampled). Names have a digest of the content, so an answer holds as long as the process.
"""

import copy

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "/assets/"
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
        path = scope["path"]
        whole = self._kept.get(path) or await self._asked(scope, receive)
        if whole[0]["status"] == 200:
            self._kept[path] = whole
        for message in whole:
            await send(copy.deepcopy(message))  # others add headers to what they pass on

    async def _asked(self, scope: Scope, receive: Receive) -> list[Message]:
        """The answer in two messages."""
        told: list[Message] = []

        async def note(message: Message) -> None:
            told.append(message)

        await self._app(scope, receive, note)
        start, *parts = told
        body = b"".join(part.get("body", b"") for part in parts)
        return [start, {"type": "http.response.body", "body": body}]


def _is_for_whole_file(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or FOLDER not in scope["path"]:
        return False
    headers = Headers(scope=scope)
    return "gzip" in headers.get("accept-encoding", "") and not any(name in headers for name in ASIDE)
