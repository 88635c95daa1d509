"""Statuses that come before our answer, or tell of one failure more than once."""

import asyncio
import json
import logging
import threading
from datetime import datetime, timedelta

import httpx
import pytest
from sqlmodel import select

from db import inbound
from db.models import (
    Attempt,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Receipt,
    Recipient,
    RecipientStatus,
)
from flows.web.ground.context import Web
from flows.web.inbound import inbox
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.web_site import PHONE, Site, messages, status, statuses, wrote


def waiting(site: Site) -> int:
    with site.look() as session:
        return len(session.exec(select(InboundEvent).where(InboundEvent.handled_at.is_(None))).all())  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["delivered", "failed"])
def test_a_receipt_without_our_id_that_is_faster_than_the_answer_is_kept_for_it(
    site: Site, now: datetime, word: str
) -> None:
    """The provider tells of a message before it answers the POST that brought it."""
    errors = {"errors": [{"code": 131026}]} if word == "failed" else {}

    def tell() -> None:
        site.tell(statuses(status(word, now, id="wamid.x", **errors)))
        inbox.early(site.web)

    def slow(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content)["biz_opaque_callback_data"]
        teller = threading.Thread(target=tell)  # a loop of its own
        teller.start()
        teller.join()
        assert waiting(site) == 1, "nobody knows its message yet"
        with site.look() as session:
            assert inbound.parked(session) == 0, "it is no fault, and nobody need look"
        return httpx.Response(200, json={"messages": [{"id": "wamid.x"}]})

    site.tell(messages(wrote("ATTIVA", now)))
    site.answer = slow
    site.send()
    inbox.early(site.web)
    assert waiting(site) == 0
    with site.look() as session:
        told = session.exec(select(Delivery)).one()
        attempt = session.exec(select(Attempt)).one()
    if word == "failed":
        assert (told.status, told.reason, attempt.code) == (DeliveryStatus.failed, "131026", "131026")
    else:
        assert (told.status, told.receipt) == (DeliveryStatus.accepted, Receipt.delivered)


def test_a_status_of_somebody_elses_message_is_given_up_after_some_minutes(
    site: Site, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    site.tell(statuses(*(status("sent", now, id=f"wamid.{n}") for n in range(3))))
    assert waiting(site) == 3
    assert inbox.retry(site.web, {}) == 0, "these are no failures"
    with site.look() as session:
        for event in session.exec(select(InboundEvent)):
            event.received_at = now - inbox.EARLY_FOR - timedelta(seconds=1)
    inbox.early(site.web)
    assert waiting(site) == 0
    assert "3 statuses of messages that are not ours" in caplog.text


def test_a_citizens_word_waits_for_one_part_of_what_came_early(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program that sends from the same number leaves tens of thousands."""
    monkeypatch.setattr(inbox, "STATUSES", 3)
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.01)
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=1))))
    site.post(statuses(*(status("sent", now, id=f"wamid.{n}") for n in range(7))))
    early, seen = inbox.early, list[str]()

    def part(web: Web, after: int = 0) -> int:
        with site.look() as session:
            seen.extend(session.exec(select(Recipient.status)).all())
        if len(seen) == 1:
            assert site.post(messages(wrote("DISATTIVA", now, id="wamid.out"))) == 200
        found = early(web, after)
        if not found:
            web.stopping.set()
        return found

    monkeypatch.setattr(inbox, "early", part)
    asyncio.run(asyncio.wait_for(inbox.run(site.web), 60))
    out = RecipientStatus.opted_out
    assert seen == [RecipientStatus.active, out, out], "three parts, and the word after the first"
    assert waiting(site) == 7


def test_all_words_that_wait_are_handled_before_a_look_at_what_came_early(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does the second batch of them wait for the next look."""
    monkeypatch.setattr(inbox, "BATCH", 2)
    site.post(messages(*(wrote("ATTIVA", now, id=f"wamid.{n}", sender=f"39333000000{n}") for n in range(5))))
    seen = list[int]()

    def stop(web: Web, after: int = 0) -> int:
        seen.append(waiting(site))
        web.stopping.set()
        return after

    monkeypatch.setattr(inbox, "early", stop)
    asyncio.run(asyncio.wait_for(inbox.run(site.web), 60))
    assert seen == [0]


@pytest.mark.parametrize("first", ["131026", "131050"])
def test_a_message_that_failed_for_two_reasons_loses_neither(site: Site, now: datetime, first: str) -> None:
    """The newest by the provider's time stands in the certificate; who stopped us is stopped all the same."""
    second = "131050" if first == "131026" else "131026"
    with site.look() as session:
        who = make_recipient(session, site.web.vault, phone=f"+{PHONE}", now=now - timedelta(days=3))
        bulletin = make_bulletin(session, status=BulletinStatus.sending, now=now)
        outbox.plan(session, bulletin.id, [who], now=now)
        (attempt,) = outbox.begin(session, bulletin.id, now=now)
        outbox.finish(session, site.web.vault, attempt.id, Outcome.accepted, wamid="wamid.x", now=now)
    late, early = now + timedelta(seconds=9), now + timedelta(seconds=2)
    for code, at in ((first, late), (second, early), (first, late)):
        errors = [{"code": int(code)}]
        site.tell(statuses(status("failed", at, id="wamid.x", errors=errors)))
    with site.look() as session:
        assert session.exec(select(Delivery.status, Delivery.reason)).all() == [
            (DeliveryStatus.failed, first)
        ]
        assert session.exec(select(Recipient.status)).all() == [RecipientStatus.opted_out]
        assert len(session.exec(select(InboundEvent)).all()) == 2, "a repetition is one"
