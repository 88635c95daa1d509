"""Who chose that a send leaves in parts, and when its next one may: at each edge of the times that count."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import acts, senders
from db.bulletins import ItemData
from db.engine import transaction
from db.models import Bulletin, BulletinKind, BulletinStatus, DeliveryStatus
from flows.sending import parts
from flows.sending.drain import DispatchError
from flows.sending.outbox import TODAY_IS_FULL
from flows.settings import Settings
from tests.world.builders import NOW, make_bulletin, make_weather_alert
from tests.world.sends import make_delivery, make_send

ANNA, BRUNO = "Anna Redazione", "Bruno Redazione"
INSTANT, MINUTE, HOUR, DAY = (
    timedelta(microseconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=24),
)
STOP = "ferma"
PARTS, RESUME = acts.IN_PARTS, acts.RESUME


def act(session: Session, number: int, verb: str, at: datetime = NOW, name: str = ANNA) -> None:
    acts.add(session, verb, name=name, at=at, words="", bulletin_id=number, code_hash=None, by_operator=False)


def waiting(
    session: Session, settings: Settings, *, status_at: datetime = NOW, chosen: bool = True
) -> Bulletin:
    """A send that ended with the room of a day, at `status_at`, with two to whom it did not go."""
    left = [(DeliveryStatus.queued, None)] * 2
    bulletin = make_send(session, settings.vault(), left, status=BulletinStatus.stopped, now=status_at - HOUR)
    bulletin.status_reason, bulletin.status_at, bulletin.status_by = TODAY_IS_FULL, status_at, "invio"
    session.add(bulletin)
    if chosen:
        act(session, bulletin.id, PARTS, status_at - HOUR)
    return bulletin


Said = list[tuple[str, int, str]]


@pytest.mark.parametrize(
    ("said", "begun", "who", "who_asks"),
    [
        ([], [], None, None),
        ([("riapri", 0, ANNA)], [0], None, None),
        ([(PARTS, 0, ANNA)], [], ANNA, ANNA),
        ([(PARTS, 0, ANNA), (PARTS, 1, BRUNO)], [], BRUNO, BRUNO),
        ([(RESUME, 0, BRUNO)], [0], None, None),
        ([(RESUME, 0, BRUNO), (PARTS, 1, ANNA)], [0], ANNA, ANNA),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO)], [], ANNA, None),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO)], [4], ANNA, None),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO)], [5], None, None),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO)], [0, 6, 90], None, None),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO), (STOP, 9, ANNA)], [], ANNA, ANNA),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO), (STOP, 9, ANNA)], [9], ANNA, ANNA),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO), (STOP, 9, ANNA)], [8], None, None),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO), (RESUME, 9, BRUNO)], [4, 11], None, None),
        ([(PARTS, 0, ANNA), (RESUME, 5, BRUNO), (PARTS, 9, ANNA)], [6], ANNA, ANNA),
        ([(PARTS, 0, ANNA), (STOP, 5, BRUNO)], [6], ANNA, ANNA),
    ],
)
def test_the_last_word_that_let_it_go_counts(
    sqlite: Engine, said: Said, begun: list[int], who: str | None, who_asks: str | None
) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=BulletinStatus.stopped).id
        other = make_bulletin(session, status=BulletinStatus.stopped).id
        act(session, other, RESUME)
        senders.add(session, other, by="invio", now=NOW + 8 * INSTANT)
        senders.add(session, other, by="invio", now=NOW + 7 * INSTANT)
        for verb, instants, name in said:
            act(session, number, verb, NOW + instants * INSTANT, name)
        for instants in begun:
            senders.add(session, number, by="invio", now=NOW + instants * INSTANT)
        assert parts.chosen_by(session, number) == who
        assert parts.chosen_by(session, number, is_asked=True) == who_asks
        assert parts.chosen_by(session, other) is None


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        (BulletinKind.ordinary, ANNA),
        (BulletinKind.correction, ANNA),
        (BulletinKind.urgent, None),
        (BulletinKind.all_clear, None),
    ],
)
def test_no_alert_leaves_in_parts(sqlite: Engine, kind: BulletinKind, who: str | None) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, kind=kind, status=BulletinStatus.approved).id
        act(session, number, PARTS)
        assert parts.chosen_by(session, number) == who


@pytest.mark.parametrize(
    ("status", "reason", "waits"),
    [
        (BulletinStatus.stopped, "in_parts", True),
        (BulletinStatus.stopped, "stopped_by_hand", False),
        (BulletinStatus.stopped, None, False),
        (BulletinStatus.sending, "in_parts", False),
        (BulletinStatus.sent, "in_parts", False),
    ],
)
def test_what_a_day_stopped_goes_on_by_itself(
    sqlite: Engine, status: BulletinStatus, reason: str | None, waits: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=status)
        bulletin.status_reason = reason
        assert parts.waits(bulletin) == waits


@pytest.mark.parametrize(
    ("last", "after"),
    [
        (None, DAY + MINUTE),
        (-DAY, DAY + MINUTE),  # its room has come back by the moment at which this one stopped
        (-DAY + INSTANT, MINUTE + INSTANT),
        (-HOUR, DAY + MINUTE - HOUR),
        (HOUR, DAY + MINUTE + HOUR),  # of an alert, which went first
    ],
)
def test_a_next_part_leaves_a_day_after_the_last_message_to_anybody(
    settings: Settings, sqlite: Engine, last: timedelta | None, after: timedelta
) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        if last is not None:
            alert = make_bulletin(session, kind=BulletinKind.urgent, status=BulletinStatus.sent)
            make_delivery(session, settings.vault(), alert, DeliveryStatus.accepted, at=NOW + last)
        assert parts.next_at(settings, session, bulletin) == NOW + after


EVENING = datetime(2026, 11, 24, 20, 59, tzinfo=UTC)  # of a bulletin whose next part falls on 22:00 in Rome
MORNING = datetime(2026, 11, 26, 6, tzinfo=UTC)


def test_no_part_leaves_at_night(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        late = waiting(session, settings, status_at=EVENING)
        assert parts.next_at(settings, session, late) == MORNING
        early = waiting(session, settings, status_at=EVENING - INSTANT)
        assert parts.next_at(settings, session, early) == EVENING - INSTANT + DAY + MINUTE


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (NOW, NOW + DAY + MINUTE),
        (NOW + DAY + MINUTE, NOW + DAY + MINUTE),
        (NOW + DAY + 2 * MINUTE, NOW + DAY + 2 * MINUTE),
        (datetime(2026, 11, 26, 2, tzinfo=UTC), MORNING),
        (MORNING, MORNING),
    ],
)
def test_a_round_that_was_late_wakes_nobody(
    settings: Settings, sqlite: Engine, now: datetime, at: datetime
) -> None:
    with transaction(sqlite) as session:
        assert parts.may_leave_at(settings, session, waiting(session, settings), now=now) == at


def test_a_part_may_leave_as_long_as_its_text_lasts(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = waiting(session, settings)
        begun = NOW - HOUR
        lasts = timedelta(seconds=settings.templates["bollettino_1"].ttl_seconds)
        assert parts.ends_at(settings, session, bulletin) == begun + lasts
        told = ItemData("Allerta", "", "", "Temporali.", weather_alert_id=make_weather_alert(session).id)
        alert = make_bulletin(session, [told], status=BulletinStatus.stopped)
        assert parts.ends_at(settings, session, alert) is None


def goes_on(settings: Settings, engine: Engine, number: int, now: datetime) -> str | None:
    return parts.goes_on(settings, engine, number, now=now)


def test_a_part_goes_on_from_its_moment_on(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings).id
    with pytest.raises(DispatchError) as early:
        goes_on(settings, sqlite, number, NOW + DAY + MINUTE - INSTANT)
    assert type(early.value) is DispatchError, "whoever starts a run is told"
    assert str(early.value) == (
        f"Il bollettino {number} parte a scaglioni: continua da solo mercoledì 25 novembre, ore 10:31."
    )
    assert goes_on(settings, sqlite, number, NOW + DAY + MINUTE) == ANNA


def test_what_does_not_wait_goes_on_by_nobodys_choice(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        plain = waiting(session, settings, chosen=False).id
        stopped = waiting(session, settings)
        stopped.status_reason = "stopped_by_hand"
        session.add(stopped)
    late = NOW + 2 * DAY
    assert [goes_on(settings, sqlite, number, late) for number in (plain, stopped.id, 4711)] == [None] * 3


def test_before_its_time_nobody_is_told_what_else_would_hold_it(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings).id
        make_bulletin(session, status=BulletinStatus.sending)
    with pytest.raises(DispatchError) as early:
        goes_on(settings, sqlite, number, NOW)
    assert type(early.value) is DispatchError
    with pytest.raises(parts.NotYetError) as late:
        goes_on(settings, sqlite, number, NOW + 2 * DAY)
    assert str(late.value) == (
        f"Un altro bollettino è in invio: il bollettino {number} parte a scaglioni solo dopo."
    )


def test_who_reads_why_a_send_ended_is_told_when_it_goes_on(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = waiting(session, settings).id
    tomorrow = "Per oggi è tutto: continua da solo mercoledì 25 novembre, ore 10:31."
    assert parts.told(settings, sqlite, number, "in_parts") == tomorrow
    assert parts.told(settings, sqlite, number, "lo ha detto Anna.") == "Invio fermato: lo ha detto Anna."
