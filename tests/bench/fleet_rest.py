"""A whole fleet at rest: `python -m tests.bench.fleet_rest [--postgresql] [--minutes 30] [COMUNI ...]`.

Prefect server, worker, web app and gate as processes of one machine, an SQLite file for each Comune; with
--postgresql two of each, on Debian's PostgreSQL and Redis, behind nginx. Alerts and feeds from loopback have
nothing new, and the rounds come by their own schedules: in half an hour each as often as it does (every 1, 5
and 30 minutes). Seconds of the processor are the processes' own, so others may use the machine meanwhile;
memory is `Pss`, as the kernel shares it out. Flow runs are counted in the server's database; a day is
reckoned from them and from the slots of the profiles, of which none may fall into the measure. The watchdog
of each looks every five minutes, as the machine's own clock begins it: what it has others do is in the
measure like what it does. Of several sizes it tells what one more Comune costs between
each and the next: the same from 100 to 300 as from 30 to 100, where the cost grows no faster than the fleet.
"""

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import rows_from_levels
from flows.settings import DEMO, load_profile
from tests.bench import fleet_usage
from tests.bench.fleet import FEED, settle
from tests.world import topology
from tests.world.crowd import Crowd
from tests.world.fleet import land
from tests.world.installation import wait_for
from tests.world.one_machine import OneMachine, Rounds
from tests.world.process import Process
from tests.world.towns import Issuer

SIZES = (30, 300)
WATCHDOG = "watchdog"
WATCHED_FIRST, WATCHED_EVERY = 90.0, 300.0  # seconds: of its first round from the beginning, between two
MINUTES = 30.0
LOOK_EVERY = 15.0
GOALS = {"MB": 4096.0, "core": 0.2, "runs a day": 3000.0}
EACH = {"MB": 2.0, "s of CPU an hour": 2.0}  # of one more Comune
SLOT_RUNS = 4  # of one slot: componi twice, invia, and the form in between
FIRST = ("allerte", "notizie")  # the first alerts begin a round of `sorveglia`
COUNTS = (
    "SELECT flow.name, COUNT(*) FROM flow_run JOIN flow ON flow.id = flow_run.flow_id "
    "WHERE flow_run.start_time IS NOT NULL GROUP BY flow.name"
)


@dataclass
class Rest:
    """What was measured over `hours`; seconds of CPU and MB by kind of process."""

    comuni: int
    hours: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    memory: list[dict[str, float]] = field(default_factory=list)
    runs: Counter[str] = field(default_factory=Counter)
    slots: int = 0  # of a week, of all of them

    @property
    def megabytes(self) -> float:
        """On average, at rest."""
        return mean(sum(one.values()) for one in self.memory)

    @property
    def most(self) -> dict[str, float]:
        """By kind, when they had the most together."""
        return max(self.memory, key=lambda one: sum(one.values()))

    @property
    def hourly(self) -> float:
        """Seconds of CPU an hour."""
        return sum(self.cpu.values()) / self.hours

    @property
    def core(self) -> float:
        return self.hourly / 3600

    @property
    def daily(self) -> float:
        """Flow runs: the rounds that were counted, the two that come once a day, and what the slots bring."""
        return self.runs.total() * 24 / self.hours + 2 + self.slots * SLOT_RUNS / 7


@contextmanager
def one_machine(comuni: int, folder: Path) -> Iterator[OneMachine]:
    """So many Comuni with nothing new at their sources."""
    issuer = Issuer()
    try:
        with pytest.MonkeyPatch.context() as patch:
            here = land(folder, patch)
            settle(here, issuer, comuni, folder)
            machine = OneMachine(here, folder / "log")
            try:
                machine.start()
                yield machine
            finally:
                machine.stop()
    finally:
        issuer.close()


@contextmanager
def crowd(comuni: int, folder: Path) -> Iterator[Crowd]:
    """The same on PostgreSQL, with several of everything."""
    issuer, before = Issuer(), dict(os.environ)
    levels = rows_from_levels({})
    issuer.shows(write_archive(levels, levels, datetime.now(ROME)), '"quiet"')
    issuer.shows(FEED.encode(), '"feed"', path="/feed")
    machine = Crowd(folder, comuni, issuer)
    os.environ.update(machine.environment)
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()
        issuer.close()
        os.environ.clear()
        os.environ.update(before)


