"""A Tuesday at 11:00: `python -m tests.bench.tuesday [COMUNI [PEOPLE [WORKERS ...]]]`, some minutes each.

Every Comune of a fleet has an approved bulletin for the same moment, and so many people; the first of them
6,000, where that is more. What is measured is the whole chain: the runs that the Prefect server plans from
the profiles' slots, its workers, the sends, and a loopback Cloud API. CPU seconds hold on a busy machine;
moments count from the slot.

Not in it: the web app, whom nobody tells of receipts here; the other rounds of a fleet; and pages that are
read again before a send, since the items are in the editors' own words.
"""

import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

import httpx
import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from db.bulletins import ItemData
from db.engine import opened, transaction
from db.models import BulletinStatus
from deployments.sandbox.config import ROME
from flows.bulletin.slots import WEEKDAYS
from flows.deploy import deploy
from flows.fleet import shared
from flows.settings import DEMO, Settings
from tests.bench import send_town
from tests.bench.fleet import copied
from tests.bench.send_sink import Sink, sink
from tests.world.builders import make_bulletin
from tests.world.comune import APPROVE
from tests.world.fleet import Land, land
from tests.world.installation import free_ports, wait_for
from tests.world.office import Office
from tests.world.process import Process

COMUNI, PEOPLE, WORKERS = 300, 200, (1, 2, 4)
BIGGEST = 6_000  # people of the first Comune, which must keep nobody waiting
PER_SECOND = 40  # of each number, as the demo's profile has it
LATENCY = 0.05  # seconds of the provider's answer
HOUR, FIRST = 3600.0, 600.0  # asked: the last message, and each Comune's first one
STARTING = 60.0  # seconds until the server is there and knows the first Comune
AHEAD = timedelta(seconds=12)  # workers take what is due within ten
EVERY = 2.0  # seconds between two looks
BODY = "Via Roma chiude al traffico lunedì 30 novembre dalle 8 alle 18, si passa da via Verdi."
SLOTS = DEMO.read_text(encoding="utf-8").partition("[[slots]]")[2].partition("# [election_period]")[0]
OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
RESTS = "auto_scheduled = 0"  # runs of what gave way to others' first messages


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


def approved(settings: Settings, people: int, at: datetime) -> None:
    """So many subscribers, and a bulletin for all of them that an editor has approved."""
    items = [ItemData(f"Avviso {place}", "servizi comunali", "", f"{place}. {BODY}") for place in range(3)]
    with opened(settings.database) as engine:
        send_town.subscribe(engine, settings, people)
        with transaction(engine) as session:
            bulletin = make_bulletin(
                session, items, status=BulletinStatus.in_review, slot_at=at, now=datetime.now(UTC)
            )
            number = bulletin.id
        office = Office(settings, engine, datetime.now(UTC))
        found = office.answer(number, APPROVE)
        assert found.status == BulletinStatus.approved, office.problems(number)


@dataclass(frozen=True)
class Told:
    """What came of a morning; seconds from the slot."""

    comuni: int
    people: int
    workers: int
    runs: Sequence[tuple[float, float, float]]  # taken by a worker, begun, ended
    numbers: Sequence[dict[str, float]]
    cpu: dict[str, float]
    peak: Held
    ends: dict[str, int]
    rests: int  # runs more, of Comuni that gave way
    accounts: dict[str, int]  # statuses of bulletins


def send(comuni: int, people: int, workers: int) -> Told:
    most = max(people, BIGGEST)
    lead = timedelta(seconds=STARTING + comuni * (0.3 + people / 5_000) + most / 5_000)
    at = (datetime.now(ROME) + lead + timedelta(minutes=1)).replace(second=0, microsecond=0)
    with sink(LATENCY) as phones, fleet(comuni, phones.port, at) as morning:
        for place, settings in enumerate(morning.here.fleet.roll().comuni):
            approved(settings, people if place else most, at)
        for number in range(workers):
            morning.start(f"worker-{number + 1}", "worker")
        planned = f"expected_start_time = '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
        count = f"SELECT count(*) FROM flow_run WHERE {planned}"  # noqa: S608
        morning.plan()
        wait_for("the server to plan the runs", lambda: morning.ask(count)[0][0] >= comuni, 120)
        assert datetime.now(UTC) < at - AHEAD, "too late: give it more time before the slot"
        time.sleep((at - AHEAD - datetime.now(UTC)).total_seconds())
        before, sinks = morning.cpu(), _cpu_of(phones)
        _wait(morning, f"{count} AND state_type IN {OVER}", comuni)
        rests = f"SELECT count(*) FROM flow_run WHERE {RESTS}"  # noqa: S608
        cpu = {name: used - before[name] for name, used in morning.cpu().items()}
        cpu["sink"] = _cpu_of(phones) - sinks
        return Told(
            comuni,
            people,
            workers,
            _moments(morning, planned),
            [_since(at, one) for one in phones.report()["numbers"].values()],
            cpu,
            morning.peak,
            dict(morning.ask(f"SELECT state_name, count(*) FROM flow_run WHERE {planned} GROUP BY 1")),  # noqa: S608
            morning.ask(rests)[0][0],
            _accounts(morning),
        )


