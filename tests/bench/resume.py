"""From Resume to the first phone: `python -m tests.bench.resume [ROUNDS]`, alone on the machine.

A whole installation, as `make run` starts it; an editor approves what goes at once, over the door, as the
page does. The moments are those that Prefect stored of the two runs (the one that holds the form, the one
that sends) and that at which the first phone of the sandbox shows the message. What lies between Prefect's
states is Prefect's share: the worker asks for work, a process begins, the engine sets the run going. The
rest is ours, and may be one second.

Beside them the processor's seconds of each run's own processes (`tests.bench.run_cpu`): of its start, which
is until the engine says that it runs and may be half a second, and of the whole run. What the worker and the
Prefect server use meanwhile is told in a line of its own, with what else they do. Both goals count in the
exit code.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from uuid import UUID

import psutil
from prefect.client.schemas.objects import State

from tests.bench.run_cpu import watching
from tests.world.installation import Installation, filled, wait_for
from tests.world.trouble import APPROVE, soon, started_sends

ROUNDS = 5
GOAL = 1.0  # seconds of our own
GOAL_CPU = 0.5  # seconds of the processor for the start of a run
RUNS = ("resumes (approva)", "sends (invia)")
SERVED = {"the Prefect server": "flows prefect", "the worker": "worker start"}
STEPS = (  # whose, and what ends the step
    ("Prefect", "the answer is taken (POST to 200)"),
    ("Prefect", "the worker takes the run that resumes"),
    ("Prefect", "its process runs"),
    ("ours", "the answer is stored and the send ordered"),
    ("Prefect", "the worker takes the run that sends"),
    ("Prefect", "its process runs"),
    ("ours", "checked, and on the first phone"),
)


@dataclass(frozen=True)
class Told:
    """Seconds of each step; of the processor for each run's start and the whole of it, and for who served."""

    steps: list[float]
    starts: list[float]
    wholes: list[float]
    served: list[float]


def once(installation: Installation, title: str) -> Told:
    number = installation.draft(title)
    code = installation.bulletin(number).code
    run_id, form = installation.form_of(number)
    values = filled(form, APPROVE)
    version = installation.version(number) + 1
    before = served(installation)
    worker = installation.pid(SERVED["the worker"])
    assert worker is not None
    with watching(worker) as watch:
        pressed = datetime.now(UTC)
        assert installation.post(run_id, values) == "ACCEPT"
        taken = datetime.now(UTC)
        soon("the first phone", lambda: any(installation.received(code).values()))
        shown = datetime.now(UTC)
        installation.ends_as(number, "sent")
        (sends,) = wait_for("the send's run", lambda: started_sends(installation, number, version))
        runs = [wait_for("a run's process", partial(watch.runs.get, one)) for one in (run_id, str(sends.id))]
        wait_for("both to end", lambda: not any(run.lives for run in runs))
    assert sends.created is not None
    resumed = [*moments_of(installation, run_id, after=pressed)]
    sent = [*moments_of(installation, str(sends.id), after=pressed)]
    moments = [pressed, taken, *resumed, sends.created, *sent, shown]
    return Told(
        [(later - earlier).total_seconds() for earlier, later in pairwise(moments)],
        [run.by(running) for run, (_, running) in zip(runs, (resumed, sent), strict=True)],
        [run.whole for run in runs],
        [after - earlier for after, earlier in zip(served(installation), before, strict=True)],
    )


def served(installation: Installation) -> list[float]:
    """Seconds of the processor by now, of the processes that stay."""
    return [seconds_of(installation, words) for words in SERVED.values()]


def seconds_of(installation: Installation, words: str) -> float:
    pid = installation.pid(words)
    assert pid is not None, words
    times = psutil.Process(pid).cpu_times()  # without what it has waited for: those are the launchers
    return float(times.user + times.system)


def moments_of(installation: Installation, run_id: str, *, after: datetime) -> Iterator[datetime]:
    """When it was Pending and when Running, for the first time since."""
    with installation.prefect() as client:
        states: list[State] = client.read_flow_run_states(UUID(run_id))
    since = sorted((state for state in states if state.timestamp >= after), key=lambda state: state.timestamp)
    yield next(state.timestamp for state in since if state.is_pending())
    yield next(state.timestamp for state in since if state.is_running())


def main(rounds: int = ROUNDS) -> int:
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder))
        try:
            installation.start()
            installation.settings.prepare_secrets(make=False)
            once(installation, "Giro di prova della banda")  # what is imported once for all runs
            time.sleep(2)
            found = [once(installation, f"Concerto numero {number}") for number in range(rounds)]
        finally:
            installation.stop()
    return tell(found)


def tell(found: list[Told]) -> int:
    """Prints it; the exit code."""
    print(f"From Resume to the first phone, seconds, median (shortest to longest) of {len(found)}:")
    for (whose, what), times in zip(STEPS, zip(*(one.steps for one in found), strict=True), strict=True):
        print(f"  {whose:<8} {what:<45} {spread(times)}")
    own = [sum(t for (whose, _), t in zip(STEPS, one.steps, strict=True) if whose == "ours") for one in found]
    whole = [sum(one.steps) for one in found]
    print(f"  whole {median(whole):.2f}, Prefect's {median(whole) - median(own):.2f}, ours {median(own):.2f}")
    print(f"  goal: ours at most {GOAL:.1f}")
    print("Of the processor, seconds:")
    starts = [[one.starts[place] for one in found] for place in range(len(RUNS))]
    for place, what in enumerate(RUNS):
        wholes = [one.wholes[place] for one in found]
        print(f"  the run that {what:<20} start {spread(starts[place])}, whole {spread(wholes)}")
    for place, name in enumerate(SERVED):
        print(f"  {name + ' meanwhile':<45} {spread([one.served[place] for one in found])}")
    print(f"  goal: the start of a run at most {GOAL_CPU:.1f}")
    return 0 if median(own) <= GOAL and max(map(median, starts)) <= GOAL_CPU else 1


def spread(times: Sequence[float]) -> str:
    return f"{median(times):5.2f}  ({min(times):.2f} to {max(times):.2f})"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
