"""The orange and red days of two years, with an editor who answers at once: each announced in time, once."""

import pytest
from sqlalchemy import Engine

from tests.bench.replay_alerts import history
from tests.bench.replay_urgent import at_once, expectation, pressing, replay, rhythm, wrong
from tests.world.shared import needs_shared

SHORT = 30  # bulletins; `python -m tests.bench.replay_urgent` plays them all


@pytest.mark.slow
@needs_shared
@pytest.mark.usefixtures("settings")  # the secrets
def test_every_orange_or_red_day_is_announced_in_time_and_once(sqlite: Engine) -> None:
    issues = pressing(history())[:SHORT]
    days = replay(issues, sqlite, at_once)
    assert len(days) >= 5
    assert wrong(days) == []
    assert sum(bool(told.announced) for told in rhythm(days).values()) < len(days)


@needs_shared
def test_the_replay_notices_a_day_that_was_not_announced() -> None:
    days = expectation(pressing(history())[:SHORT])
    assert len(wrong(days)) >= 2 * len(days)  # late, and not as often as it rose
