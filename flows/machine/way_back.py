"""The way back of an upgrade: the old code, and where the database was changed the copy of before.

Migrations are not reversed. What a restore does stands in `flows/backup`: who left since is out again,
nothing that may have left is sent again, and nothing at all leaves until a named person has looked.
"""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from db import disk, schema
from flows.machine import upgrade, upgrade_state
from flows.machine.checkout import Checkout
from flows.machine.service_manager import ManagedHost
from flows.machine.upgrade_state import BACK, UpgradeError, UpgradeRecord
from flows.machine.verb_process import Say
from flows.settings import BollettinoError, Settings

STEPS = ("rest", "bring", "renew", "restore", "place", "prefect", "start", "register", "see")
NEW, REPORT = "nuovo", "ripristino.json"  # in the state folder while it is restored
WORDS = {**upgrade.WORDS, "bring": "the old code and its packages", "restore": "the copy of the database",
         "place": "what was restored takes the place of the state folder",
         "prefect": "Prefect's own database, where the newer version has changed it"}  # fmt: skip


def order(home: ManagedHost, at: UpgradeRecord) -> list[str]:
    """The steps of this installation's way back."""
    return [step for step in STEPS if step != "register" or step in home.kind.order(at)]


@dataclass(frozen=True)
class Look:
    """What the way back would do. `archive` None: the database was not changed, and stays."""

    at: UpgradeRecord
    archive: Path | None
    is_resumed: bool


def look(home: ManagedHost, settings: Settings, identity: Path | None) -> Look:
    """Changes nothing. UpgradeError says why it could not be done."""
    at = upgrade_state.read(home.state)
    if at is None or (at.way == BACK and at.is_over):
        raise UpgradeError("there is no upgrade to go back from")
    is_resumed = at.way == BACK
    restores = at.restores if is_resumed else identity is not None or _is_changed(home, at)
    if restores and at.old_commit is None and schema.head() != at.old_revision:
        raise UpgradeError(
            "the code at hand is still that of the newer version: bring the old one (git checkout, make "
            "install), then type this again"
        )
    if not restores:
        return Look(at, None, is_resumed)
    if at.archive is None or settings.profile.backup is None:
        raise UpgradeError("the upgrade made no copy: there is nothing to restore")
    archive = settings.profile.backup.folder / at.archive
    is_restored = at.has("restore") and (at.has("place") or not upgrade.is_started_again(home, at))
    if identity is None and not (is_resumed and is_restored):
        raise UpgradeError(
            f"the database was changed: the way back restores {archive.name}, which takes the key of the "
            "safe (--identity FILE)"
        )
    if identity is not None and not is_resumed:
        with home.lent(identity) as key:
            home.type("restore", *_words(home, archive, key), "--plan").require()
    return Look(at, archive, is_resumed)


def look_at_host(home: ManagedHost) -> Look:
    """The same of a fleet's host. Where migrations only added, the code of before goes on with them."""
    at = upgrade_state.read(home.state)
    if at is None or (at.way == BACK and at.is_over):
        raise UpgradeError("there is no upgrade to go back from")
    if at.contracting and at.is_migrating:
        raise UpgradeError(
            f"{', '.join(at.contracting)}: the version before cannot go on with these databases: stop the "
            "fleet on all hosts, bring the old code, and restore each Comune from its copy (`restore`)"
        )
    return Look(at, None, at.way == BACK)


def _is_changed(home: ManagedHost, at: UpgradeRecord) -> bool:
    """Whether the database may be of another revision than before."""
    if not at.has("copy") or (at.has("migrate") and not at.steps):
        return False
    if at.has("migrate"):
        return True
    now = home.type("migrate", "--dry-run", "--json").require().document.get("steps", [])
    return bool(at.steps) and now != at.steps  # killed in the midst of it


def _words(home: ManagedHost, archive: Path, identity: Path) -> list[str]:
    into = home.state / NEW
    return [str(archive), "--identity", str(identity), "--into", str(into), "--registers", str(home.state)]


class HasPrefect(Protocol):
    """An installation, or what the Comuni of a fleet share."""

    @property
    def prefect_database(self) -> str | None: ...


