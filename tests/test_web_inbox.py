"""The turns of the inbox: words first, what came early a part at a turn, and rest where nothing waits."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from flows.web.ground.context import Web
from flows.web.inbound import inbox
from tests.world.web_site import Site

Planned = int | Exception


class Turns:
    """Each part of the loop notes its turn and answers as planned, then 0; it ends at its last rest."""

    def __init__(self, web: Web, monkeypatch: pytest.MonkeyPatch, rests: int) -> None:
        self.web, self.left, self.now = web, rests, 100.0
        self.calls: list[tuple[Any, ...]] = []
        self.passed = 0.0  # seconds that each rest takes
        self.planned: dict[str, list[Planned]] = {}
        for name in ("messages", "statuses", "retry", "early"):
            monkeypatch.setattr(inbox, name, self._part(name))
        monkeypatch.setattr(inbox, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(inbox, "woken", self._rest)

    def _part(self, name: str) -> Callable[..., int]:
        def part(web: Web, *more: Any) -> int:
            assert web is self.web
            queued = self.web.queued.is_set()
            self.web.queued.clear()
            self.calls.append((name, *([] if name == "retry" else more), *(["queued"] if queued else [])))
            answers = self.planned.get(name, [])
            answer = answers.pop(0) if answers else 0
            if isinstance(answer, Exception):
                raise answer
            return answer

        return part

    async def _rest(self, event: asyncio.Event, seconds: float) -> None:
        assert event is self.web.stored
        self.calls.append(("rest", seconds))
        self.now += self.passed
        self.left -= 1
        if not self.left:
            self.web.stopping.set()

    def run(self, **planned: list[Planned]) -> list[tuple[Any, ...]]:
        self.planned = planned
        asyncio.run(inbox.run(self.web))
        return self.calls


@pytest.fixture
def turns(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Turns]:
    return lambda rests: Turns(site.web, monkeypatch, rests)


REST = ("rest", inbox.LOOK_EVERY)


def test_it_goes_on_while_anything_waits_and_calls_who_answers(turns: Callable[[int], Turns]) -> None:
    assert turns(1).run(messages=[2, 0, 0], statuses=[0, 5]) == [
        *[("messages",), ("statuses", "queued"), ("messages",), ("statuses",), ("messages",), ("statuses",)],
        *[("retry",), ("early", 0), REST],
    ]


@pytest.mark.parametrize(("handled", "call"), [(0, ("early", 0)), (1, ("early", 0, "queued"))])
def test_a_word_that_is_handled_at_another_try_is_answered(
    turns: Callable[[int], Turns], handled: int, call: tuple[Any, ...]
) -> None:
    assert turns(1).run(retry=[handled])[-2:] == [call, REST]


def test_what_came_early_is_gone_through_without_rest_and_words_come_between(
    turns: Callable[[int], Turns],
) -> None:
    assert turns(1).run(early=[500, 1000], messages=[0, 1]) == [
        *[("messages",), ("statuses",), ("retry",), ("early", 0)],
        *[("messages",), ("statuses", "queued"), ("messages",), ("statuses",), ("retry",), ("early", 500)],
        *[("messages",), ("statuses",), ("retry",), ("early", 1000), REST],
    ]


@pytest.mark.parametrize(("passed", "looks"), [(0.0, 1), (0.9, 1), (1.0, 2), (5.0, 2)])
def test_it_is_looked_at_once_a_second(turns: Callable[[int], Turns], passed: float, looks: int) -> None:
    found = turns(2)
    found.passed = passed
    calls = found.run()
    assert calls.count(("early", 0)) == looks
    assert calls.count(("retry",)) == calls.count(REST) == 2


def test_a_database_that_does_not_answer_is_waited_for_from_the_first_one_on(
    turns: Callable[[int], Turns], caplog: pytest.LogCaptureFixture
) -> None:
    found = turns(2)
    found.passed = inbox.LOOK_EVERY
    locked = OperationalError("SELECT", {}, Exception("locked"))
    calls = found.run(early=[500, locked])
    assert [call for call in calls if call[0] in ("early", "rest")] == [
        *[("early", 0), ("early", 500), REST],
        *[("early", 0), REST],
    ]
    assert "inbox: the database does not answer (OperationalError)" in caplog.text
