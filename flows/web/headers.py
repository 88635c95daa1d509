"""What every response carries, and its line in the log: without the query string, which may hold a token."""

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # no script, no frame, nothing of a third party; the icon is ours, and who audits a page reads robots.txt
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}  # a year, without what else the host may be

log = logging.getLogger(__name__)


class Manners:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, is_encrypted: bool = False) -> None:
        """`is_encrypted`: citizens reach it by https, and are never to reach it otherwise again."""
        self.app = app
        self.headers = HEADERS | (BY_HTTPS if is_encrypted else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.monotonic(), 500

        async def mannered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, mannered)
        finally:
            path = scope.get("raw_path") or scope["path"].encode("ascii", "backslashreplace")
            took = (time.monotonic() - started) * 1000
            log.info("%s %s %d %.0f ms", scope["method"], path.decode("ascii", "replace"), status, took)
