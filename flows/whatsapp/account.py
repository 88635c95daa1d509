"""What the provider says, when asked, of our number and of a template. One GET each, which needs the token.

Blocking and rare: it is asked before a send, never during one. A redirect is not followed, since the token
would travel along.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from flows.whatsapp.errors import Action, Refused, Retryable, classify
from flows.whatsapp.loopback import is_loopback

SECONDS = 8.0  # for an answer: what is not told in time is "not verified", and an alert waits for nobody
LARGEST = 1_000_000  # bytes of an answer
LIMITS = {
    "TIER_250": 250,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
    "TIER_UNLIMITED": None,
}
_NUMBER = "quality_rating,status,whatsapp_business_manager_messaging_limit"
_TEMPLATE = "name,language,status,category,message_send_ttl_seconds,quality_score"


class TokenError(Refused):
    """The access token is expired, revoked or lacks a permission."""


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


@dataclass(frozen=True)
class TemplateState:
    status: str  # APPROVED, PENDING, REJECTED, PAUSED, DISABLED
    category: str
    ttl_seconds: int | None
    quality: str | None = None  # GREEN, YELLOW, RED, UNKNOWN


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def ask_number(base: str, number_id: str, headers: Mapping[str, str]) -> NumberState:
    """Raises TokenError, Refused, or Retryable when the provider was not reached or answers no JSON."""
    found = _get(f"{base}/{quote(number_id)}", {"fields": _NUMBER}, headers)

    def told(key: str) -> str | None:
        value = found.get(key)
        return value if isinstance(value, str) else None

    return NumberState(told("quality_rating"), told("status"), told(_NUMBER.split(",")[2]))


def ask_template(
    base: str, waba_id: str, name: str, language: str, headers: Mapping[str, str]
) -> TemplateState | None:
    """None when the provider holds no such template. Raises as `ask_number` does."""
    query = {"name": name, "fields": _TEMPLATE, "limit": "100"}
    found = _get(f"{base}/{quote(waba_id)}/message_templates", query, headers)
    rows = found.get("data")
    if not isinstance(rows, list):
        raise Retryable("the answer lists no templates")
    for row in rows:  # Meta's `name` finds parts of names, too
        if isinstance(row, dict) and (row.get("name"), row.get("language")) == (name, language):
            ttl, quality = row.get("message_send_ttl_seconds"), row.get("quality_score")
            score = quality.get("score") if isinstance(quality, dict) else None
            return TemplateState(
                str(row.get("status")),
                str(row.get("category")),
                ttl if isinstance(ttl, int) else None,
                score if isinstance(score, str) else None,
            )
    return None


def _get(address: str, query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    request = Request(f"{address}?{urlencode(query)}", headers=dict(headers))  # noqa: S310  the profile's, http(s)
    try:
        with _opener(address).open(request, timeout=SECONDS) as answer:
            status, body = answer.status, answer.read(LARGEST)
    except HTTPError as exc:
        with exc:
            status, body = exc.code, exc.read(LARGEST)
    except (OSError, HTTPException) as exc:
        raise Retryable(f"the provider was not reached ({type(exc).__name__})") from exc
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Retryable(f"HTTP {status} without JSON") from exc
    if not isinstance(found, dict):
        raise Retryable(f"HTTP {status} without a JSON object")
    if 200 <= status < 300:
        return found
    raise _refusal(status, found.get("error"))


def _opener(address: str) -> OpenerDirector:
    # the office's proxy does not know this machine's sandbox
    proxies = [ProxyHandler({})] if is_loopback(urlsplit(address).hostname or "") else []
    return build_opener(_NoRedirect, *proxies)


def _refusal(status: int, error: object) -> Refused | Retryable:
    code = error.get("code") if isinstance(error, dict) else None
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    text = f"HTTP {status}, code {code}"
    if code in (0, 3, 10, 190) or code in range(200, 300) or (code is None and status in (401, 403)):
        return TokenError(text, code=code)
    if code is None or status >= 500 or classify(code, status) in (Action.RETRY, Action.PAUSE_ALL):
        return Retryable(text, code=code)
    return Refused(text, code=code)
