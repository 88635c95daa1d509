"""Whether something in a database waits for a person, an answer or an hour."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import call_outbox, deliveries, mail_outbox
from db.engine import reading, transaction
from db.idle import is_still
from db.models import (
    BulletinStatus,
    CallChannel,
    CallStatus,
    DeliveryStatus,
    Letter,
    LetterStatus,
    Level,
)
from db.vault import Vault
from tests.world.builders import NOW, make_bulletin, make_recipient, make_weather_alert

ENDED = {"sent", "rejected", "merged", "superseded", "expired", "missed"}


def still(engine: Engine) -> bool:
    with reading(engine) as session:
        return is_still(session, now=NOW)


def test_a_new_one_is_still(engine: Engine) -> None:
    assert still(engine)


@pytest.mark.parametrize("status", list(BulletinStatus))
def test_a_bulletin_waits_until_it_has_ended(engine: Engine, status: BulletinStatus) -> None:
    with transaction(engine) as session:
        make_bulletin(session, status=status)
    assert still(engine) == (status in ENDED)


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_an_answer_waits_while_it_may_leave(engine: Engine, vault: Vault, status: DeliveryStatus) -> None:
    with transaction(engine) as session:
        person = make_recipient(session, vault)
        deliveries.queue_reply(session, person.id, "info", "Ciao.", now=NOW).status = status
    assert still(engine) == (status not in ("queued", "claimed"))


@pytest.mark.parametrize("status", list(LetterStatus))
def test_an_e_mail_waits_until_it_has_left_or_never_will(engine: Engine, status: LetterStatus) -> None:
    with transaction(engine) as session:
        mail_outbox.queue(
            session,
            kind="bozza",
            about="bulletin 1",
            editor="Anna Redazione",
            address="anna@comune.example",
            subject="Bozza",
            text="Da approvare.",
            now=NOW,
        )
        session.exec(select(Letter)).one().status = status
    assert still(engine) == (status != "queued")


@pytest.mark.parametrize("status", list(CallStatus))
def test_a_call_waits_while_it_may_leave(engine: Engine, status: CallStatus) -> None:
    with transaction(engine) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sent)
        call = call_outbox.queue(
            session,
            bulletin_id=bulletin.id,
            version_number=1,
            turn=1,
            editor="Anna Redazione",
            channel=CallChannel.sms,
            until=NOW + timedelta(hours=1),
            now=NOW,
        )
        call.status = status
    assert still(engine) == (status not in ("queued", "in_flight"))


def test_an_alert_waits_for_its_end_and_a_green_day_for_nothing(engine: Engine) -> None:
    for level, day, is_quiet in (
        (Level.verde, NOW.date(), True),
        (Level.rossa, NOW.date() - timedelta(days=2), True),
        (Level.gialla, NOW.date() + timedelta(days=1), False),
    ):
        with transaction(engine) as session:
            make_weather_alert(session, level=level, day=day)
        assert still(engine) == is_quiet, (level, day)
