from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from db import recipients
from db.engine import transaction
from db.models import BulletinKind, Consent, ConsentEvent, Recipient, RecipientStatus, Scope
from db.recipients import Address
from db.vault import Vault
from tests.builders import make_recipient

PHONE, BSUID = "+393331234567", "IT.13491208655302741918"


def test_a_number_never_stands_readable_in_the_database(engine: Engine, vault: Vault, now: datetime) -> None:
    address = Address(PHONE, BSUID)
    with transaction(engine) as session:
        recipients.opt_in(session, vault, address, now=now)
        recipients.record_consent(
            session,
            vault,
            address,
            Consent.opt_in,
            word="ATTIVA",
            notice_version="1",
            source="whatsapp",
            message_id="wamid.X",
            at=now,
        )
    with engine.connect() as connection:
        for table in ("recipient", "consentevent"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608
            assert not any(secret in rows for secret in ("3331234567", "13491208655302741918", "wamid.X"))
    assert PHONE not in repr(address)
    assert BSUID not in repr(address)


def test_a_subscription_is_new_once_and_new_again_after_leaving(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient, new = recipients.opt_in(session, vault, Address(PHONE), now=now)
        assert new
        assert recipients.opt_in(session, vault, Address(PHONE), now=now) == (recipient, False)
        assert recipients.opt_out(session, recipient, now=now)
        assert not recipients.opt_out(session, recipient, now=now)
        later = now + timedelta(days=3)
        assert recipients.opt_in(session, vault, Address(PHONE), now=later) == (recipient, True)
        assert recipient.opted_in_at == later


def test_attiva_after_solo_allerte_widens_the_subscription(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, phone=PHONE, scope=Scope.alerts)
        assert recipients.opt_in(session, vault, Address(PHONE), now=now) == (recipient, True)
        assert recipient.scope == Scope.everything


def test_a_known_citizen_gains_the_address_that_was_missing(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, bsuid=BSUID)
        recipients.opt_in(session, vault, Address(PHONE, BSUID), now=now)
        assert recipients.open_address(vault, recipient) == Address(PHONE, BSUID)
        assert recipients.find(session, vault, Address(phone=PHONE)) is recipient
        assert recipients.find(session, vault, Address(phone="+390000", bsuid=BSUID)) is recipient
        assert recipients.find(session, vault, Address()) is None


def test_a_citizen_met_twice_keeps_one_subscription(engine: Engine, vault: Vault, now: datetime) -> None:
    """Once by phone only and once by BSUID only: two rows, until a message shows both."""
    with transaction(engine) as session:
        first = make_recipient(session, vault, phone=PHONE)
        second = make_recipient(session, vault, bsuid=BSUID)
        assert recipients.matching(session, vault, Address(PHONE, BSUID)) == [first, second]
        recipients.opt_in(session, vault, Address(PHONE, BSUID), now=now)
        assert (first.status, second.status) == (RecipientStatus.active, RecipientStatus.opted_out)
        assert recipients.audience(session, BulletinKind.ordinary) == [first]


def test_writing_something_is_no_consent(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        earlier = now - timedelta(hours=1)
        stranger = recipients.note_inbound(session, vault, Address(PHONE), at=now, now=now)
        again = recipients.note_inbound(session, vault, Address(PHONE), at=earlier, now=now)
        assert again is stranger
        assert stranger.status == RecipientStatus.opted_out
        assert (stranger.opted_in_at, stranger.last_inbound_at) == (None, now)
        assert recipients.audience(session, BulletinKind.urgent) == []


def test_news_go_to_those_who_want_everything_and_alerts_to_all_active(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        everything = make_recipient(session, vault)
        alerts = make_recipient(session, vault, scope=Scope.alerts)
        for status in (RecipientStatus.opted_out, RecipientStatus.suspended, RecipientStatus.erased):
            make_recipient(session, vault, status=status)
        assert recipients.audience(session, BulletinKind.ordinary) == [everything]
        assert recipients.audience(session, BulletinKind.urgent) == [everything, alerts]
    assert set(recipients.AUDIENCE_RULE) == set(BulletinKind)


def test_an_erased_number_comes_back_only_by_a_new_subscription(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, phone=PHONE, status=RecipientStatus.erased)
        assert not recipients.opt_out(session, recipient, now=now)
        assert recipients.opt_in(session, vault, Address(PHONE), now=now) == (recipient, True)


def test_a_consent_needs_somebody_and_is_recorded_once_a_message(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    def record(address: Address) -> None:
        with transaction(engine) as session:
            recipients.record_consent(
                session,
                vault,
                address,
                Consent.opt_out,
                word="DISATTIVA",
                notice_version="1",
                source="whatsapp",
                message_id="wamid.X",
                at=now,
            )

    with pytest.raises(ValueError, match="needs an address"):
        record(Address())
    record(Address(bsuid=BSUID))
    with pytest.raises(IntegrityError):
        record(Address(bsuid=BSUID))
    with transaction(engine) as session:
        assert session.exec(select(ConsentEvent.subject_hash)).all() == [vault.hash(BSUID)]
        assert session.exec(select(Recipient)).all() == []


def test_a_word_older_than_the_last_one_is_outdated(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        recipients.record_consent(
            session,
            vault,
            Address(PHONE),
            Consent.opt_out,
            word="DISATTIVA",
            notice_version="1",
            source="whatsapp",
            message_id=None,
            at=now,
        )
        second = timedelta(seconds=1)
        assert recipients.outdated(session, vault, Address(PHONE, BSUID), at=now - second)
        assert not recipients.outdated(session, vault, Address(PHONE), at=now)
        assert not recipients.outdated(session, vault, Address(bsuid=BSUID), at=now - second)


def test_a_stop_told_by_the_provider_enters_the_ledger_once_even_when_no_key_opens_the_number(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, phone=PHONE)
        recipient.phone_sealed = b"sealed with a key that is gone"
        told = [
            recipients.stopped_at_provider(session, vault, recipient, notice_version="1", at=now, now=now)
            for _ in range(2)  # by the answer to the POST and by the webhook
        ]
        assert (told, recipient.status) == ([True, False], RecipientStatus.opted_out)
        (event,) = session.exec(select(ConsentEvent))
        assert (event.event, event.word, event.subject_hash) == (
            Consent.opt_out,
            "meta_stop",
            vault.hash(PHONE),
        )
        assert recipients.outdated(session, vault, Address(PHONE), at=now - timedelta(seconds=1))
