"""Whom a stopped send of an alert spares its text: only where that is not right and another one follows."""

import os
import socket
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import bulletins, senders
from db.bulletins import ItemData
from db.engine import reading, transaction
from db.models import (
    Approval,
    Attempt,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Level,
    WeatherAlert,
)
from flows.bulletin.alerts.text import ALERT
from flows.sending import unreached
from flows.sending.hold import UNTRUE
from flows.sending.liveness import here
from flows.settings import Settings
from tests.world.builders import NOW, make_weather_alert
from tests.world.sends import make_send

MINUTE = timedelta(minutes=1)
LATER = NOW + 10 * MINUTE
TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)  # of the alert that is told, and after it
QUEUED, ACCEPTED = (DeliveryStatus.queued, None), (DeliveryStatus.accepted, None)
CLAIMED = (DeliveryStatus.claimed, None)


def stated(session: Session, level: Level, day: date = TODAY, *, at: datetime = NOW) -> WeatherAlert:
    """Once, however many bulletins tell it."""
    same = select(WeatherAlert).where(
        WeatherAlert.level == level, WeatherAlert.day == day, WeatherAlert.sent_at == at
    )
    return session.exec(same).first() or make_weather_alert(session, level=level, day=day, now=at)


def told(
    session: Session,
    settings: Settings,
    *alerts: WeatherAlert,
    came_of: tuple[tuple[DeliveryStatus, str | None], ...] = (ACCEPTED, QUEUED, QUEUED, QUEUED),
    kind: BulletinKind = BulletinKind.urgent,
    reason: str | None = None,
    status: BulletinStatus = BulletinStatus.stopped,
) -> int:
    """A send of these alerts, stopped after one of four had it."""
    items = [
        ItemData("Allerta", "Allerta", "", "Temporali.", weather_alert_id=row.id, told_at=NOW)
        for row in alerts
    ]
    bulletin = make_send(session, settings.vault(), came_of, items=items, kind=kind, status=status)
    bulletin.template, bulletin.status_reason = ALERT, reason
    session.add(bulletin)
    return bulletin.id


def wrong(session: Session, settings: Settings, **how: object) -> int:
    """The alert that it told is a red one by now."""
    number = told(session, settings, stated(session, Level.arancione), **how)  # type: ignore[arg-type]
    stated(session, Level.rossa, at=NOW + 5 * MINUTE)
    return number


def row_of(engine: Engine, number: int) -> tuple[str, str | None, str, datetime]:
    with reading(engine) as session:
        row = session.get_one(Bulletin, number)
        return row.status, row.status_reason, row.status_by, row.status_at


def became(engine: Engine, number: int) -> list[tuple[str, str | None, datetime]]:
    with reading(engine) as session:
        query = select(Delivery).where(Delivery.bulletin_id == number).order_by(col(Delivery.id))
        return [(row.status, row.reason, row.status_at) for row in session.exec(query)]


def statuses(engine: Engine, number: int) -> list[str]:
    return [status for status, _, _ in became(engine, number)]


def one(settings: Settings, engine: Engine, number: int, now: datetime = LATER) -> int:
    with transaction(engine) as session:
        return unreached._spare(settings, session, number, now)


