"""The deliveries of a send as a table: numbers masked, or whole with a trace."""

import csv
import io

from sqlalchemy import Engine, update
from sqlmodel import select

from db.engine import reading, transaction
from db.models import (
    AccessEvent,
    Delivery,
    DeliveryStatus,
    Receipt,
    Recipient,
)
from flows.sending import deliveries_csv
from flows.settings import Settings
from tests.test_sending_certificate import FIVE, sent
from tests.world.builders import NOW, make_recipient
from tests.world.sends import make_delivery, make_send


def test_deliveries_are_exported_masked_and_whole_only_with_a_trace(
    settings: Settings, engine: Engine
) -> None:
    phones = ["+393330111222", "+393330111333"]
    with transaction(engine) as session:
        bulletin = make_send(session, settings.vault(), FIVE[2:4])
        for phone in phones:
            make_delivery(
                session,
                settings.vault(),
                bulletin,
                DeliveryStatus.accepted,
                phone=phone,
                receipt=Receipt.read,
            )
        number = bulletin.id

    def exported(full_for: str | None = None) -> list[dict[str, str]]:
        file = io.StringIO()
        count = deliveries_csv.write(settings, engine, number, file, full_for=full_for, now=NOW)
        rows = list(csv.DictReader(io.StringIO(file.getvalue())))
        assert len(rows) == count == 4
        return rows

    masked = exported()
    assert [row["numero"] for row in masked[2:]] == ["...22", "...33"]
    assert [row["esito"] for row in masked] == ["falliti", "incerti", "accettati", "accettati"]
    assert [row["codice"] for row in masked] == ["131026", "ReadTimeout", "", ""]
    assert masked[1]["che_cosa_vuol_dire"] == "senza risposta (ReadTimeout)"
    assert [row["quando"] for row in masked[1:3]] == ["2026-11-24 10:30:02", "2026-11-24 10:30:00"]
    assert [row["ricevuta"] for row in masked[1:3]] == ["", "read"]
    assert [row["ricevuta_quando"] for row in masked[1:3]] == ["", "2026-11-24 10:30:05"]
    with reading(engine) as session:
        assert session.exec(select(AccessEvent)).all() == []
    assert [row["numero"] for row in exported("Anna Redazione")[2:]] == phones
    with reading(engine) as session:
        trace = session.exec(select(AccessEvent)).one()
    assert (trace.by, trace.people, trace.at) == ("Anna Redazione", 4, NOW)
    assert trace.command == f"certificate {number} --deliveries --full-for"


def test_who_is_known_by_a_name_of_whatsapp_alone_is_exported_by_it(
    settings: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        number = make_send(session, settings.vault(), [(DeliveryStatus.accepted, None)]).id
        person = make_recipient(session, settings.vault(), bsuid="IT.13491208655302741918")
        session.execute(update(Delivery).values(recipient_id=person.id))
    rows = []
    for full_for in (None, "Anna Redazione"):
        file = io.StringIO()
        deliveries_csv.write(settings, sqlite, number, file, full_for=full_for, now=NOW)
        rows += list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [row["numero"] for row in rows] == ["...18", "IT.13491208655302741918"]


def test_a_number_that_no_key_opens_is_exported_as_such(settings: Settings, sqlite: Engine) -> None:
    number = sent(settings, sqlite)
    with transaction(sqlite) as session:
        session.execute(update(Recipient).values(phone_sealed=b"of another key"))
    file = io.StringIO()
    deliveries_csv.write(settings, sqlite, number, file, now=NOW)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert {row["numero"] for row in rows} == {deliveries_csv.UNREADABLE}


def test_no_code_of_a_provider_is_a_formula_in_a_spreadsheet(settings: Settings, sqlite: Engine) -> None:
    number = sent(settings, sqlite)
    with transaction(sqlite) as session:
        session.execute(update(Delivery).values(reason="=HYPERLINK(A1)"))
    file = io.StringIO()
    deliveries_csv.write(settings, sqlite, number, file, now=NOW)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert {row["codice"] for row in rows} == {"'=HYPERLINK(A1)"}
