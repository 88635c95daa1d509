"""A template that is not ready is waited for by its own send, and by nobody else."""

import time
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from db.models import Attempt, Outcome, SendRate
from flows.dispatch import dispatch_bulletin
from flows.sending import judge
from flows.whatsapp import errors
from tests.test_dispatch import approved
from tests.world.comune import Comune


def test_a_send_that_waits_for_its_template_holds_up_nothing_else(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert and the answers of the same number do not wait for it."""
    monkeypatch.setattr(judge, "OTHER_WAY_ENDS", date(2026, 1, 1))
    waits = {131009: replace(errors.ON_MARKETING[131009], waits=(1.0, 1.0))}
    monkeypatch.setattr(errors, "ON_MARKETING", waits)
    comune.subscribe()
    number = approved(comune)
    comune.ask("POST", "/_prova/guasti", {"next": 131009})
    began = time.monotonic()
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    ended = time.monotonic()
    assert (certificate.accepted, reason) == (5, None)
    assert [len(texts) for texts in comune.received().values()] == [1] * 5
    with comune.look() as session:
        assert session.exec(select(SendRate.paused_until)).one() == 0.0, "the number is not paused"
        posts = session.exec(select(Attempt)).all()
    assert Counter(one.code for one in posts if one.outcome == Outcome.not_sent)["131009"] == 1
    assert len(posts) <= 10, "what would only grow old meanwhile is not claimed"
    # not by `started_at`: that is the claim, which can fall between an answer's transaction and its wait
    assert ended - began >= 1.0
