"""Messages that are no deliveries, as `single.post` was told to post them; nothing leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine

from db.rate import Priority
from flows.sending import single
from flows.settings import Settings
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.messages import OutgoingTemplate


@dataclass
class Posted:
    """Stands in for `single.post`: the messages in their order, each answered as `answers` says.

    `seen`: what `looks` saw before the answers, once a call.
    """

    answers: list[PostOutcome] = field(default_factory=list)
    looks: Callable[[], Any] = lambda: None
    messages: list[OutgoingTemplate] = field(default_factory=list)
    calls: list[tuple[Settings, Engine, Priority]] = field(default_factory=list)
    seen: list[Any] = field(default_factory=list)

    async def post(
        self,
        settings: Settings,
        engine: Engine,
        messages: Sequence[OutgoingTemplate],
        priority: Priority,
        store: Callable[[OutgoingTemplate, PostOutcome], None],
    ) -> None:
        self.calls.append((settings, engine, priority))
        self.seen.append(self.looks())
        for message in messages:
            self.messages.append(message)
            store(message, self.answers.pop(0) if self.answers else PostOutcome("accepted", wamid="w"))


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Posted:
    found = Posted()
    monkeypatch.setattr(single, "post", found.post)
    return found
