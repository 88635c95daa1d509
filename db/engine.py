"""Opens the database: SQLite by default, PostgreSQL by address; the same manners on both."""

import os
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, Dialect, Engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.util import LRUCache
from sqlmodel import Session, SQLModel, create_engine

from db import disk

ADDRESS = "set BOLLETTINO_DATABASE to postgresql://user:password@host/name, or leave it out for SQLite"
STATEMENTS = 32  # kept prepared by a connection of SQLite; see `padded`
READING_MS = 15_000
BUSY_TIMEOUT_MS = 30_000  # how long a writer waits for another before "database is locked"

_COMPILED = {"compiled_cache": LRUCache[Any, Any](500)}  # of the statements of all engines
_DIALECTS: dict[tuple[str, str, int | None], Dialect] = {}  # by database, host and port
_MADE: ContextVar["WeakSet[Engine] | None"] = ContextVar("made", default=None)  # within `all_closed`


def make_engine(address: str, *, wait_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine for an SQLAlchemy address; `postgresql://` means the psycopg 3 driver.

    `wait_ms`: how long SQLite waits for another writer.

    An error never quotes the values of a statement: some are personal data, and errors end in logs. Raises
    StoreError, without the address, for what is none or of another database.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # whose text holds the address, or a part of a password
        raise StoreError(f"the database's address cannot be read: {ADDRESS}") from None
    if url.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise StoreError(f"{url.get_backend_name()} is no database of ours: {ADDRESS}")
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            execution_options=_COMPILED,
            use_native_hstore=False,  # else each engine asks for a type that no table of ours has
        )
        # many rows in one INSERT, unless ON CONFLICT: psycopg 3 else sends a statement for each row
        engine.dialect.use_insertmanyvalues_wo_returning = True
        return _noted(engine)
    manners = {"check_same_thread": False, "cached_statements": STATEMENTS}
    engine = create_engine(url, connect_args=manners, hide_parameters=True, execution_options=_COMPILED)
    event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, wait_ms))
    event.listen(engine, "begin", _begin)
    return _noted(engine)


def _noted(engine: Engine) -> Engine:
    _share_dialect(engine)
    if (made := _MADE.get()) is not None:
        made.add(engine)
    return engine


@contextmanager
def all_closed() -> Iterator[None]:
    """Whatever engine is made within, by whomever, is closed at the end."""
    made: WeakSet[Engine] = WeakSet()
    before = _MADE.set(made)
    try:
        yield
    finally:
        _MADE.reset(before)
        for engine in list(made):
            engine.dispose()


@contextmanager
def opened(address: str) -> Iterator[Engine]:
    """An engine for as long as it is wanted. In a process that lives long and opens the databases of many
    Comuni each one left open would keep its connections.
    """
    engine = make_engine(address)
    try:
        yield engine
    finally:
        engine.dispose()


def _share_dialect(engine: Engine) -> None:
    """Let the engine use what another one of the same server has compiled, which is kept by its dialect.

    The first that connects gives its own, which knows its server by then. Without it a process that opens
    the databases of many Comuni compiles each statement for each of them, and keeps 1.7 MB of them for each.
    """
    url = engine.url
    server = (engine.dialect.name, url.host or str(url.query.get("host")), url.port)
    if server in _DIALECTS:
        engine.dialect.initialize = _nothing  # type: ignore[method-assign]
        engine.dialect = _DIALECTS[server]
    else:
        event.listen(engine, "connect", lambda *_: _DIALECTS.setdefault(server, engine.dialect))


def _nothing(connection: Connection) -> None:
    """Of a server that is known no engine asks anew which one it is: four questions on PostgreSQL."""


