"""What a full disk cuts off is an error, and nobody's word is lost by it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import canary, disk, inbound
from db.journal import Entry, Journal
from db.models import Consent, ConsentEvent, Recipient, RecipientStatus
from flows.privacy.lists import Row
from flows.privacy.subscribers import give_out, take_in
from flows.sending import witness
from flows.sending.witness import Mark, StateFolder, WitnessError
from flows.settings import BollettinoError, Settings
from flows.web import health
from flows.web.app import create_app
from flows.web.inbound import inbox
from tests.test_privacy_subscribers import ORIGIN
from tests.world.builders import NOW
from tests.world.tiny_disk import TinyDisk, no_file_grows_beyond
from tests.world.web_site import Site, messages, wrote

SECOND = timedelta(seconds=1)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[TinyDisk]:
    found = TinyDisk(tmp_path / "tiny")
    yield found
    found.close()


def _entry(number: int) -> Entry:
    return Entry(NOW + number * SECOND, Consent.opt_out, (f"{number:064}",))


@pytest.mark.parametrize("but", [0, 1, 36, 100])
def test_a_line_that_the_disk_cuts_off_is_an_error_and_is_not_there(tiny: TinyDisk, but: int) -> None:
    journal = Journal(tiny.folder / "consensi.jsonl")
    journal.append(_entry(1))
    with tiny.full(journal.path, but=but):
        before = journal.path.read_bytes()
        for _ in range(2):
            with pytest.raises(OSError, match=r"No space|too large"):
                journal.append(_entry(2))
        assert journal.path.read_bytes() == before
        assert not journal.has_room()
    journal.append(_entry(3))
    assert list(journal.entries()) == [_entry(1), _entry(3)]
    assert journal.has_room()
    assert {path.name for path in tiny.folder.iterdir()} == {"consensi.jsonl"}


def test_what_one_cuts_off_is_never_another_ones_line(tmp_path: Path) -> None:
    """Several processes append: each here by a file of its own, with lines that the limit cuts off."""
    path, told = tmp_path / "consensi.jsonl", []

    def write(start: int) -> None:
        journal = Journal(path)
        for number in range(start, start + 40):
            try:
                journal.append(_entry(number))
            except OSError:
                return
            told.append(number)

    Journal(path).append(_entry(0))
    with no_file_grows_beyond(10_000):
        threads = [threading.Thread(target=write, args=(start,)) for start in (100, 200, 300, 400)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    kept = list(Journal(path).entries())
    assert len(kept) < 160, "the limit was reached"
    assert sorted(one.at for one in kept) == sorted(_entry(number).at for number in [0, *told])
    assert path.read_bytes().endswith(b"\n")


def test_a_goodbye_that_the_journal_cannot_take_is_parked_and_tried_again(
    settings: Settings, sqlite: Engine, now: datetime, tiny: TinyDisk
) -> None:
    settings.state = tiny.folder
    app = create_app(settings, sqlite, clock=lambda: now)
    site = Site(app, app.state.web)
    with site.look() as session:
        canary.plant(session, site.web.vault)
    site.tell(messages(wrote("ATTIVA", now - timedelta(hours=1), id="a")))
    journal = site.web.ledger.journal
    with tiny.full(journal.path, but=36):
        assert site.post(messages(wrote("DISATTIVA", now, id="b"))) == 200, "the database has room"
        site.handle()
        with site.look() as session:
            assert session.exec(select(Recipient.status)).all() == [RecipientStatus.active]
            assert session.exec(select(ConsentEvent.event)).all() == [Consent.opt_in]
            assert inbound.parked(session) == 1, "nobody is told that it was done"
        assert [reply for reply, _ in site.replies()] == ["benvenuto"]
        assert not health.writes(site.web)
    assert inbox.retry(site.web, {}) == 1
    with site.look() as session:
        assert session.exec(select(Recipient.status)).all() == [RecipientStatus.opted_out]
        (left,) = session.exec(select(ConsentEvent).where(ConsentEvent.event == Consent.opt_out))
    assert [(one.event, one.at) for one in journal.entries()][1:] == [(Consent.opt_out, left.at)]


def test_a_full_disk_shows_in_salute(site: Site) -> None:
    with site.look() as session:
        canary.plant(session, site.web.vault)
    assert health.writes(site.web)
    with no_file_grows_beyond(0):
        answer = site.request("GET", "/salute")
        assert (answer.status_code, answer.json()["ok"], answer.json()["writes"]) == (503, False, False)
        assert answer.json()["parked"] == 0, "what can be read is told"
    assert site.request("GET", "/salute").json()["writes"] is False, "asked again after 5 seconds only"
    assert health.writes(site.web)
    with site.look() as session:
        session.connection().exec_driver_sql("DROP TABLE canary")
    assert not health.writes(site.web), "the database is asked, too"


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "folder" / "secrets.json"
    disk.replace(path, b"before")
    mark = Mark(number=1, bulletin_id=None, at=NOW)
    StateFolder(settings).write(mark)
    with no_file_grows_beyond(20):
        with pytest.raises(OSError, match="too large"):
            disk.replace(path, b"x" * 100)
        with pytest.raises(WitnessError, match="non si scrive"):
            StateFolder(settings).write(Mark(number=2, bulletin_id=None, at=NOW))
    assert path.read_bytes() == b"before"
    assert StateFolder(settings).read() == mark
    assert [one.name for one in path.parent.iterdir()] == ["secrets.json"]
    for one in (path, tmp_path / witness.FILE):
        assert one.stat().st_mode & 0o777 == 0o600


def test_no_half_list_of_subscribers_is_left(
    settings: Settings, postgresql: Engine, tmp_path: Path, now: datetime
) -> None:
    """The server's files are another process's: it has room to note who took the list out."""
    rows = [Row(number, f"333{number:07}") for number in range(100)]
    take_in(settings, postgresql, rows, ORIGIN, by="clerk", now=now)
    path = tmp_path / "iscritti.csv"
    with no_file_grows_beyond(5_000), pytest.raises(BollettinoError, match="cannot be written"):
        give_out(settings, postgresql, path, by="clerk", now=now)
    assert not path.exists()
    assert give_out(settings, postgresql, path, by="clerk", now=now) == 100


def test_who_have_one_number_are_in_nobody_s_way(tmp_path: Path) -> None:
    """Processes of two containers on one state folder: here threads, which have one number as well."""
    journal = Journal(tmp_path / "consensi.jsonl")

    def write(number: int) -> bool:
        for _ in range(20):
            disk.replace(tmp_path / "marca", f"{number}".encode() * 100)
            if not journal.has_room():
                return False
        return True

    with ThreadPoolExecutor(8) as several:
        assert all(several.map(write, range(8)))
    assert len(set((tmp_path / "marca").read_text())) == 1, "whole, whoever came last"
    assert [path.name for path in tmp_path.iterdir()] == ["marca"]
