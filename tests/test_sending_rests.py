"""A sender that hears no clear word rests for as long as it is told, and then tries with one message."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from db import deliveries
from db.engine import transaction
from flows.sending import drain as sender
from flows.sending import judge
from flows.sending.judge import LOST_IN_A_ROW
from flows.whatsapp.client import WhatsAppClient
from tests.bench import send_town
from tests.test_sending_ends import ACCEPTED, Provider, Saying

REST, PROBE = 0.4, 0.15  # seconds
LOST = Saying(error=httpx.ReadTimeout)


class Away(Provider):
    """Answers nothing until nobody has asked for most of a rest, then everything, the first one slowly."""

    def __init__(self) -> None:
        super().__init__([], LOST)
        self.asked: list[float] = []

    async def exchange(self, *given: Any) -> Any:
        self.asked.append(time.monotonic())
        is_back, was_back = self.rested(self.asked), self._last == ACCEPTED
        self._last = ACCEPTED if is_back else LOST
        self._takes = PROBE if is_back and not was_back else 0.02
        return await super().exchange(*given)

    @staticmethod
    def rested(moments: Sequence[float]) -> bool:
        return any(after - before > 0.75 * REST for before, after in pairwise(moments))


@pytest.mark.slow
def test_it_rests_and_then_one_message_tries(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_town.enter()
    monkeypatch.setattr(judge, "RESTS", (REST, 30.0))
    monkeypatch.setattr(sender, "MOST_CONNECTIONS", 1)
    address = sqlite.url.render_as_string(hide_password=False)
    settings = send_town.settings_for(9, tmp_path, address, 80.0)
    order, provider = send_town.fill(sqlite, settings, 45), Away()
    wire = WhatsAppClient("http://meta/v25.0", "1", "t", concurrency=1, wire=provider)
    monkeypatch.setattr(sender, "open_client", lambda *_, **__: wire)

    async def send() -> str | None:
        async with asyncio.timeout(20):
            return await sender.drain(settings, sqlite, order)

    assert asyncio.run(send()) is None
    lost = next(n for n in range(2, 46) if provider.rested(provider.asked[:n])) - 1
    probe, after = provider.asked[lost : lost + 2]
    assert lost >= LOST_IN_A_ROW
    assert probe - provider.asked[lost - 1] >= REST - 0.1
    assert after - probe >= PROBE, "nothing else leaves before that one has been answered"
    with transaction(sqlite) as session:
        told = deliveries.certificate(session, order.bulletin_id)
    assert (told.accepted, told.uncertain, told.open) == (45 - lost, lost, 0)
