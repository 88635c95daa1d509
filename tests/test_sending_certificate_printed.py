"""A certificate as it is read: who by name, what is proved, parts, hands, receipts, a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import acts, bulletins, handovers, senders, sign_offs
from db.engine import transaction
from db.models import (
    Declaration,
    DeliveryStatus,
    DoorAct,
    HandoverKind,
    SignInProof,
    SignOffWord,
)
from flows.bulletin.status import ACCESS, BY_OPERATOR
from flows.sending import certificate
from flows.settings import Settings
from tests.test_sending_certificate import FIVE, drawn, sent
from tests.world.builders import NOW
from tests.world.sends import SEAL, make_delivery, make_send


def _decided(session: Session, verb: str, bulletin_id: int, at: datetime) -> None:
    acts.add(
        session,
        verb,
        name="Anna",
        at=at,
        words="",
        bulletin_id=bulletin_id,
        code_hash=None,
        by_operator=True,
    )


def test_receipts_are_told_with_their_moment_and_only_where_any_can_come(
    settings: Settings, sqlite: Engine
) -> None:
    hour = datetime(2026, 11, 24, 9, tzinfo=UTC)
    found = replace(drawn(settings, sqlite, sent(settings, sqlite)), last_at=hour.isoformat())
    line = "Conferme di consegna alle 10 di martedì 24 novembre: non ancora arrivate"
    assert line in certificate.printed(found, at=hour), "which is not: nobody received it"
    moment = hour + certificate.SETTLED_AFTER
    line = "Conferme di consegna alle 10 di mercoledì 25 novembre: "
    assert f"{line}nessuna" in certificate.printed(found, at=moment)
    some = replace(found, receipts={"delivered": 2, "read": 1})
    assert f"{line}consegnati 2, letti 1" in certificate.printed(some, at=moment)
    assert "Tentativi: 5" in certificate.printed(some, at=moment)
    by_hand = replace(found, channel="assisted")
    assert not any(
        line.startswith(("Conferme", "Tentativi")) for line in certificate.printed(by_hand, at=NOW)
    )


def test_it_names_who_signed_started_and_overrode_and_how_that_is_proved(
    settings: Settings, sqlite: Engine
) -> None:
    vault, minute = settings.vault(), timedelta(minutes=1)
    with transaction(sqlite) as session:
        number = make_send(session, vault, FIVE).id
        for version, (who, proof) in enumerate([("anna", None), ("bruno", "a" * 64), ("carla", None)], 1):
            sign_offs.add(
                session,
                number,
                version,
                editor=who,
                name=who.title(),
                said=SignOffWord.approve,
                at=NOW + minute * version,
                seal=SEAL,
                code_hash=proof,
                vault=vault,
            )
        asked = DoorAct(
            key="k",
            person="carla",
            role="editor",
            proof=SignInProof.oidc_mfa,
            use="resume",
            subject="",
            body_sha256="",
            at=NOW + minute * 3,
            address="",
            proved_at=NOW,
            mac="",
        )
        session.add(asked)
        senders.add(session, number, by="Anna", despite=["Costo", "Limite di 24 ore"], now=NOW + minute * 9)
        _decided(session, acts.RESUME, number, NOW + minute * 8)
        sealed = bulletins.approved(session, number)
        assert sealed is not None
        sealed[0].approver = "Carla"
        assert certificate.unproved(settings, session, sealed[0]) == ["Anna"]
    found = drawn(settings, sqlite, number)
    assert found.signers == ["Anna", "Bruno", "Carla"]
    assert [row[1:] for row in found.proofs] == [
        ["Anna", "senza codice: il nome è solo dichiarato"],
        ["Bruno", "codice verificato"],
        [
            "Carla",
            "senza codice: il nome è solo dichiarato, accesso con l'account del Comune e un secondo fattore, "
            "prova di martedì 24 novembre 2026, 10:30:00",
        ],
    ]
    text = list(certificate.printed(found, at=NOW))
    assert "Testo: versione 1, approvata da Anna e Bruno e Carla" in text
    assert "Approvato: martedì 24 novembre 2026, 10:32:00, da Bruno (codice verificato)" in text
    assert f"Sigillo: {SEAL}" in text
    assert "Avviato: martedì 24 novembre 2026, 10:30:00, da solo" in text
    assert "Avviato: martedì 24 novembre 2026, 10:39:00, da Anna" in text
    assert [line for line in text if line.startswith("Nonostante")] == [
        f"Nonostante il controllo: martedì 24 novembre 2026, 10:39:00, Anna: {check}"
        for check in ("Costo", "Limite di 24 ore")
    ]
    assert f"Deciso: martedì 24 novembre 2026, 10:38:00, da Anna: riprendi ({BY_OPERATOR})" in text
    assert not any(line.startswith(("Scaglione", "Inviato a mano", "Dichiarato")) for line in text)


def test_who_signed_in_at_the_door_gave_no_code(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = make_send(session, settings.vault(), FIVE).id
        sealed = bulletins.approved(session, number)
        assert sealed is not None
        assert certificate.unproved(settings, session, sealed[0]) == ["Anna Redazione"]
        sealed[0].code_hash = ACCESS + "k"
        assert certificate.proofs(settings, session, sealed[0]) == {"Anna Redazione": "accesso verificato"}
        assert certificate.unproved(settings, session, sealed[0]) == []


def test_each_part_of_a_send_in_parts_is_counted_apart(settings: Settings, engine: Engine) -> None:
    day = timedelta(days=1)
    with transaction(engine) as session:
        bulletin = make_send(session, settings.vault(), FIVE)
        senders.add(session, bulletin.id, by="Anna Redazione", now=NOW + day)
        make_delivery(session, settings.vault(), bulletin, DeliveryStatus.accepted, at=NOW + day * 1.5)
        number = bulletin.id
    assert drawn(settings, engine, number).parts == [], "resumed, and as a whole"
    with transaction(engine) as session:
        _decided(session, acts.IN_PARTS, number, NOW)
    found = drawn(settings, engine, number)
    assert [part for _, part in found.parts] == [
        {"accepted": 3, "failed": 1, "uncertain": 1},
        {"accepted": 1},
    ]
    text = list(certificate.printed(found, at=NOW))
    assert "Scaglione 1, martedì 24 novembre 2026, 10:30:00: 5 = accettati 3 + falliti 1 + incerti 1" in text
    assert "Scaglione 2, mercoledì 25 novembre 2026, 10:30:00: 1 = accettati 1" in text
    assert any(line.startswith("Deciso") and ": a scaglioni (" in line for line in text)


def test_one_by_hand_shows_what_was_declared(settings: Settings, sqlite: Engine) -> None:
    minute = timedelta(minutes=1)
    with transaction(sqlite) as session:
        number = make_send(session, settings.vault(), [(DeliveryStatus.declared, "by_list")] * 3).id
        handovers.begin(session, number, HandoverKind.assisted, now=NOW)
        for place, (lists, people, is_last) in enumerate(
            [("1 2", 3, False), ("", 0, False), ("", 0, True)], 1
        ):
            declared = Declaration(
                bulletin_id=number,
                number=place,
                by="Bruno",
                at=NOW + minute * place,
                lists=lists,
                people=people,
                is_last=is_last,
                run_id="run",
                answered_round=place,
            )
            session.add(declared)
    found = drawn(settings, sqlite, number)
    assert found.channel == "assisted"
    assert (found.first_at, found.last_at) == (
        "2026-11-24T09:31:00.000+00:00",
        "2026-11-24T09:31:00.000+00:00",
    )
    text = list(certificate.printed(found, at=NOW))
    assert f"Inviato a mano: {certificate.BY_HAND['assisted']}" in text
    assert [line for line in text if line.startswith("Dichiarato")] == [
        "Dichiarato: martedì 24 novembre 2026, 10:31:00, da Bruno: liste 1, 2 (3)",
        "Dichiarato: martedì 24 novembre 2026, 10:33:00, da Bruno: niente altro (0)",
    ]
    assert "Previsti 3 = accettati 0 + falliti 0 + saltati 0 + incerti 0 + dichiarati 3" in text
    posted = replace(
        found, channel="channel", declarations=[["2026-11-24T09:31:00+00:00", "Bruno", "1", "1"]]
    )
    line = "Dichiarato: martedì 24 novembre 2026, 10:31:00, da Bruno: canale (1)"
    assert line in certificate.printed(posted, at=NOW)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", ""),
        ("opted_out", "la persona si è disiscritta prima dell'invio"),
        ("ReadTimeout", "senza risposta (ReadTimeout)"),
        ("987654", "errore 987654 di WhatsApp"),
    ],
)
def test_every_reason_has_its_words(code: str, words: str) -> None:
    assert certificate.reason(code) == words


def test_the_table_of_outcomes_stands_in_columns(settings: Settings, sqlite: Engine) -> None:
    text = list(certificate.printed(drawn(settings, sqlite, sent(settings, sqlite)), at=NOW))
    table = text[text.index("", text.index("I conti tornano.")) + 1 : -2]
    assert [line[:42] for line in table] == [
        "       3  accettati                     Wh",
        "       1  falliti           131026      no",
        "       1  incerti           ReadTimeout se",
    ]
    assert text[-1].startswith("Impronta (serve solo a chi gestisce il servizio): ")
    assert len(text[-1].split(": ")[1]) == 64
