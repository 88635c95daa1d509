"""What every response carries, and its line in the log: without the query string, which may hold a token."""

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.web.ground.context import asked

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
    """ASGI middleware. Whom citizens reach by https they are never to reach otherwise again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.monotonic(), 500
        web = asked(scope)
        is_encrypted = web is not None and web.settings.profile.servers.public.startswith("https://")
        carried = HEADERS | (BY_HTTPS if is_encrypted else {})

        async def mannered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in carried.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, mannered)
        finally:
            path = scope.get("raw_path") or scope["path"].encode("ascii", "backslashreplace")
            took = (time.monotonic() - started) * 1000
            log.info("%s %s %d %.0f ms", scope["method"], path.decode("ascii", "replace"), status, took)
