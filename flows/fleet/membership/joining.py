"""A Comune joins a fleet: its profile comes into the folder, where it stands in nobody's way."""

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from db import disk
from flows.fleet import collisions
from flows.fleet.collisions import Own
from flows.fleet.former_members import RETIRED
from flows.fleet.registry import Fleet, place
from flows.profiles import documents
from flows.profiles.fleet import FILE
from flows.settings import BollettinoError, Settings, candidate


class JoiningError(BollettinoError):
    """It cannot join as it is; the text says why."""


@dataclass(frozen=True)
class Application:
    """A profile that may come into the folder."""

    settings: Settings
    source: Path
    target: Path
    was_here: bool  # a database, or what belongs to one, is there already
    uncompared: tuple[str, ...]  # members whose profile cannot be read

    @property
    def lines(self) -> list[str]:
        """What would be done, for who decides of it."""
        found = [f"copy {self.source} to {self.target}"]
        if (texts := documents.folder(self.source)).is_dir():
            found.append(f"copy {texts} to {documents.folder(self.target)}")
        if self.was_here:
            found.append(f"take up again what lies in {self.settings.state}")
        return found

    @property
    def doubts(self) -> list[str]:
        words = "whose profile cannot be read: see that no database and no phone_number_id is shared"
        return [f"not compared with {slug}, {words}" for slug in self.uncompared]


def apply_for(fleet: Fleet, source: Path) -> Application:
    """SettingsError where the profile cannot be read, JoiningError where it may not join. Changes nothing."""
    settings = candidate(fleet.folder, source)
    slug = settings.profile.slug
    target = fleet.folder / f"{slug}.toml"
    if target.name == FILE or slug == RETIRED:
        raise JoiningError(f"{slug}: a Comune of a fleet cannot be called so")
    if os.path.lexists(target):
        raise JoiningError(f"{target} is there: {slug} is of this fleet already")
    for texts in [documents.folder(target)] if documents.folder(source).is_dir() else []:
        if os.path.lexists(texts):
            raise JoiningError(f"{texts} is there already, and is not written over")
    uncompared = []
    number, where = settings.profile.whatsapp.phone_number_id, place(settings)
    for member in fleet.slugs:
        try:
            other = fleet.settings(member)
            if place(other) == where:
                raise JoiningError(f"{member} has the database of {slug}: each has one of its own")
            for own in collisions.in_common([settings, other]).get(slug, {}).keys() - {Own.number}:
                raise JoiningError(f"{member} has the {own} of {slug}: each has its own")
        except JoiningError:
            raise
        except Exception:  # noqa: BLE001  ill: what can still be read of it is compared
            uncompared.append(member)
        if number.strip("0") and number == _number_of(fleet.folder / f"{member}.toml"):
            raise JoiningError(f"{member} has the phone_number_id of {slug}: each writes from its own number")
    was_here = settings.state.is_dir() and any(settings.state.iterdir())
    return Application(settings, source, target, was_here, tuple(uncompared))


def join(application: Application) -> None:
    """Copy it. The profile comes last and at once, as whole as it is: from then on it is of the fleet."""
    texts = documents.folder(application.source)
    if texts.is_dir():
        shutil.copytree(texts, documents.folder(application.target))
    half = application.target.with_name(f".{application.target.name}.{os.getpid()}")
    try:
        shutil.copyfile(application.source, half)
        os.link(half, application.target)  # where one has come meanwhile it stays, and this fails
    except FileExistsError:
        raise JoiningError(f"{application.target} is there by now: nothing was written over") from None
    finally:
        half.unlink(missing_ok=True)
    disk.sync_folder(application.target.parent)


def _number_of(profile: Path) -> str | None:
    """Of a profile whatever else is wrong with it."""
    try:
        told = tomllib.loads(profile.read_text(encoding="utf-8")).get("whatsapp", {})
        return str(told.get("phone_number_id"))
    except (OSError, ValueError, AttributeError):
        return None
