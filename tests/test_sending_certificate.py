"""The certificate adds up, is counted from the rows, can be checked later, and shows nobody."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import select

from db import sign_offs
from db.engine import StoreError, transaction
from db.models import (
    AccessEvent,
    Attempt,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Outcome,
    SignOffWord,
)
from flows.bulletin.pictures.send import curves, picture
from flows.dispatch import dispatch_bulletin
from flows.sending import certificate, deliveries_csv
from flows.sending.certificate import CertificateError, Document
from flows.settings import Settings
from tests.test_dispatch import approved
from tests.world.builders import NOW, make_approval, make_bulletin
from tests.world.comune import Comune


def sent(comune: Comune) -> int:
    """A bulletin for five: three accepted, one failed, one uncertain."""
    comune.subscribe()
    number = approved(comune)
    comune.ask("POST", "/_prova/guasti", {"next": 131026})
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        accepted = select(Delivery).where(
            Delivery.bulletin_id == number, Delivery.status == DeliveryStatus.accepted
        )
        delivery = session.exec(accepted).first()
        assert delivery is not None
        delivery.status, delivery.reason = DeliveryStatus.uncertain, "ReadTimeout"
        made = select(Attempt).where(Attempt.delivery_id == delivery.id, Attempt.outcome == Outcome.accepted)
        attempt = session.exec(made).one()
        attempt.outcome = Outcome.uncertain
        session.add_all([delivery, attempt])
    return number


def drawn(comune: Comune, number: int) -> Document:
    with comune.look() as session:
        return certificate.draw_up(comune.settings, session, number)


def test_it_tells_counts_codes_times_seal_and_version(comuni: Comune) -> None:
    number = sent(comuni)
    found = drawn(comuni, number)
    assert found.is_whole
    assert found.planned == sum(found.counts.values()) == 5
    assert (found.counts["accepted"], found.counts["failed"], found.counts["uncertain"]) == (3, 1, 1)
    assert found.codes == [["accepted", "", 3], ["failed", "131026", 1], ["uncertain", "ReadTimeout", 1]]
    assert (found.attempts, found.version, found.approver) == (5, 2, "Anna Redazione")
    assert re.fullmatch("[0-9a-f]{64}", found.seal)
    assert found.first_at <= found.last_at
    assert [who for _, who in found.starts] == ["invio"]
    text = "\n".join(certificate.printed(found, at=NOW))
    assert "Previsti 5 = accettati 3 + falliti 1 + saltati 0 + incerti 1" in text
    assert "I conti tornano." in text
    first, last = map(datetime.fromisoformat, (found.first_at, found.last_at))
    told = [certificate.to_the_second(moment) for moment in (first, last)]
    assert f"Primo messaggio: {told[0]}. Ultimo: {told[1]}." in text
    assert "non consegnabile" in text
    rows = certificate.rows(found)
    assert [row["Messaggi"] for row in rows] == [3, 1, 1]
    assert rows[0]["Esito"] == "accettati"
    assert (rows[0]["Codice"], rows[0]["Che cosa vuol dire"]) == ("", "WhatsApp li ha presi in carico")
    tied = replace(found, codes=[["uncertain", "131000", 1], ["failed", "131026", 1]])
    assert [row["Codice"] for row in certificate.rows(tied)] == ["131026", "131000"], "by what became of them"


def test_receipts_are_told_with_their_moment_and_only_where_any_can_come(comune: Comune) -> None:
    hour = datetime(2026, 11, 24, 9, tzinfo=UTC)
    found = replace(drawn(comune, sent(comune)), receipts={}, last_at=hour.isoformat())
    line = "Conferme di consegna alle 10 di martedì 24 novembre: non ancora arrivate"
    assert line in certificate.printed(found, at=hour), "which is not: nobody received it"
    line = "Conferme di consegna alle 10 di mercoledì 25 novembre: nessuna"
    assert line in certificate.printed(found, at=hour + certificate.SETTLED_AFTER)
    by_hand = replace(found, channel="assisted")
    assert not any(line.startswith("Conferme") for line in certificate.printed(by_hand, at=NOW))


def test_it_holds_nothing_of_a_citizen(comune: Comune) -> None:
    numbers = [phone["number"] for phone in comune.ask("GET", "/_prova/telefoni")]
    found = drawn(comune, sent(comune))
    told = found.json() + "\n".join(certificate.printed(found, at=NOW))
    assert not any(number.lstrip("+") in told for number in numbers)
    assert "wamid" not in told


def test_a_kept_one_is_checked_against_the_rows(comuni: Comune) -> None:
    number = sent(comuni)
    path = certificate.keep(comuni.settings, drawn(comuni, number))
    assert path == comuni.settings.state / "certificati" / f"bollettino-{number}.json"
    kept = path.read_text(encoding="utf-8")
    assert certificate.compare(kept, drawn(comuni, number)) == certificate.Compared((), ())
    with comuni.look() as session:  # a webhook settles the uncertain one
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.uncertain)).one()
        row.status, row.reason = DeliveryStatus.accepted, None
        session.add(row)
    compared = certificate.compare(kept, drawn(comuni, number))
    assert compared.is_good
    assert compared.settled == (
        "accettati: nel certificato 3, adesso 4",
        "incerti: nel certificato 1, adesso 0",
    )


def test_rows_that_were_tampered_with_are_found(comune: Comune) -> None:
    number = sent(comune)
    kept = drawn(comune, number).json()
    with comune.look() as session:
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.failed)).one()
        row.status = DeliveryStatus.skipped
        session.add(row)
    assert not certificate.compare(kept, drawn(comune, number)).is_good
    with comune.look() as session:
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.skipped)).one()
        for attempt in session.exec(select(Attempt).where(Attempt.delivery_id == row.id)):
            session.delete(attempt)
        session.flush()
        session.delete(row)
    wrong = certificate.compare(kept, drawn(comune, number)).wrong
    assert {"planned", "deliveries_sha256", "attempts"} <= {line.split(":")[0] for line in wrong}


def test_a_file_that_was_edited_or_is_none_is_refused(comune: Comune) -> None:
    number = sent(comune)
    found = drawn(comune, number)
    edited = json.loads(found.json())
    edited["counts"]["accepted"] += 1
    wrong = certificate.compare(json.dumps(edited), found).wrong
    assert wrong[0] == "il file è stato modificato: la sua impronta non corrisponde"
    for text in ("", "[]", "{}", '{"sha256": ""}'):
        with pytest.raises(CertificateError, match="non è un certificato"):
            certificate.compare(text, found)
    with pytest.raises(CertificateError, match="è del bollettino"):
        certificate.compare(found.json(), replace(found, bulletin=number + 1))


@pytest.mark.parametrize(
    "before",
    [
        [],
        [("Anna Redazione", "other")],
        [("Carla", "other")],
        [("Carla", "s"), ("Carla", "")],
    ],
)
def test_only_who_approved_this_very_text_signed_it(
    settings: Settings, sqlite: Engine, before: list[tuple[str, str]]
) -> None:
    """Not who approved another text of it, nor before it was given back (no seal)."""
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, [], status=BulletinStatus.in_review)
        for number, (name, seal) in enumerate([*before, ("Bruno Vice", "s"), ("Anna Redazione", "s")], 1):
            sign_offs.add(
                session,
                bulletin.id,
                number,
                editor=name.lower(),
                name=name,
                said=SignOffWord.approve if seal else SignOffWord.send_back,
                at=NOW + timedelta(minutes=number),
                seal=seal,
                vault=settings.vault(),
            )
        approval = make_approval(session, bulletin, 1)
        approval.seal = "s"
        assert certificate.signers(settings, session, approval) == ["Bruno Vice", "Anna Redazione"]


def test_a_send_that_is_not_over_does_not_add_up_yet(comune: Comune) -> None:
    number = sent(comune)
    with comune.look() as session:
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.uncertain)).one()
        row.status = DeliveryStatus.queued
        session.add(row)
    found = drawn(comune, number)
    assert not found.is_whole
    assert "ancora da inviare 1" in "\n".join(certificate.printed(found, at=NOW))


def test_of_a_draft_nobody_has_approved_or_sent_anything(comune: Comune) -> None:
    comune.collect()
    found = drawn(comune, comune.draft())
    assert (found.version, found.approver, found.seal) == (None, "", "")
    assert (found.planned, found.channel, found.first_at, found.last_at) == (0, "cloud", "", "")
    assert "Primo messaggio: -. Ultimo: -." in certificate.printed(found, at=NOW)


def test_a_bulletin_that_does_not_exist_has_none(comune: Comune) -> None:
    with pytest.raises(StoreError, match="there is no bulletin 4711"):
        drawn(comune, 4711)


def test_deliveries_are_exported_masked_and_whole_only_with_a_trace(comuni: Comune) -> None:
    number = sent(comuni)
    numbers = [phone["number"] for phone in comuni.ask("GET", "/_prova/telefoni")]

    def exported(full_for: str | None = None) -> list[dict[str, str]]:
        file = io.StringIO()
        count = deliveries_csv.write(
            comuni.settings, comuni.engine, number, file, full_for=full_for, now=comuni.now
        )
        rows = list(csv.DictReader(io.StringIO(file.getvalue())))
        assert len(rows) == count == 5
        return rows

    masked = exported()
    assert sorted(row["numero"] for row in masked) == sorted(f"...{phone[-2:]}" for phone in numbers)
    assert sorted(row["esito"] for row in masked) == ["accettati"] * 3 + ["falliti", "incerti"]
    with comuni.look() as session:
        assert session.exec(select(AccessEvent)).all() == []
    assert sorted(row["numero"] for row in exported("Anna Redazione")) == sorted(numbers)
    with comuni.look() as session:
        trace = session.exec(select(AccessEvent)).one()
    assert (trace.by, trace.people, trace.at) == ("Anna Redazione", 5, comuni.now)


def test_no_code_of_a_provider_is_a_formula_in_a_spreadsheet(comune: Comune) -> None:
    number = sent(comune)
    with transaction(comune.engine) as session:
        session.execute(update(Delivery).values(reason="=HYPERLINK(A1)"))
    file = io.StringIO()
    deliveries_csv.write(comune.settings, comune.engine, number, file, now=comune.now)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert {row["codice"] for row in rows} == {"'=HYPERLINK(A1)"}


def test_the_send_over_time_is_drawn() -> None:
    attempts = [
        (NOW + timedelta(seconds=n / 10), Outcome.refused if n % 10 == 9 else Outcome.accepted)
        for n in range(100)
    ]
    accepted, refused = curves(attempts)
    assert (accepted.counts[-1], refused.counts[-1]) == (90, 10)
    assert accepted.counts == tuple(sorted(accepted.counts))
    drawn = picture(attempts)
    assert drawn.startswith("<svg ")
    assert "accettati 90" in drawn
    assert "10:30:00" in drawn
    assert "Nessun messaggio è partito." in picture([])
    assert "accettati 1<" in picture(attempts[:1])
