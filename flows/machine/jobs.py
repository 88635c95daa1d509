"""What the machine's own clock starts beside the processes: each job a unit that ends, and its timer.

Timers of systemd, none of Prefect's: they must work when Prefect does not. None comes between two and three:
on the night of summer time that hour is not, and systemd leaves out what would come in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.machine.secret_files import IDENTITY, is_there
from flows.profiles.comune import Profile

ZONE = "Europe/Rome"


@dataclass(frozen=True)
class Job:
    """A verb and when it is started; `name` is that of its unit, and of the process that gets its secrets.

    `delay`: each Comune of a machine comes at another moment of it, and always at the same. `good_codes`:
    that are no failure of the job, besides 0. `patience`: minutes after which it is ended. `turns`: Comuni of
    a fleet that one process serves; of a job that is small, and leaves nothing behind in it.
    """

    name: str
    words: str
    command: str
    calendar: str
    delay: str
    patience: float
    good_codes: str = ""
    uses_archives: bool = True
    turns: int = 1

    @property
    def for_all(self) -> str:
        """The verb that does it for each Comune of a fleet."""
        return f"fleet each {self.name}"


WATCHDOG = Job(
    "watchdog", "watches over what the service promises", "watchdog", "*:0/5", "4min", 4,
    good_codes="1", uses_archives=False, turns=75,
)  # fmt: skip
BACKUP = Job("backup", "a backup each night", "backup", f"*-*-* 03:15:00 {ZONE}", "45min", 180)
DRILL = Job(
    "drill", "tries the newest archive each month", f"drill --identity %d/{IDENTITY}",
    f"*-*-03 05:00:00 {ZONE}", "90min", 180,
)  # fmt: skip
DOCTOR = Job(
    "doctor", "looks at everything each day", "doctor", f"*-*-* 06:30:00 {ZONE}", "30min", 15,
    good_codes="1 3",
)  # fmt: skip


def of(profile: Profile, secrets: Path) -> Iterator[Job]:
    """Those that this installation has. `secrets`: where its secrets lie.

    Without [backup] there is nothing to back up to, and `doctor` says so each day; without an identity on
    the machine the drill is a person's, with the key of the safe.
    """
    yield WATCHDOG
    if profile.backup is not None:
        yield BACKUP
        if is_there(secrets, IDENTITY):
            yield DRILL
    yield DOCTOR


ALL = (WATCHDOG, BACKUP, DRILL, DOCTOR)
