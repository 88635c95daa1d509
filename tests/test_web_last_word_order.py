"""The last word of a citizen, in whatever order words, menu, receipts and repetitions of them arrive.

Where it must end is told by a model that knows the true order and nothing of our code.
"""

import logging
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import delete, select

from db import recipients, retention
from db.models import Consent, DeliveryStatus, InboundEvent, Outcome, Recipient, RecipientStatus, Scope
from db.recipients import Address
from flows.settings import Settings
from flows.web.app import create_app
from flows.web.inbound import forgetting, store
from tests.world import outbox
from tests.world.builders import make_bulletin, make_recipient
from tests.world.web_site import Site, change, messages, status, statuses, wrote

# `BOLLETTINO_REHEARSAL=1` tries many more
EXAMPLES = 1500 if os.environ.get("BOLLETTINO_REHEARSAL") else 40
JOIN = {"ATTIVA": Scope.everything, "SOLO ALLERTE": Scope.alerts}
OUT = ("DISATTIVA", "CANCELLAMI")
OTHERS = ("A che ora aprite?", "attiva no")
MENU = ("stop", "resume")
KINDS = (*JOIN, *OUT, *OTHERS, *MENU, "delivered", "131050")
_people = count(1)

Said = list[tuple[str, int]]
"""What happened, and in which minute; in its true order once sorted by that."""


@dataclass(frozen=True)
class End:
    scope: Scope | None  # of who is subscribed
    is_forgotten: bool  # the number must be nowhere


def model(said: Said) -> End:
    scope: Scope | None = None
    stopped = forgotten = False
    for kind, _ in sorted(said, key=lambda one: one[1]):
        if kind in JOIN:
            scope, stopped = JOIN[kind], False
        elif kind in OUT:
            scope = None
        elif kind in ("stop", "131050"):
            stopped = True
        elif kind == "resume":
            stopped = False
        if kind in (*JOIN, *OUT, *OTHERS):
            forgotten = kind == "CANCELLAMI"
    return End(None if stopped else scope, forgotten)


class Citizen:
    """A new number; whoever `is_known` was subscribed before the first minute, and got a bulletin."""

    def __init__(self, site: Site, now: datetime, *, is_known: bool) -> None:
        self.site, self.start = site, now - timedelta(hours=2)
        self.phone = f"39333{next(_people):07}"
        self.attempt = ""
        # of its own in each example: they share a database
        site.answer = lambda _: httpx.Response(200, json={"messages": [{"id": f"wamid.{uuid4()}"}]})
        if is_known:
            with site.look() as session:
                row = make_recipient(session, site.web.vault, phone=f"+{self.phone}", last_inbound_at=None)
                before = self.start - timedelta(days=1)
                site.web.ledger.record(session, row, Consent.opt_in, word="ATTIVA", source="x", at=before)
                bulletin = make_bulletin(session, [])
                outbox.plan(session, bulletin.id, [row], now=now)
                (attempt,) = outbox.begin(session, bulletin.id, now=now)
                wamid = f"w{self.phone}"
                outbox.finish(session, site.web.vault, attempt.id, Outcome.accepted, wamid=wamid, now=now)
                self.attempt = str(attempt.id)

    def event(self, kind: str, minute: int) -> dict[str, Any]:
        at = self.start + timedelta(minutes=minute)
        if kind in MENU:
            wish = {"wa_id": self.phone, "category": "marketing_messages", "value": kind}
            told = {**wish, "timestamp": int(at.timestamp())}
            return change({"user_preferences": [told]}, "user_preferences")
        if kind in ("delivered", "131050"):
            failed = {"errors": [{"code": 131050}]} if kind == "131050" else {}
            more = {"recipient_id": self.phone, "biz_opaque_callback_data": self.attempt or "x", **failed}
            return statuses(status("failed" if failed else kind, at, id=f"w{self.phone}", **more))
        return messages(wrote(kind, at, id=f"{self.phone}.{minute}", sender=self.phone))

    def tell(self, *events: tuple[str, int]) -> None:
        payload = {"entry": [entry for one in events for entry in self.event(*one)["entry"]]}
        store.store(self.site.web, orjson.dumps(payload))
        self.site.handle()

    def forget(self) -> None:
        """Every answer leaves, and who asked for it is erased."""
        while any(end == DeliveryStatus.queued for _, end in self.site.replies()):
            self.site.send()
        forgetting.forget(self.site.web)

    def end(self) -> End:
        with self.site.look() as session:
            row = recipients.find(session, self.site.web.vault, Address(f"+{self.phone}"))
            is_active = row is not None and row.status == RecipientStatus.active
            sealed = [one for one in session.exec(select(Recipient)) if one.phone_sealed]
            phones = {recipients.open_address(self.site.web.vault, one).phone for one in sealed}
            assert not is_active or f"+{self.phone}" in phones
            return End(row.scope if row and is_active else None, f"+{self.phone}" not in phones)


