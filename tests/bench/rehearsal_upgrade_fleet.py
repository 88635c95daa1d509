"""A fleet is upgraded under load: `python -m tests.bench.rehearsal_upgrade_fleet [COMUNI [PEOPLE]]`, as root.

Two hosts behind nginx, each with its own checkout at one path. Each Comune has a draft and people, of whom
some write STOP and others ATTIVA all the while. First host 1 goes to the next version, then host 2, while
editors approve, messages leave and a citizen looks at a page five times a second; then host 2 goes back, and
works on with the databases of the newer version. The last draft has waited through all of it. One Comune
cannot be migrated, another has no profile that could be read. The last line is the verdict, so is the code.
"""

import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg

from db import schema
from db.engine import opened
from db.models import BulletinStatus
from flows.machine import upgrade, upgrade_state, way_back
from flows.machine.checkout import Checkout
from tests.bench.rehearsal_fleet import (
    CHANGES,
    DIED,
    PATIENCE,
    WATCH_EVERY,
    Storm,
    Town,
    are_apart,
    is_quiet,
    is_right,
    watch_all,
)
from tests.bench.topology import say, slugs
from tests.world import hosts, topology
from tests.world.hosts import NUMBERS, HostOfTwo, TwoHosts
from tests.world.released import NEXT, NOW, Project
from tests.world.trouble import status

EVERY = 0.2  # seconds between two looks at a page
SLOWEST = 10.0  # seconds that such a look may take
LONGEST_GAP = 5.0  # seconds between two pages that came: the machine is busy, and starts ten processes
FEWEST = 6  # people who stay in each Comune
FAILS, UNREAD = "malato", "guasto"
COLUMN = f'''"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{NOW}"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    op.add_column("delivery", sa.Column("later", sa.Integer(), nullable=True))
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
'''


@dataclass
class Citizen:
    """Looks at a page through the proxy all the while."""

    address: str
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    longest: float = 0.0  # seconds from one page that came to the next

    @contextmanager
    def looking(self) -> Iterator[None]:
        is_over = threading.Event()

        def look() -> None:
            last = time.monotonic()
            with httpx.Client(trust_env=False, timeout=SLOWEST) as client:
                while not is_over.wait(EVERY):
                    self.asked += 1
                    try:
                        said = str(client.get(self.address).status_code)
                    except httpx.HTTPError as exc:
                        said = type(exc).__name__
                    if said == "200":
                        self.longest, last = max(self.longest, time.monotonic() - last), time.monotonic()
                    else:
                        self.failed.append(said)

        looks = threading.Thread(target=look)
        looks.start()
        try:
            yield
        finally:
            is_over.set()
            looks.join()


@dataclass
class Load:
    """What people and editors do meanwhile."""

    towns: list[Town]
    chance: random.Random
    answered: set[str] = field(default_factory=set)
    watched: float = 0.0

    def go_on(self, until: Callable[[], bool], due: int) -> None:
        """So many of the drafts are approved by the end of it."""
        while not until():
            with suppress(*DIED):
                self.chance.choice(self.towns).come()
                if list((town := self.chance.choice(self.towns)).said.values()).count("ATTIVA") > FEWEST:
                    town.leave(self.chance)
            for town in self.towns[:due]:
                with suppress(*DIED):
                    if town.answer_if_waiting():
                        self.answered.add(town.slug)
                        say(f"    {time.strftime('%H:%M:%S')} {town.slug}: approved")
            if time.monotonic() - self.watched > WATCH_EVERY:
                with suppress(*DIED):
                    watch_all(self.towns[0])
                    self.watched = time.monotonic()
            time.sleep(self.chance.uniform(0.5, 2.0))

    def left(self) -> list[str]:
        """Those whose bulletin is not sent."""
        with suppress(*DIED):
            return [town.slug for town in self.towns if status(town, town.number) != BulletinStatus.sent]
        return ["?"]


class NoPrefect:
    """Its own stays as it is."""

    prefect_database = None


class Going(threading.Thread):
    """An upgrade, or its way back, as an operator types it; `why` it stands still."""

    def __init__(self, running: TwoHosts, number: int, *, is_back: bool = False) -> None:
        super().__init__()
        self.home, self.is_back = HostOfTwo(running, number), is_back
        self.code = Checkout(self.home.project)
        self.lines: list[str] = []
        self.news: list[str] = []
        self.why = ""
        self.seconds = 0.0

    def say(self, line: str) -> None:
        self.lines.append(line)
        say(f"    {time.strftime('%H:%M:%S')} {self.home.number}: {line}")

    def run(self) -> None:
        began = time.monotonic()
        try:
            with upgrade_state.alone(self.home.state):
                self.news = self._back() if self.is_back else self._forward()
        except Exception as exc:  # noqa: BLE001  told by who waits for it
            self.why = f"{type(exc).__name__}: {exc}"
        self.seconds = time.monotonic() - began

    def _forward(self) -> list[str]:
        found = upgrade.look(self.home, "v2", self.code.version() or "", now=datetime.now(UTC))
        for line in found.lines:
            self.say(line)
        return upgrade.Upgrade(self.home, self.code, self.say, lambda: None).go(found)

    def _back(self) -> list[str]:
        return way_back.Return(self.home, NoPrefect(), self.code, self.say).go(
            way_back.look_at_host(self.home), None
        )


