"""Rounds of `sorveglia` that are not made any more, at any moment between two of the watchdog's own."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from flows.doctor import heartbeat
from tests.test_watchdog import EDITORS, HOUR, MINUTE, OPERATOR, SMS, WELL, go, ids, known, watched, world
from tests.world.comune import Comune
from tests.world.examined import all_read
from tests.world.mail_server import Post, announce, mail_server
from tests.world.served import serve

__all__ = ["watched", "world"]  # fixtures

EVERY, QUARTER = 5 * MINUTE, 15 * MINUTE
SECOND = timedelta(seconds=1)


@pytest.fixture
def box(watched: Comune) -> Iterator[Post]:
    """Beside a Prefect server that lives."""
    alive = {**WELL, "/api/health": (200, {}, b"true")}
    with serve(alive) as prefect, mail_server() as found:
        known(watched, prefect.address, ("prefect_port = 9", f"prefect_port = {prefect.port}"))
        announce(watched.settings.state, found.port)
        yield found


def beat(comune: Comune) -> None:
    heartbeat.beat(comune.settings.state, now=comune.now)
    all_read(comune)


@pytest.mark.parametrize(
    "since",
    [SECOND, MINUTE, MINUTE + SECOND, EVERY - SECOND],
    ids=lambda since: str(since),
)
def test_a_worker_that_is_dead_beside_a_living_server_is_told_within_a_quarter_of_an_hour(
    watched: Comune, box: Post, since: timedelta
) -> None:
    """`since` its last round, after which it died at once, our next one comes."""
    go(watched)
    beat(watched)
    last = watched.now
    go(watched, after=since)
    while not box.told:
        assert watched.now + EVERY <= last + QUARTER, "nobody was told"
        done = go(watched, after=EVERY)
    assert ids(done) == ["prefect"]
    assert "(il suo server risponde)" in done.standing[0].words
    assert {to for to, _ in box.told} == {*EDITORS, OPERATOR, SMS}


@pytest.mark.parametrize("since", [SECOND, MINUTE, 3 * MINUTE, EVERY - SECOND], ids=lambda since: str(since))
def test_rounds_that_begin_late_are_not_told(watched: Comune, box: Post, since: timedelta) -> None:
    """By up to five minutes, in turn: a worker that sends has other runs, too."""
    beat(watched)
    start = watched.now
    beats = [start + one * MINUTE for one in (5, 14, 16, 20, 29, 30)]
    for number in range(7):
        watched.now = start + since + number * EVERY
        for at in [one for one in beats if one <= watched.now]:
            beats.remove(at)
            heartbeat.beat(watched.settings.state, now=at)
        assert ids(go(watched)) == []
    assert box.told == []


def test_a_machine_that_was_off_is_given_a_round_to_start(watched: Comune, box: Post) -> None:
    """Its Prefect server is up before the worker has made a round."""
    for off in (HOUR, 14 * MINUTE, 8 * HOUR):
        beat(watched)
        go(watched)
        watched.now += off
        all_read(watched)
        assert [one.id for one in go(watched).fresh] == ["prefect"]
        beat(watched)
        assert go(watched, after=EVERY).standing == ()
    assert box.told == []


def test_one_that_never_made_a_round_is_given_a_quarter_of_an_hour(watched: Comune, box: Post) -> None:
    (watched.settings.state / heartbeat.FILE).unlink()
    go(watched)
    for _ in range(3):
        assert go(watched, after=EVERY).fresh == ()
    assert [one.id for one in go(watched, after=EVERY).fresh] == ["prefect"]
    assert ids(go(watched, after=EVERY)) == ["prefect"]


def test_a_round_needs_no_prefect() -> None:
    """It tells of a server that is gone; and it comes each five minutes, two fifths of them that import."""
    code = "import sys, flows.watchdog.rounds, flows.watchdog.units; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
