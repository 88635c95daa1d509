"""`[watchdog]` of a profile: who hears that the service lives, and how much disk must be left."""

from typing import Literal, Self

from pydantic import Field, model_validator

from flows.profiles.contacts import Base
from flows.profiles.file import Strict
from flows.profiles.shapes import CheckSlug

ROUND = "round"  # that a round was made, and all is kept that has no check of its own
Promise = Literal[
    "round", "disk", "web", "prefect", "database", "alerts", "slots", "mail", "backup", "drill",
    "clock", "token", "templates", "echo", "certificate", "duty", "news",
    "provider",
]  # fmt: skip


class Watchdog(Strict):
    """`ping_url` is an address in the manner of healthchecks.io: with `/fail` behind it says that all is not
    well, and its silence says the rest. Whoever knows it can speak in our name.

    With `checks` each promise has one of its own: the address is then what stands before their slugs.
    """

    ping_url: Base | None = None
    checks: dict[Promise, CheckSlug] = Field(default_factory=dict)
    free_megabytes: int = Field(default=500, ge=10)

    @model_validator(mode="after")
    def _is_told_of_everything(self) -> Self:
        if self.checks and self.ping_url is None:
            raise ValueError("checks need ping_url: https://hc-ping.com/ and the project's ping key")
        if self.checks and ROUND not in self.checks:
            raise ValueError(f"checks need {ROUND!r}: it hears of what has no check of its own")
        if len({*self.checks.values()}) < len(self.checks):
            raise ValueError("two checks have the same slug: one would say that the other is well")
        return self
