"""What may go wrong between us and the provider: nobody gets two, and the certificate adds up."""

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlmodel import select

from db import inbound, recipients, senders
from db.models import Attempt, BulletinStatus, DeliveryStatus, Outcome, Recipient, RecipientStatus, Sender
from flows.dispatch import begin, dispatch_bulletin
from flows.runs.waits import wait_for_slot
from flows.sending import drain, ending
from flows.sending import outbox as box
from flows.sending.certificate import words
from flows.sending.drain import DispatchError, HeldError
from flows.whatsapp.client import PostOutcome, WhatsAppClient
from flows.whatsapp.errors import TABLE, Action
from tests.test_dispatch import approved
from tests.world import outbox
from tests.world.builders import item_of, make_bulletin, make_news_item, make_recipient, make_weather_alert
from tests.world.comune import APPROVE, Comune
from tests.world.shelf import Shelf


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.never_wait(monkeypatch)


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


def test_a_trouble_that_does_not_pass_ends_after_three_more_tries(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    fault(comune, next=131000, times=100)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.failed, certificate.adds_up, reason) == (5, True, None)
    with comune.look() as session:
        assert len(session.exec(select(Attempt)).all()) == 5 * (1 + len(TABLE[131000].waits))
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
    outbox.two_at_a_time(monkeypatch)
    comuni.subscribe()
    number = approved(comuni)
    fault(comuni, next=190)
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert reason == "chiave d'accesso scaduta o senza permessi (codice 190)."
    assert (certificate.failed, certificate.accepted + certificate.open) == (0, 5)
    assert certificate.accepted <= 1, "the one that was on its way beside the refused one"
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    assert sum(counts(comuni)) == certificate.accepted
    certificate, reason = dispatch_bulletin(
        comuni.settings, comuni.engine, number, late_by="Anna Redazione", now=comuni.now
    )
    assert (certificate.accepted, certificate.adds_up, reason) == (5, True, None)
    assert comuni.bulletin(number).status == BulletinStatus.sent
    assert counts(comuni) == [1] * 5


