from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from db import recipients
from db.engine import transaction
from db.models import BulletinKind, RecipientStatus, Scope
from db.recipients import Address
from db.vault import Vault
from tests.world.builders import make_recipient

PHONE, BSUID = "+393331234567", "IT.13491208655302741918"


def test_a_number_never_stands_readable_in_the_database(engine: Engine, vault: Vault, now: datetime) -> None:
    address = Address(PHONE, BSUID)
    with transaction(engine) as session:
        recipients.opt_in(session, vault, address, now=now)
    with engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM recipient")).all())
        assert not any(secret in rows for secret in ("3331234567", "13491208655302741918"))
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
        assert list(session.exec(recipients.audience(BulletinKind.ordinary))) == [first]


def test_writing_something_is_no_consent(engine: Engine, vault: Vault, now: datetime) -> None:
    with transaction(engine) as session:
        earlier = now - timedelta(hours=1)
        stranger = recipients.note_inbound(session, vault, Address(PHONE), at=now, now=now)
        again = recipients.note_inbound(session, vault, Address(PHONE), at=earlier, now=now)
        assert again is stranger
        assert stranger.status == RecipientStatus.opted_out
        assert (stranger.opted_in_at, stranger.last_inbound_at) == (None, now)
        assert list(session.exec(recipients.audience(BulletinKind.urgent))) == []


def test_news_go_to_those_who_want_everything_and_alerts_to_all_active(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        everything = make_recipient(session, vault)
        alerts = make_recipient(session, vault, scope=Scope.alerts)
        for status in (RecipientStatus.opted_out, RecipientStatus.suspended, RecipientStatus.erased):
            make_recipient(session, vault, status=status)
        assert list(session.exec(recipients.audience(BulletinKind.ordinary))) == [everything]
        assert list(session.exec(recipients.audience(BulletinKind.urgent))) == [everything, alerts]
    assert set(recipients.AUDIENCE_RULE) == set(BulletinKind)


def test_solo_allerte_keeps_the_day_of_the_subscription(engine: Engine, vault: Vault, now: datetime) -> None:
    later = now + timedelta(days=3)
    with transaction(engine) as session:
        recipient, _ = recipients.opt_in(session, vault, Address(PHONE), now=now)
        again = recipients.opt_in(session, vault, Address(PHONE), scope=Scope.alerts, now=later)
        assert again == (recipient, True)
        assert (recipient.scope, recipient.opted_in_at) == (Scope.alerts, now)
        stranger, _ = recipients.opt_in(session, vault, Address(bsuid=BSUID), scope=Scope.alerts, now=later)
        assert (stranger.scope, stranger.opted_in_at) == (Scope.alerts, later)


def test_an_erased_number_comes_back_only_by_a_new_subscription(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, phone=PHONE, status=RecipientStatus.erased)
        recipient.phone_sealed = None
        assert not recipients.opt_out(session, recipient, now=now)
        assert recipients.opt_in(session, vault, Address(PHONE), now=now) == (recipient, True)
        assert recipients.open_address(vault, recipient) == Address(PHONE), "reached again"


def test_who_was_erased_and_writes_again_is_a_stranger_who_can_be_answered(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, phone=PHONE, status=RecipientStatus.erased)
        recipient.phone_sealed = None
        assert recipients.note_inbound(session, vault, Address(PHONE), at=now, now=now) is recipient
        assert recipient.status == RecipientStatus.opted_out
        assert recipients.open_address(vault, recipient) == Address(PHONE)
