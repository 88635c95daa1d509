"""The verbs of an installation: migrate, deploy, worker, web, codes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, add_port, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.settings import Settings


def migrate(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.privacy import founding

    if arguments.source is not None:
        return _fill(arguments, settings, out)
    if arguments.dry_run:
        steps = founding.look(settings).steps
        out.say("\n".join(steps) or "nothing to do")
        out.keep(steps=steps)
        return 0
    with out.progress("bringing the database to this version"):
        brought = founding.bring(settings)
    out.say("\n".join(brought.steps) or "nothing to do")
    out.keep(steps=brought.steps, missing=brought.missing)
    if made := brought.triggers:
        out.trouble(f"these triggers were away, and are made again: {', '.join(made)}; see who did that")
        out.keep(triggers=made)
    for line in brought.missing:
        out.trouble(line)
    return 0


def _fill(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.privacy import founding

    if arguments.dry_run:
        rows = founding.rows_of(settings, arguments.source)
        out.say(f"would take over {rows} rows of {arguments.source}")
    else:
        with out.progress("taking over"):
            rows = founding.fill(settings, arguments.source)
        out.say(f"{rows} rows of {arguments.source} are in this database; nothing reads the file any more")
    out.keep(rows=rows)
    return 0


def deploy(_arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows import deploy as deployment
    from flows.runs import client, last_shown

    settings.require_filled()
    settings.require_codes()
    client.require_server(settings)
    with out.progress("registering"):
        names = deployment.deploy(settings)
    last_shown.forget(settings)
    out.say("\n".join(names))
    out.keep(deployments=names)
    return 0


def worker(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    if arguments.port:
        out.refuse("worker: --port is for a fleet, without --profile")
        return 2
    from flows.worker import keep, work

    settings.require_filled()
    if arguments.drain:
        return keep(settings)
    work(settings)
    return 0


def web(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    if arguments.port:
        out.refuse("web: --port is for a fleet, without --profile; that of one Comune is servers.web_port")
        return 2
    from flows.web.app import serve

    settings.require_filled()
    return serve(settings)


def codes(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.review import enrolment

    if arguments.what:  # a secret is for a person's eyes, once
        out.say(enrolment.new(settings, arguments.name))
        return 0
    profile = settings.profile
    rows = [
        {"editor": person.name, "variable": person.code_variable, "secret": state}
        for person, state in enrolment.states(settings)
    ]
    lines = enrolment.listing(settings)
    out.table("editors", rows, lines[: len(rows)])
    out.say(*lines[len(rows) :])
    out.keep(asked=profile.asks_codes, approvals=profile.approvals)
    return 0


def add_first_verbs(add: Add) -> None:
    parser = add("migrate", migrate, "Bring the database to this version. Make a backup first. With --from "
                 "take over all rows of an SQLite file, of this version and under the same keys, into an "
                 "empty database: stop everything before.")  # fmt: skip
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="for instance the bollettino.db of before"
    )
    for_programs(
        parser,
        steps="the revisions that were (or would be) made, a line each",
        triggers="names of those that were away, and were made again",
        missing="what of the installation is lost, in English",
        rows="with --from: how many were (or would be) taken over",
    )
    parser = add(
        "deploy", deploy, "Register deployments and schedules with the running server.", writes=False
    )
    for_programs(parser, deployments="their full names")
    parser = add(
        "worker", worker, "Start Prefect's worker, which does the runs (a process of `run`).", writes=False
    )
    parser.add_argument(
        "--drain",
        action="store_true",
        help="when it is stopped let what runs come to its end first (for a unit)",
    )
    add_port(parser, "of a fleet's: where it answers (/health) whether it still looks for runs; else nowhere")
    parser = add(
        "web",
        web,
        "Serve the webhook and the citizens' pages (a process of `run`). Of a fleet, without --profile, "
        "those of all its Comuni.",
        writes=False,
    )
    add_port(parser, "of a fleet's, in place of the one in fleet.toml, where several are on one machine")


def add_codes(add: Add) -> None:
    parser = add("codes", codes, "List the editors and whether each has a secret for one-time codes. "
                 "`codes new NAME` makes one and shows it once, for the environment and for the phone; "
                 "nothing is stored.", writes=False)  # fmt: skip
    for_programs(
        parser,
        editors="one object an editor: editor, variable, secret (whether it is set, never the secret)",
        asked="whether a code is asked for",
        approvals="how many editors approve a bulletin",
    )
    new = parser.add_subparsers(dest="what", metavar="new").add_parser(
        "new", help="a new secret for an editor, shown once", description="Make a secret and show it once."
    )
    new.add_argument("name", metavar="NAME", help="as the profile calls the editor, or the id")
    new.set_defaults(keys=())
