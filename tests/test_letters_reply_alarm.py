"""An unusual number of replies and exits calls the editors, once, without a word of any citizen."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from db import replies
from db.engine import transaction
from db.models import BulletinStatus
from flows.letters import alarms
from tests.world.builders import NOW, make_bulletin
from tests.world.comune import Comune
from tests.world.mail_server import Post, announce, mail_server


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def _sent(engine: Engine, days: float, **counts: int) -> int:
    with transaction(engine) as session:
        at = NOW - timedelta(days=days)
        bulletin = make_bulletin(session, [], status=BulletinStatus.sent, now=at)
        if counts:
            replies.add(session, bulletin.id, **counts)
        return bulletin.id


def _unusual(engine: Engine) -> dict[int, float]:
    with transaction(engine) as session:
        found = replies.unusual(session, since=NOW - timedelta(hours=48), least=15, times=3.0)
        return {number: usual for number, (_, usual) in found.items()}


def test_counts_add_up_whoever_adds_them(engine: Engine) -> None:
    number = _sent(engine, 1, replies=2)
    with transaction(engine) as session:
        replies.add(session, number, replies=3, exits=1)
        found = replies.of(session, [number])[number]
        assert (found.replies, found.exits, found.read) == (5, 1, 0)


@pytest.mark.parametrize(
    ("usual", "now", "is_told"), [(2, 16, True), (2, 14, False), (6, 18, False), (6, 19, True), (0, 15, True)]
)
def test_many_are_three_times_the_usual_and_fifteen_at_least(
    engine: Engine, usual: int, now: int, is_told: bool
) -> None:
    for days in (4, 8, 11, 15):
        _sent(engine, days, replies=usual)
    number = _sent(engine, 1, replies=now - 5, exits=5)
    _sent(engine, 0.5)
    assert _unusual(engine) == ({number: float(usual)} if is_told else {})


def test_what_is_old_is_told_no_more(engine: Engine) -> None:
    _sent(engine, 3, replies=200)
    assert _unusual(engine) == {}


def test_the_editors_are_told_once(comune: Comune, box: Post) -> None:
    _sent(comune.engine, 5, replies=3, exits=1)
    _sent(comune.engine, 1, replies=30, exits=12)
    for minutes in (0, 5, 600):
        alarms.tell_all(comune.settings, comune.engine, now=NOW + timedelta(minutes=minutes))
    told = [subject for _, subject in box.told if "hanno risposto o sono usciti" in subject]
    assert len(told) == 1
    assert told[0].endswith("in 42 (di solito 4)")
