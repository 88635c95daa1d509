"""Brings a database to the revision of this code, or refuses one of another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

import db.models  # noqa: F401  (fills the metadata)
from db.errors import StoreError

ROOT = Path(__file__).resolve().parent.parent


class SchemaError(StoreError):
    """The database is of another revision than the code; says what to do."""


def _config(connection: Connection | None = None) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise SchemaError("db/migrations holds no revision")
    return revision


def current(engine: Engine) -> str | None:
    """The revision of the database; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def pending(engine: Engine) -> list[str]:
    """What `upgrade` would run, oldest first, as `revision: what it does`."""
    script = ScriptDirectory.from_config(_config())
    at = current(engine)
    known = {revision.revision for revision in script.walk_revisions()}
    if at is not None and at not in known:
        raise SchemaError(
            f"the database is at revision {at}, which this version does not know: install the newer version"
        )
    steps = script.iterate_revisions("head", at or "base")
    return [f"{step.revision}: {step.doc}" for step in reversed(list(steps))]


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run what is pending, in one transaction.

    SQLite changes a table by making it anew: dropping the old one would take the rows that refer to it
    along, unless foreign keys rest meanwhile (https://www.sqlite.org/lang_altertable.html, 7); they are
    checked before the commit.
    """
    with _foreign_keys_at_rest(engine) as connection, connection.begin():
        command.upgrade(_config(connection), revision)
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
    """Refuse a database that is not at this code's revision, or that cannot be opened."""
    try:
        at = current(engine)
    except OperationalError as exc:
        where = engine.url.render_as_string(hide_password=True)
        raise SchemaError(
            f"{where} cannot be opened; in a new installation `make run` or `python -m flows migrate` comes "
            "first, later see whether it is there and its server runs"
        ) from exc
    if at is None:
        where = engine.url.render_as_string(hide_password=True)
        raise SchemaError(f"{where} is empty: `make run` or `python -m flows migrate` comes first")
    if at != head():
        raise SchemaError(
            f"the database is at revision {at}, this version needs {head()}: run `python -m flows migrate`"
        )


def drift(engine: Engine) -> list[object]:
    """Differences between the migrated database and the models; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))
