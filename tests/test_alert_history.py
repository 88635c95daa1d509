"""The short form of `python -m tests.bench.replay_alerts`: the weeks in which most can go wrong."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from db.models import Hazard, Level
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import rows_from_levels
from tests.bench.replay_alerts import ZONE, Issue, Key, history, replay
from tests.world.shared import needs_shared

pytestmark = pytest.mark.slow  # years of bulletins

WEEKS = {
    "three bulletins on the day of the flood": (date(2023, 10, 23), date(2023, 10, 27)),
    "days without a bulletin": (date(2023, 10, 29), date(2023, 11, 4)),
    "the only red": (date(2024, 5, 13), date(2024, 5, 23)),
    "updates in the night and after midnight": (date(2024, 9, 17), date(2024, 9, 21)),
    "summer time ends": (date(2024, 10, 25), date(2024, 10, 29)),
    "170 zones become 187": (date(2026, 3, 30), date(2026, 8, 9)),
}


@needs_shared
@pytest.mark.parametrize("week", WEEKS)
def test_the_levels_of_the_history_hold_and_each_change_is_seen_once(engine: Engine, week: str) -> None:
    first, last = WEEKS[week]
    issues = [issue for issue in history() if first <= issue.sent.date() <= last]
    assert len(issues) >= 4
    played = replay(issues, engine)
    assert played.wrong == []
    assert played.seen == played.stated
    assert played.polls >= 3 * len(issues)
    assert played.rows == 6 * len(issues), "polled again, the same bulletin is no other"


@needs_shared
def test_the_history_holds_the_days_it_is_known_for() -> None:
    issues = history()
    assert {len(issue.today) for issue in issues} == {170, 187}
    red = [issue.sent.date() for issue in issues if Level.rossa in issue.levels().values()]
    assert date(2024, 5, 20) in red or date(2024, 5, 21) in red
    late = [issue for issue in issues if issue.sent.hour < 8 or issue.sent.hour >= 20]
    assert len(late) >= 5


def test_a_replay_that_saw_a_wrong_level_says_so(sqlite: Engine) -> None:
    green = rows_from_levels({})
    red = rows_from_levels({ZONE: {"temporali": "rossa"}})
    sent = datetime(2026, 7, 20, 15, 10, tzinfo=ROME)
    assert replay([Issue(sent, green, red)], sqlite).wrong == []

    class Mistold(Issue):
        def levels(self) -> dict[Key, Level]:
            return {**super().levels(), (sent.date() + timedelta(days=2), Hazard.temporali): Level.gialla}

    played = replay([Mistold(sent + timedelta(days=1), green, red)], sqlite)
    assert len(played.wrong) == played.polls
    assert played.seen != played.stated
