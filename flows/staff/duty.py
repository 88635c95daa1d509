"""The profile's slots and editors at one moment: which slot is next, who is on duty, who after them."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session

from db import days_off
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


def _others(profile: Profile, excluding: Collection[str]) -> list[Editor]:
    return [editor for editor in profile.editors if editor.id not in excluding] or profile.editors
