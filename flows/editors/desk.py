"""The profile's slots and editors at one moment: which slot is next, who is on duty, who after them."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import absences
from flows.bulletin.dates import in_rome
from flows.bulletin.desk import rota
from flows.bulletin.desk.rota import Away, Duty
from flows.bulletin.slots import LONGEST_MOVE, Slot
from flows.bulletin.slots import next_slot as first_of
from flows.bulletin.slots import slot_at as found_at
from flows.profile.comune import Profile

AHEAD = timedelta(days=372)  # a slot within a year, and its own move


def slot_after(profile: Profile, now: datetime) -> Slot | None:
    """The next slot that can still be approved, holidays minded as the profile says."""
    day = in_rome(now).date()
    return first_of(profile.weekly_slots, now, _closed(profile, day), move=_moves(profile))


def slot_of(profile: Profile, dispatch_at: datetime) -> Slot | None:
    """The slot that sends at this moment; None when the profile knows none, as after a change of it."""
    closed = _closed(profile, in_rome(dispatch_at).date())
    return found_at(profile.weekly_slots, dispatch_at, closed, move=_moves(profile))


def _moves(profile: Profile) -> bool:
    return profile.closures.holiday_slots == "move"


def _closed(profile: Profile, day: date) -> frozenset[date]:
    # from before that day: a slot of a closed day behind us may have moved here
    return profile.closures.on(day - timedelta(days=LONGEST_MOVE), day + AHEAD)


def away(session: Session, first: date, last: date) -> list[Away]:
    return [Away(one.editor, one.first, one.last) for one in absences.known(session, first=first, last=last)]


def on_duty(session: Session, profile: Profile, at: datetime) -> Duty:
    """Who is called at that moment."""
    day = in_rome(at).date()
    return rota.on_duty(profile.editors, away(session, day, day), at)


def next_on_duty(session: Session, profile: Profile, at: datetime, after: Collection[str]) -> Duty:
    """Who is called when those whose names are in `after` did not answer."""
    day = in_rome(at).date()
    return rota.next_on_duty(profile.editors, away(session, day, day), at, after)
