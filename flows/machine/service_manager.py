"""How an installation is run, for whoever stops and starts it: by units of systemd, or by `run`.

Its verbs are typed as a person would, each a process of its own: so a new version's are those of its code.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from db import disk
from flows.fleet.registry import Fleet
from flows.machine import checkout, fleet, plan, port_health
from flows.machine.secret_files import PROCESSES, SEALED
from flows.machine.upgrade_state import UpgradeError
from flows.machine.upgrade_targets import Kind, ManyComuni, OneComune
from flows.machine.verb_process import Say, VerbResult, typed
from flows.profiles.fleet import OWN
from flows.settings import ROOT, Settings

BOOTED = Path("/run/systemd/system")  # sd_booted(3)
LOCKS = ("run.lock", "worker.lock")  # of `run` and of each worker, in the state folder
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 900.0  # seconds for a person to stop `run`
EVERY = 0.5


class ManagedHost(Protocol):
    """One installation, or a fleet's host. `state`: its state folder; `sees_all`: whether its processes are
    ours to start.

    `tries`: how often the doctor is asked after a start, until what has just begun is well.
    """

    state: Path
    project: Path
    profile: Path
    sees_all: bool
    tries: int
    kind: Kind

    def type(self, *words: str) -> VerbResult:
        """A verb, as the account that runs the installation, with its secrets."""

    def is_running(self) -> bool: ...

    def silent(self) -> list[str]:
        """Names of processes that should answer, and do not."""

    def stop(self, say: Say) -> None:
        """Until nothing of it runs any more. UpgradeError where it goes on."""

    def check(self) -> None:
        """UpgradeError where `renew` would not come to its end."""

    def renew(self) -> None:
        """What lies on the machine, as this version of the code wants it."""

    def start(self, say: Say) -> None: ...

    def lent(self, identity: Path) -> AbstractContextManager[Path]:
        """A key of a person's, where the account can read it."""


def of(settings: Settings) -> ManagedHost:
    """UpgradeError where units run it, and another than root asks."""
    command = Path("/usr/local/sbin") / f"bollettino-{settings.profile.slug}"
    if not (BOOTED.is_dir() and command.exists()):
        return ByRun(settings)
    if os.geteuid() != 0:
        raise UpgradeError(f"units run {settings.profile.slug}: type this as root")
    return ByUnits(plan.of(settings))


def of_host(of_all: Fleet) -> ManagedHost:
    """UpgradeError where no units run it, or another than root asks."""
    machine = fleet.of(of_all)
    if not (BOOTED.is_dir() and machine.command.exists()):
        raise UpgradeError(
            "no units run a fleet here: stop its processes (the workers with `drain --here` before), bring "
            "the code, `python -m flows fleet migrate`, start them (the workers after `drain --undo`), "
            "`python -m flows fleet apply`"
        )
    if os.geteuid() != 0:
        raise UpgradeError(f"units run {machine.name}: type this as root")
    return HostByUnits(machine)


