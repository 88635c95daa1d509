"""The ledger of consent and its journal: a restored backup re-enrols nobody."""

import json
import logging
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from db import recipients
from db.engine import make_engine, transaction
from db.journal import Entry, Journal
from db.ledger import NEXT, RESUME, WEIGHT, Ledger
from db.models import BulletinKind, Consent, ConsentEvent, Recipient, RecipientStatus, Scope
from db.recipients import Address
from db.vault import Vault
from tests.test_web_changes import preference
from tests.world.backup import Backup
from tests.world.builders import NOW, make_recipient
from tests.world.web_site import Site, messages, wrote

PHONE, BSUID = "+393331234567", "IT.13491208655302741918"
SECOND = timedelta(seconds=1)


def _say(
    ledger: Ledger, engine: Engine, event: Consent, at: datetime = NOW, who: Address | None = None
) -> None:
    """A word, and what it does, as the web app would."""
    who = who or Address(PHONE)
    with transaction(engine) as session:
        ledger.record(session, who, event, word=event.name, source="whatsapp", at=at)
        if event in (Consent.opt_in, Consent.alerts_only):
            scope = Scope.alerts if event == Consent.alerts_only else Scope.everything
            recipients.opt_in(session, ledger.vault, who, scope=scope, now=at)
        else:
            for row in recipients.matching(session, ledger.vault, who):
                recipients.opt_out(session, row, now=at)


def test_an_entry_holds_hashes_only_and_the_notice_that_was_shown(
    ledger: Ledger, engine: Engine, vault: Vault
) -> None:
    with transaction(engine) as session:
        who = Address(PHONE, BSUID)
        ledger.record(
            session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=NOW, message_id="wamid.X"
        )
    with engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM consentevent")).all())
    journal = ledger.journal.path.read_text(encoding="utf-8")
    assert not any(one in rows + journal for one in ("3331234567", "13491208655302741918", "wamid.X"))
    with transaction(engine) as session:
        (event,) = session.exec(select(ConsentEvent))
        assert (event.subject_hash, event.notice_version, event.notice_sha256) == (
            vault.hash(PHONE),
            "3",
            "abc",
        )
    assert list(ledger.journal.entries()) == [
        Entry(NOW, Consent.opt_in, (vault.hash(PHONE), vault.hash(BSUID)))
    ]
    assert ledger.journal.path.stat().st_mode & 0o077 == 0


def test_a_word_needs_somebody_and_is_recorded_once_a_message(ledger: Ledger, engine: Engine) -> None:
    def record(who: Address) -> None:
        with transaction(engine) as session:
            ledger.record(session, who, Consent.opt_out, word="X", source="whatsapp", at=NOW, message_id="m")

    with pytest.raises(ValueError, match="needs an address"):
        record(Address())
    record(Address(bsuid=BSUID))
    with pytest.raises(IntegrityError):
        record(Address(bsuid=BSUID))
    assert len(list(ledger.journal.entries())) == 1, "what the database refuses is not in the journal"


def test_words_are_read_in_the_order_they_were_said_in_not_in_that_they_came(
    ledger: Ledger, engine: Engine
) -> None:
    _say(ledger, engine, Consent.opt_out)
    _say(ledger, engine, Consent.opt_in, at=NOW - SECOND)
    with transaction(engine) as session:
        said = [row.event for row in ledger.history(session, Address(PHONE))]
    assert said == [Consent.opt_in, Consent.opt_out]


def test_a_word_older_than_the_last_one_is_outdated(ledger: Ledger, engine: Engine) -> None:
    _say(ledger, engine, Consent.opt_out)
    with transaction(engine) as session:
        assert ledger.outdated(session, Address(PHONE), at=NOW, event=Consent.opt_in), "the same second"
        assert not ledger.outdated(session, Address(PHONE), at=NOW, event=Consent.erase)
        assert ledger.spoke_since(session, Address(PHONE, BSUID), at=NOW - SECOND)
        assert not ledger.spoke_since(session, Address(PHONE), at=NOW)
        assert not ledger.spoke_since(session, Address(bsuid=BSUID), at=NOW - SECOND)


