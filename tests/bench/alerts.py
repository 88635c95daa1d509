"""What Comuni that read one bulletin together save: `make bench` or `python -m tests.bench.alerts`.

300 Comuni over the zones of one archive, each with an SQLite file of its own, alone and together: the archive
opened for each or once; a whole round, fetched from loopback and stored in each; a round without news. The
levels change where a round is to have some. The shortest of some rounds counts; each way is a process.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import rows_from_levels, zone_names
from tests.world.towns import PATH, Issuer

ROOT = Path(__file__).resolve().parents[2]
COMUNI, ROUNDS = 300, 3
SENT = datetime(2026, 11, 24, 15, 10, tzinfo=ROME)
LEVELS = ("gialla", "arancione", "rossa", "verde")  # a round each
WAYS = {"opening": "opening it", "news": "a round with news", "rest": "a round of 304s"}

Figures = dict[str, float]


def content(number: int) -> bytes:
    """The bulletin of that round: one hazard of every zone has another level."""
    levels = {zone: {"temporali": LEVELS[number]} for zone in zone_names()}
    return write_archive(rows_from_levels(levels), rows_from_levels({}), SENT)


def opening(comuni: int, *, together: bool) -> Callable[[int], int]:
    """Opens an archive for every Comune's zone; how many Comuni have their six alerts."""
    from flows.sources.polling import Polling
    from scrapers.alerts.dpc import open_archive

    zones = list(zone_names())
    archives = [content(number) for number in range(len(LEVELS))]

    def once(number: int) -> int:
        shared, served = Polling(), 0
        for comune in range(comuni):
            polling = shared if together else Polling()
            archive = polling.opened(open_archive, archives[number], "archive")
            served += len(archive.bulletin(zones[comune % len(zones)]).alerts) == 6
        return served

    return once


def polled(folder: Path, address: str, comuni: int, *, together: bool) -> Callable[[int], int]:
    """A round of all Comuni; how many have read what is new, or that nothing is."""
    from db.engine import make_engine
    from db.schema import upgrade
    from flows.sources.polling import Polling
    from tests.world.towns import poll, town

    template, zones = folder / "template.db", list(zone_names())
    engine = make_engine(f"sqlite:///{template}")
    upgrade(engine)
    engine.dispose()
    towns = [
        town(folder, template, f"Comune {n}", [zones[n % len(zones)]], alerts_dpc=address)
        for n in range(comuni)
    ]

    def once(number: int) -> int:
        now = SENT.astimezone(UTC) + timedelta(minutes=10 * (number + 1))
        readings = poll(towns, now, Polling() if together else None)
        return sum(one.failure is None and (one.new > 0 or one.not_modified) for (one,) in readings)

    return once


def ours(what: str, how: str, address: str) -> Figures:
    """The shortest round of each measure in this process, the first not counted. It waits before each."""
    together = how == "together"
    with tempfile.TemporaryDirectory() as folder:
        if what == "opening":
            once = opening(COMUNI, together=together)
        else:
            once = polled(Path(folder), address, COMUNI, together=together)
        rounds: list[Figures] = []
        served = 0
        for number in range(1 + ROUNDS):
            print("ready", flush=True)
            sys.stdin.readline()
            started, worked = time.perf_counter(), time.process_time()
            served += once(number)
            rounds.append({"wall": time.perf_counter() - started, "cpu": time.process_time() - worked})
    shortest = {name: min(one[name] for one in rounds[1:]) for name in ("wall", "cpu")}
    return {**shortest, "served": served, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measured(what: str, how: str, issuer: Issuer) -> Figures:
    """One way in a process of its own; with `asked`, the requests of a round."""
    command = [sys.executable, "-m", "tests.bench.alerts", what, how, issuer.url + PATH]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(1 + ROUNDS):
            process.stdout.readline()
            issuer.asked.clear()
            shown = 0 if what == "rest" else number
            issuer.shows(content(shown), f'"{shown}"')
            process.stdin.write("go\n")
            process.stdin.flush()
        figures: Figures = json.loads(process.stdout.readline())
    if figures["served"] != COMUNI * (1 + ROUNDS):
        sys.exit(f"bench: not every Comune was served; nothing is compared: {figures}")
    return {**figures, "asked": len(issuer.asked)}


def main() -> None:
    print(f"one archive of {len(zone_names())} zones for {COMUNI} Comuni, each alone against together:")
    issuer = Issuer()
    try:
        for what, title in WAYS.items():
            alone, shared = (measured(what, how, issuer) for how in ("alone", "together"))
            print(
                f"  {title:<18} CPU {alone['cpu']:5.2f} s, {shared['cpu']:5.2f} s   "
                f"ratio {alone['cpu'] / shared['cpu']:5.1f}   wall {alone['wall']:5.2f} s, "
                f"{shared['wall']:5.2f} s   requests {alone['asked']:3,.0f}, {shared['asked']:1,.0f}   "
                f"memory {alone['mb']:3,.0f} MB, {shared['mb']:3,.0f} MB"
            )
    finally:
        issuer.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(ours(*sys.argv[1:])))
    else:
        main()
