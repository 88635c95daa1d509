"""Whom a stored update is about, also one that nobody can read; and the time of one that tells none."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import claims, handovers, inbound, provider
from db.models import BulletinStatus, Consent, InboundEvent, Recipient, RecipientStatus
from flows.web.inbound import forgetting
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.web_site import PHONE, Site, change, messages, status, statuses, wrote


@pytest.fixture
def subscriber(site: Site, now: datetime) -> int:
    """PHONE, subscribed three days ago; the row's id."""
    with site.look() as session:
        who = make_recipient(session, site.web.vault, phone=f"+{PHONE}", now=now)
        before = now - timedelta(days=3)
        site.web.ledger.record(session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=before)
        return who.id


def plan_for(site: Site, who: int, now: datetime) -> int:
    with site.look() as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending, now=now)
        outbox.plan(session, bulletin.id, [session.get_one(Recipient, who)], now=now)
        return bulletin.id


@pytest.mark.parametrize(
    ("phone", "bsuid", "is_theirs"),
    [(None, "IT.77", True), (f"+{PHONE}", None, True), ("+393339990000", None, False)],
)
def test_a_word_that_waits_holds_the_send_under_either_name(
    site: Site, now: datetime, phone: str | None, bsuid: str | None, is_theirs: bool
) -> None:
    with site.look() as session:
        who = make_recipient(session, site.web.vault, phone=phone, bsuid=bsuid).id
    number = plan_for(site, who, now)
    assert site.post(messages({**wrote("DISATTIVA", now), "from_user_id": "IT.77"})) == 200
    with site.look() as session:
        taken = claims.take(session, number, limit=9, now=now)
        members = handovers.waiting(session, number)
        theirs = {one.delivery_id for one in taken} if is_theirs else set()
        assert set(claims.speaking(session, taken)) == theirs
        assert len(handovers.unread_since(session, members)) == int(is_theirs)
        assert set(claims.unread_since(session)) == {
            site.web.vault.hash(name) for name in (f"+{PHONE}", "IT.77")
        }


def payloads(site: Site) -> str:
    with site.look() as session:
        sealed = session.exec(select(InboundEvent.payload_sealed)).all()
        return " ".join(site.web.vault.open(one) for one in sealed if one)


def played(now: datetime, **names: str) -> dict[str, Any]:
    return statuses({**status("played", now, id="wamid.voice"), **names})


def test_an_update_that_nobody_reads_is_erased_with_the_person_it_names(
    site: Site, now: datetime, subscriber: int
) -> None:
    site.tell(played(now))
    odd = {"wa_id": PHONE, "category": "calls", "value": "stop", "timestamp": "1"}
    site.tell(change({"user_preferences": [odd]}, "user_preferences"))
    assert payloads(site).count(PHONE) == 2
    site.tell(messages(wrote("CANCELLAMI", now)))
    site.send()
    assert forgetting.forget(site.web) == 1
    assert payloads(site) == ""
    site.tell(statuses({**status("played", now, id="wamid.other")}))
    assert payloads(site) == "", "nor is one kept that comes later"
    with site.look() as session:
        assert inbound.unread(session, since=now) == {"statuses: played": 2, "user_preferences: value": 1}


def test_a_readable_word_with_a_time_that_is_none_counts_when_it_comes(
    site: Site, now: datetime, subscriber: int
) -> None:
    site.tell(messages({**wrote("DISATTIVA", now), "timestamp": "yesterday"}))
    with site.look() as session:
        assert session.get_one(Recipient, subscriber).status == RecipientStatus.opted_out
        last = site.web.ledger.own(session, session.get_one(Recipient, subscriber))[-1]
        assert (last.event, last.at) == (Consent.opt_out, now)


def test_what_was_stored_without_a_time_has_that_of_its_reception_after_a_restart(
    site: Site, now: datetime, subscriber: int
) -> None:
    assert site.post(messages({**wrote("DISATTIVA", now), "timestamp": None})) == 200
    site.web.fresh.clear()
    site.handle()
    with site.look() as session:
        assert site.web.ledger.own(session, session.get_one(Recipient, subscriber))[-1].at == now


def test_a_change_of_a_template_without_a_time_is_heard(site: Site) -> None:
    told = {"message_template_name": "bollettino_1", "message_template_language": "it", "event": "PAUSED"}
    payload = change(told, "message_template_status_update")
    del payload["entry"][0]["time"]
    site.tell(payload)
    with site.look() as session:
        found = provider.find(session, "bollettino_1", "it")
        assert found is not None
        assert found.status == "PAUSED"


@pytest.mark.parametrize(("word", "is_active"), [("ATTIVA", True), ("DISATTIVA", False), ("ciao", False)])
def test_signing_up_in_whatsapp_brings_back_whom_its_menu_had_stopped(
    site: Site, now: datetime, word: str, is_active: bool
) -> None:
    def wishes(value: str, minutes: int) -> None:
        at = int((now + timedelta(minutes=minutes)).timestamp())
        wish = {"wa_id": PHONE, "category": "marketing_messages", "value": value, "timestamp": at}
        site.tell(change({"user_preferences": [wish]}, "user_preferences"))

    site.tell(messages(wrote(word, now)))
    wishes("stop", 1)
    wishes("signup", 2)
    with site.look() as session:
        (row,) = session.exec(select(Recipient))
        assert (row.status == RecipientStatus.active) == is_active
