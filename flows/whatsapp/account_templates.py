"""The templates that Meta holds for our account: listed page by page, created, edited.

Source: Meta's pages "Template management" (Apr 2026) and "WhatsApp Message Template". What a change means,
and whether Meta takes it, is decided in `template_plan`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flows.whatsapp.account import get, post
from flows.whatsapp.errors import Refused, Retryable

_FIELDS = (
    "name,language,status,category,message_send_ttl_seconds,quality_score,components,"
    "degrees_of_freedom_spec,rejected_reason"
)
PAGE = 50  # templates in an answer: one with its texts takes up to 6 kB
MOST_PAGES = 200  # an account holds 6,000 templates at most; whoever goes on after that turns in a circle
# FLAGGED is sent, and may be paused soon; the others were taken back into use (Meta: "template status").
USABLE = frozenset({"APPROVED", "FLAGGED", "REINSTATED", "UNPAUSED", "UNARCHIVED"})


@dataclass(frozen=True)
class TemplateState:
    status: str  # APPROVED, PENDING, REJECTED, PAUSED, DISABLED
    category: str
    ttl_seconds: int | None
    quality: str | None = None  # GREEN, YELLOW, RED, UNKNOWN
    components: Sequence[Mapping[str, Any]] | None = field(default=None, repr=False)
    alterations: Mapping[str, str] | None = None  # name -> OPT_IN or OPT_OUT; None: not told
    id: str = ""
    name: str = ""
    language: str = ""
    rejected_for: str = ""  # Meta's word: INVALID_FORMAT, PROMOTIONAL, TAG_CONTENT_MISMATCH, ...


def listed(
    base: str, waba_id: str, headers: Mapping[str, str], *, name: str | None = None
) -> Iterator[TemplateState]:
    """All that the account holds; with `name` those whose name holds it, as Meta's own search does.

    Raises as `account.get`, and Retryable for an answer that lists none or whose pages have no end.
    """
    address = f"{base}/{quote(waba_id)}/message_templates"
    query = {"fields": _FIELDS, "limit": str(PAGE), **({"name": name} if name else {})}
    for _ in range(MOST_PAGES):
        answer = get(address, query, headers)
        rows = answer.get("data")
        if not isinstance(rows, list):
            raise Retryable("the answer lists no templates")
        yield from (_state(row) for row in rows if isinstance(row, dict))
        if (after := _next(answer.get("paging"))) is None:
            return
        query["after"] = after
    raise Retryable("the list of templates has no end")


def _next(paging: object) -> str | None:
    """The cursor of the next page. Its address is not followed: it may lead elsewhere, with the token."""
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if not isinstance(after, str) or not after:
        raise Retryable("the answer does not tell its next page")
    return after


def ask_template(
    base: str, waba_id: str, name: str, language: str, headers: Mapping[str, str]
) -> TemplateState | None:
    """None when the provider holds no such template. Raises as `listed` does."""
    found = listed(base, waba_id, headers, name=name)
    return next((state for state in found if (state.name, state.language) == (name, language)), None)


def create(base: str, waba_id: str, headers: Mapping[str, str], payload: Mapping[str, Any]) -> TemplateState:
    """Submit a template (`templates.creation_payload`) for review; its category may be another than asked.

    Raises as `account.get`, with Meta's words. Repeating it is harmless: Meta refuses a name that it holds.
    """
    name = str(payload.get("name"))
    address = f"{base}/{quote(waba_id)}/message_templates"
    answer = post(address, payload, headers, about=f"template {name}")
    if not isinstance(answer.get("id"), str):
        raise Refused(f"template {name}: the answer holds no id")
    return TemplateState(
        str(answer.get("status")), str(answer.get("category")), None, id=answer["id"], name=name
    )


def edit(base: str, template_id: str, headers: Mapping[str, str], changes: Mapping[str, Any]) -> None:
    """Replace parts of a template that Meta holds, which reviews it again. Raises as `create`."""
    answer = post(f"{base}/{quote(template_id)}", changes, headers, about=f"template {template_id}")
    if answer.get("success") is not True:
        raise Refused(f"template {template_id}: the answer does not say that it was edited")


def _state(row: Mapping[str, Any]) -> TemplateState:
    ttl, quality, reason = (
        row.get(key) for key in ("message_send_ttl_seconds", "quality_score", "rejected_reason")
    )
    score = quality.get("score") if isinstance(quality, dict) else None
    return TemplateState(
        str(row.get("status")),
        str(row.get("category")),
        ttl if isinstance(ttl, int) else None,
        score if isinstance(score, str) else None,
        _objects(row.get("components")),
        _alterations(row.get("degrees_of_freedom_spec")),
        id=str(row.get("id", "")),
        name=str(row.get("name")),
        language=str(row.get("language")),
        rejected_for=reason if isinstance(reason, str) and reason != "NONE" else "",
    )


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
