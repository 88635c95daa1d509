"""Brings a database to the revision of this code, or refuses one of another.

But for one case, in which a fleet goes from one version to the next host by host: a migration that says
`additive = True` leaves whole what the code before it reads and writes, and so that code goes on. How far
back this holds only the newer code knows; it notes it with the database, on PostgreSQL alone: with SQLite
there is one host. (As Synapse's `compat_version`: matrix-org/synapse,
docs/development/database_schema.md.)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import SQLModel

import db.models  # noqa: F401  (fills the metadata)
from db.engine import StoreError

# Until 0.1.0 was ready the tables came in 23 revisions, 0001 to 0023; since, in one. The last of them and
# the one have the same schema to a letter: a database of it is taken over as it is.
INITIAL = "0100"
_OF_DEVELOPMENT = frozenset(f"{number:04}" for number in range(1, 24))
_SAME_AS_INITIAL = max(_OF_DEVELOPMENT)
ROOT = Path(__file__).resolve().parent.parent
NOTE = "revision {} is open to code from revision "  # and which: the comment of Alembic's own table
TURN = 4_020_392  # of PostgreSQL's advisory locks: of two hosts one migrates, and the other finds it done
HARMED = (
    "the database is harmed, or is none: stop everything, put its last backup in its place (not that of the "
    "files beside it: consensi.jsonl knows who left since), start again; `python -m flows witness` then says "
    "what it has forgotten"
)


class SchemaError(StoreError):
    """The database is of another revision than the code; says what to do."""


def _config(connection: Connection | None = None) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def head() -> str:
    """The newest revision that this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise SchemaError("db/migrations holds no revision")
    return revision


def migrations() -> list[ModuleType]:
    """Oldest first."""
    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    return [revision.module for revision in reversed(list(revisions))]


def current(engine: Engine) -> str | None:
    """The revision of the database; None when it is empty, SchemaError when it is harmed.

    On SQLite it neither waits for a writer nor makes a file that is not there. OperationalError where the
    database does not answer: it may by the next try (see `explained`).
    """
    if _is_no_file_yet(engine):
        return None
    try:
        # Alembic asks of a table that it makes anew: kept, it would push out what is compiled for all engines
        with engine.execution_options(reading=True, compiled_cache=None).connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as exc:
        if not is_harm(exc):
            raise
        raise SchemaError(f"{engine.url.render_as_string(hide_password=True)}: {HARMED}") from exc


def _is_no_file_yet(engine: Engine) -> bool:
    """Of SQLite, which makes one, and writes its kind of log into it, where it opens none or an empty one."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return False
    path = Path(engine.url.database)
    return path.parent.is_dir() and (not path.exists() or path.stat().st_size == 0)


def is_missing(engine: Engine) -> bool:
    """Of SQLite: whether there is no file, not even an empty one."""
    return (
        engine.dialect.name == "sqlite"
        and bool(engine.url.database)
        and not Path(str(engine.url.database)).exists()
    )


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """For who starts a process by hand: SchemaError says what to do where the database does not answer."""
    try:
        yield
    except OperationalError as exc:
        raise SchemaError(
            f"{engine.url.render_as_string(hide_password=True)} cannot be opened: see whether it is there, "
            "whether its server runs, and whether BOLLETTINO_STATE names the folder (after a restore, the "
            "restored one); only in a new installation `make run` or `python -m flows migrate` comes first"
        ) from exc


def is_harm(exc: DatabaseError) -> bool:
    """Of SQLite's errors only those of its file itself are of no kind: not a database, malformed."""
    return type(exc) is DatabaseError


def require_sound(engine: Engine) -> None:
    """SchemaError where the file of an SQLite database is harmed anywhere; as long as it takes to read it."""
    if engine.dialect.name != "sqlite":
        return
    current(engine)
    try:
        with engine.execution_options(reading=True).connect() as connection:  # nobody waits meanwhile
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    except DatabaseError as exc:
        if not is_harm(exc):
            raise
        verdict = str(exc.orig)
    if verdict != "ok":
        raise SchemaError(f"{engine.url.render_as_string(hide_password=True)}: {HARMED}")


