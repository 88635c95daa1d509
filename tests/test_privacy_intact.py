"""Keys and files are known before anything starts: what is another's, lost or harmed is refused by name."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from prefect.logging import disable_run_logger
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from db import canary, recipients, schema, senders
from db.canary import StrangeKeyError
from db.engine import make_engine, transaction
from db.models import Canary, Consent
from db.recipients import Address
from db.vault import Vault
from flows.__main__ import main
from flows.count import count_all
from flows.privacy import intact
from flows.privacy.intact import JOURNAL, WITNESS
from flows.privacy.rotation import rotate, sealed_columns
from flows.runs import waits
from flows.settings import DEMO, Settings, SettingsError, load_profile
from flows.web import app
from tests.world.builders import NOW, make_bulletin, make_recipient
from tests.world.comune import SECRETS, write_profile

pytestmark = pytest.mark.slow  # a database is harmed for each test

LOOKUP, OTHER = "a look-up key made up for tests only", "another look-up key, as after a typo"
OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))
WORDS = "questa non è la chiave di questo database"


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """`main` gives the process the environment of its installation."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_a_canary_tells_these_keys_from_others_and_which_is_wrong(engine: Engine) -> None:
    ours = Vault([OLD], LOOKUP)
    with transaction(engine) as session:
        canary.plant(session, ours)
        canary.plant(session, ours)
        assert len(session.exec(select(Canary)).all()) == 1
    for one in (ours, Vault([NEW, OLD], LOOKUP)):
        canary.check(engine, one)
    with pytest.raises(StrangeKeyError, match=f"^BOLLETTINO_LOOKUP_KEY: {WORDS}") as caught:
        canary.check(engine, Vault([OLD], OTHER))
    assert OTHER not in str(caught.value)
    with pytest.raises(StrangeKeyError, match=f"^BOLLETTINO_ENCRYPTION_KEYS: {WORDS}") as caught:
        canary.check(engine, Vault([STRANGE], LOOKUP))
    assert STRANGE not in str(caught.value)
    with engine.begin() as connection, pytest.raises(Exception, match="the_only_one"):
        connection.execute(
            text("INSERT INTO canary (id, constant_hash, constant_sealed) VALUES (2, 'a', :b)"), {"b": b"x"}
        )


def test_a_database_without_one_gets_it_under_the_keys_that_open_a_number(engine: Engine) -> None:
    ours = Vault([OLD], LOOKUP)
    with transaction(engine) as session:
        first = make_recipient(session, ours, phone="+393331234567")
        first.phone_sealed = b"sealed with a key that is gone"
        make_recipient(session, ours, bsuid="IT.1")
    for strange, name in ((Vault([OLD], OTHER), "LOOKUP"), (Vault([STRANGE], LOOKUP), "ENCRYPTION")):
        with pytest.raises(StrangeKeyError, match=name):
            canary.check(engine, strange)
        with pytest.raises(StrangeKeyError, match=name), transaction(engine) as session:
            canary.plant(session, strange)
    with transaction(engine) as session:
        assert session.exec(select(Canary)).all() == []
        canary.plant(session, ours)
        recipients.opt_in(session, Vault([OLD], OTHER), Address("+393330000009"), now=NOW)
    canary.check(engine, ours)


def test_who_came_under_keys_that_were_wrong_already_does_not_make_them_right(engine: Engine) -> None:
    ours, wrong = Vault([OLD], LOOKUP), Vault([STRANGE], OTHER)
    with transaction(engine) as session:
        make_recipient(session, ours)
    with transaction(engine) as session:
        for _ in range(60):
            make_recipient(session, wrong)
    canary.check(engine, ours)


def test_keys_rotate_and_the_canary_goes_last(engine: Engine) -> None:
    ours, both, after = Vault([OLD], LOOKUP), Vault([NEW, OLD], LOOKUP), Vault([NEW], LOOKUP)
    with transaction(engine) as session:
        canary.plant(session, ours)
        make_recipient(session, ours)
    with pytest.raises(StrangeKeyError):
        canary.check(engine, after)
    assert rotate(engine, both).done == 2
    canary.check(engine, after)
    with pytest.raises(StrangeKeyError, match="ENCRYPTION"):
        canary.check(engine, ours)
    assert [table.name for table, _ in sealed_columns()][-1] == "canary", (
        "stopped on its way, the old key stays"
    )


