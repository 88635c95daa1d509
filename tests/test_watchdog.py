"""The watchdog from its look to its channels: each broken promise is told, once a day, and its end."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest

from db import mail_outbox
from db.models import BulletinStatus, SourceKind
from flows.bulletin.language.dates import in_rome
from flows.doctor import heartbeat, reader
from flows.profiles.watchdog import ROUND, Promise
from flows.settings import Settings
from flows.watchdog import memory, promises, rounds
from flows.watchdog.memory import Known, Memory
from flows.watchdog.promises import Seen, look
from flows.watchdog.rounds import Done
from tests.test_cli_verbs import _own_environment, flows
from tests.world.builders import make_bulletin, make_source
from tests.world.comune import Comune
from tests.world.examined import all_read
from tests.world.mail_server import Post, announce, mail_server
from tests.world.served import Answer, Served, serve
from tests.world.tiny_disk import TinyDisk

__all__ = ["_own_environment"]  # the fixture

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SATURDAY = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
WELL: dict[str, Answer] = {
    "/salute": (200, {}, b'{"ok": true}'),
    "/ping": (200, {}, b"OK"),
    "/ping/fail": (200, {}, b"OK"),
}
OPERATOR = "ced@comune.esempio.mi.it"
EDITORS = ["anna@comune.esempio.mi.it", "bruno@comune.esempio.mi.it"]
SMS = "393331000000@sms.esempio.it"  # Anna's, who is on duty


@pytest.fixture
def world() -> Iterator[Served]:
    """The web app, and who is pinged."""
    with serve(WELL) as served:
        yield served


@pytest.fixture
def watched(comuni: Comune, world: Served) -> Comune:
    """On a Saturday morning all is well."""
    known(comuni, world.address)
    comuni.now = SATURDAY
    comuni.settings.state.mkdir(exist_ok=True)
    goes_on(comuni)
    return comuni


def known(comune: Comune, address: str, *changes: tuple[str, str]) -> None:
    comune.reprofile(
        *changes,
        ("web_port = 8080", f"web_port = {urlsplit(address).port}"),
        ('# ping_url = "https://hc-ping.com/..."', f'ping_url = "{address}/ping"'),
        ("sandbox = true ", f'operator = "{OPERATOR}"\nsandbox = true '),
        ('# operator = "ced', '# "ced'),
    )


def goes_on(comune: Comune) -> None:
    """Prefect makes its rounds and reads."""
    heartbeat.beat(comune.settings.state, now=comune.now)
    all_read(comune)


@pytest.fixture
def box(watched: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(watched.settings.state, found.port)
        yield found


def go(comune: Comune, *, after: timedelta = timedelta()) -> Done:
    comune.now += after
    return rounds.go(comune.settings, dry_run=False, now=comune.now)


def ids(done: Done) -> list[str]:
    return [trouble.id for trouble in done.standing]


def seen(comune: Comune) -> dict[str, str]:
    found = look(comune.settings, first_at=comune.now - DAY, now=comune.now)
    return {trouble.id: trouble.words for trouble in found.troubles}


# ------------------------------------------------------------------ what is seen
def test_where_all_is_well_nothing_is_said_but_the_ping(watched: Comune, box: Post, world: Served) -> None:
    assert seen(watched) == {}
    done = go(watched)
    assert (done.standing, done.fresh, done.untold) == ((), (), ())
    assert box.told == []
    assert world.posted == [("/ping", "")]


def test_prefect_that_is_dead_on_a_saturday_is_told_within_a_quarter_of_an_hour(
    watched: Comune, box: Post, world: Served
) -> None:
    """No slot, no alert, and nobody who would notice before Monday's draft."""
    assert in_rome(SATURDAY).weekday() == 5
    go(watched)
    watched.now += 9 * MINUTE
    all_read(watched)  # just before it died
    assert ids(go(watched)) == [], "one round of it may be late"
    assert box.told == []
    assert world.posted[-1] == ("/ping", "")
    done = go(watched, after=5 * MINUTE)
    assert ids(done) == ["prefect"]
    assert "il suo server non risponde" in done.standing[0].words
    assert done.untold == ()
    subject = "PROVA · Il servizio non mantiene ciò che promette: Prefect"
    assert sorted(box.told) == sorted([*((to, subject) for to in (*EDITORS, OPERATOR)), (SMS, "")])
    assert "python -m flows doctor" in box.last("Prefect")
    assert "{" not in box.last("Prefect")
    (sms,) = [box.text(n) for n, (to, _) in enumerate(box.told) if to == SMS]
    assert sms.strip() == (
        "PROVA - Bollettino, il servizio non va: Prefect. Avvisa chi lo gestisce; i particolari nell'e-mail."
    )
    assert world.posted[-1] == ("/ping/fail", "prefect")
    for _ in range(3):
        go(watched, after=5 * MINUTE)
    assert len(box.told) == 4, "once"
    assert world.posted[-1] == ("/ping/fail", "prefect"), "the address outside hears it each time"