def pending(engine: Engine) -> list[str]:
    """What `upgrade` would run, oldest first, as `revision: what it does`; of one open to us nothing."""
    at = current(engine)
    return [] if at is not None and is_open_to_us(engine, at) else steps(at)


def steps(at: str | None) -> list[str]:
    """What brings a database of that revision (None: an empty one) to this version, oldest first.

    SchemaError where this version does not know it.
    """
    script = ScriptDirectory.from_config(_config())
    taken = [f"{INITIAL}: the same tables as at {at}"] if at == _SAME_AS_INITIAL else []
    at = INITIAL if taken else at
    if at in _OF_DEVELOPMENT:
        raise SchemaError(
            f"the database is at revision {at}, of a version before 0.1.0: bring it to {_SAME_AS_INITIAL} by "
            "`python -m flows migrate` of the last of those versions first, or begin with a new database"
        )
    revisions = {revision.revision for revision in script.walk_revisions()}
    if at is not None and at not in revisions:
        raise SchemaError(
            f"the database is at revision {at}, which this version does not know: install the newer version"
        )
    missing = script.iterate_revisions("head", at or "base")
    return taken + [f"{step.revision}: {step.doc}" for step in reversed(list(missing))]


def contracting(at: str | None) -> list[str]:
    """Of `steps` those after which the code of before may not go on."""
    modules = {module.revision: module for module in migrations()}
    return [step for step in steps(at) if not _is_additive(modules[step.partition(":")[0]])]


def _is_additive(module: ModuleType) -> bool:
    return getattr(module, "additive", False) is True


def oldest(revision: str) -> str:
    """The revision whose code may go on with a database of this one."""
    found = revision
    for module in reversed(migrations()):
        if module.revision == found and _is_additive(module):
            found = module.down_revision
    return found


def _note(connection: Connection) -> None:
    """How far back the code may lie that goes on with it."""
    at = MigrationContext.configure(connection).get_current_revision()
    if connection.dialect.name == "postgresql" and at is not None:
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{NOTE.format(at)}{oldest(at)}'"))


def is_open_to_us(engine: Engine, at: str) -> bool:
    """Whether a database of another revision was brought there by a newer version that left whole what this
    one reads and writes.
    """
    known = {module.revision for module in migrations()}
    if engine.dialect.name != "postgresql" or at in known:
        return False
    with engine.execution_options(reading=True, compiled_cache=None).connect() as connection:
        note = connection.scalar(text("SELECT obj_description('alembic_version'::regclass, 'pg_class')"))
    return str(note or "").removeprefix(NOTE.format(at)) in known


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run what is pending, in one transaction.

    SQLite changes a table by making it anew: dropping the old one would take the rows that refer to it
    along, unless foreign keys rest meanwhile (https://www.sqlite.org/lang_altertable.html, 7); they are
    checked before the commit.
    """
    with _foreign_keys_at_rest(engine) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        if MigrationContext.configure(connection).get_current_revision() == _SAME_AS_INITIAL:
            connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": INITIAL})
        command.upgrade(_config(connection), revision)
        _note(connection)
        if engine.dialect.name == "sqlite" and (
            broken := connection.execute(text("PRAGMA foreign_key_check")).first()
        ):
            raise SchemaError(
                f"the upgrade would leave {broken[0]} pointing at rows of {broken[2]} that are gone"
            )


@contextmanager
def _foreign_keys_at_rest(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        driver = connection.connection.cursor()  # the PRAGMA does nothing inside a transaction
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def check(engine: Engine) -> None:
    """Refuse a database that is not at this code's revision nor open to it, or that cannot be opened."""
    at = current(engine)
    if at is None:
        where = engine.url.render_as_string(hide_password=True)
        raise SchemaError(
            f"{where} is {'missing' if is_missing(engine) else 'empty'}: put its last backup in its place; "
            "only in a new installation `make run` or `python -m flows migrate` comes first"
        )
    if at != head() and not is_open_to_us(engine, at):
        raise SchemaError(
            f"the database is at revision {at}, this version needs {head()}: run `python -m flows migrate`"
        )


def drift(engine: Engine) -> list[object]:
    """Differences between the migrated database and the models; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))
