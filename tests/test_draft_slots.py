from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.language.dates import ROME
from flows.bulletin.slots import (
    WEEKDAYS,
    Slot,
    WeeklySlot,
    WeeklyTime,
    composed_between,
    next_slot,
    slot_at,
)
from flows.deploy import FOR_ALL, PACE, blocks, entry, form, intervals, schedules
from flows.draft.slots import renewals, slot_after, slot_of
from flows.profiles.comune import Closures
from flows.settings import DEMO, load_profile

PROFILE = load_profile(DEMO)
SLOTS = PROFILE.weekly_slots

weekly = st.builds(WeeklyTime, st.integers(0, 6), st.times().map(lambda t: time(t.hour, t.minute)))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001


def rome(*parts: int) -> datetime:
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


def first(now: datetime, *closed: date) -> datetime:
    found = next_slot(SLOTS, now, closed)
    assert found is not None
    return found.dispatch_at


def test_a_weekly_time_is_read_as_it_is_written() -> None:
    assert WeeklyTime.parse(" Tue 11:05 ") == WeeklyTime(1, time(11, 5))
    for text in ("mar 11:00", "tue", "tue 11", "tue 24:00", "tue 11:00:00", "", "tue 11.00"):
        with pytest.raises(ValueError, match=r"begin with one of|no time like"):
            WeeklyTime.parse(text)


def test_cron_counts_sunday_as_zero() -> None:
    days = [WeeklyTime.parse(f"{day} 08:30").cron for day in WEEKDAYS]
    assert days == [f"30 8 * * {day}" for day in (1, 2, 3, 4, 5, 6, 0)]


def test_the_next_slot_is_the_first_whose_deadline_is_ahead() -> None:
    assert first(rome(2026, 11, 23, 8, 30)) == rome(2026, 11, 24, 11, 0)
    assert first(rome(2026, 11, 24, 10, 44)) == rome(2026, 11, 24, 11, 0)
    assert first(rome(2026, 11, 24, 10, 45)) == rome(2026, 11, 27, 11, 0), "the deadline has come"
    assert first(rome(2026, 11, 27, 12, 0)) == rome(2026, 12, 1, 11, 0)


def test_a_draft_is_renewed_at_each_run_of_its_clock_until_its_deadline() -> None:
    """Of a fortnight without a send each week has its four; the deadline's own moment is none."""
    now = rome(2026, 12, 21, 8, 30)
    closed = [date(2026, 12, day) for day in (22, 25, 29)]
    slot = slot_after(PROFILE, now, closed)
    assert slot is not None
    assert slot.dispatch_at == rome(2027, 1, 5, 11, 0)
    found = renewals(PROFILE, slot, now, closed)
    days = [(22, 8), (24, 8.5), (25, 8), (28, 8.5), (29, 8), (31, 8.5), (1, 8), (4, 8.5), (5, 8)]
    assert [(at.day, at.hour + at.minute / 60) for at in found] == days
    assert composed_between(SLOTS, now, found[-1]) == found[:-1]


def test_a_closed_day_is_skipped_and_only_that_day() -> None:
    now = rome(2026, 11, 23, 8, 30)
    assert first(now, date(2026, 11, 24)) == rome(2026, 11, 27, 11, 0)
    assert first(now, date(2026, 11, 24), date(2026, 11, 27)) == rome(2026, 12, 1, 11, 0)
    every_day = {now.date() + timedelta(days=n) for n in range(400)}
    assert next_slot(SLOTS, now, every_day) is None
    assert next_slot([], now, ()) is None


def test_national_days_the_patron_and_the_profiles_own_days_are_closed() -> None:
    closures = PROFILE.closures.model_copy(update={"closed": [date(2026, 12, 7)]})
    closed = closures.on(date(2026, 12, 1), date(2027, 6, 30))
    assert date(2026, 12, 8) in closed
    assert date(2026, 12, 7) in closed
    assert date(2027, 3, 29) in closed, "Easter Monday"
    assert date(2027, 6, 24) in closed, "the patron of the profile"
    assert date(2026, 12, 9) not in closed
    assert first(rome(2026, 12, 4, 12, 0), *closed) == rome(2026, 12, 11, 11, 0)


