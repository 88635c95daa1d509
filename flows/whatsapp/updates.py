"""What a POST of Meta's can tell: a receipt, a message, a template's change, or something not read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.whatsapp.errors import Action


@dataclass(frozen=True)
class StatusUpdate:
    """A receipt. `status` is sent, delivered, read or failed; `opaque` is what we sent with the message."""

    wamid: str = field(repr=False)
    status: str
    at: datetime
    opaque: str | None
    code: str | None
    action: Action | None  # of a failed one
    pricing_category: str | None
    billable: bool | None
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class InboundMessage:
    """What a person wrote. `phone` is + and digits; since usernames exist, it or `bsuid` may be missing."""

    id: str = field(repr=False)
    phone: str | None = field(repr=False)
    bsuid: str | None = field(repr=False)
    at: datetime
    type: str
    text: str | None = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class TemplateChange:
    """Meta reviewed a template (`status`, in its capitals) or gave it a category."""

    name: str
    language: str
    category: str | None
    status: str | None
    at: datetime
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Unknown:
    """An update that we do not read. `kind` says where it was and never holds a value of it."""

    kind: str
    raw: Mapping[str, Any] = field(repr=False)


Update = StatusUpdate | InboundMessage | TemplateChange | Unknown


@dataclass(frozen=True)
class Parsed:
    """All updates, in the order of the payload. Each `raw` is a payload of that one update alone."""

    updates: tuple[Update, ...]

    @property
    def statuses(self) -> tuple[StatusUpdate, ...]:
        return tuple(update for update in self.updates if isinstance(update, StatusUpdate))

    @property
    def messages(self) -> tuple[InboundMessage, ...]:
        return tuple(update for update in self.updates if isinstance(update, InboundMessage))

    @property
    def templates(self) -> tuple[TemplateChange, ...]:
        return tuple(update for update in self.updates if isinstance(update, TemplateChange))

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        return tuple(update for update in self.updates if isinstance(update, Unknown))