SAID = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 60)),
    min_size=2,
    max_size=7,
    unique_by=lambda one: one[1] if one[0] not in ("delivered", "131050") else one[0],
).filter(
    # of a message to somebody who was erased nobody knows any more whose it was; and it fails once
    lambda said: (
        not {"131050", "CANCELLAMI"} <= {kind for kind, _ in said}
        and not {"131050", "delivered"} <= {kind for kind, _ in said}
        and len({minute for _, minute in said}) == len(said)
    )
)
STEPS = ("tell", "tell", "tell", "forget", "a week")


@pytest.mark.slow
@given(is_known=st.booleans(), said=SAID, data=st.data())
@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
def test_any_order_ends_where_the_true_one_ends(
    settings: Settings, sqlite: Engine, now: datetime, is_known: bool, said: Said, data: st.DataObject
) -> None:
    said = [one for one in said if is_known or one[0] not in ("delivered", "131050")]
    again = data.draw(st.lists(st.sampled_from(said or [("ATTIVA", 1)]), max_size=4)) if said else []
    run(settings, sqlite, now, is_known, said, data.draw(st.permutations(said + again)), data)


def run(
    settings: Settings,
    engine: Engine,
    now: datetime,
    is_known: bool,
    said: Said,
    order: Said,
    data: st.DataObject | None = None,
) -> None:
    logging.disable(logging.CRITICAL)
    try:
        app = create_app(settings, engine, clock=lambda: now)
        citizen = Citizen(Site(app, app.state.web), now, is_known=is_known)
        for one in order:
            step = data.draw(st.sampled_from(STEPS)) if data else "tell"
            if step == "forget":
                citizen.forget()
            elif step == "a week":  # the keys of what was heard are gone: a repetition looks new
                with citizen.site.look() as session:
                    retention.raw_events(session, now + timedelta(days=8))
            citizen.tell(one)
        citizen.forget()
        before: Said = [("ATTIVA", -1440)] if is_known else []
        expected, found = model(before + said), citizen.end()
        assert found.scope == expected.scope
        assert found.is_forgotten or not expected.is_forgotten
    finally:
        logging.disable(logging.NOTSET)
        with app.state.web.engine.begin() as connection:
            connection.execute(delete(InboundEvent))


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize(
    "order",
    [
        # the DISATTIVA of the second minute comes when the menu has stopped and resumed
        [("ATTIVA", 1), ("stop", 3), ("resume", 4), ("DISATTIVA", 2)],
        [("ATTIVA", 1), ("stop", 3), ("resume", 4), ("SOLO ALLERTE", 2)],
        [("resume", 4), ("ATTIVA", 1), ("DISATTIVA", 2), ("stop", 3)],
        [("stop", 2), ("resume", 3), ("stop", 4), ("ATTIVA", 1)],
        [("DISATTIVA", 3), ("CANCELLAMI", 2)],
        [("CANCELLAMI", 5), ("stop", 6), ("resume", 7), ("ATTIVA", 1), ("A che ora aprite?", 2)],
    ],
)
def test_orders_that_once_ended_elsewhere(
    settings: Settings, engine: Engine, now: datetime, is_known: bool, order: Said
) -> None:
    run(settings, engine, now, is_known, order, order)
