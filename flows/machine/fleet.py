"""What `install` would write and run for a fleet: units of all Comuni, who come and go without another one.

Of a Comune's secrets none is handed over by a unit, since a process would not get those of who joins later:
they lie in the fleet's folder, for the account alone. Handed over is what all share.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flows.door.environment import PREFECT_DATABASE, REDIS_PASSWORD, given_to
from flows.door.keys import INTERNAL, PEOPLE
from flows.fleet.registry import Fleet, Roll
from flows.machine import jobs, plan, secret_files
from flows.machine.files import Planned
from flows.machine.plan import Places, PlanError
from flows.machine.setup import ETC, LOCAL, SITES, STATES, UNITS, Setup, filled, is_elsewhere
from flows.profiles.fleet import FILE, OWN, FleetFile
from flows.settings import Settings, load_fleet

NAME = "bollettino-fleet"  # the watchdog names them so, too
HTTPS = "443"
SECRETS = (PREFECT_DATABASE, REDIS_PASSWORD, INTERNAL, PEOPLE)  # of no Comune
PROCESSES = ("prefect", "gate", "worker", "web")
JOBS = tuple(job.name for job in jobs.ALL)


@dataclass(frozen=True)
class Together(Setup):
    """A fleet as units run it on this machine. `roll`: who is in it now."""

    file: FleetFile
    roll: Roll
    places: Places  # the fleet's folder in place of a profile

    name = NAME
    user = NAME
    folder = ETC / OWN
    state = STATES.with_name(NAME)
    secrets = SECRETS

    @property
    def servers(self) -> list[int]:
        """Ports of the Prefect server's processes: several share the address, and have the next ones."""
        host, port = self.file.prefect.place
        count = self.file.prefect.processes if host in LOCAL else 0
        return [port] if count == 1 else [port + place for place in range(1, count + 1)]

    @property
    def gates(self) -> list[int]:
        return [self.file.gate.port + place for place in range(self.file.gate.processes)]

    @property
    def units(self) -> list[str]:
        """Of the processes: an instance is called by its port, of a worker by its number."""
        has_services = self.file.prefect.redis is not None and self.servers
        return [
            *(f"{NAME}-prefect@{port}.service" for port in self.servers),
            *([f"{NAME}-services.service"] if has_services else []),
            *(f"{NAME}-worker@{place + 1}.service" for place in range(self.file.prefect.workers)),
            *(f"{NAME}-gate@{port}.service" for port in self.gates),
            *([f"{NAME}-web.service"] if self.file.web.processes else []),
        ]

    @property
    def archives(self) -> list[Path]:
        """The folders in which those of the Comuni's backups lie, so that one more needs no other unit."""
        backups = [settings.profile.backup for settings in self.roll.comuni]
        return sorted({backup.folder.parent for backup in backups if backup is not None})

    def lacks(self, root: Path) -> Iterator[str]:
        yield from self.places.troubles()
        for archives in self.archives:
            yield from plan.hidden("backup.folder", archives)
        there = root / self.credentials.relative_to("/")
        if self.file.prefect.redis and self.servers and not secret_files.value(there, PREFECT_DATABASE):
            yield f"{there / PREFECT_DATABASE} is missing: with [prefect] redis the server needs a PostgreSQL"
        yield from secret_files.strangers(SECRETS, there)
        for slug, why in self.roll.ill.items():
            yield f"{slug}: {why}"
        for settings in self.roll.comuni:
            yield from _unserved(settings)

    def files(self, root: Path, proxy: str | None = None, *, is_sealed: bool = False) -> list[Planned]:
        there = root / self.credentials.relative_to("/")
        is_asking = is_elsewhere(secret_files.value(there, PREFECT_DATABASE)) or _is_far(
            self.file.prefect.redis
        )
        given = {process: _given(process, there) for process in (*PROCESSES, *JOBS)}
        server = self.state / OWN
        values: dict[str, Any] = {
            "comune": "all Comuni",
            "comune_ascii": "all Comuni",
            "name": NAME,
            "zone": NAME.replace("-", "_"),
            "user": self.user,
            "folder": self.folder,
            "state": self.state,
            "server_state": server,
            "state_directory": self.state.relative_to(STATES.parent),
            "found_by": f"BOLLETTINO_FLEET={self.places.profile} BOLLETTINO_STATE={self.state}",
            "of_secrets": "Of what is no Comune's just these, as files that no other unit sees.",
            "whose": " --profile SLUG",
            "comuni": self.places.profile,
            "own_folder": False,
            "project": self.places.project,
            "python": self.places.python,
            "units": self.units,
            "servers": " ".join(f"{NAME}-prefect@{port}.service" for port in self.servers),
            "registers": False,
            "has_alarm": False,
            "for_all": True,
            "door": "the gate",
            "by_port": " --port %i",
            "own_pages": "-%i",
            "prefect_port": "%i",
            "web_port": self.file.web.port,
            "credentials": self.loaded(given, root, is_sealed=is_sealed),
            "jobs": jobs.ALL,
            "archives": " ".join(f"-{folder}" for folder in self.archives),
            "sends_copies": True,
            "database_elsewhere": is_asking,
            "door_asks_elsewhere": is_asking,
        }
        own = {
            "prefect": "prefect@",
            "services": "services",
            "worker": "worker@",
            "gate": "gate@",
            "web": "web",
        }
        planned = [
            filled("systemd/sysusers.conf", Path(f"/etc/sysusers.d/{NAME}.conf"), values),
            filled("systemd/tmpfiles.conf", Path(f"/etc/tmpfiles.d/{NAME}.conf"), values),
            filled("systemd/bollettino.target", UNITS / f"{NAME}.target", values),
            *(
                filled(f"systemd/bollettino-{process}.service", UNITS / f"{NAME}-{unit}.service", values)
                for process, unit in own.items()
            ),
            *(
                filled(f"systemd/bollettino-job.{kind}", UNITS / f"{NAME}-{job.name}.{kind}", values, job=job)
                for job in jobs.ALL
                for kind in ("service", "timer")
            ),
            filled("systemd/command.sh", self.command, values, 0o755, "#!/bin/sh\n"),
        ]
        if proxy:
            template = {"nginx": "proxy/fleet.nginx.conf", "caddy": "proxy/fleet.Caddyfile"}[proxy]
            planned.append(filled(template, Path(SITES[proxy].format(NAME)), values, **self._faces()))
        return planned

    def commands(self, proxy: str | None = None) -> list[str]:
        return [
            *self.begun("fleet migrate", proxy),
            f"{NAME} fleet apply",  # after the start: deployments are registered with the server
        ]

    def _faces(self) -> Mapping[str, Any]:
        """For the web server. `labels`: how names of editors begin, and no name of citizens does."""
        served = [one for one in self.roll.comuni if one.profile.stage != "sandbox" and not [*_unserved(one)]]
        faces = [plan.faces(settings.profile) for settings in served]
        public = [face.host for face, _ in faces]
        inner = [face.host for _, face in faces if face is not None]
        labels = {_label(host) for host in inner} - {_label(host) for host in public}
        return {
            "public": sorted(set(public)),
            "inner": sorted(set(inner)),
            "labels": sorted(labels),
            "others": sorted({host for host in inner if _label(host) not in labels}),
            "gates": self.gates,
            "servers_apart": self.servers if len(self.servers) > 1 else [],
            "prefect_address": urlsplit(self.file.prefect.address).netloc,
        }