def test_a_stop_is_kept_at_once_whatever_becomes_of_the_sender(
    comuni: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is killed while other messages are on their way must not be resumed as if nothing was."""
    comuni.subscribe()
    number = approved(comuni)
    seen: list[tuple[BulletinStatus, str]] = []

    def kept() -> bool:
        bulletin = comuni.bulletin(number)
        seen.append((bulletin.status, bulletin.status_by))
        return bulletin.status == BulletinStatus.stopped

    async def send(*_: object) -> PostOutcome:
        if not calls:
            calls.append(1)
            return PostOutcome("refused", code="131048", action=Action.STOP, http_status=429)
        for _try in range(100):  # the others' answers are long in coming
            if await asyncio.to_thread(kept):
                break
            await asyncio.sleep(0.05)
        return PostOutcome("accepted", wamid=f"wamid.{uuid4()}")

    calls: list[int] = []
    monkeypatch.setattr(WhatsAppClient, "send", send)
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert reason is not None
    assert seen[-1] == (BulletinStatus.stopped, "invio"), "before a message that was on its way ended"
    assert (certificate.accepted + certificate.open, certificate.failed) == (5, 0)
    assert comuni.bulletin(number).status_reason == reason


def test_when_the_api_is_not_reached_nobody_is_failed_and_the_bulletin_waits(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.subscribe()
    number = approved(comune)
    with monkeypatch.context() as nobody:
        nobody.setattr(drain, "open_client", lambda *_, **__: WhatsAppClient("http://127.0.0.1:9", "1", "t"))
        certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert reason == "23 invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."
    assert (certificate.open, certificate.failed) == (5, 0)
    assert comune.bulletin(number).status == BulletinStatus.stopped
    certificate, _ = dispatch_bulletin(
        comune.settings, comune.engine, number, late_by="Anna Redazione", now=comune.now
    )
    assert certificate.accepted == 5
    assert counts(comune) == [1] * 5


def test_a_sender_that_died_leaves_uncertain_what_it_had_begun_and_the_rest_is_sent(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    order = begin(comuni.settings, comuni.engine, number, now=comuni.now)
    with comuni.look() as session:  # two POSTs begun, three not taken
        outbox.begin(session, number, limit=2, sender_id=order.sender_id, now=comuni.now)
    later = comuni.now + senders.DEAD_AFTER
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=later)
    assert reason is None
    assert words(certificate) == "Previsti 5 = accettati 3 + falliti 0 + saltati 0 + incerti 2"
    assert counts(comuni) == [0, 0, 1, 1, 1]
    assert reasons(comuni, number) == {("accepted", None): 3, ("uncertain", "sender_died"): 2}
    assert comuni.bulletin(number).status == BulletinStatus.sent


def test_a_process_that_is_gone_is_not_waited_for(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    order = begin(comuni.settings, comuni.engine, number, now=comuni.now)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with comuni.look() as session:
        outbox.begin(session, number, limit=1, sender_id=order.sender_id, now=comuni.now)
        assert order.sender_id
        session.get_one(Sender, order.sender_id).pid = gone.pid
    certificate, _ = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert words(certificate) == "Previsti 5 = accettati 4 + falliti 0 + saltati 0 + incerti 1"


def test_what_a_living_sender_holds_is_left_to_it(comuni: Comune) -> None:
    """On SQLite one process sends at a time; on PostgreSQL others take what it does not hold."""
    comuni.subscribe()
    number = approved(comuni)
    order = begin(comuni.settings, comuni.engine, number, now=comuni.now)
    with comuni.look() as session:
        (mine,) = outbox.begin(session, number, sender_id=order.sender_id, now=comuni.now)
    soon = comuni.now + timedelta(seconds=10)
    if comuni.engine.dialect.name == "sqlite":
        with pytest.raises(DispatchError, match="con SQLite spedisce un processo alla volta"):
            dispatch_bulletin(comuni.settings, comuni.engine, number, now=soon)
        assert counts(comuni) == [0] * 5
    else:
        begin(comuni.settings, comuni.engine, number, now=soon)
    with comuni.look() as session:
        assert session.get_one(Attempt, mine.id).outcome == Outcome.in_flight
    assert comuni.bulletin(number).status == BulletinStatus.sending


def test_a_person_can_stop_a_send_and_resume_it(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.two_at_a_time(monkeypatch)
    comune.subscribe()
    number = approved(comune)
    order = begin(comune.settings, comune.engine, number, now=comune.now)
    pressed: list[int] = []

    def stop() -> None:
        if not pressed:
            comune.move(number, BulletinStatus.stopped)
            pressed.append(sum(counts(comune)))

    reason = asyncio.run(drain.drain(comune.settings, comune.engine, order, stop))
    assert reason == "lo ha fermato una persona."
    certificate = ending.close(comune.engine, number, reason, now=comune.now)
    assert certificate.accepted + certificate.open == 5
    assert certificate.accepted <= pressed[0] + 2, "what was held at that moment, and no more"
    assert certificate.open >= 1
    assert comune.bulletin(number).status == BulletinStatus.stopped
    late = comune.now + timedelta(hours=3)
    with pytest.raises(DispatchError, match="riprendi"):
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
    later = comune.now + senders.DEAD_AFTER
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


def test_deliveries_are_queued_once_however_often_a_dispatch_begins(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    for times in range(3):
        begin(comune.settings, comune.engine, number, now=comune.now + times * senders.DEAD_AFTER)
    assert Counter(row.status for row in comune.deliveries(number)) == {DeliveryStatus.queued: 5}


def test_a_template_whose_category_changed_takes_the_other_endpoint(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    fault(comune, next=134100)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, reason) == (5, None)
    assert counts(comune) == [1] * 5


@pytest.mark.parametrize("code", [134100, 99999], ids=["neither endpoint", "a code nobody knows"])
def test_a_refusal_that_meets_everybody_stops_the_send_and_burns_nobody(comune: Comune, code: int) -> None:
    comune.subscribe()
    fault(comune, next=code, times=100)
    number = approved(comune)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.open, certificate.failed) == (5, 0)
    assert reason is not None
    assert str(code) in reason
    comune.ask("DELETE", "/_prova/guasti")
    dispatch_bulletin(comune.settings, comune.engine, number, late_by="Anna Redazione", now=comune.now)
    assert counts(comune) == [1] * 5


def test_an_alert_that_ended_meanwhile_is_not_sent(comune: Comune) -> None:
    with comune.look() as session:
        alert = make_weather_alert(session, day=comune.now.date())
        item = replace(item_of(make_news_item(session)), news_item_id=None, weather_alert_id=alert.id)
        number = make_bulletin(session, [item], status=BulletinStatus.in_review).id
    late = alert.expires - timedelta(minutes=1)
    comune.answer(number, APPROVE, now=late)
    with pytest.raises(HeldError, match="l'allerta è già finita"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=alert.expires)
    assert comune.bulletin(number).status == BulletinStatus.in_review


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
    monkeypatch.setattr(box, "PATIENCE", timedelta(0))
    comune.subscribe()
    number = approved(comune)
    with comune.look() as session:
        writer = session.exec(select(Recipient).limit(1)).one()
        vault = comune.settings.vault()
        phone = recipients.open_address(vault, writer).phone
        came = {"x": inbound.Incoming("message", phone, "{}")}
        inbound.store(session, inbound.seal(session, vault, came, now=comune.now))
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert words(certificate) == "Previsti 5 = accettati 4 + falliti 0 + saltati 1 + incerti 0"
    assert reasons(comune, number)[("skipped", "unread_message")] == 1


def test_an_address_that_does_not_exist_stops_at_once_and_makes_nobody_uncertain(
    comune: Comune, shelf: Shelf
) -> None:
    comune.subscribe()
    number = approved(comune)
    whatsapp = comune.settings.profile.whatsapp
    missing = f"/{whatsapp.api_version}/{whatsapp.phone_number_id}/marketing_messages"
    shelf.put(missing, "<h1>Not Found</h1>", kind="text/html", status=404)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert reason == "l'indirizzo dell'API non esiste (HTTP 404): va corretto nel profilo."
    assert words(certificate).endswith("incerti 0 + ancora da inviare 5")
    assert comune.bulletin(number).status == BulletinStatus.stopped
    shelf.answers.clear()
    dispatch_bulletin(comune.settings, comune.engine, number, late_by="Anna Redazione", now=comune.now)
    assert counts(comune) == [1] * 5


@pytest.mark.parametrize("code", [134102, 131009, 134101])
def test_a_marketing_path_that_is_not_ready_loses_no_bulletin(comune: Comune, code: int) -> None:
    """Its terms are not accepted yet, or its template sleeps: the other path."""
    comune.subscribe()
    number = approved(comune)
    fault(comune, next=code)
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, reason) == (5, None)
    assert counts(comune) == [1] * 5


def test_a_send_is_alive_from_its_first_row_on(comune: Comune) -> None:
    """Pages and provider were asked for forty seconds: the first sign of life is not as old as that."""
    comune.subscribe()
    number = approved(comune)
    seconds = iter([0.0, 40.0])
    seen: list[datetime] = []

    def asked(_found: object) -> None:
        event.listen(comune.engine, "before_cursor_execute", written)

    def written(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("INSERT INTO sender") and not seen:
            seen.append(max(datetime.fromisoformat(one) for one in values if str(one).startswith("2026-")))

    dispatch_bulletin(
        comune.settings,
        comune.engine,
        number,
        now=comune.now,
        show=asked,
        clock=lambda: next(seconds),
    )
    assert seen == [(comune.now + timedelta(seconds=40)).replace(tzinfo=seen[0].tzinfo)]
