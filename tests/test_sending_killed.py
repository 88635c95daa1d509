"""The short form of `tests.bench.rehearsal_kill`, and several senders of one bulletin under one rate."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from db import deliveries
from db.engine import transaction
from db.models import Attempt, Sender
from flows.sending.conductor import MOST_AHEAD
from flows.sending.drain import drain, most_in_flight
from flows.sending.outbox import Outbox, Ready
from flows.sending.pace import Departure
from flows.whatsapp.messages import Category
from tests.bench import send_town
from tests.bench.rehearsal_kill import storm
from tests.bench.send_sink import fullest, sink
from tests.bench.send_worker import worker


@pytest.fixture(autouse=True)
def _town(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.slow
def test_three_kills_cost_nobody_a_second_message_and_nobody_the_first(
    engine: Engine, tmp_path: Path
) -> None:
    workers = 1 if engine.dialect.name == "sqlite" else 2
    verdict = storm(address(engine), tmp_path, kills=3, people=300, workers=workers, seed=7)
    assert verdict.is_good, str(verdict)
    assert verdict.on_phones > 0


@pytest.mark.slow
def test_only_what_leaves_in_the_next_moments_is_claimed(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is claimed and did not leave is uncertain when the process is killed."""
    per_second, waiting = 80.0, [0]
    claim, leave = Outbox.claim, Departure.leave

    def count(box: Outbox, limit: int, category: Category) -> list[Ready] | None:
        found = claim(box, limit, category)
        waiting.append(waiting[-1] + len(found or ()))
        return found

    def left(departure: Departure) -> None:
        leave(departure)
        waiting.append(waiting[-1] - 1)

    monkeypatch.setattr(Outbox, "claim", count)
    monkeypatch.setattr(Departure, "leave", left)
    with sink(0.05) as phones:
        settings = send_town.settings_for(phones.port, tmp_path, address(sqlite), per_second)
        assert asyncio.run(drain(settings, sqlite, send_town.fill(sqlite, settings, 160))) is None
    assert waiting[-1] == 0
    assert max(waiting) <= MOST_AHEAD * per_second + 1


@pytest.mark.parametrize(("per_second", "most"), [(0.5, 4), (80, 100), (81, 102), (800, 1000), (5000, 1000)])
def test_a_death_leaves_little_more_than_a_second_of_sending_uncertain(per_second: float, most: int) -> None:
    assert most_in_flight(per_second) == most


@pytest.mark.slow
def test_two_senders_share_one_bulletin_and_one_rate(postgresql: Engine, tmp_path: Path) -> None:
    people, per_second = 240, 60.0
    with sink(0.05) as phones, ExitStack() as stack:
        settings = send_town.settings_for(phones.port, tmp_path, address(postgresql), per_second)
        order = send_town.fill(postgresql, settings, people)
        both = [
            stack.enter_context(worker(address(postgresql), phones.port, order.bulletin_id, per_second))
            for _ in range(2)
        ]
        for one in both:
            one.wait_for_go()
        told = [one.end() for one in both]
        assert [one["reason"] for one in told] == [None, None]
        taken = phones.report()
    assert (taken["taken"], taken["phones"], taken["twice"]) == (people, people, 0)
    together = [moment for one in told for moment in one["left"]]  # processes share the monotonic clock
    assert len(together) == people
    assert fullest(together) <= per_second, "as they leave: a busy machine lets them arrive closer"
    with transaction(postgresql) as session:
        assert deliveries.certificate(session, order.bulletin_id).accepted == people
        assert session.exec(select(func.count(func.distinct(Attempt.sender_id)))).one() == 2
        assert session.exec(select(Sender)).all() == [], "who ends takes its row away"
