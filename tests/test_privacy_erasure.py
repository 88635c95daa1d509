"""Erase, then look everywhere: no number is left, in clear or in base64, and the certificates add up."""

import base64
import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import col, select

from db import claims, deliveries, erasure, inbound, privacy, recipients, retention
from db.claims import Result
from db.engine import reading, transaction
from db.models import (
    Attempt,
    BulletinKind,
    BulletinStatus,
    Consent,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Recipient,
    RecipientStatus,
)
from db.recipients import Address
from flows.privacy import people
from flows.settings import Settings
from flows.web.inbound import forgetting
from tests.world.builders import make_bulletin, make_recipient
from tests.world.traces import national, traces
from tests.world.web_site import Site, messages, wrote

PHONE = "+393331234567"
WAMID = f"wamid.{base64.b64encode(PHONE[1:].encode() + b'-01').decode()}"


def _holds(raw: bytes) -> bool:
    return bool(traces(raw, [national(PHONE)]))


def _everything(settings: Settings, engine: Engine) -> bytes:
    """All rows of all tables, with what our own keys open, and every file of the state folder."""
    vault, found = settings.vault(), b""
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        sealed = bytes(value)
                        found += sealed
                        if sealed.startswith(b"gAAAA"):
                            found += vault.open(sealed).encode()
                    else:
                        found += str(value).encode()
    for path in settings.state.rglob("*"):
        if path.is_file() and path.suffix not in (".db", ".db-wal", ".db-shm"):
            found += path.read_bytes()
    return found


def _live(settings: Settings, engine: Engine, now: datetime) -> Recipient:
    """Somebody subscribed, wrote, and got a bulletin and an answer."""
    vault, ledger = settings.vault(), settings.ledger()
    with transaction(engine) as session:
        row = make_recipient(session, vault, phone=PHONE, bsuid="IT.9988")
        ledger.record(session, row, Consent.opt_in, word="ATTIVA", source="whatsapp", at=now)
        bulletin = make_bulletin(session, [], status=BulletinStatus.sending)
        make_recipient(session, vault)
        deliveries.plan(session, bulletin.id, recipients.audience(BulletinKind.urgent), now=now)
        deliveries.queue_reply(session, row.id, "benvenuto", "Ciao.", now=now)
        mine = session.exec(select(Delivery.id).where(Delivery.recipient_id == row.id)).all()
        begun = claims.begin(session, mine, sender_id=None, now=now)
        results = [
            Result(one, Outcome.accepted, wamid=f"{WAMID}{number}") for number, one in enumerate(begun)
        ]
        claims.settle(session, vault, results, now=now)
        event = InboundEvent(
            event_hash="k",
            kind="message",
            sender_hash=vault.hash(PHONE),
            payload_sealed=vault.seal(f'{{"from": "{PHONE}"}}'),
            received_at=now,
        )
        session.add(event)
        session.flush()
        inbound.handled(session, [event.id], now=now)
        return row