class Place:
    """An installation of the sandbox's profile, by its environment, as an operator starts it."""

    def __init__(self, folder: Path) -> None:
        path = write_profile(folder, 9)
        self.state, self.database = folder / "state", folder / "state" / "bollettino.db"
        for name in [name for name in os.environ if name.startswith("BOLLETTINO")]:
            del os.environ[name]
        self.environment = {
            **SECRETS,
            "BOLLETTINO_PROFILE": str(path),
            "BOLLETTINO_STATE": str(self.state),
        }
        os.environ.update(self.environment)
        self.settings = Settings(load_profile(path), path, self.state)

    def verb(self, *arguments: str) -> int:
        os.environ.update(self.environment)
        return main([*arguments])

    def alone(self) -> None:
        """The database in one file that no connection of this process knows."""
        engine = make_engine(self.settings.database)
        content = self.database.with_name("copy.db")
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql(f"VACUUM INTO '{content}'")
        engine.dispose()
        for path in self.state.glob("bollettino.db*"):
            path.unlink()
        content.rename(self.database)

    def live(self) -> None:
        """Somebody joined, and a bulletin was sent."""
        engine = make_engine(self.settings.database)
        with transaction(engine) as session:
            who = Address("+393331234567")
            ledger = self.settings.ledger()
            recipients.opt_in(session, ledger.vault, who, now=NOW)
            ledger.record(session, who, Consent.opt_in, word="ATTIVA", source="whatsapp", at=NOW)
            senders.add(session, make_bulletin(session, []).id, by="invio", now=NOW)
        engine.dispose()
        (self.state / WITNESS).write_text("{}", encoding="ascii")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_new_installation_is_made_by_migrate_and_is_nobody_elses_to_read(place: Place) -> None:
    assert place.verb("migrate") == 0
    place.live()
    assert place.verb("migrate") == 0
    assert place.verb("numbers") == 0
    assert place.state.stat().st_mode & 0o777 == 0o700
    engine = make_engine(place.settings.database)
    with transaction(engine) as session:
        assert len(session.exec(select(Canary)).all()) == 1
        modes = {path.name: path.stat().st_mode & 0o777 for path in place.state.glob("bollettino.db*")}
    assert modes == dict.fromkeys(("bollettino.db", "bollettino.db-wal", "bollettino.db-shm"), 0o600)