def test_it_is_told_again_each_day_and_when_it_is_over(watched: Comune, box: Post) -> None:
    watched.now += 16 * MINUTE
    all_read(watched)
    go(watched)
    go(watched, after=5 * MINUTE)
    for _ in range(23):
        all_read(watched)
        go(watched, after=HOUR)
    assert len(box.told) == 4
    go(watched, after=HOUR)
    assert len(box.told) == 8, "a day later"
    for minutes in (5, 5, 50):
        assert len(box.told) == 8, "an end counts once it lasts an hour"
        watched.now += minutes * MINUTE
        goes_on(watched)
        go(watched)
    goes_on(watched)
    done = go(watched, after=5 * MINUTE)
    assert ids(done) == []
    assert {subject for _, subject in box.told[8:]} == {"PROVA · Di nuovo a posto: Prefect", ""}
    assert "{" not in box.last("Di nuovo a posto")
    goes_on(watched)
    go(watched, after=5 * MINUTE)
    assert len(box.told) == 12


def test_alerts_that_nobody_has_read_for_an_hour(watched: Comune) -> None:
    watched.now += 61 * MINUTE
    heartbeat.beat(watched.settings.state, now=watched.now)
    assert set(seen(watched)) == {"alerts"}
    assert "Protezione Civile" in seen(watched)["alerts"]


def test_an_avviso_meteo_is_no_promise_and_a_source_that_was_never_read_is_missed(watched: Comune) -> None:
    with watched.look() as session:
        make_source(session, kind=SourceKind.meteoalarm, address="https://meteo.example/")
    assert seen(watched) == {}
    watched.reprofile(("/dpc/files/all/latest_all.zip", "/dpc/files/all/other.zip"))
    heartbeat.beat(watched.settings.state, now=watched.now)
    assert "alerts" in seen(watched)


def test_a_slot_that_passed_undecided_and_an_approval_that_did_not_leave(watched: Comune) -> None:
    now = watched.now
    with watched.look() as session:
        make_bulletin(
            session, status=BulletinStatus.in_review, slot_at=now - HOUR, deadline_at=now - 2 * HOUR
        )
        make_bulletin(session, status=BulletinStatus.approved, slot_at=now - 2 * HOUR)
        make_bulletin(session, status=BulletinStatus.sending, slot_at=now - 3 * HOUR)
    words = seen(watched)["slots"]
    assert words.count(";") == 2
    for part in ("nessuno l'ha chiuso", "è approvato e non è partito", "non va avanti"):
        assert part in words


@pytest.mark.parametrize(
    "status",
    [
        BulletinStatus.sent,
        BulletinStatus.expired,
        BulletinStatus.missed,
        BulletinStatus.rejected,
        BulletinStatus.stopped,
    ],
)
def test_what_somebody_has_closed_is_kept(watched: Comune, status: BulletinStatus) -> None:
    at = watched.now - 2 * DAY
    with watched.look() as session:
        make_bulletin(session, status=status, slot_at=at, deadline_at=at, now=at)
    assert seen(watched) == {}


