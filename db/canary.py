"""Whether the keys of this process are those of this database: with others every DISATTIVA would be lost.

A number hashed with another look-up key is nobody's; one sealed with another encryption key cannot be read.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select, update

from db import disk
from db.engine import StoreError, reading
from db.models import Canary, Recipient
from db.vault import Vault, VaultError

CONSTANT = "bollettino: la chiave di questo database"  # no number, and no citizen's word
SAMPLE = 50  # people who are tried where there is no canary yet: some may be sealed with a key long gone
LOOKUP, ENCRYPTION = "BOLLETTINO_LOOKUP_KEY", "BOLLETTINO_ENCRYPTION_KEYS"


class StrangeKeyError(StoreError):
    """A key is not this database's; the text says which, and never quotes it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: questa non è la chiave di questo database. Non parte niente: rimetti la chiave che era "
            "in uso (sta con la copia di sicurezza delle chiavi), o la base di dati a cui questa appartiene"
        )


def check(engine: Engine, vault: Vault) -> None:
    """Before a process starts: StrangeKeyError where its keys are another database's."""
    with reading(engine) as session:
        require(session, vault)


def require(session: Session, vault: Vault) -> None:
    """StrangeKeyError where they are not. Changes nothing.

    Before there is a canary, somebody's number shows it; where nobody is known yet, any keys are right.
    """
    canary = session.get(Canary, 1)
    pairs = [(canary.constant_hash, canary.constant_sealed)] if canary else list(_people(session))
    if not pairs:
        return
    opened = [(hashed, text) for hashed, sealed in pairs if (text := _opened(vault, sealed)) is not None]
    if not opened:
        raise StrangeKeyError(ENCRYPTION)
    if not any(hashed == vault.hash(text) for hashed, text in opened):
        raise StrangeKeyError(LOOKUP)


def plant(session: Session, vault: Vault) -> None:
    """Make it, where it is not there; StrangeKeyError instead of one under keys that open nobody's number."""
    require(session, vault)
    if session.get(Canary, 1) is None:
        session.add(Canary(constant_hash=vault.hash(CONSTANT), constant_sealed=vault.seal(CONSTANT)))
        session.flush()


def sealed_at(session: Session, vault: Vault) -> datetime | None:
    """Since when at the latest the newest key is in use; None without a canary, or under an older key."""
    canary = session.get(Canary, 1)
    return vault.sealed_at(canary.constant_sealed) if canary else None


def try_write(engine: Engine, *, now: datetime) -> None:
    """What a write needs, and nothing is another for it: SQLAlchemyError or StoreError where none is taken.

    Nobody is to take it for a write (`db.writes`): hundreds of Comuni are asked every five minutes, and each
    would be looked after anew for it. PostgreSQL locks the row, which it logs and puts on the disk like any
    change, and counts as none. SQLite changes it and takes that back; whether the disk takes a page beside
    the file is asked by itself, since a log that is begun anew needs no room.
    """
    with Session(engine) as session, session.begin() as trial:
        if engine.dialect.name == "postgresql":
            session.execute(select(Canary.id).with_for_update())
            return
        session.execute(update(Canary).values(tried_at=now))
        trial.rollback()
    if engine.url.database and not disk.has_room(Path(engine.url.database)):
        raise StoreError("the disk takes nothing more beside the database")


def _people(session: Session) -> Iterator[tuple[str, bytes]]:
    """Some addresses as they are stored, keyed hash and ciphertext: the oldest, since later ones may be there
    under the very keys that are wrong.
    """
    query = select(Recipient).where(
        or_(col(Recipient.phone_sealed).is_not(None), col(Recipient.bsuid_sealed).is_not(None))
    )
    for row in session.exec(query.order_by(col(Recipient.id)).limit(SAMPLE)):
        for hashed, sealed in ((row.phone_hash, row.phone_sealed), (row.bsuid_hash, row.bsuid_sealed)):
            if hashed and sealed:
                yield hashed, sealed


def _opened(vault: Vault, sealed: bytes) -> str | None:
    try:
        return vault.open(sealed)
    except VaultError:
        return None