@pytest.mark.parametrize(
    ("day", "offset"), [((2026, 10, 23), 2), ((2026, 10, 27), 1), ((2027, 3, 26), 1), ((2027, 3, 30), 2)]
)
def test_eleven_stays_eleven_on_both_sides_of_a_clock_change(day: tuple[int, int, int], offset: int) -> None:
    year, month, number = day
    slot = first(rome(year, month, number, 8, 0))
    assert slot.astimezone(ROME).strftime("%H:%M") == "11:00"
    assert slot.utcoffset() == timedelta(hours=offset)
    assert slot.date() == date(*day)


@given(weekly, moments)
def test_the_last_occurrence_is_within_the_week_before(when: WeeklyTime, moment: datetime) -> None:
    found = when.on_or_before(moment)
    assert found <= moment
    assert moment - found <= timedelta(days=7, hours=1)  # the week of the October change is an hour longer
    assert (found.weekday(), found.time()) == (when.weekday, when.at)


@given(
    st.lists(st.builds(WeeklySlot, weekly, weekly, weekly, weekly, weekly, weekly), min_size=1, max_size=3),
    moments,
    st.sets(st.dates(date(2024, 1, 1), date(2030, 12, 31)), max_size=20),
)
def test_a_slot_is_ahead_open_and_due_before_it_leaves(
    slots: list[WeeklySlot], now: datetime, closed: set[date]
) -> None:
    found = next_slot(slots, now, closed)
    assert found is not None
    assert now < found.deadline_at <= found.dispatch_at
    assert found.dispatch_at.date() not in closed
    assert found.dispatch_at - found.deadline_at <= timedelta(days=7, hours=1)
    sooner = next_slot(slots, now, ())
    assert sooner is not None
    assert sooner.dispatch_at <= found.dispatch_at


def test_the_schedules_that_are_deployed_are_the_profiles_slots() -> None:
    found = {block["name"]: schedules(block, PROFILE) for block in blocks()[0]}
    crons = {name: {one.cron for one in made if hasattr(one, "cron")} for name, made in found.items()}
    assert crons["componi"] == {"30 8 * * 1", "0 8 * * 2", "30 8 * * 4", "0 8 * * 5"}
    assert crons["invia"] == {"0 11 * * 2", "0 11 * * 5"}
    assert all(one.timezone == "Europe/Rome" for made in found.values() for one in made)
    every = {name: [one.interval for one in made if hasattr(one, "interval")] for name, made in found.items()}
    assert {name: made for name, made in every.items() if made} == {
        "notizie": [timedelta(minutes=30)],
        "allerte": [timedelta(minutes=10)],
        "sorveglia": [timedelta(minutes=5)],
        "conserva": [timedelta(days=1)],
        "numeri": [timedelta(days=1)],
    }
    assert found["approva"] == found["recupera"] == []


def test_for_a_whole_fleet_alerts_are_read_each_minute_and_all_else_as_often() -> None:
    """The last of 300 Comuni has its form minutes after the reading, and five after the publication."""
    of_all = {block["name"]: intervals(block, block.get(PACE)) for block in blocks()[0] if FOR_ALL in block}
    assert {name: [one.interval for one in made] for name, made in of_all.items()} == {
        "notizie": [timedelta(minutes=30)],
        "allerte": [timedelta(minutes=1)],
        "sorveglia": [timedelta(minutes=5)],
        "conserva": [timedelta(days=1)],
        "numeri": [timedelta(days=1)],
    }


def test_every_deployment_points_to_a_flow_and_speaks_italian_to_the_editor() -> None:
    deployments, pull = blocks()
    assert len(pull) == 1
    for block in deployments:
        assert entry(block["entrypoint"]).name
        assert block["description"].endswith(".")
        if "parameters" in block:
            entry(block["entrypoint"]).validate_parameters(block["parameters"])
    which = form(entry("flows.collect:collect"), ())["properties"]["which"]
    assert (which["title"], which["enum"]) == ("Che cosa", ["tutto", "notizie", "allerte"])
    with pytest.raises(TypeError, match="is not a flow"):
        entry("flows.settings:load")


IMMACOLATA = date(2026, 12, 8)  # a Tuesday


def moved(now: datetime, *closed: date) -> Slot:
    found = next_slot(SLOTS, now, closed, move=True)
    assert found is not None
    return found


