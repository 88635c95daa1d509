"""When a bulletin is composed, due and sent: weekly times in Italian local time, holidays minded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from flows.bulletin.language.dates import ROME

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SATURDAY = 5
LONGEST_MOVE = 6  # days; after a week the slot's own next day has come
WEEK = timedelta(days=7)


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
        occurrence = datetime.combine(day, self.at, tzinfo=ROME)
        return occurrence if occurrence <= moment else occurrence - timedelta(days=7)


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
    reminder_at: datetime
    deputy_at: datetime
    is_moved: bool = False  # from a closed day to the next working one


def next_slot(
    slots: Collection[WeeklySlot], now: datetime, closed: Collection[date], *, move: bool = False
) -> Slot | None:
    """The first slot whose deadline is after `now`.

    One whose day is in `closed` is skipped; with `move` it goes to the next working day instead, with all
    its times, unless another slot comes by then. None when there are no slots, or none within a year.
    """
    for week in range(53):
        # one more week back: a slot that moved may still be ahead
        moments = [now + timedelta(days=7 * (week + n)) for n in ((0, 1) if move and week == 0 else (1,))]
        candidates = [
            held
            for moment in moments
            for slot in slots
            if (held := _held(slots, slot, slot.dispatch.on_or_before(moment), closed, move=move))
            and held.deadline_at > now
        ]
        if candidates:
            return min(candidates, key=lambda slot: slot.dispatch_at)
    return None


def slot_at(
    slots: Collection[WeeklySlot], dispatch_at: datetime, closed: Collection[date], *, move: bool = False
) -> Slot | None:
    """The slot that sends at this moment, moved ones too; None when the profile knows none."""
    for slot in slots:
        held = _held(slots, slot, slot.dispatch.on_or_before(dispatch_at), closed, move=move)
        if held and held.dispatch_at == dispatch_at:
            return held
    return None


def last_composed(
    slots: Collection[WeeklySlot], now: datetime, closed: Collection[date], *, move: bool = False
) -> tuple[datetime, Slot] | None:
    """The last moment not after `now` at which a bulletin is composed or refreshed by itself, and its slot.

    None within a week. What is started for a day that is skipped counts for none.
    """
    moments = [(when.on_or_before(now), slot) for slot in slots for when in (slot.compose, slot.refresh)]
    for at, slot in sorted(moments, key=lambda moment: moment[0], reverse=True):
        if held := _held(slots, slot, slot.dispatch.on_or_before(at + WEEK), closed, move=move):
            return at, held
    return None


def next_composed(slots: Collection[WeeklySlot], now: datetime) -> datetime | None:
    """The next moment at which one is; None without slots."""
    week = now.astimezone(ROME) + WEEK
    return min(
        (when.on_or_before(week) for slot in slots for when in (slot.compose, slot.refresh)), default=None
    )


def composed_between(slots: Collection[WeeklySlot], after: datetime, before: datetime) -> list[datetime]:
    """The moments between these two at which one is, whatever day is closed; the first comes first."""
    times = {when for slot in slots for when in (slot.compose, slot.refresh)}
    found = []
    for at in (when.on_or_before(before) for when in times):
        while at > after:
            found += [at] if at < before else []
            at -= WEEK
    return sorted(found)


def _held(
    slots: Collection[WeeklySlot],
    slot: WeeklySlot,
    regular: datetime,
    closed: Collection[date],
    *,
    move: bool,
) -> Slot | None:
    """The slot of one week as it is held, its regular day minded; None when it is skipped."""
    day = regular.date()
    if day not in closed:
        return _on(slot, regular)
    if not move:
        return None
    for days in range(1, LONGEST_MOVE + 1):
        later = day + timedelta(days=days)
        if any(other.dispatch.weekday == later.weekday() and later not in closed for other in slots):
            return None  # two bulletins on one day, or out of order: what waits goes with that one
        if later.weekday() < SATURDAY and later not in closed:
            return _on(slot, datetime.combine(later, slot.dispatch.at, tzinfo=ROME), is_moved=True)
    return None


def _on(slot: WeeklySlot, dispatch_at: datetime, *, is_moved: bool = False) -> Slot:
    """Its times before this send: as many days and hours on the clock as in a usual week."""

    def before(when: WeeklyTime) -> datetime:
        usual = slot.dispatch.on_or_before(dispatch_at)
        days = (usual.date() - when.on_or_before(usual).date()).days
        return datetime.combine(dispatch_at.date() - timedelta(days=days), when.at, tzinfo=ROME)

    return Slot(dispatch_at, before(slot.deadline), before(slot.reminder), before(slot.deputy), is_moved)
