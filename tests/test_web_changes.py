"""Where people are reached, what they chose in WhatsApp's own menu, and what the provider says of us."""

import json
import logging
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from db import inbound, provider, recipients
from db.models import (
    Consent,
    ConsentEvent,
    Delivery,
    InboundEvent,
    Outcome,
    Recipient,
    RecipientStatus,
    Scope,
    Template,
)
from db.recipients import Address
from flows.settings import Settings
from flows.web.app import create_app
from tests.test_whatsapp_webhook_payload import RECORDED, SOURCES, mutated, places
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.shared import needs_shared
from tests.world.web_site import PHONE, Site, change, messages, status, statuses, wrote

NEW = "393337654321"


def stamp(at: datetime) -> str:
    return str(int(at.timestamp()))


def system(at: datetime, *, to: str = NEW, kind: str = "user_changed_number", **more: Any) -> dict[str, Any]:
    told = {"body": "changed", "wa_id": to, "type": kind, **more}
    part = {"from": PHONE, "id": f"wamid.sys{stamp(at)}", "timestamp": stamp(at)}
    return {**part, "type": "system", "system": told}


def preference(value: str, at: datetime) -> dict[str, Any]:
    wish = {"wa_id": PHONE, "category": "marketing_messages", "value": value}
    told = [{**wish, "timestamp": int(at.timestamp())}]
    return change({"messaging_product": "whatsapp", "user_preferences": told}, "user_preferences")


def standing(site: Site, phone: str = PHONE) -> tuple[RecipientStatus, Scope] | None:
    with site.look() as session:
        row = recipients.find(session, site.web.vault, Address(f"+{phone}"))
        return (row.status, row.scope) if row else None


def words(site: Site) -> list[tuple[str, Consent]]:
    with site.look() as session:
        return [(event.word.lower(), event.event) for event in session.exec(select(ConsentEvent))]


def test_a_number_that_changed_takes_its_subscription_along(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("SOLO ALLERTE", now - timedelta(hours=3), id="a")))
    site.tell(messages(system(now - timedelta(hours=1))))
    assert standing(site) == (RecipientStatus.opted_out, Scope.alerts)
    assert standing(site, NEW) == (RecipientStatus.active, Scope.alerts)
    assert words(site)[1:] == [
        ("numero_cambiato", Consent.alerts_only),
        ("numero_cambiato", Consent.opt_out),
    ]
    assert [name for name, _ in site.replies()] == ["solo_allerte"], "WhatsApp said it, nobody wrote"


def test_the_old_number_may_be_somebody_elses_and_subscribe_anew(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=3), id="a")))
    site.tell(messages(system(now - timedelta(hours=2))))
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=1), id="b")))
    site.tell(messages(wrote("DISATTIVA", now, id="c", sender=NEW)))
    assert standing(site) == (RecipientStatus.active, Scope.everything)
    assert standing(site, NEW) == (RecipientStatus.opted_out, Scope.everything)


def test_what_the_old_number_said_before_counts_for_the_new_one(site: Site, now: datetime) -> None:
    """In whatever order the three come."""
    ends = set()
    for number, order in enumerate(permutations(range(3))):
        vault, old, new = site.web.vault, f"39333555{number:04}", f"39333666{number:04}"
        move = {**system(now - timedelta(hours=1), to=new), "from": old, "id": f"sys{number}"}
        said = [
            wrote("ATTIVA", now - timedelta(hours=3), id=f"a{number}", sender=old),
            wrote("DISATTIVA", now - timedelta(hours=2), id=f"b{number}", sender=old),
            move,
        ]
        for which in order:
            site.tell(messages(said[which]))
        with site.look() as session:
            rows = [recipients.find(session, vault, Address(f"+{phone}")) for phone in (old, new)]
            ends.add(tuple(row.status for row in rows if row))
    assert ends == {(RecipientStatus.opted_out, RecipientStatus.opted_out)}