def test_a_slot_may_move_to_the_next_working_day_with_all_its_times() -> None:
    slot = moved(rome(2026, 12, 7, 8, 30), IMMACOLATA)
    assert slot == Slot(
        dispatch_at=rome(2026, 12, 9, 11, 0),
        deadline_at=rome(2026, 12, 9, 10, 45),
        reminder_at=rome(2026, 12, 9, 9, 30),
        deputy_at=rome(2026, 12, 9, 10, 0),
        is_moved=True,
    )
    assert moved(rome(2026, 12, 9, 8, 0), IMMACOLATA) == slot, "the closed day is behind us"
    assert moved(rome(2026, 12, 9, 10, 45), IMMACOLATA).dispatch_at == rome(2026, 12, 11, 11, 0)
    assert slot_at(SLOTS, slot.dispatch_at.astimezone(UTC), {IMMACOLATA}, move=True) == slot
    assert slot_at(SLOTS, slot.dispatch_at, {IMMACOLATA}) is None, "skipped slots do not move"


def test_a_moved_slot_passes_over_weekends_and_more_holidays() -> None:
    christmas = (date(2026, 12, 25), date(2026, 12, 26))  # Friday, Saturday
    assert moved(rome(2026, 12, 24, 8, 30), *christmas).dispatch_at == rome(2026, 12, 28, 11, 0)
    assert moved(rome(2026, 12, 28, 12, 0), *christmas).dispatch_at == rome(2026, 12, 29, 11, 0)


def test_a_slot_that_would_meet_the_next_one_is_skipped() -> None:
    week = [date(2026, 12, day) for day in (8, 9, 10)]
    assert moved(rome(2026, 12, 7, 8, 30), *week) == moved(rome(2026, 12, 10, 12, 0), *week)
    assert moved(rome(2026, 12, 7, 8, 30), *week).dispatch_at == rome(2026, 12, 11, 11, 0)


def test_the_profile_says_whether_slots_move() -> None:
    now = rome(2026, 12, 9, 8, 0)
    skipped = slot_after(PROFILE, now)
    closures = PROFILE.closures.model_copy(update={"holiday_slots": "move"})
    moving = PROFILE.model_copy(update={"closures": closures})
    found = slot_after(moving, now)
    assert skipped is not None
    assert found is not None
    assert (skipped.dispatch_at.day, skipped.is_moved) == (11, False)
    assert (found.dispatch_at.day, found.is_moved) == (9, True)
    assert slot_of(moving, found.dispatch_at) == found
    assert slot_of(PROFILE, found.dispatch_at) is None


def test_the_times_of_a_slot_are_found_by_its_send_across_a_clock_change() -> None:
    for day in (rome(2026, 10, 27, 11, 0), rome(2027, 3, 30, 11, 0)):
        slot = slot_at(SLOTS, day.astimezone(UTC), ())
        assert slot is not None
        assert (slot.reminder_at.hour, slot.deputy_at.hour, slot.dispatch_at) == (9, 10, day)
        assert slot_at(SLOTS, day + timedelta(minutes=1), ()) is None


@given(moments, st.sets(st.dates(date(2024, 1, 1), date(2030, 12, 31)), max_size=20))
def test_moved_or_not_a_slot_is_open_in_order_and_found_again(now: datetime, closed: set[date]) -> None:
    slot = next_slot(SLOTS, now, closed, move=True)
    assert slot is not None
    assert slot.dispatch_at.date() not in closed
    assert now < slot.deadline_at < slot.dispatch_at
    assert slot.reminder_at <= slot.deputy_at <= slot.deadline_at
    assert slot_at(SLOTS, slot.dispatch_at, closed, move=True) == slot
    skipping = next_slot(SLOTS, now, closed)
    assert skipping is not None
    assert slot.dispatch_at <= skipping.dispatch_at, "moving never comes later than skipping"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2027, 12, 24), (2028, 1, 2), ["2027-12-25", "2027-12-26", "2027-12-31", "2028-01-01"]),
        ((2028, 2, 20), (2028, 3, 10), ["2028-02-29"]),
        ((2027, 2, 20), (2027, 3, 10), []),  # no such day
        ((2028, 1, 2), (2027, 12, 24), []),
    ],
)
def test_the_days_without_a_send_are_those_between_two_days(
    first: tuple[int, int, int], last: tuple[int, int, int], expected: list[str]
) -> None:
    closures = Closures(patron="02-29", province="MI", closed=[date(2027, 12, 31)])
    assert sorted(map(str, closures.on(date(*first), date(*last)))) == expected
