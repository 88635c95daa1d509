"""A job of the machine's clock for each Comune of a fleet: a process each, so that none costs another.

Each is a copy of this one, which has imported what the job needs: to begin a watchdog by itself takes two
seconds of a processor, of 300 Comuni more than the five minutes between two rounds. Of 60 these took 7.
"""

import argparse
import gc
import os
import shlex
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
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


@dataclass
class _Rounds:
    """What is to be done for whom, and what came of it: slug -> code."""

    main: Main
    patience: float  # seconds
    waiting: deque[tuple[str, Sequence[str]]] = field(default_factory=deque)
    busy: dict[ForkProcess, tuple[str, float]] = field(default_factory=dict)

    def go(self, ended: Callable[[str, int], None]) -> None:
        while self.waiting or self.busy:
            while self.waiting and len(self.busy) < AT_ONCE:
                slug, words = self.waiting.popleft()
                process = get_context("fork").Process(target=_do, args=(self.main, words), name=slug)
                process.start()
                self.busy[process] = slug, monotonic() + self.patience
            soonest = min(until for _, until in self.busy.values())
            connection.wait([one.sentinel for one in self.busy], max(0.0, soonest - monotonic()))
            for process, (slug, until) in list(self.busy.items()):
                code = process.exitcode
                if code is None and monotonic() >= until:
                    _end(process)
                    code = LATE
                if code is not None:
                    process.join()
                    del self.busy[process]
                    ended(slug, code)


def _do(main: Main, words: Sequence[str]) -> None:
    # what it says is for the machine's log, in one piece; this verb may have a document to print
    os.dup2(2, 1)
    sys.stdout = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    print(f"--- {shlex.join(words)}")
    sys.exit(main(words))


def _end(process: ForkProcess) -> None:
    process.terminate()
    process.join(KILLED_AFTER)
    if process.exitcode is None:
        process.kill()


def each(arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    """Who has no use for the job is left out; whose job failed is told so by a watchdog of theirs."""
    from sqlalchemy.orm import configure_mappers

    from flows.machine import jobs
    from flows.watchdog import rounds, units  # noqa: F401  rounds: what every copy has then

    (job,) = (one for one in jobs.ALL if one.name == arguments.job)
    good = {0, *map(int, job.good_codes.split())}
    roll = of.roll()
    comuni = {settings.profile.slug: settings for settings in roll.comuni}
    todo = _Rounds(arguments.main, job.patience * 60)
    todo.waiting.extend((slug, _words(job, one)) for slug, one in comuni.items() if _has(job, one))
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
        comuni="one object each: comune, code (of the job; 124: too late), ill (why it could not begin)",
    )
