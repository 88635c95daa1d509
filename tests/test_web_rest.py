"""Whether a Comune's loops have something to do: what is missed here waits for whoever writes next."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import deliveries, inbound
from db.engine import transaction
from db.inbound import EARLY, STATUS, Incoming
from db.models import Delivery, DeliveryStatus, InboundEvent
from db.vault import Vault
from flows.web.inbound import rest
from flows.web.inbound.rest import SOON
from tests.world.builders import NOW, make_recipient


def is_due(engine: Engine, later: dict[int, datetime], *, now: datetime) -> bool:
    due = rest.next_due(engine, later, now=now)
    return due is not None and due <= now


def stored(session: Session, vault: Vault, kind: str = "message") -> InboundEvent:
    incoming = {vault.hash(f"key of a {kind}"): Incoming(kind, None, "{}")}
    inbound.store(session, inbound.seal(session, vault, incoming, now=NOW))
    return session.exec(select(InboundEvent).order_by(col(InboundEvent.id).desc())).first()  # type: ignore[return-value]


def test_nothing_is_due_where_all_is_done(engine: Engine, vault: Vault) -> None:
    assert not is_due(engine, {}, now=NOW)
    with transaction(engine) as session:
        stored(session, vault).handled_at = NOW
        delivery = deliveries.queue_reply(
            session, make_recipient(session, vault).id, "info", "Ciao.", now=NOW
        )
        delivery.status = DeliveryStatus.accepted
    assert not is_due(engine, {}, now=NOW)


def test_what_came_is_due_until_it_is_handled(engine: Engine, vault: Vault) -> None:
    for kind, failure in (("message", None), (STATUS, None), (STATUS, EARLY)):
        with transaction(engine) as session:
            event = stored(session, vault, kind)
            event.failure = failure
        assert is_due(engine, {}, now=NOW), (kind, failure)
        with transaction(engine) as session:
            session.delete(session.merge(event))


def test_what_failed_is_due_when_its_wait_is_over(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        event = stored(session, vault)
        event.failure = "ValueError"
        number = event.id
    assert is_due(engine, {}, now=NOW), "who starts anew tries at once"
    assert not is_due(engine, {number: NOW + timedelta(hours=1)}, now=NOW)
    assert is_due(engine, {number: NOW}, now=NOW)


def test_an_answer_is_due_at_once_soon_or_later(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        queued = deliveries.queue_reply(
            session, make_recipient(session, vault).id, "info", "Ciao.", now=NOW
        ).id
    assert is_due(engine, {}, now=NOW)
    for due_at, is_soon in ((NOW + SOON, True), (NOW + SOON + timedelta(seconds=1), False)):
        with transaction(engine) as session:
            session.get_one(Delivery, queued).due_at = due_at
        assert is_due(engine, {}, now=NOW) == is_soon
    with transaction(engine) as session:
        session.get_one(Delivery, queued).status = DeliveryStatus.claimed
    assert is_due(engine, {}, now=NOW), "what a dead sender had begun"


def test_who_asked_to_be_forgotten_is_due(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        make_recipient(session, vault).erasure_asked_at = NOW
    assert is_due(engine, {}, now=NOW)
