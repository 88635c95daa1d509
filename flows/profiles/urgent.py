"""`[urgent]` of a profile: which alerts do not wait for a bulletin, and what may go without an editor."""

from datetime import date, datetime, time
from typing import Self

from pydantic import Field, field_validator, model_validator

from db.models import Level
from flows.bulletin.alerts.urgent import Quiet
from flows.bulletin.language.dates import in_rome
from flows.profiles.file import Strict
from flows.profiles.shapes import Clock

CAN_WAIT = (Level.verde, Level.gialla)


def _above_yellow(levels: list[Level]) -> list[Level]:
    for level in levels:
        if level in CAN_WAIT:
            raise ValueError(f"{level} is told in the ordinary bulletins: only arancione and rossa go here")
    return levels


class StandingOrder(Strict):
    """An act of the Comune: fixed-text alerts of these levels leave when nobody answers for so long."""

    act: str = Field(min_length=1)  # as it is cited: "disposizione del Sindaco n. 12 del 3 novembre 2026"
    author: str = Field(min_length=1)  # who answers for it
    levels: list[Level] = Field(min_length=1)
    expires: date  # the last day
    minutes: int = Field(ge=10, le=720)

    _levels = field_validator("levels")(_above_yellow)

    @property
    def approver(self) -> str:
        """Who approved, in the history of a bulletin."""
        return f"ordine permanente: {self.act}, {self.author}"

    def in_force(self, now: datetime) -> bool:
        return in_rome(now).date() <= self.expires


class Urgent(Strict):
    """Alerts that cannot wait. Times are in Europe/Rome."""

    levels: list[Level] = Field(default=[Level.arancione, Level.rossa], min_length=1)
    call_every_minutes: int = Field(default=10, ge=5, le=240)  # the next person on duty
    deadline_minutes: int = Field(default=36 * 60, ge=10)  # and never beyond the end of the alert
    quiet_from: Clock = "22:00"
    quiet_to: Clock = "07:00"
    standing_order: StandingOrder | None = None

    _levels = field_validator("levels")(_above_yellow)

    @model_validator(mode="after")
    def _order_is_of_urgent_levels(self) -> Self:
        order = self.standing_order
        if order and not set(order.levels) <= set(self.levels):
            raise ValueError("standing_order.levels holds a level that is not among levels")
        return self

    @property
    def quiet(self) -> Quiet:
        return Quiet(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to))
