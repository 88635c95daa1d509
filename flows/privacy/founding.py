"""A database of this version, under the keys of its installation: what it lacks, and how it comes to be."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, make_url, select
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from db import schema, triggers
from db.engine import make_hurried, make_reader, only_writer, opened, reading, transaction
from db.models import Canary
from db.transfer import pour
from flows.privacy import intact
from flows.settings import BollettinoError, Settings

WAIT_MS = 5_000  # for a database that somebody holds
TRIES, TRY_MS = 10, 2_000  # of a migration while others work: whoever came behind it would wait as long


@dataclass(frozen=True)
class Base:
    """A database as it is."""

    revision: str | None  # None: there is none yet, or an empty one
    steps: tuple[str, ...] = ()  # that bring it to this version
    triggers: tuple[str, ...] = ()  # that are away
    is_tied: bool = False  # to the keys that it is under
    is_missing: bool = False  # not even an empty one is there

    @property
    def is_whole(self) -> bool:
        return self.is_tied and not (self.steps or self.triggers)


@dataclass(frozen=True)
class Brought:
    """What was done to a database, and what beside it is lost."""

    steps: tuple[str, ...]
    triggers: tuple[str, ...]  # made again
    missing: tuple[str, ...]  # a line each


def look(settings: Settings) -> Base:
    """Changes nothing, and makes no file. LostError, SchemaError or StrangeKeyError as `bring`."""
    engine = make_reader(settings.database, wait_ms=WAIT_MS)
    try:
        intact.require_database(settings, engine)
        if not intact.is_there(settings):
            return Base(None, tuple(schema.steps(None)), is_missing=schema.is_missing(engine))
        with schema.explained(engine):
            revision = schema.current(engine)
        if steps := schema.pending(engine):
            return Base(revision, tuple(steps))
        with engine.execution_options(reading=True).connect() as connection:
            away = tuple(trigger.name for trigger in triggers.missing(connection))
        with reading(engine) as session:
            intact.require_keys(settings, session)
            return Base(revision, (), away, is_tied=session.get(Canary, 1) is not None)
    finally:
        engine.dispose()


def bring(settings: Settings, *, while_others_work: bool = False) -> Brought:
    """Make it, or bring it to this version; again, it changes nothing. Keys come first: a database that none
    is tied to could be begun by one process for another.

    `while_others_work`: the code of before goes on with it elsewhere, so nothing may be taken from that, and
    no lock be waited for behind which it would stand; SchemaError where that cannot be.

    LostError where the files beside it tell of one that is gone, SchemaError where it is harmed, of a later
    version, or does not answer, StrangeKeyError where it is under other keys.
    """
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(settings.database) as engine:
        intact.require_database(settings, engine)
        settings.bring_keys()
        if steps := schema.pending(engine):
            if while_others_work:
                _expand(settings, engine)
            else:
                schema.upgrade(engine)
        made = triggers.bring_back(engine)
        intact.keep_keys(settings, engine)
        names = tuple(trigger.name for trigger in made)
        return Brought(tuple(steps), names, tuple(intact.missing(settings)))


def _expand(settings: Settings, engine: Engine) -> None:
    """On PostgreSQL a change of a table waits for whoever reads it, and all others wait behind that."""
    at = schema.current(engine)
    if at is not None and (contracting := schema.contracting(at)):
        raise schema.SchemaError(
            f"{', '.join(contracting)}: takes from the code of before what that needs: stop all hosts first"
        )
    for attempt in range(1, TRIES + 1):
        hurried = make_hurried(settings.database, wait_ms=TRY_MS)
        try:
            schema.upgrade(hurried)
        except OperationalError as exc:
            if attempt == TRIES:
                raise schema.SchemaError("others hold what is to be changed: type it again later") from exc
            time.sleep(attempt / 2)
        else:
            return
        finally:
            hurried.dispose()


class PouringError(BollettinoError):
    """What another database holds cannot be taken over; the text says why, and nothing was."""


def rows_of(settings: Settings, file: Path) -> int:
    """How many rows `fill` would take over. PouringError where it cannot; changes nothing."""
    with _source(settings, file) as source, reading(source) as session:
        _require_empty(settings)
        return sum(_counts(session.connection()).values())


def fill(settings: Settings, file: Path) -> int:
    """All rows of an SQLite file, under the same keys, into the installation's own database, which has none:
    of PostgreSQL, for instance, when a service outgrows the file. All of them or nothing; how many.

    Nobody writes into the file meanwhile. It stays as it is, and nothing reads it any more.
    """
    with _source(settings, file) as source, opened(settings.database) as target:
        _require_empty(settings)
        if schema.pending(target):
            schema.upgrade(target)
        with transaction(source) as session, target.begin() as connection:
            only_writer(session)
            pour(session.connection(), connection)
            if (counts := _counts(connection)) != _counts(session.connection()):
                raise PouringError(f"{file}: not every row came over, so none is kept")
    return sum(counts.values())


@contextmanager
def _source(settings: Settings, file: Path) -> Iterator[Engine]:
    if not file.is_file():  # SQLite would make one
        raise PouringError(f"{file}: is not there")
    own = make_url(settings.database)
    if own.get_backend_name() == "sqlite" and Path(str(own.database)).resolve() == file.resolve():
        raise PouringError(
            f"{file}: is this installation's own database: BOLLETTINO_DATABASE names the new one"
        )
    with opened(f"sqlite:///{file.resolve()}") as engine:
        settings.vault()  # SettingsError without keys: under which it is could not be told
        intact.require_on(settings, engine)
        yield engine


def _require_empty(settings: Settings) -> None:
    """That has tables, perhaps: of a try that was killed."""
    with opened(settings.database) as engine, schema.explained(engine):
        if schema.pending(engine) == schema.steps(None):
            return
        schema.check(engine)
        with engine.execution_options(reading=True).connect() as connection:
            if any(_counts(connection).values()):
                where = engine.url.render_as_string(hide_password=True)
                raise PouringError(f"{where} holds rows: name a new, empty database in BOLLETTINO_DATABASE")


def _counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }
