"""What the provider says, when asked, of our number, account and templates. One GET each, with the token.

Blocking and rare: it is asked before a send, never during one. A redirect is not followed, since the token
would travel along.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
_TEMPLATE_FIELDS = (
    "name,language,status,category,message_send_ttl_seconds,quality_score,components,degrees_of_freedom_spec"
)
_TERMS_FIELD = "marketing_messages_onboarding_status"
ONBOARDED = "ONBOARDED"
# FLAGGED is sent, and may be paused soon; the others were taken back into use (Meta: "template status").
USABLE = frozenset({"APPROVED", "FLAGGED", "REINSTATED", "UNPAUSED", "UNARCHIVED"})


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
    components: Sequence[Mapping[str, Any]] | None = field(default=None, repr=False)
    alterations: Mapping[str, str] | None = None  # name -> OPT_IN or OPT_OUT; None: not told
    id: str = ""


def ask_number(base: str, number_id: str, headers: Mapping[str, str]) -> NumberState:
    """Raises TokenError, Refused, or Retryable when the provider was not reached or answers no JSON."""
    answer = _get(f"{base}/{quote(number_id)}", {"fields": _NUMBER_FIELDS}, headers)

    values = (answer.get(key) for key in _NUMBER_FIELDS.split(","))
    return NumberState(*(value if isinstance(value, str) else None for value in values))


def ask_terms(base: str, waba_id: str, headers: Mapping[str, str]) -> str:
    """ONBOARDED when the account may use `/marketing_messages`, else why not, in Meta's word.

    Raises as `ask_number` does; Retryable also when the provider does not tell.
    """
    status = _get(f"{base}/{quote(waba_id)}", {"fields": _TERMS_FIELD}, headers).get(_TERMS_FIELD)
    if not isinstance(status, str) or not status:
        raise Retryable("the answer tells nothing of the terms")
    return status


def ask_token(base: str, token: str, headers: Mapping[str, str]) -> datetime | None:
    """Until when it is taken; None for one without an end. Meta's own API alone tells it.

    Raises as `ask_number` does, and TokenError where it is none any more.
    """
    answer = _get(f"{base}/debug_token", {"input_token": token}, headers).get("data")
    if isinstance(answer, dict) and answer.get("is_valid") is False:  # then it may have no end
        raise TokenError("the token is not valid")
    if not isinstance(answer, dict) or not isinstance(answer.get("expires_at"), int):
        raise Retryable("the answer tells nothing of the token")
    ends = [answer["expires_at"], answer.get("data_access_expires_at")]
    known = [end for end in ends if isinstance(end, int) and end > 0]  # 0: never
    return datetime.fromtimestamp(min(known), UTC) if known else None


def ask_template(
    base: str, waba_id: str, name: str, language: str, headers: Mapping[str, str]
) -> TemplateState | None:
    """None when the provider holds no such template. Raises as `ask_number` does."""
    query = {"name": name, "fields": _TEMPLATE_FIELDS, "limit": "100"}
    answer = _get(f"{base}/{quote(waba_id)}/message_templates", query, headers)
    rows = answer.get("data")
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
                _objects(row.get("components")),
                _alterations(row.get("degrees_of_freedom_spec")),
                str(row.get("id", "")),
            )
    return None


def _objects(value: object) -> list[dict[str, Any]] | None:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else None


def _alterations(value: object) -> dict[str, str] | None:
    """Read back they are a list of keys in capitals; None when it is not one."""
    rows = _objects(value.get("creative_features_spec")) if isinstance(value, dict) else None
    if rows is None:
        return None
    features = {str(row.get("key")).lower(): row.get("value") for row in rows}
    return {
        key: str(value.get("enroll_status")) for key, value in features.items() if isinstance(value, dict)
    }


def _get(address: str, query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    status, body = _exchange(address, query, headers)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise _wordless(status)(f"HTTP {status} without JSON") from exc
    if not isinstance(answer, dict):
        raise _wordless(status)(f"HTTP {status} without a JSON object")
    if 200 <= status < 300:
        return answer
    error = answer.get("error")
    raise trouble(f"HTTP {status}, code {code_of(error)}", status, error)


def _exchange(address: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and body; only so much of it that what is longer is no JSON."""
    headers = {"Accept-Encoding": "identity", **headers}  # nothing to unpack beyond that
    body = bytearray()
    try:
        with (
            httpx.Client(
                verify=trusted(),
                proxy=proxy_of(address),
                trust_env=False,  # a password from ~/.netrc is not for the provider
                follow_redirects=False,
                timeout=SECONDS,
            ) as client,
            client.stream("GET", address, params=query, headers=headers) as answer,
        ):
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    break
            return answer.status_code, bytes(body[:LARGEST])
    # the last two are of a proxy in the environment that nobody here speaks with
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError) as exc:
        # a cause would quote a header that cannot be sent, the token in it
        raise Retryable(f"the provider was not reached ({type(exc).__name__})") from None


def _wordless(status: int) -> type[Retryable]:
    return NowhereError if status in NOWHERE else Retryable
