"""From Resume to the first phone: `python -m tests.bench.resume [ROUNDS]`, alone on the machine.

A whole installation, as `make run` starts it; an editor approves what goes at once, over the door, as the
page does. The moments are those that Prefect stored of the two runs (the one that holds the form, the one
that sends) and that at which the first phone of the sandbox shows the message. What lies between Prefect's
states is Prefect's share: the worker asks for work, a process begins, the engine sets the run going. The
rest is ours, and may be one second.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from uuid import UUID

from prefect.client.schemas.objects import State

from tests.world.installation import Installation, filled, wait_for
from tests.world.trouble import APPROVE, soon, started_sends

ROUNDS = 5
GOAL = 1.0  # seconds of our own
STEPS = (  # whose, and what ends the step
    ("Prefect", "the answer is taken (POST to 200)"),
    ("Prefect", "the worker takes the run that resumes"),
    ("Prefect", "its process runs"),
    ("ours", "the answer is stored and the send ordered"),
    ("Prefect", "the worker takes the run that sends"),
    ("Prefect", "its process runs"),
    ("ours", "checked, and on the first phone"),
)


def once(installation: Installation, title: str) -> list[float]:
    """Seconds of each step."""
    number = installation.draft(title)
    code = installation.bulletin(number).code
    run_id, form = installation.form_of(number)
    values = filled(form, APPROVE)
    version = installation.version(number) + 1
    pressed = datetime.now(UTC)
    assert installation.post(run_id, values) == "ACCEPT"
    taken = datetime.now(UTC)
    soon("the first phone", lambda: any(installation.received(code).values()))
    shown = datetime.now(UTC)
    installation.ends_as(number, "sent")
    (sends,) = wait_for("the send's run", lambda: started_sends(installation, number, version))
    assert sends.created is not None
    moments = [
        pressed,
        taken,
        *moments_of(installation, run_id, after=pressed),
        sends.created,
        *moments_of(installation, str(sends.id), after=pressed),
        shown,
    ]
    return [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]


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
    print(f"From Resume to the first phone, seconds, median (shortest to longest) of {rounds}:")
    for (whose, what), times in zip(STEPS, zip(*found, strict=True), strict=True):
        print(f"  {whose:<8} {what:<45} {median(times):5.2f}  ({min(times):.2f} to {max(times):.2f})")
    own = [sum(t for (whose, _), t in zip(STEPS, one, strict=True) if whose == "ours") for one in found]
    whole = [sum(one) for one in found]
    print(f"  whole {median(whole):.2f}, Prefect's {median(whole) - median(own):.2f}, ours {median(own):.2f}")
    print(f"  goal: ours at most {GOAL:.1f}")
    return 0 if median(own) <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
