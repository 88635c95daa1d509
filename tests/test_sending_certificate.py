"""The certificate adds up, is counted from the rows, can be checked later, and shows nobody."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import sign_offs
from db.engine import StoreError, reading, transaction
from db.models import (
    Attempt,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Outcome,
    SignOffWord,
)
from flows.bulletin.pictures.send import curves, picture
from flows.dispatch import dispatch_bulletin
from flows.sending import certificate
from flows.sending.certificate import CertificateError, Document
from flows.settings import Settings
from tests.test_dispatch import approved
from tests.world.builders import NOW, make_approval, make_bulletin
from tests.world.comune import Comune
from tests.world.sends import make_delivery, make_send

FIVE = [
    (DeliveryStatus.accepted, None),
    (DeliveryStatus.accepted, None),
    (DeliveryStatus.failed, "131026"),
    (DeliveryStatus.uncertain, "ReadTimeout"),
    (DeliveryStatus.accepted, None),
]
"""What became of a bulletin for five: three accepted, one failed, one uncertain."""


def really_sent(comune: Comune) -> int:
    """The same, by a provider."""
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


def sent(settings: Settings, engine: Engine) -> int:
    with transaction(engine) as session:
        return make_send(session, settings.vault(), FIVE).id


def drawn(settings: Settings, engine: Engine, number: int) -> Document:
    with reading(engine) as session:
        return certificate.draw_up(settings, session, number)


def test_it_tells_counts_codes_times_seal_and_version(comuni: Comune) -> None:
    found = drawn(comuni.settings, comuni.engine, really_sent(comuni))
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


def test_it_holds_nothing_of_a_citizen(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_send(session, settings.vault(), FIVE)
        phone, number = "+393330111222", bulletin.id
        make_delivery(session, settings.vault(), bulletin, DeliveryStatus.accepted, phone=phone)
    found = drawn(settings, sqlite, number)
    told = found.json() + "\n".join(certificate.printed(found, at=NOW))
    assert found.planned == 6
    assert phone.lstrip("+") not in told
    assert phone[-9:] not in told


def test_a_kept_one_is_checked_against_the_rows(settings: Settings, engine: Engine) -> None:
    number = sent(settings, engine)
    path = certificate.keep(settings, drawn(settings, engine, number))
    assert path == settings.state / "certificati" / f"bollettino-{number}.json"
    kept = path.read_text(encoding="utf-8")
    assert certificate.compare(kept, drawn(settings, engine, number)) == certificate.Compared((), ())
    with transaction(engine) as session:  # a webhook settles the uncertain one
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.uncertain)).one()
        row.status, row.reason = DeliveryStatus.accepted, None
        session.add(row)
    compared = certificate.compare(kept, drawn(settings, engine, number))
    assert compared.is_good
    assert compared.settled == (
        "accettati: nel certificato 3, adesso 4",
        "incerti: nel certificato 1, adesso 0",
    )


def test_rows_that_were_tampered_with_are_found(settings: Settings, sqlite: Engine) -> None:
    number = sent(settings, sqlite)
    kept = drawn(settings, sqlite, number).json()
    with transaction(sqlite) as session:
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.failed)).one()
        row.status = DeliveryStatus.skipped
        session.add(row)
    compared = certificate.compare(kept, drawn(settings, sqlite, number))
    assert compared.wrong == ("falliti: nel certificato 1, adesso 0", "saltati: nel certificato 0, adesso 1")
    assert compared.settled == ()
    with transaction(sqlite) as session:
        row = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.skipped)).one()
        for attempt in session.exec(select(Attempt).where(Attempt.delivery_id == row.id)):
            session.delete(attempt)
        session.flush()
        session.delete(row)
    wrong = certificate.compare(kept, drawn(settings, sqlite, number)).wrong
    assert {"planned", "deliveries_sha256", "attempts"} <= {line.split(":")[0] for line in wrong}


@pytest.mark.parametrize(
    ("later", "moved"),
    [
        ({"uncertain": 1, "accepted": 3, "failed": 1}, False),
        ({"accepted": 2, "failed": 2}, True),
        ({"uncertain": 0, "declared": 1}, True),
        ({"uncertain": 2, "accepted": 2}, False),
        ({"uncertain": 0, "skipped": 1}, False),
        ({"uncertain": 0, "queued": 1}, False),
        ({"uncertain": 1, "declared": 1, "accepted": 2}, False),
    ],
)
def test_after_the_end_only_the_provider_moves_anything(
    settings: Settings, sqlite: Engine, later: dict[str, int], moved: bool
) -> None:
    before = drawn(settings, sqlite, sent(settings, sqlite))
    now = replace(before, counts={**before.counts, **later})
    compared = certificate.compare(before.json(), now)
    is_same = now.counts == before.counts
    assert compared.is_good == (is_same or moved)
    assert bool(compared.settled) == moved


def test_one_of_a_send_that_went_on_since_may_differ_in_what_goes_on(
    settings: Settings, sqlite: Engine
) -> None:
    number = sent(settings, sqlite)
    before = drawn(settings, sqlite, number)
    more = {**before.counts, "accepted": 4}
    now = replace(
        before, planned=6, attempts=6, last_at="later", counts=more, starts=[*before.starts, ["", ""]]
    )
    compared = certificate.compare(before.json(), now)
    assert compared.is_good
    assert compared.settled == ("accettati: nel certificato 3, adesso 4",)
    other = replace(now, seal="6" * 64, approver="Carla")
    assert [line.split(":")[0] for line in certificate.compare(before.json(), other).wrong] == [
        "approver",
        "seal",
    ]


def test_a_file_that_was_edited_or_is_none_is_refused(settings: Settings, sqlite: Engine) -> None:
    number = sent(settings, sqlite)
    found = drawn(settings, sqlite, number)
    edited = json.loads(found.json())
    edited["counts"]["accepted"] += 1
    wrong = certificate.compare(json.dumps(edited), found).wrong
    assert wrong[0] == "il file è stato modificato: la sua impronta non corrisponde"
    assert wrong[1] == "nel certificato la somma degli esiti non è il numero dei previsti"
    for text in ("", "[]", "{}", '{"sha256": ""}'):
        with pytest.raises(CertificateError, match="non è un certificato"):
            certificate.compare(text, found)
    for other in (replace(found, bulletin=number + 1), replace(found, slug="altrove")):
        with pytest.raises(CertificateError, match="è del bollettino"):
            certificate.compare(found.json(), other)


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


def test_a_send_that_is_not_over_does_not_add_up_yet(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = make_send(session, settings.vault(), [*FIVE, (DeliveryStatus.queued, None)]).id
    found = drawn(settings, sqlite, number)
    assert not found.is_whole
    text = "\n".join(certificate.printed(found, at=NOW))
    assert "Previsti 6 = accettati 3 + falliti 1 + saltati 0 + incerti 1 + ancora da inviare 1" in text
    assert "I conti sono ancora aperti." in text
    assert not replace(found, counts={**found.counts, "queued": 0, "claimed": 1}).is_whole


def test_of_a_draft_nobody_has_approved_or_sent_anything(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, []).id
    found = drawn(settings, sqlite, number)
    assert (found.version, found.approver, found.seal, found.signers) == (None, "", "", [])
    assert (found.planned, found.channel, found.first_at, found.last_at) == (0, "cloud", "", "")
    assert "Testo: versione -, approvata da -" in certificate.printed(found, at=NOW)
    assert "Sigillo: -" in certificate.printed(found, at=NOW)
    assert "Primo messaggio: -. Ultimo: -." in certificate.printed(found, at=NOW)


def test_a_bulletin_that_does_not_exist_has_none(settings: Settings, sqlite: Engine) -> None:
    with pytest.raises(StoreError, match="there is no bulletin 4711"):
        drawn(settings, sqlite, 4711)


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
