"""What every installation on a machine with systemd has, one Comune or a fleet: names, places, files."""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import make_url

from flows.machine import secret_files
from flows.machine.files import Planned
from flows.settings import ROOT

ETC, STATES = Path("/etc/bollettino"), Path("/var/lib/bollettino")
UNITS = Path("/etc/systemd/system")
SITES = {"nginx": "/etc/nginx/conf.d/{}.conf", "caddy": "/etc/caddy/conf.d/{}.caddyfile"}
PROXIES = tuple(SITES)
RELOADS = {
    "nginx": ["nginx -t", "systemctl reload nginx"],
    "caddy": ["caddy validate --config /etc/caddy/Caddyfile", "systemctl reload caddy"],
}
LOCAL = ("", "localhost", "127.0.0.1", "::1")


class Setup(ABC):
    """One installation as units run it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Of the target; its units and the command begin with it."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Of what is the machine's: credentials, certificates."""

    @property
    @abstractmethod
    def secrets(self) -> Sequence[str]:
        """Names of all that it may have in its folder of credentials."""

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials"

    @property
    def command(self) -> Path:
        return Path("/usr/local/sbin") / self.name

    @abstractmethod
    def lacks(self, root: Path) -> Iterator[str]:
        """What keeps the units from starting, a line each; never a secret."""

    @abstractmethod
    def files(self, root: Path, proxy: str | None = None, *, is_sealed: bool = False) -> list[Planned]:
        """Everything, in the order of writing. `root` is looked at for the secrets that lie there already.

        `is_sealed`: those that lie there in clear will be encrypted before a unit starts.
        """

    @abstractmethod
    def commands(self, proxy: str | None = None) -> list[str]:
        """What root types after the files are written, in this order."""

    def begun(self, before: str, proxy: str | None) -> list[str]:
        """Of these commands those that all have; `before`: the verb that brings databases to this version."""
        return [
            f"systemd-sysusers /etc/sysusers.d/{self.name}.conf",
            f"systemd-tmpfiles --create /etc/tmpfiles.d/{self.name}.conf",
            "systemctl daemon-reload",
            f"{self.name} {before}",
            f"systemctl enable {self.name}.target",
            f"systemctl restart {self.name}.target",
            *(RELOADS[proxy] if proxy else []),
        ]

    def loaded(
        self, given: Mapping[str, Sequence[str]], root: Path, *, is_sealed: bool
    ) -> dict[str, list[str]]:
        """A process -> its secrets, as its unit names them."""
        there = root / self.credentials.relative_to("/")

        def named(credential: str) -> str:
            place = self.credentials / credential
            if is_sealed or secret_files.is_sealed(there, credential):
                return f"LoadCredentialEncrypted={credential}:{place}{secret_files.SEALED}"
            return f"LoadCredential={credential}:{place}"

        return {process: list(map(named, names)) for process, names in given.items()}


def filled(
    template: str, path: Path, values: Mapping[str, Any], mode: int = 0o644, before: str = "", **more: object
) -> Planned:
    text = _templates.get_template(template).render(values, **more)
    return Planned(path, f"{before}{text.rstrip()}\n", mode)


def is_elsewhere(database: str) -> bool:
    """Whether it is reached through the network; "" is SQLite in the state folder."""
    if not database:
        return False
    address = make_url(database)
    return address.get_backend_name() != "sqlite" and (address.host or "") not in LOCAL


def line(text: str) -> str:
    """Of a comment or description: in one line, and nothing that systemd would replace."""
    return " ".join(text.split()).replace("%", "%%")


def plain(text: str) -> str:
    """For the account's description, which stands between quotes and may hold no colon."""
    letters = unicodedata.normalize("NFKD", line(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9 .'-]", "", letters)


_templates = Environment(
    loader=FileSystemLoader(ROOT / "deployments"),
    autoescape=select_autoescape([]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
