"""A person's last word wins: between plan and POST, before an answer leaves, and after an erasure."""

import asyncio
import json
import logging
import threading
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import claims, deliveries, erasure, inbound, recipients, senders
from db.claims import Result
from db.engine import transaction
from db.models import (
    Attempt,
    BulletinKind,
    BulletinStatus,
    Consent,
    Delivery,
    DeliveryStatus,
    Outcome,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.recipients import Address
from flows.dispatch import begin, dispatch_bulletin
from flows.sending import certificate, drain
from flows.sending.outbox import Outbox
from flows.settings import Settings
from flows.web.app import create_app
from flows.web.inbound import answers, forgetting
from flows.whatsapp import client
from flows.whatsapp.messages import OutgoingText
from tests.bench import send_town
from tests.test_by_hand import handed, numbers_in, shown
from tests.test_dispatch import approved
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.comune import Comune
from tests.world.web_site import PHONE, Site, messages, status, statuses, wrote


def alerts_only(comune: Comune, phone: str) -> None:
    vault = comune.settings.vault()
    with comune.look() as session:
        recipients.opt_in(session, vault, Address(phone), scope=Scope.alerts, now=comune.now)


def test_who_asks_for_alerts_only_after_the_plan_gets_no_news(comuni: Comune) -> None:
    first, *_ = comuni.subscribe()
    number = approved(comuni)
    begin(comuni.settings, comuni.engine, number, now=comuni.now)
    alerts_only(comuni, first)
    later = comuni.now + senders.DEAD_AFTER
    found, _ = dispatch_bulletin(comuni.settings, comuni.engine, number, now=later)
    assert (found.accepted, found.skipped) == (4, 1)
    assert comuni.received()[first] == []
    with comuni.look() as session:
        told = [*certificate.printed(certificate.draw_up(comuni.settings, session, number), at=comuni.now)]
    assert any("la persona ha chiesto solo le allerte prima dell'invio" in line for line in told)


@pytest.mark.parametrize("is_handled", [True, False])
def test_whose_word_waits_holds_up_nobody_and_is_left_out_after_thirty_seconds(
    sqlite: Engine, settings: Settings, now: datetime, is_handled: bool
) -> None:
    """Handled in time, it was no DISATTIVA: the message leaves after all."""
    clock, vault, phone = [now], settings.vault(), "+393331000001"
    with transaction(sqlite) as session:
        bulletin_id = make_bulletin(session, [], status=BulletinStatus.sending).id
        writer = make_recipient(session, vault, phone=phone)
        silent = make_recipient(session, vault)
        outbox.plan(session, bulletin_id, [writer, silent], now=now)
        came = {"x": inbound.Incoming("message", phone, "{}")}
        inbound.store(session, inbound.seal(session, vault, came, now=now))
        (word,) = inbound.waiting(session, statuses=False, limit=9)
        writer_id, silent_id = writer.id, silent.id
    write = partial(drain.addressed, send_town.order(bulletin_id))
    box = Outbox(sqlite, settings.ledger(), bulletin_id, write, sender_id=None, clock=lambda: clock[0])
    box.begin()

    def claimed(after: float) -> list[int] | None:
        clock[0] = now + timedelta(seconds=after)
        found = box.claim(9, "MARKETING")
        return None if found is None else [one.recipient_id for one in found]

    assert claimed(0) == [silent_id]
    assert claimed(0.9) is None, "it is looked at again after a second"
    assert claimed(1) == []
    assert claimed(30) == []
    if is_handled:
        with transaction(sqlite) as session:
            inbound.handled(session, [word.id], now=clock[0])
    assert claimed(31) == ([writer_id] if is_handled else [])
    with transaction(sqlite) as session:
        delivery = session.exec(select(Delivery).where(Delivery.recipient_id == writer_id)).one()
        told = (delivery.status, delivery.reason)
    assert told == (("claimed", None) if is_handled else ("skipped", "unread_message"))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (BulletinKind.ordinary, "alerts_only"),
        (BulletinKind.urgent, None),
        (BulletinKind.correction, None),
        (BulletinKind.all_clear, None),
    ],
)
def test_alerts_only_turns_news_away_and_nothing_else(kind: BulletinKind, reason: str | None) -> None:
    assert recipients.turned_away(kind, is_active=True, scope=Scope.alerts) == reason
    assert recipients.turned_away(kind, is_active=True, scope=Scope.everything) is None
    assert recipients.turned_away(kind, is_active=False, scope=Scope.alerts) == "opted_out"


