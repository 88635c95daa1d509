"""What is news and what is the same again, against a clock of minutes; and what may wait for the morning."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from db.models import Hazard, Level, WeatherAlert
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.urgent import LEAD, WORTH, Quiet, ceased, untold
from flows.bulletin.language.dates import ROME, in_rome

DAY = date(2026, 11, 25)
MIDNIGHT = datetime(2026, 11, 24, 23, tzinfo=UTC)  # in Rome
NOW = MIDNIGHT - timedelta(hours=8)
URGENT = (Level.arancione, Level.rossa)
STEP = 10  # minutes of the clock that the rules are checked against
minutes = st.integers(0, 144).map(lambda n: n * STEP)
levels = st.sampled_from(list(Level))
hazards = st.sampled_from([Hazard.temporali, Hazard.idraulico])


def span(
    level: Level, begin: int = 0, end: int = 1440, hazard: Hazard = Hazard.temporali, number: int = 1
) -> Span:
    """Of the minutes of the day from `begin` to `end`."""
    onset, expires = MIDNIGHT + timedelta(minutes=begin), MIDNIGHT + timedelta(minutes=end)
    row = WeatherAlert(
        id=number,
        source_id=1,
        identifier="",
        issuer="dpc",
        url="",
        zone="Lomb-09",
        hazard=hazard,
        level=level,
        day=DAY,
        onset=onset,
        expires=expires,
        sent_at=NOW,
        seen_at=NOW,
    )
    return Span(row, onset, expires)


@st.composite
def several(draw: st.DrawFn) -> list[Span]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        begin, end = sorted((draw(minutes), draw(minutes)))
        if begin < end:
            found.append(span(draw(levels), begin, end, draw(hazards), number))
    return found


def uncovered(one: Span, others: list[Span], now: datetime) -> int:
    """The longest run of minutes ahead of a span that no other of its hazard reaches at its level."""
    longest = run = 0
    moment = one.onset
    while moment < one.expires:
        reached = moment < now or any(
            other.row.hazard == one.row.hazard
            and other.rank >= one.rank
            and other.onset <= moment < other.expires
            for other in others
        )
        run = 0 if reached else run + STEP
        longest = max(longest, run)
        moment += timedelta(minutes=STEP)
    return longest


@given(several(), several(), st.integers(-48, 144))
def test_news_is_half_an_hour_at_a_level_that_nobody_was_told(
    holds: list[Span], told: list[Span], at: int
) -> None:
    now = MIDNIGHT + timedelta(minutes=at * STEP)
    worth = WORTH // timedelta(minutes=1)
    is_news = any(uncovered(one, told, now) >= worth for one in holds if one.row.level in URGENT)
    assert set(untold(holds, told, URGENT, now)) == ({DAY} if is_news else set())
    is_over = any(uncovered(one, holds, now) >= worth for one in told if one.row.level in URGENT)
    assert bool(ceased(told, holds, URGENT, now)) == is_over


@given(several(), st.integers(-48, 144))
def test_what_was_told_is_never_news_and_never_over(told: list[Span], at: int) -> None:
    now = MIDNIGHT + timedelta(minutes=at * STEP)
    assert untold(told, told, URGENT, now) == {}
    assert ceased(told, told, URGENT, now) == []


@given(
    st.sampled_from(URGENT),
    st.integers(0, 1380),
    st.integers(60, 1440),
    st.integers(-29, 29),
    st.integers(-29, 29),
)
def test_hours_that_move_by_less_than_half_an_hour_are_the_same(
    level: Level, begin: int, length: int, first: int, last: int
) -> None:
    told, holds = (
        [span(level, begin, begin + length)],
        [span(level, begin + first, begin + length + last, number=2)],
    )
    assert untold(holds, told, URGENT, NOW) == {}
    assert ceased(told, holds, URGENT, NOW) == []


@given(st.integers(0, 1380), st.integers(30, 1440), several())
def test_a_raised_level_is_always_news(begin: int, length: int, lower: list[Span]) -> None:
    told = [one for one in lower if one.row.level != Level.rossa] + [span(Level.arancione, 0, 1440)]
    assert DAY in untold([span(Level.rossa, begin, begin + length)], told, URGENT, NOW)


@given(st.sampled_from(URGENT), st.integers(30, 1440), st.integers(30, 600))
def test_a_longer_validity_is_always_news(level: Level, length: int, more: int) -> None:
    told = [span(level, 0, length)]
    assert DAY in untold([span(level, 0, length + more)], told, URGENT, NOW)


@given(st.integers(1, 20), st.integers(1, 29))
def test_a_validity_that_grows_little_by_little_is_news_in_the_end(steps: int, by: int) -> None:
    """Each update is compared with what citizens were told, never with the update before it."""
    told = [span(Level.arancione, 0, 600)]
    grown = span(Level.arancione, 0, 600 + steps * by)
    assert (DAY in untold([grown], told, URGENT, NOW)) == (steps * by >= 30)


def test_all_that_holds_on_a_day_with_news_is_told_and_nothing_of_other_days() -> None:
    yellow, orange = span(Level.gialla, hazard=Hazard.idraulico), span(Level.arancione, number=2)
    assert untold([yellow, orange], [], URGENT, NOW) == {DAY: [yellow, orange]}
    assert untold([yellow], [], URGENT, NOW) == {}


clocks = st.times(timezones=st.none())


@given(
    clocks,
    clocks,
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  made aware below
    st.integers(-600, 4000),
)
@example(time(22), time(7), datetime(2026, 10, 25, 0, 30), 600)  # noqa: DTZ001  clocks go back in this night
@example(time(22), time(7), datetime(2026, 3, 29, 0, 30), 600)  # noqa: DTZ001  and forth in this one
def test_only_what_begins_after_quiet_hours_waits_and_never_too_long(
    begin: time, end: time, clock: datetime, ahead: int
) -> None:
    quiet = Quiet(begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    now = clock.replace(tzinfo=ROME).astimezone(UTC)
    begins = now + timedelta(minutes=ahead)
    told_at = quiet.wait(now, begins)
    if told_at == now:
        return
    assert told_at > now
    assert begins - told_at >= LEAD, "people have time to approve, to send and to act"
    assert told_at - now <= timedelta(hours=25)
    assert (in_rome(told_at).hour, in_rome(told_at).minute) == (quiet.end.hour, quiet.end.minute) or (
        _skipped(in_rome(told_at))
    )
    inside = in_rome(now).time()
    spans = quiet.begin <= inside < quiet.end or (
        quiet.begin > quiet.end and (inside >= quiet.begin or inside < quiet.end)
    )
    assert spans, "outside quiet hours nothing waits"


def _skipped(local: datetime) -> bool:
    """An hour that the clocks jump over in March."""
    return local.month == 3 and local.hour in (2, 3)
