"""Meta's Graph API over HTTP: send a message and say what is certain about it; register a template.

There is no idempotency key, so the one thing that must never be wrong is whether the bytes may have left.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import httpx

from flows.whatsapp.errors import RESENDS, Action, Refused, Retryable, classify
from flows.whatsapp.loopback import is_loopback
from flows.whatsapp.messages import OutgoingTemplate, OutgoingText

# Raised before a byte of the request left. httpx raises ProxyError only while it opens the tunnel;
# an error page that a proxy sends later is an answer without Meta's words, hence uncertain.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True)
class Outcome:
    """What became of one POST.

    accepted: Meta took it and gave a wamid (`message_status` may be held_for_quality_assessment or paused).
    refused: Meta answered with an error; `action` says what it asks for.
    not_sent: nothing left; sending again is safe.
    uncertain: it may have left; only a status webhook can tell. Never send it again by itself.
    """

    kind: Literal["accepted", "refused", "not_sent", "uncertain"]
    wamid: str | None = field(default=None, repr=False)  # holds the number in base64
    code: str | None = None
    action: Action | None = None
    http_status: int | None = None
    message_status: str | None = None
    reason: str | None = None  # what happened on the wire, e.g. ReadTimeout; never the provider's text


@dataclass(frozen=True)
class Registered:
    """A template as Meta holds it now; `category` may differ from the one asked for."""

    id: str
    status: str
    category: str


class WhatsAppClient:
    """One business number. `base_url` ends with the API's version; `timeout` is in seconds, for each phase.

    httpx slows down beyond some ten requests at a time on one client, hence the default `concurrency`.
    """

    def __init__(
        self,
        base_url: str,
        phone_number_id: str,
        token: str,
        *,
        concurrency: int = 10,
        timeout: float = 30,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        # A bad header is only found while sending, where it could not be told from a broken connection.
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the access token is empty or holds characters that no token has")
        host = urlsplit(base_url).hostname
        if urlsplit(base_url).scheme not in ("http", "https") or not host:
            raise ValueError(f"{base_url!r} is not a web address")
        self._number = phone_number_id
        self._turns = asyncio.Semaphore(concurrency)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            transport=transport,
            trust_env=not is_loopback(host),  # the office's proxy does not know this machine's sandbox
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def send(self, message: OutgoingTemplate | OutgoingText) -> Outcome:
        """Post once. Whatever the provider or the network does is in the Outcome, never raised."""
        path = f"{self._number}/messages"
        # From 13 October 2027 /messages takes no marketing template; the other path already takes them all.
        if isinstance(message, OutgoingTemplate) and message.category == "MARKETING":
            path = f"{self._number}/marketing_messages"
        async with self._turns:
            try:
                response = await self._http.post(path, json=message.payload())
            except _NOT_SENT as exc:
                return Outcome("not_sent", reason=type(exc).__name__)
            except httpx.RequestError as exc:
                return Outcome("uncertain", reason=type(exc).__name__)
        return _outcome(response)

    async def register_template(self, waba_id: str, definition: Mapping[str, Any]) -> Registered:
        """Submit a template (`templates.creation_payload`) for review.

        Raises Retryable when Meta was not reached or is in trouble, Refused with Meta's words otherwise.
        Repeating it is harmless: Meta refuses a name that it already holds.
        """
        name = definition.get("name")
        try:
            response = await self._http.post(f"{waba_id}/message_templates", json=dict(definition))
        except httpx.RequestError as exc:
            raise Retryable(f"template {name}: Meta was not reached ({type(exc).__name__})") from exc
        body = _json(response)
        if response.is_success and isinstance(body.get("id"), str):
            return Registered(
                id=body["id"], status=str(body.get("status")), category=str(body.get("category"))
            )
        raise _template_error(str(name), response, body)


def _outcome(response: httpx.Response) -> Outcome:
    body, status = _json(response), response.status_code
    error = body.get("error")
    code = _integer(error.get("code")) if isinstance(error, dict) else None
    # A gateway's 5xx may also speak of an "error"; Meta's always has a code.
    if isinstance(error, dict) and (code is not None or 400 <= status < 500):
        return Outcome(
            "refused",
            code=None if code is None else str(code),
            action=classify(code, status),
            http_status=status,
        )
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    if response.is_success and isinstance(first, dict) and isinstance(first.get("id"), str) and first["id"]:
        held = first.get("message_status")
        return Outcome(
            "accepted",
            wamid=first["id"],
            http_status=status,
            message_status=held if isinstance(held, str) else None,
        )
    # Not in Meta's words: a gateway's page, a cut body, a 200 without an id. Someone may have it.
    return Outcome("uncertain", http_status=status, reason="answer without a message id or an error")


def _json(response: httpx.Response) -> dict[str, Any]:
    """The body as an object; empty when it is anything else, which the callers take as no answer."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _template_error(name: str, response: httpx.Response, body: dict[str, Any]) -> Retryable | Refused:
    found = body.get("error")
    error: dict[str, Any] = found if isinstance(found, dict) else {}
    code = _integer(error.get("code"))
    words = [error.get(key) for key in ("error_user_title", "error_user_msg", "message")]
    said = ": ".join(word for word in words if isinstance(word, str)) or "no explanation"
    text = f"template {name}: HTTP {response.status_code}: {said}"
    again = classify(code, response.status_code) in RESENDS or (code is None and response.status_code >= 500)
    kind = Retryable if again else Refused
    return kind(text, code=code, subcode=_integer(error.get("error_subcode")))
