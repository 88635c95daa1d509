"""An installation with what a backup takes: subscribers, a journal, certificates, Prefect's own database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from db import canary, recipients, senders
from db.engine import transaction
from db.models import Consent
from db.recipients import Address
from flows.runs.send_counter import places
from flows.sending import witness
from flows.settings import DEMO, Settings, load_profile
from tests.bench import send_town
from tests.world.safe import Safe, address


class Town:
    """One on a given database; its state folder lies beside it. `send_town.enter` comes first."""

    def __init__(self, engine: Engine, folder: Path, write: Callable[[Safe], Path] | None = None) -> None:
        """`write` writes its profile, [backup] included; else it is the sandbox's."""
        self.engine, self.folder = engine, folder
        self.safe = Safe.make(folder / "safe")
        state = folder / "state"
        (state / "certificati").mkdir(parents=True, mode=0o700)
        path = write(self.safe) if write else DEMO
        self.settings = self.safe.profiled(Settings(load_profile(path), path, state, address(engine)))
        (state / "certificati" / "bollettino-1.json").write_text("{}", encoding="ascii")
        with transaction(engine) as session:
            canary.plant(session, self.settings.vault())
        self._prefect()

    def moved(self, empty: Callable[[], str]) -> Settings:
        """As another machine has it: on PostgreSQL with the address of an `empty` database."""
        if self.engine.dialect.name == "sqlite":
            return self.settings
        return Settings(self.settings.profile, self.settings.path, self.settings.state, empty())

    def _prefect(self) -> None:
        home = self.settings.state / "prefect"
        (home / "storage").mkdir(parents=True)
        (home / "storage" / "a1b2").write_bytes(b"a result")
        with closing(sqlite3.connect(home / "prefect.db")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE flow_run (name TEXT)")
            connection.execute("INSERT INTO flow_run VALUES ('componi')")
            connection.commit()

    def join(self, *phones: str) -> None:
        self._say(Consent.opt_in, phones)

    def leave(self, *phones: str) -> None:
        self._say(Consent.opt_out, phones)

    def _say(self, event: Consent, phones: tuple[str, ...]) -> None:
        ledger, now = self.settings.ledger(), datetime.now(UTC)
        with transaction(self.engine) as session:
            for phone in phones:
                who = Address(phone)
                if event == Consent.opt_in:
                    recipients.opt_in(session, ledger.vault, who, now=now)
                else:
                    found = recipients.find(session, ledger.vault, who)
                    assert found is not None
                    recipients.opt_out(session, found, now=now)
                ledger.record(session, who, event, word=event.upper(), source="whatsapp", at=now)

    def begin(self, bulletin_id: int) -> None:
        """Count a start, here and outside, as a dispatch does."""
        now = datetime.now(UTC)
        with transaction(self.engine) as session:
            number = senders.add(session, bulletin_id, by="invio", now=now).number
        mark = witness.mark(number, bulletin_id, self.settings.ledger().journal, at=now)
        assert list(witness.tell(places(self.settings, has_server=False), mark)) == []

    def fill(self, people: int) -> int:
        """So many subscribers; the number of a bulletin that is being sent to all of them."""
        return send_town.fill(self.engine, self.settings, people).bulletin_id

    def secrets(self) -> list[bytes]:
        """What must be in no archive."""
        return [value.encode() for value in send_town.SECRETS.values()]


def tree_of(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