def test_within_grace_and_margin_nothing_is_late(watched: Comune) -> None:
    now = watched.now
    with watched.look() as session:
        make_bulletin(session, status=BulletinStatus.in_review, slot_at=now, deadline_at=now - 14 * MINUTE)
        make_bulletin(session, status=BulletinStatus.approved, slot_at=now - 74 * MINUTE)
    assert seen(watched) == {}


def test_mail_that_waits(watched: Comune) -> None:
    with watched.look() as session:
        for n in range(2):
            mail_outbox.queue(session, kind="x", about=str(n), editor="Anna", address=EDITORS[0], subject="s",
                          text="t", now=watched.now - 29 * MINUTE)  # fmt: skip
    assert seen(watched) == {}
    watched.now += 2 * MINUTE
    assert seen(watched)["mail"].startswith("2 e-mail aspettano")


def test_one_full_mailbox_is_not_mail_that_is_dead(watched: Comune) -> None:
    def queue(about: str, at: datetime) -> None:
        with watched.look() as session:
            mail_outbox.queue(session, kind="x", about=about, editor="Anna", address=EDITORS[0], subject="s",
                          text="t", now=at)  # fmt: skip

    now = watched.now
    queue("full", now - 3 * HOUR)
    queue("taken", now - 3 * HOUR)
    assert seen(watched)["mail"].startswith("2 e-mail aspettano")
    with watched.look() as session:
        taken = mail_outbox.find(session, "x", "taken", "Anna")
        assert taken is not None
        mail_outbox.sent(session, taken.id, now=now - 2 * HOUR)
    assert seen(watched) == {}
    queue("later", now - HOUR)
    assert seen(watched)["mail"].startswith("1 e-mail aspetta da"), "since then nothing left"


def test_a_web_app_that_is_dead_or_cannot_write(watched: Comune) -> None:
    with serve({"/salute": (503, {}, b'{"ok": false}')}) as ill:
        known(watched, ill.address)
        assert "503" in seen(watched)["web"]
    assert seen(watched)["web"].startswith("Non risponde")


def test_a_disk_with_too_little_left(watched: Comune, world: Served) -> None:
    watched.reprofile(
        ("web_port = 8080", f"web_port = {urlsplit(world.address).port}"),
        ("free_megabytes = 500 ", "free_megabytes = 500000000 "),
    )
    assert set(seen(watched)) == {"disk"}


# ------------------------------------------------------------------ with half of it gone
def test_a_database_that_is_gone_is_told_and_what_stands_in_it_is_not_called_over(
    watched: Comune, box: Post, world: Served
) -> None:
    watched.now += 61 * MINUTE
    heartbeat.beat(watched.settings.state, now=watched.now)
    go(watched)
    assert ids(go(watched, after=5 * MINUTE)) == ["alerts"]
    settings = watched.settings
    gone = "postgresql://user:secret@127.0.0.1:9/gone"
    watched.settings = Settings(settings.profile, settings.path, settings.state, gone)
    before = len(box.told)
    heartbeat.beat(settings.state, now=watched.now)
    go(watched, after=5 * MINUTE)
    assert ids(go(watched, after=5 * MINUTE)) == ["alerts", "database"]
    assert [subject for _, subject in box.told[before:] if "Di nuovo" in subject] == []
    assert "secret" not in box.last("Database")
    watched.settings = settings


def test_no_database_is_made_where_there_was_none(watched: Comune) -> None:
    path = watched.folder / "nowhere.db"
    settings = watched.settings
    there = Settings(settings.profile, settings.path, settings.state, f"sqlite:///{path}")
    found = look(there, first_at=watched.now, now=watched.now)
    assert [trouble.id for trouble in found.troubles] == ["database"]
    assert found.unknown == {"alerts", "slots", "mail", "duty", "news"}
    assert not path.exists()


