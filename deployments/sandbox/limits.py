"""Requests to send, checked against Meta's documented limits without knowing any template.

Each refusal carries its Graph code in the error type (`graph_132012`); the rest is mapped by `_code_of`.
"""

import re
from collections import deque
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from deployments.sandbox.graph_errors import GraphError

BODY_LIMIT = 1024  # of a template, with its values in
TEXT_LIMIT = 4096  # of a free-form message
OPAQUE_LIMIT = 512
_KNOWN_TYPES = ("template", "text")
_FORBIDDEN_IN_VALUES = re.compile(r"[\n\r\t]| {5,}")


class Throughput:
    """Meta's ceiling for a number: so many messages in any second (error 130429)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._times: deque[datetime] = deque()

    def admit(self, now: datetime) -> None:
        """Count one message; raises GraphError 130429 above the ceiling."""
        while self._times and (now - self._times[0]).total_seconds() >= 1:
            self._times.popleft()
        if len(self._times) >= self._limit:
            raise GraphError(130429, "Message failed to send because there were too many messages sent")
        self._times.append(now)


def length(text: str) -> int:
    """In UTF-16 units: Meta does not say its unit, and this is the upper bound."""
    return len(text.encode("utf-16-le")) // 2


def _fits(limit: int, name: str) -> AfterValidator:
    def check(value: str) -> str:
        if length(value) > limit:
            raise PydanticCustomError("graph_100", f"Param {name} must be at most {limit} characters long.")
        return value

    return AfterValidator(check)


def _clean(value: str) -> str:
    if not value:
        raise PydanticCustomError("graph_131008", "Parameter of type text is missing text value")
    if _FORBIDDEN_IN_VALUES.search(value):
        raise PydanticCustomError(
            "graph_132012",
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TextParameter(_Strict):
    """A value for a variable of a header, a body or a URL button."""

    type: Literal["text"]
    text: Annotated[str, AfterValidator(_clean)] = Field(repr=False)


class TextComponent(_Strict):
    """The values of a header (one) or of a body."""

    type: Literal["header", "body"]
    parameters: Annotated[list[TextParameter], Field(min_length=1)]


class ButtonComponent(_Strict):
    """The value of a URL button; `index` counts from "0"."""

    type: Literal["button"]
    sub_type: Literal["url"]
    index: Annotated[str, Field(pattern=r"^[0-9]$")]
    parameters: Annotated[list[TextParameter], Field(min_length=1, max_length=1)]


class Language(_Strict):
    """Of a template; the policy is optional in practice though Meta's schema asks for it."""

    code: Annotated[str, Field(min_length=2)]
    policy: Literal["deterministic"] = "deterministic"


class TemplateUse(_Strict):
    """Which template, in which language, with which values."""

    name: Annotated[str, Field(min_length=1, max_length=512)]
    language: Language
    components: list[Annotated[TextComponent | ButtonComponent, Field(discriminator="type")]] = []


class TextBody(_Strict):
    """A free-form text."""

    body: Annotated[str, Field(min_length=1), _fits(TEXT_LIMIT, "text['body']")] = Field(repr=False)
    preview_url: bool = False


class Context(_Strict):
    """The message that this one answers."""

    message_id: str


class _Send(_Strict):
    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: Annotated[str, Field(pattern=r"^\+?[1-9][0-9]{6,14}$")] | None = Field(default=None, repr=False)
    recipient: Annotated[str, Field(pattern=r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")] | None = Field(
        default=None, repr=False
    )
    biz_opaque_callback_data: Annotated[str, _fits(OPAQUE_LIMIT, "biz_opaque_callback_data")] | None = None

    @model_validator(mode="after")
    def _addressed(self) -> "_Send":
        if self.to is None and self.recipient is None:
            raise PydanticCustomError("graph_131008", "The parameter to is required.")
        return self


class TemplateSend(_Send):
    """A template on `/messages`."""

    type: Literal["template"]
    template: TemplateUse
    context: Context | None = None


class TextSend(_Send):
    """A free-form text on `/messages`, for the 24 hours after the user's last message."""

    type: Literal["text"]
    text: TextBody
    context: Context | None = None


class MarketingSend(_Send):
    """A template on `/marketing_messages`."""

    type: Literal["template"]
    template: TemplateUse
    product_policy: Literal["CLOUD_API_FALLBACK", "STRICT"] = "CLOUD_API_FALLBACK"
    message_activity_sharing: bool = False


Request = TemplateSend | TextSend | MarketingSend
Endpoint = Literal["messages", "marketing_messages"]
_MESSAGES: TypeAdapter[TemplateSend | TextSend] = TypeAdapter(
    Annotated[TemplateSend | TextSend, Field(discriminator="type")]
)
_MARKETING: TypeAdapter[MarketingSend] = TypeAdapter(MarketingSend)


def check_request(payload: object, endpoint: Endpoint) -> Request:
    """The request as a model; raises GraphError with the code that Meta would answer."""
    if not isinstance(payload, dict):
        raise GraphError(100, "Invalid parameter: the body is not a JSON object")
    kind = payload.get("type")
    if endpoint == "messages" and isinstance(kind, str) and kind not in _KNOWN_TYPES:
        raise GraphError(131051, "This sandbox only takes messages of type template and text.")
    adapter: TypeAdapter[Any] = _MESSAGES if endpoint == "messages" else _MARKETING
    try:
        request: Request = adapter.validate_python(payload)
    except ValidationError as exc:
        fault, text = first_fault(exc)
        raise GraphError(_code_of(fault), text) from None
    return request


def first_fault(exc: ValidationError) -> tuple[ErrorDetails, str]:
    """The first of what is wrong, and where it is. The value itself may be a phone number or a text to a
    citizen: it stays out.
    """
    first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    return first, f"{where}: {first['msg']}" if where else first["msg"]


def _code_of(error: ErrorDetails) -> int:
    kind = error["type"]
    if kind.startswith("graph_"):
        return int(kind.removeprefix("graph_"))
    if kind in ("missing", "union_tag_not_found"):
        return 131008
    return 100 if kind == "extra_forbidden" else 131009
