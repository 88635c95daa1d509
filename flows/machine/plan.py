"""What `install` would write and run, out of the profile and the templates of `deployments/`."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flows.door import keys
from flows.machine import jobs, secret_files
from flows.machine.files import Planned
from flows.machine.setup import ETC, SITES, STATES, UNITS, Setup, filled, is_elsewhere, line, plain
from flows.profiles import documents
from flows.profiles.comune import Profile
from flows.profiles.contacts import is_loopback
from flows.settings import ROOT, BollettinoError, Settings

HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108  what the units do not see
PLAIN = re.compile(r"/[A-Za-z0-9._+/-]*")  # a path that means the same in a unit, a shell and nginx
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class PlanError(BollettinoError):
    """No machine can be set up from this profile; the text names the key or the path."""


@dataclass(frozen=True)
class Face:
    """One of the names under which an installation is reached."""

    host: str
    port: str
    path: str  # begins and ends with a slash


@dataclass(frozen=True)
class Places:
    """Where the application lies on the machine, and who runs it."""

    project: Path
    python: Path
    base: Path  # of the Python that the environment was made from
    profile: Path

    def troubles(self) -> Iterator[str]:
        """What the sandbox of the units hides, behind a link too."""
        linked = [path.resolve() for path in documents.own(self.profile)]
        paths = (self.project, self.python, self.python.resolve(), self.base, self.profile, *linked)
        for path in dict.fromkeys(paths):
            yield from hidden("", path)


def hidden(key: str, path: Path) -> Iterator[str]:
    if folder := next((folder for folder in HIDDEN if path.is_relative_to(folder)), None):
        named = f"{key} {path}" if key else str(path)
        yield f"{named}: the units see nothing below {folder}: put it into /opt, for instance"


@dataclass(frozen=True)
class Machine(Setup):
    """One installation as units run it."""

    profile: Profile
    places: Places

    def troubles(self) -> Iterator[str]:
        """What the sandbox of the units hides of what this one needs."""
        yield from self.places.troubles()
        if self.profile.backup is not None:
            yield from hidden("backup.folder", self.profile.backup.folder)

    def signs_in(self, root: Path) -> bool:
        """Whether persons of the installation below `root` sign in with accounts of their own."""
        return (root / self.state.relative_to("/") / keys.ACCOUNTS).exists()

    @property
    def name(self) -> str:
        """Of the target; its units and the command begin with it."""
        return f"bollettino-{self.profile.slug}"

    @property
    def user(self) -> str:
        """By the ISTAT code: an account's name has 31 characters at most, and a slug may have 41."""
        return f"bollettino-{self.profile.istat}"

    @property
    def folder(self) -> Path:
        return ETC / self.profile.slug

    @property
    def state(self) -> Path:
        return STATES / self.profile.slug

    @property
    def secrets(self) -> Sequence[str]:
        return secret_files.known(self.profile)

    def lacks(self, root: Path) -> Iterator[str]:
        yield from self.troubles()
        there = root / self.credentials.relative_to("/")
        yield from secret_files.troubles(self.profile, there, signs_in=self.signs_in(root))

    def files(self, root: Path, proxy: str | None = None, *, is_sealed: bool = False) -> list[Planned]:
        profile, name = self.profile, self.name
        secrets = root / self.credentials.relative_to("/")
        given = secret_files.of_units(profile, secrets, signs_in=self.signs_in(root))
        own_jobs = list(jobs.of(profile, secrets))
        database_elsewhere = any(
            is_elsewhere(secret_files.value(secrets, name))
            for name in ("BOLLETTINO_DATABASE", "BOLLETTINO_PREFECT_DATABASE")
        )
        values = {
            "comune": line(profile.names.comune),
            "comune_ascii": plain(profile.names.comune),
            "name": name,
            "zone": name.replace("-", "_"),  # as a variable of nginx may be called
            "user": self.user,
            "folder": self.folder,
            "state": self.state,
            "server_state": self.state,
            "state_directory": self.state.relative_to(STATES.parent),
            "found_by": f"BOLLETTINO_PROFILE={self.places.profile} BOLLETTINO_STATE={self.state}",
            "of_secrets": "Of the installation's secrets just these, as files that no other unit sees.",
            "whose": "",
            "comuni": None,
            "own_folder": True,
            "project": self.places.project,
            "python": self.places.python,
            "units": [f"{name}-{process}.service" for process in secret_files.PROCESSES],
            "servers": f"{name}-prefect.service",
            "registers": True,
            "has_alarm": True,
            "for_all": False,
            "door": "their door",
            "by_port": "",
            "own_pages": "",
            "prefect_port": profile.servers.prefect_port,
            "web_port": profile.servers.web_port,
            "credentials": self.loaded(given, root, is_sealed=is_sealed),
            "jobs": own_jobs,
            "archives": f"-{profile.backup.folder}" if profile.backup else "",
            "sends_copies": profile.backup is not None and profile.backup.offsite is not None,
            "database_elsewhere": database_elsewhere,
            # the server's door asks the Comune's provider of identities who somebody is
            "door_asks_elsewhere": database_elsewhere or profile.sign_in.oidc is not None,
        }
        planned = [
            filled("systemd/sysusers.conf", Path(f"/etc/sysusers.d/{name}.conf"), values),
            filled("systemd/tmpfiles.conf", Path(f"/etc/tmpfiles.d/{name}.conf"), values),
            filled("systemd/bollettino.target", UNITS / f"{name}.target", values),
            *(
                filled(f"systemd/bollettino-{process}.service", UNITS / f"{name}-{process}.service", values)
                for process in secret_files.PROCESSES
            ),
            *(
                filled(f"systemd/bollettino-job.{kind}", UNITS / f"{name}-{job.name}.{kind}", values, job=job)
                for job in own_jobs
                for kind in ("service", "timer")
            ),
            filled("systemd/bollettino-alarm@.service", UNITS / f"{name}-alarm@.service", values),
            filled("systemd/command.sh", self.command, values, 0o755, "#!/bin/sh\n"),
        ]
        if proxy:
            public, inner = faces(profile)
            template = {"nginx": "proxy/nginx.conf", "caddy": "proxy/Caddyfile"}[proxy]
            place = Path(SITES[proxy].format(name))
            planned.append(filled(template, place, values, public=public, inner=inner))
        return planned

    def commands(self, proxy: str | None = None) -> list[str]:
        return self.begun("migrate", proxy)


