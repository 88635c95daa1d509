"""Column types that behave the same on SQLite and PostgreSQL, and columns as the fields of a dataclass."""

from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, TypeDecorator
from sqlmodel import SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC and given back in UTC; a naive one is refused.

    SQLite gives naive values back and PostgreSQL aware ones: without this the same comparison
    raises on one and passes on the other.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone reached the database: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def fields_of(kind: Any, source: object) -> dict[str, Any]:
    """What `source` holds under the names of this dataclass's fields."""
    return {field.name: getattr(source, field.name) for field in fields(kind) if hasattr(source, field.name)}


def by_value(enum: type[StrEnum], name: str = "") -> Any:
    """The enum as text, by value, with a named CHECK: a rename in Python never changes a stored row.

    `name`: of the CHECK, where the class was renamed since the first migration.

    Returns a factory, since SQLModel builds the type once for each column it is given for.
    """
    return partial(
        Enum,
        enum,
        name=name or enum.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that a migration can speak of; set before the first table is declared."""
