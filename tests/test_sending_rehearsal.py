"""The short form of `tests.bench.rehearsal`: a hostile provider, bad webhooks, an account that is true."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.whatsapp.client import PostOutcome, WhatsAppClient
from tests.bench import send_town
from tests.bench.rehearsal import rehearse_here
from tests.bench.send_faults import KINDS, OFTEN, Chance, Fate
from tests.world import outbox


@pytest.fixture(autouse=True)
def _town(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    outbox.never_wait(monkeypatch)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.slow
@pytest.mark.parametrize("people", [60, pytest.param(240, marks=pytest.mark.rehearsal)])
def test_whatever_the_provider_does_the_account_is_what_the_phones_say(
    engine: Engine, tmp_path: Path, people: int
) -> None:
    verdict = rehearse_here(address(engine), tmp_path, people=people, seed=3)
    assert verdict.is_good, str(verdict)
    assert verdict.stops >= 1
    assert verdict.certificate.uncertain > 0, "some were cut before the provider took them"
    assert verdict.certificate.accepted > people * OFTEN / 100 * 0.8


@pytest.mark.slow
def test_a_sender_that_repeats_what_may_have_left_is_found_out(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = WhatsAppClient.send

    async def bold(client: WhatsAppClient, *of: Any) -> PostOutcome:
        found = await send(client, *of)
        return replace(found, kind="not_sent") if found.kind == "uncertain" else found

    monkeypatch.setattr(WhatsAppClient, "send", bold)
    verdict = rehearse_here(address(sqlite), tmp_path, people=120, seed=3)
    assert verdict.twice > 0
    assert not verdict.is_good


def test_every_fate_comes_and_a_seed_tells_the_same_ones() -> None:
    def fates(seed: int) -> list[Fate]:
        chance = Chance(seed, stop_at=50)
        return [chance.fate(b"good") for _ in range(2000)]

    assert fates(1) == fates(1) != fates(2)
    kinds = {(one.taken, one.answer, one.later > 0, one.fails is None) for one in fates(1)}
    assert len(kinds) >= len(KINDS), "each kind, the good one and the stop"
