"""What comes in: refused, or stored once and then handled."""

import asyncio
import hashlib
import hmac
import json
import logging
import threading
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from db import claims, inbound
from db.engine import transaction
from db.models import (
    Attempt,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Receipt,
    Recipient,
    RecipientStatus,
    Template,
)
from flows.settings import Settings
from flows.web import webhook
from flows.web.app import create_app
from flows.web.inbound import inbox, store
from flows.web.inbound.updates import handle
from flows.whatsapp.updates import Unknown
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.web_site import PHONE, Site, change, messages, status, statuses, wrote


def bulletin_attempt(site: Site, now: datetime, outcome: Outcome = Outcome.accepted) -> Attempt:
    """A bulletin's message to PHONE whose POST ended in `outcome`."""
    with site.look() as session:
        recipient = make_recipient(session, site.web.vault, phone=f"+{PHONE}")
        bulletin = make_bulletin(session, [])
        outbox.plan(session, bulletin.id, [recipient], now=now)
        (attempt,) = outbox.begin(session, bulletin.id, now=now)
        wamid = "wamid.1" if outcome == Outcome.accepted else None
        outbox.finish(session, site.web.vault, attempt.id, outcome, wamid=wamid, now=now)
        session.refresh(attempt)
        return attempt


def test_a_post_whose_turn_does_not_come_is_not_stored_and_said_so(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is held by somebody: the provider brings it again, nobody waits for ever."""
    monkeypatch.setattr(webhook, "PATIENCE", 0.2)
    stored, let_go = store.store, threading.Event()

    def slow(*arguments: Any) -> int:
        let_go.wait(10)
        return stored(*arguments)

    monkeypatch.setattr(webhook, "store", slow)

    async def post(client: httpx.AsyncClient, word: str) -> int:
        raw = json.dumps(statuses(status(word, now))).encode()
        secret = site.web.settings.secrets.app_secrets.get_secret_value().split(",")[0]
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}"}
        return (await client.post("/webhook", content=raw, headers=headers)).status_code

    async def go() -> list[int]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(site.app), base_url="http://test"
        ) as client:
            first = asyncio.create_task(post(client, "sent"))
            await asyncio.sleep(0.1)
            second = await post(client, "delivered")
            let_go.set()
            return [await first, second, await post(client, "read")]

    assert asyncio.run(go()) == [200, 503, 200]
    with site.look() as session:
        assert len(session.exec(select(InboundEvent)).all()) == 2


def test_what_orjson_cannot_write_is_kept_as_it_came() -> None:
    assert json.loads(store._written({"a": "è", "n": 1})) == {"a": "è", "n": 1}
    assert json.loads(store._written({"a": "\ud83d"})) == {"a": "\ud83d"}
    assert json.loads(store._written({"n": 10**30})) == {"n": 10**30}


def test_a_copy_of_what_nobody_reads_is_known_in_any_order_of_its_keys() -> None:
    said = {"id": "1", "value": {"b": 1, "a": "2"}}
    copies = [said, {"value": {"a": "2", "b": 1}, "id": "1"}]
    assert len({store.key(Unknown("changes", raw)) for raw in copies}) == 1
    assert store.key(Unknown("changes", said)) != store.key(Unknown("changes", {**said, "id": "2"}))


def test_the_address_is_verified_only_with_the_right_token(site: Site) -> None:
    right = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    answer = site.request("GET", "/webhook", params=right)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in ({"hub.verify_token": "à"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        assert site.request("GET", "/webhook", params={**right, **wrong}).status_code == 403
    assert site.request("GET", "/webhook").status_code == 403


def test_a_post_without_a_right_signature_is_refused_and_stores_nothing(site: Site, now: datetime) -> None:
    payload = messages(wrote("ATTIVA", now))
    assert site.post(payload, secret="another") == 401
    for headers in ({}, {"X-Hub-Signature-256": "sha256="}, {"X-Hub-Signature-256": "è"}):
        encoded = {name: value.encode() for name, value in headers.items()}
        answer = site.request("POST", "/webhook", content=json.dumps(payload), headers=encoded)
        assert answer.status_code == 401
    with site.look() as session:
        assert session.exec(select(InboundEvent)).all() == []
    assert site.post(payload, secret="old-secret") == 200, "while a secret rotates both are good"


def test_a_body_that_is_too_large_or_not_json_stores_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    signed = f"sha256={hmac.new(b'new-secret', b'{', hashlib.sha256).hexdigest()}"
    answer = site.request("POST", "/webhook", content=b"{", headers={"X-Hub-Signature-256": signed})
    assert answer.status_code == 400
    monkeypatch.setattr(webhook, "LIMIT", 1000)
    assert site.post(messages(*[wrote("ciao", now, id=f"{n}") for n in range(20)])) == 413
    with site.look() as session:
        assert session.exec(select(InboundEvent)).all() == []


def test_every_update_of_a_batch_is_handled_and_a_repeated_post_changes_nothing(
    site: Site, now: datetime
) -> None:
    attempt = bulletin_attempt(site, now)
    batch = statuses(*[status(word, now) for word in ("sent", "delivered", "read")])
    batch["entry"] += messages(wrote("ATTIVA", now, id="a", sender="393330000001"))["entry"]
    batch["entry"][1]["changes"] += messages(wrote("ATTIVA", now, id="b", sender="393330000002"))["entry"][0][
        "changes"
    ]
    for _ in range(3):
        site.tell(batch)
    with site.look() as session:
        events = session.exec(select(InboundEvent)).all()
        assert [(event.handled_at, event.failure) for event in events] == [(now, None)] * 5
        assert session.get_one(Delivery, attempt.delivery_id).receipt == Receipt.read
        assert len(session.exec(select(ConsentEvent)).all()) == 2
    assert [name for name, _ in site.replies()] == ["benvenuto", "benvenuto"]


def test_receipts_never_go_back(site: Site, now: datetime) -> None:
    attempt = bulletin_attempt(site, now)
    for word in ("read", "delivered", "sent"):
        site.tell(statuses(status(word, now)))
        with site.look() as session:
            assert session.get_one(Delivery, attempt.delivery_id).receipt == Receipt.read


def test_a_status_settles_what_was_uncertain(site: Site, now: datetime) -> None:
    attempt = bulletin_attempt(site, now, Outcome.uncertain)
    site.tell(statuses(status("sent", now, id="wamid.9", biz_opaque_callback_data=str(attempt.id))))
    with site.look() as session:
        assert session.get_one(Delivery, attempt.delivery_id).status == DeliveryStatus.accepted
        assert session.get_one(Attempt, attempt.id).outcome == Outcome.accepted


def test_who_stops_us_in_whatsapp_is_unsubscribed(site: Site, now: datetime) -> None:
    attempt = bulletin_attempt(site, now)
    site.tell(statuses(status("failed", now, errors=[{"code": 131050}])))
    with site.look() as session:
        delivery = session.get_one(Delivery, attempt.delivery_id)
        assert (delivery.status, delivery.reason) == (DeliveryStatus.failed, "131050")
        assert session.exec(select(Recipient.status)).all() == [RecipientStatus.opted_out]
        assert session.exec(select(ConsentEvent.word)).all() == ["meta_stop"]


def test_a_template_has_the_newest_state_that_the_provider_told(site: Site) -> None:
    named = {"message_template_name": "bollettino_4", "message_template_language": "it"}
    reviewed = change(
        {**named, "message_template_category": "MARKETING", "event": "APPROVED"},
        "message_template_status_update",
    )
    moved = change({**named, "new_category": "UTILITY"}, "template_category_update")
    late = change({**named, "new_category": "AUTHENTICATION"}, "template_category_update")
    late["entry"][0]["time"] -= 3600
    for payload in (reviewed, moved, late):
        site.tell(payload)
    with site.look() as session:
        (row,) = session.exec(select(Template))
        assert (row.category, row.status) == ("UTILITY", "APPROVED")


def test_one_bad_update_is_marked_and_holds_up_no_other(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site.post(messages(wrote("ATTIVA", now, id="a"), wrote("ATTIVA", now, id="b", sender="393330000002")))
    calls = []

    def broken(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError(f"+{PHONE}")
        return handle(*args, **kwargs)

    monkeypatch.setattr("flows.web.inbound.inbox.handle", broken)
    with caplog.at_level(logging.DEBUG):
        assert site.handle() == 2
    assert PHONE not in caplog.text
    with site.look() as session:
        assert [event.failure for event in session.exec(select(InboundEvent))] == ["KeyError", None]
    assert len(site.replies()) == 1


def test_a_fault_of_the_database_leaves_the_update_for_later(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.post(messages(wrote("ATTIVA", now)))

    def locked(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr("flows.web.inbound.inbox.handle", locked)
        with pytest.raises(OperationalError):
            site.handle()
    assert site.handle() == 1
    assert [name for name, _ in site.replies()] == ["benvenuto"]


def test_an_update_that_nobody_reads_is_kept(site: Site) -> None:
    site.tell(change({"event": "call", "phone": PHONE}, "calls"))
    site.tell([PHONE])
    with site.look() as session:
        week = inbound.unread(session, since=site.web.clock() - timedelta(days=7))
        assert week == {"calls": 1, "payload": 1}
        for event in session.exec(select(InboundEvent)):
            assert PHONE in site.web.vault.open(event.payload_sealed)
            assert event.handled_at is not None


def test_an_old_word_that_comes_late_is_in_the_ledger_and_changes_nothing(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("DISATTIVA", now, id="second")))
    site.tell(messages(wrote("ATTIVA", now - timedelta(minutes=1), id="first")))
    with site.look() as session:
        assert session.exec(select(Recipient.status)).all() == [RecipientStatus.opted_out]
        assert session.exec(select(ConsentEvent.word)).all() == ["DISATTIVA", "ATTIVA"]
    assert [name for name, _ in site.replies()] == ["non_iscritto"]


def test_a_word_that_could_not_be_handled_is_tried_again_and_nobody_writes_meanwhile(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a DISATTIVA."""
    site.tell(messages(wrote("ATTIVA", now, id="a")))
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "handle", lambda *_, **__: 1 / 0)
        site.tell(messages(wrote("DISATTIVA", now, id="b")))
    with transaction(site.web.engine) as session:
        recipient = session.exec(select(Recipient)).one()
        assert set(claims.unread_since(session)) == {recipient.phone_hash}
    assert site.request("GET", "/salute").json()["parked"] == 1
    assert inbox.retry(site.web, {}) == 1
    with transaction(site.web.engine) as session:
        assert session.exec(select(Recipient.status)).one() == RecipientStatus.opted_out
        assert set(claims.unread_since(session)) == set()
    assert site.request("GET", "/salute").json()["parked"] == 0