def test_a_database_that_others_could_read_is_closed_to_them(place: Place) -> None:
    assert place.verb("migrate") == 0
    place.database.chmod(0o644)
    assert place.verb("numbers") == 0
    assert place.database.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [("BOLLETTINO_LOOKUP_KEY", OTHER), ("BOLLETTINO_ENCRYPTION_KEYS", STRANGE)],
    ids=["lookup", "encryption"],
)
def test_no_process_starts_with_a_key_of_another_database(
    place: Place, name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.verb("migrate") == 0
    place.environment[name] = value
    for verb in (["migrate"], ["numbers"], ["watch", "--dry-run"], ["retention"], ["rotate-keys"], ["web"]):
        assert place.verb(*verb) == 2, verb
        assert f"{name}: {WORDS}" in capsys.readouterr().err
    with pytest.raises(StrangeKeyError, match=name):
        count_all.fn()  # as a worker runs it
    with pytest.raises(StrangeKeyError, match=name):
        intact.load()


def test_a_database_from_before_is_brought_to_this_version_with_its_own_keys_only(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.state.mkdir()
    engine = make_engine(place.settings.database)
    schema.upgrade(engine)
    place.live()
    engine.dispose()
    place.environment["BOLLETTINO_LOOKUP_KEY"] = OTHER
    assert place.verb("numbers") == place.verb("migrate") == 2
    assert capsys.readouterr().err.count(WORDS) == 2
    place.environment |= SECRETS
    assert place.verb("migrate") == 0


def _header(path: Path) -> None:
    path.write_bytes(b"x" * 100 + path.read_bytes()[100:])


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _holes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(8 * 4096, len(content) - 4096, 3 * 4096):
        content[start : start + 4096] = bytes(4096)
    path.write_bytes(content)


HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "absent": (Path.unlink, "/state holds consensi.jsonl and partenze.json of one: restore its last backup"),
    "empty": (lambda path: path.write_bytes(b""), "is gone or empty"),
    "header": (_header, "is harmed, or is none"),
    "half": (_half, "is harmed, or is none"),
    "holes": (_holes, "is harmed, or is none"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_lost_or_harmed_database_is_refused_with_the_remedy_and_never_begun_anew(
    place: Place, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.verb("migrate") == 0
    place.live()
    place.alone()
    do, words = HARM[harm]
    do(place.database)
    before = place.database.read_bytes() if place.database.exists() else None
    assert place.verb("migrate", "--dry-run") == 2
    assert place.verb("migrate") == 2
    err = capsys.readouterr().err
    assert words in err
    assert "last backup" in err
    assert (place.database.read_bytes() if place.database.exists() else None) == before


@pytest.mark.parametrize("left", [JOURNAL, WITNESS])
def test_one_of_the_two_files_is_enough_to_know_of_a_database(place: Place, left: str) -> None:
    place.state.mkdir()
    (place.state / left).write_text("{}\n", encoding="ascii")
    assert place.verb("migrate") == 2
    assert not place.database.exists()
    (place.state / left).unlink()
    assert place.verb("migrate") == 0


def test_an_empty_database_on_a_server_is_refused_alike(
    place: Place, empty_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    place.environment["BOLLETTINO_DATABASE"] = empty_engine.url.render_as_string(hide_password=False)
    place.state.mkdir()
    (place.state / JOURNAL).write_text("{}\n", encoding="ascii")
    assert place.verb("migrate") == 2
    assert "is gone or empty" in capsys.readouterr().err
    assert schema.current(empty_engine) is None


def test_a_harm_that_a_verb_meets_is_one_line(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.verb("migrate") == 0
    place.live()
    place.alone()
    _header(place.database)
    assert place.verb("numbers") == 2
    assert "is harmed, or is none" in capsys.readouterr().err


def test_files_that_are_missing_are_said_at_the_start(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.verb("migrate") == 0
    place.live()
    assert place.verb("migrate") == 0
    assert capsys.readouterr().err == ""
    for name in (JOURNAL, WITNESS):
        (place.state / name).unlink()
    assert place.verb("migrate") == 0
    journal, witness = capsys.readouterr().err.splitlines()
    assert JOURNAL in journal
    assert "python -m flows witness" in journal
    assert WITNESS in witness


@pytest.mark.parametrize("content", [None, "", "{", "{}", "[]", '{"BOLLETTINO_LOOKUP_KEY": 3}'])
def test_the_sandbox_makes_no_new_keys_over_old_numbers(tmp_path: Path, content: str | None) -> None:
    settings = Settings(load_profile(DEMO), DEMO, tmp_path)
    settings.prepare_secrets(make=True)
    path, kept = tmp_path / "secrets.json", (tmp_path / "secrets.json").read_text(encoding="utf-8")
    if content is None:
        path.unlink()
        settings.prepare_secrets(make=True)
        assert json.loads(path.read_text(encoding="utf-8")).keys() == json.loads(kept).keys(), (
            "nothing beside it"
        )
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    (tmp_path / "bollettino.db").write_bytes(b"x")
    with pytest.raises(SettingsError, match=r"secrets.json .*put the copy of it back"):
        settings.prepare_secrets(make=True)
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == content
    path.write_text(kept, encoding="utf-8")
    settings.prepare_secrets(make=True)


def test_web_says_why_it_does_not_start(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.verb("migrate") == 0
    monkeypatch.setenv("BOLLETTINO_LOOKUP_KEY", OTHER)
    assert app.serve(Settings(place.settings.profile, place.settings.path, place.state)) == 2
    assert WORDS in capsys.readouterr().err


def test_a_writer_holds_no_process_up_that_only_asks_for_the_revision(place: Place) -> None:
    assert place.verb("migrate") == 0
    engine = make_engine(place.settings.database)
    with engine.connect() as connection:
        connection.execute(text("UPDATE canary SET tried_at = NULL"))
        assert schema.current(engine) == schema.head(), "it would wait for half a minute"
        intact.load()
    engine.dispose()


def test_a_window_tries_again_while_the_database_does_not_answer(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.verb("migrate") == 0
    away = place.state.rename(place.state.with_name("away"))  # a disk that comes back
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            away.rename(place.state)

    monkeypatch.setattr("flows.runs.waits.time.sleep", wait)
    with disable_run_logger():
        assert waits.patiently(lambda: intact.load().profile.slug) == place.settings.profile.slug
    assert waited == list(waits.WAITS[:2])


def test_a_command_says_in_one_line_that_the_database_does_not_answer(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.environment["BOLLETTINO_DATABASE"] = "postgresql://127.0.0.1:9/nobody"
    place.state.mkdir()
    for verb in ("numbers", "migrate", "web"):
        assert place.verb(verb) == 2, verb
        err = capsys.readouterr().err
        assert "cannot be opened" in err
        assert err.count("\n") == 1
    with pytest.raises(OperationalError):
        intact.load()
