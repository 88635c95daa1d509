"""Three hundred people, a send half done at the cut, twenty who left since: nobody is written to by it."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from db import bulletins, recipients, schema, senders
from db.engine import transaction
from db.models import BulletinStatus, Consent, Delivery, DeliveryStatus, Recipient, RecipientStatus
from db.recipients import Address
from flows.__main__ import main
from flows.backup import databases, placing, restoring
from flows.backup.archive import BackupError
from flows.backup.restoring import report_of
from flows.sending import liveness, witness
from flows.sending.checks import Verdict, check_witness
from flows.sending.drain import drain
from flows.sending.witness import StateFolder
from flows.settings import Settings
from tests.bench import send_town
from tests.bench.send_sink import Sink, sink
from tests.world.comune import write_profile
from tests.world.postgresql import new_postgresql
from tests.world.safe import path_with_tools
from tests.world.small_town import Town, tree_of

PEOPLE, LEFT = 300, 20
PHONES = [f"+393{number:09}" for number in range(PEOPLE)]
PER_SECOND = 150.0  # two seconds, of which the backup takes a part


@pytest.fixture(autouse=True)
def _town(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", path_with_tools())
    monkeypatch.setattr("flows.sending.conductor.TELL_EVERY", 0.1)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Town:
    return Town(engine, tmp_path)


@pytest.fixture
def elsewhere(town: Town, request: pytest.FixtureRequest) -> Settings:
    """The machine on which it is restored."""
    return town.moved(lambda: new_postgresql(request.getfixturevalue("empty_postgresql")))


def reaching(settings: Settings, phones: Sink) -> Settings:
    """The installation, sending to the sink."""
    number = settings.profile.whatsapp.model_copy(
        update={"api": f"http://127.0.0.1:{phones.port}", "messages_per_second": PER_SECOND}
    )
    profile = settings.profile.model_copy(update={"whatsapp": number})
    return Settings(profile, settings.path, settings.state, settings.database)


def send(settings: Settings, engine: Engine, bulletin_id: int, *, at_half: Town | None = None) -> None:
    """To all that is queued; `at_half` is backed up when half of it has left."""
    with transaction(engine) as session:
        sender = liveness.begin(session, bulletin_id, now=datetime.now(UTC))
    order = replace(send_town.order(bulletin_id), sender_id=sender)
    taken: list[Path] = []

    def look() -> None:
        with transaction(engine) as session:
            accepted = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.accepted)).all()
        if at_half and not taken and len(accepted) >= PEOPLE // 2:
            taken.append(at_half.safe.take(at_half.settings))

    assert asyncio.run(drain(settings, engine, order, look)) is None
    assert at_half is None or taken


@pytest.mark.slow
@pytest.mark.parametrize("registers", ["the old state folder", "a later backup's"])
def test_who_left_since_gets_nothing_and_no_bulletin_comes_twice(
    town: Town, elsewhere: Settings, tmp_path: Path, registers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with sink() as phones:
        town.join("+393999999999")
        bulletin = town.fill(PEOPLE)
        town.begin(bulletin)
        send(reaching(town.settings, phones), town.engine, bulletin, at_half=town)
        first = Counter(phone for phone, _, _ in phones.report()["messages"])
        assert set(first.values()) == {1}
        assert set(PHONES) <= set(first)
        town.leave(*PHONES[:LEFT])
        copy = town.safe.archives / town.safe.names()[0]
        if registers != "the old state folder":
            later = datetime.now(UTC) + timedelta(seconds=1)  # archives are named by the second
            town.safe.take(town.settings, later).unlink()  # of it the archive is lost, the registers are not
        wish = town.safe.wish(
            copy, tmp_path / "new", registers=town.settings.state if "old" in registers else None
        )
        settings, placed = town.safe.restore(elsewhere, wish)
        assert placed.people == LEFT
        engine = settings.engine()
        with transaction(engine) as session:
            (held,) = bulletins.with_status(session, BulletinStatus.stopped)
            states = {row.status for row in session.exec(select(Delivery))}
            assert states == {DeliveryStatus.accepted, DeliveryStatus.uncertain}
            left = session.exec(select(Recipient).where(Recipient.status == RecipientStatus.opted_out)).all()
            assert len(left) == LEFT
        assert held.id == bulletin
        refuse(settings, engine)
        assert accept(settings) == 0
        with transaction(engine) as session:
            assert bulletins.with_status(session, BulletinStatus.approved, BulletinStatus.sending) == []
            bulletins.move(session, held, BulletinStatus.sending, by="Anna", now=datetime.now(UTC))
        send(reaching(settings, phones), engine, bulletin)  # a person goes on with it all the same
        assert phones.report()["taken"] == 0
        send(reaching(settings, phones), engine, send_town.queue(engine).bulletin_id)
        second = Counter(phone for phone, _, _ in phones.report()["messages"])
        assert set(second) == {*PHONES[LEFT:], "+393999999999"}
        assert set(second.values()) == {1}
        engine.dispose()
    assert not any(phone in "".join(capsys.readouterr()) for phone in PHONES)


def refuse(settings: Settings, engine: Engine) -> None:
    """No check lets anything leave, and no person overrides that."""
    heard = witness.hear([StateFolder(settings)])
    with transaction(engine) as session:
        ours = senders.last_number(session)
    assert heard.is_ahead_of(ours)
    assert check_witness(heard, ours).verdict == Verdict.refused


def accept(settings: Settings, *options: str) -> int:
    """As an operator does, whose installation listens where nobody else does."""
    path = write_profile(settings.state.parent, 9)
    os.environ |= {"BOLLETTINO_STATE": str(settings.state), "BOLLETTINO_DATABASE": settings.database}
    return main(["witness", "--profile", str(path), "--accept-by", "Anna Redazione", *options])


def test_all_that_was_is_there_again(town: Town, elsewhere: Settings, tmp_path: Path) -> None:
    town.join("+393999999991", "+393999999992", "+393999999993")
    town.begin(town.fill(5))
    before = tree_of(town.settings.state)
    path = town.safe.take(town.settings)
    settings, placed = town.safe.restore(elsewhere, town.safe.wish(path, tmp_path / "new"))
    after = tree_of(settings.state)
    same = ("consensi.jsonl", "certificati/bollettino-1.json", "prefect/storage/a1b2")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert "bollettino.dump" not in after
    assert not [name for name in after if name.endswith(("-wal", "-shm"))]
    engine = settings.engine()
    if engine.dialect.name == "sqlite":
        assert after["bollettino.db"][18:20] == b"\2\2", "its log is kept ahead of it (WAL)"
    schema.check(engine)
    assert schema.drift(engine) == []
    with transaction(engine) as session:
        assert len(session.exec(select(Recipient)).all()) == 8
        with pytest.raises(Exception, match=r"consentevent|append-only|never"), session.begin_nested():
            session.execute(text("DELETE FROM consentevent"))
    engine.dispose()
    assert report_of(settings.state)["is_finished"] is True
    assert placed.number == 2
    assert settings.state.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_without_registers_a_person_must_say_that_they_are_lost(
    town: Town, elsewhere: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    wish = town.safe.wish(path, tmp_path / "new", is_without_registers=True)
    found = restoring.look(elsewhere, wish)
    assert any("--without-journal" in line for line in found.missing)
    settings, _ = town.safe.restore(elsewhere, wish)
    assert accept(settings) == 2
    assert accept(settings, "--without-journal") == 0
    assert "is gone" not in capsys.readouterr().err


def test_the_first_word_after_one_without_registers_accepts_nothing(
    town: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    settings, _ = town.safe.restore(
        elsewhere, town.safe.wish(path, tmp_path / "new", is_without_registers=True)
    )
    for number in range(8):  # shorter than the lost journal was, and longer
        with transaction(settings.engine()) as session:
            who = Address(f"+39388000000{number}")
            recipients.opt_in(session, settings.ledger().vault, who, now=datetime.now(UTC))
            settings.ledger().record(
                session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=datetime.now(UTC)
            )
        assert accept(settings) == 2
    refuse(settings, settings.engine())
    assert accept(settings, "--without-journal") == 0


def test_what_is_missing_beside_the_keys_is_listed_and_stops_nothing(
    town: Town, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town.safe.take(town.settings)
    for name in ("WHATSAPP_TOKEN", "APP_SECRETS"):
        monkeypatch.delenv(f"BOLLETTINO_{name}")
    profile = elsewhere.profile.model_copy(update={"stage": "trial"})
    fresh = Settings(profile, elsewhere.path, elsewhere.state, elsewhere.database)
    wish = town.safe.wish(path, tmp_path / "new")
    missing = restoring.look(fresh, wish).missing
    assert [line for line in missing if line.startswith("not set")] == [
        f"not set in the environment: BOLLETTINO_{name}" for name in ("WHATSAPP_TOKEN", "APP_SECRETS")
    ]
    assert town.safe.restore(fresh, wish)[1].people == 0


def test_a_sandbox_of_which_the_two_keys_are_left_starts_again(
    town: Town, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes the others anew, as it made them once; what it wrote them into burned with the machine."""
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    for name in ("WHATSAPP_TOKEN", "APP_SECRETS", "VERIFY_TOKEN"):
        monkeypatch.delenv(f"BOLLETTINO_{name}")
    fresh = Settings(elsewhere.profile, elsewhere.path, tmp_path / "never", elsewhere.database)
    wish = town.safe.wish(path, tmp_path / "new")
    assert not [line for line in restoring.look(fresh, wish).missing if line.startswith("not set")]
    settings, _ = town.safe.restore(fresh, wish)
    settings.prepare_secrets(make=True)  # as `run` does
    own = settings.secrets
    assert own.lookup_key.get_secret_value() == send_town.SECRETS["BOLLETTINO_LOOKUP_KEY"]
    assert own.app_secrets.get_secret_value() != send_town.SECRETS["BOLLETTINO_APP_SECRETS"]
    for name in ("secrets.json", "consensi.jsonl", "partenze.json"):
        if (settings.state / name).exists():
            assert (settings.state / name).stat().st_mode & 0o777 == 0o600, name


