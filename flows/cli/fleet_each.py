"""A job of the machine's clock for each Comune of a fleet: in processes, so that none costs another.

Each is a copy of this one, which has imported what the job needs: to begin a watchdog by itself takes two
seconds of a processor, of 300 Comuni more than the five minutes between two rounds. A copy serves one Comune
after another where the job allows it (`Job.turns`): most of a watchdog's tenth of a second was the copy's.
"""

import argparse
import gc
import os
import shlex
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe, connection, get_context
from multiprocessing.connection import Connection
from time import monotonic
from typing import TYPE_CHECKING

from flows.cli.arguments import for_programs
from flows.cli.health import JOBS
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.fleet.registry import Fleet
    from flows.machine.jobs import Job
    from flows.settings import Settings

Main = Callable[[Sequence[str]], int]
AT_ONCE = 4
LATE = 124  # as timeout(1) ends
KILLED_AFTER = 10.0  # seconds from the first word to the last


class _Copy:
    """A process that does the job for one Comune after another."""

    def __init__(self, main: Main, others: Iterable["_Copy"]) -> None:
        self.slug, self._turns, self._until, self._is_over = "", 0, 0.0, False
        self.line, theirs = Pipe()
        ours = [self.line, *(other.line for other in others)]  # which it would hold open, too
        self._process = get_context("fork").Process(target=_serve, args=(main, theirs, ours))
        self._process.start()
        theirs.close()

    def begin(self, slug: str, words: Sequence[str], patience: float) -> None:
        self.slug, self._turns, self._until = slug, self._turns + 1, monotonic() + patience
        with suppress(BrokenPipeError):  # it has died at rest: `code` tells how
            self.line.send(words)

    @property
    def left(self) -> float:
        """Seconds that it may still take."""
        return max(0.0, self._until - monotonic())

    def code(self) -> int | None:
        """What came of it; None while it is at work."""
        if self.line.poll():
            try:
                return int(self.line.recv())
            except EOFError:
                self._is_over = True
                self._process.join()
                return self._process.exitcode
        if not self.left:
            self._is_over = True
            self._process.terminate()
            self._process.join(KILLED_AFTER)
            if self._process.exitcode is None:
                self._process.kill()
            return LATE
        return None

    def is_good_for(self, turns: int) -> bool:
        """Whether another Comune may follow."""
        return self._turns < turns and not self._is_over

    def end(self) -> None:
        """At rest."""
        self.line.close()
        self._process.join()


@dataclass
class _Rounds:
    """What is to be done for whom, and what came of it: slug -> code."""

    main: Main
    patience: float  # seconds
    turns: int
    waiting: deque[tuple[str, Sequence[str]]] = field(default_factory=deque)
    resting: list[_Copy] = field(default_factory=list)
    busy: list[_Copy] = field(default_factory=list)

    def go(self, ended: Callable[[str, int], None]) -> None:
        while self.waiting or self.busy:
            while self.waiting and len(self.busy) < AT_ONCE:
                copy = self.resting.pop() if self.resting else _Copy(self.main, self.busy)
                copy.begin(*self.waiting.popleft(), self.patience)
                self.busy.append(copy)
            connection.wait([copy.line for copy in self.busy], min(copy.left for copy in self.busy))
            for copy in list(self.busy):
                if (code := copy.code()) is not None:
                    self.busy.remove(copy)
                    if copy.is_good_for(self.turns):
                        self.resting.append(copy)
                    else:
                        copy.end()
                    ended(copy.slug, code)
        for copy in self.resting:
            copy.end()


def _serve(main: Main, orders: Connection, ours: Sequence[Connection]) -> None:
    for line in ours:
        line.close()
    # what it says is for the machine's log, in one piece; this verb may have a document to print
    os.dup2(2, 1)
    sys.stdout = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    with suppress(EOFError):
        while True:
            words = orders.recv()
            print(f"--- {shlex.join(words)}", flush=True)
            code = main(words)
            sys.stdout.flush()
            orders.send(code)


def each(arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    """Who has no use for the job is left out; whose job failed is told so by a watchdog of theirs."""
    from sqlalchemy.orm import configure_mappers

    from flows.machine import jobs
    from flows.watchdog import rounds, units  # noqa: F401  rounds: what every copy has then

    (job,) = (one for one in jobs.ALL if one.name == arguments.job)
    good = {0, *map(int, job.good_codes.split())}
    roll = of.roll()
    comuni = {settings.profile.slug: settings for settings in roll.comuni}
    todo = _Rounds(arguments.main, job.patience * 60, job.turns)
    todo.waiting.extend((slug, _words(job, one)) for slug, one in comuni.items() if _has(job, one))
    if arguments.dry_run:
        return _tell(todo.waiting, roll.ill, out)
    told: set[str] = set()
    failed = dict(roll.ill)

    def ended(slug: str, code: int) -> None:
        if slug in told:  # it was the watchdog's word on a failure
            return
        out.add("comuni", {"comune": slug, "code": code, "ill": None})
        if code in good:
            units.over(comuni[slug].state, job.name)
            return
        failed[slug] = (
            f"{job.name} did not end within {job.patience} minutes" if code == LATE else f"code {code}"
        )
        told.add(slug)
        todo.waiting.append((slug, ["watchdog", "--profile", slug, "--failed", job.name]))

    configure_mappers()  # each would do it anew, which is most of a watchdog's work
    gc.freeze()  # what is shared is not written to
    todo.go(ended)
    for slug, why in failed.items():
        if slug in roll.ill:
            out.add("comuni", {"comune": slug, "code": None, "ill": why})
        out.refuse(f"{slug}: {why}")
    return 2 if failed else 0


def _tell(waiting: Iterable[tuple[str, Sequence[str]]], ill: Mapping[str, str], out: Output) -> int:
    """What would be done, for whom."""
    for slug, words in waiting:
        out.add("comuni", {"comune": slug, "code": None, "ill": None, "would": shlex.join(words)})
        out.say(f"{slug}: would {shlex.join(words)}")
    for slug, why in ill.items():
        out.add("comuni", {"comune": slug, "code": None, "ill": why})
        out.refuse(f"{slug}: {why}")
    return 2 if ill else 0


def _has(job: "Job", settings: "Settings") -> bool:
    """A Comune's own secrets lie beside its profile, the identity of its drill among them."""
    from flows.machine import jobs

    return job.name in [one.name for one in jobs.of(settings.profile, settings.path.with_suffix(""))]


def _words(job: "Job", settings: "Settings") -> list[str]:
    words = job.command.replace("%d", str(settings.path.with_suffix(""))).split()
    return [*words, "--profile", settings.profile.slug]


def add_each(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", choices=JOBS, metavar="JOB", help=", ".join(JOBS))
    for_programs(
        parser,
        comuni="one object each: comune, code (of the job; 124: too late), ill (why it could not begin), "
        "would (with --dry-run: the verb that it would be given)",
    )
