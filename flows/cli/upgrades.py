"""The verb of another version: upgrade, forward and back; --help says what it does to what."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.fleet.registry import Fleet
    from flows.machine.service_manager import ManagedHost
    from flows.machine.way_back import HasPrefect, Look
    from flows.settings import Settings

    Backwards = Callable[[], Look]


def upgrade(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.machine import service_manager, upgrade_state, way_back

    _require_one_way(arguments)
    if settings.fleet:
        raise upgrade_state.UpgradeError(
            "upgrade: a fleet's host has one version for all: type it without --profile"
        )
    at = service_manager.of(settings)
    with upgrade_state.alone(at.state) as lock:
        if arguments.back:
            return _back(
                arguments, settings, at, lambda: way_back.look(at, settings, arguments.identity), out
            )
        return _forward(arguments, at, out, lock)


def upgrade_host(arguments: argparse.Namespace, fleet: "Fleet", out: Output) -> int:
    """Of a fleet."""
    from flows.fleet import shared
    from flows.machine import service_manager, upgrade_state, way_back

    _require_one_way(arguments)
    if arguments.identity:
        raise upgrade_state.UpgradeError("--identity: the way back of a fleet's host restores nothing")
    at = service_manager.of_host(fleet)
    with upgrade_state.alone(at.state) as lock:
        if arguments.back:
            return _back(arguments, shared.of(fleet), at, lambda: way_back.look_at_host(at), out)
        return _forward(arguments, at, out, lock)


def _require_one_way(arguments: argparse.Namespace) -> None:
    from flows.settings import BollettinoError

    if arguments.plan == arguments.apply and not arguments.back:
        raise BollettinoError(
            "upgrade: either --plan or --apply, or --back (with --plan it only says what it would do)"
        )


def _forward(arguments: argparse.Namespace, at: "ManagedHost", out: Output, lock: int) -> int:
    from flows.backup.taking import version
    from flows.machine import upgrade as way
    from flows.machine import upgrade_state
    from flows.machine.checkout import Checkout

    code = Checkout(at.project, arguments.wheels)
    with out.progress("looking"):
        found = way.look(
            at, arguments.to, version(), now=datetime.now(UTC), others_stopped=arguments.others_stopped
        )
    before = found.before
    left = [step for step in at.kind.order(before) if not before.has(step)]
    out.keep(steps=left, broken=before.broken)
    out.say(*found.lines)
    if found.resumed:
        out.say(f"an upgrade was begun: {way.standing(before)}")
    if arguments.plan:
        out.say(*(f"{step}: {way.WORDS[step]}" for step in left))
        if not found.lines:  # of a fleet they stand there, by Comuni
            out.say(*(f"would migrate: {step}" for step in before.steps))
        out.say(f"the code would be {before.commit}" if before.commit else "the code is what lies here")
        out.say(*(f"broken before: {one}" for one in before.broken))
        out.say("it runs, and would be stopped" if found.is_running else "it does not run")
        return 0

    def again() -> None:
        """With the code that has come; what is behind stands on the disk."""
        out.close()
        sys.stdout.flush()
        os.set_inheritable(lock, False)  # it takes it anew
        os.execv(sys.executable, [sys.executable, "-m", "flows", *arguments.typed])  # noqa: S606

    with out.progress("upgrading") as advance:

        def say(line: str) -> None:
            advance(None, line)
            out.say(line)

        try:
            news = way.Upgrade(at, code, say, again).go(found)
        except KeyboardInterrupt:
            raise upgrade_state.UpgradeError(f"interrupted: {way.standing(before)}") from None
    out.keep(archive=before.archive, news=news)
    return _ended("this version", news, out, "`python -m flows upgrade --back` goes back")


def _back(
    arguments: argparse.Namespace, settings: "HasPrefect", at: "ManagedHost", look: "Backwards", out: Output
) -> int:
    from flows.machine import upgrade as upgrade_of
    from flows.machine import upgrade_state
    from flows.machine import way_back as way
    from flows.machine.checkout import Checkout

    with out.progress("looking"):
        found = look()
    passed = found.at
    left = [step for step in way.order(at, passed) if not found.is_resumed or not passed.has(step)]
    out.keep(steps=left, archive=passed.archive if found.archive else None)
    what = (
        f"the database of {passed.archive} is restored: what came since the upgrade is lost but for who left"
        if found.archive
        else "the database was not changed, and stays"
    )
    if arguments.plan:
        out.say(*(f"{step}: {way.WORDS[step]}" for step in left), what)
        out.say(
            f"the code would be {passed.old_commit}" if passed.old_commit else "the code is what lies here"
        )
        return 0
    with out.progress("going back") as advance:

        def say(line: str) -> None:
            advance(None, line)
            out.say(line)

        say(what)
        going = way.Return(at, settings, Checkout(at.project, arguments.wheels), say)
        try:
            news = going.go(found, arguments.identity)
        except KeyboardInterrupt:
            raise upgrade_state.UpgradeError(f"interrupted: {upgrade_of.standing(passed)}") from None
    out.keep(news=news)
    if found.archive:
        out.say(
            "Nothing leaves until a person has looked: `python -m flows witness`, then with --accept-by NAME"
        )
    return _ended("the old version", news, out, "`python -m flows doctor` says more")


def _ended(what: str, news: list[str], out: Output, remedy: str) -> int:
    if not news:
        out.say(f"{what} is in place, and nothing is broken that was well before")
        return 0
    out.refuse(f"{what} is in place, and broken is what was well before: {', '.join(news)}; {remedy}")
    return 2


def add_verbs(add: Add) -> None:
    parser = add(
        "upgrade",
        upgrade,
        "Bring the installation to another version: doctor, what runs comes to its end, backup, code, "
        "database, start, doctor. Killed at any moment the same command goes on. --back leads to where it "
        "came from, with the copy that was made where the database was changed. With units: as root. Of a "
        "fleet, without --profile, this host alone, while the others serve.",
        writes=False,
    )
    parser.add_argument("--plan", action="store_true", help="say what would be done; change nothing")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--apply", action="store_true", help="do it, or go on with one that was interrupted")
    ways.add_argument("--back", action="store_true", help="back to the version before the last upgrade")
    parser.add_argument(
        "--to",
        metavar="REF",
        help="the tag or commit of git that is the new version (default: the code at hand)",
    )
    parser.add_argument(
        "--others-stopped",
        action="store_true",
        help="of a fleet: no other host runs, so Prefect may be another and a migration may take something",
    )
    parser.add_argument(
        "--wheels",
        metavar="FOLDER",
        type=Path,
        help="take the packages from here: for a machine without a network",
    )
    parser.add_argument(
        "--identity", metavar="FILE", type=Path, help="with --back: the key of the safe, to restore the copy"
    )
    for_programs(
        parser,
        steps="what is (or would be) done, in this order",
        broken="ids of what the doctor found broken before",
        archive="the copy that was made before, or is restored",
        news="ids of what is broken now and was not before",
    )
