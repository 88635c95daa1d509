"""What may go wrong between us and the provider: nobody gets two, and the certificate adds up."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import deliveries, inbound, recipients
from db.models import Attempt, BulletinStatus, DeliveryStatus, Outcome, Recipient, RecipientStatus
from flows import sender
from flows.dispatch import DispatchError, begin, close, dispatch_bulletin, wait_for_slot, words
from flows.whatsapp.errors import Action
from tests.builders import item_of, make_bulletin, make_news_item, make_recipient, make_weather_alert
from tests.comune import APPROVE, Comune
from tests.test_dispatch import approved


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "WAIT", dict.fromkeys(sender.WAIT, 0.0))
    monkeypatch.setattr(sender, "UNREACHED", 0.0)


def fault(comune: Comune, **order: Any) -> None:
    comune.ask("POST", "/_prova/guasti", order)


def counts(comune: Comune) -> list[int]:
    return sorted(len(texts) for texts in comune.received().values())


def reasons(comune: Comune, number: int) -> Counter[tuple[str, str | None]]:
    return Counter((row.status.value, row.reason) for row in comune.deliveries(number))


@pytest.mark.parametrize("code", [131026, 131049, 130472, 99999])
def test_a_number_that_cannot_be_reached_fails_alone(comune: Comune, code: int) -> None:
    comune.subscribe()
    number = approved(comune)
    fault(comune, next=code)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, certificate.failed, reason) == (4, 1, None)
    assert certificate.adds_up
    assert reasons(comune, number) == {("accepted", None): 4, ("failed", str(code)): 1}
    assert counts(comune) == [0, 1, 1, 1, 1]
    assert comune.bulletin(number).status == BulletinStatus.sent


def test_who_stopped_our_messages_at_the_provider_is_unsubscribed(comune: Comune) -> None:
    comune.subscribe()
    fault(comune, next=131050)
    dispatch_bulletin(comune.settings, comune.engine, approved(comune), now=comune.now)
    with comune.look() as session:
        states = Counter(row.status for row in session.exec(select(Recipient)))
    assert states == {RecipientStatus.active: 4, RecipientStatus.opted_out: 1}


@pytest.mark.parametrize("code", [131000, 130429, 131056, 4])
def test_a_passing_trouble_is_tried_again_for_the_same_person(comune: Comune, code: int) -> None:
    comune.subscribe()
    number = approved(comune)
    fault(comune, next=code, times=2)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, reason) == (5, None)
    assert counts(comune) == [1] * 5


def test_a_trouble_that_does_not_pass_ends_after_three_tries(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    fault(comune, next=131000, times=100)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.failed, certificate.adds_up, reason) == (5, True, None)
    with comune.look() as session:
        assert len(session.exec(select(Attempt)).all()) == 5 * sender.TRIES
    assert counts(comune) == [0] * 5


@pytest.mark.parametrize("accident", ["garbage_200", "http_500"])
def test_an_answer_that_tells_nothing_is_uncertain_and_never_sent_again(
    comuni: Comune, accident: str
) -> None:
    comuni.subscribe()
    number = approved(comuni)
    fault(comuni, next=accident, times=2)
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert reason is None
    assert words(certificate) == "Previsti 5 = accettati 3 + falliti 0 + saltati 0 + incerti 2"
    assert certificate.adds_up
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert counts(comuni) == ([1] * 5 if accident == "garbage_200" else [0, 0, 1, 1, 1])
    with comuni.look() as session:
        outcomes = Counter(attempt.outcome for attempt in session.exec(select(Attempt)))
    assert outcomes == {Outcome.accepted: 3, Outcome.uncertain: 2}


def test_an_expired_token_stops_the_bulletin_and_a_resume_sends_only_the_rest(
    comuni: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "CHUNK", 2)
    comuni.subscribe()
    number = approved(comuni)
    fault(comuni, next=190)
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert reason == "chiave d'accesso scaduta o senza permessi (codice 190)."
    assert (certificate.accepted, certificate.failed, certificate.open) == (1, 0, 4)
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    assert counts(comuni) == [0, 0, 0, 0, 1]
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert (certificate.accepted, certificate.adds_up, reason) == (5, True, None)
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert counts(comuni) == [1] * 5


def test_when_the_api_is_not_reached_nobody_is_failed_and_the_bulletin_waits(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    api = f'api = "{comune.loopback.address}"'
    comune.reprofile((api, 'api = "http://127.0.0.1:9"'))
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert reason == "20 invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."
    assert (certificate.open, certificate.failed) == (5, 0)
    assert comune.bulletin(number).status == BulletinStatus.stopped
    comune.reprofile()
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert certificate.accepted == 5
    assert counts(comune) == [1] * 5


def test_a_sender_that_died_leaves_uncertain_what_it_had_begun_and_the_rest_is_sent(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    then = comuni.now
    order = begin(comuni.settings, comuni.engine, number, now=then)
    with comuni.look() as session:  # two POSTs begun, one claim without a POST, two not taken
        first, second, _third = deliveries.claim(session, number, limit=3, now=then)
        deliveries.begin(session, first, now=then)
        deliveries.begin(session, second, now=then)
    assert order.bulletin_id == number
    later = then + sender.DEAD_AFTER
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=later)
    assert reason is None
    assert words(certificate) == "Previsti 5 = accettati 3 + falliti 0 + saltati 0 + incerti 2"
    assert counts(comuni) == [0, 0, 1, 1, 1]
    assert reasons(comuni, number) == {("accepted", None): 3, ("uncertain", "sender_died"): 2}
    assert comuni.bulletin(number).status == BulletinStatus.sent


def test_what_a_living_sender_holds_is_left_to_it(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    order = begin(comune.settings, comune.engine, number, now=comune.now)
    mine, _ = sender.claim(comune.engine, comune.settings.vault(), order, comune.now)
    soon = comune.now + timedelta(minutes=2)
    with pytest.raises(DispatchError, match="è già in invio"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=soon)
    assert len(mine) == 5
    assert comune.bulletin(number).status == BulletinStatus.sending
    assert counts(comune) == [0] * 5


def test_a_person_can_stop_a_send_and_resume_it(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "CHUNK", 2)
    comune.subscribe()
    number = approved(comune)
    order = begin(comune.settings, comune.engine, number, now=comune.now)

    def stop() -> None:
        comune.move(number, BulletinStatus.stopped)

    reason = asyncio.run(sender.drain(comune.settings, comune.engine, order, stop))
    assert reason == "lo ha fermato una persona."
    certificate = close(comune.engine, number, reason, now=comune.now)
    assert (certificate.accepted, certificate.open) == (2, 3)
    assert comune.bulletin(number).status == BulletinStatus.stopped
    late = comune.now + timedelta(hours=3)
    with pytest.raises(DispatchError, match="È tardi"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=late)
    dispatch_bulletin(comune.settings, comune.engine, number, late_by="Anna Redazione", now=late)
    assert counts(comune) == [1] * 5


def test_who_leaves_between_the_plan_and_the_send_is_skipped(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    begin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        for recipient in session.exec(select(Recipient).limit(2)):
            recipient.status = RecipientStatus.opted_out
    later = comune.now + sender.DEAD_AFTER
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=later)
    assert words(certificate) == "Previsti 5 = accettati 3 + falliti 0 + saltati 2 + incerti 0"
    assert reasons(comune, number)[("skipped", "opted_out")] == 2


def test_a_number_that_no_phone_has_fails_as_a_code_and_costs_nobody_else(comune: Comune) -> None:
    comune.subscribe()
    with comune.look() as session:
        make_recipient(session, comune.settings.vault(), phone="+3912")
    number = approved(comune)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, certificate.failed, reason) == (5, 1, None)
    assert reasons(comune, number)[("failed", "invalid_address")] == 1


def test_every_action_that_resends_has_its_wait() -> None:
    assert set(sender.WAIT) == {Action.RETRY, Action.BACK_OFF, Action.RETRY_LATER, Action.PAUSE_ALL}


def test_the_pace_is_that_of_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))

    monkeypatch.setattr("flows.sender.time.monotonic", lambda: 100.0)  # no time passes by itself
    monkeypatch.setattr("flows.sender.asyncio.sleep", sleep)
    pace = sender.Pace(per_second=40)

    async def take() -> None:
        for _ in range(4):
            await pace.turn()

    asyncio.run(take())
    assert slept == [0.0, 0.025, 0.05, 0.075]


def test_deliveries_are_queued_once_however_often_a_dispatch_begins(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    for times in range(3):
        begin(comune.settings, comune.engine, number, now=comune.now + times * sender.DEAD_AFTER)
    assert Counter(row.status for row in comune.deliveries(number)) == {DeliveryStatus.queued: 5}


@pytest.mark.parametrize("code", [134100, 99999], ids=["the other endpoint", "a code nobody knows"])
def test_a_refusal_that_meets_everybody_stops_the_send_and_burns_nobody(comune: Comune, code: int) -> None:
    comune.subscribe()
    comune.ask("POST", "/_prova/guasti", {"next": code, "times": 5})
    number = approved(comune)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.open, certificate.failed) == (5, 0)
    assert reason is not None
    assert str(code) in reason
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert counts(comune) == [1] * 5


def test_an_alert_that_ended_meanwhile_is_not_sent(comune: Comune) -> None:
    with comune.look() as session:
        alert = make_weather_alert(session, day=comune.now.date())
        item = replace(item_of(make_news_item(session)), news_item_id=None, weather_alert_id=alert.id)
        number = make_bulletin(session, [item], status=BulletinStatus.in_review).id
    late = alert.expires - timedelta(minutes=1)
    comune.answer(number, APPROVE, now=late)
    with pytest.raises(DispatchError, match="un'allerta che è già finita"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=alert.expires)


def test_a_run_that_starts_early_waits_for_its_slot() -> None:
    """Prefect starts a run up to half a second before its time."""
    slept: list[float] = []
    wait_for_slot(datetime.now(UTC) + timedelta(seconds=0.4), slept.append)
    wait_for_slot(datetime.now(UTC) - timedelta(hours=1), slept.append)
    wait_for_slot(datetime.now(UTC) + timedelta(hours=1), slept.append)
    assert len(slept) == 1
    assert 0.3 < slept[0] < 0.5


def test_whose_word_is_not_handled_yet_is_not_written_to(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a DISATTIVA."""
    monkeypatch.setattr(sender, "PATIENCE", 1)
    comune.subscribe()
    number = approved(comune)
    with comune.look() as session:
        writer = session.exec(select(Recipient).limit(1)).one()
        vault = comune.settings.vault()
        phone = recipients.open_address(vault, writer).phone
        inbound.keep(session, vault, key="x", sender=phone, payload="{}", now=comune.now)
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert words(certificate) == "Previsti 5 = accettati 4 + falliti 0 + saltati 1 + incerti 0"
    assert reasons(comune, number)[("skipped", "unread_message")] == 1
