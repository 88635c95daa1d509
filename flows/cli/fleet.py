"""The verb of many Comuni: what each of a fleet has, is given, and how one comes and goes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import fleet_each, fleet_status
from flows.cli.arguments import Verbs, add_verb, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.fleet.membership.registrar import Registrar
    from flows.fleet.membership.roster import Standing
    from flows.fleet.membership.together import Together
    from flows.fleet.registry import Fleet


def fleet(arguments: argparse.Namespace, out: Output) -> int:
    """Code 2 where one of them is ill, or could not be done: the others are."""
    from db.engine import StoreError
    from flows.door.keys import KeysError
    from flows.fleet import registry
    from flows.settings import BollettinoError

    try:
        if (found := registry.of_process()) is None:
            raise BollettinoError("fleet: BOLLETTINO_FLEET names no folder of Comuni")
        code: int = arguments.inner(arguments, found, out)
    except (BollettinoError, StoreError, KeysError) as exc:
        out.trouble(f"bollettino: {exc}")
        return 2
    return code


def plan(_arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    return _tell_all(of, out, register_only=False)


def _tell_all(of: "Fleet", out: Output, *, register_only: bool) -> int:
    """What `apply` would do."""
    from flows.fleet.membership import roster, together
    from flows.fleet.membership.registrar import registrar

    with registrar(of) as asked, out.progress("looking") as advance:
        found = []
        for count, standing in enumerate(roster.standings(of, asked), start=1):
            advance(count / max(1, len(of.slugs)), standing.slug)
            found.append(roster.for_deployments(standing) if register_only else standing)
        shared = together.look(asked)
    for one in found:
        _tell(one, one.lacks, "would", out)
    _tell_together(shared, shared.lacks, "would", out)
    return _ended(found, shared, asked, out)


def apply(arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    if arguments.dry_run:
        return _tell_all(of, out, register_only=arguments.register_only)
    from flows.fleet.membership import roster
    from flows.fleet.membership.registrar import registrar

    with registrar(of) as asked, out.progress("settling") as advance:
        found = []
        for count, standing in enumerate(roster.standings(of, asked), start=1):
            advance(count / max(1, len(of.slugs)), standing.slug)
            found.append(_settle(standing, asked, out, register_only=arguments.register_only))
        shared = _settle_together(asked, out)
    return _ended(found, shared, asked, out)


def _settle_together(asked: "Registrar", out: Output) -> "Together":
    """After the Comuni: until one is registered anew it does by itself what is done for all from now on."""
    from flows.fleet.membership import together

    done, after = together.settled(together.look(asked), asked)
    _tell_together(after, done, "done", out)
    return after


def _settle(
    standing: "Standing", asked: "Registrar", out: Output, *, register_only: bool = False
) -> "Standing":
    from flows.fleet.membership import roster

    done, after = roster.settled(standing, asked, register_only=register_only)
    _tell(after, done, "done", out)
    return after


def _tell(standing: "Standing", deeds: list[str], how: str, out: Output) -> None:
    """A line of one, and its row for a program."""
    slug, base = standing.slug, standing.base
    out.add(
        "comuni",
        {
            "comune": slug,
            "ill": standing.ill or None,
            "state": standing.state or None,
            "revision": base.revision if base else None,
            "steps": list(base.steps) if base else None,
            "secrets_missing": list(standing.secrets),
            "warnings": list(standing.warnings),
            "deployments": None if standing.deployments is None else dict(standing.deployments),
            how: deeds,
        },
    )
    for line in standing.warnings:
        out.trouble(f"{slug}: warning: {line}")
    _say(slug, deeds, how, standing.ill, out)


def _tell_together(shared: "Together", deeds: list[str], how: str, out: Output) -> None:
    told = None if shared.deployments is None else dict(shared.deployments)
    out.keep(together={"deployments": told, "ill": shared.ill or None, how: deeds})
    if told is not None or shared.ill:
        _say("all together", deeds, how, shared.ill, out)


def _say(whom: str, deeds: list[str], how: str, ill: str, out: Output) -> None:
    if deeds:
        out.say(f"{whom}: {how if how == 'would' else 'done:'} {'; '.join(deeds)}")
    if ill:
        out.refuse(f"{whom}: ill: {ill}")
    elif not deeds:
        out.say(f"{whom}: nothing to do")


def _ended(found: "list[Standing]", shared: "Together", asked: "Registrar", out: Output) -> int:
    out.keep(server=asked.why or None)
    if asked.why:
        out.trouble(f"bollettino: deployments were not looked at, nor registered: {asked.why}")
    return 2 if asked.why or shared.ill or any(one.ill for one in found) else 0


def migrate(arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    from flows.fleet.membership import roster

    failed = False
    with out.progress("bringing the databases to this version") as advance:
        going = roster.migrated(
            of,
            dry_run=arguments.dry_run,
            while_others_work=arguments.while_others_work,
            without=arguments.without,
        )
        for count, one in enumerate(going, start=1):
            advance(count / max(1, len(of.slugs)), one.slug)
            row = {
                "comune": one.slug,
                "revision": one.revision,
                "kind": one.kind or None,
                "steps": list(one.steps),
                "contracting": list(one.contracting),
                "warnings": list(one.warnings),
                "ill": one.ill or None,
            }
            out.add("comuni", row)
            for line in one.warnings:
                out.trouble(f"{one.slug}: warning: {line}")
            if one.ill:
                failed = True
                out.refuse(f"{one.slug}: NOT migrated: {one.ill}")
            else:
                out.say(f"{one.slug}: {'; '.join(one.steps) or 'nothing to do'}")
    return 2 if failed else 0


def add(arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    from flows.fleet.membership import joining, roster, together
    from flows.fleet.membership.registrar import registrar

    application = joining.apply_for(of, arguments.profile.resolve())
    slug = application.settings.profile.slug
    out.keep(comune=slug, profile=application.target)
    out.say(*(f"would {line}" if arguments.dry_run else line for line in application.lines))
    for line in application.doubts:
        out.trouble(f"bollettino: warning: {line}")
    if arguments.dry_run:
        with registrar(of) as asked:
            standing, shared = roster.look(application.settings, asked), together.look(asked)
        _tell(standing, standing.lacks, "would", out)
        _tell_together(shared, shared.lacks, "would", out)
        return _ended([standing], shared, asked, out)
    joining.join(application)
    with registrar(of) as asked, out.progress("settling"):
        after = _settle(roster.standing(of, slug, asked), asked, out)
        shared = _settle_together(asked, out)
    return _ended([after], shared, asked, out)


def retire(arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    from datetime import UTC, datetime

    from flows.fleet.membership import retirement
    from flows.fleet.membership.registrar import registrar

    with registrar(of) as asked:
        leaving = retirement.consider(
            of, arguments.slug, asked, now=datetime.now(UTC), folder=arguments.export
        )
        out.say(*(f"would {line}" if arguments.dry_run else line for line in leaving.lines), *leaving.facts)
        out.keep(
            comune=arguments.slug,
            bulletins=leaving.bulletins,
            runs=[run.name for run in leaving.runs],
            working=leaving.working,
            deployments=leaving.deployments,
            profile=leaving.target,
            kept=leaving.kept,
            export=leaving.export.document if leaving.export else None,
        )
        if arguments.dry_run:
            return 0
        with out.progress(f"retiring {arguments.slug}"):
            retirement.leave(leaving, asked, clock=lambda: datetime.now(UTC))
    if leaving.export:
        out.say(
            f"all of it was opened and counted in {leaving.export.folder}: README.md there says how it goes "
            "on, and what is to be changed at Meta at once"
        )
    out.say(f"{arguments.slug} has left: nothing of it starts any more")
    return 0


STANDING = {
    "comuni": "one object each: comune (the slug), ill (why it cannot be served), state (its folder: there, "
    "missing, open to others), revision, steps (to this version), secrets_missing (names), warnings, "
    "deployments (those that are not as they should be; null: nobody could say)",
}
TOGETHER = "what is done for all Comuni in one run: deployments (as in comuni), ill (why not)"
SERVER = "why deployments were not looked at, nor registered; null: they were"
DRY = "say what would be done; write nothing"


def add_fleet(verbs: Verbs) -> None:
    words = (
        "Many Comuni of one machine, in the folder that BOLLETTINO_FLEET names. One that is ill is named "
        "with its reason, costs no other, and makes the code 2."
    )
    top = add_verb(verbs, "fleet", words)
    kinds = top.add_subparsers(
        dest="what", required=True, metavar="plan|apply|status|migrate|add|retire|each"
    )

    def inner(name: str, handler: object, words: str, *, dry: bool = True) -> argparse.ArgumentParser:
        parser = add_verb(kinds, name, words)
        parser.set_defaults(inner=handler)
        if dry:
            parser.add_argument("--dry-run", action="store_true", help=DRY)
        return parser

    words = "What each has and lacks: state folder, database, secrets, deployments. Writes nothing."
    would = {
        "comuni": f"{STANDING['comuni']}, would (what `apply` would do)",
        "together": f"{TOGETHER}, would",
        "server": SERVER,
    }
    for_programs(inner("plan", plan, words, dry=False), **would)
    words = (
        "Do what `plan` tells: state folders, a sandbox's own secrets, databases, deployments. Again, it "
        "changes nothing. Make a backup first where a database is migrated."
    )
    done = {
        "comuni": f"{STANDING['comuni']}, as it was before; done (what was done)",
        "together": f"{TOGETHER}, done",
        "server": SERVER,
    }
    parser = inner("apply", apply, words)
    parser.add_argument(
        "--register-only",
        action="store_true",
        help="deployments alone, and none of who lacks anything else: no database is touched",
    )
    for_programs(parser, **done, would="(in comuni and together, instead of done) with --dry-run")
    words = (
        "How each is doing, a line each, who needs a person first: asks no server, writes nothing. The same "
        "as a page is at /console of `web`."
    )
    for_programs(inner("status", fleet_status.status, words, dry=False), **fleet_status.KEYS)
    words = (
        "Bring the databases to this version, one after the other: no more than that. Make a backup first."
    )
    parser = inner("migrate", migrate, words)
    parser.add_argument(
        "--while-others-work",
        action="store_true",
        help="other hosts go on with the version of before: refuse what would take something from it",
    )
    parser.add_argument(
        "--without", metavar="SLUG", action="append", default=[], help="leave this one's as it is"
    )
    for_programs(
        parser,
        comuni="one object each: comune, revision (at which it was), kind (sqlite or postgresql), steps "
        "(revisions that were, or would be, made), contracting (those of them after which the version of "
        "before may not go on), warnings, ill (why not)",
    )
    words = (
        "Take one more Comune in: copies its profile into the folder and does for it alone what `apply` "
        "does. Nothing is started again, and no file written over."
    )
    parser = inner("add", add, words)
    parser.add_argument(
        "profile", type=Path, metavar="PROFILE", help="its profile (TOML), as it lies elsewhere"
    )
    for_programs(parser, comune="the slug", profile="the file in the folder", **(would | done))
    words = (
        "Let one Comune go: cancels what waits, deletes its deployments and schedules, moves its profile to "
        "ritirati/. Its database, journal, state folder and secrets are kept. Not while it sends. With "
        "--export a copy of all of it goes along first, in a folder from which it goes on alone."
    )
    parser = inner("retire", retire, words)
    parser.add_argument("slug", metavar="SLUG", help="of the Comune")
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FOLDER",
        help="a new one, for this user alone: profile, database, journal, certificates, and secrets in clear",
    )
    for_programs(
        parser,
        comune="the slug",
        bulletins="the numbers of those that waited, and do not leave any more",
        runs="names of runs that waited, and are cancelled",
        working="names of runs that come to their own end",
        deployments="names of those that are deleted",
        profile="where its profile lies from now on",
        kept="what stays, a line each",
        export="what it takes along: folder, subscribers, words (of consent), lines (of the journal), "
        "last_send (UTC), bytes (of the database), shared (names of secrets that stay); null without it",
    )
    words = (
        "Do a job of the machine's clock for each of them, as a fleet's timers do: who has no use for it is "
        "left out, what takes too long is ended, and of what failed that Comune's own watchdog tells."
    )
    fleet_each.add_each(inner("each", fleet_each.each, words))