def test_a_stop_told_by_the_provider_enters_once_even_when_no_key_opens_the_number(
    ledger: Ledger, engine: Engine, vault: Vault
) -> None:
    with transaction(engine) as session:
        recipient = make_recipient(session, vault, phone=PHONE)
        recipient.phone_sealed = b"sealed with a key that is gone"
        told = [
            ledger.stopped_at_provider(session, recipient, message_id="wamid.S", at=NOW, now=NOW)
            for _ in range(2)
        ]
        assert (told, recipient.status) == ([True, False], RecipientStatus.opted_out)
        (event,) = session.exec(select(ConsentEvent))
        assert (event.event, event.word) == (Consent.opt_out, "meta_stop")
        assert ledger.heard(session, "wamid.S"), "the message that told it is its proof"
        assert ledger.outdated(session, Address(PHONE), at=NOW - SECOND, event=Consent.opt_in)
        assert not ledger.outdated(session, Address(PHONE), at=NOW - SECOND, event=Consent.opt_out)
        assert ledger.has_left(session, Address(PHONE))


def test_the_journal_survives_a_torn_line_and_tells_of_it(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    journal, entry = ledger.journal, Entry(NOW, Consent.opt_out, ("a",))
    assert list(journal.entries()) == []
    journal.append(entry)
    with journal.path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-11')  # the power went
    later = Entry(NOW + SECOND, Consent.erase, ("b",))
    journal.append(later)
    with caplog.at_level(logging.ERROR):
        assert list(journal.entries()) == [entry, later]
    assert "consensi.jsonl:2 cannot be read" in caplog.text
    lines = journal.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {"at": NOW.isoformat(), "event": "opt_out", "subjects": ["a"]}


def _reached(engine: Engine, kind: BulletinKind) -> int:
    with transaction(engine) as session:
        return len(session.exec(recipients.audience(kind)).all())


def _replay(ledger: Ledger, engine: Engine) -> int:
    with transaction(engine) as session:
        return ledger.replay(session, now=NOW + timedelta(days=9))


def test_who_left_after_the_backup_is_not_back_after_the_restore(
    ledger: Ledger, sqlite: Engine, tmp_path: Path
) -> None:
    left, erased, narrowed, stays = (Address(f"+39333000000{n}") for n in range(4))
    for one in (left, erased, narrowed, stays):
        _say(ledger, sqlite, Consent.opt_in, who=one)
    backup = Backup(sqlite, tmp_path)
    day = NOW + timedelta(days=1)
    _say(ledger, sqlite, Consent.opt_out, day, left)
    _say(ledger, sqlite, Consent.erase, day, erased)
    _say(ledger, sqlite, Consent.alerts_only, day, narrowed)
    _say(ledger, sqlite, Consent.opt_in, day, Address("+393330000009"))
    engine = backup.restore()
    assert _reached(engine, BulletinKind.ordinary) == 4
    assert _replay(ledger, engine) == 3
    assert _reached(engine, BulletinKind.ordinary) == 1
    assert _reached(engine, BulletinKind.urgent) == 2
    with transaction(engine) as session:
        gone = recipients.find(session, ledger.vault, erased)
        assert gone is not None
        assert (gone.status, gone.phone_sealed) == (RecipientStatus.erased, None)
        assert ledger.has_left(session, left)
        proof = {(one.source, one.notice_version, one.notice_sha256) for one in ledger.history(session, left)}
        assert proof == {("whatsapp", "3", "abc"), ("journal", "3", "abc")}
    assert _replay(ledger, engine) == 0, "once is enough"
    assert _reached(engine, BulletinKind.ordinary) == 1


def test_nothing_is_replayed_where_nothing_was_restored(ledger: Ledger, engine: Engine) -> None:
    for number, event in enumerate(Consent):
        _say(ledger, engine, event, NOW + number * SECOND)
    assert _replay(ledger, engine) == 0
    with transaction(engine) as session:
        assert len(session.exec(select(ConsentEvent)).all()) == len(Consent)


def test_a_stop_that_was_rolled_back_and_handled_again_throws_nobody_out_who_took_it_back(
    ledger: Ledger, engine: Engine
) -> None:
    """A batch of receipts with a bad one is rolled back, and handled one by one: the journal has it twice."""
    _say(ledger, engine, Consent.opt_in, NOW - SECOND)

    def stop(*, is_bad: bool) -> None:
        with transaction(engine) as session:
            row = recipients.find(session, ledger.vault, Address(PHONE))
            assert row is not None
            ledger.stopped_at_provider(session, row, at=NOW, now=NOW)
            if is_bad:
                session.rollback()

    stop(is_bad=True)
    stop(is_bad=False)
    assert [one.event for one in ledger.journal.entries()][1:] == [Consent.opt_out] * 2
    with transaction(engine) as session:
        recipients.opt_in(session, ledger.vault, Address(PHONE), now=NOW)
        # next after the stop that it undoes, as the menu's resume is written
        ledger.record(session, Address(PHONE), Consent.opt_in, word=RESUME, source="whatsapp", at=NOW + NEXT)
    assert _replay(ledger, engine) == 0
    assert _reached(engine, BulletinKind.ordinary) == 1


def test_what_the_journal_lacks_since_its_first_line_is_found_and_can_be_added(
    ledger: Ledger, engine: Engine
) -> None:
    for number, event in enumerate((Consent.opt_in, Consent.alerts_only, Consent.opt_out, Consent.erase)):
        _say(ledger, engine, event, NOW + number * SECOND, Address(PHONE, BSUID))
    lines = ledger.journal.path.read_text(encoding="utf-8").splitlines(keepends=True)
    lacking: list[Entry] = []

    def look(*kept: str, from_the_start: bool = False) -> list[Consent]:
        ledger.journal.path.write_text("".join(kept), encoding="utf-8")
        with transaction(engine) as session:
            lacking[:] = ledger.unwritten(session, **({"from_the_start": True} if from_the_start else {}))
        return [entry.event for entry in lacking]

    assert look(*lines) == look(*lines, *lines) == []
    assert look(lines[0], lines[1], lines[2][:36]) == [Consent.opt_out, Consent.erase]
    assert look(*lines[2:]) == [], "what was said before its first line it never had"
    assert look(*lines[2:], from_the_start=True) == [Consent.opt_in, Consent.alerts_only]
    assert look() == []
    said = [Consent.opt_in, Consent.alerts_only, Consent.opt_out, Consent.erase]
    assert look(from_the_start=True) == said
    ledger.journal.append(*lacking)
    with transaction(engine) as session:
        assert ledger.unwritten(session, from_the_start=True) == []
    assert _replay(ledger, engine) == 0


def test_what_the_journal_lacks_of_the_second_of_its_first_line_is_found(
    ledger: Ledger, sqlite: Engine, vault: Vault
) -> None:
    _say(ledger, sqlite, Consent.opt_out)
    first = ledger.journal.path.read_bytes()
    _say(ledger, sqlite, Consent.opt_out, who=Address(bsuid=BSUID))
    ledger.journal.path.write_bytes(first)
    with transaction(sqlite) as session:
        assert ledger.unwritten(session) == [Entry(NOW, Consent.opt_out, (vault.hash(BSUID),))]


def test_a_journal_that_only_grew_reaches_as_far_as_before_and_no_other_does(ledger: Ledger) -> None:
    journal = ledger.journal
    assert journal.extent() is None
    journal.append(Entry(NOW, Consent.opt_in, ("a",)), Entry(NOW + SECOND, Consent.opt_out, ("a",)))
    then, before = journal.extent(), journal.path.read_bytes()
    assert then is not None
    assert then.size == len(before)
    journal.append(Entry(NOW + 2 * SECOND, Consent.opt_in, ("b",)))
    assert journal.reaches(then)
    journal.path.write_bytes(before[:-1] + b" \n" + before)
    assert not journal.reaches(then), "as long, and another one"
    for shorter in (before[:-1], before[: len(before) // 2], b""):
        journal.path.write_bytes(shorter)
        assert not journal.reaches(then)
    journal.path.unlink()
    assert not journal.reaches(then)


def test_who_came_back_after_the_backup_is_not_thrown_out(
    ledger: Ledger, sqlite: Engine, tmp_path: Path
) -> None:
    _say(ledger, sqlite, Consent.opt_in)
    backup = Backup(sqlite, tmp_path)
    _say(ledger, sqlite, Consent.opt_out, NOW + SECOND)
    _say(ledger, sqlite, Consent.opt_in, NOW + 2 * SECOND, Address(PHONE, BSUID))
    engine = backup.restore()
    assert _replay(ledger, engine) == 0
    assert _reached(engine, BulletinKind.ordinary) == 1


def test_a_word_that_the_journal_lost_still_undoes_the_one_before_it(ledger: Ledger, sqlite: Engine) -> None:
    _say(ledger, sqlite, Consent.opt_in)
    with transaction(sqlite) as session:  # its row was rolled back: the journal alone has it
        ledger.record(session, Address(PHONE), Consent.opt_out, word="X", source="whatsapp", at=NOW + SECOND)
        session.rollback()
    path = ledger.journal.path
    before = path.read_bytes()
    _say(ledger, sqlite, Consent.opt_in, NOW + 2 * SECOND)
    path.write_bytes(before)
    assert _replay(ledger, sqlite) == 0
    assert _reached(sqlite, BulletinKind.ordinary) == 1


@pytest.mark.parametrize("backed_up", ["before the stop", "after the resume"])
@pytest.mark.parametrize("says_disattiva", [False, True])
def test_a_stop_taken_back_outlives_a_restore_and_so_does_the_disattiva_that_makes_it_void(
    site: Site, now: datetime, tmp_path: Path, says_disattiva: bool, backed_up: str
) -> None:
    """The DISATTIVA was written before both and comes after them."""
    engine = site.web.engine
    site.tell(messages(wrote("ATTIVA", now - 9 * SECOND, id="a")))
    early, late = tmp_path / "early", tmp_path / "late"
    early.mkdir()
    late.mkdir()
    backup = Backup(engine, early)
    for number in (7, 5):
        site.tell(preference("stop", now - number * SECOND))
        site.tell(preference("resume", now - (number - 1) * SECOND))
    if backed_up == "after the resume":
        backup = Backup(engine, late)
    if says_disattiva:
        site.tell(messages(wrote("DISATTIVA", now - 8 * SECOND, id="b")))
    restored = backup.restore()
    assert _replay(site.web.ledger, restored) == int(says_disattiva)
    assert _reached(restored, BulletinKind.ordinary) == int(not says_disattiva)


def test_a_list_cannot_bring_back_who_left_and_is_in_no_row_of_the_backup(
    ledger: Ledger, sqlite: Engine, tmp_path: Path
) -> None:
    backup = Backup(sqlite, tmp_path)
    _say(ledger, sqlite, Consent.opt_in)
    _say(ledger, sqlite, Consent.opt_out, NOW + SECOND)
    engine = backup.restore()
    assert _replay(ledger, engine) == 1
    with transaction(engine) as session:
        assert ledger.has_left(session, Address(PHONE))
        assert session.exec(select(Recipient)).all() == []


EVENTS = st.lists(
    st.tuples(st.sampled_from(list(Consent)), st.integers(0, 3), st.sampled_from(["p", "q"])), max_size=8
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=EVENTS, after=EVENTS)
def test_whatever_was_said_nobody_is_reached_whose_last_word_was_to_leave(
    vault: Vault,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[Consent, int, str]],
    after: list[tuple[Consent, int, str]],
) -> None:
    """Times are whole seconds and may be equal; then leaving counts."""
    folder = tmp_path_factory.mktemp("restore")
    shutil.copy(sqlite_template, folder / "bollettino.db")
    engine = make_engine(f"sqlite:///{folder / 'bollettino.db'}")
    ledger = Ledger(vault, Journal(folder / "consensi.jsonl"), "1", "x")
    people = {"p": Address("+393330000001"), "q": Address("+393330000002", BSUID)}
    last: dict[str, tuple[int, Consent]] = {}

    def say(events: list[tuple[Consent, int, str]], engine: Engine) -> None:
        for event, second, name in events:
            before = last.get(name, (-1, Consent.opt_in))
            if (second, WEIGHT[event]) >= (before[0], WEIGHT[before[1]]):  # an outdated word changes nothing
                _say(ledger, engine, event, NOW + second * SECOND, people[name])
                last[name] = (second, event)

    say(before, engine)
    backup = Backup(engine, folder)
    say(after, engine)
    engine = backup.restore()
    _replay(ledger, engine)
    with transaction(engine) as session:
        reached = session.exec(recipients.audience(BulletinKind.urgent)).all()
        everything = session.exec(recipients.audience(BulletinKind.ordinary)).all()
        for name, (_, event) in last.items():
            row = recipients.find(session, vault, people[name])
            if event in (Consent.opt_out, Consent.erase):
                assert row not in reached
            if event == Consent.alerts_only:
                assert row not in everything
        assert session.exec(select(ConsentEvent).where(col(ConsentEvent.source) == "x")).all() == []
    engine.dispose()
