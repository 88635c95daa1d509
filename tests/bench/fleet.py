"""What a fleet costs at rest: `make bench` or `python -m tests.bench.fleet [COMUNI ...]`.

300 Comuni take some minutes.

Rounds of `flows/poll.py` with nothing new, as runs of a Prefect server that holds every Comune's deployments,
an SQLite file each, alerts and feeds from loopback. CPU seconds of the process and of the server (the machine
may be busy: they hold all the same), the median of some rounds; what Comuni have in common is told apart
from what each costs by rounds of two sizes. The start of a run's process (0.2 s, and 0.15 s of the server) is
not in them.
"""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from uuid import uuid4

import psutil
import pytest

from db.engine import make_engine
from db.schema import upgrade
from deployments.sandbox.archive import write_archive
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import rows_from_levels, zone_names
from flows.deploy import deploy
from tests.world.door_server import DoorServer, door_server
from tests.world.fleet import Land, land
from tests.world.towns import PATH, Issuer

ROOT = Path(__file__).resolve().parents[2]
SIZES = (30, 300)
ROUNDS = 3
HOURLY = {"sorveglia": 12, "allerte": 60, "notizie": 2}  # rounds of an hour
DEMO_FEED = "http://127.0.0.1:8600/sito/feed/?post_type=notizia"
DEMO_ALERTS = "http://127.0.0.1:8600/dpc/files/all/latest_all.zip"
FEED = (
    "<rss version='2.0'><channel><title>t</title><item><title>La biblioteca apre</title>"
    "<description>La biblioteca comunale apre sabato mattina.</description></item></channel></rss>"
)

Figures = dict[str, float]


def settle(
    here: Land,
    issuer: Issuer,
    comuni: int,
    folder: Path,
    *changes: tuple[str, str],
    zones: Sequence[str] = (),
) -> None:
    """So many Comuni over these zones of one archive, or all, each with a feed of its own; with `changes` of
    their profiles.
    """
    template, zones = folder / "template.db", zones or list(zone_names())
    engine = make_engine(f"sqlite:///{template}")
    upgrade(engine)
    engine.dispose()
    levels = write_archive(rows_from_levels({}), rows_from_levels({}), datetime.now(ROME))
    issuer.shows(levels, '"quiet"')
    for number in range(comuni):
        slug = f"comune-{number:03}"
        here.add(
            slug,
            (DEMO_ALERTS, issuer.url + PATH),
            (DEMO_FEED, f"{issuer.url}/{slug}"),
            ('alert_zones = ["Lomb-09"]', f'alert_zones = ["{zones[number % len(zones)]}"]'),
            ('public = "http://127.0.0.1:8080"', f'public = "https://comuni.example.it/{slug}"'),
            *changes,
        )
        issuer.shows(FEED.encode(), '"feed"', path=f"/{slug}")
    here.settle(here.fleet.slugs, template)


def number_of(comune: int) -> str:
    """Meta's id of its telephone number, as they are given by `Land.add`."""
    return f"1000000000{comune + 1:05}"


def copied(prefect: Path, first: str, *others: str) -> None:
    """What is registered for the first, for the others too: by its server it takes a quarter of an hour."""
    with closing(sqlite3.connect(prefect, timeout=60)) as database, database:
        for slug in others:
            ids: dict[str, str] = {}
            for table, own in (("deployment", f"name LIKE '%-{first}'"), ("deployment_schedule", "1")):
                asked = database.execute(f"SELECT * FROM {table} WHERE {own}")  # noqa: S608
                names = [column[0] for column in asked.description]
                for row in asked.fetchall():
                    new = dict(zip(names, row, strict=True))
                    if table == "deployment":
                        ids[new["id"]] = str(uuid4())
                    elif new["deployment_id"] not in ids:
                        continue
                    new = {name: _of(value, first, slug) for name, value in new.items()}
                    new["id"] = ids.get(new["id"]) or str(uuid4())
                    if "deployment_id" in new:
                        new["deployment_id"] = ids[new["deployment_id"]]
                    places = ", ".join("?" * len(new))
                    database.execute(f"INSERT INTO {table} VALUES ({places})", list(new.values()))  # noqa: S608