def of(settings: Settings) -> Machine:
    """PlanError where it is the sandbox, or a path cannot stand in a unit."""
    if settings.profile.stage == "sandbox":
        raise PlanError(f"{settings.path}: the sandbox needs no units: `python -m flows run` starts it")
    settings.require_filled()
    if lines := list(documents.troubles(settings.path)):
        raise PlanError("\n".join(lines))
    at = places(settings.path)
    archives = [settings.profile.backup.folder] if settings.profile.backup else []
    require_plain([at.project, at.python, at.profile, *archives])
    return Machine(settings.profile, at)


def places(profile: Path) -> Places:
    """Of this program. `profile`: of one Comune, or the folder of a fleet."""
    return Places(ROOT, Path(sys.prefix) / "bin" / "python", Path(sys.base_prefix), profile)


def require_plain(paths: Iterable[Path]) -> None:
    for path in paths:
        if not PLAIN.fullmatch(str(path)):
            raise PlanError(f"{path}: a path of letters, digits and . _ + - / is needed")


def faces(profile: Profile) -> tuple[Face, Face | None]:
    """The public and, where it has a name, the inner one; PlanError where no web server could serve them."""
    public = face("servers.public", str(profile.servers.public))
    if not profile.servers.prefect_ui:
        return public, None
    inner = face("servers.prefect_ui", str(profile.servers.prefect_ui))
    if inner.path != "/" or inner.host == public.host:
        raise PlanError("servers.prefect_ui: it needs a host name of its own, without a path")
    return public, inner


def face(key: str, address: str) -> Face:
    parts = urlsplit(address)
    host, path = (parts.hostname or "").lower(), f"{parts.path.rstrip('/')}/"
    if parts.scheme != "https" or is_loopback(address) or not HOST.fullmatch(host):
        raise PlanError(f"{key}: {address} is no https address with a name: a web server cannot stand there")
    if not PLAIN.fullmatch(path):
        raise PlanError(f"{key}: {address} has a path that cannot stand in a web server's file")
    return Face(host, str(parts.port or 443), path)