def test_what_is_stored_and_not_handled_yet_counts_as_pending(site: Site, now: datetime) -> None:
    site.post(messages(wrote("DISATTIVA", now)))
    site.post(statuses(status("read", now)))
    with site.look() as session:
        assert set(claims.unread_since(session)) == {site.web.vault.hash(f"+{PHONE}")}


def test_the_wait_before_another_try_grows_with_the_age_of_the_update(
    settings: Settings, sqlite: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [now]
    app = create_app(settings, sqlite, clock=lambda: clock[0])
    site = Site(app, app.state.web)
    tried: list[float] = []

    def broken(*_args: object, **_kwargs: object) -> None:
        tried.append((clock[0] - now).total_seconds())
        raise KeyError

    monkeypatch.setattr(inbox, "handle", broken)
    site.tell(messages(wrote("DISATTIVA", now)))
    later: dict[int, datetime] = {}
    for _ in range(60 * 8):
        inbox.retry(site.web, later)
        clock[0] += timedelta(seconds=30)
    assert [round(seconds / 60, 1) for seconds in tried] == [
        *[0, 0, 0.5, 1, 2, 4, 8, 16, 32, 64],
        *[124, 184],
    ]
    assert inbox.retry(site.web, {}) == 0
    assert tried[-1] == 240 * 60, "a restart tries at once"


def test_a_number_that_could_not_be_answered_is_nobodys(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now, sender="0393331234567")))
    with site.look() as session:
        assert session.exec(select(Recipient)).all() == []