def _of(value: object, first: str, slug: str) -> object:
    return value.replace(first, slug) if isinstance(value, str) else value


def once(name: str) -> str:
    """A round; how it ended."""
    from flows import poll

    if name == "sorveglia":
        ended = poll.watch_all(return_state=True)
    else:
        ended = poll.collect_all(name, return_state=True)
    return "" if ended.is_completed() else str(ended.message)


def child() -> None:
    """The rounds that are asked for, a line each."""
    for line in sys.stdin:
        worked, started = time.process_time(), time.perf_counter()
        why = once(line.strip())
        told = {
            "cpu": time.process_time() - worked,
            "wall": time.perf_counter() - started,
            "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "why": why,
        }
        sys.__stdout__.write(f"{json.dumps(told)}\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


def cpu_of(server: DoorServer) -> float:
    process = psutil.Process(server.process.pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


@contextmanager
def poller(server: DoorServer) -> Iterator["subprocess.Popen[str]"]:
    environment = {
        **os.environ,
        "PREFECT_API_URL": f"{server.address}/api",
        "PREFECT_API_AUTH_STRING": server.keys.internal,
        "PREFECT_LOGGING_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.bench.fleet", "--child"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def measured(comuni: int, *, rounds: int = ROUNDS) -> dict[str, Figures]:
    """The median of the rounds of each kind, the first not counted."""
    found: dict[str, Figures] = {}
    folder = Path(tempfile.mkdtemp(prefix="bollettino-fleet-"))
    issuer = Issuer()
    try:
        with pytest.MonkeyPatch.context() as patch, door_server(folder) as server, server.entered():
            here = land(folder, patch)
            here.say(f'[prefect]\naddress = "{server.address}"\n')
            settle(here, issuer, comuni, folder)
            first, *others = here.fleet.roll().comuni
            deploy(first)
            copied(
                folder / "state" / "prefect" / "prefect.db", *(one.profile.slug for one in (first, *others))
            )
            with poller(server) as process:
                for name in ("allerte", "notizie", "sorveglia"):
                    found[name] = _of_rounds(server, process, name, rounds)
            found["server"] = {"mb": psutil.Process(server.process.pid).memory_info().rss / 2**20}
    finally:
        issuer.close()
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _of_rounds(server: DoorServer, process: "subprocess.Popen[str]", name: str, rounds: int) -> Figures:
    told: list[Figures] = []
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(1 + rounds):
        before = cpu_of(server)
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        figures = json.loads(process.stdout.readline())
        if why := figures.pop("why"):
            sys.exit(f"bench: not every Comune was served; nothing is told: {why}")
        told.append({**figures, "server": cpu_of(server) - before})
    return {key: median(one[key] for one in told[1:]) for key in told[0]}


def main(sizes: tuple[int, ...]) -> None:
    for comuni in sizes:
        found = measured(comuni)
        server = found.pop("server")
        print(f"{comuni} Comuni at rest, load of the machine {os.getloadavg()[0]:.1f}:")
        for name, one in found.items():
            print(
                f"  {name:<10} CPU {one['cpu']:6.2f} s and {one['server']:6.2f} s of the server; "
                f"a Comune {1000 * one['cpu'] / comuni:5.1f} ms and {1000 * one['server'] / comuni:5.1f} ms; "
                f"wall {one['wall']:5.1f} s; peak {one['mb']:4.0f} MB"
            )
        for key, whose in (("cpu", "the runs"), ("server", "the server")):
            cores = sum(found[name][key] * times for name, times in HOURLY.items()) / 3600
            print(f"  {whose:<10} {cores:.3f} core")
        print(f"  the server's process has {server['mb']:.0f} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--child"]:
        child()
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
