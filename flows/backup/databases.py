"""The databases of an installation as files: copied in one step while everything runs, and put in place.

SQLite's backup in one step holds no writer up; in several steps each write of another begins it anew
(https://www.sqlite.org/backup.html). PostgreSQL's own tools do it there.
"""

import ctypes
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from db import disk, schema
from db.engine import make_engine
from flows.backup.archive import BackupError, HarmedError
from flows.backup.manifest import DATABASE, DUMP
from flows.settings import Settings

PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>
BUSY = 30.0  # seconds; as `db.engine`


@dataclass(frozen=True)
class Copy:
    """One of our database, and what it holds."""

    name: str  # of its file
    kind: str
    revision: str
    counts: dict[str, int]
    starts: int


def kind(engine: Engine) -> str:
    """sqlite or postgresql."""
    return engine.dialect.name


def copy(settings: Settings, engine: Engine, folder: Path) -> Copy:
    """Our database into a file of the folder. BackupError where it is harmed, or a tool is missing."""
    revision = schema.current(engine)
    if revision is None:
        how = "missing" if schema.is_missing(engine) else "empty"
        raise BackupError(f"{address(engine)} is {how}: there is nothing to back up")
    if kind(engine) == "sqlite":
        copy_sqlite(Path(str(engine.url.database)), folder / DATABASE)
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            return Copy(DATABASE, "sqlite", revision, _counts_sqlite(connection), _starts_sqlite(connection))
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        tool(settings, engine.url, "pg_dump", "-Fc", "--no-owner", "--no-privileges",
             f"--snapshot={snapshot}", f"--file={folder / DUMP}")  # fmt: skip
        found = counted(connection)
        starts = connection.execute(text("SELECT max(number) FROM dispatchstart")).scalar() or 0
        return Copy(DUMP, "postgresql", revision, found, starts)


def of_prefect(settings: Settings) -> Engine | None:
    """Prefect's own on PostgreSQL; None where it lies in the state folder."""
    return make_engine(settings.prefect_database) if settings.prefect_database else None


def dump(settings: Settings, engine: Engine, target: Path) -> None:
    """All of a database that is none of ours, as it is at one moment."""
    tool(settings, engine.url, "pg_dump", "-Fc", "--no-owner", "--no-privileges", f"--file={target}")


def copy_sqlite(path: Path, target: Path) -> None:
    """In one file, which needs no log beside it. BackupError where what was copied is not sound."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY)
        ) as source:
            target.touch(disk.PRIVATE_FILE)
            with closing(sqlite3.connect(target)) as copied:
                source.backup(copied)
                copied.execute("PRAGMA journal_mode = DELETE")
                verdict = copied.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as exc:
        raise BackupError(f"{path}: cannot be copied ({exc})") from exc
    if verdict != "ok":
        raise BackupError(f"{path}: {schema.HARMED}")


def _counts_sqlite(connection: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [name for (name,) in connection.execute(query)]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def _starts_sqlite(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT max(number) FROM dispatchstart").fetchone()[0] or 0


def counted(connection: Connection) -> dict[str, int]:
    """Rows by table, as this connection sees them."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608


def counts(engine: Engine) -> dict[str, int]:
    """Rows by table, as they are now."""
    with engine.connect() as connection:
        return counted(connection)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def is_empty(engine: Engine) -> bool:
    """Whether not one table is in it; of a server that does not answer SchemaError says what to do."""
    with schema.explained(engine), engine.connect() as connection:
        return not inspect(connection).get_table_names()


def load(settings: Settings, engine: Engine, dump: Path) -> None:
    """A dump into an empty database: all of it or nothing."""
    tool(settings, engine.url, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
         "--single-transaction", str(dump))  # fmt: skip


def settle(path: Path) -> None:
    """An SQLite file that was copied keeps its log again as everywhere here. HarmedError where it is none."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as exc:
        raise HarmedError(f"{path.name} in the archive is no sound database ({exc})") from exc
    if (mode, verdict) != ("wal", "ok"):
        raise HarmedError(f"{path.name} in the archive is no sound database")


def tool(settings: Settings, url: URL, name: str, *arguments: str) -> None:
    """One of PostgreSQL's own; its password travels in the environment, where no other user sees it."""
    path = require_tool(name)
    environment = settings.given_to("pg")
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    command = [path, f"--dbname={_plain(url)}", *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, preexec_fn=_end_with_us
    )
    if done.returncode:
        words = next(iter(done.stderr.strip().splitlines()), "it said nothing")
        raise BackupError(f"{name} failed: {words}")


def _end_with_us() -> None:
    """A tool whose starter was killed is killed too (prctl(2)): else it would go on beside the next try."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def require_tool(name: str) -> str:
    """Its path. BackupError where it is not there."""
    if (path := shutil.which(name)) is None:
        raise BackupError(
            f"{name} is not on the PATH: install PostgreSQL's client of the server's version or a newer one"
        )
    return path


def _plain(url: URL) -> str:
    """As libpq reads it, without a password (which `URL.set` would leave in, and show as stars)."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string()


@contextmanager
def scratch(engine: Engine, slug: str) -> Iterator[URL]:
    """A new empty database on the same server, gone at the end."""
    name = f"prova_{slug.replace('-', '_')}"
    with (
        schema.explained(engine),
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        try:
            connection.execute(
                text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            )  # of a drill that was killed
            connection.execute(text(f"CREATE DATABASE {name}"))
        except DatabaseError as exc:
            raise BackupError(
                f"{address(engine)}: the drill cannot make a database there ({type(exc.orig).__name__}): "
                "let this role make some (ALTER ROLE ... CREATEDB), or drill on another server"
            ) from exc
        try:
            yield engine.url.set(database=name)
        finally:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
