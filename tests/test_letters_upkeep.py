"""Whoever runs the service is told of webhooks that nobody could read: once a week for each shape."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from db.engine import transaction
from db.models import InboundEvent
from flows import upkeep
from flows.letters import alarms
from tests.builders import NOW
from tests.comune import Comune
from tests.mail_server import Post, announce, mail_server

ANNA = "anna@comune.esempio.mi.it"


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def arrives(comune: Comune, shape: str, at: datetime) -> None:
    with transaction(comune.engine) as session:
        session.add(
            InboundEvent(
                event_hash=f"{shape} {at}",
                kind="unknown",
                unread=shape,
                payload_sealed=b"sealed",
                received_at=at,
                handled_at=at,
            )
        )


def told(comune: Comune, box: Post, at: datetime) -> list[tuple[str, str]]:
    before = len(box.taken)
    alarms.tell_all(comune.settings, comune.engine, now=at)
    sign = "WhatsApp manda avvisi che il programma non conosce: "
    return [(to, said.partition(sign)[2]) for to, said in box.told[before:] if sign in said]


def test_each_shape_is_told_once_a_week(comune: Comune, box: Post) -> None:
    for hour in range(0, 24 * 10, 6):  # it keeps coming
        arrives(comune, "a_new_field", NOW + timedelta(hours=hour))
    assert told(comune, box, NOW) == [(ANNA, "a_new_field")]
    assert told(comune, box, NOW + timedelta(minutes=5)) == []
    arrives(comune, "messages.poll", NOW + timedelta(days=1))
    assert told(comune, box, NOW + timedelta(days=1)) == [(ANNA, "messages.poll")]
    assert told(comune, box, NOW + timedelta(days=6, hours=23)) == []
    assert told(comune, box, NOW + timedelta(days=7, minutes=5)) == [(ANNA, "a_new_field")]
    assert told(comune, box, NOW + timedelta(days=20)) == [], "it has stopped"
    text = box.last("a_new_field")
    assert "Inoltra questa e-mail a chi gestisce il servizio" in text
    assert "{" not in text


def test_the_operator_of_the_profile_is_written_to_and_nobody_else(comune: Comune, box: Post) -> None:
    comune.reprofile(("sandbox = true ", 'operator = "ced@comune.esempio.mi.it"\nsandbox = true '))
    arrives(comune, "a_new_field", NOW)
    assert told(comune, box, NOW) == [("ced@comune.esempio.mi.it", "a_new_field")]
    text = box.last("a_new_field")
    assert f"Ciao {upkeep.NAME}," in text
    assert "Inoltra" not in text
