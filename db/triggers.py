"""The triggers by which what is only ever appended to stays so: which belong there, and how they come back.

Alembic's comparison does not see them, and who makes a table anew, or copies it with another tool, loses them
without a word. They are read from the migrations, which make them.
"""

import re
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from db import schema


class Trigger(NamedTuple):
    name: str
    table: str


_MADE = re.compile(r"CREATE TRIGGER (?P<name>\w+)\s+BEFORE .*? ON (?P<table>\w+)", re.DOTALL)
_THERE = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    # one that is switched off, or fires for a replica's changes alone, keeps nothing from being changed
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
    "AND c.relnamespace = current_schema()::regnamespace",
}


def expected(dialect: str) -> dict[Trigger, str]:
    """With the statement that makes each."""
    return {
        Trigger(made["name"], made["table"]): statement
        for statement in _statements(dialect)
        if (made := _MADE.match(statement))
    }


def missing(connection: Connection) -> list[Trigger]:
    dialect = connection.dialect.name
    there = {Trigger(*row) for row in connection.execute(text(_THERE[dialect]))}
    return sorted(expected(dialect).keys() - there)


def bring_back(engine: Engine) -> list[Trigger]:
    """Make those that are away; returns them."""
    with engine.execution_options(reading=True).connect() as connection:  # nobody waits where all are there
        away = missing(connection)
    if not away:
        return []
    with engine.begin() as connection:
        dialect = connection.dialect.name
        for statement in _statements(dialect):
            if not _MADE.match(statement):  # the functions, without which a trigger cannot be made
                again = statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
                connection.execute(text(again))
        for trigger in away:
            of_table = f" ON {trigger.table}" if dialect == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger.name}{of_table}"))  # switched off
            connection.execute(text(expected(dialect)[trigger]))
    return away


def _statements(dialect: str) -> list[str]:
    return [
        one for module in schema.migrations() for one in getattr(module, "APPEND_ONLY", {}).get(dialect, ())
    ]