def of(fleet: Fleet) -> Together:
    """PlanError where a path cannot stand in a unit, or two processes would have one port."""
    made = Together(load_fleet(fleet.folder), fleet.roll(), plan.places(fleet.folder))
    plan.require_plain([made.places.project, made.places.python, fleet.folder, *made.archives])
    _, prefect = made.file.prefect.place
    ports = [*made.servers, *made.gates, made.file.web.port, *([prefect] if made.servers else [])]
    ports = ports if len(made.servers) != 1 else ports[:-1]
    if twice := sorted({port for port in ports if ports.count(port) > 1}):
        raise PlanError(f"{fleet.folder / FILE}: two processes would listen at port {twice[0]}")
    return made


def _given(process: str, there: Path) -> list[str]:
    """Names of what its unit is given: our own credential, of the rest what lies there."""
    here = {name: "" for name in SECRETS if name == INTERNAL or secret_files.is_there(there, name)}
    given = set(given_to(process, here))
    if process == "prefect":  # it makes the address of the password, and keeps that one
        given |= {REDIS_PASSWORD} & here.keys()
    return sorted(given)


def _unserved(settings: Settings) -> Iterator[str]:
    """Why no web server could serve this Comune; of a sandbox there is nothing to serve."""
    if settings.profile.stage == "sandbox":
        return
    slug = settings.profile.slug
    try:
        faces = plan.faces(settings.profile)
    except PlanError as exc:
        yield f"{slug}: {exc}"
    else:
        names = [face.host for face in faces if face is not None and face.port != HTTPS]
        yield from (f"{slug}: {name}: all names of a fleet stand at port {HTTPS}" for name in names)


def _is_far(redis: str | None) -> bool:
    return redis is not None and urlsplit(redis).hostname not in LOCAL


def _label(host: str) -> str:
    return host.partition(".")[0]
