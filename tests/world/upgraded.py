"""An installation that is upgraded: a town with a real profile; each verb is a process of its own."""

import contextlib
import io
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, Table, inspect, text
from sqlmodel import SQLModel

from db import bulletins, schema
from db.engine import make_engine, transaction
from db.models import BulletinStatus
from flows.__main__ import main
from flows.backup import placing, restoring, taking
from flows.cli import installation
from flows.doctor import examination
from flows.machine import upgrade, upgrade_state, way_back
from flows.machine.checkout import Checkout
from flows.machine.service_manager import ByRun
from flows.machine.verb_process import VerbResult
from flows.settings import Settings
from tests.world.builders import make_bulletin
from tests.world.safe import Safe
from tests.world.small_town import Town
from tests.world.units import write_profile

PHONES = [f"+39399{number:07}" for number in range(20)]
IMPORTED = (placing, restoring, taking, installation, examination)  # here once, not in each child
TAKEN = "0023"  # the revision of the last development version: what `migrate` takes over as it is


def profile(folder: Path) -> Callable[[Safe], Path]:
    def write(safe: Safe) -> Path:
        table = f'[backup]\nfolder = "{safe.archives}"\nrecipients = ["{safe.public}"]\n# '
        return write_profile(folder, [("# [backup] ", table)])

    return write


class Forked(ByRun):
    """Who types: the verbs are the real ones, in a fork instead of a new Python that imports for a second."""

    def __init__(self, settings: Settings, before: Callable[[str], None] = lambda _: None) -> None:
        """`before` is told each verb: a place to be killed at."""
        super().__init__(settings)
        self.before, self.seen = before, list[str]()
        self.answers: dict[str, VerbResult] = {}  # of verbs that ask a server which is none here

    def type(self, *words: str) -> VerbResult:
        self.seen.append(words[0])
        self.before(words[0])
        os.environ["BOLLETTINO_STATE"] = str(self.state)
        os.environ["BOLLETTINO_DATABASE"] = self.settings.database
        if words[0] in self.answers:
            return self.answers[words[0]]
        source, sink = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(source)
            with os.fdopen(sink, "w") as out:
                out.write(json.dumps(self._child(words)))
            os._exit(0)
        os.close(sink)
        with os.fdopen(source) as told:
            content = told.read()
        os.waitpid(child, 0)
        code, said, errors = json.loads(content) if content else (-9, "", "killed")
        try:
            document = json.loads(said) if said.strip() else {}
        except ValueError:
            document = {}
        return VerbResult(words, code, document, errors)

    def _child(self, words: tuple[str, ...]) -> tuple[int, str, str]:
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            code = main([*words, "--profile", str(self.settings.path)])
        return code, out.getvalue(), errors.getvalue()


def _since(revision: str, folder: Path) -> list[Table]:
    """The tables that a database of that revision does not have, in an order in which they can go."""
    older = make_engine(f"sqlite:///{folder / f'{revision}.db'}")
    schema.upgrade(older, schema.INITIAL if revision == TAKEN else revision)
    names = set(inspect(older).get_table_names())
    older.dispose()
    return [table for table in reversed(SQLModel.metadata.sorted_tables) if table.name not in names]


class Upgraded:
    """A town of twenty; a bulletin waits for its approval, and another has half left."""

    def __init__(self, engine: Engine, folder: Path, revision: str = TAKEN) -> None:
        self.town = Town(engine, folder, profile(folder))
        self.town.join(*PHONES)
        self.sending = self.town.fill(40)
        self.town.begin(self.sending)
        with transaction(engine) as session:
            self.draft = make_bulletin(session, status=BulletinStatus.in_review).id
            self.approved = make_bulletin(session, status=BulletinStatus.approved).id
            half = text("UPDATE delivery SET status = 'accepted' WHERE bulletin_id = :one AND id % 2 = 0")
            session.connection().execute(half, {"one": self.sending})
        if revision != schema.head():
            with engine.begin() as connection:
                for table in _since(revision, folder):
                    table.drop(connection)
                connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})
        engine.dispose()  # nothing of it is shared with a child

    @property
    def settings(self) -> Settings:
        return self.town.settings

    def home(self, before: Callable[[str], None] = lambda _: None) -> Forked:
        return Forked(self.settings, before)

    def forward(self, home: Forked, lines: list[str] | None = None) -> list[str]:
        say = (lambda _: None) if lines is None else lines.append
        with upgrade_state.alone(home.state):
            found = upgrade.look(home, None, "0.1.0", now=datetime.now(UTC))
            return upgrade.Upgrade(home, Checkout(home.project), say, lambda: None).go(found)

    def back(self, home: Forked, identity: Path | None, code: Checkout | None = None) -> list[str]:
        lines: list[str] = []
        say = lines.append
        with upgrade_state.alone(home.state):
            found = way_back.look(home, home.settings, identity)
            return way_back.Return(home, home.settings, code or Checkout(home.project), say).go(
                found, identity
            )

    def statuses(self, settings: Settings | None = None) -> dict[int, BulletinStatus]:
        engine = (settings or self.settings).engine()
        with transaction(engine) as session:
            found = {row.id: row.status for row in bulletins.with_status(session, *BulletinStatus)}
        engine.dispose()
        return found

    def deliveries(self, settings: Settings | None = None) -> dict[str, int]:
        """Of the send that is half done, by status."""
        engine = (settings or self.settings).engine()
        with engine.connect() as connection:
            query = text("SELECT status, count(*) FROM delivery WHERE bulletin_id = :one GROUP BY status")
            rows = connection.execute(query, {"one": self.sending})
            found = {str(row[0]): int(row[1]) for row in rows}
        engine.dispose()
        return found

    def revision(self, settings: Settings | None = None) -> str | None:
        engine = (settings or self.settings).engine()
        try:
            return schema.current(engine)
        finally:
            engine.dispose()