def rehearse(running: TwoHosts, people: int) -> bool:
    """Prints the verdict; whether it is good."""
    towns = [Town(running, slug, place) for place, slug in enumerate(running.slugs) if slug != FAILS]
    for town in towns:
        town.fill(people)
        say(f"  {town.slug}: {people} have written ATTIVA, bulletin {town.number} waits")
    with psycopg.connect(running.settings(FAILS).database, autocommit=True) as connection:
        connection.execute("CREATE TABLE later (id integer)")  # so its migration fails
    (running.fleet / f"{UNREAD}.toml").write_text("slug = ", encoding="utf-8")
    load, wrong = Load(towns, random.Random(1)), list[str]()
    citizen, whole = Citizen(f"{towns[0].web}/"), len(towns)
    with citizen.looking():
        load.go_on(lambda: bool(load.answered), 1)
        for number, due in zip(NUMBERS, (whole // 2, whole - 2), strict=True):
            wrong += travelled(running, load, Going(running, number), due)
        wrong += where(running, towns)
        running.typist = 1
        wrong += travelled(running, load, Going(running, 2, is_back=True), whole - 1)
        until = time.monotonic() + PATIENCE
        load.go_on(lambda: len(load.answered) == whole or time.monotonic() > until, whole)
        load.go_on(lambda: not load.left() or time.monotonic() > until, 0)
    wrong += [f"{slug}: not sent" for slug in load.left()]
    gaps = f"{len(citizen.failed)} without one; longest gap {citizen.longest:.1f} s"
    say(f"  {citizen.asked} looks at a page, {gaps}")
    if citizen.failed:
        wrong.append(f"a citizen was told: {sorted(set(citizen.failed))}")
    if citizen.longest > LONGEST_GAP:
        wrong.append("citizens waited for too long")
    for line in wrong:
        say(f"  wrong: {line}")
    calm = Storm(running, load.chance)  # nothing was killed: so nothing may be uncertain
    return all(
        [not wrong, *(is_right(town, calm) for town in towns), are_apart(running, towns), is_quiet(towns[0])]
    )


def travelled(running: TwoHosts, load: Load, going: Going, due: int) -> list[str]:
    """What is wrong with one way of one host; the others' verbs are typed at the other meanwhile."""
    running.typist = NUMBERS[1] if going.home.number == NUMBERS[0] else NUMBERS[0]
    what = f"host {going.home.number} {'back' if going.is_back else 'forward'}"
    say(f"  {what}:")
    going.start()
    load.go_on(lambda: not going.is_alive(), due)
    going.join()
    say(f"  {what}: {going.seconds:.0f} s; ill now and not before: {going.news or 'nobody'}")
    if going.why:
        return [f"{what}: {going.why}"]
    wrong = [f"{what}: {one} is ill" for one in going.news if one != FAILS]
    told = "\n".join(going.lines)
    if not going.is_back:
        wrong += [f"{what}: {slug} is not named" for slug in (FAILS, UNREAD) if slug not in told]
    return wrong


def where(running: TwoHosts, towns: list[Town]) -> list[str]:
    """What is not of the version where it should be."""
    wrong = []
    for slug, wanted in [*((town.slug, NEXT) for town in towns), (FAILS, NOW)]:
        with opened(running.settings(slug).database) as engine:
            if (at := schema.current(engine)) != wanted:
                wrong.append(f"{slug}: its database is at {at}, not {wanted}")
    for host in running.hosts.values():
        if (code := Checkout(host / "programma")).commit() != code.commit("v2"):
            wrong.append(f"{host.name} has another code")
    return wrong


def main(comuni: int = 6, people: int = 20) -> int:
    lacking = topology.missing()
    if lacking or not hosts.is_possible():
        say(f"missing on this machine: {', '.join(lacking) or 'root'} ({topology.REMEDY})")
        return 2
    upgrade.PAUSE = 5.0
    with tempfile.TemporaryDirectory(prefix="bollettino-fleet-") as name:
        folder = Path(name)
        project = Project(folder / "rilasci", later=COLUMN, version="0.2.0")
        say(f"{comuni} Comuni of {people} people:")
        made = TwoHosts(folder, [*slugs(comuni), FAILS], project, *CHANGES)
        with topology.started(made) as running:
            good = rehearse(running, people)
    say("GOOD: host by host, nothing twice, nothing lost, nobody waited" if good else "BAD: see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
