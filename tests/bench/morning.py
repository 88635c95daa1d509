"""The fleet of `tests.bench.tuesday` on its morning: what runs, and what each process has used."""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.bulletin.slots import WEEKDAYS
from flows.deploy import deploy
from flows.fleet import shared
from flows.settings import DEMO
from tests.bench import send_town
from tests.bench.fleet import copied
from tests.world.fleet import Land, land
from tests.world.installation import wait_for
from tests.world.ports import free_ports
from tests.world.process import Process

SLOTS = DEMO.read_text(encoding="utf-8").partition("[[slots]]")[2].partition("# [election_period]")[0]


def slug_of(comune: int) -> str:
    return f"comune-{comune:03}"


def slot(at: datetime) -> str:
    """One in the week that sends at this moment, and composes on no day of this bench."""
    steps = ("compose", "refresh", "reminder", "deputy", "deadline")
    days = {name: at + timedelta(days=place + 1) for place, name in enumerate(steps)} | {"dispatch": at}
    lines = (f'{name} = "{WEEKDAYS[when.weekday()]} {when:%H:%M}"' for name, when in days.items())
    return "\n" + "\n".join(lines) + "\n\n"


@dataclass(frozen=True)
class Held:
    """MB at one moment; `count`: runs under way."""

    server: float
    workers: float
    runs: float
    count: int


@dataclass
class Morning:
    """The fleet with its processes, and what each of them has used."""

    here: Land
    folder: Path
    at: datetime
    parts: dict[str, Process] = field(default_factory=dict)
    peak: Held = field(default_factory=lambda: Held(0.0, 0.0, 0.0, 0))

    @property
    def prefect(self) -> Path:
        return self.here.states / "_fleet" / "prefect" / "prefect.db"

    def start(self, name: str, *words: str) -> None:
        command = (sys.executable, "-m", "flows", *words)
        self.parts[name] = Process(name, command, os.environ, self.folder / f"{name}.log")
        self.parts[name].start()

    def stop(self) -> None:
        for name in sorted(self.parts, reverse=True):  # the workers before their server
            self.parts[name].stop()

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Of the server's database, without its server."""
        with closing(sqlite3.connect(f"file:{self.prefect}?mode=ro", uri=True, timeout=60)) as database:
            return database.execute(question).fetchall()

    def plan(self) -> None:
        """Let the server plan the runs now, as of what somebody has just registered."""
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        with closing(sqlite3.connect(self.prefect, timeout=60)) as database, database:
            database.execute("UPDATE deployment SET updated = ? WHERE name LIKE 'invia-%'", (now,))

    def cpu(self) -> dict[str, float]:
        """Seconds by now. Runs are children of the warm process, and counted as they end."""
        used = dict.fromkeys(("server", "workers", "runs", "launchers"), 0.0)
        for name, part in self.parts.items():
            assert part.process is not None
            process = psutil.Process(part.process.pid)
            times = process.cpu_times()
            used["server" if name == "prefect" else "workers"] += times.user + times.system
            if name == "prefect":
                continue
            used["launchers"] += times.children_user + times.children_system
            for warm in _warm(process):
                own = warm.cpu_times()
                used["workers"] += own.user + own.system
                used["runs"] += own.children_user + own.children_system
        return used

    def runs(self) -> list[psutil.Process]:
        """Processes of runs under way."""
        return [run for worker in self.workers for warm in _warm(worker) for run in warm.children()]

    @property
    def workers(self) -> list[psutil.Process]:
        parts = [part.process for name, part in self.parts.items() if name != "prefect"]
        return [psutil.Process(part.pid) for part in parts if part]

    def weigh(self) -> None:
        """What they hold now, if it is the most by now."""
        runs = self.runs()
        others = [one for worker in self.workers for one in (worker, *worker.children()) if one not in runs]
        server = self.parts["prefect"].process
        assert server is not None
        held = Held(_held([psutil.Process(server.pid)]), _held(others), _held(runs), len(runs))
        self.peak = max(self.peak, held, key=lambda one: one.server + one.workers + one.runs)


def _held(processes: Sequence[psutil.Process]) -> float:
    """MB; what several share is counted once."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):  # it has just ended
            total += process.memory_full_info().pss / 2**20
    return total


def _warm(worker: psutil.Process) -> Iterator[psutil.Process]:
    for child in worker.children():
        try:
            if child.cmdline()[1:] == ["-m", "flows", "worker"]:
                yield child
        except psutil.NoSuchProcess:  # a run that has just ended
            continue


@contextmanager
def fleet(comuni: int, port: int, at: datetime) -> Iterator[Morning]:
    """With a Prefect server that knows everybody's deployments, before anybody is subscribed."""
    folder = Path(tempfile.mkdtemp(prefix="bollettino-tuesday-"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("BOLLETTINO_", "PREFECT_"))]:
            patch.delenv(name)
        here = land(folder, patch)
        (server,) = free_ports(1)
        here.say(f'[prefect]\naddress = "http://127.0.0.1:{server}"\n')
        template = folder / "template.db"
        send_town.make_database(f"sqlite:///{template}").dispose()
        for comune in range(comuni):
            here.add(
                slug_of(comune),
                (SLOTS, slot(at)),
                ('api = "http://127.0.0.1:8600"', f'api = "http://127.0.0.1:{port}"'),
                ("http://127.0.0.1:8080", f"https://comuni.example.it/{slug_of(comune)}"),
            )
        here.settle(here.fleet.slugs, template)
        morning = Morning(here, folder, at)
        try:
            morning.start("prefect", "prefect")
            with _entered(here):
                first, *others = here.fleet.slugs
                deploy(here.fleet.settings(first))
                copied(morning.prefect, first, *others)
            yield morning
        finally:
            morning.stop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _entered(here: Land) -> Iterator[None]:
    """Prefect's clients of this process ask that server."""
    at = shared.of(here.fleet)
    given = {PREFECT_API_URL: f"{at.prefect_address}/api", PREFECT_API_AUTH_STRING: at.keys.internal}

    def is_up() -> bool:
        try:
            return httpx.get(f"{at.prefect_address}/api/health", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    wait_for("the Prefect server", is_up, 120)
    with temporary_settings(given), get_client(sync_client=True) as client:
        assert client.api_healthcheck() is None
        yield
