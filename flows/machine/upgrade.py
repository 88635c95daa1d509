"""Brings an installation to another version: doctor, rest, copy, code, database, start, doctor.

Each step is done again without harm, and written down when it is behind: killed at any moment, the same
command goes on, and `back` leads to where it came from. The copy is made when nothing writes any more; but of
a fleet's host before, where others go on and migrations only add: nobody goes back by it then.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flows.machine import upgrade_state
from flows.machine.checkout import Checkout
from flows.machine.service_manager import ManagedHost
from flows.machine.upgrade_state import FORWARD, UpgradeError, UpgradeRecord
from flows.machine.verb_process import Say
from flows.settings import BollettinoError

LATER = "prefect."  # of processes that a person has still to start
PAUSE = 15.0  # seconds between two looks of the doctor
WORDS = {
    "rest": "what runs comes to its end, then all of it is stopped",
    "copy": "a backup",
    "bring": "the new code and its packages",
    "renew": "the units, as the new code wants them",
    "migrate": "the database",
    "start": "what was stopped is started",
    "register": "what the Prefect server may start, as the new code wants it",
    "see": "the doctor, against what it found before",
}


@dataclass(frozen=True)
class Look:
    """What an upgrade would do. `steps` of the record: of the database, of one Comune as far as the code at
    hand knows them; `lines`: what else an operator is told.
    """

    before: UpgradeRecord
    is_running: bool
    resumed: UpgradeRecord | None = None
    lines: list[str] = field(default_factory=list)


def look(
    home: ManagedHost, ref: str | None, version: str, *, now: datetime, others_stopped: bool = False
) -> Look:
    """Changes nothing. UpgradeError says why it could not be done. `others_stopped`: no other host of the
    fleet runs, says the operator.
    """
    if (found := upgrade_state.read(home.state)) is not None and not found.is_over:
        if found.way != FORWARD:
            raise UpgradeError(
                "a way back was begun and is not over: `python -m flows upgrade --back` goes on"
            )
        return Look(found, home.is_running(), found)
    code = Checkout(home.project)
    commit = old = None
    if ref is not None:
        code.require_clean(home.profile)
        commit, old = code.commit(ref), code.commit()
    home.check()
    before = UpgradeRecord(
        at=now,
        old_version=version if ref else None,  # else the code at hand is the new one already
        old_commit=old,
        commit=commit,
    )
    lines = home.kind.look(code, before, others_stopped=others_stopped)
    if found is not None and found.way == FORWARD and found.commit and not before.steps:
        target = commit or code.commit()
        if target == found.commit:  # another one would take the place of its record, and of its way back
            raise UpgradeError(
                "this version is here already; `python -m flows upgrade --back` goes back from it"
            )
    return Look(before, home.is_running(), lines=lines)


class Upgrade:
    """One, from its look to its end. `again` goes on with the code that was brought, and may not return."""

    def __init__(self, home: ManagedHost, code: Checkout, say: Say, again: Callable[[], None]) -> None:
        self.home, self.code, self.say, self.again = home, code, say, again

    def go(self, found: Look) -> list[str]:
        """What the doctor finds broken now and did not before. UpgradeError: it stands still, and how."""
        at = found.before
        if found.resumed is None:
            upgrade_state.write(self.home.state, at)
        elif is_started_again(self.home, at):
            # what wrote since stands in no copy; once the database may be half of the new version there is
            # none to be made of the old one
            at.is_touched = at.is_touched or at.has("copy")
            at.done = [step for step in at.done if step != "rest" and (step != "copy" or at.is_migrating)]
            upgrade_state.write(self.home.state, at)
        news: list[str] = []
        for step in self.home.kind.order(at):
            if at.has(step):
                continue
            self.say(f"{step}: {WORDS[step]}")
            try:
                news = self._do(step, at)
            except BollettinoError as exc:
                raise self._told(step, at, exc) from exc
            at.done.append(step)
            upgrade_state.write(self.home.state, at)
            if step == "bring" and at.commit is not None:
                self.again()
        at.is_over = True
        upgrade_state.write(self.home.state, at)
        return news

    def _do(self, step: str, at: UpgradeRecord) -> list[str]:
        if step == "rest":
            rest(self.home, self.say)
        elif step == "copy":
            self.home.kind.copy(at, self.say)
        elif step == "bring":
            at.is_touched = True
            upgrade_state.write(self.home.state, at)
            if at.commit is not None:
                self.code.bring(at.commit)
        elif step == "renew":
            at.prefect = self.code.prefect()  # of the new code
            self.home.renew()
        elif step == "migrate":
            self.home.kind.note(at)
            at.is_migrating = True
            # before: whoever is killed in it knows that it was begun
            upgrade_state.write(self.home.state, at)
            self.home.kind.migrate(at, self.say)
        elif step == "start":
            self.home.start(self.say)
        elif step == "register":
            self.home.kind.register(self.say)
        elif step == "see":
            return fresh(self.home, at)
        return []

    def _told(self, step: str, at: UpgradeRecord, exc: BollettinoError) -> UpgradeError:
        if step in ("rest", "copy") and not at.is_touched:
            undo(self.home, at, self.say)
            return UpgradeError(f"{exc}\nnothing was changed: the old version goes on")
        return UpgradeError(f"{exc}\n{standing(at)}")


def is_started_again(home: ManagedHost, at: UpgradeRecord) -> bool:
    """Whether what an interrupted one had stopped runs: a machine that was booted again, or an operator."""
    return at.has("rest") and not at.has("start") and home.is_running()


def rest(home: ManagedHost, say: Say) -> None:
    """Nothing new begins, what runs comes to its end, and all of it is stopped."""
    if not home.is_running():
        return
    if why := home.kind.drain():
        raise UpgradeError(why)
    home.stop(say)


def undo(home: ManagedHost, at: UpgradeRecord, say: Say) -> None:
    """Before anything was changed: as it was."""
    if home.is_running():
        undone = home.type("drain", "--undo")
        if undone.code:
            say(undone.errors.strip())
    elif at.has("rest"):
        home.start(say)
    upgrade_state.forget(home.state)


def fresh(home: ManagedHost, at: UpgradeRecord) -> list[str]:
    """What is broken and was not before; what has just been started gets some time."""
    news: list[str] = []
    for attempt in range(home.tries):
        time.sleep(PAUSE if attempt else 0)
        news = [
            one
            for one in home.kind.findings()
            if one not in at.broken
            and one != "machine.upgrade"
            and (home.sees_all or not one.startswith(LATER))
        ]
        if not {*news} - {*at.left}:  # no time mends what could not be migrated
            break
    return news


def standing(at: UpgradeRecord) -> str:
    """How things stand, for an operator, where it was interrupted."""
    behind = at.done
    if at.way != FORWARD:
        how = f"on the way back, done: {', '.join(behind) or 'nothing'}"
        return f"{how}; `python -m flows upgrade --back` goes on"
    if "bring" not in behind:
        how = "everything is as before" + (", and stopped" if "rest" in behind else "")
    elif "migrate" not in behind:
        how = "the new code is there, the database is still of the old version, and all is stopped"
    else:
        how = "code and database are of the new version"
    return f"{how}; `python -m flows upgrade --apply` goes on, `--back` goes back"