def test_a_new_bsuid_of_the_same_person_changes_nothing_else(site: Site, now: datetime) -> None:
    with site.look() as session:
        make_recipient(session, site.web.vault, phone=f"+{PHONE}", bsuid="IT.1")
    item = {"wa_id": PHONE, "user_id": {"previous": "IT.1", "current": "IT.2"}, "timestamp": stamp(now)}
    site.tell(change({"user_id_update": [item]}, "user_id_update"))
    with site.look() as session:
        (row,) = session.exec(select(Recipient))
        assert recipients.open_address(site.web.vault, row) == Address(f"+{PHONE}", "IT.2")
        assert row.status == RecipientStatus.active


def test_another_identity_on_a_known_phone_suspends_it_until_a_new_attiva(site: Site, now: datetime) -> None:
    def says(text: str, at: datetime, bsuid: str, id: str) -> None:
        site.tell(messages({**wrote(text, at, id=id), "from_user_id": bsuid}))

    says("ATTIVA", now - timedelta(hours=3), "IT.1", "a")
    says("buongiorno, chi siete?", now - timedelta(hours=1), "IT.2", "b")
    assert standing(site) == (RecipientStatus.suspended, Scope.everything)
    assert site.replies()[-1][0] == "cortesia_non_iscritto", "who has the phone now is told how to subscribe"
    says("grazie", now - timedelta(hours=2), "IT.1", "late")
    assert standing(site) == (RecipientStatus.suspended, Scope.everything), "an old message proves nothing"
    says("ATTIVA", now, "IT.2", "c")
    assert standing(site) == (RecipientStatus.active, Scope.everything)


def test_new_keys_behind_a_phone_suspend_it_unless_a_word_came_since(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=1), id="a")))
    keys = system(now - timedelta(hours=2), kind="customer_identity_changed")
    site.tell(messages(keys))
    assert standing(site) == (RecipientStatus.active, Scope.everything)
    site.tell(messages(system(now, kind="customer_identity_changed")))
    assert standing(site) == (RecipientStatus.suspended, Scope.everything)


def test_stop_in_whatsapps_menu_leaves_and_resume_brings_back(site: Site, now: datetime) -> None:
    """With the scope that was chosen, in every order of the three."""
    for order in permutations(range(3)):
        phone = f"39333777{''.join(map(str, order))}1"

        def tell(which: int, phone: str = phone, tag: str = str(order)) -> None:
            if which == 0:
                word = wrote("SOLO ALLERTE", now - timedelta(hours=3), id=tag, sender=phone)
                site.tell(messages(word))
                return
            payload = preference(("", "stop", "resume")[which], now - timedelta(hours=3 - which))
            payload["entry"][0]["changes"][0]["value"]["user_preferences"][0]["wa_id"] = phone
            site.tell(payload)

        for which in order[:2]:
            tell(which)
        if order == (0, 1, 2):
            assert standing(site, phone) == (RecipientStatus.opted_out, Scope.alerts)
        tell(order[2])
        assert standing(site, phone) == (RecipientStatus.active, Scope.alerts), order


def test_resume_does_not_bring_back_who_wrote_disattiva(site: Site, now: datetime) -> None:
    said = [
        messages(wrote("ATTIVA", now - timedelta(hours=4), id="a")),
        messages(wrote("DISATTIVA", now - timedelta(hours=3), id="b")),
        preference("stop", now - timedelta(hours=2)),
        preference("resume", now - timedelta(hours=1)),
    ]
    for payload in said:
        site.tell(payload)
    assert standing(site) == (RecipientStatus.opted_out, Scope.everything)
    site.tell(messages(wrote("ATTIVA", now, id="c")))
    assert standing(site) == (RecipientStatus.active, Scope.everything)


def test_a_stop_that_comes_after_a_later_attiva_changes_nothing(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now, id="a")))
    site.tell(preference("stop", now - timedelta(hours=2)))
    assert standing(site) == (RecipientStatus.active, Scope.everything)


