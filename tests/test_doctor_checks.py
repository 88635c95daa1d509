"""Each check of what lies on this machine: profile, database, disk, sources, people."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from db import days_off, sources
from db.models import Consent, Source, SourceKind
from db.recipients import Address
from flows.bulletin.language.dates import in_rome
from flows.doctor import configuration, database, heartbeat, machine, people, prefect_server
from flows.doctor import sources as feeds
from flows.doctor.finding import Case, Said, Verdict
from flows.door import keys
from flows.sending.witness import Mark, StateFolder
from flows.settings import Settings
from tests.world.builders import make_source
from tests.world.comune import Comune
from tests.world.examined import all_read, answer, answers, tie_keys
from tests.world.mail_server import announce, mail_server
from tests.world.people import signed_in
from tests.world.tiny_disk import TinyDisk

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TRIAL = ('stage = "sandbox"', 'stage = "trial"')
REAL = ('api = "http://127.0.0.1:{port}"', 'api = "https://graph.facebook.com"')


def real(comune: Comune, *changes: tuple[str, str]) -> None:
    """A profile that sends to citizens; nobody is asked by these checks."""
    old, new = REAL
    comune.reprofile(TRIAL, (old.format(port=comune.loopback.port), new), *changes)


# ------------------------------------------------------------------ configuration
def test_a_profile_that_still_holds_check_is_broken(comune: Comune) -> None:
    assert answer(comune, configuration.profile).verdict == Verdict.good
    comune.reprofile(TRIAL, ('owner = "via Esempio 1', 'owner = "CHECK via Esempio 1'))
    said = answer(comune, configuration.profile)
    assert said.verdict == Verdict.failed
    assert "privacy.owner" in said.detail


def test_a_secret_that_is_missing_or_none_is_broken(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(comune, configuration.secrets).verdict == Verdict.good
    for name, value in (("BOLLETTINO_VERIFY_TOKEN", ""), ("BOLLETTINO_ENCRYPTION_KEYS", "no key")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            comune.settings.__dict__.pop("secrets", None)
            said = answer(comune, configuration.secrets)
            assert said.verdict == Verdict.failed
            assert "no key" not in f"{said}"
    comune.settings.__dict__.pop("secrets", None)
    assert answer(comune, configuration.login).verdict == Verdict.good
    real(comune)
    assert "BOLLETTINO_PREFECT_AUTH" in answer(comune, configuration.login).words
    assert answer(comune, configuration.secrets).verdict == Verdict.good


def test_what_others_on_the_machine_may_read_is_broken(comune: Comune) -> None:
    state = comune.settings.state
    state.mkdir(exist_ok=True)
    (state / "porta.json").write_text("{}")
    (state / "porta.json").chmod(0o644)
    state.chmod(0o755)
    said = answer(comune, configuration.private)
    assert said.verdict == Verdict.failed
    assert "porta.json" in said.words
    state.chmod(0o700)
    assert answer(comune, configuration.private).verdict == Verdict.good


def test_without_basis_and_act_nothing_leaves(comune: Comune) -> None:
    assert answer(comune, configuration.act).is_left_out, "nobody is reached by the sandbox"
    real(comune)
    assert answer(comune, configuration.act).verdict == Verdict.good
    real(comune, ('act = "delibera di Giunta n. 1 del 1 novembre 2026"', 'act = ""'))
    said = answer(comune, configuration.act)
    assert said.verdict == Verdict.failed
    assert "`privacy.act`" in said.words


def test_another_text_of_the_notice_under_the_same_version_is_pointed_out(comuni: Comune) -> None:
    with comuni.look() as session:
        comuni.settings.ledger().record(
            session, Address("+393330000001"), Consent.opt_in, word="ATTIVA", source="whatsapp", at=comuni.now
        )
    assert answer(comuni, configuration.notice).verdict == Verdict.good
    comuni.reprofile(("receipt_days = 30 ", "receipt_days = 31 "))
    assert answer(comuni, configuration.notice).verdict == Verdict.attention
    comuni.reprofile(("receipt_days = 30 ", "receipt_days = 31 "), ('version = "1 del', 'version = "2 del'))
    assert answer(comuni, configuration.notice).verdict == Verdict.good


# ------------------------------------------------------------------ the database
def test_a_database_that_is_well(comuni: Comune) -> None:
    tie_keys(comuni)
    for look in (database.whole, database.revision, database.room, database.keys):
        assert answer(comuni, look).verdict == Verdict.good, look
    durable = answer(comuni, database.durable)
    if comuni.engine.dialect.name == "sqlite":
        assert durable.verdict == Verdict.good
    else:  # the tests' cluster has switched it off on purpose
        assert (durable.verdict, "fsync" in durable.words) == (Verdict.attention, True)


def test_postgresql_that_is_gone(comune: Comune) -> None:
    address = "postgresql://user:secret@127.0.0.1:9/bollettino"
    comune.settings = Settings(comune.settings.profile, comune.settings.path, comune.settings.state, address)
    said = answer(comune, database.whole)
    assert (said.verdict, said.words) == (Verdict.failed, "Il database non risponde.")
    assert "secret" not in str(said)


def test_a_database_that_is_harmed_gone_or_empty(comune: Comune) -> None:
    path, state = Path(comune.engine.url.database or ""), comune.settings.state
    comune.engine.dispose()
    path.write_bytes(b"no database at all, " * 500)
    said = answer(comune, database.whole)
    assert (said.verdict, said.words) == (Verdict.failed, "Il database è rovinato.")
    path.write_bytes(b"")
    assert answer(comune, database.whole).words == "Il database è vuoto."
    path.unlink()
    assert answer(comune, database.whole).words == "Il database non c'è."
    assert not path.exists()
    state.mkdir(exist_ok=True)
    (state / "consensi.jsonl").write_text("{}\n")
    assert answer(comune, database.whole).words == "Il database non c'è più."


def test_a_database_of_another_version(comuni: Comune) -> None:
    with comuni.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0042'"))
    said = answer(comuni, database.revision)
    assert said.verdict == Verdict.failed
    assert "0042" in said.words
    assert "migrate" in said.remedy


def test_the_keys_of_another_database(comuni: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(comuni, database.keys).verdict == Verdict.attention, "not tied yet"
    tie_keys(comuni)
    monkeypatch.setenv("BOLLETTINO_ENCRYPTION_KEYS", Fernet.generate_key().decode())
    comuni.settings.__dict__.pop("secrets", None)
    assert answer(comuni, database.keys).verdict == Verdict.failed


def restored(comune: Comune) -> list[Said]:
    said = database.restored(Case(comune.settings, comune.now, is_offline=True))
    return list(said)


def test_a_database_that_has_forgotten_sends_or_words(comuni: Comune) -> None:
    assert restored(comuni)[0].verdict == Verdict.good
    StateFolder(comuni.settings).write(Mark(number=7, bulletin_id=1, at=comuni.now))
    (said,) = restored(comuni)
    assert said.verdict == Verdict.failed
    assert "witness" in said.remedy


def test_a_journal_that_is_gone(comuni: Comune) -> None:
    with comuni.look() as session:
        comuni.settings.ledger().record(
            session,
            Address("+393330000001"),
            Consent.opt_out,
            word="DISATTIVA",
            source="whatsapp",
            at=comuni.now,
        )
    assert restored(comuni)[0].verdict == Verdict.good
    (comuni.settings.state / "consensi.jsonl").unlink()
    (said,) = restored(comuni)
    assert (said.verdict, "consensi.jsonl" in said.words) == (Verdict.failed, True)


def test_a_database_that_finds_no_room_for_its_copy(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_size", lambda _: 10**18)
    assert answer(comune, database.room).verdict == Verdict.attention


# ------------------------------------------------------------------ the machine
def test_a_disk_that_is_full(comune: Comune, tmp_path: Path) -> None:
    settings, disk = comune.settings, TinyDisk(tmp_path / "disk")
    try:
        state = disk.folder / "state"
        state.mkdir()
        (state / "consensi.jsonl").write_text("x")
        comune.settings = Settings(settings.profile, settings.path, state, settings.database)
        with disk.full(state / "consensi.jsonl", but=0):
            said = answer(comune, machine.disk)
        assert said.verdict == Verdict.failed
        assert "non prende più niente" in said.words
    finally:
        comune.settings = settings
        disk.close()


def test_a_disk_with_less_room_than_the_profile_wants(comune: Comune) -> None:
    comune.settings.state.mkdir(exist_ok=True)
    assert answer(comune, machine.disk).verdict == Verdict.good
    comune.reprofile(("free_megabytes = 500 ", "free_megabytes = 500000000 "))
    assert answer(comune, machine.disk).verdict == Verdict.failed


def test_a_round_that_is_not_made_any_more_on_a_saturday(comune: Comune) -> None:
    """On a day without a slot nothing else would show it."""
    comune.now += 4 * DAY
    assert in_rome(comune.now).weekday() == 5
    assert answer(comune, prefect_server.rounds).verdict == Verdict.unknown
    heartbeat.beat(comune.settings.state, now=comune.now)
    assert answer(comune, prefect_server.rounds).verdict == Verdict.good
    comune.now += 16 * MINUTE
    assert answer(comune, prefect_server.rounds).verdict == Verdict.failed


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"at": 3}', b'{"at": "2026-11-24T10:00:00"}', b"\xff"]
)
def test_a_mark_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / heartbeat.FILE).write_bytes(content)
    assert heartbeat.last_beat(tmp_path) is None


# ------------------------------------------------------------------ the sources
def test_a_feed_that_is_silent_or_was_never_read(comuni: Comune) -> None:
    assert [said.verdict for said in answers(comuni, feeds.news)] == [Verdict.unknown]
    assert [said.verdict for said in answers(comuni, feeds.alerts)] == [Verdict.unknown]
    all_read(comuni)
    assert [said.verdict for said in answers(comuni, feeds.news)] == [Verdict.good]
    assert [said.verdict for said in answers(comuni, feeds.alerts)] == [Verdict.good]
    comuni.now += 61 * MINUTE
    assert [said.verdict for said in answers(comuni, feeds.alerts)] == [Verdict.failed]
    assert [said.verdict for said in answers(comuni, feeds.news)] == [Verdict.good]
    comuni.now += DAY
    (said,) = answers(comuni, feeds.news)
    assert (said.verdict, said.about) == (Verdict.failed, f"127.0.0.1:{comuni.loopback.port}")
    assert "non si legge" in said.words


def test_a_feed_that_answers_and_says_nothing_for_longer_than_usual(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_read(comune)
    monkeypatch.setattr(
        "flows.sources.silence.news_items.days_of_news",
        lambda *_, **__: [comune.now.date() - timedelta(days=20 + 2 * n) for n in range(6)],
    )
    (said,) = answers(comune, feeds.news)
    assert said.verdict == Verdict.attention
    assert "nessuna notizia nuova da 20 giorni" in said.words.lower()


def test_of_several_issuers_each_is_told_apart(comune: Comune) -> None:
    comune.reprofile(
        ("# alerts_cap = ", "alerts_cap = "),
        ("# alerts_meteoalarm", "alerts_meteoalarm"),
        ("# meteoalarm_area", "meteoalarm_area"),
        ('["https://..."]', '["https://cap.example.it/a.xml"]'),
    )
    all_read(comune)
    with comune.look() as session:
        cap = sources.find(session, "https://cap.example.it/a.xml")
        assert isinstance(cap, Source)
        cap.succeeded_at, cap.failure = comune.now - 2 * HOUR, "503"
        session.add(cap)
    said = answers(comune, feeds.alerts)
    assert [one.verdict for one in said] == [Verdict.good, Verdict.failed], "an avviso meteo is no promise"
    assert (said[1].about, said[1].detail) == ("cap.example.it", "503")


# ------------------------------------------------------------------ the people
def test_nobody_on_duty(comuni: Comune) -> None:
    assert "Anna" in answer(comuni, people.duty).words
    day = in_rome(comuni.now).date()
    with comuni.look() as session:
        days_off.enter_absence(session, editor=ANNA, first=day, last=day, note="", now=comuni.now)
    assert "Bruno" in answer(comuni, people.duty).words
    with comuni.look() as session:
        days_off.enter_absence(session, editor=BRUNO, first=day, last=day, note="", now=comuni.now)
    assert answer(comuni, people.duty).verdict == Verdict.failed


def test_an_editor_on_duty_without_a_code(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(comune, people.codes).is_left_out
    comune.reprofile(("# codes = true ", "codes = true "))
    monkeypatch.setenv("BOLLETTINO_TOTP_BRUNO_VICE", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")
    said = answer(comune, people.codes)
    assert (said.verdict, "Chi è in turno" in said.words) == (Verdict.failed, True)
    monkeypatch.setenv("BOLLETTINO_TOTP_ANNA_REDAZIONE", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")
    assert "al prossimo avvio" in answer(comune, people.codes).words, "two editors share one secret"
    monkeypatch.setenv("BOLLETTINO_TOTP_ANNA_REDAZIONE", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert answer(comune, people.codes).verdict == Verdict.good
    assert "KRSXG5CTMVRX" not in str(said)
    real(comune, ("# codes = true ", "codes = false "))
    assert answer(comune, people.codes).verdict == Verdict.attention


def test_where_persons_sign_in_somebody_on_duty_can(comune: Comune) -> None:
    (comune.settings.state / keys.ACCOUNTS).write_text("made up")
    said = answer(comune, people.codes)
    assert (said.verdict, said.words) == (
        Verdict.failed,
        "Chi è in turno non ha un accesso suo: nessuno può approvare.",
    )
    signed_in(comune.settings, comune.engine, "Anna Redazione", comune.now)
    assert answer(comune, people.codes).verdict == Verdict.good


def test_an_editor_without_a_telephone(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(comune, people.phones).verdict == Verdict.good
    comune.reprofile(TRIAL, ("sandbox = true ", 'host = "127.0.0.1"\nsecurity = "none" '))
    monkeypatch.setenv("BOLLETTINO_PHONE_ANNA_REDAZIONE", "+39 333 765 4321")
    monkeypatch.setenv("BOLLETTINO_PHONE_BRUNO_VICE", "none")
    said = answer(comune, people.phones)
    assert (said.verdict, said.detail) == (Verdict.attention, "BOLLETTINO_PHONE_BRUNO_VICE")
    assert "333" not in str(said)


def test_a_mail_server_that_answers_refuses_us_or_is_gone(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as box:
        announce(comune.settings.state, box.port)
        assert answer(comune, people.mail).verdict == Verdict.good
        assert box.taken == [], "nothing was sent"
    assert answer(comune, people.mail).verdict == Verdict.failed
    with mail_server(login=("user", "right")) as box:
        where = f'host = "127.0.0.1"\nport = {box.port}\nsecurity = "none" '
        comune.reprofile(TRIAL, ("sandbox = true ", where))
        monkeypatch.setenv("BOLLETTINO_MAIL_USER", "user")
        monkeypatch.setenv("BOLLETTINO_MAIL_PASSWORD", "wrong")
        said = answer(comune, people.mail)
        assert said.verdict == Verdict.failed
        assert "BOLLETTINO_MAIL_PASSWORD" in said.remedy
        monkeypatch.setenv("BOLLETTINO_MAIL_PASSWORD", "right")
        assert answer(comune, people.mail).verdict == Verdict.good


def test_a_source_row_of_another_kind_is_no_feed_of_ours(comune: Comune) -> None:
    with comune.look() as session:
        make_source(session, kind=SourceKind.feed, address="https://altro.example/feed")
    assert len(answers(comune, feeds.news)) == 1
