"""Whoever runs the service is told of webhooks that nobody could read, once a week for each shape, and of a
journal of consent that lacked something.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db.engine import transaction
from db.models import Consent, InboundEvent, Letter
from db.recipients import Address
from flows.letters import alarms, upkeep
from flows.settings import Settings
from flows.sources.silence import Silence
from flows.staff.mail import OPERATOR
from flows.watch import rounds
from tests.world.builders import NOW
from tests.world.comune import Comune
from tests.world.mail_server import Post, announce, mail_server
from tests.world.tiny_disk import no_file_grows_beyond

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
    assert f"Ciao {OPERATOR}," in text
    assert "Inoltra" not in text


def said(comune: Comune, *events: Consent) -> list[str]:
    """Words of consent as the web app writes them; the journal's lines."""
    ledger = comune.settings.ledger()
    for number, event in enumerate(events):
        with transaction(comune.engine) as session:
            at, who = NOW + timedelta(seconds=number), Address(f"+39333000000{number}")
            ledger.record(session, who, event, word=event.name, source="whatsapp", at=at)
    return ledger.journal.path.read_text(encoding="utf-8").splitlines(keepends=True)


def test_what_the_journal_lacks_is_added_by_the_watch_and_told(comune: Comune, box: Post) -> None:
    lines = said(comune, Consent.opt_in, Consent.opt_out, Consent.erase)
    journal = comune.settings.ledger().journal
    assert upkeep.complete_journal(comune.settings, comune.engine, now=NOW) == []
    journal.path.write_text("".join([*lines[:2], lines[2][:36]]), encoding="utf-8")  # cut off by a full disk
    _, told = rounds(comune.settings, comune.engine, now=NOW)
    assert any("REGISTRO DEI CONSENSI: non aveva una parola" in line for line in told)
    assert [entry.event for entry in journal.entries()] == [Consent.opt_in, Consent.opt_out, Consent.erase]
    text = box.last("Il registro dei consensi non aveva una parola")
    assert "ha aggiunto ciò che mancava" in text
    assert "{" not in text
    assert "3330000002" not in text
    letters = len(box.taken)
    rounds(comune.settings, comune.engine, now=NOW + timedelta(minutes=5))
    assert len(box.taken) == letters


def test_a_journal_that_cannot_be_mended_or_is_gone_is_told(comuni: Comune) -> None:
    lines = said(comuni, Consent.opt_in, Consent.opt_out)
    path = comuni.settings.ledger().journal.path
    path.write_text(lines[0], encoding="utf-8")

    def look() -> str:
        (found,) = upkeep.complete_journal(comuni.settings, comuni.engine, now=NOW)
        return found

    if comuni.engine.dialect.name == "postgresql":  # whose disk is its own
        with no_file_grows_beyond(path.stat().st_size + 36):
            assert "Non si riesce ad aggiungere ciò che manca (File too large)" in look()
        assert path.read_text(encoding="utf-8") == lines[0]
    path.unlink()
    assert "non c'è più" in look()
    assert not path.exists(), "a person has to look first"


def test_a_service_that_nobody_joined_yet_lacks_nothing(comune: Comune) -> None:
    assert upkeep.complete_journal(comune.settings, comune.engine, now=NOW) == []


def test_a_source_in_doubt_leads_first_to_what_reads_its_past_again(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the page Redazione does beside that source; who runs the service comes after it."""
    doubt = Silence("https://www.comune.example/feed", "nessuna notizia nuova da 9 giorni", is_alerts=False)
    monkeypatch.setattr(alarms, "silent", lambda *_: [doubt])
    with transaction(sqlite) as session:
        alarms._silent_sources(settings, session, NOW)
        told = [letter.text for letter in session.exec(select(Letter))]
    assert told
    boxes = "togliendo la spunta a «Prova» e mettendola a «Offri queste notizie»"
    way = (
        f"rileggile con «recupera», {boxes}: {settings.order_link('recupera')}\nSe poi mancano ancora avvisa "
    )
    assert all(way in text for text in told)
