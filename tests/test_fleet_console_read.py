"""A line as it is read from the database of a Comune, on each kind of it: what stands there, and no more."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import bulletins, days_off, handovers, provider, sources
from db.engine import transaction
from db.models import (
    BulletinStatus,
    DeliveryStatus,
    HandoverKind,
    Level,
    Receipt,
    SourceKind,
)
from db.schema import SchemaError, head
from db.service_numbers import FEWEST
from db.sources import Mark
from db.vault import Vault
from flows.alert import draft_urgent
from flows.backup.shelf import ARCHIVE, Shelf
from flows.doctor import heartbeat
from flows.fleet.console import reading
from flows.fleet.console.line import Line, Need, Spent
from flows.fleet.console.reading import MONTH_KEPT, read
from flows.profiles.backup import Backup
from flows.profiles.fleet import FleetFile
from flows.settings import Settings
from flows.watchdog import memory as watchdog
from flows.watchdog.memory import Known, Memory
from tests.test_doctor_backups import KEY
from tests.world.builders import NOW, make_approval, make_bulletin, make_recipient, make_weather_alert
from tests.world.sends import make_delivery, make_send

DAY = timedelta(days=1)


def line(settings: Settings, engine: Engine, *, now: datetime = NOW) -> Line:
    return read(settings, engine, reading.Memory(), now=now)


@pytest.fixture
def calm(settings: Settings) -> Settings:
    """Sorveglia has just made its round."""
    heartbeat.beat(settings.state, now=NOW)
    return settings


def test_who_has_done_nothing_yet_asks_for_nobody(calm: Settings, engine: Engine) -> None:
    found = line(calm, engine)
    assert found.needs(NOW) == ()
    assert (found.slug, found.name, found.revision) == ("esempio", "Comune di Esempio", head())
    assert (found.read_at, found.last_round) == (NOW, NOW)
    assert (found.drafts, found.last, found.subscribers, found.alert) == ((), None, 0, None)
    assert found.spent == Spent(0, Decimal(0), "EUR")
    assert found.next_slot is not None


def test_drafts_wait_until_the_first_one_s_time_ends(calm: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        for hours in (30, 20):
            make_bulletin(session, deadline_at=NOW + timedelta(hours=hours), status=BulletinStatus.in_review)
        make_bulletin(session, status=BulletinStatus.rejected)
    found = line(calm, engine)
    assert len(found.drafts or ()) == 2
    assert found.due_at == NOW + timedelta(hours=20)
    assert found.needs(NOW) == (Need.draft,)
    late = NOW + timedelta(hours=19)
    heartbeat.beat(calm.state, now=late)
    assert line(calm, engine, now=late).needs(late) == (Need.draft_due,)


def test_the_last_send_has_its_account(calm: Settings, engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        make_send(session, vault, [(DeliveryStatus.accepted, None)], now=NOW - 3 * DAY)
        row = make_send(session, vault, [(DeliveryStatus.failed, "131026")], now=NOW - DAY)
        for receipt in (Receipt.read, Receipt.delivered, Receipt.sent, *[Receipt.delivered] * (FEWEST - 3)):
            make_delivery(session, vault, row, DeliveryStatus.accepted, receipt=receipt, at=NOW - DAY)
    found = line(calm, engine)
    assert found.last is not None
    assert (found.last.at, found.last.status) == (NOW - DAY, BulletinStatus.sent)
    assert (found.last.count.planned, found.last.count.accepted, found.last.count.failed) == (
        FEWEST + 1,
        FEWEST,
        1,
    )
    assert found.last.arrived == FEWEST - 1
    assert found.needs(NOW) == ()


def test_of_so_few_that_it_would_tell_of_each_nobody_says_who_got_it(
    calm: Settings, engine: Engine, vault: Vault
) -> None:
    with transaction(engine) as session:
        row = make_send(session, vault, [], now=NOW - DAY)
        for _ in range(FEWEST - 1):
            make_delivery(session, vault, row, DeliveryStatus.accepted, receipt=Receipt.read)
    found = line(calm, engine)
    assert found.last is not None
    assert (found.last.count.accepted, found.last.arrived) == (FEWEST - 1, None)


def test_a_send_is_told_while_it_leaves_and_asks_for_somebody_once_it_is_halted(
    calm: Settings, engine: Engine, vault: Vault
) -> None:
    came = [(DeliveryStatus.accepted, None)] * 3 + [(DeliveryStatus.queued, None)] * 7
    with transaction(engine) as session:
        row = make_send(session, vault, came, status=BulletinStatus.sending)
    found = line(calm, engine)
    assert found.last is not None
    assert (found.last.status, found.last.count.open) == (BulletinStatus.sending, 7)
    assert found.needs(NOW) == ()
    with transaction(engine) as session:
        held = bulletins.locked(session, row.id)
        bulletins.move(session, held, BulletinStatus.stopped, by="test", now=NOW, reason="stopped_by_hand")
    assert line(calm, engine).needs(NOW) == (Need.stopped,)


def test_what_was_approved_and_has_not_left_asks_for_somebody(calm: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.approved, slot_at=NOW)
    assert line(calm, engine).needs(NOW) == ()
    fleet = Settings(calm.profile, calm.path, calm.state, calm.database, fleet=FleetFile())
    told = [line(fleet, engine, now=NOW + timedelta(minutes=after)).late for after in (15, 16)]
    assert told == [0, 1], "all have one hour, and it waits for its turn"


def test_what_is_sent_by_hand_and_what_is_uncertain_ask_for_somebody(
    calm: Settings, engine: Engine, vault: Vault
) -> None:
    with transaction(engine) as session:
        row = make_bulletin(session, status=BulletinStatus.sending)
        handovers.begin(session, row.id, HandoverKind.assisted, now=NOW)
        make_send(session, vault, [(DeliveryStatus.uncertain, None)], now=NOW - 2 * DAY)
    assert line(calm, engine).needs(NOW) == (Need.by_hand, Need.uncertain)


def test_an_alert_asks_for_somebody_until_it_was_decided_what_citizens_are_told(
    calm: Settings, engine: Engine
) -> None:
    with transaction(engine) as session:
        make_weather_alert(session, level=Level.gialla)
    found = line(calm, engine)
    assert found.alert is not None
    assert (found.alert.level, found.untold, found.needs(NOW)) == (Level.gialla, 0, ())
    with transaction(engine) as session:
        alert = make_weather_alert(session, level=Level.rossa, now=NOW + timedelta(minutes=1))
        expires = alert.expires
    now = NOW + timedelta(minutes=2)
    found = line(calm, engine, now=now)
    assert found.alert is not None
    assert (found.alert.level, found.alert.until) == (Level.rossa, expires)
    assert found.needs(now) == (Need.alert_untold,)
    (number,) = draft_urgent(calm, engine, now=now).opened
    assert line(calm, engine, now=now).needs(now)[:2] == (Need.alert_untold, Need.urgent_draft)
    with transaction(engine) as session:
        row = bulletins.locked(session, number)
        for to in (BulletinStatus.in_review, BulletinStatus.approved):
            bulletins.move(session, row, to, by="test", now=now)
        make_approval(session, row, 1, now=now)
    assert line(calm, engine, now=now).needs(now) == ()


def test_what_waits_for_the_end_of_the_night_asks_for_nobody_yet(calm: Settings, engine: Engine) -> None:
    night = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # past midnight in Rome
    with transaction(engine) as session:
        make_weather_alert(session, day=datetime(2026, 11, 26, tzinfo=UTC).date(), now=night)
    assert line(calm, engine, now=night).untold == 0
    morning = night + timedelta(hours=7)
    assert line(calm, engine, now=morning).untold == 1


def test_sources_that_are_not_read_any_more_ask_for_somebody(calm: Settings, engine: Engine) -> None:
    chosen = calm.profile.sources
    read_at = NOW - timedelta(minutes=3)
    with transaction(engine) as session:
        wanted = [
            (SourceKind.feed, chosen.feeds[0]),
            *((SourceKind.dpc, at) for at in [chosen.alerts_dpc] if at),
        ]
        marks = [Mark(row.id, None, None) for row in sources.ensure_all(session, wanted)]
        sources.succeeded(session, marks, now=read_at)
    found = line(calm, engine)
    assert (found.news.at, found.alerts.at, found.needs(NOW)) == (read_at, read_at, ())
    later = NOW + 2 * DAY
    heartbeat.beat(calm.state, now=later)
    assert line(calm, engine, now=later).needs(later) == (Need.alerts_unread, Need.news_unread)


def test_the_provider_s_last_words_on_the_number_are_told(calm: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        provider.hear(session, "quality", "UNFLAGGED", at=NOW)
        provider.hear(session, "tier", "TIER_2K", at=NOW)
    assert (line(calm, engine).number, line(calm, engine).needs(NOW)) == (("UNFLAGGED",), ())
    with transaction(engine) as session:
        provider.hear(session, "quality", "FLAGGED", at=NOW + timedelta(seconds=1))
    assert (line(calm, engine).number, line(calm, engine).needs(NOW)) == (("FLAGGED",), (Need.number,))


def test_nobody_on_duty_is_told(calm: Settings, engine: Engine) -> None:
    today = NOW.date()
    with transaction(engine) as session:
        for one in calm.profile.editors:
            days_off.enter_absence(session, editor=one.name, first=today, last=today, note="", now=NOW)
    assert line(calm, engine).needs(NOW) == (Need.nobody,)


def test_what_the_watchdog_sees_broken_for_long_is_told(calm: Settings, engine: Engine) -> None:
    """But what the line looks at itself: that stands there already."""

    def known(since: timedelta, **more: object) -> Known:
        return Known.model_validate({"since": NOW - since, "name": "Posta", "words": "Ferma.", **more})

    hour = timedelta(hours=1)
    troubles = {
        "mail": known(hour),
        "web": known(timedelta()),
        "token": known(hour, gone_at=NOW),
        "backup": known(hour),
    }
    assert watchdog.save(calm.state, Memory(first_at=NOW, troubles=troubles))
    found = line(calm, engine)
    assert [one.id for one in found.broken] == ["mail"]
    assert found.needs(NOW) == (Need.broken,)


def test_a_copy_that_grows_old_is_told(calm: Settings, engine: Engine, tmp_path: Path) -> None:
    table = Backup(folder=tmp_path / "copie", recipients=[KEY])
    calm.profile = calm.profile.model_copy(update={"backup": table})
    assert line(calm, engine).needs(NOW) == (Need.backup,), "there is no folder"
    table.folder.mkdir()
    shelf = Shelf(table.folder, calm.profile.slug)
    (shelf.folder / shelf.name(NOW - 4 * DAY, ARCHIVE)).touch()
    found = line(calm, engine)
    assert (found.backup_at, found.needs(NOW)) == (NOW - 4 * DAY, (Need.backup,))
    (shelf.folder / shelf.name(NOW - DAY / 4, ARCHIVE)).touch()
    found = line(calm, engine)
    assert (found.backup_at, found.needs(NOW)) == (NOW - DAY / 4, ())


def test_the_month_is_counted_once_in_a_while(calm: Settings, engine: Engine, vault: Vault) -> None:
    prices = calm.profile.prices
    assert prices is not None
    assert prices.marketing is not None
    capped = prices.model_copy(update={"month_ceiling": 2 * prices.marketing})
    calm.profile = calm.profile.model_copy(update={"prices": capped})
    memory = reading.Memory()
    for count in (1, 2):
        with transaction(engine) as session:
            make_send(session, vault, [(DeliveryStatus.accepted, None)], now=NOW)
        assert read(calm, engine, memory, now=NOW).spent == Spent(1, prices.marketing, "EUR"), count
    later = NOW + MONTH_KEPT + timedelta(seconds=1)
    assert read(calm, engine, memory, now=later).spent == Spent(2, 2 * prices.marketing, "EUR", True)
    calm.profile = calm.profile.model_copy(update={"prices": None})
    assert line(calm, engine, now=later).spent == Spent(2)


def test_subscribers_are_a_sum(calm: Settings, engine: Engine, vault: Vault) -> None:
    with transaction(engine) as session:
        made = [make_recipient(session, vault) for _ in range(3)]
        phones = [vault.open(one.phone_sealed) for one in made if one.phone_sealed]
    found = line(calm, engine)
    assert found.subscribers == 3
    assert len(phones) == 3
    assert not [phone for phone in phones if phone in repr(found)]


def test_one_of_another_version_is_not_read(calm: Settings, empty_engine: Engine) -> None:
    with pytest.raises(SchemaError):
        line(calm, empty_engine)