class Return:
    """One, from its look to its end."""

    def __init__(self, home: ManagedHost, settings: HasPrefect, code: Checkout, say: Say) -> None:
        self.home, self.settings, self.code, self.say = home, settings, code, say

    def go(self, found: Look, identity: Path | None) -> list[str]:
        """What the doctor finds broken now and did not before the upgrade."""
        at = found.at
        if not found.is_resumed:
            at.way, at.done, at.is_over = BACK, [], False
            at.restores = found.archive is not None
            upgrade_state.write(self.home.state, at)
        elif upgrade.is_started_again(self.home, at):
            self._anew(at)
        news: list[str] = []
        for step in order(self.home, at):
            if at.has(step):
                continue
            self.say(f"{step}: {WORDS[step]}")
            try:
                news = self._do(step, found, identity)
            except BollettinoError as exc:
                raise UpgradeError(f"{exc}\n{upgrade.standing(at)}") from exc
            at.done.append(step)
            upgrade_state.write(self.home.state, at)
        at.is_over = True
        upgrade_state.write(self.home.state, at)
        return news

    def _anew(self, at: UpgradeRecord) -> None:
        """Processes ran since it was interrupted: they are stopped once more. What was restored and is not in
        its place knows nothing of who left meanwhile, so it goes aside and is restored again.
        """
        steps = {"rest"} if at.has("place") else {"rest", "restore"}
        at.done = [step for step in at.done if step not in steps]
        upgrade_state.write(self.home.state, at)
        if "restore" in steps and _is_restored(self.home.state / NEW):
            (self.home.state / NEW).rename(_free(self.home.state / NEW))

    def _do(self, step: str, found: Look, identity: Path | None) -> list[str]:
        if step == "rest":
            upgrade.rest(self.home, self.say)
        elif step == "bring" and found.at.old_commit is not None:
            self.code.bring(found.at.old_commit)
        elif step == "renew":
            self.home.renew()
        elif step == "restore" and found.archive is not None and identity is not None:
            if not _is_restored(self.home.state / NEW):
                with self.home.lent(identity) as key:
                    self.home.type("restore", *_words(self.home, found.archive, key)).require()
        elif step == "place" and found.archive is not None:
            place(self.home.state)
        elif step == "prefect" and found.archive is None:
            self._prefect(found.at)
        elif step == "start":
            self.home.start(self.say)
        elif step == "register":
            self.home.kind.register(self.say)
        elif step == "see":
            return [one for one in upgrade.fresh(self.home, found.at) if one != "database.restored"]
        return []

    def _prefect(self, at: UpgradeRecord) -> None:
        """An older Prefect refuses what a newer one has migrated. Of no bulletin anything stands in it alone:
        a new one is made, and `watch` opens the forms again.
        """
        if at.prefect is None or at.prefect == (ours := self.code.prefect()):
            return
        if self.settings.prefect_database:
            self.say(f"Prefect {ours} cannot read what {at.prefect} wrote: name a new, empty database in "
                     "BOLLETTINO_PREFECT_DATABASE")  # fmt: skip
        own = self.home.state / "prefect" / "prefect.db"
        for path in (own, own.with_name(f"{own.name}-wal"), own.with_name(f"{own.name}-shm")):
            if path.exists():
                path.rename(path.with_name(f"{path.name}.prima"))


def _is_restored(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / REPORT).read_text(encoding="utf-8"))["is_finished"])
    except (OSError, ValueError, KeyError):
        return False


def place(state: Path) -> None:
    """The restored folder under the state folder's name; that one goes aside, certificates made since too.

    Killed in between, the same call goes on.
    """
    if _is_restored(state / NEW):
        state.rename(_free(state))
    waiting = [old for old in sorted(state.parent.glob(f"{state.name}.prima*")) if _is_restored(old / NEW)]
    if waiting and state.exists():  # a unit that was started in between makes an empty one
        state.rename(_free(state))
    for old in waiting[:1]:
        (old / NEW).rename(state)
        disk.sync_folder(state.parent)
    if not state.exists():
        raise UpgradeError(f"{state} is gone, and no restored one is beside it")


def _free(state: Path) -> Path:
    """A name that no earlier way back has taken."""
    names = (state.with_name(f"{state.name}.prima{number or ''}") for number in count())
    return next(name for name in names if not name.exists())