def test_who_asks_for_alerts_only_is_off_the_list_that_was_not_sent_yet(comuni: Comune) -> None:
    first, *others = comuni.subscribe()
    number = handed(comuni)
    shown(comuni, number)
    alerts_only(comuni, first)
    assert shown(comuni, number).open == {1: 4}
    assert numbers_in(comuni, number, "lista-1-di-1.csv") == others
    with comuni.look() as session:
        query = select(Delivery.reason).where(Delivery.status == DeliveryStatus.skipped)
        assert session.exec(query).all() == ["alerts_only"]


@pytest.fixture
def subscriber(site: Site, now: datetime) -> int:
    """PHONE, subscribed three days ago; the row's id."""
    with site.look() as session:
        who = make_recipient(session, site.web.vault, phone=f"+{PHONE}", now=now)
        before = now - timedelta(days=3)
        site.web.ledger.record(session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=before)
        return who.id


def test_a_stopped_bulletin_holds_up_no_cancellami(site: Site, now: datetime, subscriber: int) -> None:
    with site.look() as session:
        bulletin = make_bulletin(session, status=BulletinStatus.stopped, now=now)
        outbox.plan(session, bulletin.id, [session.get_one(Recipient, subscriber)], now=now)
    site.tell(messages(wrote("CANCELLAMI", now)))
    site.send()
    assert forgetting.forget(site.web) == 1
    with site.look() as session:
        (planned,) = session.exec(select(Delivery).where(Delivery.bulletin_id == bulletin.id))
        assert (planned.status, planned.reason) == (DeliveryStatus.skipped, "opted_out")
        assert session.get_one(Recipient, subscriber).phone_sealed is None


def test_a_message_that_is_on_its_way_holds_cancellami_up(site: Site, now: datetime, subscriber: int) -> None:
    with site.look() as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending, now=now)
        outbox.plan(session, bulletin.id, [session.get_one(Recipient, subscriber)], now=now)
        (attempt,) = outbox.begin(session, bulletin.id, now=now)
    site.tell(messages(wrote("CANCELLAMI", now)))
    site.send()
    assert forgetting.forget(site.web) == 0
    with site.look() as session:
        outbox.finish(session, site.web.vault, attempt.id, Outcome.accepted, wamid="w", now=now)
    assert forgetting.forget(site.web) == 1


def test_an_erasure_waits_for_a_claim_that_is_being_made(
    settings: Settings, postgresql: Engine, now: datetime
) -> None:
    """On PostgreSQL, where two write at a time: what a sender holds is not moved away under it."""
    engine = postgresql
    with transaction(engine) as session:
        who = make_recipient(session, settings.vault(), phone=f"+{PHONE}")
        bulletin = make_bulletin(session, status=BulletinStatus.sending, now=now)
        outbox.plan(session, bulletin.id, [who], now=now)

    def erase() -> None:
        with transaction(engine) as session:
            row = session.get_one(Recipient, who.id)
            recipients.opt_out(session, row, now=now)
            erasure.erase(session, row, now=now)

    eraser = threading.Thread(target=erase)
    with transaction(engine) as session:
        (attempt,) = outbox.begin(session, bulletin.id, now=now)
        eraser.start()
        eraser.join(0.3)
        assert eraser.is_alive()
    eraser.join(10)
    with transaction(engine) as session:
        assert outbox.delivery_of(session, attempt).status == DeliveryStatus.claimed
        outbox.finish(session, settings.vault(), attempt.id, Outcome.accepted, wamid="w", now=now)
        assert outbox.delivery_of(session, attempt).status == DeliveryStatus.accepted