def test_three_bulletins_in_a_row_that_cannot_be_delivered_suspend_a_number(
    site: Site, now: datetime
) -> None:
    with site.look() as session:
        recipient = make_recipient(session, site.web.vault, phone=f"+{PHONE}", now=now - timedelta(days=30))
        attempts = []
        for _ in range(5):
            bulletin = make_bulletin(session, [])
            outbox.plan(session, bulletin.id, [recipient], now=now)
            attempts += outbox.begin(session, bulletin.id, now=now)
        ids = [f"wamid.{attempt.id}" for attempt in attempts]
        for wamid in ids:
            outbox.finish(session, site.web.vault, UUID(wamid[6:]), Outcome.accepted, wamid=wamid, now=now)

    def fails(number: int, code: int = 131026) -> None:
        site.tell(statuses(status("failed", now, id=ids[number], errors=[{"code": code}])))

    fails(0)
    fails(1, 131049)  # a limit of Meta's for marketing: the number is well
    fails(3)
    assert standing(site) == (RecipientStatus.active, Scope.everything)
    fails(2)
    assert standing(site) == (RecipientStatus.active, Scope.everything), "the latest arrived"
    fails(4)
    assert standing(site) == (RecipientStatus.suspended, Scope.everything)
    site.tell(messages(wrote("ATTIVA", now, id="again")))
    assert standing(site) == (RecipientStatus.active, Scope.everything)


def test_what_is_said_of_the_account_and_of_templates_is_kept_with_its_time(site: Site) -> None:
    named = {"message_template_name": "bollettino_4", "message_template_language": "it"}
    site.tell(change({**named, "new_quality_score": "YELLOW"}, "message_template_quality_update"))
    site.tell(change({"max_daily_conversations_per_business": 2000}, "business_capability_update"))
    late = change({"max_daily_conversations_per_business": 250}, "business_capability_update")
    late["entry"][0]["time"] -= 60
    site.tell(late)
    with site.look() as session:
        assert session.exec(select(Template.quality)).all() == ["YELLOW"]
        assert {matter: row.word for matter, row in provider.account_words(session).items()} == {
            "tier": "TIER_2K"
        }


def test_no_number_reaches_the_log_by_a_name_or_a_word_of_the_account(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    template = {"message_template_name": f"per_{PHONE}_{'a' * 200}", "message_template_language": "it"}
    tier = {"event": "ONBOARDING", "current_limit": f"TIER_{PHONE}", "display_phone_number": "x"}
    with caplog.at_level(logging.INFO):
        site.tell(change({**template, "event": "APPROVED"}, "message_template_status_update"))
        site.tell(change({**tier, "alert_type": f"A{PHONE}"}, "phone_number_quality_update"))
    assert "the template per_..._aaaa" in caplog.text
    assert PHONE not in caplog.text
    assert max(map(len, caplog.text.splitlines())) < 200
    with site.look() as session:
        assert provider.account_words(session) == {}


def test_a_time_that_lies_ahead_is_a_clock_that_jumped(site: Site, now: datetime) -> None:
    """Else nothing that the citizen says before the year 2040 would count."""
    site.tell(messages(wrote("ATTIVA", now + timedelta(days=5000), id="a")))
    site.tell(messages(wrote("DISATTIVA", now + timedelta(minutes=1), id="b")))
    assert standing(site) == (RecipientStatus.opted_out, Scope.everything)


def test_a_command_that_comes_again_after_retention_changes_nothing(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now, id="a")))
    with site.look() as session:
        for event in session.exec(select(InboundEvent)):
            session.delete(event)
    site.tell(messages(wrote("ATTIVA", now, id="a")))
    assert len(words(site)) == 1
    assert len(site.replies()) == 1
    assert site.request("GET", "/salute").json()["parked"] == 0


