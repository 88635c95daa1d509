"""`[mail]` and `[sms]` of a profile: through which services editors are written to."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from flows.profiles.file import Strict
from flows.whatsapp.loopback import is_loopback

PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Mail(Strict):
    """User and password come from the environment: BOLLETTINO_MAIL_USER, BOLLETTINO_MAIL_PASSWORD."""

    model_config = ConfigDict(populate_by_name=True)

    sender: str = Field(alias="from", min_length=3)  # address that the mails come from
    sandbox: bool = False  # the sandbox's own mail server, whose page is /posta; no host then
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)  # default: that of `security`
    security: Literal["starttls", "tls", "none"] = "starttls"  # none: only on this machine
    ca_file: Path | None = None  # PEM of the town's own authority, beside those the machine trusts
    operator: str | None = Field(default=None, min_length=3)  # address of who runs the service
    timeout_seconds: float = Field(default=20, gt=0, le=120)

    @model_validator(mode="after")
    def _reaches_a_server(self) -> Self:
        if self.sandbox and self.host:
            raise ValueError("host is not for `sandbox = true`, which has its own server")
        if not self.sandbox and not self.host:
            raise ValueError("host is missing: the name of the mail server")
        if self.host and self.security == "none" and not is_loopback(self.host):
            raise ValueError(f"security: mail to {self.host} must be encrypted, by starttls or tls")
        return self

    @property
    def at_port(self) -> int:
        return self.port or PORTS[self.security]


PLACES = ("{number}", "{national}")
_ADDRESS = re.compile(
    r"[A-Za-z0-9._+-]*(?:\{number\}|\{national\})[A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)


class Sms(Strict):
    """A gateway that makes an SMS of each mail to a number's own address; mails leave as `[mail]` says."""

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
