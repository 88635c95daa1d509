"""A Comune leaves a fleet and takes all that is its own along: whole, alone, or not at all."""

import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text
from sqlmodel import select

from db import bulletins, claims, deliveries, schema
from db import senders as of_rows
from db.engine import make_engine, opened, reading, transaction
from db.models import Bulletin, BulletinStatus, Delivery, DeliveryStatus
from flows.backup import keys
from flows.door.environment import FOLDER, handed_over
from flows.fleet.membership import export, retirement
from flows.fleet.membership.export import README, SECRETS, STATE, SUMS
from flows.privacy import intact
from flows.sending import liveness, restored
from flows.settings import ROOT, Settings, load, load_profile
from tests.test_fleet_verbs import files
from tests.world.builders import NOW
from tests.world.fleet import PHONES, planted
from tests.world.fleet_web import NUMBERS, SHARED, THREE
from tests.world.leaving import OWN_WORD, PEOPLE, Leaving, leaving, modes, say_stop, type_

pytestmark = pytest.mark.slow  # a Comune is poured out for each test

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def one(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Leaving]:
    monkeypatch.setattr("os.environ", {**os.environ})
    with leaving(request, tmp_path, monkeypatch, type_(capsys)) as found:
        yield found


def alone(folder: Path) -> Settings:
    """The installation that the folder is, by nothing but what lies in it."""
    path = folder / "alfa.toml"
    given = handed_over({FOLDER: str(folder / SECRETS)})
    settings = Settings(load_profile(path), path, folder / STATE, None, given)
    keys.bring(settings)
    return settings


def statuses(settings: Settings) -> list[tuple[str, str | None]]:
    with opened(settings.database) as engine, reading(engine) as session:
        rows = session.exec(select(Bulletin).order_by(Bulletin.id))  # type: ignore[arg-type]
        return [(row.status.value, row.status_reason) for row in rows]


def test_a_plan_tells_what_would_be_taken_and_writes_nothing(one: Leaving, tmp_path: Path) -> None:
    before = files(tmp_path)
    code, out, err = one.retire("--dry-run")
    assert (code, err) == (0, "")
    assert f"would write {one.folder}: 4 subscribers, 6 words of consent, 6 lines of the journal, " in out
    assert "sent last: 2026-11-24 10:30; secrets in clear: BOLLETTINO_ENCRYPTION_KEYS, " in out
    assert "; NOT BOLLETTINO_APP_SECRETS, which others have, too\n" in out, "it is of one app of all"
    assert "BOLLETTINO_DATABASE" not in out
    assert files(tmp_path) == before
    told = json.loads(one.retire("--dry-run", "--json")[1])["export"]
    assert (told["folder"], told["subscribers"], told["words"]) == (str(one.folder), 4, 6)
    assert (one.asked, one.is_here) == ([], True)


def test_all_is_in_the_folder_for_this_user_alone_and_adds_up(one: Leaving) -> None:
    before = load("alfa")
    told = statuses(before)
    code, out, _ = one.retire()
    assert code == 0
    assert out.splitlines()[-2].startswith(f"all of it was opened and counted in {one.folder}: README.md")
    secrets = {*planted("alfa"), "BOLLETTINO_PREFECT_AUTH"} - {"BOLLETTINO_APP_SECRETS"}
    assert modes(one.folder) == {("folder", 0o700), ("file", 0o600)}
    assert {path.relative_to(one.folder).as_posix() for path in one.folder.glob("s*/*")} == {
        *(f"{STATE}/{name}" for name in ("bollettino.db", "consensi.jsonl", "partenze.json", "certificati")),
        *(f"{SECRETS}/{name}" for name in secrets),
    }
    assert "**Not there: `BOLLETTINO_APP_SECRETS`**" in (one.folder / README).read_text(encoding="utf-8")
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", SUMS],
        cwd=one.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout.count(": OK")) == (0, checked.stdout.count("\n"))
    there = alone(one.folder)
    assert statuses(there) == told == [("draft", None), ("approved", None), ("sent", None)]
    with opened(there.database) as engine, reading(engine) as session:
        assert there.ledger().unwritten(session, from_the_start=True) == []
        assert not restored.waits(there, session), "nobody has to accept what was moved"
        names = session.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        assert len(names.all()) > 5
    for name in ("consensi.jsonl", "partenze.json"):
        was = (before.state / name).read_bytes()
        assert ((one.folder / STATE / name).read_bytes() == was) == (name == "consensi.jsonl")


