"""What citizens write while a Comune leaves a fleet: it goes along, or WhatsApp brings it again."""

import asyncio
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from db import deliveries
from db.engine import opened, reading, transaction
from db.models import Delivery, InboundEvent
from db.recipients import Address
from flows.__main__ import main, parser
from flows.fleet import former_members
from flows.fleet.front import shared_webhook
from flows.fleet.membership import export, retirement
from flows.settings import Settings, load
from tests.test_fleet_export import alone
from tests.world.builders import NOW
from tests.world.fleet_web import NUMBERS, SHARED, Fronted, comes_true, events, lived, post, said
from tests.world.leaving import PEOPLE, Leaving, leaving, type_

pytestmark = pytest.mark.slow  # a Comune is poured out for each test

STOPS = [phone.removeprefix("+") for phone in PEOPLE["alfa"][:4]]


@pytest.fixture(params=["sqlite", "postgresql"])
def one(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Leaving]:
    monkeypatch.setattr("os.environ", {**os.environ})
    with leaving(request, tmp_path, monkeypatch, type_(capsys)) as found:
        yield found


def stop(count: int) -> dict[str, Any]:
    return said("alfa", "DISATTIVA", id=f"wamid.stop.{count}", sender=STOPS[count])


def of_beta(count: int) -> dict[str, Any]:
    return said("beta", "INFO", id=f"wamid.beta.{count}")


def heard(settings: Settings) -> set[str]:
    """Hashes of whoever a stored update is about."""
    with opened(settings.database) as engine, reading(engine) as session:
        return {row.sender_hash for row in session.exec(select(InboundEvent)) if row.sender_hash}


def hashes(*counts: int) -> set[str]:
    """Of who said it."""
    vault = load("alfa").vault()
    return {vault.hash(f"+{STOPS[count]}") for count in counts}


