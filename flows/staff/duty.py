"""The profile's editors at one moment: who is on duty, who after them, who decides of what was stopped."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session

from db import days_off
from db.models import Bulletin
from flows.bulletin.language.dates import in_rome
from flows.profiles.comune import Editor, Profile
from flows.staff import rota
from flows.staff.rota import Away, Duty


def away(session: Session, first: date, last: date) -> list[Away]:
    return [
        Away(row.editor, row.first, row.last)
        for row in days_off.known_absences(session, first=first, last=last)
    ]


def on_duty(session: Session, profile: Profile, at: datetime, *, excluding: Collection[str] = ()) -> Duty:
    """Who is called at that moment; not those whose ids are in `excluding`, who have said their word."""
    day = in_rome(at).date()
    return rota.on_duty(_others(profile, excluding), away(session, day, day), at)


def next_on_duty(
    session: Session,
    profile: Profile,
    at: datetime,
    after: Collection[str],
    *,
    excluding: Collection[str] = (),
) -> Duty:
    """Who is called when those whose names are in `after` did not answer."""
    day = in_rome(at).date()
    return rota.next_on_duty(_others(profile, excluding), away(session, day, day), at, after)


def of_stopped(session: Session, profile: Profile, bulletin: Bulletin, at: datetime) -> tuple[Duty, bool]:
    """Who decides of a stopped send: who stopped it (then True), else who is on duty."""
    is_by_hand = bulletin.status_reason == "stopped_by_hand"
    stopped_it = tuple(one for one in profile.editors if is_by_hand and one.name == bulletin.status_by)
    return (Duty(stopped_it), True) if stopped_it else (on_duty(session, profile, at), False)


def _others(profile: Profile, excluding: Collection[str]) -> list[Editor]:
    return [editor for editor in profile.editors if editor.id not in excluding] or profile.editors
