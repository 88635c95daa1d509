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
    found = Rotated()
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
            _part(engine, vault, table, column, [(row[0], row[1]) for row in rows], found, dry_run)
    return found


def _part(
    engine: Engine,
    vault: Vault,
    table: Table,
    column: "Column[bytes]",
    rows: list[tuple[object, bytes]],
    found: Rotated,
    dry_run: bool,
) -> None:
    (key,) = table.primary_key.columns
    anew = []
    for number, sealed in rows:
        try:
            changed = vault.reseal(sealed)
        except VaultError:
            found.lost.append(f"{table.name}.{column.name} {number}")
            continue
        if changed is None:
            found.before += 1
        else:
            anew.append((number, sealed, changed))
    found.done += len(anew)
    if dry_run or not anew:
        return
    with transaction(engine) as session:
        for number, sealed, changed in anew:  # what was changed or erased in between is left as it is
            session.execute(
                update(table).where(key == number, column == sealed).values({column.name: changed})
            )