class ByUnits:
    """On a machine that `install` has set up."""

    sees_all, tries = True, 6

    def __init__(self, machine: plan.Machine | fleet.Together) -> None:
        self.machine, self.project, self.state = machine, machine.places.project, machine.state
        self.profile = machine.places.profile
        self.target = f"{machine.name}.target"
        # each by its name, too: one that somebody started alone lives without its target
        self.services = [f"{machine.name}-{process}.service" for process in PROCESSES]
        self.kind: Kind = OneComune(self)
        self._named = ["--profile", str(self.profile)]  # how `install` is told which one it is

    def command(self, *words: str) -> list[str]:
        """Nothing of root's own surroundings, which name another state folder and its database."""
        return ["env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", str(self.machine.command), *words]

    def type(self, *words: str) -> VerbResult:
        return typed(self.command(*words), words, self.project)

    def is_running(self) -> bool:
        units = [self.target, *self.services]
        return any(
            checkout.run(["systemctl", "is-active", "--quiet", unit], self.project).returncode == 0
            for unit in units
        )

    def silent(self) -> list[str]:
        """The doctor asks them."""
        return []

    def stop(self, say: Say) -> None:
        say(f"stopping {self.target}")
        self._systemctl("stop", self.target, *self.services)
        # who is killed now leaves a town without its service: that is still told
        checkout.run(["systemctl", "start", f"{self.machine.name}-watchdog.timer"], self.project)

    def check(self) -> None:
        self._install("--plan")

    def renew(self) -> None:
        self._install("--apply")
        self._systemctl("daemon-reload")

    def _install(self, how: str) -> None:
        is_sealed = any(self.machine.credentials.glob(f"*{SEALED}"))  # as it was
        words = ["install", how, "--encrypt" if is_sealed else "--no-encrypt"]
        words += self._named
        typed([str(self.machine.places.python), "-m", "flows", *words], words, self.project).require()

    def start(self, say: Say) -> None:
        say(f"starting {self.target}")
        self._systemctl("start", self.target)

    @contextmanager
    def lent(self, identity: Path) -> Iterator[Path]:
        try:
            content, owner = identity.read_bytes(), self.state.stat()
        except OSError as exc:
            raise UpgradeError(f"--identity {identity}: cannot be read ({exc.strerror})") from exc
        copy = self.state.with_name(f".{self.state.name}.chiave")
        try:
            disk.replace(copy, content)
            os.chown(copy, owner.st_uid, owner.st_gid)
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def _systemctl(self, *words: str) -> None:
        done = checkout.run(["systemctl", *words], self.project)
        if done.returncode:
            raise UpgradeError(f"`systemctl {' '.join(words)}`: {done.stderr.strip() or done.returncode}")


class HostByUnits(ByUnits):
    """What a fleet has on one machine."""

    def __init__(self, machine: fleet.Together) -> None:
        super().__init__(machine)
        self.state, self.services, self._named = machine.state / OWN, machine.units, []
        self.kind, self._host = ManyComuni(self), machine

    def silent(self) -> list[str]:
        doors = {port: (f"prefect@{port}", "/api/health") for port in self._host.servers}
        doors |= {port: (f"gate@{port}", "/salute") for port in self._host.gates}
        if self._host.file.web.processes:
            doors[self._host.file.web.port] = ("web", "/salute")
        mute = [name for port, (name, path) in doors.items() if not port_health.answers(port, path)]
        dead = [
            unit.removeprefix(f"{self.machine.name}-").removesuffix(".service")
            for unit in self.services
            if checkout.run(["systemctl", "is-active", "--quiet", unit], self.project).returncode
        ]
        return sorted({*mute, *dead})


class ByRun:
    """Of `python -m flows run`, which a person starts and stops."""

    sees_all, tries = False, 1
    project = ROOT

    def __init__(self, settings: Settings) -> None:
        self.settings, self.state, self.profile = settings, settings.state, settings.path
        self.kind: Kind = OneComune(self)

    def type(self, *words: str) -> VerbResult:
        command = [sys.executable, "-m", "flows", *words, "--profile", str(self.settings.path)]
        return typed(command, words, self.project)

    def is_running(self) -> bool:
        return any(disk.is_locked(self.state / name) for name in LOCKS)

    def silent(self) -> list[str]:
        """The doctor asks them."""
        return []

    def stop(self, say: Say) -> None:
        began, is_told = time.monotonic(), False
        while self.is_running():
            if not is_told:
                say("nothing is at work any more: stop `run` now (Ctrl-C, or SIGTERM); this waits for it")
                is_told = True
            if time.monotonic() - began > PATIENCE:
                raise UpgradeError(f"`run` was not stopped in {PATIENCE / 60:.0f} minutes")
            time.sleep(EVERY)

    def check(self) -> None:
        """Nothing of it lies elsewhere."""

    def renew(self) -> None:
        """Nothing of it lies elsewhere."""

    def start(self, say: Say) -> None:
        say(f"start it again: make run PROFILE={self.settings.path}")

    def lent(self, identity: Path) -> AbstractContextManager[Path]:
        return nullcontext(identity)