def test_after_an_erasure_the_number_is_nowhere_and_the_certificate_adds_up(
    settings: Settings, engine: Engine, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    row = _live(settings, engine, now)
    number = row.id
    assert _holds(_everything(settings, engine)), "before, it is found"
    with caplog.at_level(logging.DEBUG):
        assert people.erase(settings, engine, Address(PHONE), by="clerk", now=now) == 1
    assert not _holds(_everything(settings, engine) + caplog.text.encode())
    with transaction(engine) as session:
        tombstone = session.get_one(Recipient, number)
        assert tombstone.status == RecipientStatus.erased
        assert tombstone.phone_hash == settings.vault().hash(PHONE)
        assert session.exec(select(Delivery).where(Delivery.recipient_id == number)).all() == []
        assert session.exec(select(Delivery).where(Delivery.reply == "benvenuto")).all() == []
        bulletin = session.exec(select(Delivery.bulletin_id).distinct()).one()
        assert bulletin is not None
        told = deliveries.certificate(session, bulletin)
        assert (told.planned, told.accepted, told.open) == (2, 1, 1)
        assert len(session.exec(recipients.audience(BulletinKind.urgent)).all()) == 1
        (entry,) = privacy.accesses(session, limit=9)
        assert (entry.command, entry.people, entry.by) == ("erase", 1, "clerk")
    assert people.erase(settings, engine, Address("+393339999999"), by="clerk", now=now) == 0


def test_what_was_sealed_of_them_leaves_the_file_of_the_database(
    settings: Settings, sqlite: Engine, now: datetime
) -> None:
    """Also its free pages and its log: whoever has the keys could still open them."""
    _live(settings, sqlite, now)
    with transaction(sqlite) as session:
        row = recipients.find(session, settings.vault(), Address(PHONE))
        assert row is not None
        sealed = [row.phone_sealed, row.bsuid_sealed, *session.exec(select(Attempt.wamid_sealed))]
    files = list(settings.state.glob("bollettino.db*"))
    tokens = [one for one in sealed if one]
    assert all(any(one in path.read_bytes() for path in files) for one in tokens)
    people.erase(settings, sqlite, Address(PHONE), by="clerk", now=now)
    assert not [path for path in files if any(one in path.read_bytes() for one in tokens)]


def test_a_long_reader_holds_up_no_erasure(settings: Settings, sqlite: Engine, now: datetime) -> None:
    _live(settings, sqlite, now)
    with reading(sqlite) as session:
        session.exec(select(Recipient)).all()
        assert people.erase(settings, sqlite, Address(PHONE), by="clerk", now=now) == 1
    with transaction(sqlite) as session:
        assert session.exec(select(Recipient).where(col(Recipient.phone_sealed).is_not(None))).one()


def test_who_never_said_a_word_of_consent_leaves_no_row(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        row = recipients.note_inbound(session, settings.vault(), Address(PHONE), at=now, now=now)
        deliveries.queue_reply(session, row.id, "cortesia_non_iscritto", "Ciao.", now=now)
        erasure.erase(session, row, now=now)
        assert session.exec(select(Recipient)).all() == []
        assert session.exec(select(Delivery)).all() == []


def test_an_answer_on_its_way_is_finished_and_its_wamid_goes_later(
    settings: Settings, engine: Engine, now: datetime
) -> None:
    vault = settings.vault()
    with transaction(engine) as session:
        row = make_recipient(session, vault, phone=PHONE)
        settings.ledger().record(session, row, Consent.erase, word="X", source="operator", at=now)
        delivery = deliveries.queue_reply(session, row.id, "info", "Iscrizione: ...", now=now)
        (attempt,) = claims.begin(session, [delivery.id], sender_id=None, now=now)
        session.expire_all()
        recipients.opt_out(session, row, now=now)
        erasure.erase(session, row, now=now)
    with transaction(engine) as session:
        claims.settle(session, vault, [Result(attempt, Outcome.accepted, wamid=WAMID)], now=now)
    with transaction(engine) as session:
        kept = session.get_one(Delivery, delivery.id)
        assert (kept.status, kept.body) == (DeliveryStatus.accepted, None)
        assert retention.late_wamids(session) == 1
    assert not _holds(_everything(settings, engine))


def test_cancellami_says_goodbye_and_then_forgets(
    site: Site, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        site.tell(messages(wrote("ATTIVA", now, id="a")))
        site.tell(messages(wrote("Cancellami, per favore", now + timedelta(seconds=1), id="b")))
        assert forgetting.forget(site.web) == 0, "the goodbye has not left yet"
        while any(status == DeliveryStatus.queued for _, status in site.replies()):
            site.send()
        assert "cancelliamo ora il tuo numero" in site.posted[-1]["text"]["body"]
        log = Path(f"{site.web.engine.url.database}-wal")
        assert log.stat().st_size > 0
        assert forgetting.forget(site.web) == 1
        assert log.stat().st_size == 0, "older pages stand there, with the number in them"
    assert forgetting.forget(site.web) == 0
    assert not _holds(_everything(site.web.settings, site.web.engine) + caplog.text.encode())
    with site.look() as session:
        (row,) = session.exec(select(Recipient))
        assert (row.status, row.phone_sealed) == (RecipientStatus.erased, None)
        assert session.exec(select(Attempt)).all() == []
    site.tell(messages(wrote("ATTIVA", now + timedelta(seconds=9), id="c")))
    site.send()
    assert "La tua iscrizione è attiva" in site.posted[-1]["text"]["body"], "and comes back by a word"
    site.tell(messages(wrote("C'è un incendio in via Roma!", now, id="d")))
    site.send()
    assert site.replies()[-1] == ("emergenza", DeliveryStatus.accepted), "who is known again is answered"


def test_the_words_of_a_citizen_are_dropped_once_they_are_understood(site: Site, now: datetime) -> None:
    site.tell(messages(wrote("Ho il diabete, a chi chiedo?", now)))
    with site.look() as session:
        (event,) = session.exec(select(InboundEvent))
        assert (event.payload_sealed, event.handled_at) == (b"", now)


def test_the_journal_and_the_export_of_one_person(settings: Settings, engine: Engine, now: datetime) -> None:
    _live(settings, engine, now)
    found = people.export(settings, engine, Address(PHONE), by="clerk", now=now)
    (address,) = found["indirizzi"]
    assert (address["telefono"], address["stato"]) == (PHONE, "active")
    assert [one["parola"] for one in found["registro_dei_consensi"]] == ["ATTIVA"]
    assert [one["risposta"] for one in found["messaggi"]] == [None, "benvenuto"]
    with transaction(engine) as session:
        (entry,) = privacy.accesses(session, limit=9)
        assert (entry.command, entry.subject_hash) == ("export-person", settings.vault().hash(PHONE))
    nobody = people.export(settings, engine, Address("+393339999999"), by="clerk", now=now)
    assert (nobody["indirizzi"], nobody["messaggi"]) == ([], [])
    assert not _holds(Path(settings.ledger().journal.path).read_bytes())