def test_a_database_that_somebody_holds(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader gets in: SQLite's exclusive mode stands for whatever does that."""
    monkeypatch.setattr(reader, "WAIT_MS", 50)
    comune.now = SATURDAY
    comune.engine.dispose()
    path = comune.engine.url.database or ""
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("UPDATE alembic_version SET version_num = version_num")
        found = look(comune.settings, first_at=comune.now, now=comune.now)
    finally:
        holder.close()
    assert "database" in {trouble.id for trouble in found.troubles}


def test_on_a_full_disk_it_still_knows_what_it_told(comune: Comune, tmp_path: Path, world: Served) -> None:
    known(comune, world.address)
    settings, disk = comune.settings, TinyDisk(tmp_path / "disk")
    state = disk.folder / "state"
    state.mkdir()
    comune.settings = Settings(settings.profile, settings.path, state, settings.database)
    comune.now = SATURDAY
    goes_on(comune)
    filler = state / "x"
    filler.write_bytes(b"x")
    try:
        with mail_server() as box:
            announce(state, box.port)
            go(comune)  # while there was room
            comune.now += 16 * MINUTE
            all_read(comune)
            with disk.full(filler, but=0):
                if not disk.is_mounted:
                    return  # a limit of this process holds for its database and mails, too
                go(comune)
                done = go(comune, after=5 * MINUTE)
                assert {"disk", "prefect"} == set(ids(done))
                told = len(box.told)
                assert told == 8, "two troubles, each when it had lasted"
                for _ in range(3):
                    done = go(comune, after=5 * MINUTE)
                    assert done.untold == ()
                assert len(box.told) == told, "nobody is told twice"
    finally:
        comune.settings = settings
        disk.close()


def test_where_nothing_can_be_remembered_it_speaks_once_an_hour(
    watched: Comune, box: Post, world: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "save", lambda *_: False)
    watched.now = SATURDAY.replace(minute=40)
    for _ in range(12):
        done = go(watched, after=5 * MINUTE)
        assert rounds.UNREMEMBERED in done.untold
    assert len(box.told) == 4, "in the first five minutes of the hour"
    assert world.posted[-1] == ("/ping/fail", "disk, prefect, alerts")


# ------------------------------------------------------------------ from the terminal
def test_a_dry_run_tells_nobody_and_remembers_nothing(
    comune: Comune, world: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    known(comune, world.address)
    state = comune.settings.state
    old = datetime.now(UTC) - HOUR
    trouble = Known(since=old, name="Prefect", words="fermo", is_urgent=True)
    heartbeat.beat(state, now=old)
    assert memory.save(state, Memory(first_at=old, troubles={"prefect": trouble}))
    before = (state / memory.FILE).read_bytes()
    comune.now = datetime.now(UTC)
    all_read(comune)
    with mail_server() as box:
        announce(state, box.port)
        assert flows(comune, "watchdog", "--dry-run") == 1
        out = capsys.readouterr().out
        assert "si scriverebbe un'e-mail: prefect" in out
        assert (box.told, world.posted) == ([], [])
        assert (state / memory.FILE).read_bytes() == before
        assert flows(comune, "watchdog") == 1
        assert "e-mail a 3: Prefect" in capsys.readouterr().out
        assert len(box.told) == 4
    assert flows(comune, "watchdog") == 1, "nobody is to be told anew"
    capsys.readouterr()
    heartbeat.beat(state, now=datetime.now(UTC))
    assert flows(comune, "watchdog", "--json") == 0
    assert '"standing": []' in capsys.readouterr().out


def test_a_promise_is_looked_at_for_each_name_that_can_be_unknown() -> None:
    assert set(promises.IN_DATABASE) == {"alerts", "slots", "mail"}
    others = {ROUND, "disk", "web", "prefect", "database", "backup", "drill"}
    looked_at = {*others, *promises.IN_DATABASE, *(check.id for check in promises.FROM_DOCTOR)}
    assert set(get_args(Promise)) == looked_at, "each may have a check of its own"
    assert Seen(()).unknown == frozenset()


def test_a_machine_that_was_off_for_a_night_is_given_a_round_to_start(watched: Comune, box: Post) -> None:
    go(watched)
    watched.now += 8 * HOUR
    all_read(watched)
    assert [one.id for one in go(watched).fresh] == ["prefect"]
    assert box.told == [], "its Prefect server is only being started"
    goes_on(watched)
    assert go(watched, after=5 * MINUTE).standing == ()
