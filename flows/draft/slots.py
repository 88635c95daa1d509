"""The profile's slots and editors at one moment: which slot is next, who is on duty, who after them."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import absences, bulletins, closures, sign_offs
from db.models import Bulletin, BulletinVersion, Said
from flows.bulletin.dates import in_rome
from flows.bulletin.desk import rota
from flows.bulletin.desk.rota import Away, Duty
from flows.bulletin.desk.sign_off import since_void, voices
from flows.bulletin.slots import LONGEST_MOVE, Slot
from flows.bulletin.slots import next_slot as first_of
from flows.bulletin.slots import slot_at as found_at
from flows.profile.comune import Editor, Profile

AHEAD = timedelta(days=372)  # a slot within a year, and its own move


def slot_after(profile: Profile, now: datetime, entered: Collection[date] = ()) -> Slot | None:
    """The next slot that can still be approved, holidays minded as the profile says.

    `entered`: closed days that a person entered, as `closed_days` tells them.
    """
    day = in_rome(now).date()
    return first_of(profile.weekly_slots, now, _closed(profile, day) | {*entered}, move=_moves(profile))


def slot_of(profile: Profile, dispatch_at: datetime, entered: Collection[date] = ()) -> Slot | None:
    """The slot that sends at this moment; None when the profile knows none, as after a change of it.

    A day that was closed after its bulletin had been composed still has the times of that one.
    """
    closed = _closed(profile, in_rome(dispatch_at).date())
    move = _moves(profile)
    return found_at(profile.weekly_slots, dispatch_at, closed | {*entered}, move=move) or found_at(
        profile.weekly_slots, dispatch_at, closed, move=move
    )


def closed_days(session: Session, at: datetime) -> frozenset[date]:
    """Days without a bulletin that persons entered, as far as a slot around this moment may care."""
    day = in_rome(at).date()
    return closures.days(session, first=day - timedelta(days=LONGEST_MOVE), last=day + AHEAD)


def _moves(profile: Profile) -> bool:
    return profile.closures.holiday_slots == "move"


def _closed(profile: Profile, day: date) -> frozenset[date]:
    # from before that day: a slot of a closed day behind us may have moved here
    return profile.closures.on(day - timedelta(days=LONGEST_MOVE), day + AHEAD)


def away(session: Session, first: date, last: date) -> list[Away]:
    return [Away(one.editor, one.first, one.last) for one in absences.known(session, first=first, last=last)]


def on_duty(session: Session, profile: Profile, at: datetime, *, besides: Collection[str] = ()) -> Duty:
    """Who is called at that moment; not those whose ids are in `besides`, who have said their word."""
    day = in_rome(at).date()
    return rota.on_duty(_others(profile, besides), away(session, day, day), at)


def next_on_duty(
    session: Session,
    profile: Profile,
    at: datetime,
    after: Collection[str],
    *,
    besides: Collection[str] = (),
) -> Duty:
    """Who is called when those whose names are in `after` did not answer."""
    day = in_rome(at).date()
    return rota.next_on_duty(_others(profile, besides), away(session, day, day), at, after)


def _others(profile: Profile, besides: Collection[str]) -> list[Editor]:
    return [one for one in profile.editors if one.id not in besides] or profile.editors


def signed_by(session: Session, bulletin: Bulletin, version: BulletinVersion) -> list[str]:
    """Ids of the editors whose approval stands for the text of this version, in their order."""
    shown = [(item.title, item.text) for item in bulletins.items(session, version)]
    reopened = bulletins.reopened_at(session, bulletin.id)
    rows = [row for row in sign_offs.of(session, bulletin.id) if reopened is None or row.at > reopened]
    found = []
    for row, voice in zip(rows, voices(rows), strict=True):
        sealed = bulletins.version_of(session, bulletin.id, row.version_number)
        texts = [(item.title, item.text) for item in bulletins.items(session, sealed)] if sealed else []
        if voice in since_void(voices(rows)) and row.said == Said.approve and texts == shown:
            found.append(row.editor)
    return found
