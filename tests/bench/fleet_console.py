"""What the console of a fleet costs: `make bench` or `python -m tests.bench.fleet_console [COMUNI [PEOPLE]]`.

Takes two minutes. An SQLite file each, with eight sends of this month to so many people. What a look at all
costs, the first and a later one; an answer from what is kept; and how many scrapes, none of which waits for
long, a process that was just started needs until it knows all.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.engine import opened, transaction
from db.models import BulletinStatus, DeliveryStatus, Receipt
from flows.doctor import heartbeat
from flows.fleet.console import metrics, page
from flows.fleet.console.line import Line
from flows.fleet.console.sweep import Console
from flows.fleet.front.console import OF_PROGRAM
from flows.fleet.registry import Roll
from flows.settings import load
from tests.bench.fleet import settle
from tests.world.builders import make_bulletin
from tests.world.fleet import Land, land
from tests.world.sends import make_delivery, make_send
from tests.world.towns import Issuer

COMUNI, PEOPLE, SENDS = 300, 500, 8
LONG = 600.0


def live(here: Land, people: int) -> None:
    """The same past for each: what is read depends on how much there is, not on what."""
    first, *others = here.fleet.slugs
    settings, now = load(first), datetime.now(UTC)
    with opened(settings.database) as engine, transaction(engine) as session:
        for place in range(SENDS):
            row = make_send(session, settings.vault(), [], now=now - timedelta(hours=1 + place))
            for _ in range(people):
                make_delivery(
                    session, settings.vault(), row, DeliveryStatus.accepted, receipt=Receipt.delivered, at=now
                )
        due = now + timedelta(hours=4)
        make_bulletin(session, status=BulletinStatus.in_review, deadline_at=due)
    for slug in others:
        shutil.copy(here.states / first / "bollettino.db", here.states / slug / "bollettino.db")
    for slug in here.fleet.slugs:
        heartbeat.beat(here.states / slug, now=now)


def timed(what: str, work: Callable[[], object]) -> None:
    worked, began = time.process_time(), time.perf_counter()
    told = work()
    print(
        f"  {what:<28} CPU {time.process_time() - worked:5.2f} s, wall {time.perf_counter() - began:5.2f} s"
        f"{f'; {told}' if isinstance(told, str) else ''}",
        flush=True,
    )


def measure(roll: Roll) -> None:
    clock = [datetime.now(UTC)]
    console = Console(lambda: clock[0])

    def look() -> list[Line]:
        lines = console.lines(roll, patience=LONG)
        if not all(line.is_read for line in lines):
            sys.exit("bench: not every Comune was read; nothing is told")
        return lines

    timed("a first look at all", look)
    clock[0] += timedelta(minutes=2)
    timed("a look two minutes later", look)
    lines = look()
    timed("/metrics, kept", lambda: f"{len(metrics.exposition(lines, now=clock[0], version='0'))} bytes")
    timed("/console, kept", lambda: f"{len(page.html(lines, now=clock[0], version='0'))} characters")
    fresh, known = Console(lambda: clock[0]), 0
    while known < len(lines):
        before = known

        def scrape() -> str:
            nonlocal known
            known = sum(line.is_read for line in fresh.lines(roll, patience=OF_PROGRAM))
            return f"{known} known"

        timed("a scrape of a new process", scrape)
        if known == before:
            sys.exit("bench: a scrape read nobody")


def main(comuni: int = COMUNI, people: int = PEOPLE) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bollettino-console-"))
    issuer = Issuer()
    try:
        with pytest.MonkeyPatch.context() as patch:
            here = land(folder, patch)
            settle(here, issuer, comuni, folder)
            live(here, people)
            load_ = os.getloadavg()[0]
            print(f"{comuni} Comuni, {SENDS} sends to {people} each, load of the machine {load_:.1f}:")
            measure(here.fleet.roll())
    finally:
        issuer.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