class Watchdog:
    """The machine's timer: begins its rounds, each after the last one."""

    def __init__(self, machine: OneMachine | Crowd, log: Path) -> None:
        command = (sys.executable, "-m", "flows", "fleet", "each", "watchdog")
        self.process = Process(WATCHDOG, command, machine.environment, log)
        self._next = time.monotonic() + WATCHED_FIRST
        self._before = _of_children()

    def look(self) -> None:
        if not self.process.lives and time.monotonic() >= self._next:
            self.process.start()
            self._next += WATCHED_EVERY

    def end(self) -> float:
        """Seconds of CPU of all its rounds."""
        wait_for("the watchdog to end", lambda: not self.process.lives, WATCHED_EVERY)
        return _of_children() - self._before


def measured(machine: OneMachine | Crowd, comuni: int, minutes: float, folder: Path) -> Rest:
    machine.settle(*FIRST)
    found, parts = Rest(comuni), machine.everything
    cpu, runs, began = fleet_usage.cpu(parts), counted(machine), time.monotonic()
    watchdog = Watchdog(machine, folder / "watchdog.log")
    while time.monotonic() - began < minutes * 60:
        time.sleep(LOOK_EVERY)
        watchdog.look()
        found.memory.append(fleet_usage.memory({**parts, WATCHDOG: watchdog.process}))
    ended = [name for name, part in parts.items() if not part.lives]
    assert not ended, f"what has ended costs nothing, and is told of as little: {', '.join(ended)}"
    after = fleet_usage.cpu(parts)
    found.hours = (time.monotonic() - began) / 3600
    found.cpu = {kind: after[kind] - cpu[kind] for kind in after} | {WATCHDOG: watchdog.end()}
    found.runs = counted(machine) - runs
    found.slots = comuni * len(load_profile(DEMO).slots)
    return found


def counted(machine: Rounds) -> Counter[str]:
    """Flow runs that have begun, by flow."""
    return Counter(dict(machine.asked(COUNTS)))


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tell(found: Rest) -> list[str]:
    """Prints it; which goals are missed."""
    print(
        f"{found.comuni} Comuni at rest for {found.hours * 60:.0f} minutes, "
        f"load of the machine {os.getloadavg()[0]:.1f}:"
    )
    most = found.most
    for kind, seconds in found.cpu.items():
        average = mean(one.get(kind, 0.0) for one in found.memory)
        print(
            f"  {kind:<9} {seconds / found.hours:5.0f} s of CPU an hour, {average:5.0f} MB "
            f"({most.get(kind, 0.0):.0f} when all have most)"
        )
    print(
        f"  together  {found.hourly:5.0f} s of CPU an hour, {found.hourly / 3600:.3f} core; "
        f"{found.megabytes:.0f} MB, at most {sum(most.values()):.0f}"
    )
    names = ", ".join(f"{count} {name}" for name, count in sorted(found.runs.items()))
    print(
        f"  runs      {names}: of a day {found.runs.total() * 24 / found.hours:.0f}, with the slots' "
        f"{found.slots * SLOT_RUNS / 7:.0f} {found.daily:.0f}"
    )
    print(f"  core      {found.core:.3f} (at most {GOALS['core']})", flush=True)
    told = {"MB": sum(most.values()), "core": found.core, "runs a day": found.daily}
    return [f"{name} of {found.comuni}" for name, goal in GOALS.items() if told[name] > goal]


def compared(small: Rest, large: Rest) -> list[str]:
    """Prints what one more Comune costs; which goals are missed."""
    more = large.comuni - small.comuni
    told = {
        "MB": (large.megabytes - small.megabytes) / more,
        "s of CPU an hour": (large.hourly - small.hourly) / more,
    }
    between = f"from {small.comuni} to {large.comuni}"
    print(f"one more Comune, {between}: {told['MB']:.2f} MB, {told['s of CPU an hour']:.2f} s of CPU an hour")
    return [f"{name} of one more {between}" for name, goal in EACH.items() if told[name] > goal]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("comuni", type=int, nargs="*", default=SIZES)
    given = parser.parse_args(words)
    if given.postgresql and (lacking := topology.missing()):
        print(f"missing on this machine: {', '.join(lacking)} ({topology.REMEDY})")
        return 2
    standing = crowd if given.postgresql else one_machine
    missed: list[str] = []
    all_found = []
    for comuni in given.comuni:
        folder = Path(tempfile.mkdtemp(prefix="bollettino-rest-"))
        try:
            with standing(comuni, folder) as machine:
                all_found.append(found := measured(machine, comuni, given.minutes, folder))
            missed += tell(found)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    for small, large in pairwise(all_found):
        missed += compared(small, large)
    print(f"BAD: {', '.join(missed)}" if missed else "GOOD: every goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
