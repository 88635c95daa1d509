"""A send that gives way to other Comuni's, and goes on in a next run: nobody twice, nobody forgotten."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, deliveries, mail_outbox, senders
from db.deliveries import Certificate
from db.engine import reading, transaction
from db.models import Attempt, BulletinKind, BulletinStatus, Outcome, Sender
from flows import dispatch
from flows.dispatch import begin, dispatch_bulletin
from flows.letters import sends
from flows.newsroom.bulletins import leaving
from flows.runs import choices, client, pages, waits
from flows.sending import conductor, judge
from flows.sending.drain import BY_A_PERSON, GIVES_WAY, drain
from flows.sending.ending import IN_TURN, REST, after_all
from flows.sending.outbox import Outbox
from flows.settings import Settings
from tests.bench import send_town
from tests.bench.send_sink import sink
from tests.test_dispatch import approved
from tests.test_review_acts import QUEUED, sent
from tests.test_review_acts_told import letters as told_of
from tests.test_runs_refused import Runs, run
from tests.world import outbox
from tests.world.comune import Comune

__all__ = ["run"]  # a fixture


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(conductor, "GIVES_WAY_AFTER", 0.2)
    monkeypatch.setattr(conductor, "LEAST_REST", 0)


def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two messages at a time, and after each it may give way."""
    outbox.two_at_a_time(monkeypatch)
    monkeypatch.setattr(conductor, "GIVES_WAY_AFTER", 0.0)


@pytest.mark.slow
def test_who_gives_way_leaves_nothing_uncertain_and_the_next_run_reaches_the_others_once(
    engine: Engine, tmp_path: Path
) -> None:
    people, asked = 90, 0
    with sink(0.05) as phones:
        address = engine.url.render_as_string(hide_password=False)
        settings = send_town.settings_for(phones.port, tmp_path, address, 30.0)
        order = send_town.fill(engine, settings, people)

        def gives_way() -> bool:
            nonlocal asked
            asked += 1
            return asked > 1  # first nobody waits

        assert asyncio.run(drain(settings, engine, order, gives_way=gives_way)) == GIVES_WAY
        with transaction(engine) as session:
            outcomes = session.exec(select(Attempt.outcome)).all()
            assert {*outcomes} <= {Outcome.accepted, Outcome.not_sent}, "what was claimed last was given back"
            assert 0 < outcomes.count(Outcome.accepted) < people
            assert session.exec(select(Sender)).all() == []
        assert asyncio.run(drain(settings, engine, order)) is None
        taken = phones.report()
    assert (taken["taken"], taken["phones"], taken["twice"]) == (people, people, 0)


def test_a_send_in_turns_is_one_send_for_the_editors(comuni: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    step_by_step(monkeypatch)
    numbers = comuni.subscribe()
    number = approved(comuni)
    so_far, reason = dispatch_bulletin(
        comuni.settings, comuni.engine, number, gives_way=lambda: True, now=comuni.now
    )
    assert reason == GIVES_WAY
    assert 0 < so_far.accepted < len(numbers)
    assert (so_far.uncertain, so_far.accepted + so_far.open) == (0, len(numbers))
    bulletin = comuni.bulletin(number)
    assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.sending, IN_TURN)
    assert posted(comuni, number) == []

    whole, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert (reason, whole.accepted) == (None, len(numbers))
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert {phone: len(texts) for phone, texts in comuni.received().items()} == dict.fromkeys(numbers, 1)
    assert set(posted(comuni, number)) == {"esito"}


def posted(comune: Comune, number: int, now: datetime | None = None) -> list[str]:
    """The kinds of letters of the send by now."""
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        sends.of_send(comune.settings, session, bulletin, now=now or datetime.now(UTC))
        kinds = ["invio_ripreso", "invio_fermato", "esito", "a_parti"]
        return [letter.kind for letter in mail_outbox.of_bulletin(session, number, kinds)]


