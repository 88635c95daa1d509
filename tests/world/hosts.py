"""A fleet on two hosts: as `topology`, but each host has a name, a checkout and a state folder of its own.

Both see their code under one path, as hosts that are set up alike do: each process begins in a mount
namespace of its own (unshare(1), as root), with its host's checkout bound there.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from flows.machine import port_health
from flows.machine.upgrade_targets import Kind, ManyComuni
from flows.machine.verb_process import Say, VerbResult, typed
from flows.profiles.fleet import OWN
from tests.world.installation import wait_for
from tests.world.process import Process
from tests.world.released import Project
from tests.world.topology import STARTING, Topology, _flows

WITHIN = (
    'hostname "$0" && mount --bind "$1" "$2" && mount --bind "$3" "$4" && cd "$2" && shift 4 && exec "$@"'
)
NUMBERS = (1, 2)
DOORS = {"prefect": "/api/health", "gate": "/salute", "web": "/salute"}  # by kind: where a process answers
LAST = ("services", "prefect")  # to be stopped, and first to be started


class TwoHosts(Topology):
    """Its processes called NAME-1 are the first host's, NAME-2 the second's."""

    def __init__(
        self, folder: Path, slugs: Sequence[str], project: Project, *changes: tuple[str, str]
    ) -> None:
        self.code = folder / "programma"  # where each host has it
        self.hosts = {number: folder / f"ospite-{number}" for number in NUMBERS}
        for host in self.hosts.values():
            shutil.copytree(project.folder, host / "programma")
            (host / OWN).mkdir(mode=0o700)
        for place in (self.code, folder / "stato" / OWN):
            place.mkdir(parents=True)
        self.typist = 1  # the host at which verbs are typed
        super().__init__(folder, slugs, *changes)

    def within(self, number: int, command: Sequence[str]) -> tuple[str, ...]:
        """A command as that host's."""
        host = self.hosts[number]
        places = (host / "programma", self.code, host / OWN, self.states / OWN)
        before = ("unshare", "--mount", "--uts", "sh", "-c", WITHIN, host.name)
        return (*before, *map(str, places), *command)

    def _part(self, name: str, command: Sequence[str]) -> Process:
        number = name.rpartition("-")[2]
        if not number.isdecimal() or name.startswith("sandbox"):
            return super()._part(name, command)
        if name.startswith("worker"):  # as its unit does
            drained = '"$@" drain --undo && exec "$@" worker --drain'
            command = ("sh", "-c", drained, "worker", *_flows())
        return super()._part(name, self.within(int(number), command))

    def typed(self, *words: str) -> Sequence[str]:
        return self.within(self.typist, _flows(*words))

    def of_host(self, number: int) -> Iterator[tuple[str, Process]]:
        """By kind, whoever is spoken to last."""
        parts = [
            (name.rpartition("-")[0], part) for name, part in self.parts.items() if name[-2:] == f"-{number}"
        ]
        mine = [(kind, part) for kind, part in parts if kind in ("worker", "gate", "web", *LAST)]
        yield from sorted(mine, key=lambda one: one[0] in LAST)


def typed_at(running: TwoHosts, number: int, *words: str) -> VerbResult:
    """A verb at a host."""
    surroundings = [f"{name}={value}" for name, value in running.environment.items()]
    command = ["env", "-i", *surroundings, *running.within(number, _flows(*words))]
    return typed(command, words, Path("/"))


class HostOfTwo:
    """For an upgrade: what units do is done to processes."""

    sees_all, tries = True, 20

    def __init__(self, running: TwoHosts, number: int) -> None:
        self.running, self.number = running, number
        self.project = running.hosts[number] / "programma"
        self.state, self.profile = running.hosts[number] / OWN, running.fleet
        self.kind: Kind = ManyComuni(self)

    def type(self, *words: str) -> VerbResult:
        return typed_at(self.running, self.number, *words)

    def is_running(self) -> bool:
        return any(part.lives for _, part in self.running.of_host(self.number))

    def silent(self) -> list[str]:
        ports = self.running.ports
        mute = [
            kind
            for kind, path in DOORS.items()
            if not port_health.answers(ports[f"{kind}-{self.number}"], path)
        ]
        dead = [kind for kind, part in self.running.of_host(self.number) if not part.lives]
        return sorted({*mute, *dead})

    def stop(self, say: Say) -> None:
        say(f"stopping the processes of {self.number}")
        for _, part in self.running.of_host(self.number):
            part.stop(960.0)

    def check(self) -> None:
        """No file of it lies elsewhere."""

    def renew(self) -> None:
        """No file of it lies elsewhere."""

    def start(self, say: Say) -> None:
        say(f"starting the processes of {self.number}")
        for kind, part in reversed(list(self.running.of_host(self.number))):
            if kind == "worker":
                wait_for("its server", self._has_server, STARTING)
            part.start()

    def _has_server(self) -> bool:
        return port_health.answers(self.running.ports[f"prefect-{self.number}"], DOORS["prefect"])

    def lent(self, identity: Path) -> AbstractContextManager[Path]:
        return nullcontext(identity)


def is_possible() -> bool:
    """Whether this user may give a process a mount namespace."""
    return sys.platform == "linux" and typed(["unshare", "--mount", "--uts", "true"], (), Path("/")).code == 0
