"""What every answer of the Prefect server tells a browser: ask nobody else, be in nobody's frame."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Prefect's page asks Amplitude for a configuration by itself, and an artifact may name a picture of anywhere.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # its widgets place themselves
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "content-security-policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
FRESH = (b"cache-control", b"no-store")
# What a browser may keep: the parts of a page, which say nothing of anybody.
FILES = (b"text/css", b"text/javascript", b"application/javascript", b"application/wasm", b"font/", b"image/")
LIVES, UNCHANGED = 200, 304  # the server; what a browser has kept
TLS = {"strict-transport-security": "max-age=31536000"}
# Of our own pages with a form. Without a referrer a browser does not tell from which site a form comes.
FORM_POLICY = POLICY | {"style-src": "'self'", "img-src": "'self' data:", "form-action": "'self'"}
FORM = {
    "content-security-policy": "; ".join(f"{name} {value}" for name, value in FORM_POLICY.items()),
    "referrer-policy": "same-origin",
}


def headers(*, is_tls: bool, is_form: bool = False) -> list[tuple[bytes, bytes]]:
    names = HEADERS | (FORM if is_form else {}) | (TLS if is_tls else {})
    return [(name.encode(), value.encode()) for name, value in names.items()]


def mannerly(send: Send, added: list[tuple[bytes, bytes]], *, is_for_all: bool = False) -> Send:
    """Adds these headers, in place of the server's of the same name and of its word to other sites. A browser
    keeps nothing but files.

    `is_for_all`: that the server lives. Prefect's page never reads that answer, and to Chromium's tools one
    that is neither read nor may be kept never ends: no page would come to rest.
    """
    names = {name for name, _ in added}

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            others = [
                (name, value)
                for name, value in message.get("headers", [])
                if name.lower() not in names and not name.lower().startswith(b"access-control-")
            ]
            may_be_kept = (is_for_all and message["status"] == LIVES) or message["status"] == UNCHANGED
            if not may_be_kept and not _is_file(others):
                others = [*((name, value) for name, value in others if name.lower() != FRESH[0]), FRESH]
            message = {**message, "headers": [*others, *added]}
        await send(message)

    return sent


def _is_file(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(FILES) for name, value in headers)
