"""When a bulletin is composed, due and sent: weekly times in Italian local time, holidays minded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from flows.bulletin.dates import ROME

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class WeeklyTime:
    """A minute of the week in Europe/Rome, written `tue 11:00`."""

    weekday: int  # 0 is Monday, as in datetime
    at: time

    @classmethod
    def parse(cls, text: str) -> Self:
        day, _, clock = text.strip().lower().partition(" ")
        if day not in WEEKDAYS:
            raise ValueError(f"{text!r} does not begin with one of {', '.join(WEEKDAYS)}")
        try:
            hours, minutes = clock.strip().split(":")
            return cls(WEEKDAYS.index(day), time(int(hours), int(minutes)))
        except ValueError as exc:
            raise ValueError(f"{text!r} has no time like 11:00 after the day") from exc

    @property
    def cron(self) -> str:
        """Five fields; cron counts Sunday as 0."""
        return f"{self.at.minute} {self.at.hour} * * {(self.weekday + 1) % 7}"

    def on_or_before(self, moment: datetime) -> datetime:
        """The last occurrence not after `moment`."""
        local = moment.astimezone(ROME)
        day = local.date() - timedelta(days=(local.weekday() - self.weekday) % 7)
        found = datetime.combine(day, self.at, tzinfo=ROME)
        return found if found <= moment else datetime.combine(day - timedelta(days=7), self.at, tzinfo=ROME)


@dataclass(frozen=True)
class WeeklySlot:
    """One weekly send, and the times of its day; each is the last one before `dispatch`."""

    compose: WeeklyTime
    refresh: WeeklyTime
    reminder: WeeklyTime
    deputy: WeeklyTime
    deadline: WeeklyTime
    dispatch: WeeklyTime


@dataclass(frozen=True)
class Slot:
    """One send on one day. Times are aware, in Europe/Rome."""

    dispatch_at: datetime
    deadline_at: datetime


def next_slot(slots: Collection[WeeklySlot], now: datetime, closed: Collection[date]) -> Slot | None:
    """The first slot whose deadline is after `now` and whose day is not in `closed`.

    None when there are no slots, or none within a year of closures.
    """
    for week in range(53):
        moment = now + timedelta(days=7 * (week + 1))
        found = []
        for slot in slots:
            dispatch_at = slot.dispatch.on_or_before(moment)
            deadline_at = slot.deadline.on_or_before(dispatch_at)
            if deadline_at > now and dispatch_at.date() not in closed:
                found.append(Slot(dispatch_at, deadline_at))
        if found:
            return min(found, key=lambda slot: slot.dispatch_at)
    return None
