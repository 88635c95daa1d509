"""One Comune at rest: `python -m tests.bench.rest [MINUTES]`, half an hour unless told.

A whole installation as `make run` starts it: Prefect server, worker and web app, an SQLite file, the rounds
by their own schedules. Its sandbox and `run` itself are told apart, for a real Comune has its site, WhatsApp
and systemd in their place. So is the watchdog, which there the machine's clock starts every five minutes: a
round of it is measured apart; the goal, set against 270 seconds, was set without it. Seconds of the processor
are the processes' own, so others may use the machine meanwhile; memory is `Pss`, as the kernel shares it out.
The runs that began are told: with one of `componi` or `invia` among them a slot came, and it was no rest. The
last line is the verdict, the exit code too.
"""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import mean

import psutil

from flows.settings import ROOT
from tests.bench import fleet_usage
from tests.bench.fleet_rest import COUNTS, LOOK_EVERY, WATCHED_EVERY
from tests.world.installation import Installation

MINUTES = 30.0
SETTLING = 240.0  # seconds: the first rounds, and the server plans what comes
GOAL = 170.0  # seconds of CPU an hour of a real Comune's processes
KINDS = {"prefect": "flows prefect", "worker": "worker start", "web": "flows web"}
ONLY_HERE = {"sandbox": "deployments.sandbox"}
RUN = "run"

Figures = dict[str, float]


def roots(installation: Installation) -> dict[str, list[psutil.Process]]:
    """What `run` has started, by kind."""
    found = {}
    for kind, words in {**KINDS, **ONLY_HERE}.items():
        pid = installation.pid(words)
        assert pid is not None, f"no {kind} runs"
        found[kind] = [psutil.Process(pid)]
    return found


def itself(installation: Installation) -> psutil.Process:
    """`run`, which only starts the others."""
    assert installation.process is not None
    return psutil.Process(installation.process.pid)


def cpu(installation: Installation, parts: dict[str, list[psutil.Process]]) -> Figures:
    times = itself(installation).cpu_times()
    return {**fleet_usage.cpu_of(parts), RUN: times.user + times.system}


def memory(installation: Installation, parts: dict[str, list[psutil.Process]]) -> Figures:
    return {**fleet_usage.memory_of(parts), RUN: fleet_usage.share([itself(installation)])}


def counted(installation: Installation) -> Counter[str]:
    """Flow runs that have begun, by flow."""
    database = installation.state / "prefect" / "prefect.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        return Counter(dict(connection.execute(COUNTS).fetchall()))


def watchdog(installation: Installation) -> float:
    """Seconds of CPU of a round as the machine's timer starts it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "flows", "watchdog"]
    subprocess.run(command, cwd=ROOT, env=installation.environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(installation: Installation, minutes: float) -> bool:
    """Prints it; whether the goal is met."""
    parts = roots(installation)
    before, runs, began = cpu(installation, parts), counted(installation), time.monotonic()
    held: list[Figures] = []
    while time.monotonic() - began < minutes * 60:
        time.sleep(min(LOOK_EVERY, minutes * 60))
        held.append(memory(installation, parts))
    after = cpu(installation, parts)
    hours = (time.monotonic() - began) / 3600
    assert roots(installation) == parts, "one of them has ended, and was started again: nothing is told"
    hourly = {kind: (used - before[kind]) / hours for kind, used in after.items()}
    runs = counted(installation) - runs
    print(f"One Comune at rest for {hours * 60:.0f} minutes, load of the machine {os.getloadavg()[0]:.1f}:")
    for kind, seconds in hourly.items():
        most = max(one[kind] for one in held)
        print(
            f"  {kind:<10} {seconds:5.0f} s of CPU an hour, {mean(one[kind] for one in held):4.0f} MB "
            f"(at most {most:.0f}){'' if is_real(kind) else ', only here'}"
        )
    own = sum(seconds for kind, seconds in hourly.items() if is_real(kind))
    beside = watchdog(installation) * 3600 / WATCHED_EVERY
    real = [sum(used for kind, used in one.items() if is_real(kind)) for one in held]
    whole = [sum(one.values()) for one in held]
    print(f"  watchdog   {beside:5.0f} s of CPU an hour, in rounds of every five minutes")
    print(f"  runs       {', '.join(f'{count} {name}' for name, count in sorted(runs.items()))}")
    print(
        f"  in all     {own:5.0f} s of CPU an hour of a real Comune (at most {GOAL:.0f}), {own + beside:.0f} "
        f"with its watchdog, {sum(hourly.values()):.0f} with what is only here; "
        f"{mean(real):.0f} MB (at most {max(real):.0f}), with what is only here {mean(whole):.0f}"
    )
    return own <= GOAL


def is_real(kind: str) -> bool:
    """Whether a real Comune has it, too."""
    return kind not in (RUN, *ONLY_HERE)


def main(minutes: float = MINUTES) -> int:
    with tempfile.TemporaryDirectory(prefix="bollettino-rest-") as folder:
        installation = Installation(Path(folder))
        try:
            installation.start()
            time.sleep(SETTLING)
            good = measured(installation, minutes)
        finally:
            installation.stop()
    print("GOOD: the goal is met" if good else "BAD: more than the goal")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
