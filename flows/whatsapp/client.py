"""Meta's Graph API over HTTP: send a message and say what is certain about it.

There is no idempotency key, so the one thing that must never be wrong is whether the bytes may have left.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import orjson

from flows.whatsapp.errors import NOWHERE, Action, classify, code_of
from flows.whatsapp.messages import OutgoingTemplate, OutgoingText
from flows.whatsapp.wire import Aiohttp, LostError, NotSentError, Reply, Wire


@dataclass(frozen=True)
class PostOutcome:
    """What became of one POST.

    accepted: Meta took it and gave a wamid (`message_status` may be held_for_quality_assessment or paused).
    refused: Meta answered with an error; `action` says what it asks for.
    not_sent: nothing left, or it reached nobody; sending again is safe. With an `action`, it asks for that.
    uncertain: it may have left; only a status webhook can tell. Never send it again by itself.
    """

    kind: Literal["accepted", "refused", "not_sent", "uncertain"]
    wamid: str | None = field(default=None, repr=False)  # holds the number in base64
    code: str | None = None
    action: Action | None = None
    http_status: int | None = None
    message_status: str | None = None
    reason: str | None = None  # what happened on the wire, e.g. SocketTimeoutError; never the provider's text
    retry_after: float | None = None  # seconds that the provider asked us to wait


class WhatsAppClient:
    """One business number. `base_url` ends with the API's version; `timeout` is in seconds, for each phase.

    `header` and `scheme` say how the token travels; `in_path` whether the number stands in the address. A
    provider that resells Meta's API may want others than Meta. `concurrency`: requests at one time.
    """

    def __init__(
        self,
        base_url: str,
        phone_number_id: str,
        token: str,
        *,
        header: str = "Authorization",
        scheme: str = "Bearer",
        in_path: bool = True,
        concurrency: int = 10,
        timeout: float = 30,
        wire: Wire | None = None,
    ) -> None:
        # A bad header is only found while sending, where it could not be told from a broken connection.
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the access token is empty or holds characters that no token has")
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
            raise ValueError(f"{base_url!r} is not a web address")
        self._base = base_url.rstrip("/")
        self._number = f"{self._base}/{phone_number_id}" if in_path else self._base
        self._turns = asyncio.Semaphore(concurrency)
        headers = {header: f"{scheme} {token}".lstrip()}
        self._wire = wire or Aiohttp(base_url, headers, connections=concurrency, timeout=timeout)

    async def __aenter__(self) -> Self:
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.__aexit__(kind, error, trace)

    async def send(
        self, message: OutgoingTemplate | OutgoingText, leaves: Callable[[], None] = lambda: None
    ) -> PostOutcome:
        """Post once. Whatever the provider or the network does is in the PostOutcome, never raised.

        `leaves` is called as the bytes leave, after a turn and a connection were waited for.
        """
        # From 13 October 2027 /messages takes no marketing template; the other path already takes them all.
        is_marketing = isinstance(message, OutgoingTemplate) and message.category == "MARKETING"
        url, payload = (
            f"{self._number}/{'marketing_messages' if is_marketing else 'messages'}",
            message.payload(),
        )
        if is_marketing:  # who read a Comune's message is nothing for Meta's ads
            payload["message_activity_sharing"] = False
        body = orjson.dumps(payload)
        async with self._turns:
            try:
                reply = await self._wire.exchange("POST", url, body, leaves)
            except NotSentError as exc:
                return PostOutcome("not_sent", reason=str(exc))
            except LostError as exc:
                return PostOutcome("uncertain", reason=str(exc))
        return _outcome(reply, is_marketing)


def _outcome(reply: Reply, is_marketing: bool) -> PostOutcome:
    body, status = _json(reply.body), reply.status
    error = body.get("error")
    code = code_of(error)
    if code is None and status in NOWHERE:
        return PostOutcome("not_sent", action=Action.STOP, http_status=status, reason=f"HTTP {status}")
    # A gateway's 5xx may also speak of an "error"; Meta's always has a code.
    if isinstance(error, dict) and (code is not None or 400 <= status < 500):
        return PostOutcome(
            "refused",
            code=None if code is None else str(code),
            action=classify(code, status, is_marketing=is_marketing),
            http_status=status,
            retry_after=asked_wait(reply),
        )
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    if 200 <= status < 300 and isinstance(first, dict) and isinstance(first.get("id"), str) and first["id"]:
        quality = first.get("message_status")
        quality = quality if isinstance(quality, str) else None
        return PostOutcome("accepted", wamid=first["id"], http_status=status, message_status=quality)
    # Not in Meta's words: a gateway's page, a cut body, a 200 without an id. Someone may have it.
    return PostOutcome(
        "uncertain",
        http_status=status,
        reason="answer without a message id or an error",
        retry_after=asked_wait(reply),
    )


def asked_wait(reply: Reply) -> float | None:
    """Retry-After in seconds; as a date it is read by the server's own clock (RFC 9110, 10.2.3)."""
    header = reply.retry_after or ""
    if header.isascii() and header.isdecimal() and len(header) < 7:
        return float(header)
    try:
        until, since = parsedate_to_datetime(header), parsedate_to_datetime(reply.date or "")
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError):  # not given, not a date, or one of the two without a zone
        return None


def _json(raw: bytes) -> dict[str, Any]:
    """The body as an object; empty when it is anything else, which the callers take as no answer."""
    try:
        body = json.loads(raw)  # takes what orjson does not: a byte order mark, half a surrogate pair
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
