"""`[whatsapp]`, `[channel]` and `[prices]` of a profile: which number sends, by whom, at what cost."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from flows.profiles.contacts import Base
from flows.profiles.file import Strict
from flows.profiles.shapes import Currency, Header, MetaId, Scheme, Version


class WhatsApp(Strict):
    """Meta's Cloud API, or a provider that speaks it under another address and another header.

    Such a provider is `api = "https://waba.esempio.it"`, `api_version = ""`, `number_in_path = false`,
    `auth_header = "D360-API-KEY"`, `auth_scheme = ""`: then a message goes to `https://waba.esempio.it/messages`.
    """

    api: Base
    api_version: Version = "v25.0"  # empty: none stands in the path
    phone_number_id: MetaId
    number_in_path: bool = True
    waba_id: MetaId
    auth_header: Header = "Authorization"
    auth_scheme: Scheme = "Bearer"  # before the token
    # of all senders of this number together; Meta's ceiling is 80, or 1,000 for numbers that it raised
    messages_per_second: float = Field(default=40, gt=0, le=1000)
    language: str = "it"

    @property
    def base(self) -> str:
        """What stands before every path, without a slash at its end."""
        return f"{self.api}/{self.api_version}".rstrip("/")


Way = Literal["cloud", "assisted", "channel"]


class Channel(Strict):
    """How each kind leaves: by the Cloud API, or by a person's hands (broadcast lists, a WhatsApp channel).

    A correction and an all-clear go the way of what they put right.
    """

    ordinary: Way = "cloud"
    alerts: Way = "cloud"

    @property
    def uses_api(self) -> bool:
        return "cloud" in (self.ordinary, self.alerts)

    @property
    def uses_lists(self) -> bool:
        """Whether numbers are handed to a person."""
        return "assisted" in (self.ordinary, self.alerts)


# The provider's `pricing.category` -> whose price it has. Service messages cost as utility ones since
# 1 October 2026 (research: third parties only); a price of their own goes before that.
LIKE = {"marketing_lite": "marketing", "service": "utility"}


class Prices(Strict):
    """For one delivered message, in `currency`; a category without a price is never estimated."""

    on: date  # the day they were looked up
    currency: Currency = "EUR"
    marketing: Decimal | None = Field(default=None, ge=0, le=10)
    utility: Decimal | None = Field(default=None, ge=0, le=10)
    service: Decimal | None = Field(default=None, ge=0, le=10)  # answers; default: as utility
    month_ceiling: Decimal | None = Field(default=None, ge=0)  # stops bulletins, never alerts

    def of(self, category: str) -> Decimal | None:
        """The price of one message of this category of the provider's, in small or capital letters."""
        name = category.lower()
        price: Decimal | None = getattr(self, name, None) if name in _PRICED else None
        if price is None and name in LIKE:
            return self.of(LIKE[name])
        return price


_PRICED = ("marketing", "utility", "service")
