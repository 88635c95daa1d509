"""The days that a backfill is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flows.bulletin.dates import ROME
from flows.settings import BollettinoError


@dataclass(frozen=True)
class Window:
    """Days of publication, both included, in Europe/Rome."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BollettinoError(f"the window ends ({self.last}) before it begins ({self.first})")

    def holds(self, moment: datetime) -> bool:
        """Whether an aware moment is on one of these days."""
        return self.first <= day_of(moment) <= self.last

    def is_before(self, moments: Iterable[datetime]) -> bool:
        """Whether all of these are older than the window; not known of none."""
        days = [day_of(moment) for moment in moments]
        return bool(days) and max(days) < self.first

    def share(self, oldest: datetime, now: datetime) -> float:
        """How much of the way back from `now` to the window's first day is done, 0 to 1."""
        whole = (day_of(now) - self.first).days + 1
        done = (day_of(now) - day_of(oldest)).days
        return 1.0 if whole <= 0 else min(max(done / whole, 0.0), 1.0)


def day_of(moment: datetime) -> date:
    """The day in Europe/Rome."""
    return moment.astimezone(ROME).date()
