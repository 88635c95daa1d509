"""What a POST of Meta's can tell: a receipt, a message, a wish, a change; or something not read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.whatsapp.errors import Action


@dataclass(frozen=True, kw_only=True)
class _Dated:
    at: datetime
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class _OfPerson(_Dated):
    """`phone` is + and digits; since usernames exist, it or `bsuid` may be missing."""

    phone: str | None = field(repr=False)
    bsuid: str | None = field(repr=False)


@dataclass(frozen=True)
class StatusUpdate(_Dated):
    """A receipt. `status` is sent, delivered, read or failed; `opaque` is what we sent with the message.

    `person` is the phone, or else the BSUID, of whom the message went to, and `bsuid` what is known of that,
    where Meta tells it.
    """

    wamid: str = field(repr=False)
    person: str | None = field(repr=False)
    bsuid: str | None = field(repr=False)
    status: str
    opaque: str | None
    code: str | None
    action: Action | None  # of a failed one
    pricing_category: str | None
    billable: bool | None


@dataclass(frozen=True)
class InboundMessage(_OfPerson):
    """What a person wrote."""

    id: str = field(repr=False)
    type: str
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class Preference(_OfPerson):
    """A person stopped our marketing messages in WhatsApp's own menu, or wants them again."""

    stopped: bool


@dataclass(frozen=True)
class AddressChange(_OfPerson):
    """A person is reached elsewhere from `at` on; of either side the phone or the BSUID may not be told."""

    new_phone: str | None = field(repr=False)
    new_bsuid: str | None = field(repr=False)


@dataclass(frozen=True)
class IdentityChange(_OfPerson):
    """The keys behind a phone are new: it may be somebody else's. Meta tells it where that was asked for."""


@dataclass(frozen=True)
class TemplateChange(_Dated):
    """Meta reviewed a template (`status`, in its capitals), gave it a category or judged its quality."""

    name: str
    language: str
    category: str | None
    status: str | None
    quality: str | None


@dataclass(frozen=True)
class TemplateText(_Dated):
    """Somebody edited a template at Meta: its components as they are now, as the template API words them."""

    name: str
    language: str
    components: Sequence[Mapping[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class AccountChange(_Dated):
    """What Meta says of our number or account: matter (those of `db.models.AccountWord`) -> word."""

    words: Mapping[str, str]


@dataclass(frozen=True)
class Unknown:
    """An update that we do not read. `kind` says where it was and never holds a value of it."""

    kind: str
    raw: Mapping[str, Any] = field(repr=False)


PersonUpdate = InboundMessage | Preference | AddressChange | IdentityChange
Update = StatusUpdate | PersonUpdate | TemplateChange | TemplateText | AccountChange | Unknown
