"""All rows of a database into an empty one of the same revision: from PostgreSQL into a file, or back."""

from sqlalchemy import Connection, select, text
from sqlmodel import SQLModel

import db.models  # noqa: F401  (fills the metadata)

AT_ONCE = 1000  # rows


def pour(source: Connection, target: Connection) -> None:
    """Within a transaction of each: of the target's either all is there at its end, or nothing."""
    for table in SQLModel.metadata.sorted_tables:  # whom a row refers to comes before it
        rows = source.execute(select(table), execution_options={"yield_per": AT_ONCE})
        for part in rows.mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in part])
        if target.dialect.name == "postgresql" and (key := table.autoincrement_column) is not None:
            # else the next row would take the number of one that was poured
            target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', '{key.name}'), "  # noqa: S608
                    f'coalesce(max("{key.name}"), 1), max("{key.name}") IS NOT NULL) FROM "{table.name}"'
                )
            )
