"""A fleet on this machine as a provider runs it: `python -m tests.bench.topology [COMUNI]`, until Ctrl-C.

Two Prefect servers, two processes for what is done by the clock, two workers, two web apps and two gates
behind nginx, on PostgreSQL and Redis; each Comune is invented, with a sandbox of its own.
"""

import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from flows.cli import tour
from tests.world import topology
from tests.world.resident import Resident
from tests.world.topology import Topology

NAMES = ("alfa", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda")


def slugs(count: int) -> list[str]:
    """So many, each once."""
    return [NAMES[number] if number < len(NAMES) else f"comune-{number + 1}" for number in range(count)]


def say(text: str) -> None:
    print(text, flush=True)


def asked(resident: Resident, *words: str) -> None:
    """A verb, for `first_steps`, which reads what it has written."""
    resident.verb(*words)


def show(running: Topology) -> None:
    """What to open, and what runs."""
    for slug in running.slugs:
        resident = Resident(running, slug)
        say(f"\n{slug}: {resident.settings.profile.names.comune}")
        with resident.at_server():
            tour.first_steps(resident.settings, say, partial(asked, resident))
    ports = running.ports
    say(f"\nprocesses: {', '.join(running.parts)}; their words are in {running.logs}")
    say(f"gate  http://127.0.0.1:{ports['gate']}/salute   web  http://127.0.0.1:{ports['web']}/salute")


def main(count: int = 2) -> int:
    if lacking := topology.missing():
        say(f"missing on this machine: {', '.join(lacking)} ({topology.REMEDY})")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="bollettino-fleet-") as folder:
        try:
            say(f"starting {count} Comuni; it takes a minute")
            with topology.topology(Path(folder), slugs(count)) as running:
                show(running)
                say("\nCtrl-C stops everything, and nothing of it stays")
                signal.pause()
        except KeyboardInterrupt:
            say("\nstopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
