"""One sender in a process of its own: `python -m tests.bench.send_worker DATABASE PORT BULLETIN PER_SECOND`.

It prints a line before its first message, and at its end one line of JSON with what it cost.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db.engine import make_engine
from flows.sending.drain import drain
from flows.sending.pace import Departure
from tests.bench import send_town
from tests.bench.send_sink import ROOT, fullest


def main(database: str, port: int, bulletin: int, per_second: float) -> None:
    send_town.enter()
    engine = make_engine(database)
    with tempfile.TemporaryDirectory() as folder:
        settings = send_town.settings_for(port, Path(folder), database, per_second)
        order = send_town.order(bulletin)
        left = stamped()
        print("go", flush=True)
        before, cpu = time.monotonic(), time.process_time()
        reason = asyncio.run(drain(settings, engine, order))
    told = {
        "reason": reason,
        "seconds": time.monotonic() - before,
        "cpu": time.process_time() - cpu,
        "most_left": fullest(left),
        "left": left,
        "megabytes": peak_megabytes(),
    }
    print(json.dumps(told), flush=True)


def peak_megabytes() -> float:
    """Of this process. Linux's `ru_maxrss` begins at what the parent held when it started us."""
    status = Path("/proc/self/status")
    if status.exists():
        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(told["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stamped() -> list[float]:
    """The moments at which messages leave from now on: a busy machine lets them arrive later than that."""
    left: list[float] = []
    leave = Departure.leave

    def stamp(departure: Departure) -> None:
        leave(departure)
        left.append(departure.left_at or 0.0)

    Departure.leave = stamp  # type: ignore[method-assign, assignment]
    return left


class Worker:
    """The process, seen from the test or bench that started it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def wait_for_go(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline() == "go\n"

    def end(self) -> dict[str, Any]:
        assert self.process.stdout
        told = self.process.stdout.readline()
        assert self.process.wait(60) == 0, "the sender failed"
        found: dict[str, Any] = json.loads(told)
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def worker(database: str, port: int, bulletin: int, per_second: float) -> Iterator[Worker]:
    """Started; killed at the end if it still runs."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.send_worker",
        database,
        str(port),
        str(bulletin),
        str(per_second),
    ]
    environment = {**os.environ, **{name: os.environ[name] for name in send_town.SECRETS}}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        found = Worker(process)
        try:
            yield found
        finally:
            if process.poll() is None:
                found.kill()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