def test_nothing_of_another_is_in_it_and_no_number_is_told(
    one: Leaving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code, out, err = one.retire()
    assert code == 0
    written = b"".join(path.read_bytes() for path in one.folder.rglob("*") if path.is_file())
    own = [PEOPLE["alfa"][0], *(value for value in planted("alfa").values() if "of-alfa" in value)]
    assert OWN_WORD.format("alfa").encode() in written
    for slug in set(THREE) - {"alfa"}:
        strange = [*PEOPLE[slug], OWN_WORD.format(slug), NUMBERS[slug], *planted(slug).values(), f'"{slug}"']
        strange += [PHONES[slug]] if slug in PHONES else []
        strange += [path.read_text().strip() for path in (one.here.folder / slug).iterdir()]
        vault = load(slug).vault()
        strange += [vault.hash(phone) for phone in PEOPLE[slug]]
        for word in strange:
            assert word.encode() not in written, word
    readme = (one.folder / README).read_text(encoding="utf-8")
    for word in [*own, *PEOPLE["alfa"], SHARED]:
        assert word not in out + err + caplog.text + readme, word
        assert word.removeprefix("+39") not in out + err + caplog.text + readme


def test_what_stays_sends_nothing_and_says_so_where_it_comes_back(one: Leaving) -> None:
    before = load("alfa")
    assert one.retire()[0] == 0
    assert not one.is_here
    assert statuses(before) == [("expired", "retired"), ("missed", "retired"), ("sent", None)]
    back = one.here.folder / "ritirati" / "alfa.toml"
    back.rename(one.here.folder / "alfa.toml")
    again = load("alfa")
    with opened(again.database) as engine, reading(engine) as session:
        assert restored.waits(again, session), "by then it is an old copy of what went on elsewhere"


@pytest.mark.parametrize("at", ["_verify", "take_away", "_move"])
def test_killed_anywhere_it_is_as_it_was_and_is_done_by_the_next(
    one: Leaving, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = load("alfa")
    told = statuses(before)
    where = {
        "_verify": (export, "_verify"),
        "take_away": (retirement, "_take_away"),
        "_move": (retirement, "_move"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*where[at], killed)
        with pytest.raises(KeyboardInterrupt):
            one.retire()
    assert one.is_here
    assert statuses(load("alfa")) == told
    assert one.folder.exists() == (at == "_move"), "its name is there when all else is done"
    assert list(one.folder.parent.glob(".uscita*")) == []
    say_stop_to(before, PEOPLE["alfa"][0])
    code, out, _ = one.retire()
    assert (code, "3 subscribers, 7 words of consent" in out) == (0, True)
    assert not one.is_here
    assert statuses(alone(one.folder)) == told


def say_stop_to(settings: Settings, phone: str) -> None:
    with opened(settings.database) as engine:
        say_stop(settings, engine, phone)


def test_a_copy_that_lacks_anything_keeps_it_here(one: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = export._copy_database

    def copies(settings: Settings, source: Any, target: Path) -> None:
        real(settings, source, target)
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("DELETE FROM recipient WHERE id = 1")

    monkeypatch.setattr(export, "_copy_database", copies)
    told = statuses(load("alfa"))
    code, _, err = one.retire()
    assert (code, "the copy does not hold what was counted" in err) == (2, True)
    assert (one.is_here, one.folder.exists(), one.asked) == (True, False, [])
    assert statuses(load("alfa")) == told


def test_a_secret_that_is_missing_keeps_it_here(one: Leaving) -> None:
    (one.here.folder / "alfa" / "BOLLETTINO_WHATSAPP_TOKEN").unlink()
    code, _, err = one.retire()
    assert (code, "BOLLETTINO_WHATSAPP_TOKEN" in err, one.is_here) == (2, True, True)
    assert not one.folder.exists()


def test_a_key_that_opens_another_s_numbers_goes_nowhere(one: Leaving) -> None:
    other = (one.here.folder / "beta" / "BOLLETTINO_ENCRYPTION_KEYS").read_text(encoding="utf-8").strip()
    mine = (one.here.folder / "alfa" / "BOLLETTINO_ENCRYPTION_KEYS").read_text(encoding="utf-8").strip()
    one.here.give("alfa", "BOLLETTINO_ENCRYPTION_KEYS", f"{mine}, {other}")
    code, out, err = one.retire("--dry-run")
    assert (code, "is also that of beta, whose numbers it would open" in err) == (2, True)
    assert other not in out + err


@pytest.mark.parametrize("harm", ["profile", "secret"])
def test_nor_one_of_whom_is_ill_or_lacks_a_secret(one: Leaving, harm: str) -> None:
    mine = (one.here.folder / "alfa" / "BOLLETTINO_ENCRYPTION_KEYS").read_text(encoding="utf-8").strip()
    one.here.give("gamma", "BOLLETTINO_ENCRYPTION_KEYS", f"{Fernet.generate_key().decode()},{mine}")
    if harm == "profile":
        (one.here.folder / "gamma.toml").write_text("slug = 1", encoding="utf-8")
    else:
        (one.here.folder / "gamma" / "BOLLETTINO_APP_SECRETS").unlink()
    code, out, err = one.retire("--dry-run")
    assert (code, "is also that of gamma, whose numbers it would open" in err) == (2, True)
    assert mine not in out + err


def test_what_is_shared_with_one_that_is_ill_stays_too(one: Leaving) -> None:
    one.here.give("alfa", "BOLLETTINO_APP_SECRETS", "app-secret-of-alfa")
    assert json.loads(one.retire("--dry-run", "--json")[1])["export"]["shared"] == []
    one.here.give("gamma", "BOLLETTINO_LLM_KEY", "llm-key-of-alfa")
    (one.here.folder / "gamma.toml").write_text("slug = 1", encoding="utf-8")
    told = json.loads(one.retire("--dry-run", "--json")[1])["export"]
    assert told["shared"] == ["BOLLETTINO_LLM_KEY"]


@pytest.mark.parametrize("one", ["postgresql"], indirect=True)
def test_what_a_newer_version_has_added_is_not_left_behind(one: Leaving) -> None:
    """Of two hosts the other may be upgraded already, and this one go on with that database."""
    settings = load("alfa")
    note = f"{schema.NOTE.format('9999')}{schema.head()}"
    with opened(settings.database) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{note}'"))
    intact.require(settings)
    code, _, err = one.retire()
    assert (code, "the database is at revision 9999" in err, one.is_here) == (2, True, True)
    assert not one.folder.exists()


def test_not_while_it_sends(one: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where a send begins between the plan and the deed."""
    real = retirement.leave

    def leave(*words: Any, **told: Any) -> None:
        with opened(load("alfa").database) as engine, transaction(engine) as session:
            (approved,) = bulletins.with_status(session, BulletinStatus.approved)
            bulletins.move(session, approved, BulletinStatus.sending, by="invia", now=NOW)
        real(*words, **told)

    monkeypatch.setattr(retirement, "leave", leave)
    for _ in range(2):
        code, _, err = one.retire()
        assert (code, "is being sent: let it come to its end" in err) == (2, True)
        assert (one.is_here, one.folder.exists(), one.asked) == (True, False, [])


def test_what_lies_in_the_folder_is_never_lost(one: Leaving) -> None:
    one.folder.mkdir()
    (one.folder / "altro").write_text("di altri", encoding="utf-8")
    assert "is there already, and never overwritten" in one.retire("--dry-run")[2]
    assert "lies within the fleet's own folders" in one.typed(
        *("retire", "alfa", "--export", str(one.here.folder / "alfa" / "fuori"))
    )[2]  # fmt: skip
    (one.folder / "altro").unlink()
    assert one.retire()[0] == 0
    (one.folder / STATE / "logs").mkdir()
    (one.folder / STATE / "logs" / "web.log").write_text("it runs", encoding="utf-8")
    (one.here.folder / "ritirati" / "alfa.toml").rename(one.here.folder / "alfa.toml")
    assert "is there already, and never overwritten" in one.retire()[2], "somebody has begun to use it"
    shutil.rmtree(one.folder / STATE / "logs")
    assert one.retire("--dry-run")[0] == 0
    other = one.typed("retire", "beta", "--export", str(one.folder))[2]
    assert "is there already, and never overwritten" in other, "it is alfa's"


CHILD = """
import os, signal, sys
from unittest.mock import Mock
from contextlib import contextmanager
from flows import deploy
from flows.fleet.membership import export, registrar, retirement
from flows.runs import leftover_runs

def dies(*_, **__): os.kill(os.getpid(), signal.SIGKILL)

@contextmanager
def answers(*_): yield registrar.Registrar(Mock())

registrar.registrar = answers
registrar_lists = [setattr(leftover_runs, name, lambda *_: []) for name in ("waiting", "working")]
deploy.registered, deploy.take_away = (lambda *_: ()), dies
from flows.__main__ import main
main(["fleet", *sys.argv[1:]])
"""


def test_killed_for_good_it_holds_nothing(one: Leaving) -> None:
    """As no `finally` comes to: the lock ends with the process, and the hidden folder with the next try."""
    told = statuses(load("alfa"))
    command = [sys.executable, "-c", CHILD, "retire", "alfa", "--export", str(one.folder)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ}, check=False, timeout=120, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert [path.name for path in one.folder.parent.glob(".uscita*")] == [".uscita.uscita"]
    assert (one.is_here, one.folder.exists(), statuses(load("alfa"))) == (True, False, told)
    say_stop_to(load("alfa"), PEOPLE["alfa"][0])
    assert one.retire()[0] == 0
    assert list(one.folder.parent.glob(".uscita*")) == []
    assert statuses(alone(one.folder)) == told


def test_an_answer_on_its_way_comes_to_its_end_first(one: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless who had begun it is dead: then it is uncertain, there as here."""
    monkeypatch.setattr(export, "PATIENCE", 0.0)
    monkeypatch.setattr(export, "AGAIN", 0.0)
    now = datetime.now(UTC)
    with opened(load("alfa").database) as engine, transaction(engine) as session:
        answer = deliveries.queue_reply(session, 1, "benvenuto", "Benvenuto.", now=now).id
        sender = liveness.begin(session, None, now=now)
        claims.begin(session, [answer], sender_id=sender, now=now)
    code, _, err = one.retire()
    assert (code, "answers to citizens are on their way" in err) == (2, True)
    assert (one.is_here, one.folder.exists()) == (True, False)
    with opened(load("alfa").database) as engine, transaction(engine) as session:
        of_rows.end(session, [sender])
    assert one.retire()[0] == 0
    with opened(alone(one.folder).database) as engine, reading(engine) as session:
        assert session.get_one(Delivery, answer).status == DeliveryStatus.uncertain


def test_a_database_that_others_hold_keeps_it_here(one: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.engine.BUSY_TIMEOUT_MS", 200)
    monkeypatch.setattr(retirement, "opened", opened_briefly)
    before = load("alfa")
    with opened(before.database) as other, transaction(other) as session:
        session.add(Delivery(recipient_id=1, status_at=NOW))
        session.flush()
        code, _, err = one.retire()
    assert (code, "others write all the time, try again" in err) == (2, True)
    assert (one.is_here, one.folder.exists()) == (True, False)


@contextmanager
def opened_briefly(address: str) -> Iterator[Engine]:
    """On SQLite it is the engine that waits, on PostgreSQL the lock."""
    engine = make_engine(address, wait_ms=200)
    yield engine
    engine.dispose()