def test_a_goodbye_whose_receipt_comes_before_its_answer(site: Site, now: datetime, subscriber: int) -> None:
    """The attempt is erased with the person while its POST still waits."""
    site.tell(messages(wrote("CANCELLAMI", now)))
    erased: list[int] = []

    def slow(request: httpx.Request) -> httpx.Response:
        opaque = json.loads(request.content)["biz_opaque_callback_data"]

        def elsewhere() -> None:
            site.tell(statuses(status("sent", now, id="wamid.x", biz_opaque_callback_data=opaque)))
            erased.append(forgetting.forget(site.web))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return httpx.Response(200, json={"messages": [{"id": "wamid.x"}]})

    site.answer = slow
    site.send()
    assert erased == [1]
    with site.look() as session:
        assert session.exec(select(Attempt)).all() == []


def test_what_came_of_others_is_stored_beside_an_attempt_that_is_gone(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    vault = settings.vault()
    with transaction(engine) as session:
        bulletin = make_bulletin(session, now=now)
        outbox.plan(session, bulletin.id, [make_recipient(session, vault) for _ in range(2)], now=now)
        gone, there = outbox.begin(session, bulletin.id, limit=2, now=now)
        lost = gone.id
        session.delete(gone)
        session.flush()
        results = [Result(one, Outcome.accepted, wamid=f"w{one}") for one in (lost, there.id)]
        claims.settle(session, vault, results, now=now)
        session.expire_all()
        assert outbox.delivery_of(session, there).status == DeliveryStatus.accepted


def test_one_answer_that_cannot_be_stored_takes_no_other_with_it(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(4):
        site.tell(messages(wrote("Quando passate?", now, id=f"q{number}", sender=f"39333000111{number}")))
    store = answers.finish
    seen: list[object] = []

    def finish(*args: Any) -> None:
        seen.append(args)
        if len(seen) == 2:
            raise LookupError("+393330001111")
        store(*args)

    monkeypatch.setattr(answers, "finish", finish)
    with caplog.at_level(logging.ERROR):
        site.send()
        site.send()
    assert sorted(end for _, end in site.replies()) == ["accepted", "accepted", "accepted", "claimed"]
    assert len(site.posted) == 4
    assert "LookupError" in caplog.text
    assert "3933300011" not in caplog.text
    answers.abandon(site.web)
    assert sorted(end for _, end in site.replies())[-1] == "uncertain"


def test_one_person_that_cannot_be_erased_holds_up_no_other(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    phones = [f"39333000222{number}" for number in range(3)]
    for number, phone in enumerate(phones):
        site.tell(messages(wrote("ATTIVA", now - timedelta(hours=1), id=f"a{number}", sender=phone)))
        site.tell(messages(wrote("CANCELLAMI", now, id=f"c{number}", sender=phone)))
    while any(end == DeliveryStatus.queued for _, end in site.replies()):
        site.send()
    work = erasure.erase

    def erase(session: Session, row: Recipient, *, now: datetime) -> None:
        if row.phone_hash == site.web.vault.hash(f"+{phones[0]}"):
            raise ValueError("a defect")
        work(session, row, now=now)

    monkeypatch.setattr(erasure, "erase", erase)
    assert forgetting.forget(site.web) == 2
    assert "ValueError" in caplog.text
    monkeypatch.setattr(erasure, "erase", work)
    assert forgetting.forget(site.web) == 1


def bodies(site: Site) -> list[str]:
    return [post["text"]["body"].partition("\n")[0] for post in site.posted]


def test_the_welcome_of_who_has_left_meanwhile_is_not_said(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now - timedelta(seconds=9), id="a")))
    site.tell(messages(wrote("DISATTIVA", now, id="b")))
    for _ in range(3):
        site.send()
    (said,) = bodies(site)
    assert "*Iscrizione disattivata.*" in said
    assert site.replies() == [
        ("benvenuto", DeliveryStatus.skipped),
        ("arrivederci", DeliveryStatus.accepted),
    ]


def test_the_goodbye_of_who_is_back_is_not_said(site: Site, now: datetime, subscriber: int) -> None:
    site.tell(messages(wrote("DISATTIVA", now - timedelta(seconds=9), id="a")))
    site.tell(messages(wrote("ATTIVA", now, id="b")))
    for _ in range(3):
        site.send()
    assert [one for one, end in site.replies() if end == DeliveryStatus.accepted] == ["benvenuto"]


class Slow:
    """A provider that answers the first message only once the warning has come too."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.answered: list[str] = []
        self.warned = asyncio.Event()

    async def send(self, message: OutgoingText, leaving: Any) -> client.PostOutcome:
        leaving()
        name = message.body.split()[2]
        self.came.append(name)
        if name == "emergenza2":
            self.warned.set()
        if name == "info0":
            await asyncio.wait_for(self.warned.wait(), 30)
            assert "aiuto1" not in self.came, "it overtook the answer before it"
        self.answered.append(name)
        return client.PostOutcome("accepted", wamid=f"wamid.{name}")


def test_answers_to_one_person_leave_one_after_the_other_and_danger_at_once(
    site: Site, now: datetime, subscriber: int
) -> None:
    with site.look() as session:
        session.get_one(Recipient, subscriber).last_inbound_at = now
        for number, name in enumerate(("info", "aiuto", "emergenza")):
            deliveries.queue_reply(session, subscriber, name, f"PROVA · {name}{number}", now=now)
    slow = Slow()
    count = asyncio.run(answers.send_batch(site.web, slow, answers.make_pace(site.web)))  # type: ignore[arg-type]
    assert count == 3
    assert slow.answered.index("info0") < slow.answered.index("aiuto1")
    assert [end for _, end in site.replies()] == [DeliveryStatus.accepted] * 3


def test_an_answer_that_is_put_off_holds_up_no_later_one(site: Site, now: datetime, subscriber: int) -> None:
    """Else a late welcome that waits for the morning would keep the goodbye of a CANCELLAMI till then."""
    with site.look() as session:
        first = deliveries.queue_reply(session, subscriber, "info", "Prima.", now=now)
        claims.defer(session, [first.id], until=now + timedelta(hours=8))
        session.get_one(Recipient, subscriber).last_inbound_at = now
        deliveries.queue_reply(session, subscriber, "info", "Seconda.", now=now)
    site.send()
    assert bodies(site) == ["Seconda."]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 1, 3, 2), (3, 2, 1, 0), (0, 3, 2, 1)])
def test_an_attiva_clears_what_was_sent_before_it_whenever_that_is_told(
    settings: Settings, sqlite: Engine, now: datetime, order: tuple[int, ...]
) -> None:
    """Three bulletins that no telephone got, and a new ATTIVA after the last was sent."""
    clock = now
    app = create_app(settings, sqlite, clock=lambda: clock)
    site = Site(app, app.state.web)
    with site.look() as session:
        who = make_recipient(session, site.web.vault, phone=f"+{PHONE}", now=now)
        site.web.ledger.record(session, who, Consent.opt_in, word="ATTIVA", source="x", at=now)
        number, told = who.id, []
        for hours in range(1, 4):
            at = now + timedelta(hours=hours)
            bulletin = make_bulletin(session, status=BulletinStatus.sending, now=at)
            outbox.plan(session, bulletin.id, [who], now=at)
            (attempt,) = outbox.begin(session, bulletin.id, now=at)
            outbox.finish(session, site.web.vault, attempt.id, Outcome.accepted, wamid=f"w{hours}", now=at)
            failed = status("failed", at, id=f"w{hours}", errors=[{"code": 131026}])
            told.append(statuses(failed))
    clock = now + timedelta(hours=5)
    told.append(messages(wrote("ATTIVA", now + timedelta(hours=4), id="again")))
    for which in order:
        site.tell(told[which])
    with site.look() as session:
        row = session.get_one(Recipient, number)
        assert (row.status, row.strikes) == (RecipientStatus.active, 0)


def test_three_bulletins_in_a_row_suspend_who_wrote_nothing(
    site: Site, now: datetime, subscriber: int
) -> None:
    for number in range(3):
        with site.look() as session:
            bulletin = make_bulletin(session, status=BulletinStatus.sending, now=now)
            outbox.plan(session, bulletin.id, [session.get_one(Recipient, subscriber)], now=now)
            (attempt,) = outbox.begin(session, bulletin.id, now=now)
            outbox.finish(session, site.web.vault, attempt.id, Outcome.accepted, wamid=f"w{number}", now=now)
        site.tell(statuses(status("failed", now, id=f"w{number}", errors=[{"code": 131026}])))
    with site.look() as session:
        assert session.get_one(Recipient, subscriber).status == RecipientStatus.suspended
