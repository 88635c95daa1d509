"""Seals everything anew under the newest encryption key. The look-up key stays: see `db.vault`."""

from dataclasses import dataclass, field

from sqlalchemy import Column, Engine, Table, select, update
from sqlmodel import SQLModel

from db.engine import reading, transaction
from db.models import Canary
from db.vault import Vault, VaultError

AT_ONCE = 500  # rows of one transaction; the others may write in between


@dataclass
class Rotated:
    """`done` and `before` count values; `lost` names those that no key opens, as `table.column id`."""

    done: int = 0
    before: int = 0
    lost: list[str] = field(default_factory=list)


def sealed_columns() -> list[tuple[Table, "Column[bytes]"]]:
    """Every column of every table that holds ciphertext, by its name.

    The canary last: until everything is sealed anew, no process starts without the older key.
    """
    tables = sorted(SQLModel.metadata.sorted_tables, key=lambda table: table.name == Canary.__tablename__)
    return [
        (table, column) for table in tables for column in table.columns if column.name.endswith("_sealed")
    ]


def rotate(engine: Engine, vault: Vault, *, dry_run: bool = False) -> Rotated:
    """Can be stopped and run again. Only then may the older key leave the environment."""
    rotated = Rotated()
    for table, column in sealed_columns():
        (key,) = table.primary_key.columns
        last = None
        while True:
            query = select(key, column).where(column.is_not(None), column != b"").order_by(key)
            query = query if last is None else query.where(key > last)
            with reading(engine) as session:
                rows = session.execute(query.limit(AT_ONCE)).all()
            if not rows:
                break
            last = rows[-1][0]
            _part(engine, vault, table, column, [(row[0], row[1]) for row in rows], rotated, dry_run)
    return rotated


def _part(
    engine: Engine,
    vault: Vault,
    table: Table,
    column: "Column[bytes]",
    rows: list[tuple[object, bytes]],
    rotated: Rotated,
    dry_run: bool,
) -> None:
    (key,) = table.primary_key.columns
    anew = []
    for row_id, sealed in rows:
        try:
            changed = vault.reseal(sealed)
        except VaultError:
            rotated.lost.append(f"{table.name}.{column.name} {row_id}")
            continue
        if changed is None:
            rotated.before += 1
        else:
            anew.append((row_id, sealed, changed))
    rotated.done += len(anew)
    if dry_run or not anew:
        return
    with transaction(engine) as session:
        for row_id, sealed, changed in anew:  # what was changed or erased in between is left as it is
            session.execute(
                update(table).where(key == row_id, column == sealed).values({column.name: changed})
            )