@needs_shared
def test_every_recorded_payload_goes_through_the_whole_app(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    app = create_app(settings, engine, clock=lambda: now)
    site = Site(app, app.state.web)
    for recorded in RECORDED.values():
        for payload in recorded:
            site.tell(payload)
    with site.look() as session:
        assert inbound.parked(session) == 0
        assert inbound.waiting(session, statuses=True, limit=9) == []


@pytest.mark.slow
@given(st.data())
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_mutated_payload_parks_or_stops_the_app(site: Site, engine: Engine, data: st.DataObject) -> None:
    app = create_app(site.web.settings, engine, clock=site.web.clock)
    mine = Site(app, app.state.web)
    payload = data.draw(st.sampled_from(SOURCES))
    place = data.draw(st.sampled_from(places(payload)))
    junk: st.SearchStrategy[Any] = st.sampled_from(
        [None, True, 10**30, -1.5, "", "39333", "\0", "\ud83d", [], {}, [{}], "9" * 400]
    )
    changed = mutated(payload, place, data.draw(junk))
    logging.disable(logging.CRITICAL)
    try:
        mine.tell(json.loads(json.dumps(changed)))
    finally:
        logging.disable(logging.NOTSET)
    with mine.look() as session:
        assert inbound.parked(session) == 0


def test_a_delivery_is_never_made_by_what_the_provider_says(site: Site, now: datetime) -> None:
    for payload in (preference("stop", now), preference("resume", now), messages(system(now))):
        site.tell(payload)
    with site.look() as session:
        assert session.exec(select(Delivery)).all() == []


BSUID = "IT.4711bollettino"


def from_username(text: str, at: datetime, *, id: str) -> dict[str, Any]:
    """From somebody whose phone WhatsApp does not tell any more."""
    return {key: part for key, part in wrote(text, at, id=id).items() if key != "from"} | {
        "from_user_id": BSUID
    }


def active(site: Site) -> list[Scope]:
    """What each row that bulletins go to is subscribed to."""
    with site.look() as session:
        rows = session.exec(select(Recipient).where(Recipient.status == RecipientStatus.active))
        return [row.scope for row in rows]


@pytest.mark.parametrize("is_first", [True, False], ids=["receipt first", "word first"])
@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("ATTIVA", [Scope.everything]),
        ("SOLO ALLERTE", [Scope.alerts]),
        ("DISATTIVA", []),
        ("CANCELLAMI", []),
        ("orari della biblioteca?", [Scope.everything]),
    ],
)
def test_who_hides_a_phone_behind_a_username_is_the_person_the_receipt_names(
    site: Site, now: datetime, word: str, end: list[Scope], is_first: bool
) -> None:
    """In either order; and they leave by a word from there, whatever they had said."""
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=3), id="a")))
    site.send()
    receipt = statuses(status("delivered", now - timedelta(hours=2), recipient_user_id=BSUID))
    said = messages(from_username(word, now - timedelta(hours=1), id="b"))
    for update in (receipt, said) if is_first else (said, receipt):
        site.tell(update)
    assert active(site) == end
    with site.look() as session:
        row = recipients.find(session, site.web.vault, Address(f"+{PHONE}"))
        assert row is not None
        assert row.bsuid_hash == site.web.vault.hash(BSUID)
        assert (row.erasure_asked_at is not None) == (word == "CANCELLAMI")
    site.tell(messages(from_username("ATTIVA", now - timedelta(minutes=9), id="c")))
    assert active(site) == [Scope.everything]
    site.tell(messages(from_username("DISATTIVA", now, id="d")))
    assert active(site) == []


def test_a_receipt_names_nobody_who_is_another_or_left(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=3), id="a")))
    site.send()
    told = status("sent", now - timedelta(hours=2), recipient_user_id=BSUID)
    site.tell(statuses({**told, "recipient_id": NEW}))  # the message went to another phone, it says
    site.tell(messages(wrote("DISATTIVA", now - timedelta(hours=1), id="b")))
    site.tell(statuses(status("read", now - timedelta(hours=2), recipient_user_id=BSUID)))
    with site.look() as session:
        assert recipients.find(session, site.web.vault, Address(bsuid=BSUID)) is None
