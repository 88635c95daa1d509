"""What the sandbox is told: the business number it plays and the webhook it calls."""

import ipaddress
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

ROME = ZoneInfo("Europe/Rome")

Clock = Callable[[], datetime]


def is_loopback(host: str) -> bool:
    """Whether the name or address of a host means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Staff(BaseModel):
    """An editor, who is called on a phone of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    number: str = Field(pattern=r"^\+[1-9][0-9]{6,14}$", repr=False)


class Config(BaseModel):
    """The account that the sandbox's Cloud API knows; secrets never show in a repr."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phone_number_id: str = Field(min_length=1)
    waba_id: str = Field(min_length=1)
    token: SecretStr
    app_secret: SecretStr
    verify_token: SecretStr
    webhook_url: str
    display_number: str
    staff: list[Staff] = []
    throughput: int = Field(default=80, ge=1)  # messages a second; Meta's default for a number

    @field_validator("webhook_url")
    @classmethod
    def _on_this_machine(cls, value: str) -> str:
        if not is_loopback(urlsplit(value).hostname or ""):
            raise ValueError("the sandbox only calls a webhook on this machine")
        return value

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the JSON file that `run` writes; raises OSError or pydantic's ValidationError."""
        return cls.model_validate_json(path.read_bytes())
