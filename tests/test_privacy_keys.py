"""Keys that rotate, periods that end, the register, and no send without a legal ground."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine
from sqlmodel import col, select

from db import deliveries, recipients, replies
from db import privacy as access
from db.engine import transaction
from db.models import (
    AccessEvent,
    Attempt,
    Bulletin,
    BulletinStatus,
    Call,
    CallChannel,
    CallStatus,
    Consent,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Receipt,
    Recipient,
    RecipientStatus,
)
from db.recipients import Address
from db.vault import Vault, VaultError
from flows.__main__ import main
from flows.privacy import basis
from flows.privacy.register import TO_FILL, periods, report
from flows.privacy.rotation import rotate, sealed_columns
from flows.retain import retain, words
from flows.settings import Settings
from tests.world.builders import make_bulletin, make_recipient

LOOKUP = "a look-up key made up for tests only"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_everything_is_sealed_anew_and_found_as_before(engine: Engine, now: datetime) -> None:
    before, both, after = Vault([OLD], LOOKUP), Vault([NEW, OLD], LOOKUP), Vault([NEW], LOOKUP)
    with transaction(engine) as session:
        numbers = [make_recipient(session, before, bsuid=f"IT.{n}").id for n in range(3)]
        row = make_recipient(session, before, phone="+393331234567")
        delivery = deliveries.queue_reply(session, row.id, "info", "x", now=now)
        attempt = Attempt(
            delivery_id=delivery.id, started_at=now, wamid_sealed=before.seal("wamid.X"), wamid_hash="h"
        )
        sealed = before.seal("{}")
        event = InboundEvent(event_hash="e", kind="message", payload_sealed=sealed, received_at=now)
        empty = InboundEvent(event_hash="f", kind="message", payload_sealed=b"", received_at=now)
        session.add_all([attempt, event, empty])
    assert rotate(engine, both, dry_run=True).done == 6
    with transaction(engine) as session, pytest.raises(VaultError):
        recipients.open_address(after, session.get_one(Recipient, row.id))
    found = rotate(engine, both)
    assert (found.done, found.before, found.lost) == (6, 0, [])
    with transaction(engine) as session:
        for number in [*numbers, row.id]:
            recipients.open_address(after, session.get_one(Recipient, number))
        same = recipients.find(session, after, Address("+393331234567"))
        assert same is not None
        assert recipients.open_address(after, same) == Address("+393331234567")
        assert after.open(session.exec(select(Attempt.wamid_sealed)).one() or b"") == "wamid.X"
    again = rotate(engine, both)
    assert (again.done, again.before) == (0, 6), "run again, nothing is left to do"
    assert "inboundevent.payload_sealed 1" in rotate(engine, before).lost
    assert {(table.name, column.name) for table, column in sealed_columns()} >= {
        ("recipient", "phone_sealed"),
        ("recipient", "bsuid_sealed"),
        ("attempt", "wamid_sealed"),
        ("inboundevent", "payload_sealed"),
    }


def test_a_vault_needs_a_key() -> None:
    with pytest.raises(VaultError):
        Vault([], LOOKUP)


class Past:
    """Rows of some days ago, and what is left of them."""

    def __init__(self, settings: Settings, engine: Engine, now: datetime) -> None:
        self.settings, self.engine, self.now = settings, engine, now
        self.vault = settings.vault()

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def person(self, status: RecipientStatus, days: float) -> int:
        with transaction(self.engine) as session:
            row = make_recipient(session, self.vault, status=status, last_inbound_at=self.ago(days))
            row.status_at = self.ago(days)
            self.settings.ledger().record(
                session, row, Consent.opt_in, word="ATTIVA", source="whatsapp", at=self.ago(days)
            )
            session.add(row)
            return row.id

    def sent(self, days: float, people: list[int], receipt: Receipt | None = Receipt.read) -> int:
        with transaction(self.engine) as session:
            bulletin = make_bulletin(session, [], status=BulletinStatus.sent, now=self.ago(days))
            for number in people:
                delivery = Delivery(
                    bulletin_id=bulletin.id,
                    recipient_id=number,
                    status=DeliveryStatus.accepted,
                    status_at=self.ago(days),
                    receipt=receipt,
                    receipt_at=self.ago(days),
                )
                session.add(delivery)
                session.flush()
                session.add(
                    Attempt(
                        delivery_id=delivery.id,
                        started_at=self.ago(days),
                        outcome=Outcome.accepted,
                        wamid_sealed=self.vault.seal("wamid"),
                        wamid_hash=f"{bulletin.id}-{number}",
                    )
                )
            return bulletin.id

    def retain(self, **options: Any) -> dict[str, int]:
        return retain(self.settings, self.engine, now=self.now, **options)


@pytest.fixture
def past(settings: Settings, engine: Engine, now: datetime) -> Past:
    return Past(settings, engine, now)


def test_who_left_is_erased_after_the_period_and_who_stays_is_not(past: Past) -> None:
    stays = past.person(RecipientStatus.active, 900)
    gone = past.person(RecipientStatus.opted_out, 31)
    lately = past.person(RecipientStatus.opted_out, 29)
    unreached = past.person(RecipientStatus.suspended, 181)
    assert past.retain(dry_run=True)["persone"] == 2
    assert past.retain()["persone"] == 2
    with transaction(past.engine) as session:
        left = {row.id: row.phone_sealed is not None for row in session.exec(select(Recipient))}
    assert left == {stays: True, gone: False, lately: True, unreached: False}
    assert past.retain()["persone"] == 0


def test_who_left_and_wrote_since_is_kept_until_then(past: Past) -> None:
    number = past.person(RecipientStatus.opted_out, 40)
    with transaction(past.engine) as session:
        session.get_one(Recipient, number).last_inbound_at = past.ago(3)
    assert past.retain()["persone"] == 0


def test_receipts_become_counts_and_deliveries_nobodys(past: Past) -> None:
    people = [past.person(RecipientStatus.active, 500) for _ in range(3)]
    old, month, fresh = past.sent(400, people), past.sent(31, people), past.sent(2, people)
    ended = past.retain()
    assert (ended["ricevute"], ended["consegne"]) == (6, 3)
    with transaction(past.engine) as session:
        found = replies.of(session, [old, month, fresh])
        assert {number: (one.delivered, one.read) for number, one in found.items()} == dict.fromkeys(
            (old, month, fresh), (3, 3)
        )
        assert deliveries.certificate(session, old).accepted == 3
        rows = session.exec(select(Delivery)).all()
        assert {row.bulletin_id for row in rows if row.receipt} == {fresh}
        owners = {number: {row.recipient_id for row in rows if row.bulletin_id == number} for number in found}
        assert owners[fresh] == owners[month] == set(people)
        assert owners[old].isdisjoint(people)
        kept = session.exec(select(Attempt.delivery_id).where(col(Attempt.wamid_sealed).is_not(None))).all()
        assert len(kept) == 3
    another = past.sent(380, people)
    assert past.retain()["consegne"] == 3
    with transaction(past.engine) as session:
        again = session.exec(select(Delivery.recipient_id).where(Delivery.bulletin_id == another)).all()
        assert set(again) == owners[old], "the same rows of nobody's serve every old bulletin"
    assert sum(past.retain().values()) == 0


def test_events_answers_and_the_access_log_end(past: Past) -> None:
    number = past.person(RecipientStatus.active, 100)
    with transaction(past.engine) as session:
        for days, handled, key in ((8, True, "a"), (6, True, "b"), (8, False, "c")):
            session.add(
                InboundEvent(
                    event_hash=key,
                    kind="message",
                    payload_sealed=b"",
                    received_at=past.ago(days),
                    handled_at=past.ago(days) if handled else None,
                )
            )
        for days, status in (
            (31, DeliveryStatus.accepted),
            (31, DeliveryStatus.queued),
            (1, DeliveryStatus.failed),
        ):
            session.add(
                Delivery(recipient_id=number, reply="info", body="x", status=status, status_at=past.ago(days))
            )
        for days in (731, 729):
            access.note(session, by="clerk", command="erase", people=1, now=past.ago(days))
    ended = past.retain()
    assert (ended["messaggi"], ended["risposte"], ended["accessi"]) == (1, 1, 1)
    with transaction(past.engine) as session:
        assert set(session.exec(select(InboundEvent.event_hash))) == {"b", "c"}, "what failed may be a word"
        assert len(session.exec(select(Delivery)).all()) == 2
        assert len(session.exec(select(AccessEvent)).all()) == 1
        assert session.exec(select(Bulletin)).all() == []
    assert "persone uscite, cancellate: 0" in words(ended)


def test_calls_of_editors_end_unless_one_still_waits(past: Past) -> None:
    with transaction(past.engine) as session:
        bulletin = make_bulletin(session, [], now=past.ago(400))
        for turn, (days, status) in enumerate(
            [
                (366, CallStatus.accepted),
                (366, CallStatus.queued),
                (366, CallStatus.in_flight),
                (364, CallStatus.refused),
            ]
        ):
            session.add(
                Call(
                    bulletin_id=bulletin.id,
                    version_number=1,
                    turn=turn,
                    editor="Anna",
                    channel=CallChannel.sms,
                    hint="…765",
                    called_at=past.ago(days),
                    until=past.ago(days),
                    status=status,
                    status_at=past.ago(days),
                )
            )
    assert past.retain(dry_run=True)["chiamate"] == 1
    assert past.retain()["chiamate"] == 1
    with transaction(past.engine) as session:
        assert set(session.exec(select(Call.turn))) == {1, 2, 3}
    assert past.retain()["chiamate"] == 0


def test_prefects_own_rows_end_with_the_profile(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import Settings as Prefects

    privacy = settings.profile.privacy.model_copy(update={"run_days": 45})
    settings.profile = settings.profile.model_copy(update={"privacy": privacy})
    for name, value in settings.environment().items():
        if "VACUUM" in name or "RETENTION" in name:
            monkeypatch.setenv(name, value)
    server = Prefects().server
    assert server.services.db_vacuum.retention_period == timedelta(days=45)
    assert server.events.retention_period == timedelta(days=45)
    assert "flow_runs" in server.services.db_vacuum.enabled_vacuum_types


def _with(settings: Settings, **privacy: Any) -> Settings:
    whatsapp = settings.profile.whatsapp.model_copy(update={"api": "https://graph.facebook.com"})
    changed = settings.profile.privacy.model_copy(update=privacy)
    settings.profile = settings.profile.model_copy(update={"whatsapp": whatsapp, "privacy": changed})
    return settings


def test_without_basis_and_act_nothing_leaves_for_real_phones(settings: Settings) -> None:
    assert basis.missing(settings) is None
    assert basis.missing(_with(settings, basis="articolo 6", act="delibera")) is None
    assert basis.missing(_with(settings, basis=" ", act="")) == (
        "Non si può scrivere ai cittadini: nel profilo manca la base giuridica (`privacy.basis`) "
        "e manca l'atto che istituisce il servizio (`privacy.act`)."
    )


def test_the_register_is_written_from_the_configuration(settings: Settings, now: datetime) -> None:
    text = report(_with(settings, owner="", raw_event_days=9), subscribers=1830, now=now)
    for part in (
        "Comune di Esempio",
        "delibera di Giunta n. 1 del 1 novembre 2026",
        "oggi 1830",
        "al più 9 giorni",
        "graph.facebook.com",
        f"- Titolare: Comune di Esempio, {TO_FILL}",
        "versione 1 del 1 novembre 2026",
    ):
        assert part in text, part
    days = [field for field in type(settings.profile.privacy).model_fields if field.endswith("_days")]
    assert len(periods(settings)) == len(days) + 3, "each period of the profile stands in the register"


def test_the_commands_print_the_register_and_the_log(
    settings: Settings, sqlite: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with transaction(sqlite) as session:
        access.note(session, by="clerk", command="erase", people=1, subject_hash="abcdef" * 4, now=now)
    monkeypatch.setenv("BOLLETTINO_DATABASE", str(sqlite.url))
    monkeypatch.setenv("BOLLETTINO_STATE", str(settings.state))
    assert main(["privacy", "report"]) == 0
    assert "# Registro delle attività di trattamento" in capsys.readouterr().out
    assert main(["privacy", "log"]) == 0
    assert capsys.readouterr().out == "2026-11-24 10:30 clerk: erase, 1 abcdefabcdef\n"
    assert main(["export-person", "333 123 4567"]) == 0
    assert '"registro_dei_consensi": []' in capsys.readouterr().out
    assert main(["erase", "Anna"]) == 2
    assert "no telephone number" in capsys.readouterr().err
    assert main(["retention", "--dry-run"]) == 0
    assert main(["rotate-keys"]) == 0
    assert "sealed anew: 0" in capsys.readouterr().out


def test_a_number_is_read_from_standard_input_and_stands_in_no_list_of_processes(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with transaction(sqlite) as session:
        make_recipient(session, settings.vault(), phone="+393331234567")
    monkeypatch.setenv("BOLLETTINO_DATABASE", str(sqlite.url))
    monkeypatch.setenv("BOLLETTINO_STATE", str(settings.state))

    def told(given: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        code = main([*arguments])
        return (code, *capsys.readouterr())

    for given in (["-"], []):
        code, out, _ = told("333 123 4567\n", "export-person", *given)
        assert (code, json.loads(out)["indirizzi"][0]["telefono"]) == (0, "+393331234567")
        code, out, _ = told("+39 3331234567\n", "subscribers", "test", *given)
        assert (code, out) == (0, "recipients marked as test: 1\n")
        assert told("", "erase", *given)[0] == 2, "nothing was typed"
    assert told("3331234567", "erase")[:2] == (0, "erased\n")
    origin = ["--source", "liste URP", "--dated", "2026-09-01", "--act", "delibera n. 1"]
    code, out, err = told("telefono\n3330000009\n", "subscribers", "import", "-", *origin)
    assert (code, err) == (0, "")
    assert "subscribed: 1" in out