def test_whom_a_wrong_text_did_not_reach_is_spared_it(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = wrong(session, settings)
    assert one(settings, sqlite, number) == 3
    assert row_of(sqlite, number) == ("sent", "corrected_meanwhile", "allerta urgente", LATER)
    first = ("accepted", None, NOW + timedelta(seconds=1))
    assert became(sqlite, number) == [first, *[("skipped", "corrected_meanwhile", LATER)] * 3]
    assert one(settings, sqlite, number) == 0, "it is closed"


def right(session: Session, settings: Settings) -> int:
    return told(session, settings, stated(session, Level.arancione))


def lowered(session: Session, settings: Settings) -> int:
    """Nothing of that day cannot wait any more; something of the next does."""
    number = told(session, settings, stated(session, Level.arancione), reason=UNTRUE)
    stated(session, Level.gialla, at=NOW + 5 * MINUTE)
    stated(session, Level.rossa, TOMORROW, at=NOW + 5 * MINUTE)
    return number


def unsealed(session: Session, settings: Settings) -> int:
    number = wrong(session, settings)
    approval = session.exec(select(Approval).where(Approval.bulletin_id == number)).one()
    approval.voided_at = NOW
    session.add(approval)
    return number


def begun(session: Session, settings: Settings) -> int:
    return wrong(session, settings, status=BulletinStatus.sending)


def got_by_all(session: Session, settings: Settings) -> int:
    return wrong(session, settings, came_of=(ACCEPTED,))


@pytest.mark.parametrize("how", [right, lowered, unsealed, begun, got_by_all])
def test_what_rests_for_a_person(settings: Settings, sqlite: Engine, how: object) -> None:
    assert callable(how)
    with transaction(sqlite) as session:
        number = how(session, settings)
    before = row_of(sqlite, number), became(sqlite, number)
    assert one(settings, sqlite, number) == 0
    assert (row_of(sqlite, number), became(sqlite, number)) == before


def test_an_alert_that_is_over_rests(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = told(session, settings, end := stated(session, Level.arancione), reason=UNTRUE)
    assert one(settings, sqlite, number, end.expires + 24 * 60 * MINUTE) == 0
    assert statuses(sqlite, number) == ["accepted", "queued", "queued", "queued"]


def test_what_was_stopped_as_untrue_is_closed_although_it_holds_again(
    settings: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        number = told(session, settings, stated(session, Level.arancione), reason=UNTRUE)
    assert one(settings, sqlite, number) == 3


def test_what_is_left_of_one_of_its_days_is_announced(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        both = [stated(session, Level.arancione, day) for day in (TODAY, TOMORROW)]
        number = told(session, settings, *both)
        stated(session, Level.verde, at=NOW + 5 * MINUTE)
    assert one(settings, sqlite, number) == 3


def held_by(engine: Engine, number: int, pid: int, host: str = "") -> None:
    """What is on its way is a process's."""
    with transaction(engine) as session:
        sender = senders.register(session, number, host=host or here(), pid=pid, now=LATER)
        for attempt in session.exec(select(Attempt)):
            attempt.sender_id = sender
            session.add(attempt)


def test_what_a_sender_still_holds_is_waited_for(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = wrong(session, settings, came_of=(CLAIMED, QUEUED))
    held_by(sqlite, number, os.getpid())
    before = row_of(sqlite, number), became(sqlite, number)
    assert one(settings, sqlite, number) == 0
    assert (row_of(sqlite, number), became(sqlite, number)) == before


def test_the_number_of_a_sender_in_another_container_of_the_pod_says_nothing_here(
    settings: Settings, sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share a name. Of itself each knows by its namespace, a file of which there is one."""
    (tmp_path / "pid").touch()
    monkeypatch.setattr("flows.sending.liveness.SPACE", tmp_path / "pid")
    assert here() == f"{socket.gethostname()}/{(tmp_path / 'pid').stat().st_ino}"
    with transaction(sqlite) as session:
        number = wrong(session, settings, came_of=(CLAIMED, QUEUED))
    nobody = 2**22 + 1  # beyond the numbers of Linux
    held_by(sqlite, number, nobody, f"{socket.gethostname()}/1")
    assert one(settings, sqlite, number) == 0, "it gave a sign of life a moment ago"


def test_what_a_sender_held_that_died_is_uncertain(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = wrong(session, settings, came_of=(CLAIMED, QUEUED))
    assert one(settings, sqlite, number) == 1
    lost, left = ("uncertain", "sender_died", LATER), ("skipped", "corrected_meanwhile", LATER)
    assert became(sqlite, number) == [lost, left]
    assert row_of(sqlite, number)[0] == "sent"


def test_all_that_are_stopped_are_gone_through(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        told(session, settings, stated(session, Level.arancione), came_of=(ACCEPTED,))
        news = wrong(session, settings, kind=BulletinKind.ordinary)
        end = wrong(session, settings, kind=BulletinKind.all_clear)
        leaving = wrong(session, settings, status=BulletinStatus.sending)
        first = wrong(session, settings)
        second = wrong(session, settings, came_of=(QUEUED,) * 2)
    lines, errors = unreached.spare(settings, sqlite, now=LATER)
    assert lines == [
        f"Bollettino {first}: chiuso, 3 persone non l'hanno ricevuto.",
        f"Bollettino {second}: chiuso, 2 persone non l'hanno ricevuto.",
    ]
    assert errors == []
    assert [row_of(sqlite, number)[0] for number in (news, end, leaving, first, second)] == [
        "stopped",
        "stopped",
        "sending",
        "sent",
        "sent",
    ]
    assert unreached.spare(settings, sqlite, now=LATER + MINUTE) == ([], [])


def test_one_that_cannot_be_closed_keeps_no_other(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(sqlite) as session:
        first, second = wrong(session, settings), wrong(session, settings)
    fault, move = OSError("the disk is full"), bulletins.move

    def fail(session: Session, bulletin: Bulletin, *to: BulletinStatus, **how: object) -> None:
        if bulletin.id == first:
            raise fault
        move(session, bulletin, *to, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(bulletins, "move", fail)
    lines, errors = unreached.spare(settings, sqlite, now=LATER)
    assert lines == [f"Bollettino {second}: chiuso, 3 persone non l'hanno ricevuto."]
    assert errors == [fault]
    assert fault.__notes__ == [f"bulletin {first}: those whom it did not reach could not be spared it"]
    assert row_of(sqlite, first)[0] == "stopped"
    assert statuses(sqlite, first) == ["accepted", "queued", "queued", "queued"]
    assert statuses(sqlite, second) == ["accepted", "skipped", "skipped", "skipped"]