def _cpu_of(phones: Sink) -> float:
    times = psutil.Process(phones.pid).cpu_times()
    return times.user + times.system


def _wait(morning: Morning, over: str, comuni: int) -> None:
    until = time.monotonic() + 2 * HOUR
    left = f"SELECT count(*) FROM flow_run WHERE {RESTS} AND state_type NOT IN {OVER}"  # noqa: S608
    while morning.ask(over)[0][0] < comuni or morning.ask(left)[0][0]:
        assert time.monotonic() < until, "not over after two hours"
        morning.weigh()
        time.sleep(EVERY)
    wait_for("the runs' processes to end", lambda: not morning.runs())


def _since(at: datetime, one: dict[str, float]) -> dict[str, float]:
    moments = {name: one[name] - at.timestamp() for name in ("first", "last")}
    return {**one, **moments}


def _moments(morning: Morning, planned: str) -> list[tuple[float, float, float]]:
    """Of each Comune, its rest included."""
    found = morning.ask(
        "SELECT min(CASE s.type WHEN 'PENDING' THEN s.timestamp END), "  # noqa: S608
        "min(CASE s.type WHEN 'RUNNING' THEN s.timestamp END), max(s.timestamp) "
        "FROM flow_run r JOIN flow_run_state s ON s.flow_run_id = r.id "
        f"WHERE r.{planned} OR r.{RESTS} GROUP BY r.deployment_id"
    )
    return [tuple(_after(morning.at, text) for text in moments) for moments in found]  # type: ignore[misc]


def _after(at: datetime, text: str) -> float:
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - at).total_seconds()


def _accounts(morning: Morning) -> dict[str, int]:
    found: dict[str, int] = {}
    for slug in morning.here.fleet.slugs:
        with closing(sqlite3.connect(morning.here.states / slug / "bollettino.db")) as database:
            for (status,) in database.execute("SELECT status FROM bulletin"):
                found[status] = found.get(status, 0) + 1
    return found


def say(told: Told) -> None:
    numbers, messages = told.numbers, sum(one["taken"] for one in told.numbers)
    firsts, last = [one["first"] for one in numbers], max(one["last"] for one in numbers)
    biggest = max(told.people, BIGGEST)
    lost = (told.comuni - 1) * told.people + biggest - sum(one["phones"] for one in numbers)
    twice = messages - sum(one["phones"] for one in numbers)
    used, most = sum(told.cpu.values()), max(one["most"] for one in numbers)
    print(
        f"{told.comuni} Comuni of {told.people:,}, the first of {biggest:,}, {told.workers} workers, "
        f"load {os.getloadavg()[0]:.1f}: {messages:,.0f} messages, the last after {last:.0f} s: "
        f"{messages / last:.0f} a second; twice {twice:.0f}, lost {lost:.0f}; "
        f"runs {told.ends}, gave way {told.rests}, bulletins {told.accounts}"
    )
    print(
        f"  a Comune's first message after {max(firsts):.0f} s (95 of 100: {_high(firsts):.0f}; asked: "
        f"{FIRST:.0f}); most of a number in any second {most:.0f} (limit {PER_SECOND})"
    )
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in told.cpu.items())
    print(f"  CPU {used:.0f} s: {parts}; {used / told.comuni:.2f} s a Comune")
    held = told.peak
    print(
        f"  memory: server {held.server:.0f} MB, workers {held.workers:.0f}, "
        f"{held.count} runs side by side {held.runs:.0f}"
    )
    print(f"  where a Comune's time goes, on average: {_shares(told)}", flush=True)


def _shares(told: Told) -> str:
    runs = sorted(told.runs)
    sends = sorted((one["first"], one["last"]) for one in told.numbers)
    spent = {
        "waits for a worker": mean(max(0.0, taken) for taken, _, _ in runs),
        "starts": mean(begun - max(0.0, taken) for taken, begun, _ in runs),
        "is checked": mean(first for first, _ in sends) - mean(begun for _, begun, _ in runs),
        "is sent": mean(last - first for first, last in sends),
        "is told of": mean(ended for _, _, ended in runs) - mean(last for _, last in sends),
    }
    whole = sum(spent.values())
    return ", ".join(f"{name} {seconds:.1f} s ({seconds / whole:.0%})" for name, seconds in spent.items())


def _high(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def main(comuni: int = COMUNI, people: int = PEOPLE, *workers: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped
    for count in workers or WORKERS:
        say(send(comuni, people, count))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
