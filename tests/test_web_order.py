"""Webhooks keep no order, come twice and in any batches: what is stored in the end is always the same.

Compared are attempts, deliveries, subscriptions, the words of citizens in the ledger, templates and our
account. Answers are not: each tells what was known when it was written.
"""

import logging
import os
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from db.models import Attempt, Consent, ConsentEvent, Delivery, Outcome, Recipient, Template
from flows.settings import Settings
from flows.web.app import create_app
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.web_site import Site, change, messages, status, statuses, wrote

# `BOLLETTINO_REHEARSAL=1` tries many more
EXAMPLES = 500 if os.environ.get("BOLLETTINO_REHEARSAL") else 20
_towns = count(1)
CODES = (131026, 131049, 131050)
WORDS = ("ATTIVA", "DISATTIVA", "SOLO ALLERTE", "ATTIVA grazie", "ciao")
ENDS = (Outcome.accepted, Outcome.uncertain, Outcome.in_flight, Outcome.not_sent, Outcome.refused)


class Town:
    """Some citizens with a bulletin on its way, new numbers and rows in a database that others share."""

    def __init__(self, site: Site, now: datetime, ends: list[Outcome]) -> None:
        self.site, self.now, self.number = site, now, next(_towns)
        self.phones = [f"3933{self.number:05}{one}" for one in range(len(ends))]
        self.attempts: list[UUID] = []
        vault = site.web.vault
        with site.look() as session:
            people = [
                make_recipient(session, vault, phone=f"+{one}", last_inbound_at=None) for one in self.phones
            ]
            for one in people:  # nobody is subscribed without a word in the ledger
                site.web.ledger.record(
                    session, one, Consent.opt_in, word="ATTIVA", source="whatsapp", at=now - timedelta(days=1)
                )
            self.people = [one.id for one in people]
            bulletin = make_bulletin(session, [])
            outbox.plan(session, bulletin.id, people, now=now)
            for attempt in outbox.begin(session, bulletin.id, limit=99, now=now):
                self.attempts.append(attempt.id)
            for number, end in zip(self.attempts, ends, strict=True):
                if end != Outcome.in_flight:
                    outbox.finish(session, vault, number, end, wamid=self.wamid(number), now=now)
            for attempt in outbox.begin(session, bulletin.id, limit=99, now=now + timedelta(hours=1)):
                self.attempts.append(attempt.id)  # a second POST for those that were put back
        self.deliveries = bulletin.id

    @staticmethod
    def wamid(attempt: UUID) -> str:
        return f"wamid.{attempt}"

    def event(self, kind: str, which: int, what: int, minute: int) -> dict[str, Any]:
        """One webhook with one update; equal arguments make equal events, in every town."""
        at = self.now - timedelta(minutes=minute)
        if kind == "status":
            # the provider says one thing of one message and word, however often it repeats it
            number, step = which % len(self.attempts), what % 4
            attempt, word = self.attempts[number], ("sent", "delivered", "read", "failed")[step]
            at = self.now - timedelta(minutes=(number + step) % 7)
            more: dict[str, Any] = {"biz_opaque_callback_data": str(attempt)} if number % 2 else {}
            if word == "failed":
                more["errors"] = [{"code": CODES[number % len(CODES)]}]
            else:
                more["pricing"] = {"billable": step == 0, "category": ("marketing", "utility")[step % 2]}
            return statuses(status(word, at, id=self.wamid(attempt), **more))
        phone = self.phones[which % len(self.phones)]
        if kind == "word":
            text = WORDS[what % len(WORDS)]
            name = f"wamid.{phone}.{minute}.{what}"
            return messages(wrote(text, at, id=name, sender=phone))
        if kind == "preference":
            wish = {"wa_id": phone, "category": "marketing_messages", "value": ("stop", "resume")[what % 2]}
            stamped: dict[str, Any] = {**wish, "timestamp": int(at.timestamp())}
            return change({"user_preferences": [stamped]}, "user_preferences")
        named = {"message_template_name": f"town_{self.number}_{which}", "message_template_language": "it"}
        event = ("APPROVED", "PAUSED", "DISABLED")[what % 3]
        told = change({**named, "event": event}, "message_template_status_update")
        if kind == "category":
            category = ("MARKETING", "UTILITY")[what % 2]
            told = change({**named, "new_category": category}, "template_category_update")
        told["entry"][0]["time"] = int(at.timestamp())
        return told

    def state(self) -> dict[str, object]:
        """All that stands in the database about this town, without numbers that differ from town to town."""
        with self.site.look() as session:
            hashes = {self.site.web.vault.hash(f"+{phone}"): n for n, phone in enumerate(self.phones)}
            attempts = [session.get_one(Attempt, number) for number in self.attempts]
            deliveries = session.exec(
                select(Delivery).where(Delivery.bulletin_id == self.deliveries).order_by(Delivery.id)  # type: ignore[arg-type]
            )
            people = [session.get_one(Recipient, number) for number in self.people]
            words = [event for event in session.exec(select(ConsentEvent)) if event.subject_hash in hashes]
            templates = [
                one for one in session.exec(select(Template)) if one.name.startswith(f"town_{self.number}_")
            ]
            return {
                "attempts": [
                    (
                        one.outcome,
                        one.failed_at and one.code,
                        one.failed_at,
                        one.pricing_category,
                        one.billable,
                    )
                    for one in attempts
                ],
                "deliveries": [
                    (one.status, one.status == "failed" and one.reason, one.receipt, one.receipt_at)
                    for one in deliveries
                ],
                "people": [
                    # what somebody who left had chosen says nothing: coming back is a choice, too
                    (one.status, one.status == "active" and one.scope, one.last_inbound_at, one.resumed_at)
                    for one in people
                ],
                "words": sorted(
                    (hashes[one.subject_hash], one.event, one.at, one.word.lower())
                    for one in words
                    if "meta" not in one.word
                ),
                "templates": sorted((one.name[-1], one.status, one.category) for one in templates),
            }


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["status", "status", "status", "word", "preference", "template", "category"]),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(0, 40),
    ),
    min_size=2,
    max_size=14,
    unique_by=lambda event: (event[0], event[3]) if event[0] in ("word", "preference") else event,
)


@pytest.mark.slow
@given(
    ends=st.lists(st.sampled_from(ENDS), min_size=1, max_size=3),
    events=EVENTS,
    data=st.data(),
)
@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_any_order_repetition_and_batching_ends_the_same(
    settings: Settings,
    engine: Engine,
    now: datetime,
    ends: list[Outcome],
    events: list[Any],
    data: st.DataObject,
) -> None:
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=6))))
    cuts = data.draw(st.lists(st.integers(1, 5), min_size=len(again), max_size=len(again)))
    logging.disable(logging.CRITICAL)
    try:
        app = create_app(settings, engine, clock=lambda: now)
        site = Site(app, app.state.web)
        plain, shuffled = Town(site, now, ends), Town(site, now, ends)
        in_order = sorted(events, key=lambda event: -event[3])
        for event in in_order:
            site.tell(plain.event(*event))
        left = list(again)
        for cut in cuts:
            batch, left = left[:cut], left[cut:]
            if batch:
                payload = {"entry": [entry for one in batch for entry in shuffled.event(*one)["entry"]]}
                site.tell(payload)
        assert plain.state() == shuffled.state()
    finally:
        logging.disable(logging.NOTSET)