def make_reader(address: str, *, wait_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine that can change nothing, for a process that only shows; no statement takes longer than
    READING_MS there, and no connection longer than `wait_ms`.
    """
    engine = make_engine(address, wait_ms=wait_ms)
    if engine.url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
        return engine
    options = f"-c default_transaction_read_only=on -c statement_timeout={READING_MS}"
    bounds = {"options": options, "connect_timeout": str(wait_ms // 1000)}
    return make_engine(engine.url.update_query_dict(bounds).render_as_string(False))


def make_hurried(address: str, *, wait_ms: int) -> Engine:
    """An engine that writes, for a process in which people wait: for a connection, or for another writer,
    no longer than `wait_ms`.
    """
    engine = make_engine(address, wait_ms=wait_ms)
    if engine.url.get_backend_name() == "sqlite":
        return engine
    bounds = {"options": f"-c lock_timeout={wait_ms}", "connect_timeout": str(max(2, wait_ms // 1000))}
    return make_engine(engine.url.update_query_dict(bounds).render_as_string(False))


def _prepare_sqlite(connection: Any, wait_ms: int) -> None:
    connection.isolation_level = None  # the driver would begin DEFERRED by itself; see _begin
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {wait_ms}")
    for _, _, path in cursor.execute("PRAGMA database_list").fetchall():
        _keep_private(path)
    _log_ahead(cursor, wait_ms)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten; builds differ in the default
    cursor.execute("PRAGMA synchronous = FULL")  # an attempt that was committed survives a power cut
    cursor.close()


def _log_ahead(cursor: sqlite3.Cursor, wait_ms: int) -> None:
    """Let readers and a writer work side by side (https://www.sqlite.org/wal.html).

    A new file, and one brought back from a backup, changes to it when it is first opened. While another
    does that, or writes, SQLite says "database is locked" at once, whatever the busy timeout: so it is
    asked again until `wait_ms` are over.
    """
    until = time.monotonic() + wait_ms / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _keep_private(path: str) -> None:
    """For this user of the machine alone, and so are copies. SQLite gives a new log the mode of its file."""
    for file in (Path(path), Path(f"{path}-wal"), Path(f"{path}-shm")) if path else ():
        try:
            status = file.stat()
        except FileNotFoundError:
            continue
        if status.st_mode & 0o077 and status.st_uid == os.geteuid():
            file.chmod(disk.PRIVATE_FILE)


def _begin(connection: Any) -> None:
    # A deferred transaction that turns into a writer fails at once with "database is locked", whatever
    # the busy timeout (https://www.sqlite.org/lang_transaction.html): take the write lock at the start.
    reads = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One short transaction: committed at the end, rolled back on an error. Never held over the network.

    Rows stay readable after the commit.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One short look that changes nothing: on SQLite it neither waits for a writer nor holds one up."""
    with Session(engine.execution_options(reading=True), expire_on_commit=False) as session:
        yield session


def forget_pages(engine: Engine) -> None:
    """What was erased leaves SQLite's log too, where older pages stand until they are written over.

    Where somebody reads for longer than a second, a later call does it: nobody is held up for it.
    PostgreSQL's vacuum comes by itself.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # outside any transaction: see _prepare_sqlite
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 1000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()
    finally:
        connection.close()


def alone(session: Session, purpose: str) -> None:
    """Wait until no other transaction holds this purpose; held until this one ends.

    SQLite has one writer at a time anyway. On PostgreSQL two composes would otherwise take the same news.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:purpose))"), {"purpose": purpose})


def only_writer(session: Session) -> None:
    """Nobody else writes anything until this transaction ends; who reads is not held up.

    OperationalError where another goes on writing for `BUSY_TIMEOUT_MS`.
    """
    connection = session.connection()  # on SQLite that is all: it begins, and has one writer anyway
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
        connection.execute(text(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}"))
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def insert_into(session: Session, table: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may be told what to do ON CONFLICT: each database has its own."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)


T = TypeVar("T")


def blocks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in their order, at most `size` at a time: a statement takes no more."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def padded(values: Collection[T]) -> list[T]:
    """The values, the last one repeated up to a power of two: `IN` gives the same rows.

    A driver keeps what it prepared: lists of any length up to a thousand were a hundred statements of
    0.2 MB for each connection, and none of them was ever used again.
    """
    repeated = list(values)
    if len(repeated) > 1:
        repeated += [repeated[-1]] * ((1 << (len(repeated) - 1).bit_length()) - len(repeated))
    return repeated


class StoreError(Exception):
    """The database cannot do what was asked; the text says why and what to do."""
