"""`[sms]` of a profile: the service through which editors get an SMS when something cannot wait."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PLACES = ("{number}", "{national}")
_ADDRESS = re.compile(
    r"[A-Za-z0-9._+-]*(?:\{number\}|\{national\})[A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)


class Sms(BaseModel):
    """A gateway that makes an SMS of each mail to a number's own address; mails leave as `[mail]` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # {number}: digits with the country code, as 393331234567; {national}: without it
    gateway: str = Field(min_length=1)
    sender: str | None = None  # address that the service knows us by; default: that of [mail]

    @model_validator(mode="after")
    def _names_a_number(self) -> Self:
        if not _ADDRESS.fullmatch(self.gateway):
            raise ValueError(
                f"gateway: {self.gateway!r} is no address with {PLACES[0]} or {PLACES[1]} in it, "
                "like {number}@sms.example.it"
            )
        return self
