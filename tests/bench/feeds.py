"""How fast feeds are collected, as ratios measured in one run: `make bench` or `python -m tests.bench.feeds`.

300 feeds of 20 items on loopback, cold and then answered 304 throughout, against lemon24/reader in `.peers/`;
then the growth to 7,896 feeds, one for each Comune in Italy: 300 are asked again and again, since the best of
some short passes has a luck that a long one never has. The items are older than any that is news, so that no
page is visited: reader visits none either. Each run is a process of its own with a database of its own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.feed_server import ITEMS

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".peers" / "bin" / "python"
FEW, ALL = 300, 7896
WORKERS = (1, 4, 10)  # of reader; its best counts
ROUNDS = 5
NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)  # seven weeks after the feeds' items

Figures = dict[str, float]


def ours(port: int, feeds: int, passes: int) -> Figures:
    """One cold reading, and the mean of so many of 304s, in this process."""
    from db.engine import make_engine
    from db.schema import upgrade
    from flows.profiles.comune import Profile
    from flows.settings import DEMO, Settings
    from flows.sources.visit import collect_sources

    told = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    told["sources"]["feeds"] = [f"http://127.0.0.1:{port}/feed/{number}.xml" for number in range(feeds)]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Profile.model_validate(told), DEMO, Path(folder), f"sqlite:///{folder}/bench.db")
        upgrade(make_engine(settings.database))
        figures = dict.fromkeys(("cold", "cold cpu", "unchanged", "unchanged cpu", "failed", "stored"), 0.0)
        for number in range(1 + passes):
            name, share = ("unchanged", 1 / passes) if number else ("cold", 1)
            started, worked = time.perf_counter(), time.process_time()
            readings = collect_sources(settings, "news", now=NOW + number * timedelta(minutes=30))
            figures[name] += (time.perf_counter() - started) * share
            figures[f"{name} cpu"] += (time.process_time() - worked) * share
            figures["failed"] += sum(one.failure is not None for one in readings)
            figures["stored"] += sum(one.new for one in readings)
            if number and not all(one.not_modified for one in readings):
                sys.exit("bench: a later pass was not answered 304 throughout; nothing is compared")
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


@contextmanager
def server() -> Iterator[int]:
    """The server's port."""
    command = [sys.executable, "-m", "tests.bench.feed_server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def figures_of(command: list[str], feeds: int) -> Figures:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    if figures["failed"] or figures["stored"] != feeds * ITEMS:
        sys.exit(f"bench: not every feed was stored whole; nothing is compared: {figures}")
    return figures


def shortest(found: list[Figures]) -> Figures:
    """The shortest time of each kind: whatever else runs on the machine only ever adds."""
    return {name: min(one[name] for one in found) for name in found[0]}


def main() -> None:
    if not PEER.exists():
        sys.exit("bench: .peers/ is missing; run `make bench`")
    theirs: dict[int, list[Figures]] = {workers: [] for workers in WORKERS}
    mine: list[Figures] = []
    with server() as port:

        def bollettino(feeds: int, passes: int = 1) -> Figures:
            command = [sys.executable, "-m", "tests.bench.feeds", str(port), str(feeds), str(passes)]
            return figures_of(command, feeds)

        bollettino(FEW)  # the server makes its answers once
        for _ in range(ROUNDS):  # by turns: the machine may be busier at one time than at another
            mine.append(bollettino(FEW))
            for workers, found in theirs.items():
                command = [str(PEER), "tests/bench/peer_reader.py", str(port), str(FEW), str(workers)]
                found.append(figures_of(command, FEW))
        few = shortest(mine)
        print(f"{FEW} feeds of {ITEMS} items, feeds a second:")
        for name, title in (("cold", "cold"), ("unchanged", "304 throughout")):
            other, workers = min((shortest(found)[name], workers) for workers, found in theirs.items())
            print(
                f"  {title:<16}ours {FEW / few[name]:8,.0f}   reader {FEW / other:8,.0f} (workers={workers})"
                f"   ratio {other / few[name]:5.1f}   goal 2.0"
            )
        pairs = [(bollettino(FEW, ALL // FEW), bollettino(ALL)) for _ in range(2)]
        few, grown = (shortest(list(side)) for side in zip(*pairs, strict=True))
        print(f"growth from {FEW} to {ALL:,} feeds, time a feed (1.0 is linear; as many 304s of each):")
        for name, title in (("cold", "cold"), ("unchanged", "304 throughout")):
            ratio, cpu = (grown[one] / ALL / (few[one] / FEW) for one in (name, f"{name} cpu"))
            goal = "   goal 1.20" if name == "unchanged" else ""
            print(f"  {title:<16}ratio {ratio:5.2f}, of CPU time {cpu:5.2f}   ({grown[name]:,.1f} s){goal}")
        print(
            f"  peak memory     {grown['peak_mb']:,.0f} MB ({few['peak_mb']:,.0f} MB with {FEW})   goal 250"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(ours(*map(int, sys.argv[1:]))))
    else:
        main()
