"""What the provider says, when asked, of our number and account; how it is asked and told anything.

One exchange each, with the token. Blocking and rare: before a send, never during one. A redirect is not
followed, since the token would travel along. The account's templates: `account_templates`.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from flows.whatsapp.errors import NOWHERE, NowhereError, Retryable, TokenError, code_of, trouble
from flows.whatsapp.wire import proxy_of, trusted

logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it writes whole addresses: some hold a secret

SECONDS = 8.0  # for an answer: what is not told in time is "not verified", and an alert waits for nobody
LARGEST = 1_000_000  # bytes of an answer
LIMITS = {
    "TIER_250": 250,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
    "TIER_UNLIMITED": None,
}
_NUMBER_FIELDS = "quality_rating,status,whatsapp_business_manager_messaging_limit"
_TERMS_FIELD = "marketing_messages_onboarding_status"
ONBOARDED = "ONBOARDED"


@dataclass(frozen=True)
class NumberState:
    """Our number as the provider sees it; None for what it does not tell."""

    quality: str | None  # GREEN, YELLOW, RED, UNKNOWN
    status: str | None  # CONNECTED, FLAGGED, RESTRICTED, ...
    tier: str | None  # TIER_2K, ...: different people in moving 24 hours

    @property
    def limit(self) -> int | None:
        """Different people in moving 24 hours; None when there is no limit, or when it is not known."""
        return LIMITS.get(self.tier or "")

    @property
    def is_limit_known(self) -> bool:
        return self.tier in LIMITS


def ask_number(base: str, number_id: str, headers: Mapping[str, str]) -> NumberState:
    """Raises TokenError, Refused, or Retryable when the provider was not reached or answers no JSON."""
    answer = get(f"{base}/{quote(number_id)}", {"fields": _NUMBER_FIELDS}, headers)

    values = (answer.get(key) for key in _NUMBER_FIELDS.split(","))
    return NumberState(*(value if isinstance(value, str) else None for value in values))


def ask_terms(base: str, waba_id: str, headers: Mapping[str, str]) -> str:
    """ONBOARDED when the account may use `/marketing_messages`, else why not, in Meta's word.

    Raises as `ask_number` does; Retryable also when the provider does not tell.
    """
    status = get(f"{base}/{quote(waba_id)}", {"fields": _TERMS_FIELD}, headers).get(_TERMS_FIELD)
    if not isinstance(status, str) or not status:
        raise Retryable("the answer tells nothing of the terms")
    return status


def ask_token(base: str, token: str, headers: Mapping[str, str]) -> datetime | None:
    """Until when it is taken; None for one without an end. Meta's own API alone tells it.

    Raises as `ask_number` does, and TokenError where it is none any more.
    """
    answer = get(f"{base}/debug_token", {"input_token": token}, headers).get("data")
    if isinstance(answer, dict) and answer.get("is_valid") is False:  # then it may have no end
        raise TokenError("the token is not valid")
    if not isinstance(answer, dict) or not isinstance(answer.get("expires_at"), int):
        raise Retryable("the answer tells nothing of the token")
    ends = [answer["expires_at"], answer.get("data_access_expires_at")]
    known = [end for end in ends if isinstance(end, int) and end > 0]  # 0: never
    return datetime.fromtimestamp(min(known), UTC) if known else None


def ask_app(base: str, token: str, headers: Mapping[str, str]) -> str | None:
    """The id of the app that a token belongs to; None where it is not told. Raises as `ask_number` does."""
    answer = get(f"{base}/debug_token", {"input_token": token}, headers).get("data")
    return str(app) if isinstance(answer, dict) and (app := answer.get("app_id")) else None


@dataclass(frozen=True)
class Listener:
    """An app that is subscribed to the account: its webhooks go to it."""

    app_id: str
    callback: str | None  # where, if not to the app's own address


def ask_listeners(base: str, waba_id: str, headers: Mapping[str, str]) -> list[Listener]:
    """Raises as `ask_number` does; Retryable also where the answer lists none, not even an empty list.

    Source: Meta's OpenAPI description, `/{WABA-ID}/subscribed_apps` (v23.0).
    """
    rows = get(f"{base}/{quote(waba_id)}/subscribed_apps", {}, headers).get("data")
    if not isinstance(rows, list):
        raise Retryable("the answer lists no apps")
    found = []
    for row in rows:
        app = row.get("whatsapp_business_api_data") if isinstance(row, dict) else None
        if isinstance(app, dict) and app.get("id"):
            callback = row.get("override_callback_uri")
            found.append(
                Listener(str(app["id"]), callback if isinstance(callback, str) and callback else None)
            )
    return found


def get(address: str, query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer's object. Raises TokenError, Refused, or Retryable when nobody answered, or not in JSON."""
    status, answer = _object_of(address, headers, query=query)
    if 200 <= status < 300:
        return answer
    error = answer.get("error")
    raise trouble(f"HTTP {status}, code {code_of(error)}", status, error)


def post(address: str, body: Mapping[str, Any], headers: Mapping[str, str], *, about: str) -> dict[str, Any]:
    """Change something of the account. Raises as `get`, with `about` and Meta's own explanation."""
    status, answer = _object_of(address, headers, body=body)
    if 200 <= status < 300 and "error" not in answer:
        return answer
    error = answer.get("error")
    texts = (
        map(error.get, ("error_user_title", "error_user_msg", "message")) if isinstance(error, dict) else ()
    )
    explanation = ": ".join(text for text in texts if isinstance(text, str) and text) or "no explanation"
    raise trouble(f"{about}: HTTP {status}: {explanation}", status, error)


def _object_of(
    address: str,
    headers: Mapping[str, str],
    *,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
) -> tuple[int, dict[str, Any]]:
    status, raw = _exchange(address, headers, query, body)
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise _wordless(status)(f"HTTP {status} without JSON") from exc
    if not isinstance(answer, dict):
        raise _wordless(status)(f"HTTP {status} without a JSON object")
    return status, answer


def _exchange(
    address: str,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None,
    body: Mapping[str, Any] | None,
) -> tuple[int, bytes]:
    """Status and body; only so much of it that what is longer is no JSON."""
    headers = {"Accept-Encoding": "identity", **headers}  # nothing to unpack beyond that
    method = "GET" if body is None else "POST"
    received = bytearray()
    try:
        with (
            httpx.Client(
                verify=trusted(),
                proxy=proxy_of(address),
                trust_env=False,  # a password from ~/.netrc is not for the provider
                follow_redirects=False,
                timeout=SECONDS,
            ) as client,
            client.stream(method, address, params=query, headers=headers, json=body) as answer,
        ):
            for part in answer.iter_bytes():
                received += part
                if len(received) > LARGEST:
                    break
            return answer.status_code, bytes(received[:LARGEST])
    # the last two are of a proxy in the environment that nobody here speaks with
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError) as exc:
        # a cause would quote a header that cannot be sent, the token in it
        raise Retryable(f"the provider was not reached ({type(exc).__name__})") from None


def _wordless(status: int) -> type[Retryable]:
    return NowhereError if status in NOWHERE else Retryable
