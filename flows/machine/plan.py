"""What `install` would write and run, out of the profile and the templates of `deployments/`."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import make_url

from flows.door import keys
from flows.machine import jobs, secret_files
from flows.machine.files import Planned
from flows.profiles import documents
from flows.profiles.comune import Profile
from flows.profiles.contacts import is_loopback
from flows.settings import ROOT, BollettinoError, Settings

ETC, STATES = Path("/etc/bollettino"), Path("/var/lib/bollettino")
UNITS = Path("/etc/systemd/system")
PROXIES = ("nginx", "caddy")
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108  what the units do not see
PLAIN = re.compile(r"/[A-Za-z0-9._+/-]*")  # a path that means the same in a unit, a shell and nginx
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
LOCAL = ("", "localhost", "127.0.0.1", "::1")


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
            yield from _hidden("", path)


def _hidden(key: str, path: Path) -> Iterator[str]:
    if folder := next((folder for folder in HIDDEN if path.is_relative_to(folder)), None):
        named = f"{key} {path}" if key else str(path)
        yield f"{named}: the units see nothing below {folder}: put it into /opt, for instance"


@dataclass(frozen=True)
class Machine:
    """One installation as units run it."""

    profile: Profile
    places: Places

    def troubles(self) -> Iterator[str]:
        """What the sandbox of the units hides of what this one needs."""
        yield from self.places.troubles()
        if self.profile.backup is not None:
            yield from _hidden("backup.folder", self.profile.backup.folder)

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
    def credentials(self) -> Path:
        return self.folder / "credentials"

    @property
    def state(self) -> Path:
        return STATES / self.profile.slug

    @property
    def command(self) -> Path:
        return Path("/usr/local/sbin") / self.name


def of(settings: Settings) -> Machine:
    """PlanError where it is the sandbox, or a path cannot stand in a unit."""
    if settings.profile.stage == "sandbox":
        raise PlanError(f"{settings.path}: the sandbox needs no units: `python -m flows run` starts it")
    settings.require_filled()
    if lines := list(documents.troubles(settings.path)):
        raise PlanError("\n".join(lines))
    places = Places(ROOT, Path(sys.prefix) / "bin" / "python", Path(sys.base_prefix), settings.path)
    archives = [settings.profile.backup.folder] if settings.profile.backup else []
    for path in (places.project, places.python, places.profile, *archives):
        if not PLAIN.fullmatch(str(path)):
            raise PlanError(f"{path}: a path of letters, digits and . _ + - / is needed")
    return Machine(settings.profile, places)


def faces(profile: Profile) -> tuple[Face, Face | None]:
    """The public and, where it has a name, the inner one; PlanError where no web server could serve them."""
    public = _face("servers.public", str(profile.servers.public))
    if not profile.servers.prefect_ui:
        return public, None
    inner = _face("servers.prefect_ui", str(profile.servers.prefect_ui))
    if inner.path != "/" or inner.host == public.host:
        raise PlanError("servers.prefect_ui: it needs a host name of its own, without a path")
    return public, inner


def _face(key: str, address: str) -> Face:
    parts = urlsplit(address)
    host, path = (parts.hostname or "").lower(), f"{parts.path.rstrip('/')}/"
    if parts.scheme != "https" or is_loopback(address) or not HOST.fullmatch(host):
        raise PlanError(f"{key}: {address} is no https address with a name: a web server cannot stand there")
    if not PLAIN.fullmatch(path):
        raise PlanError(f"{key}: {address} has a path that cannot stand in a web server's file")
    return Face(host, str(parts.port or 443), path)


def files(
    machine: Machine, root: Path, proxy: str | None = None, *, is_sealed: bool = False
) -> list[Planned]:
    """Everything, in the order of writing. `root` is looked at for the secrets that lie there already.

    `is_sealed`: those that lie there in clear will be encrypted before a unit starts.
    """
    profile, name = machine.profile, machine.name
    secrets = root / machine.credentials.relative_to("/")

    def loaded(credential: str) -> str:
        """As a unit names it."""
        place = machine.credentials / credential
        if is_sealed or secret_files.is_sealed(secrets, credential):
            return f"LoadCredentialEncrypted={credential}:{place}{secret_files.SEALED}"
        return f"LoadCredential={credential}:{place}"

    given = secret_files.of_units(profile, secrets, signs_in=machine.signs_in(root))
    own_jobs = list(jobs.of(profile, secrets))
    database_elsewhere = any(
        is_elsewhere(secret_files.value(secrets, name))
        for name in ("BOLLETTINO_DATABASE", "BOLLETTINO_PREFECT_DATABASE")
    )
    values = {
        "comune": _line(profile.names.comune),
        "comune_ascii": _ascii(profile.names.comune),
        "name": name,
        "slug": profile.slug,
        "zone": name.replace("-", "_"),  # as a variable of nginx may be called
        "user": machine.user,
        "folder": machine.folder,
        "state": machine.state,
        "project": machine.places.project,
        "python": machine.places.python,
        "profile": machine.places.profile,
        "prefect_port": profile.servers.prefect_port,
        "web_port": profile.servers.web_port,
        "credentials": {process: list(map(loaded, names)) for process, names in given.items()},
        "jobs": own_jobs,
        "archives": profile.backup.folder if profile.backup else None,
        "sends_copies": profile.backup is not None and profile.backup.offsite is not None,
        "database_elsewhere": database_elsewhere,
        # the server's door asks the Comune's provider of identities who somebody is
        "door_asks_elsewhere": database_elsewhere or profile.sign_in.oidc is not None,
    }

    def filled(template: str, path: Path, mode: int = 0o644, before: str = "", **more: object) -> Planned:
        text = _templates.get_template(template).render(values, **more)
        return Planned(path, f"{before}{text.rstrip()}\n", mode)

    planned = [
        filled("systemd/sysusers.conf", Path(f"/etc/sysusers.d/{name}.conf")),
        filled("systemd/tmpfiles.conf", Path(f"/etc/tmpfiles.d/{name}.conf")),
        filled("systemd/bollettino.target", UNITS / f"{name}.target"),
        *(
            filled(f"systemd/bollettino-{process}.service", UNITS / f"{name}-{process}.service")
            for process in secret_files.PROCESSES
        ),
        *(
            filled(f"systemd/bollettino-job.{kind}", UNITS / f"{name}-{job.name}.{kind}", job=job)
            for job in own_jobs
            for kind in ("service", "timer")
        ),
        filled("systemd/bollettino-alarm@.service", UNITS / f"{name}-alarm@.service"),
        filled("systemd/command.sh", machine.command, 0o755, "#!/bin/sh\n"),
    ]
    if proxy:
        public, inner = faces(profile)
        template, place = {
            "nginx": ("proxy/nginx.conf", f"/etc/nginx/conf.d/{name}.conf"),
            "caddy": ("proxy/Caddyfile", f"/etc/caddy/conf.d/{name}.caddyfile"),
        }[proxy]
        planned.append(filled(template, Path(place), public=public, inner=inner))
    return planned


def commands(machine: Machine, proxy: str | None = None) -> list[str]:
    """What root types after the files are written, in this order."""
    name = machine.name
    reload = {
        "nginx": ["nginx -t", "systemctl reload nginx"],
        "caddy": ["caddy validate --config /etc/caddy/Caddyfile", "systemctl reload caddy"],
    }
    return [
        f"systemd-sysusers /etc/sysusers.d/{name}.conf",
        f"systemd-tmpfiles --create /etc/tmpfiles.d/{name}.conf",
        "systemctl daemon-reload",
        f"{name} migrate",
        f"systemctl enable {name}.target",
        f"systemctl restart {name}.target",
        *(reload[proxy] if proxy else []),
    ]


def is_elsewhere(database: str) -> bool:
    """Whether it is reached through the network; "" is SQLite in the state folder."""
    if not database:
        return False
    address = make_url(database)
    return address.get_backend_name() != "sqlite" and (address.host or "") not in LOCAL


def _line(text: str) -> str:
    """Of a comment or description: in one line, and nothing that systemd would replace."""
    return " ".join(text.split()).replace("%", "%%")


def _ascii(text: str) -> str:
    """For the account's description, which stands between quotes and may hold no colon."""
    plain = unicodedata.normalize("NFKD", _line(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9 .'-]", "", plain)


_templates = Environment(
    loader=FileSystemLoader(ROOT / "deployments"),
    autoescape=select_autoescape([]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