def test_no_word_to_leave_is_lost(
    one: Leaving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Said before, while the copy is made, in the moment that it leaves, and after."""
    monkeypatch.setattr(shared_webhook, "PATIENCE", 1.0)
    before, who = load("alfa"), [hashes(count) for count in range(4)]
    copied, go_on = threading.Event(), threading.Event()
    real = retirement._take_away

    def waits(*words: Any) -> None:
        copied.set()
        assert go_on.wait(30)
        real(*words)

    monkeypatch.setattr(retirement, "_take_away", waits)

    async def story(site: Fronted) -> None:
        assert await site.tell(post(stop(0), of_beta(0)), SHARED) == 200
        leaves = asyncio.create_task(asyncio.to_thread(one.retire))
        assert await asyncio.to_thread(copied.wait, 60)
        # what cannot be stored now waits for the database, longer than WhatsApp does, and gets it when all is
        # over: it must not be taken then
        assert await site.tell(post(stop(1), of_beta(1)), SHARED) == 503
        go_on.set()
        assert (await leaves)[0] == 0
        await comes_true(lambda: not site.front.door._late)
        assert await site.tell(post(stop(2), of_beta(2)), SHARED) == 503, "nobody here knows that number"
        assert await site.tell(post(of_beta(3)), SHARED) == 200
        await comes_true(lambda: "alfa" not in site.front.tenants)

    lived(one.here, story)
    there = alone(one.folder)
    for settings in (before, there):
        assert [who[count] <= heard(settings) for count in range(4)] == [True, False, False, False]
    assert len(events("beta")) == 4, "whose posts they were in waited for nobody"
    assert dict(stopped(there)) == {STOPS[0]: True, STOPS[1]: False, STOPS[2]: False, STOPS[3]: False}
    for phone in STOPS:
        assert phone not in caplog.text
        assert phone.removeprefix("39") not in caplog.text


def stopped(settings: Settings) -> list[tuple[str, bool]]:
    """Of each whether the ledger says that they left."""
    ledger = settings.ledger()
    with opened(settings.database) as engine, reading(engine) as session:
        return [(phone, ledger.has_left(session, Address(f"+{phone}"))) for phone in STOPS]


def test_where_it_stays_what_waited_is_taken(one: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused or late, it is brought again, and an export that failed is in nobody's way."""

    def fails(*_: object) -> None:
        raise retirement.RetirementError("the server went away")

    monkeypatch.setattr(retirement, "_take_away", fails)
    who = hashes(0)

    async def story(site: Fronted) -> None:
        assert (await asyncio.to_thread(one.retire))[0] == 2
        assert await site.tell(post(stop(0)), SHARED) == 200
        await comes_true(lambda: dict(stopped(load("alfa")))[STOPS[0]])

    lived(one.here, story)
    assert who <= heard(load("alfa"))


def test_an_answer_that_waits_is_given_by_who_takes_over(
    one: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no web app runs that could give it first."""
    monkeypatch.setattr(export, "PATIENCE", 0.0)
    before = load("alfa")
    with opened(before.database) as engine, transaction(engine) as session:
        deliveries.queue_reply(session, 1, "benvenuto", "Benvenuto.", now=NOW)
    assert one.retire()[0] == 0
    ends = {}
    for name, settings in (("here", before), ("there", alone(one.folder))):
        with opened(settings.database) as engine, reading(engine) as session:
            (answer,) = session.exec(select(Delivery))
            ends[name] = (answer.status.value, answer.reason)
    assert ends == {"here": ("skipped", "retired"), "there": ("queued", None)}


def test_the_number_is_refused_for_a_week(one: Leaving) -> None:
    assert former_members.numbers(one.here.folder, now=NOW) == frozenset()
    former_members.note(load("alfa"), now=NOW)
    soon = NOW + former_members.FOR - timedelta(seconds=1)
    assert former_members.numbers(one.here.folder, now=soon) == {NUMBERS["alfa"]}
    assert former_members.numbers(one.here.folder, now=NOW + former_members.FOR) == frozenset()


def test_a_note_that_cannot_be_read_costs_no_other(one: Leaving, caplog: pytest.LogCaptureFixture) -> None:
    former_members.note(load("alfa"), now=NOW)
    (one.here.folder / former_members.RETIRED / f"zeta{former_members.SUFFIX}").write_text(
        "{", encoding="utf-8"
    )
    assert former_members.numbers(one.here.folder, now=NOW) == {NUMBERS["alfa"]}
    assert "zeta.altrove cannot be read" in caplog.text


def test_a_verb_that_was_typed_meanwhile_says_that_it_may_be_lost(
    one: Leaving, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it wrote once the copy was made is in the old database alone: an opt-out by telephone, perhaps."""

    def typed(*_: object) -> int:
        assert one.retire()[0] == 0
        return 0

    monkeypatch.setattr("flows.__main__.parser", parser.__wrapped__)  # which keeps the verbs' functions
    monkeypatch.setattr("flows.cli.installation.codes", typed)
    assert main(["codes", "--profile", "alfa"]) == 2
    assert "alfa has left the fleet meanwhile" in capsys.readouterr().err
    monkeypatch.setattr("flows.cli.installation.codes", lambda *_: 0)
    assert main(["codes", "--profile", "beta"]) == 0


def test_a_word_to_leave_waits_for_one_that_went_alone_and_comes_back(one: Leaving) -> None:
    """Without an export, too: taken and kept by nobody, it would be lost, and that person written to."""
    before = load("alfa")

    async def story(site: Fronted) -> None:
        assert (await asyncio.to_thread(one.typed, "retire", "alfa"))[0] == 0
        assert await site.tell(post(stop(0), of_beta(0)), SHARED) == 503, "WhatsApp brings it again"
        (one.here.folder / former_members.RETIRED / "alfa.toml").rename(one.here.folder / "alfa.toml")
        await comes_true(lambda: site.front.directory.is_stale())
        assert await site.tell(post(stop(0), of_beta(0)), SHARED) == 200
        await comes_true(lambda: dict(stopped(before))[STOPS[0]])

    lived(one.here, story)


def test_who_is_back_is_heard(one: Leaving) -> None:
    former_members.note(load("alfa"), now=NOW)

    async def story(site: Fronted) -> None:
        assert await site.tell(post(stop(0)), SHARED) == 200

    lived(one.here, story)