def test_the_plan_tells_how_far_the_journal_goes(town: Town, elsewhere: Settings, tmp_path: Path) -> None:
    """Of two journals that fit, one knows who left since the copy: a person sees which one was named."""
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    beside = restoring.look(elsewhere, town.safe.wish(path, tmp_path / "new")).known
    assert beside is not None
    assert beside.words == 0
    town.leave(*PHONES[:2])
    wish = town.safe.wish(path, tmp_path / "new", registers=town.settings.state)
    since = restoring.look(elsewhere, wish).known
    assert since is not None
    assert since.words == 2
    assert since.until is not None
    assert beside.until is not None
    assert since.until > beside.until
    lost = town.safe.wish(path, tmp_path / "new", is_without_registers=True)
    assert restoring.look(elsewhere, lost).known is None


@pytest.mark.parametrize("is_loaded", [False, True])
def test_one_into_postgresql_that_was_killed_half_way_goes_on(
    postgresql: Engine,
    empty_postgresql: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_loaded: bool,
) -> None:
    town = Town(postgresql, tmp_path)
    town.join(*PHONES[:3])
    path = town.safe.take(town.settings)
    town.leave(PHONES[0])
    target = Settings(
        town.settings.profile, town.settings.path, town.settings.state, new_postgresql(empty_postgresql)
    )
    wish = town.safe.wish(path, tmp_path / "new", registers=town.settings.state)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(placing if is_loaded else databases, "_revive" if is_loaded else "load", die)
        with pytest.raises(KeyboardInterrupt):
            town.safe.restore(target, wish)
    assert report_of(wish.into)["is_finished"] is False
    engine = target.engine()
    assert (schema.current(engine) is None) is not is_loaded
    settings, placed = town.safe.restore(target, wish)
    assert placed.people == 1
    assert report_of(wish.into)["is_finished"] is True
    refuse(settings, engine)
    engine.dispose()
    with pytest.raises(BackupError, match="is not empty"):
        town.safe.restore(target, wish)
