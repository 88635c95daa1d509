"""The slots of a Comune's profile: the next one, and the days on which nothing is sent."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import days_off
from flows.bulletin import slots
from flows.bulletin.language.dates import giorno, in_rome
from flows.bulletin.slots import LONGEST_MOVE, WEEK, Slot
from flows.bulletin.slots import next_slot as first_of
from flows.bulletin.slots import slot_at as found_at
from flows.profiles.comune import Profile

START_AFTER = timedelta(minutes=1)  # after its moment: the slot's own run goes first
TURN = timedelta(minutes=15)  # in a fleet, where many have one hour, that run may wait so long for a place
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


def last_composed(profile: Profile, session: Session, now: datetime) -> tuple[datetime, Slot] | None:
    """When Prefect's clock last started `componi` for a slot that is held, and that slot."""
    before = now - WEEK
    closed = _closed(profile, in_rome(before).date()) | closed_days(session, before)
    return slots.last_composed(profile.weekly_slots, now, closed, move=_moves(profile))


def renewals(profile: Profile, slot: Slot, now: datetime, entered: Collection[date]) -> list[datetime]:
    """When `componi` starts by itself until this slot's deadline, and brings its draft up to date.

    Its clock knows no closed day: before one it starts as well, for the send after it.
    """
    moments = slots.composed_between(profile.weekly_slots, now, slot.deadline_at)
    following = [(at, slot_after(profile, at, entered)) for at in moments]
    return [at for at, held in following if held is not None and held.dispatch_at == slot.dispatch_at]


def closed_days(session: Session, at: datetime) -> frozenset[date]:
    """Days without a bulletin that persons entered, as far as a slot around this moment may care."""
    day = in_rome(at).date()
    return days_off.days(session, first=day - timedelta(days=LONGEST_MOVE), last=day + AHEAD)


EARLY = "{days} non c'è invio: questa è già la bozza di {day}. "
MAY_WAIT = "Non serve approvarla subito: le notizie che il sito pubblica dopo l'approvazione restano fuori."
INSIDE = (
    "Decidi OGGI delle notizie che cominciano prima di {day}, segnate in «Da guardare con attenzione»: in "
    "questo invio arrivano tardi. "
)
OUTSIDE = (
    "Decidi {today} di ciò che è in coda o lasciato fuori e viene prima dell'invio: qui non arriva in tempo. "
)
TODAY = "OGGI decidi di ciò che viene prima dell'invio"  # in short
THE_REST = "Il resto può aspettare."


def early(
    profile: Profile,
    dispatch_at: datetime | None,
    now: datetime,
    entered: Collection[date],
    *,
    inside: bool,
    outside: bool,
) -> str:
    """Why a draft is there so long before its send: weekly sends before it fall on closed days. And what has
    to be decided today all the same; "" where there is nothing to say.

    `inside`: some of its items begin before it is sent; `outside`: what is not in it comes before that.
    """
    if dispatch_at is None:
        return ""
    first, sent_on = in_rome(now).date(), in_rome(dispatch_at).date()
    usual = {slot.dispatch.weekday for slot in profile.weekly_slots}
    closed = sorted({*profile.closures.on(first, sent_on), *entered})
    days = " e ".join(giorno(day) for day in closed if day.weekday() in usual and first <= day < sent_on)
    urgent = f"{INSIDE if inside else ''}{OUTSIDE if outside else ''}"
    end = f"{urgent}{THE_REST}" if urgent else MAY_WAIT if days else ""
    return f"{EARLY if days else ''}{end}".format(
        days=days[:1].upper() + days[1:], day=giorno(sent_on), today="anche" if inside else "OGGI"
    )


def _moves(profile: Profile) -> bool:
    return profile.closures.holiday_slots == "move"


def _closed(profile: Profile, day: date) -> frozenset[date]:
    # from before that day: a slot of a closed day behind us may have moved here
    return profile.closures.on(day - timedelta(days=LONGEST_MOVE), day + AHEAD)