def test_that_the_rest_was_begun_is_no_news_and_that_it_was_resumed_is(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    step_by_step(monkeypatch)
    comune.subscribe()
    number = approved(comune)
    dispatch_bulletin(comune.settings, comune.engine, number, gives_way=lambda: True, now=comune.now)
    later = comune.now + timedelta(seconds=1)
    for told in ([], ["invio_ripreso"]):
        begin(comune.settings, comune.engine, number, now=later)
        with comune.look() as session:
            senders.end(session, list(senders.living(session, now=later)))  # its process dies
        assert sorted(set(posted(comune, number, later))) == told


@pytest.mark.parametrize("why", ["an alert", "few are left", "the provider answers badly", "a part"])
def test_what_gives_way_to_nobody(comune: Comune, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    step_by_step(monkeypatch)
    comune.subscribe()
    number = approved(comune)
    order = begin(comune.settings, comune.engine, number, now=comune.now)
    if why == "an alert":
        order = replace(order, kind=BulletinKind.urgent)
    elif why == "a part":
        order = replace(order, room=1000)
    elif why == "few are left":
        monkeypatch.setattr(conductor, "LEAST_REST", 2)  # twice the window of two
    else:
        monkeypatch.setattr(judge.Judge, "holds_back", property(lambda _: True))
        monkeypatch.setattr(Outbox, "close", lambda *_: None)
    end = asyncio.run(drain(comune.settings, comune.engine, order, gives_way=lambda: True))
    assert end is None
    assert len(comune.received()) == 5


def test_editors_read_that_a_rest_is_held_and_who_has_it_already(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    step_by_step(monkeypatch)
    comune.subscribe()
    number = approved(comune)
    with comune.look() as session:
        sends.withheld(comune.settings, session, number, ["Numero: rosso."], now=comune.now)
    so_far, _ = dispatch_bulletin(
        comune.settings, comune.engine, number, gives_way=lambda: True, now=comune.now
    )
    with comune.look() as session:
        line = leaving(comune.settings, session, comune.now)[0].state
        sends.withheld(comune.settings, session, number, ["Quota: piena."], now=comune.now)
        told = {
            letter.subject: letter.text
            for letter in mail_outbox.of_bulletin(session, number, ["invio_trattenuto"])
        }
    assert line == f"in invio: {so_far.accepted} di 5, il resto dopo i primi messaggi degli altri Comuni"
    before, after = (
        next(text for subject, text in told.items() if words in subject)
        for words in ("NON PARTE: ", "NON PARTE IL RESTO: ")
    )
    assert "Agli iscritti non è arrivato niente. Riproviamo" in before
    assert f"È già partito per {so_far.accepted} di 5 iscritti: gli altri aspettano. Riproviamo" in after


def test_whoever_stops_it_meanwhile_has_the_last_word(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    step_by_step(monkeypatch)
    comune.subscribe()
    number = approved(comune)

    def stopped_meanwhile() -> bool:
        if comune.bulletin(number).status == BulletinStatus.sending:
            comune.move(number, BulletinStatus.stopped)
        return True

    so_far, _ = dispatch_bulletin(
        comune.settings, comune.engine, number, gives_way=stopped_meanwhile, now=comune.now
    )
    assert so_far.open > 0
    assert comune.bulletin(number).status == BulletinStatus.stopped
    assert after_all(comune.engine, number) == BY_A_PERSON


def test_where_the_last_message_has_left_there_is_nothing_to_give_way_with(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All were claimed before the word came."""

    async def all_sent(*given: Any) -> str | None:
        assert await drain(*given[:-1]) is None
        return GIVES_WAY

    comune.subscribe()
    number = approved(comune)
    monkeypatch.setattr(dispatch, "drain", all_sent)
    whole, reason = dispatch_bulletin(
        comune.settings, comune.engine, number, gives_way=lambda: True, now=comune.now
    )
    assert (reason, whole.adds_up) == (GIVES_WAY, True)
    assert comune.bulletin(number).status == BulletinStatus.sent
    assert after_all(comune.engine, number) is None


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ((GIVES_WAY, "token"), "token"),
        (("token", GIVES_WAY), "token"),
        ((GIVES_WAY, None), GIVES_WAY),
        ((None, GIVES_WAY), GIVES_WAY),
        (("token", BY_A_PERSON), "token"),
    ],
)
def test_a_stop_is_heard_whatever_was_said_before(words: tuple[str | None, ...], held: str) -> None:
    """The provider's comes with an answer to what was on its way."""
    sender = object.__new__(conductor.Conductor)
    sender._reason = None
    for word in words:
        sender._end_early(word)
    assert sender._reason == held


@pytest.mark.parametrize("is_left", [True, False])
def test_a_slot_whose_send_gave_way_is_done_so_far(
    run: Runs, asking: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, is_left: bool
) -> None:
    """And red where somebody has stopped it meanwhile."""
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sending if is_left else BulletinStatus.stopped)
    with reading(sqlite) as session:
        so_far = deliveries.certificate(session, number)
    begun: list[int] = []

    def rest(_settings: Settings, _engine: Engine, number: int) -> bool:
        begun.append(number)
        return is_left

    def gives_way(*_: Any, **given: Any) -> tuple[Certificate, str]:
        assert given["gives_way"] is not None
        return so_far, GIVES_WAY

    monkeypatch.setattr(dispatch, "dispatch_bulletin", gives_way)
    monkeypatch.setattr(client, "start_rest", rest)
    monkeypatch.setattr(dispatch, "due", lambda *_: [number])
    monkeypatch.setattr(waits, "wait_for_slot", lambda at: at)
    for module, name in ((choices, "refresh"), (pages, "outcome")):
        monkeypatch.setattr(module, name, lambda *_, **__: None)
    ended = dispatch.dispatch.fn()
    assert begun == [number]
    if is_left:
        assert str(ended).endswith(REST)
        assert told_of(sqlite, "invio_fermato") == {}
    else:
        assert "Invio fermato: " in str(ended)
