"""`[prices]` of a profile: what a message costs, as looked up on a day, and how much a month may cost."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

# The provider's `pricing.category` -> whose price it has. Service messages cost as utility ones since
# 1 October 2026 (research: third parties only); a price of their own goes before that.
LIKE = {"marketing_lite": "marketing", "service": "utility"}


class Prices(BaseModel):
    """For one delivered message, in `currency`; a category without a price is never estimated."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    on: date  # the day they were looked up
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    marketing: Decimal | None = Field(default=None, ge=0, le=10)
    utility: Decimal | None = Field(default=None, ge=0, le=10)
    service: Decimal | None = Field(default=None, ge=0, le=10)  # answers; default: as utility
    month_ceiling: Decimal | None = Field(default=None, ge=0)  # stops bulletins, never alerts

    def of(self, category: str) -> Decimal | None:
        """The price of one message of this category of the provider's, in small or capital letters."""
        name = category.lower()
        found: Decimal | None = getattr(self, name, None) if name in _PRICED else None
        if found is None and name in LIKE:
            return self.of(LIKE[name])
        return found


_PRICED = ("marketing", "utility", "service")
