"""The units that `install` writes, read as systemd reads them, and their lines started as plain processes."""

import os
import shlex
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cryptography.fernet import Fernet
from pyrage import x25519

from flows.machine import fleet as together
from flows.machine.fleet import Together
from flows.machine.plan import Places
from flows.machine.setup import ETC, STATES, UNITS
from flows.settings import DEMO
from tests.world.fleet import Land
from tests.world.installation import PATIENCE
from tests.world.ports import free_ports, with_ports

NAME = "bollettino-esempio"
PUBLIC, INNER = "https://avvisi.comune.esempio.mi.it", "https://redazione.comune.esempio.mi.it"
VALUES = {
    "BOLLETTINO_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "BOLLETTINO_LOOKUP_KEY": "a look-up key made up for the units",
    "BOLLETTINO_WHATSAPP_TOKEN": "made-up-token",
    "BOLLETTINO_APP_SECRETS": "made-up-secret",
    "BOLLETTINO_VERIFY_TOKEN": "made-up-word",
    "BOLLETTINO_PREFECT_AUTH": "redazione:made-up-password",
}

FOLDER = "/mnt/copie/bollettino"
PUBLIC_KEY = x25519.Identity.generate().to_public()
BACKUP = ("# [backup] ", f'[backup]\nfolder = "{FOLDER}"\nrecipients = ["{PUBLIC_KEY}"]\n# ')


def write_profile(folder: Path, changes: Sequence[tuple[str, str]] = ()) -> Path:
    """A Comune that tries the service: real names, on free ports, and WhatsApp where nobody answers."""
    prefect, web, sandbox = free_ports(3)
    text = DEMO.read_text(encoding="utf-8")
    text = text.replace('public = "http://127.0.0.1:8080"', f'public = "{PUBLIC}"')
    text = with_ports(text, {"4200": prefect, "8080": web, "8600": sandbox})
    for old, new in (
        ('stage = "sandbox"', 'stage = "trial"'),
        ("# prefect_ui =", "prefect_ui ="),
        *changes,
    ):
        assert old in text, f"the demo profile holds no {old!r}"
        text = text.replace(old, new)
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fleet(land: Land, shared: str = "") -> Together:
    """Two Comuni with names of their own, as units run them; their folder lies where units can see it."""
    land.say(shared)
    for slug in ("alfa", "beta"):
        names = {"public": f"https://avvisi.{slug}.it", "prefect_ui": f"https://redazione.{slug}.it"}
        changes = [
            ('public = "http://127.0.0.1:8080"', f'public = "{names["public"]}"'),
            ("# prefect_ui =", f'prefect_ui = "{names["prefect_ui"]}" #'),
            (BACKUP[0], BACKUP[1].replace(FOLDER, f"/mnt/copie/{slug}")),
        ]
        land.add(slug, *changes)
    project = Path("/opt/bollettino")
    places = Places(project, project / ".venv/bin/python", Path("/usr"), ETC / "comuni")
    return replace(together.of(land.fleet), places=places)


def bring_secrets(root: Path, values: dict[str, str] = VALUES) -> Path:
    """As the operator lays them down; the folder."""
    folder = root / ETC.relative_to("/") / "esempio" / "credentials"
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        file = folder / name
        file.write_text(f"{value}\n", encoding="utf-8")
        file.chmod(0o600)
    return folder


def settings_of(text: str) -> dict[str, list[str]]:
    """A unit's keys with all their values, of whatever section; an empty one counts, comments do not."""
    found = defaultdict(list)
    for line in text.splitlines():
        if line.strip() and line[0] not in "#;[":
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


class Unit:
    """One service below `root`, where `install` wrote it."""

    def __init__(self, root: Path, process: str, before: Sequence[str] = ()) -> None:
        """`before`: words put before each command, a sandbox for instance."""
        self.root, self.process, self.before = root, process, list(before)
        place = root / UNITS.relative_to("/") / f"{NAME}-{process}.service"
        self.settings = settings_of(place.read_text(encoding="utf-8"))
        self.log = root / f"{process}.log"
        self.running: subprocess.Popen[bytes] | None = None
        self.owner: int | None = None  # who runs it, where it is not who asks
        self.state = root / STATES.relative_to("/") / "esempio"

    @property
    def credentials(self) -> dict[str, Path]:
        """By name: where the machine has them."""
        pairs = (value.split(":", 1) for value in self.settings["LoadCredential"])
        return {name: Path(path) for name, path in pairs}

    @property
    def environment(self) -> dict[str, str]:
        """What systemd gives it, the state folder below `root`; its credentials are copied."""
        folder = self.root / "run" / "credentials" / f"{NAME}-{self.process}.service"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, path in self.credentials.items():
            shutil.copy(self.root / path.relative_to("/"), folder / name)
        self._hand_over(folder, *folder.iterdir())
        words = [word for line in self.settings["Environment"] for word in shlex.split(line)]
        own = {
            name: value.replace(str(self.state_in_unit), str(self.state)) for name, value in map(_pair, words)
        }
        bare = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.state), "LANG": "C.UTF-8"}
        return {**bare, "CREDENTIALS_DIRECTORY": str(folder), **own}

    @property
    def state_in_unit(self) -> Path:
        return STATES / "esempio"

    def begin(self, command: str) -> subprocess.Popen[bytes]:
        (folder,) = self.settings["WorkingDirectory"]
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [*self.before, *shlex.split(command)],
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def do(self, key: str) -> None:
        """Each command of a key, to its end."""
        for command in self.settings[key]:
            assert self.begin(command).wait(240) == 0, f"{command}\n{self.words}"

    def prepare(self) -> None:
        """Its state folder, as `StateDirectory=` makes it."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._hand_over(self.state)

    def _hand_over(self, *paths: Path) -> None:
        for path in paths if self.owner is not None else ():
            os.chown(path, self.owner or 0, self.owner or 0)

    def start(self) -> None:
        self.prepare()
        self.do("ExecStartPre")
        (command,) = self.settings["ExecStart"]
        self.running = self.begin(command)
        self.do("ExecStartPost")

    def stop(self) -> int:
        """As systemd does; the code of the main process, which alone gets SIGTERM."""
        return self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> int:
        """The main process by a signal; its exit code."""
        assert self.running is not None
        if self.running.poll() is None:
            self.running.send_signal(number)
        return self.running.wait(PATIENCE)  # the unit gives it more

    @property
    def words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value
